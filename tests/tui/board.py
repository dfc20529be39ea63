"""The app on a plan of its own, with a second way into the database beside it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.geometry import Offset
from textual.keys import _character_to_key
from textual.pilot import Pilot

from planner.board import Board as Snapshot
from planner.board import read_board
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter, R
from store.open import open_store
from store.records import Card, Workflow, WorkflowActivity
from tests.planner.plans import Plan
from tests.store.fresh import migrated
from tui.app import PlannerApp
from tui.config import Config
from tui.drawing import Drawing
from tui.places import Places
from tui.plan_thread import Job, PlanThread
from tui.screens.map import MapScreen
from tui.widgets.card_view import CardView
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.map_cursor import find
from tui.widgets.map_geometry import Place
from tui.widgets.map_view import MapView
from tui.widgets.title_input import TitleInput

ACTOR = "ana"
WIDE = (120, 40)
PATIENCE = 60.0
"""Seconds to wait for what should take none, on a machine with much else to do."""


class OpenBoard:
    """An app under test, the plan it shows, and hands to work it with."""

    def __init__(self, app: PlannerApp, pilot: Pilot[None], plan: Plan) -> None:
        self.app = app
        self.pilot = pilot
        self.plan = plan
        self.db = plan.db
        self._asked = watch_asked(app)

    # Waiting

    async def settle(self) -> None:
        """Wait until the plan's thread is idle and all it told has been shown."""
        await settle(self.pilot, self._asked)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for something that comes by itself, and all that comes with it."""
        await self.wait_for(holds)
        await self.settle()

    async def wait_for(self, holds: Callable[[], object]) -> None:
        """Wait for something that comes by itself, whatever is still to come."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.pilot.pause()

    async def until_map(self) -> None:
        """Wait until the map takes keys, whether or not there is a board to show on it."""
        while not isinstance(self.app.focused, MapView):
            await self.pilot.pause()

    # Hands

    async def press(self, *keys: str) -> None:
        """Press keys, each once the one before has had its effect; wait for all they do."""
        for key in keys:
            known = len(self._asked)
            await self.hit(key)
            if len(self._asked) != known:
                await self.settle()
        await self.settle()

    async def hit(self, *keys: str) -> None:
        """Press keys, each once the one before has been handled, whatever is still to come."""
        for key in keys:
            self.rush(key)
            await _handled(self.app)

    def rush(self, *keys: str) -> None:
        """Press keys faster than anything can be handled."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(Key(name, key if len(key) == 1 else None))

    async def write(self, text: str) -> None:
        """Type a text."""
        self.rush(*text)
        await self.settle()

    async def open_form(self) -> None:
        """Edit the selected card in its form, whatever key does that."""
        assert self.map.card is not None
        self.screen.open_form(self.map.card)
        await self.settle()

    async def select(self, wanted: str) -> None:
        """Select a workflow, an activity or a card by its id."""
        self.map.select(self.place_of(wanted))
        await self.settle()

    # The screen

    @property
    def screen(self) -> MapScreen:
        return next(s for s in self.app.screen_stack if isinstance(s, MapScreen))

    @property
    def top(self) -> str:
        """The name of the screen on top."""
        return type(self.app.screen).__name__

    @property
    def map(self) -> MapView:
        return self.screen.map

    @property
    def selected(self) -> str | None:
        """The id of what is selected."""
        at = self.map.card or self.map.column or self.map.lane
        return at.id if at else None

    @property
    def filter(self) -> FilterLine:
        return self.screen.query_one(FilterLine)

    @property
    def title_input(self) -> TitleInput:
        return self.screen.query_one(TitleInput)

    @property
    def is_typing_title(self) -> bool:
        return bool(self.screen.query(TitleInput))

    @property
    def status(self) -> str:
        return self.screen.status.render_line(0).text

    @property
    def key_line(self) -> str:
        return self.screen.query_one(KeyLine).text

    @property
    def detail(self) -> str:
        return whole_card(self.screen.query_one(CardView))

    @property
    def lines(self) -> list[str]:
        """What the map shows, line by line."""
        return [self.map.render_line(y).text for y in range(self.map.size.height)]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def dialog(self) -> str:
        """All the words on the screen that is on top."""
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        )

    @property
    def shown(self) -> dict[str, list[str]]:
        """The ids of the cards the map shows, by activity."""
        return {
            column.id: [card.id for card in column.cards]
            for lane in self.map.lanes
            for column in lane.columns
        }

    def place_of(self, wanted: str) -> Place:
        place = find(self.map.lanes, wanted)
        assert place is not None, wanted
        return place

    def at(self, wanted: str) -> Offset:
        """A point on the map where something is drawn, in the map's own coordinates."""
        region = self.map.screen_region(self.place_of(wanted))
        return region.offset - self.map.region.offset + Offset(5, 0)

    # The database, through a connection of its own

    @property
    def stored(self) -> dict[str, list[str]]:
        """The ids of the cards the database holds, by activity."""
        return {
            column.id: [card.id for card in column.cards]
            for lane in self.snapshot.lanes
            for column in lane.columns
        }

    @property
    def snapshot(self) -> Snapshot:
        return read_board(self.db, self.plan.project)

    @property
    def workflows(self) -> list[str]:
        return [lane.id for lane in self.snapshot.lanes]

    def card(self, card_id: str) -> Card:
        return self._row(Card, card_id)

    def activity(self, activity_id: str) -> WorkflowActivity:
        return self._row(WorkflowActivity, activity_id)

    def workflow(self, workflow_id: str) -> Workflow:
        return self._row(Workflow, workflow_id)

    def _row(self, table: type[R], row_id: str) -> R:
        row = self.db.get(table, row_id)
        assert row is not None, row_id
        return row

    def agrees(self) -> None:
        """Assert that the map shows what the database holds."""
        assert self.shown == self.stored
        assert [lane.id for lane in self.map.lanes] == self.workflows


