from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult

from tui.widgets.plain_area import PlainArea

anything = st.text(
    st.one_of(
        st.sampled_from("\n\r\t\x0b\x0c\x1b\x85\u2028\u200d\ufe0f\ud800\U0010f000\U0010fffda "),
        st.characters(codec=None),
    ),
    max_size=40,
)


class Host(App[None]):
    def __init__(self, value: str, *, one_line: bool = False) -> None:
        super().__init__()
        self.area = PlainArea(value, one_line=one_line)
        self.submitted: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.area

    def on_plain_area_submitted(self, message: PlainArea.Submitted) -> None:
        self.submitted.append(message.area.value)


def drawn(app: App[None]) -> str:
    return app.export_screenshot().replace("&#160;", " ")


@given(anything)
@example("one\r\ntwo\r\n")
@example("one\r\ntwo\nthree\r")
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert PlainArea(text).value == text


async def test_an_edit_changes_nothing_else() -> None:
    value = "a\x1b[2J\u202e\ud800\U0010f001\r\nb\x85"
    app = Host(value)
    async with app.run_test() as pilot:
        await pilot.press("x")
        assert app.area.value == f"x{value}"
        await pilot.press("delete", "delete")
        assert app.area.value == f"x{value[2:]}"


async def test_what_cannot_be_drawn_stands_as_signs() -> None:
    app = Host("a\x1b[2J\x7f\u202eb\ud800 [red]c[/red]")
    async with app.run_test() as pilot:
        await pilot.pause()
        picture = drawn(app)
        assert "␛" in picture
        assert "␡" in picture
        assert "\x1b" not in picture
        assert "\u202e" not in picture
        assert "[red]c[/red]" in picture


async def test_enter_submits_one_line_and_breaks_many() -> None:
    app = Host("a", one_line=True)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        assert app.submitted == ["a"]
        assert app.area.value == "a"
    app = Host("a")
    async with app.run_test() as pilot:
        await pilot.press("enter")
        assert app.submitted == []
        assert app.area.value == "\na"


async def test_pasted_text_is_taken_whole_and_kept_on_one_line() -> None:
    app = Host("a", one_line=True)
    async with app.run_test() as pilot:
        app.post_message(events.Paste("b\r\nc\x1bd"))
        await pilot.pause()
        assert app.area.value == "ab c\x1bd"
    app = Host("")
    async with app.run_test() as pilot:
        app.post_message(events.Paste("b\rc\r\nd"))
        await pilot.pause()
        assert app.area.value == "b\nc\nd"


async def test_what_is_copied_is_the_text_itself() -> None:
    app = Host("a\x1bb")
    async with app.run_test() as pilot:
        app.area.select_all()
        await pilot.pause()
        assert app.area.selected_text == "a\x1bb"


async def test_undo_brings_the_text_back() -> None:
    app = Host("a\x1bb", one_line=True)
    async with app.run_test() as pilot:
        await pilot.press("backspace", "backspace")
        assert app.area.value == "a"
        await pilot.press("ctrl+z", "ctrl+z")
        assert app.area.value == "a\x1bb"
