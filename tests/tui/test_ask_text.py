from textual.app import App
from textual.widgets import Static

from tui.screens.ask_text import BLANK, AskText
from tui.widgets.key_line import KeyLine


class Host(App[None]):
    def __init__(self, ask: AskText) -> None:
        super().__init__()
        self.ask = ask
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.ask, self.answers.append)

    @property
    def refusal(self) -> str:
        shown = self.ask.query_one("#refusal", Static)
        return str(shown.content) if shown.has_class("-shown") else ""


async def test_enter_saves_without_blanks_around() -> None:
    app = Host(AskText("New activity"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", *"Pay", "space", "enter")
        await pilot.pause()
        assert app.answers == ["Pay"]


async def test_escape_cancels() -> None:
    app = Host(AskText("Rename", value="Pay"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_the_cursor_starts_at_the_end() -> None:
    app = Host(AskText("Rename", value="Pay"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"ing", "enter")
        await pilot.pause()
        assert app.answers == ["Paying"]


async def test_a_blank_is_refused_until_something_is_typed() -> None:
    app = Host(AskText("Name"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert app.refusal == f"✗ {BLANK}"
        await pilot.press("space", "enter")
        assert BLANK in app.refusal
        await pilot.press("a")
        await pilot.pause()
        assert app.refusal == ""
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == ["a"]


async def test_the_caller_may_refuse() -> None:
    app = Host(AskText("Name", refuse=lambda name: "[b]taken\x1b" if name == "a" else None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter")
        assert app.refusal == "✗ [b]taken\\x1b"
        await pilot.press("b", "enter")
        await pilot.pause()
        assert app.answers == ["ab"]


async def test_hostile_text_comes_back_as_it_was() -> None:
    value = " a\x1b[2J\n\tb\u202e\ud800 "
    app = Host(AskText("Rename “[red]\x1b”", value=value))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "[red]\\x1b" in picture
        assert "\x1b" not in picture
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [value]


async def test_the_keys_are_shown_and_clicked() -> None:
    app = Host(AskText("New project", value="x", yes="Make it"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        line = app.ask.query_one(KeyLine)
        assert line.text == "enter Make it  esc Cancel  ctrl+e Editor  f1 Help"
        await pilot.click(KeyLine, offset=(3, 0))
        await pilot.pause()
        assert app.answers == ["x"]


async def test_a_long_text_keeps_the_dialog_on_the_screen() -> None:
    app = Host(AskText("t" * 5000, value="long " * 500))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        dialog = app.ask.query_one(".dialog").region
        assert app.ask.region.contains_region(dialog)
        assert app.ask.region.contains_region(app.ask.query_one(KeyLine).region)
