from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.keys import HelpRow, help_groups, key_name, key_of

GROUP = Binding.Group("Moving about")


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="card.new", tooltip="Make a card"),
        Binding("up,k", "step('up')", "Up", id="go.up", group=GROUP),
        Binding("down,j", "step('down')", "Down", id="go.down", group=GROUP),
        Binding("f9", "never", "Never", id="card.never"),
        Binding("f8", "nameless", id="card.nameless"),
    ]

    def compose(self) -> ComposeResult:
        yield Input()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "never"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("shift+left", "shift+←"),
        ("ctrl+r", "ctrl+r"),
        ("enter", "enter"),
        ("escape", "esc"),
        ("question_mark", "?"),
        ("slash", "/"),
        ("plus", "+"),
        ("minus", "-"),
        ("S", "S"),
        ("space", "space"),
        ("pageup", "pgup"),
        ("ctrl+shift+f5", "ctrl+shift+f5"),
    ],
)
def test_keys_are_worded(key: str, shown: str) -> None:
    assert key_name(Binding(key, "x")) == shown


def test_a_key_may_have_its_own_display() -> None:
    assert key_name(Binding("equals_sign", "x", key_display="+")) == "+"


async def test_groups_come_from_the_binding_or_its_id() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.set_focus(None)
        await pilot.pause()
        groups = help_groups(app.screen)
        assert groups["Card"] == [HelpRow("n", "New", "Make a card")]
        assert groups["Moving about"] == [HelpRow("↑ k", "Up"), HelpRow("↓ j", "Down")]
        assert list(groups)[-1] == "Elsewhere"


async def test_only_what_works_now_is_listed() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.query_one(Input).focus()
        await pilot.pause()
        rows = [row for group in help_groups(app.screen).values() for row in group]
        assert "n" not in {row.keys for row in rows}


async def test_remapped_keys_are_told() -> None:
    app = Host()
    app.set_keymap({"card.new": "ctrl+n,f2"})
    async with app.run_test() as pilot:
        app.set_focus(None)
        await pilot.pause()
        assert help_groups(app.screen)["Card"] == [HelpRow("ctrl+n f2", "New", "Make a card")]
        assert key_of(app.screen, "card.new") == "ctrl+n"
        assert key_of(app.screen, "no.such") == ""
