"""A project at a glance: how its cards stand, what they lack, what is asked, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from planner.board import Board, CardFace
from store.adapter import DbAdapter
from store.records import BuildState, CardStatus, WaitsFor

MOST_QUESTIONS = 500
"""Open questions that are listed."""

LACKS = (
    "no requirement is approved",
    "a requirement is a draft",
    "a question is open",
    "an assumption is a draft",
    "a planned file isn't approved",
)
"""What a card may lack, in the order of ``planner.readiness.RULES``."""


class StatusCounts(msgspec.Struct, frozen=True):
    """How many cards have each status, in a workflow or (without a title) in all of them."""

    id: str
    title: str | None
    counts: tuple[tuple[CardStatus, int], ...]

    @property
    def total(self) -> int:
        """How many cards there are."""
        return sum(count for _, count in self.counts)


class OpenQuestion(msgspec.Struct, frozen=True):
    """A question that waits for its answer, and where it is."""

    id: str
    text: str
    card_id: str
    number: int | None
    card_title: str
    workflow: str
    activity: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A project at a glance.

    ``missing`` says what cards that aren't finalized lack, most often first; ``days`` how
    many changes were made on each day, oldest first, ``actors`` by whom. ``waits`` counts the
    open runs by what they wait for.
    """

    name: str
    all: StatusCounts
    workflows: tuple[StatusCounts, ...]
    finalized: int
    ready: int
    missing: tuple[tuple[str, int], ...]
    bare: int
    builds: tuple[tuple[BuildState, int], ...]
    waits: tuple[tuple[WaitsFor, int], ...] = ()
    question_count: int
    questions: tuple[OpenQuestion, ...]
    days: tuple[tuple[str, int], ...]
    actors: tuple[tuple[str, int], ...]

    @property
    def not_yet(self) -> int:
        """How many cards lack something."""
        return self.all.total - self.finalized - self.ready


def read_overview(
    db: DbAdapter, board: Board, *, days: Sequence[str], day_of: Callable[[str], str], since: str
) -> Overview:
    """Read a project's overview: the board's own counts, and three queries.

    Args:
        db: The open plan.
        board: The whole map.
        days: The days to tell changes of, oldest first.
        day_of: Returns the day of a moment.
        since: The moment from which changes are read; before the first day or at its start.
    """
    project_id = board.project.id
    with db.view():
        *lacking, bare = db.what_is_missing(project_id)
        questions = db.open_questions(project_id, limit=MOST_QUESTIONS)
        changes = db.changes_since(project_id, since)
        waiting = Counter(run.waits_for for run in db.runs(project_id, limit=0))
    cards = [card for lane in board.lanes for column in lane.columns for card in column.cards]
    changed: Counter[str] = Counter()
    actors: Counter[str] = Counter()
    wanted = frozenset(days)
    for minute, actor, count in changes:
        day = day_of(f"{minute}:00Z")
        if day in wanted:
            changed[day] += count
            actors[actor or "someone"] += count
    builds = Counter(card.build_state for card in cards)
    missing = sorted(zip(LACKS, lacking, strict=True), key=lambda one: -one[1])
    return Overview(
        name=board.project.name,
        all=_counts("", None, cards),
        workflows=tuple(
            _counts(lane.id, lane.title, [c for column in lane.columns for c in column.cards])
            for lane in board.lanes
        ),
        finalized=sum(card.is_finalized for card in cards),
        ready=sum(card.is_ready and not card.is_finalized for card in cards),
        missing=tuple(one for one in missing if one[1]),
        bare=bare,
        builds=tuple((state, builds[state]) for state in BuildState if builds[state]),
        waits=tuple((what, waiting[what]) for what in WaitsFor if waiting[what]),
        question_count=sum(card.questions for card in cards),
        questions=tuple(OpenQuestion(*row) for row in questions),
        days=tuple((day, changed[day]) for day in days),
        actors=tuple(sorted(actors.items(), key=lambda one: (-one[1], one[0]))),
    )


def _counts(workflow_id: str, title: str | None, cards: Sequence[CardFace]) -> StatusCounts:
    held = Counter(card.status for card in cards)
    return StatusCounts(workflow_id, title, tuple((status, held[status]) for status in CardStatus))
