from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from planner.board import CardFace
from tests.tui.board import open_board
from tui.screens.map_keys import FIRST_KEYS, kind_of_card
from tui.widgets.key_line import KeyLine


class Pane(Widget, can_focus=True):
    DEFAULT_CSS = "Pane { height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "fold", "Fold", id="pane.fold")]

    folded = 0

    def action_fold(self) -> None:
        self.folded += 1


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", id="app.help", tooltip="Every key"),
        Binding("n", "new", "New card", id="card.new", tooltip="Make a card"),
        Binding("up,k", "up", "Up", id="go.up"),
        Binding("x", "hidden", "Hidden", show=False),
        Binding("o", "off", "Off", id="card.off"),
        *(Binding(f"f{n}", f"deed({n})", f"Deed {n}", id=f"card.f{n}") for n in range(1, 13)),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.line = KeyLine(words={"card.new": "New [b]\x1b"})

    def compose(self) -> ComposeResult:
        yield Pane()
        yield Input()
        yield self.line

    def action_help(self) -> None:
        self.done.append("help")

    def action_new(self) -> None:
        self.done.append("new")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "off" else True


def drawn(app: Host) -> str:
    return app.line.render_line(0).text


@pytest.mark.parametrize("width", [1, 5, 8, 20, 40, 80, 200])
async def test_as_many_as_fit_and_help_at_the_end(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        text = drawn(app)
        assert len(text) == width
        assert app.line.size.height == 1
        if width >= 8:
            assert text.rstrip().endswith("? Help")
        if width == 80:
            assert text.startswith(" f Fold  n New [b]\\x1b  ↑ Up  o Off  f1 Deed 1  f2")
        if width == 200:
            assert text.rstrip().endswith("f12 Deed 12  ? Help")


async def test_it_follows_the_focus_without_mounting() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "f Fold" in app.line.text
        app.query_one(Input).focus()
        await pilot.pause()
        assert "f Fold" not in app.line.text
        assert "New" not in app.line.text
        assert list(app.line.children) == []


async def test_it_follows_the_width() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(30, 24)
        await pilot.pause()
        assert drawn(app).rstrip() == " f Fold  n New [b]\\x1b  ? Help"


async def test_nothing_is_painted_again_when_nothing_changed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        items = app.line._items
        app.screen.refresh_bindings()
        await pilot.pause()
        assert app.line._items is items


async def test_a_click_does_what_the_key_does() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for word in ("Fold", "New", "Help"):
            await pilot.click(KeyLine, offset=(drawn(app).index(word), 0))
        await pilot.click(KeyLine, offset=(0, 0))
        await pilot.click(KeyLine, offset=(drawn(app).index("Off"), 0))
        await pilot.pause()
        assert app.done == ["new", "help"]
        assert app.query_one(Pane).folded == 1


async def test_the_mouse_tells_what_a_key_does() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.hover(KeyLine, offset=(drawn(app).index("New"), 0))
        assert app.line.tooltip == "Make a card"
        await pilot.hover(KeyLine, offset=(drawn(app).index("Up"), 0))
        assert not app.line.tooltip


async def test_remapped_keys_are_shown() -> None:
    app = Host()
    app.set_keymap({"card.new": "ctrl+n"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "ctrl+n New" in app.line.text


async def test_what_is_put_first_comes_first_shown_by_itself_or_not() -> None:
    app = Host()
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.pause()
        app.line.put_first(("card.f3", "card.new"))
        assert app.line.text.startswith("f3 Deed 3  n New")
        app.line.put_first(())
        assert app.line.text.startswith("f Fold  n New")


async def test_the_maps_key_line_fits_what_is_selected(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        for selected, first in (
            ("w1", "a Activity  R Rename  i Describe  space Fold"),
            ("w1a1", "n New card  R Rename  i Describe  c Colour"),
            ("w1a1c1", "n New card  enter"),
        ):
            await board.select(selected)
            assert board.key_line.startswith(first)
            assert board.key_line.endswith("? Help")
        await board.press("v")
        assert "esc Clear" in board.key_line
        await board.press("escape")
        assert board.key_line.startswith("n New card  enter")


@pytest.mark.parametrize(
    ("status", "build", "finalized", "first"),
    [
        ("todo", None, None, "card.new"),
        ("todo", None, "2026", "run.build"),
        ("production", "completed", "2026", "card.new"),
        ("active", "running", "2026", "run.show"),
        ("questions", "blocked", None, "run.show"),
        ("review", "completed", "2026", "screen.approvals"),
        ("todo", "cancelled", "2026", "run.build"),
    ],
)
def test_what_a_build_wants_next_comes_first(
    status: str, build: str | None, finalized: str | None, first: str
) -> None:
    card = CardFace("c", 1, "Sign in", status, 0, build, finalized, 0, 0, 0)
    assert first in FIRST_KEYS[kind_of_card(card)][:2]
