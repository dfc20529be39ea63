"""A text in the person's own editor: a real program that is handed a real file."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App

from tests.tui.board import open_board
from tui.external_editor import (
    NO_EDITOR,
    Edited,
    NoEditor,
    _as_file,
    _as_text,
    edit_text,
    editor_command,
)

Editor = Callable[[str], None]


class Suspended(App[None]):
    """An app that can make room, as one in a terminal can."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Make a program that does something to ``$1``, and name it in ``$EDITOR``."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def made(script: str) -> None:
        program = tmp_path / "my editor"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("EDITOR", f"'{program}' --wait")

    return made


def edit(text: str) -> Edited:
    return edit_text(Suspended(), text)


def test_the_text_goes_there_and_comes_back(editor: Editor, tmp_path: Path) -> None:
    editor(
        f'ls -ld "$2" "$(dirname "$2")" > {tmp_path}/seen; cp "$2" {tmp_path}/was; echo b >> "$2"'
    )
    assert edit("a\nä") == Edited("a\nä\nb")
    assert (tmp_path / "was").read_text() == "a\nä\n"
    file, folder = sorted((tmp_path / "seen").read_text().splitlines())
    assert file.startswith("-rw-------")
    assert file.endswith(".md")
    assert folder.startswith("drwx------")
    assert not list(tmp_path.glob("planner-tui-*"))


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n", "a\r\nb\r\n", " a\t", "\n", "a\r"])
def test_an_untouched_text_is_what_it_was(editor: Editor, text: str) -> None:
    editor("true")
    assert edit(text) == Edited(text)


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text_survives_the_way(text: str) -> None:
    came = _as_file(text)
    assert _as_text(came) == text or text.endswith("\r")


def test_an_editor_that_writes_no_last_line_break(editor: Editor) -> None:
    editor('printf "new" > "$2"')
    assert edit("old") == Edited("new")
    editor('printf "new\\n\\n" > "$2"')
    assert edit("old") == Edited("new\n")
    editor(': > "$2"')
    assert edit("old") == Edited("")


def test_an_editor_that_fails_keeps_the_old_text(editor: Editor) -> None:
    editor("exit 3")
    edited = edit("old")
    assert edited.text is None
    assert edited.rescued is None
    assert "my editor ended with status 3; the text is as it was." in edited.problem


def test_an_editor_that_fails_after_saving_leaves_what_it_saved(editor: Editor) -> None:
    editor('printf "half" > "$2"; kill -TERM $$')
    edited = edit("old")
    assert (edited.text, edited.rescued) == (None, "half")
    assert "stopped by signal 15" in edited.problem
    assert "unsaved text" in edited.problem


def test_what_is_not_text_stays_where_it_is(editor: Editor, tmp_path: Path) -> None:
    editor("printf '\\377' > \"$2\"")
    edited = edit("old")
    assert edited.text is None
    (kept,) = tmp_path.glob("planner-tui-*/*.md")
    assert str(kept) in edited.problem
    assert "not UTF-8" in edited.problem
    editor('rm "$2"')
    assert "left no text" in edit("old").problem


def test_ctrl_c_is_the_editor_s(editor: Editor) -> None:
    before = signal.getsignal(signal.SIGINT)
    editor('kill -INT $PPID; trap "echo heard >> \\"$2\\"; exit 0" INT; kill -INT $$')
    assert edit("old") == Edited("old\nheard")
    assert signal.getsignal(signal.SIGINT) is before


def test_without_an_editor_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", " ")
    assert edit("a") == Edited(problem=NO_EDITOR)
    assert "$VISUAL or $EDITOR" in NO_EDITOR
    monkeypatch.setenv("EDITOR", "no-such-editor -x")
    assert "There is no program no-such-editor" in edit("a").problem


def test_which_editor_it_is() -> None:
    both = {"VISUAL": "code --wait", "EDITOR": "vi"}
    assert editor_command(both) == ["code", "--wait"]
    assert editor_command({"EDITOR": "'my vi' -c \"set tw=72\""}) == ["my vi", "-c", "set tw=72"]
    assert editor_command(both, ("hx",)) == ["hx"]
    with pytest.raises(NoEditor, match="can't be read"):
        editor_command({"EDITOR": "vi 'x"})


async def test_a_terminal_that_makes_no_room_is_told(editor: Editor, database_path: Path) -> None:
    editor('echo b > "$2"')
    async with open_board(database_path) as board:
        await board.open_form()
        await board.press("tab")
        await board.hit("a", "ctrl+e")
        await board.settle()
        assert "can't make room for another program" in board.dialog
        await board.press("ctrl+s")
        assert board.card("w1a1c1").description == "a"


async def test_a_field_of_a_form(
    editor: Editor, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor('cat "$2" > /dev/null; printf "one\\ntwo\\n" > "$2"')
    monkeypatch.setattr("tui.app.PlannerApp.suspend", Suspended.suspend)
    async with open_board(database_path) as board:
        await board.open_form()
        await board.press("tab", "ctrl+e")
        await board.hit("ctrl+end", "!")
        await board.press("shift+tab", "ctrl+e", "ctrl+s")
        card = board.card("w1a1c1")
        assert (card.title, card.description) == ("one two", "one\ntwo!")
        assert board.app.is_running


async def test_what_a_failed_editor_wrote_is_an_unsaved_text(
    editor: Editor, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor('printf half > "$2"; exit 1')
    monkeypatch.setattr("tui.app.PlannerApp.suspend", Suspended.suspend)
    async with open_board(database_path, size=(80, 24)) as board:
        await board.open_form()
        await board.press("tab", "ctrl+e")
        assert "ended with status 1" in board.dialog
        await board.press("escape", "D")
        assert "card #1 “Card 1.1.1”, from your editor" in board.dialog
        await board.press("enter", "ctrl+s")
        assert board.card("w1a1c1").description == "half"
        assert not board.app.drafts.all()


def test_the_umask_does_not_matter(editor: Editor, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        editor(f'stat -c %a "$2" > {tmp_path}/mode')
        edit("a")
    finally:
        os.umask(before)
    assert (tmp_path / "mode").read_text() == "600\n"
    assert stat.S_IMODE(0o600) == 0o600
