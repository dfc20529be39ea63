"""What the board asks of the plan, all of it run on the plan's own thread.

A ``Session`` owns the database connection and the latest snapshot. It is the only part of
``tui`` that calls the planner to change something; it answers with the messages below and
knows nothing of widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from textual.message import Message

from planner.board import (
    Board,
    next_board,
    read_board,
    read_lanes,
    read_outline,
)
from planner.errors import ActionRefused, Refused
from planner.history import REDO, UNDO
from planner.projects import create_project, find_project, latest_project
from planner.requests import (
    Action,
    ActivityChange,
    ActivityTarget,
    UpdateActivity,
)
from store.adapter import DbAdapter
from store.errors import StoreError
from store.records import (
    ActivityColor,
    Card,
    WorkflowActivity,
)

if TYPE_CHECKING:
    from planner.actions import BatchResult, Planner
    from planner.card_details import CardDetail
    from planner.changes import Touched
    from planner.holdings import CardHoldings
    from planner.runs.supervisors import Supervisors

FIRST_ROWS = 16
"""Rows of cards read before the first frame: more than most screens show."""


@dataclass
class BoardRead(Message):
    """There is a new snapshot.

    ``select`` is the id to select, ``note`` what to say of the change, ``loud`` whether it was
    more than a step, ``way_back`` the action that goes back (``undo``) and what its key does
    (``brings it back``).
    """

    board: Board
    select: str | None = None
    note: str | None = None
    loud: bool = False
    way_back: tuple[str, str] | None = None


@dataclass
class NoProject(Message):
    """The database holds no project."""


@dataclass
class Failed(Message):
    """What was asked could not be done; the plan is as it was."""

    reason: str


@dataclass
class CardRead(Message):
    """Everything a card holds."""

    holdings: CardHoldings


@dataclass
class CardForForm(Message):
    """A card to edit in the form."""

    card: Card


@dataclass
class DetailsRead(Message):
    """What the filter looks into, by card id; None for a card that has gone.

    ``whole`` when that is every card's, else it is what a change touched.
    """

    project_id: str
    details: Mapping[str, CardDetail | None]
    whole: bool


@dataclass
class RunsWait(Message):
    """So many runs of the open project wait for a person, so many of them for a word of theirs.

    ``news`` says of the last one why, where there are more than before (empty otherwise), and
    ``news_on`` which screen has it.
    """

    project_id: str
    count: int
    asked: int = 0
    news: str = ""
    news_on: str = "runs"

    @property
    def screen(self) -> str:
        """The screen that all of them are on: ``approvals``, or ``runs`` which has them all."""
        return "approvals" if self.asked == self.count else "runs"


@dataclass
class RunsFound(Message):
    """Runs were found that nobody saw to; what each had come to, a sentence each."""

    words: tuple[str, ...]


class Session:
    """One person's work on one plan; every method runs on the plan's thread."""

    def __init__(
        self,
        db: DbAdapter,
        post: Callable[[Message], object],
        *,
        actor: str,
        project: str | None,
        supervisors: Supervisors | None = None,
    ) -> None:
        """Work on ``db`` as ``actor``, answering through ``post``.

        Args:
            db: The open plan.
            post: Takes each answer; called from the plan's thread.
            actor: Whose name the planning actions bear.
            project: Name or id of the project to open; the one last changed when None, or
                when it has gone.
            supervisors: See to runs; None where runs have no place.
        """
        self.db = db
        self.actor = actor
        self.supervisors = supervisors
        self.board: Board | None = None
        self.progress: Callable[[int, int], object] = lambda done, total: None
        """Takes how far a long change is, and how far it goes."""
        self._post = post
        self._wanted = project
        self._seen_version = -1
        self._offered = False
        self._tells_details = False
        self.is_unsure = True
        """Whether something may have changed since the last look."""
        self._waiting: RunsWait | None = None

    @cached_property
    def _planner(self) -> Planner:
        from planner.actions import Planner  # not needed before the first change

        return Planner(self.db, actor=self.actor, progress=self.progress)

    @property
    def project_id(self) -> str:
        """The id of the project that is open, empty when none is."""
        return self.board.project.id if self.board is not None else ""

    def open(self) -> None:
        """Read the first lanes of the project to open, for the first frame."""
        with self.db.view():
            self._seen_version = self.db.data_version()
            wanted = find_project(self.db, self._wanted) if self._wanted else None
            project = wanted or latest_project(self.db)
            if project is None:
                return
            outline = read_outline(self.db, project)
            self.board = read_lanes(self.db, outline, FIRST_ROWS)
        self._offered = False
        self._post(BoardRead(self.board))

    def complete(self) -> None:
        """Read the lanes that the first frame did without."""
        if self.board is not None and not self.board.complete:
            self.reload()

    def reload(self) -> None:
        """Read the whole board again."""
        if self.board is None:
            self.open()
            return
        project = find_project(self.db, self.board.project.id)
        if project is None:
            self.board = None
            self._wanted = None
            self.open()
            return
        self.board = read_board(self.db, project)
        self._tell_details()
        self._post(BoardRead(self.board))

    def look(self) -> None:
        """Read the board again when another program has changed the plan."""
        version = self.db.data_version()
        if version != self._seen_version:
            self.reload()
            self._seen_version = version
            self.is_unsure = True
        if self.is_unsure:
            self.is_unsure = False
            self._tell_waiting()

    def _tell_waiting(self) -> None:
        """Tell how many runs wait for a person, where that is something new."""
        from tui.asks.waiting import read_waiting  # not needed for the first frame

        before, self._waiting = self._waiting, read_waiting(self, self._waiting)
        if self._waiting is not before and (before is not None or self._waiting.count):
            self._post(self._waiting)

    def apply(
        self,
        actions: Sequence[Action],
        select: str | None = None,
        note: str | None = None,
        *,
        also: str = "",
        loud: bool = False,
        project_id: str = "",
    ) -> BatchResult | None:
        """Apply planning actions as one batch and show the next board.

        Args:
            actions: The batch.
            select: What to select on the map; what was made when None.
            note: What to say of it; what the planner says when None. That cards are no longer
                finalized is said in any case.
            also: What to say besides.
            loud: Whether it is more than a step, whatever is in the batch.
            project_id: The project that is changed, where it may be another than is shown.
        """
        if self.board is None:
            return None
        from planner.describe import in_past  # not needed before the first change

        elsewhere = project_id not in ("", self.board.project.id)
        result = self._planner.apply(project_id or self.board.project.id, actions)
        said = in_past(result.message)
        if note is not None:
            said = f"{note}, {result.lost_marks}" if result.lost_marks else note
        loud = loud or len(result.actions) > 1 or _is_more_than_a_step(result)
        back = ("undo", _back_words(result)) if loud and result.actions else None
        said = f"{said} · {also}" if also else said
        if elsewhere:
            self._post(BoardRead(self.board, note=said))
            return result
        self._show(result, select, said, loud=loud, way_back=back)
        return result

    def step_color(self, activity_id: str) -> None:
        """Give an activity the colour after the one it has by now."""
        activity = self.db.get(WorkflowActivity, activity_id)
        if activity is None:
            return
        colors: list[ActivityColor | None] = [*ActivityColor, None]
        color = colors[(colors.index(activity.color) + 1) % len(colors)]
        action = UpdateActivity(
            target_ref=ActivityTarget(workflow_activity_id=activity_id),
            payload=ActivityChange(color=color),
        )
        self.apply([action], note=f"“{activity.title}” is {color or 'without colour'}")

    def show_changed(
        self, touched: Touched, note: str, *, way_back: tuple[str, str] | None = None
    ) -> None:
        """Show the next board after something was changed by other ways than planning actions.

        Args:
            touched: What has changed.
            note: What to say of it.
            way_back: The action that leads on, and what its key does.
        """
        if self.board is not None:
            self.board = next_board(self.db, self.board, touched)
            self._tell_details(touched)
            self._post(BoardRead(self.board, None, note, loud=True, way_back=way_back))

    def undo(self) -> None:
        """Take back the latest change of the project that still stands."""
        if self.board is not None:
            result = self._planner.undo(self.board.project.id)
            back = ("redo", "brings it back")
            self._show(result, None, result.message, loud=True, way_back=back)

    def undo_to(self, batch_id: str) -> None:
        """Take back a change and all that was done since and still stands."""
        if self.board is not None:
            result = self._planner.undo_to(self.board.project.id, batch_id)
            back = ("redo", "brings back one after the other")
            self._show(result, None, result.message, loud=True, way_back=back)

    def redo(self) -> None:
        """Bring back what the latest undo took."""
        if self.board is not None:
            result = self._planner.redo(self.board.project.id)
            back = ("undo", "takes it back again")
            self._show(result, None, result.message, loud=True, way_back=back)

    def read_card(self, card_id: str) -> None:
        """Read a card and all it holds, for the detail pane."""
        from planner.holdings import read_holdings  # not needed for the first frame

        holdings = read_holdings(self.db, card_id)
        if holdings is not None:
            self._post(CardRead(holdings))

    def read_card_for_form(self, card_id: str) -> None:
        """Read a card as it is now, to edit it."""
        card = self.db.get(Card, card_id)
        if card is None:
            raise Refused("This card has been deleted meanwhile.")
        self._post(CardForForm(card))

    def tell_details(self, wanted: bool) -> None:
        """Tell what the filter looks into, now and after each change, or stop telling it."""
        self._tells_details = wanted
        if wanted:
            self.complete()
            self._tell_details()

    def _tell_details(self, touched: Touched | None = None) -> None:
        """Read what the filter looks into; only what was touched, where that is known."""
        if self.board is None or not self._tells_details:
            return
        from planner.card_details import FEW, read_details, read_some_details

        if touched is None or len(touched.cards) > FEW:
            details = read_details(self.db, self.board)
            self._post(DetailsRead(self.board.project.id, details, whole=True))
        elif touched.cards:
            some = read_some_details(self.db, touched.cards)
            self._post(DetailsRead(self.board.project.id, some, whole=False))

    def open_project(self, project_id: str) -> None:
        """Show another project."""
        if find_project(self.db, project_id) is None:
            raise Refused("This project has been deleted meanwhile.")
        self._wanted = project_id
        self.open()
        self.complete()

    def create_project(self, name: str) -> None:
        """Make an empty project and show it."""
        project = create_project(self.db, name, actor=self.actor)
        self.open_project(project.id)

    def delete_project(self, project_id: str) -> None:
        """Delete a project for good; another is shown when it was the one that is open."""
        from planner.describe import clipped
        from planner.projects import delete_project

        gone = delete_project(self.db, project_id, self.actor)
        if self.board is not None and self.board.project.id == project_id:
            self.reload()
        if self.board is not None:
            note = f"Deleted the project “{clipped(gone.name)}” for good"
            self._post(BoardRead(self.board, note=note, loud=True))

    def load_sample(self) -> None:
        """Load the sample plan and show it."""
        from planner.sample import load_sample

        self.open_project(load_sample(self.db, actor=self.actor).id)

    def run(self, job: Callable[[Session], object]) -> None:
        """Do one job; what it could not do is told, never raised."""
        try:
            job(self)
        except (ActionRefused, Refused, StoreError) as error:
            self._fail(str(error))
        except Exception as error:
            # The thread must outlive a mistake of ours; the transaction was rolled back.
            self._fail(
                f"That went wrong inside planner-tui ({type(error).__name__}: {error}). "
                "The plan is as it was; please report it."
            )
        if self.board is None and not self._offered:
            self._offered = True
            self._post(NoProject())

    def _fail(self, reason: str) -> None:
        self._offered = False
        self._post(Failed(reason))

    def _show(
        self,
        result: BatchResult,
        select: str | None,
        note: str | None,
        *,
        loud: bool,
        way_back: tuple[str, str] | None,
    ) -> None:
        assert self.board is not None  # noqa: S101  (narrows for the type checker)
        self.board = next_board(self.db, self.board, result.touched)
        self._tell_details(result.touched)
        self._post(BoardRead(self.board, select or _made(result), note, loud, way_back))


def _made(result: BatchResult) -> str | None:
    """Return the id of what a batch made or brought back, to select it; else None."""
    last = result.actions[-1] if result.actions else None
    if last is None or not last.action_type.startswith(("create", UNDO, REDO)):
        return None
    names = ("card_id", "workflow_activity_id", "workflow_id")
    return next((last.result[name] for name in names if name in last.result), None)


_LOUD = ("create", "delete", "finalize", "unfinalize")
"""How the types of actions begin that are more than a step."""


def _is_more_than_a_step(result: BatchResult) -> bool:
    return bool(result.lost_marks) or any(
        done.action_type.startswith(_LOUD) for done in result.actions
    )


def _back_words(result: BatchResult) -> str:
    """Return what undoing a batch does, to go behind the key that does it."""
    gone = all(done.action_type.startswith("delete") for done in result.actions)
    return f"{'brings' if gone else 'takes'} {'it' if len(result.actions) == 1 else 'them'} back"
