"""What shells are offered: commands, options, and what the plan holds."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.sample import load_sample
from store.open import open_store
from tests.tui.commands import CommandLine
from tui.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    path = tmp_path_factory.mktemp("sample") / "plan.db"
    db = open_store(path)
    with db.connection():
        load_sample(db)
    run = CommandLine(path)
    run.words("workflow", "add", 'Say "it" & $go; `x`', "--description", "d")
    run.words("workflow", "add", "Break\nout")
    return run


def offered(line: str, at: int, shell: str = "bash") -> list[str]:
    environ = {
        "_PLANNER_TUI_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": line.split(" ")[-1] if shell == "fish" else str(at),
    }
    return CliRunner().invoke(main, [], env=environ).output.strip().splitlines()


def test_commands_options_and_what_the_plan_holds_are_offered(run: CommandLine) -> None:
    begin = f"planner-tui --db {run.database}"
    assert "plain,find" in offered("planner-tui fi", 1)
    assert "plain,--limit" in offered("planner-tui card list --li", 3)
    assert offered(f"{begin} card show 2", 5)[:3] == ["plain,2", "plain,20", "plain,21"]
    assert offered(f"{begin} card show #31", 5) == [r"plain,\\#31"]
    assert offered(f"{begin} requirement add 3", 5)[0] == "plain,3"
    assert offered(f"{begin} workflow show say", 5) == [
        r'plain,Say\\ \\"it\\"\\ \\&\\ \\$go\\;\\ \\`x\\`'
    ]
    assert offered(f"{begin} workflow show Break", 5) == []
    assert offered(f"{begin} card list --workflow Re", 6) == [r"plain,Read\\ it"]
    assert offered(f"{begin} board --project Lan", 5) == [r"plain,Lantern,\\ a\\ reading\\ list"]
    zsh = offered(f"{begin} card show 31", 5, "zsh")
    assert zsh[:2] == ["plain", "31"]
    assert len(zsh[2]) > 5


def test_completing_makes_nothing(run: CommandLine, tmp_path: Path) -> None:
    assert offered(f"planner-tui --db {tmp_path}/none.db card show 1", 5) == []
    (tmp_path / "text").write_text("no database")
    assert offered(f"planner-tui --db {tmp_path}/text card show 1", 5) == []
    assert [each.name for each in tmp_path.iterdir()] == ["text"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="it is about bash")
def test_bash_takes_the_script_and_its_words_stay_words(run: CommandLine, tmp_path: Path) -> None:
    program = tmp_path / "planner-tui"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m tui.cli "$@"\n'
    )
    program.chmod(0o755)
    (tmp_path / "script").write_text(run.words("completion", "bash"))
    lines = (
        f". {tmp_path}/script",
        f"COMP_WORDS=({program} --db {run.database} workflow show Say)",
        "COMP_CWORD=5",
        f"_planner_tui_completion {program}",
        'eval "set -- ${COMPREPLY[0]}"',
        'printf "%s|" "$@"',
    )
    bash = ["bash", "--norc", "-c", "\n".join(lines)]
    said = subprocess.run(bash, capture_output=True, text=True, timeout=60)
    assert said.stdout == 'Say "it" & $go; `x`|', said.stderr


def test_each_shell_has_its_script(run: CommandLine) -> None:
    for shell, word in (
        ("bash", "complete -o"),
        ("zsh", "#compdef planner-tui"),
        ("fish", "complete "),
    ):
        assert word in run.words("completion", shell)
        assert run.data("completion", shell)["shell"] == shell
    assert "bash" in run.misused("completion", "tcsh")
