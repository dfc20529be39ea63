"""The action log read backwards: what still stands, what can be undone and redone.

The log only grows. An undo is an action of its own that names, in ``undoes``, the batch
it takes back; a redo takes back an undo. Reading from the newest, a batch that a
standing undo names does not stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.errors import ActionRefused
from store.adapter import DbAdapter
from store.records import PlanningAction

UNDO = "undo"
REDO = "redo"


def newest_batches(db: DbAdapter, project_id: str) -> Iterator[PlanningAction]:
    """Yield each batch's last action, newest batch first, reading only as far as asked."""
    before: int | None = None
    while True:
        rows = db.actions_between(project_id, before=before, limit=1, newest_first=True)
        if not rows:
            return
        yield rows[0]
        before = db.list(PlanningAction, batch_id=rows[0].batch_id, limit=1)[0].sequence


def standing(db: DbAdapter, project_id: str) -> Iterator[PlanningAction]:
    """Yield the last action of every batch that nothing has taken back, newest first.

    Undos that stand are among them; redos are not, since what they brought back is.
    """
    taken_back: set[str] = set()
    for row in newest_batches(db, project_id):
        if row.batch_id in taken_back:
            continue
        if row.undoes is not None:
            taken_back.add(row.undoes)
        if row.action_type != REDO:
            yield row


def to_undo(db: DbAdapter, project_id: str) -> PlanningAction | None:
    """Return the last action of the latest batch that still stands, or None."""
    return next((row for row in standing(db, project_id) if row.action_type != UNDO), None)


def down_to(db: DbAdapter, project_id: str, batch_id: str) -> list[PlanningAction]:
    """Return the last action of each batch that stands down to this one, newest first.

    Raises:
        ActionRefused: The batch does not stand, so nothing could be taken back down to it.
    """
    found: list[PlanningAction] = []
    for row in standing(db, project_id):
        if row.action_type != UNDO:
            found.append(row)
            if row.batch_id == batch_id:
                return found
    raise ActionRefused("That change does not stand any more: it was taken back already.")


def to_redo(db: DbAdapter, project_id: str) -> PlanningAction | None:
    """Return the undo that a redo would take back, or None.

    There is none once something new was done: redoing across it would not give the map
    that was undone.
    """
    row = next(standing(db, project_id), None)
    return row if row is not None and row.action_type == UNDO else None
