"""Agent profiles: the command of a turn, its environment, and whether the agent works here."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.agent_checks import check_agent, works
from planner.runs.agent_presets import PRESETS
from planner.runs.agents import (
    LONGEST_ARGUMENT,
    AgentProfile,
    agent_command,
    agent_environment,
    agent_named,
    agent_variables,
    can_resume,
    profile_complaints,
    profile_from_json,
    profile_to_json,
)

WHERE = {
    "prompt_file": Path("/run/prompt.md"),
    "report": Path("/run/report/report.json"),
    "worktree": Path("/work tree"),
}


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_placeholders_are_filled_once_and_text_stays_text() -> None:
    profile = AgentProfile(
        name="x",
        command=("x", "--in={worktree}", "{prompt}", '{"edit": 1}', "{unknown}", "{report_folder}"),
        prompt="argument",
    )
    prompt = "--help; $(rm) `x` {session} {prompt_file}\n\0é\ud800"
    command = agent_command(profile, prompt=prompt, session="s", resuming=False, **WHERE)
    assert command.arguments == (
        "x",
        "--in=/work tree",
        "--help; $(rm) `x` {session} {prompt_file}\n\ufffdé?",
        '{"edit": 1}',
        "{unknown}",
        "/run/report",
    )
    assert command.stdin is None
    long = agent_command(
        profile, prompt="é" * LONGEST_ARGUMENT, session="s", resuming=False, **WHERE
    )
    assert "/run/prompt.md" in long.arguments[2]


def test_a_session_is_resumed_where_it_can_be() -> None:
    claude, codex, aider = PRESETS["claude"], PRESETS["codex"], PRESETS["aider"]
    told = {"prompt": "p", **WHERE}
    first = agent_command(claude, session="s1", resuming=False, **told)
    assert first.arguments[-2:] == ("--session-id", "s1")
    assert first.stdin == WHERE["prompt_file"]
    assert agent_command(claude, session="s1", resuming=True, **told).arguments[-2:] == (
        "--resume",
        "s1",
    )
    assert not can_resume(claude, None)
    assert "--session-id" in agent_command(claude, session=None, resuming=True, **told).arguments
    assert not can_resume(codex, None)
    assert "resume" in agent_command(codex, session="s1", resuming=True, **told).arguments
    assert not can_resume(aider, "s1")
    assert agent_command(aider, session="s1", resuming=True, **told) == agent_command(
        aider, session="s1", resuming=False, **told
    )


def test_every_preset_is_right_documented_and_skips_no_permissions() -> None:
    for name, profile in PRESETS.items():
        assert profile.name == name
        assert [*profile_complaints(profile)] == []
        assert profile.source.startswith("https://")
        assert profile.note
        for argument in (*profile.command, *profile.resume_command):
            assert not any(
                word in argument
                for word in ("danger", "yolo", "bypass", "allow-all", "--force", "skip-perm")
            )
        assert profile_from_json(profile_to_json(profile)) == profile
    with pytest.raises(Refused):
        profile_from_json({"name": "x", "command": "x y"})


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": "a b"}, "name", "letters, digits"),
        ({"command": ()}, "command", "begins with a program"),
        ({"command": ("",)}, "command", "begins with a program"),
        ({"command": ("x", "{promt_file}")}, "command", "did you mean {prompt_file}?"),
        ({"command": ("x", "{nothing}")}, "command", "there are {prompt}, {prompt_file}"),
        ({"command": ("x", "{prompt}")}, "command", 'prompt must be "argument"'),
        ({"command": ("x",), "prompt": "file"}, "command", "must hold {prompt_file}"),
        (
            {"prompt": "argument", "command": ("x", "{prompt}"), "resume_command": ("x",)},
            "resume_command",
            "must hold {prompt}",
        ),
        ({"command": ("x\0",)}, "command", "null character"),
        ({"environment": ("A B",)}, "environment", "no variable's name"),
        ({"minutes": -1.0}, "minutes", "minutes must be a number"),
        ({"setup": ((),)}, "setup", "begins with a program"),
        ({"copy_files": ("../.env",)}, "copy_files", "climbs out"),
        ({"copy_files": ("/etc/passwd",)}, "copy_files", "absolute"),
    ],
)
def test_what_is_wrong_with_a_profile_is_told(wrong: object, field: str, words: str) -> None:
    profile = msgspec.structs.replace(AgentProfile(name="x", command=("x",)), **wrong)  # type: ignore[arg-type]
    ((found, told),) = profile_complaints(profile)
    assert found == field
    assert words in told


def test_an_agent_sees_what_it_is_let_see() -> None:
    profile = AgentProfile(name="x", command=("x",), environment=("API_KEY", "AWS_*"))
    environ = {
        "PATH": "/bin",
        "LC_ALL": "C",
        "HOME": "/h",
        "API_KEY": "k",
        "AWS_REGION": "r",
        "API_KEY_2": "no",
        "SECRET": "no",
        "GIT_DIR": "no",
        "LD_PRELOAD": "no",
    }
    told = agent_variables(
        card_id="c",
        number=None,
        project_id="p",
        run_id="r",
        database="/plan.db",
        prompt_file=WHERE["prompt_file"],
        report=WHERE["report"],
        session=None,
    )
    assert agent_environment(profile, environ, told) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "HOME": "/h",
        "API_KEY": "k",
        "AWS_REGION": "r",
        "PLANNER_CARD": "c",
        "PLANNER_PROJECT": "p",
        "PLANNER_RUN": "r",
        "PLANNER_DB": "/plan.db",
        "PLANNER_PROMPT": "/run/prompt.md",
        "PLANNER_REPORT": "/run/report/report.json",
    }


def test_the_nearest_agent_is_named() -> None:
    assert agent_named(PRESETS, "codex") is PRESETS["codex"]
    with pytest.raises(Refused, match="Did you mean claude"):
        agent_named(PRESETS, "cluade")
    with pytest.raises(Refused, match="There are claude, codex"):
        agent_named(PRESETS, "zzz")


def test_a_check_says_whether_an_agent_works_here(tmp_path: Path) -> None:
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HIDDEN": "x"}
    program(tmp_path, "good", 'echo "good 1.2 ${HIDDEN-unseen}"; echo more')
    program(tmp_path, "bad", "echo sorry >&2; exit 3")
    program(tmp_path, "slow", "sleep 60 & wait")
    good = AgentProfile(
        name="good",
        command=("good",),
        environment=("API_KEY", "X_*"),
        setup=(("sh", "-c", "x"), ("nothing-like-it",), ("./setup.sh",)),
    )
    lines = check_agent(good, environ)
    assert [line.words for line in lines if line.ok] == [
        f"good is {tmp_path}/good.",
        "good --version says good 1.2 unseen.",
    ]
    assert [line.words for line in lines if not line.ok] == [
        "A session can't be resumed: each turn begins anew and is told everything.",
        "nothing-like-it, a command of setup, is not on your PATH.",
        "API_KEY is not set in your environment.",
    ]
    assert not works(lines)
    assert works(check_agent(msgspec.structs.replace(good, setup=()), environ))

    def told(*command: str, seconds: float = 60) -> str:
        profile = AgentProfile(name="x", command=command)
        lines = check_agent(profile, environ, seconds=seconds)
        assert not works(lines)
        return "\n".join(line.words for line in lines)

    assert "bad --version ended with 3: sorry." in told("bad")
    assert "nobody is not on your PATH" in told("nobody")
    assert "is not there, or can't be run" in told("/nobody")
    begun = time.monotonic()
    assert "did not answer within 0.2 seconds" in told("slow", seconds=0.2)
    assert time.monotonic() - begun < 30
    inside = check_agent(AgentProfile(name="x", command=("./agent",)), environ)
    assert works(inside)
    assert "looked for in the worktree" in inside[0].words
