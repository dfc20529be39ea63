"""What the screens look like, as pictures to compare with.

``pytest tests/tui/test_snapshots.py --snapshot-update`` takes them anew; look at each
before committing it.
"""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from planner.conflicts import Author, Change, Clash
from planner.sample import load_sample
from store.open import open_store
from store.records import Card, CardPlannedFile
from tests.planner.plans import counting, ticking
from tests.tui.board import make_app, settle, watch_asked
from tui.app import PlannerApp
from tui.asks.saving import Conflict
from tui.edits import card_edit
from tui.screens.conflict import ConflictScreen
from tui.screens.planned_file_form import PlannedFileForm

NARROW, WIDE = (80, 24), (120, 36)

Before = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture
def app(database_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannerApp]:
    """Open the board on the sample plan, made at a fixed time with fixed ids."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    db = open_store(database_path)
    with db.connection():
        load_sample(db, clock=ticking(), new_id=counting("lantern"))
    app = make_app(db, Path("plan.db"))
    try:
        yield app
    finally:
        app.finish()


def after(*keys: str, theme: str = "planner-dark") -> Before:
    """Return what presses keys, each once the one before has had its effect."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, PlannerApp)
        app.theme = theme
        asked = watch_asked(app)
        await settle(pilot, asked)
        for key in keys:
            await pilot.press(key)
            await settle(pilot, asked)
        for area in app.screen.query(TextArea):
            area.cursor_blink = False
        await settle(pilot, asked)

    return before


@pytest.mark.parametrize("theme", ["planner-dark", "planner-light"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x36"])
def test_map(app: PlannerApp, snap_compare: Any, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(app, terminal_size=size, run_before=after(theme=theme))


def test_map_with_a_folded_workflow(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("space", "end", "right"))


def test_filtered_map(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("/", *"page"))


def test_title_being_typed(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("n", *"Save as PDF"))


def test_card_form(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("E"))


@pytest.mark.parametrize(
    ("size", "theme"), [(NARROW, "planner-dark"), (WIDE, "planner-light")], ids=["80x24", "120x36"]
)
def test_card(app: PlannerApp, snap_compare: Any, size: tuple[int, int], theme: str) -> None:
    keys = ("right", "down", "enter", "4", "a", "x", "f")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, theme=theme))


def test_card_beside_the_map(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("tab", "5", "t"))


def test_confirm(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=NARROW, run_before=after("d"))


def test_help(app: PlannerApp, snap_compare: Any) -> None:
    assert snap_compare(app, terminal_size=WIDE, run_before=after("question_mark"))


@pytest.mark.parametrize(
    ("size", "theme"), [(NARROW, "planner-dark"), (WIDE, "planner-light")], ids=["80x24", "120x36"]
)
def test_tour(app: PlannerApp, snap_compare: Any, size: tuple[int, int], theme: str) -> None:
    async def touring(pilot: Pilot[Any]) -> None:
        await after(theme=theme)(pilot)
        app.action_tour()
        await settle(pilot, watch_asked(app))

    assert snap_compare(app, terminal_size=size, run_before=touring)


def test_planned_file_form(app: PlannerApp, snap_compare: Any) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        with app._plan._session.db.connection():
            planned = app._plan._session.db.list(CardPlannedFile)[0]
            card = app._plan._session.db.get(Card, planned.card_id)
        assert card is not None
        await after(theme="planner-light")(pilot)
        app.push_screen(PlannedFileForm(app._plan, card, planned))
        await after(theme="planner-light")(pilot)

    assert snap_compare(app, terminal_size=NARROW, run_before=before)


def test_conflict(app: PlannerApp, snap_compare: Any) -> None:
    moment = "2026-01-30T08:00:00.000Z"
    base = Card(id="c", workflow_activity_id="a", title="Pay", number=7, created_at=moment)
    clash = Clash("description", "Pay\nby card", "Pay\nby link\nor by card", "Pay at once\nby card")
    conflict = Conflict(
        base,
        {},
        (Clash("title", "Pay", "Pay by link", "Pay at once"), clash),
        (Change("status", "todo", "review"),),
        {name: Author("ben", "2025-01-30T08:00:00.000Z") for name in ("title", "status")},
    )

    async def before(pilot: Pilot[Any]) -> None:
        app.push_screen(ConflictScreen(card_edit(base), conflict))
        await after("m")(pilot)

    assert snap_compare(app, terminal_size=NARROW, run_before=before)