def whole_card(view: CardView) -> str:
    """Return all that a card view holds, in sight or not."""
    view._reach(1_000_000)
    lines = [line for index in range(len(view._rows)) for line in view._lines_of(index)]
    return "\n".join("".join(text for text, _style in line) for line in lines)


def plan_thread(app: PlannerApp) -> PlanThread:
    return app._plan


def watch_asked(app: PlannerApp) -> list[Job]:
    """Return a list that grows with every job the app asks of its plan's thread."""
    asked: list[Job] = []
    thread = plan_thread(app)
    ask = thread.ask

    def watched(job: Job, what: str = "") -> None:
        asked.append(job)
        ask(job, what)

    thread.ask = watched  # type: ignore[method-assign]
    return asked


async def settle(pilot: Pilot[Any], asked: list[Job]) -> None:
    """Wait until the plan's thread has done all it was asked, and all it told was shown.

    What is shown may ask for more (the selected card, the rest of the lanes), so this
    goes round until nothing more was asked.
    """
    app = pilot.app
    assert isinstance(app, PlannerApp)
    while True:
        await _handled(app)
        known = len(asked)
        thread = plan_thread(app)
        if thread.is_alive():
            done = threading.Event()
            thread._asked += 1
            thread._jobs.put((_doing(done.set), ""))
            assert await asyncio.to_thread(done.wait, PATIENCE), "the plan's thread hangs"
        await _handled(app)
        if len(asked) == known and app._early is None:
            await pilot.pause()
            if len(asked) == known:
                return


def _doing(deed: Callable[[], None]) -> Job:
    return lambda _session: deed()


async def _handled(app: PlannerApp) -> None:
    """Wait until every message under way was handled, by screens below dialogs as well.

    A message goes from the app to a widget and back up to its screen, hence the rounds.
    """
    for _ in range(3):
        under_way = 1
        handled = asyncio.Event()

        def one_less(handled: asyncio.Event = handled) -> None:
            nonlocal under_way
            under_way -= 1
            if not under_way:
                handled.set()

        for screen in app.screen_stack:
            for node in screen.walk_children(with_self=True):
                under_way += node.is_running and node.call_later(one_less)
        under_way += app.call_later(one_less)
        one_less()
        ends = [asyncio.create_task(event.wait()) for event in (handled, app._exception_event)]
        done, rest = await asyncio.wait(ends, return_when="FIRST_COMPLETED", timeout=PATIENCE)
        assert done, "messages are never handled"
        for task in rest:
            task.cancel()


@contextmanager
def a_plan(path: Path, **shape: int) -> Iterator[Plan]:
    """Give a plan with ``w1``, ``w1a1``, ``w1a1c1`` and so on; nothing in it without a shape."""
    if not path.exists():
        path.write_bytes(migrated())
    db = open_store(path)
    with db.connection():
        plan = Plan(db)
        if shape:
            plan.build(**shape)
        yield plan


@asynccontextmanager
async def opened_on(
    plan: Plan,
    path: Path,
    *,
    size: tuple[int, int] = WIDE,
    wait: bool = True,
    named: bool = True,
    places: Places | None = None,
    config: Config | None = None,
    supervisors: Supervisors | None = None,
    watches_runs: bool = False,
) -> AsyncIterator[OpenBoard]:
    """Open the board on a plan, its project named or not; close it with all it was asked done."""
    app = make_app(
        open_store(path),
        path,
        plan.project_id if named else None,
        places,
        config,
        supervisors=supervisors,
        watches_runs=watches_runs,
    )
    try:
        async with app.run_test(size=size) as pilot:
            board = OpenBoard(app, pilot, plan)
            if wait:
                await board.settle()
            yield board
    finally:
        app.finish()


@asynccontextmanager
async def open_board(
    path: Path, *, size: tuple[int, int] = WIDE, wait: bool = True, **shape: int
) -> AsyncIterator[OpenBoard]:
    """Open the board on a small plan: two workflows of two activities of three cards."""
    shape = shape or {"workflows": 2, "activities": 2, "cards": 3}
    with a_plan(path, **shape) as plan:
        async with opened_on(plan, path, size=size, wait=wait) as board:
            yield board


def make_app(
    db: DbAdapter,
    path: Path,
    project: str | None = None,
    places: Places | None = None,
    config: Config | None = None,
    drawing: Drawing = Drawing.UNICODE,
    supervisors: Supervisors | None = None,
    *,
    watches_runs: bool = False,
) -> PlannerApp:
    """Make the app; it leaves runs alone that nobody sees to, unless asked to watch them."""
    app = PlannerApp(
        db,
        actor=ACTOR,
        project=project,
        database=str(path),
        places=places,
        config=config,
        drawing=drawing,
        supervisors=supervisors,
    )
    if not watches_runs:
        app._look_after_runs = lambda: None  # type: ignore[method-assign]
    return app
