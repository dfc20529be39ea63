"""What agents are told of the plan, and how it comes into a repository's AGENTS.md."""

from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from planner.errors import Refused
from planner.requests import ACTIONS
from tests.tui.commands import CommandLine
from tui.cli import COMMANDS
from tui.guide import FOR_PEOPLE, guide
from tui.marked_section import BEGIN, END, with_section


@pytest.fixture
def run(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "plan.db")


def test_the_guide_has_every_command_and_action_and_is_short(run: CommandLine) -> None:
    told = run.words("guide")
    assert told.startswith("# The plan: planner-tui\n")
    assert told == f"{guide()}\n"
    assert run.data("guide")["guide"] == guide()
    assert all(f"`{name}" in told for name in COMMANDS if name not in FOR_PEOPLE)
    assert all(f"- `{action.__struct_config__.tag}`: " in told for action in ACTIONS)
    assert "`PLANNER_REPORT`: " in told
    assert "- `createCard`: target_ref `workflow_activity_id`!; payload `title`!, `id`" in told
    assert len(told) < 16_000
    assert not run.database.exists()
    assert "--install" in run.misused("guide", "--yes")


def test_it_is_installed_once_and_brought_up_to_date(run: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "AGENTS.md"
    install = ("guide", "--install", "--repository", tmp_path)
    assert "add --yes" in run.refusal(*install)
    assert not file.exists()
    assert run.data(*install, "--yes") == {"file": str(file), "state": "made"}
    made = file.read_bytes()
    assert made.startswith(BEGIN + b"\n## The plan")
    assert made.endswith(END + b"\n")
    assert run.data(*install)["state"] == "unchanged"  # there is nothing to ask
    file.write_bytes(b"Be kind.\n" + made.replace(END, b"") + b"last")
    assert "are not one beginning" in run.refusal(*install, "--yes")
    file.write_bytes(b"Be kind.\n" + made.replace(b"`card`", b"`old`") + b"last")
    assert "up to date" in run.words(*install, "--yes")
    assert file.read_bytes() == b"Be kind.\n" + made + b"last"


def test_what_can_not_hold_it_is_refused_and_stays(run: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "AGENTS.md"
    install = ("guide", "--install", "--repository", tmp_path, "--yes")
    for broken in (
        BEGIN,
        END,
        END + b"\n" + BEGIN,
        BEGIN + b"\n" + BEGIN + b"\n" + END,
        "text".encode("utf-16"),
    ):
        file.write_bytes(broken)
        assert "Nothing was written" in run.refusal(*install)
        assert file.read_bytes() == broken
    file.unlink()
    file.mkdir()
    assert "can't be read" in run.refusal(*install)
    file.rmdir()
    file.symlink_to("../elsewhere.md")
    assert "leads out of the repository" in run.refusal(*install)
    assert not (tmp_path.parent / "elsewhere.md").exists()


def test_it_finds_the_repository_it_is_in(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "repository" / "deep"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert "in no git repository" in run.refusal("guide", "--install", "--yes")
    (tmp_path / "repository" / ".git").mkdir()
    run.words("guide", "--install", "--yes")
    assert (tmp_path / "repository" / "AGENTS.md").exists()


@given(st.binary(max_size=200), st.binary(max_size=50), st.sampled_from([b"\n", b"\r\n"]))
@example(b"no end of line", b"", b"\n")
@example(b"a\r\n", b"b", b"\r\n")
def test_every_other_byte_stays(before: bytes, after: bytes, ending: bytes) -> None:
    old = before + ending
    assume(b"planner-tui guide" not in old + after)
    if b"\0" in old + after or old.startswith((b"\xff\xfe", b"\xfe\xff")):
        with pytest.raises(Refused):
            with_section(b"\xff\xfe" + old, "one")
        return
    added = with_section(old, "one\ntwo")
    assert added.state == "added"
    assert added.content.startswith(old)
    assert with_section(added.content, "one\ntwo\n").state == "unchanged"
    updated = with_section(added.content + after, "three")
    assert updated.state == "updated"
    assert updated.content.startswith(old)
    assert updated.content.endswith(after)
    section = updated.content[len(old) :].removesuffix(after)
    assert section.strip().splitlines() == [BEGIN, b"three", END]
