from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from planner.board import CardFace, Column, Lane
from store.records import BuildState, CardStatus
from tests.tui.board import open_board
from tests.tui.maps import TITLES, columns, faces, is_drawable
from tui.glyphs import BUILD, FINALIZED, MARKED, READY, STATUS, priority_sign
from tui.widgets.map_geometry import CARD_LINES, NARROWEST, WIDEST
from tui.widgets.map_paint import MapPaint

PLAIN = Style()
card_widths = st.integers(min_value=NARROWEST, max_value=WIDEST)
view_widths = st.integers(min_value=1, max_value=200)

CARD = CardFace("c", 42, "Sign in with a link", "todo", 0, None, None, 0, 0, 0)


def painter(width: int) -> MapPaint:
    return MapPaint(lambda name: PLAIN, width)


def drawn(card: CardFace, *, selected: bool = False, width: int = WIDEST) -> list[str]:
    return [strip.text for strip in painter(width).card(card, None, selected)]


def fits(strip: Strip, width: int) -> None:
    """Assert that a strip is exactly this wide, however it is measured, and safe to print."""
    assert strip.cell_length == width
    assert sum(cell_len(segment.text) for segment in strip) == width
    assert all(segment.control is None for segment in strip)
    assert is_drawable(strip.text)


@given(faces(), card_widths, st.booleans(), st.booleans())
@example(CardFace("c", 1, "日" * 60, "todo", 0, None, None, 0, 0, 0), 21, False, True)
@example(CardFace("c", 1, "👩\u200d🚀" * 30, "todo", 0, None, None, 0, 0, 0), 20, True, True)
@example(CardFace("c", 1, "🇩🇪🏽" * 30, "todo", 0, None, None, 0, 0, 0), 20, True, False)
@example(CardFace("c", 1, "a" + "\u0301" * 500, "todo", 0, None, None, 0, 0, 0), 20, True, False)
def test_a_card_is_as_wide_as_asked(
    card: CardFace, width: int, selected: bool, marked: bool
) -> None:
    strips = painter(width).card(card, "yellow", selected, marked)
    assert len(strips) == CARD_LINES
    for strip in strips:
        fits(strip, width)
    assert strips[0].text.startswith(MARKED) is marked


@given(columns(), card_widths, st.booleans())
def test_an_activity_is_as_wide_as_asked(column: Column, width: int, selected: bool) -> None:
    strip = painter(width).activity(column, selected)
    fits(strip, width)
    assert strip.text.endswith(f"{column.size} ")


@given(
    TITLES,
    st.lists(columns(), max_size=3),
    st.none() | st.sampled_from(BuildState),
    view_widths,
    st.booleans(),
    st.booleans(),
)
def test_a_workflow_is_as_wide_as_asked(
    title: str,
    held: list[Column],
    build: BuildState | None,
    width: int,
    is_open: bool,
    selected: bool,
) -> None:
    lane = Lane("w", title, build, tuple(held))
    fits(painter(NARROWEST).lane(lane, width, is_open=is_open, selected=selected), width)


@given(TITLES, view_widths)
def test_a_note_is_as_wide_as_asked(text: str, width: int) -> None:
    fits(painter(NARROWEST).note(text, width), width)


def test_markup_and_escapes_show_as_written() -> None:
    title = "[red]x[/] \x1b[2J :smile:"
    card = CardFace("c", 1, title, "todo", 0, None, None, 0, 0, 0)
    assert "[red]x[/] \\x1b[2J :smile:" in drawn(card)[0]
    paint = painter(WIDEST)
    assert "[red]x[/] \\x1b[2J" in paint.activity(Column("a", title, None, 0), False).text
    lane = Lane("w", title, None, ())
    assert "[red]x[/] \\x1b[2J" in paint.lane(lane, 80, is_open=True, selected=False).text


@pytest.mark.parametrize("width", [NARROWEST, WIDEST])
def test_what_is_selected_reads_differently(width: int) -> None:
    both = zip(drawn(CARD, width=width), drawn(CARD, selected=True, width=width), strict=True)
    for plain, selected in both:
        assert plain != selected
    paint = painter(width)
    column, lane = Column("a", "Pay", None, 0), Lane("w", "Buy", None, ())
    assert paint.activity(column, False).text != paint.activity(column, True).text
    one, other = (paint.lane(lane, 80, is_open=True, selected=s).text for s in (False, True))
    assert one != other


