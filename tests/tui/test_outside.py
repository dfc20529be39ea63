"""A shell and an editor in a worktree, with names that mean harm."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from textual.app import App, SuspendNotSupported

from planner.errors import Refused
from tui.outside import at_line, open_folder, open_in_editor, open_shell
from tui.screens.diff_comments import file_in


class Terminal:
    """An app that can make room for another program, or can't."""

    def __init__(self, can: bool = True) -> None:
        self.can = can

    @contextmanager
    def suspend(self) -> Iterator[None]:
        if not self.can:
            raise SuspendNotSupported
        yield


def app(can: bool = True) -> App[None]:
    return cast("App[None]", Terminal(can))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that writes down how it was called."""
    path = tmp_path / "pro gram"
    path.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"open({str(tmp_path / 'called')!r}, 'w').write(json.dumps([os.getcwd(), *sys.argv[1:]]))\n"
    )
    path.chmod(0o755)
    return path


def called(program: Path) -> list[Any]:
    return cast("list[Any]", json.loads((program.parent / "called").read_text()))


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (["vi"], ["vi", "+7", "/w/a b"]),
        (["emacs", "-nw"], ["emacs", "-nw", "+7", "/w/a b"]),
        (["code", "--wait"], ["code", "--wait", "--goto", "/w/a b:7"]),
        (["/usr/bin/hx"], ["/usr/bin/hx", "/w/a b:7"]),
    ],
)
def test_an_editor_opens_at_a_line(command: list[str], wanted: list[str]) -> None:
    assert at_line(command, Path("/w/a b"), 7) == wanted
    assert at_line(command, Path("/w/a b"), None) == [*command, "/w/a b"]


def test_programs_run_in_the_worktree(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worktree = tmp_path / "-w; $(touch x)"
    worktree.mkdir()
    path = worktree / "--help “ü”.py"
    path.write_text("x\n")
    monkeypatch.setenv("SHELL", str(program))
    assert open_shell(app(), worktree) == ""
    assert called(program) == [str(worktree)]
    assert open_in_editor(app(), path, 3, [str(program)]) == ""
    assert called(program) == [str(worktree), "+3", str(path)]
    assert open_folder(app(), worktree, [str(program)]) == ""
    assert called(program) == [str(worktree), "."]


def test_what_can_not_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    assert "No editor is named" in open_in_editor(app(), tmp_path / "x")
    assert "There is no program nowhere." in open_in_editor(app(), tmp_path / "x", 1, ["nowhere"])
    assert "is not there any more" in open_shell(app(), tmp_path / "gone")
    assert "can't make room" in open_shell(app(can=False), tmp_path)


def test_a_link_out_of_the_worktree_is_not_opened(tmp_path: Path) -> None:
    worktree = tmp_path / "worktree"
    worktree.mkdir()
    (tmp_path / "secret").write_text("x")
    (worktree / "link").symlink_to(tmp_path / "secret")
    (worktree / "inside").symlink_to("there")
    (worktree / "there").write_text("x")
    assert file_in(worktree, "inside") == worktree / "inside"
    for path, why in (("link", "leads out"), ("../secret", "leads out"), ("gone", "any more")):
        with pytest.raises(Refused, match=why):
            file_in(worktree, path)
