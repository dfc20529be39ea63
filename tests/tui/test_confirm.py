import pytest
from textual.app import App
from textual.widgets import Button

from tui.screens.confirm import Confirm


class Host(App[None]):
    def __init__(self, confirm: Confirm) -> None:
        super().__init__()
        self.confirm = confirm
        self.answers: list[bool | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.confirm, self.answers.append)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["right", "enter"], True),
        (["tab", "enter"], True),
        (["right", "left", "enter"], False),
        (["shift+tab", "enter"], True),
    ],
)
async def test_keys(keys: list[str], answer: bool) -> None:
    app = Host(Confirm("Delete card #12?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


@pytest.mark.parametrize(("button", "answer"), [("#yes", True), ("#no", False)])
async def test_the_mouse(button: str, answer: bool) -> None:
    app = Host(Confirm("Delete card #12?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(button)
        await pilot.pause()
        assert app.answers == [answer]


async def test_the_buttons_say_what_they_do_and_with_which_key() -> None:
    app = Host(Confirm("Go?", yes="[b]Go", no="Stay"))
    async with app.run_test(size=(80, 24)):
        assert str(app.confirm.query_one("#yes", Button).label) == "[b]Go  y"
        assert str(app.confirm.query_one("#no", Button).label) == "Stay  n"
        assert app.confirm.focused is app.confirm.query_one("#no")


async def test_a_remapped_key_is_shown() -> None:
    app = Host(Confirm("Go?"))
    app.set_keymap({"confirm.yes": "f2"})
    async with app.run_test(size=(80, 24)) as pilot:
        assert str(app.confirm.query_one("#yes", Button).label) == "Delete  f2"
        await pilot.press("f2")
        await pilot.pause()
        assert app.answers == [True]


async def test_hostile_and_long_text_is_literal_and_fits() -> None:
    details = ["\x1b[2J [red]x[/red]\nnext", *("word " * 4000 for _ in range(9))]
    app = Host(Confirm("Delete “[b]\x07” " + "y" * 9000 + "?", details))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "[b]\\x07" in picture
        assert "\\x1b[2J [red]x[/red] next" in picture
        region = app.confirm.query_one("#buttons").region
        assert app.confirm.region.contains_region(region)
        details_pane = app.confirm.query_one("#details")
        await pilot.press("down", "down")
        assert details_pane.scroll_y == 2
        await pilot.press("up")
        assert details_pane.scroll_y == 1
        await pilot.press("y")
        await pilot.pause()
        assert app.answers == [True]


async def test_a_second_answer_on_its_way_closes_nothing_else() -> None:
    app = Host(Confirm("Go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        below = app.screen_stack[0]
        await pilot.click("#yes", times=3)
        app.confirm.action_answer(False)
        await pilot.pause()
        assert app.answers == [True]
        assert app.screen is below