def test_a_folded_workflow_reads_differently() -> None:
    lane = Lane("w", "Buy", None, ())
    texts = {painter(20).lane(lane, 80, is_open=o, selected=False).text for o in (True, False)}
    assert len(texts) == 2


@pytest.mark.parametrize("status", CardStatus)
def test_the_status_is_told_by_sign_and_word(status: CardStatus) -> None:
    card = CardFace("c", 42, "", status, 0, None, None, 0, 0, 0)
    assert f"#42 {STATUS[status]} {status}" in drawn(card)[2]


def test_signs_and_counts_tell_all_without_colour() -> None:
    assert len({*STATUS.values()}) == len(STATUS) == len(CardStatus)
    assert len({*BUILD.values()}) == len(BUILD) == len(BuildState)
    assert len({priority_sign(priority) for priority in range(8)}) == 8
    card = CardFace("c", 7, "", "review", 4, "failed", "2026", 3, 2, 1)
    facts = drawn(card)[2]
    for sign in (STATUS["review"], "!!!", BUILD["failed"], FINALIZED, "3r", "2?", "1f"):
        assert sign in facts


@pytest.mark.parametrize("state", BuildState)
def test_a_build_is_told_by_sign_and_word(state: BuildState) -> None:
    card = CardFace("c", 42, "", "active", 0, state, "2026", 3, 0, 2, 3)
    assert f"{FINALIZED} {BUILD[state]} {state} 3r 2f" in drawn(card)[2]
    narrow = drawn(card, width=25)[2]
    if state in ("completed", "cancelled"):  # no longer news: the status is what it led to
        assert f"#42 {STATUS['active']} active" in narrow
        assert f"{FINALIZED} {BUILD[state]} 3r 2f" in drawn(card, width=29)[2]
    else:
        assert f"{BUILD[state]} {state}" in narrow
        assert "active" not in narrow


def test_readiness_is_told_by_its_sign() -> None:
    def mark(finalized_at: str | None, *counts: int) -> str:
        face = CardFace("c", 7, "", "todo", 0, None, finalized_at, *counts)
        return "".join(sign for sign in (READY, FINALIZED) if sign in drawn(face)[2])

    assert mark(None, 1, 0, 0, 1, 0) == READY
    assert mark("2026", 1, 0, 0, 1, 0) == FINALIZED
    for lacking in ((1, 0, 0, 0, 0), (1, 1, 0, 1, 0), (1, 0, 0, 1, 1)):
        assert mark(None, *lacking) == ""


@given(faces(st.just("x")))
def test_the_status_sign_is_there_at_the_narrowest(card: CardFace) -> None:
    assert STATUS[card.status] in drawn(card, width=NARROWEST)[2]


def test_a_card_is_painted_once() -> None:
    paint = painter(30)
    first = paint.card(CARD, None, False)
    assert paint.card(CARD, None, False) is first
    assert paint.card(CARD, None, True) is not first
    marked = paint.card(CARD, None, False, True)
    assert marked is not first
    assert paint.card(CARD, None, False, True) is marked
    changed = CardFace("c", 42, "Other", "todo", 0, None, None, 0, 0, 0)
    assert "Other" in paint.card(changed, None, False)[0].text


async def test_without_colour_the_board_says_the_same(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_board(database_path) as board:
        await board.press("s", "+", "+")
        assert board.app.no_color
        line = board.map.render_lines(board.map.region.reset_offset)[4]
        assert "#1 ◐ active !" in line.text
        colors = {
            color.get_truecolor()
            for segment in line
            if segment.style
            for color in (segment.style.color, segment.style.bgcolor)
            if color is not None
        }
        assert all(red == green == blue for red, green, blue in colors)


async def test_every_line_is_as_wide_as_the_view_at_every_size(database_path: Path) -> None:
    async with open_board(database_path, workflows=3, activities=4) as board:
        for width, height in ((200, 50), (80, 24), (40, 12), (9, 3)):
            await board.pilot.resize_terminal(width, height)
            await board.settle()
            for x, y in ((0, 0), (13, 7), (1000, 1000)):
                board.map.scroll_to(x, y, animate=False, immediate=True)
                await board.settle()
                for line in range(board.map.size.height):
                    assert board.map.render_line(line).cell_length == board.map.size.width
