from textual.app import App
from textual.widgets import OptionList

from tui.screens.ask_text import AskText
from tui.screens.projects import NewProject, OpenProject, ProjectChoice, ProjectRow, Projects
from tui.widgets.key_line import KeyLine

ROWS: list[ProjectRow] = [
    ("p1", "Shop", "The shop and its back office", 3, 12, 1204),
    ("p2", "[red]\x1b[2J\nEvil", None, 1, 1, 1),
    ("p3", "x" * 5000, "y\nz" * 2000, 0, 0, 0),
]


class Host(App[None]):
    def __init__(self, rows: list[ProjectRow], current_id: str | None) -> None:
        super().__init__()
        self.projects = Projects(rows, current_id)
        self.choices: list[ProjectChoice | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.projects, self.choices.append)


async def test_enter_opens_the_highlighted_project() -> None:
    app = Host(ROWS, "p2")
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.projects.query_one(OptionList).highlighted == 1
        await pilot.press("up", "enter")
        await pilot.pause()
        assert app.choices == [OpenProject("p1")]


async def test_escape_closes() -> None:
    app = Host(ROWS, None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert app.choices == [None]


async def test_a_click_opens() -> None:
    app = Host(ROWS, "p1")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(OptionList, offset=(5, 4))
        await pilot.pause()
        assert app.choices == [OpenProject("p2")]


async def test_n_makes_a_project_with_a_new_name() -> None:
    app = Host(ROWS, "p1")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, AskText)
        await pilot.press(*"Shop", "enter")
        await pilot.pause()
        assert app.choices == []
        await pilot.press("2", "enter")
        await pilot.pause()
        assert app.choices == [NewProject("Shop2")]


async def test_cancelling_the_name_goes_back_to_the_list() -> None:
    app = Host(ROWS, "p1")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "escape")
        await pilot.pause()
        assert app.screen is app.projects
        assert app.choices == []


async def test_rows_tell_what_a_project_holds_literally() -> None:
    app = Host(ROWS, "p1")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "● Shop" in picture
        assert "3 workflows · 12 activities · 1,204 cards · open now" in picture
        assert "The shop and its back office" in picture
        assert "[red]\\x1b[2J Evil" in picture
        assert "1 workflow · 1 activity · 1 card" in picture
        assert app.projects.region.contains_region(app.projects.query_one(".dialog").region)
        options = app.projects.query_one(OptionList)
        assert options.virtual_size.height == 8


async def test_many_projects_scroll_within_the_screen() -> None:
    app = Host([(str(n), f"Project {n}", "d", 1, 2, 3) for n in range(200)], "199")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.projects.region.contains_region(app.projects.query_one(KeyLine).region)
        assert "Project 199" in app.export_screenshot().replace("&#160;", " ")


async def test_without_projects_one_can_be_made() -> None:
    app = Host([], None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "n", "a", "enter")
        await pilot.pause()
        assert app.choices == [NewProject("a")]
