import pytest
from textual.app import App
from textual.widgets import OptionList

from tui.screens.projects import NewProject
from tui.screens.welcome import LoadSample, Welcome, WelcomeChoice
from tui.widgets.key_line import KeyLine


class Host(App[None]):
    def __init__(self, database: str = "plan.db") -> None:
        super().__init__()
        self.welcome = Welcome(database)
        self.choices: list[WelcomeChoice | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.welcome, self.choices.append)


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (["n", *"Shop", "enter"], NewProject("Shop")),
        (["enter", *"Shop", "enter"], NewProject("Shop")),
        (["s"], LoadSample()),
        (["down", "enter"], LoadSample()),
        (["q"], None),
        (["escape"], None),
        (["up", "enter"], None),
    ],
)
async def test_keys(keys: list[str], choice: WelcomeChoice | None) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.choices == [choice]


async def test_cancelling_the_name_comes_back() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "escape")
        await pilot.pause()
        assert app.screen is app.welcome
        assert app.choices == []


async def test_a_click_chooses() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(OptionList, offset=(5, 3))
        await pilot.pause()
        assert app.choices == [LoadSample()]


async def test_the_database_is_named_literally_and_all_fits() -> None:
    app = Host("/tmp/[red]\x1b[2J/" + "long/" * 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "[red]\\x1b[2J" in app.export_screenshot().replace("&#160;", " ")
        assert app.welcome.region.contains_region(app.welcome.query_one(KeyLine).region)
        assert app.welcome.region.contains_region(app.welcome.query_one(OptionList).region)
