"""The themes: readable, switched with the palette, remembered."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from tests.tui.board import OpenBoard, a_plan, open_board, opened_on
from tui.config import Config
from tui.few_colors import grounded
from tui.places import Places
from tui.remembered import Remembered
from tui.themes import DEFAULT, PLANNER_16, PLANNER_DARK, PLANNER_LIGHT
from tui.widgets.card_view import CardView
from tui.widgets.key_line import KeyLine
from tui.widgets.map_canvas import COLORS
from tui.widgets.status_line import StatusLine

READABLE = 4.5
"""What WCAG asks of text, at level AA."""

WITHOUT_TEXT = {"map--gap", "key-line--off"}
"""What holds no text, or text that is meant to stand back because it does nothing."""


def luminance(color: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


XTERM = (
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
)
"""The sixteen colours, where nobody has set others."""


def drawn(color: RichColor | None) -> Color:
    assert color is not None
    if color.number is not None:
        return Color.parse(XTERM[color.number])
    return Color.from_rich_color(color)


def of_style(style: Style) -> float:
    style = grounded(style)
    return contrast(drawn(style.color), drawn(style.bgcolor))


def styles(widget: Widget) -> dict[str, Style]:
    """Every style a widget draws text with, over what it is drawn on."""
    ground = widget.rich_style
    return {
        name: ground + widget.get_component_rich_style(name, partial=True)
        for name in type(widget)._get_component_classes()
        if name not in WITHOUT_TEXT
    }


def hard_to_read(board: OpenBoard, least: float = READABLE) -> dict[str, float]:
    """Return all that has too little contrast on the map screen."""
    found = {}
    screen = board.screen
    for widget in (screen.query_one(kind) for kind in (CardView, StatusLine, KeyLine)):
        found |= {name: of_style(style) for name, style in styles(widget).items()}
    on_map = styles(board.map)
    for state in ("card", "selected"):
        ground = on_map[f"map--{state}-meta"]
        for name, style in on_map.items():
            if name.startswith("map--status-"):
                over = Style(color=style.color, bgcolor=ground.bgcolor)
                found[f"{name} on {state}"] = of_style(over)
    found |= {name: of_style(style) for name, style in on_map.items() if "--status-" not in name}
    assert {f"map--activity-{color}" for color in COLORS} <= found.keys()
    return {name: round(ratio, 2) for name, ratio in found.items() if ratio < least}


async def test_our_own_themes_can_be_read(database_path: Path) -> None:
    async with open_board(database_path) as board:
        assert board.app.theme == DEFAULT == PLANNER_DARK.name
        assert hard_to_read(board) == {}
        board.app.theme = PLANNER_LIGHT.name
        await board.settle()
        assert hard_to_read(board) == {}
        board.app.theme = PLANNER_16.name
        await board.settle()
        # Black on magenta is as far apart as that palette goes.
        assert hard_to_read(board, least=4.4) == {}


@pytest.mark.parametrize("theme", [PLANNER_DARK, PLANNER_LIGHT], ids=lambda theme: theme.name)
def test_words_that_tell_something_can_be_read_on_every_ground(theme) -> None:
    variables = {**theme.to_color_system().generate(), **theme.variables}
    words = [name for name in variables if name.startswith("text-") and name != "text-disabled"]
    poor = {
        (word, ground): round(ratio, 2)
        for word in [*words, "foreground", "foreground-muted"]
        for ground in ("background", "surface", "panel", "primary-muted")
        if (ratio := contrast(Color.parse(variables[word]), Color.parse(variables[ground])))
        < READABLE
    }
    assert poor == {}


async def test_every_theme_has_colours_for_the_activities(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for theme in board.app.available_themes:
            board.app.theme = theme
            await board.settle()
            assert "Card 1.1.1" in board.text
            looks = {str(styles(board.map)[f"map--activity-{color}"]) for color in COLORS}
            assert len(looks) == len(COLORS), theme


async def test_a_theme_is_chosen_with_the_palette_and_remembered(
    database_path: Path, tmp_path: Path
) -> None:
    places = Places(state=tmp_path)
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            board.rush("ctrl+p")
            await board.until(lambda: board.top == "CommandPalette")
            await board.write("Theme")
            await board.until(lambda: "Change the current theme" in board.dialog)
            await board.press("enter")
            await board.until(lambda: "Search for themes" in board.dialog)
            await board.write("planner-light")
            await board.until(lambda: board.dialog.count("planner-light") > 1)
            await board.press("enter")
            await board.until(lambda: board.app.theme == "planner-light")
        async with opened_on(plan, database_path, places=places) as board:
            assert board.app.theme == "planner-light"


async def test_a_remembered_theme_that_is_not_there_is_let_be(
    database_path: Path, tmp_path: Path
) -> None:
    remembered = Remembered(tmp_path, str(database_path))
    remembered.keep_theme("gone", DEFAULT)
    remembered.write()
    with a_plan(database_path) as plan:
        async with opened_on(plan, database_path, places=Places(state=tmp_path)) as board:
            assert board.app.theme == DEFAULT


# Few colours, or none


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the test's terminal another one."""

    def make(**environment: str) -> None:
        for name in ("COLORTERM", "NO_COLOR", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return make


async def test_sixteen_colours_have_a_theme_of_their_own(
    database_path: Path, tmp_path: Path, terminal: Callable[..., None]
) -> None:
    terminal(TERM="xterm")
    places = Places(state=tmp_path)
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            assert board.app.theme == PLANNER_16.name
            assert board.app.native_ansi_color
            looks = looks_of(board).values()
            assert looks
            for look in looks:
                for color in (look.color, look.bgcolor):
                    assert color is not None
                    assert color.number is not None
            assert styles(board.map)["map--selected"].bgcolor == RichColor.parse("color(4)")
        terminal(TERM="xterm-256color")
        async with opened_on(plan, database_path, places=places) as board:
            assert board.app.theme == DEFAULT
        terminal(TERM="xterm")
        async with opened_on(plan, database_path, config=Config(theme="nord")) as board:
            assert board.app.theme == "nord"


async def test_without_colour_what_is_selected_is_in_reverse(
    database_path: Path, terminal: Callable[..., None]
) -> None:
    terminal(TERM="xterm", NO_COLOR="1")
    async with open_board(database_path) as board:
        for theme in (PLANNER_16.name, "ansi-dark"):
            board.app.theme = theme
            await board.settle()
            looks = looks_of(board)
            assert {(look.color, look.bgcolor) for look in looks.values()} == {
                (RichColor.default(), RichColor.default())
            }
            assert looks["Card 1.1.1"].reverse
            assert not looks["Card 1.1.2"].reverse
        # Greys of a theme in true colour, and back.
        board.app.theme = PLANNER_DARK.name
        await board.settle()
        color = looks_of(board)["Card 1.1.2"].color
        assert color is not None
        assert color.triplet is not None
        assert len(set(color.triplet)) == 1


def looks_of(board: OpenBoard) -> dict[str, Style]:
    """Return how the words on the screen look, as they are sent to the terminal."""
    return {
        segment.text.strip(): segment.style
        for strip in board.app.screen._compositor.render_strips()
        for segment in strip
        if segment.style and segment.text.strip().startswith("Card ")
    }
