"""A batch at work: what its actions share while they are applied."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from planner.changes import Changes, Touched
from planner.errors import Refused
from planner.requests import given
from store.adapter import DbAdapter, R
from store.records import (
    Card,
    CardContextArtifact,
    ContextArtifact,
    EventLog,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)


def new_id() -> str:
    """Make an id: a UUID of version 7 as text (RFC 9562, sections 5.7 and 6.2, method 3).

    Ids made one after another sort that way, so that a big batch's rows go in at the end of
    their tables' indexes, and events of one millisecond are told in their order.
    """
    moment, rest = divmod(time.time_ns(), 1_000_000)
    chance = int.from_bytes(os.urandom(8))
    high = (moment << 16) | 0x7000 | (rest * 4096 // 1_000_000)
    low = (0b10 << 62) | (chance & 0x3FFF_FFFF_FFFF_FFFF)
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Batch:
    """The rows, the clock and the ids that a batch's actions work with.

    One is made for each batch, inside its transaction, so what it has looked up stays
    true until the batch ends, save for what the batch itself changes.
    """

    def __init__(
        self,
        db: DbAdapter,
        project: Project,
        *,
        actor: str,
        clock: Callable[[], str],
        new_id: Callable[[], str],
    ) -> None:
        self.db = db
        self.project = project
        self.actor = actor
        self.now = clock()
        self.new_id = new_id
        self.touched = Touched()
        self.changes = Changes(db, self.touched)
        self.card_sequence = project.card_sequence
        self._sizes: dict[tuple[str, str], int] = {}
        self._ours: set[tuple[type[Record], str]] = set()
        self._made: set[tuple[str, str]] = set()
        self._without_mark: set[str] = set()

    def next_action(self) -> None:
        """Start a fresh inverse: each action has its own."""
        self.changes = Changes(self.db, self.touched)

    def forget(self) -> None:
        """Drop what was looked up, after rows went away or moved in bulk."""
        self._sizes.clear()
        self._ours.clear()
        self._made.clear()
        self._without_mark.clear()

    def check_project(self, project_id: str | None) -> None:
        """Make sure that a target is this batch's project. Raises ``Refused``."""
        if project_id not in (None, self.project.id):
            raise Refused(f"The batch is for project {self.project.id}, not {project_id}.")

    def workflow(self, workflow_id: str) -> Workflow:
        """Return a workflow of this project. Raises ``Refused`` where there is none."""
        workflow = self.db.get(Workflow, workflow_id)
        if workflow is None or workflow.project_id != self.project.id:
            raise Refused(f"This project has no workflow {workflow_id}.")
        return workflow

    def activity(self, activity_id: str) -> WorkflowActivity:
        """Return an activity of this project. Raises ``Refused`` where there is none."""
        activity = self.db.get(WorkflowActivity, activity_id)
        if activity is None or not self._is_ours(activity):
            raise Refused(f"This project has no activity {activity_id}.")
        return activity

    def has_activity(self, activity_id: str) -> None:
        """Make sure of an activity without reading it again. Raises ``Refused``."""
        if not self._has_activity(activity_id):
            raise Refused(f"This project has no activity {activity_id}.")

    def card(self, card_id: str) -> Card:
        """Return a card of this project. Raises ``Refused`` where there is none."""
        card = self.db.get(Card, card_id)
        if card is None or not self._has_activity(card.workflow_activity_id):
            raise Refused(f"This project has no card {card_id}.")
        if card.finalized_at is None:
            self._without_mark.add(card_id)
        return card

    def finalized_card(self, card_id: str) -> Card | None:
        """Return a card of this project if it is finalized, else None.

        Most cards aren't, and a batch looks at each of them once at most.
        """
        card = None if card_id in self._without_mark else self.card(card_id)
        return card if card is not None and card.finalized_at is not None else None

    def has_card(self, card_id: str) -> None:
        """Make sure of a card without reading it again. Raises ``Refused``."""
        if (Card, card_id) not in self._ours:
            self.card(card_id)
            self._ours.add((Card, card_id))

    def artifact(self, artifact_id: str) -> ContextArtifact:
        """Return a context artifact of this project. Raises ``Refused`` where there is none."""
        artifact = self.db.get(ContextArtifact, artifact_id)
        if artifact is None or artifact.project_id != self.project.id:
            raise Refused(f"This project has no context artifact {artifact_id}.")
        return artifact

    def link(self, card_id: str, artifact_id: str) -> CardContextArtifact | None:
        """Return the link between a card and a context artifact, or None."""
        return self.db.get(CardContextArtifact, card_id, artifact_id)

    def held(self, table: type[R], row_id: str | None, card_id: str) -> R | None:
        """Return the row with this id, or None; a card made in this batch holds only its rows."""
        made_here = (Card.TABLE, card_id) in self._made
        if row_id is None or (made_here and (table.TABLE, row_id) not in self._made):
            return None
        return self.db.get(table, row_id)

    def insert_at(self, table: type[R], parent_id: str, position: int | None, record: R) -> None:
        """Add a row among its siblings, at ``record``'s position once there is room."""
        size = self.siblings(table, parent_id)
        place = size if position is None else min(position, size)
        self.changes.shift(table, parent_id, place, size, +1)
        self.changes.insert(msgspec.structs.replace(record, position=place))
        self._sizes[table.TABLE, parent_id] = size + 1
        self._ours.add((table, _id(record)))
        self._made.add((table.TABLE, _id(record)))
        if isinstance(record, Card) and record.finalized_at is None:
            self._without_mark.add(record.id)

    def reposition(self, record: Record, parent_id: str, position: int) -> None:
        """Move a row among its siblings; past the end is the end."""
        record = self._settled(record, parent_id)
        table, start = type(record), _position(record)
        stop = min(position, self.siblings(table, parent_id) - 1)
        if stop == start:
            return
        # Aside first: a shift may not run over the row that is moving.
        self.changes.update(record, position=-1)
        if stop > start:
            self.changes.shift(table, parent_id, start + 1, stop + 1, -1)
        else:
            self.changes.shift(table, parent_id, stop, start, +1)
        self.changes.update(msgspec.structs.replace(record, position=-1), position=stop)

    def move(self, record: Card | WorkflowActivity, parent_id: str, position: int | None) -> None:
        """Move a row to another parent (or within its own), at a place or last."""
        table, column = type(record), next(iter(record.PARENTS))
        source = getattr(record, column)
        if source == parent_id:
            last = self.siblings(table, source) - 1
            self.reposition(record, source, last if position is None else position)
            return
        record = self._settled(record, source)
        left, size = self.siblings(table, source), self.siblings(table, parent_id)
        place = size if position is None else min(position, size)
        self.changes.shift(table, parent_id, place, size, +1)
        self.changes.update(
            record, **{column: parent_id, "position": place, "updated_at": self.now}
        )
        self.changes.shift(table, source, record.position + 1, left, -1)
        self._sizes[table.TABLE, parent_id] = size + 1
        self._sizes[table.TABLE, source] = left - 1

    def delete_from(self, record: Record, parent_id: str) -> list[Record]:
        """Delete a row and close the gap; returns the rows that went, the row itself first."""
        record = self._settled(record, parent_id)
        table = type(record)
        size = self.siblings(table, parent_id)
        gone = self.changes.delete(record)
        self.changes.shift(table, parent_id, _position(record) + 1, size, -1)
        self.forget()
        return gone

    def set_mark(self, card: Card, finalized_at: str | None, **values: Any) -> None:
        """Give a card the finalized mark or take it away, with other columns to set."""
        self.changes.update(card, finalized_at=finalized_at, **values)
        if finalized_at is None:
            self._without_mark.add(card.id)
        else:
            self._without_mark.discard(card.id)

    def tell(self, event_type: str, told: dict[str, Any], gone: Sequence[Record] = ()) -> None:
        """Keep the story: of ``gone`` rows, the first whole and how many went with it."""
        if gone:
            counts = dict(Counter(row.TABLE for row in gone[1:]))
            told = {**told, "went_with_it": counts, "row": msgspec.to_builtins(gone[0])}
        self.db.insert(
            EventLog(
                id=self.new_id(),
                project_id=self.project.id,
                event_type=event_type,
                actor=self.actor,
                payload=told,
                created_at=self.now,
            )
        )

    def siblings(self, table: type[Record], parent_id: str) -> int:
        """Return how many rows stand below a parent, their positions made 0…n-1 if they weren't.

        Another program's database may hold gaps and doubles; the first action to touch
        such a parent mends it, as part of its own undoable change.
        """
        known = self._sizes.get((table.TABLE, parent_id))
        if known is not None:
            return known
        if (next(iter(table.PARENTS.values())), parent_id) in self._made:
            return 0
        positions = self.db.positions(table, parent_id)
        for place, (row_id, position) in enumerate(positions):
            row = self.db.get(table, row_id) if position != place else None
            if row is not None:
                self.changes.update(row, position=place)
        self._sizes[table.TABLE, parent_id] = len(positions)
        return len(positions)

    def _settled(self, record: R, parent_id: str) -> R:
        """Return the row as it stands once its siblings' positions are in order."""
        if (type(record).TABLE, parent_id) in self._sizes:
            return record
        self.siblings(type(record), parent_id)
        return self.db.get(type(record), _id(record)) or record

    def _has_activity(self, activity_id: str) -> bool:
        if (WorkflowActivity, activity_id) in self._ours:
            return True
        activity = self.db.get(WorkflowActivity, activity_id)
        return activity is not None and self._is_ours(activity)

    def _is_ours(self, activity: WorkflowActivity) -> bool:
        if (Workflow, activity.workflow_id) not in self._ours:
            workflow = self.db.get(Workflow, activity.workflow_id)
            if workflow is None or workflow.project_id != self.project.id:
                return False
            self._ours.add((Workflow, workflow.id))
        self._ours.add((WorkflowActivity, activity.id))
        return True


def said(text: str, what: str) -> str:
    """Return a text that must say something. Raises ``Refused`` where it is blank."""
    if not text.strip():
        raise Refused(f"The {what} is blank; it must say something.")
    return text


def changes_given(payload: msgspec.Struct, what: str, *leave_out: str) -> dict[str, Any]:
    """Return what ``given`` does. Raises ``Refused`` where that is nothing."""
    values = given(payload, *leave_out)
    if not values:
        raise Refused(f"The payload names nothing to change about the {what}.")
    return values


def _position(record: Record) -> int:
    position: int = record.position  # type: ignore[attr-defined]
    return position


def _id(record: Record) -> str:
    row_id: str = record.id  # type: ignore[attr-defined]
    return row_id
