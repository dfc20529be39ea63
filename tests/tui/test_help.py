from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from tui.keys import HelpRow, help_groups
from tui.screens.help import Help
from tui.widgets.key_line import KeyLine

GROUPS = {
    "Card": [HelpRow("n", "New card", "Make a card"), HelpRow("[", "Evil [red]\x1b", "x\ny")],
    "Plan": [HelpRow("u", "Undo", "Take back the latest change")],
}


class Host(App[None]):
    def __init__(self, groups: dict[str, list[HelpRow]]) -> None:
        super().__init__()
        self.help = Help(groups)
        self.closed: list[None] = []

    def on_mount(self) -> None:
        self.push_screen(self.help, self.closed.append)

    @property
    def rows(self) -> str:
        return str(self.help.query_one("#rows", Static).content)


async def test_typing_narrows() -> None:
    app = Host(GROUPS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Card" in app.rows
        assert "Plan" in app.rows
        await pilot.press(*"UNDO")
        await pilot.pause()
        assert "Undo" in app.rows
        assert "Card" not in app.rows
        await pilot.press("space", *"plan", "space", *"latest")
        await pilot.pause()
        assert "Undo" in app.rows
        await pilot.press("z")
        await pilot.pause()
        assert app.rows == "No key does that."


async def test_escape_and_question_mark_close() -> None:
    for key in ("escape", "question_mark"):
        app = Host(GROUPS)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("u", key)
            await pilot.pause()
            assert app.closed == [None]


async def test_text_is_literal() -> None:
    app = Host(GROUPS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Evil [red]\\x1b" in app.rows
        assert "x y" in app.rows


async def test_a_pasted_escape_is_only_text() -> None:
    app = Host(GROUPS)
    async with app.run_test(size=(80, 24)) as pilot:
        app.help.query_one(Input).value = "\x1b[2J"
        await pilot.pause()
        assert app.help.query_one(Input).value == "\\x1b[2J"


async def test_many_keys_scroll() -> None:
    app = Host({"Card": [HelpRow(f"f{n}", f"Deed {n}") for n in range(100)]})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.help.query_one(VerticalScroll)
        await pilot.press("down", "down", "up")
        assert pane.scroll_y == 1
        await pilot.press("pagedown")
        assert pane.scroll_y == pane.size.height
        await pilot.press("pageup", "pageup")
        assert pane.scroll_y == 0
        assert app.help.region.contains_region(app.help.query_one(KeyLine).region)


async def test_its_own_keys_are_listed_too() -> None:
    app = Host(GROUPS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        groups = help_groups(app.help)
        described = [row.description for row in groups["Help screen"]]
        assert described == ["Close", "Up", "Down", "Page up", "Page down"]
