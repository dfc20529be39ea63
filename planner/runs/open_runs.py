"""Which runs there are and are open: what they build may not be deleted, nor built by another run."""

from __future__ import annotations

from collections.abc import Iterable

from planner.errors import Refused
from store.adapter import DbAdapter
from store.records import BuildState, Card, CardAssignment, OrchestrationRun, Record, Workflow

OPEN = (BuildState.QUEUED, BuildState.RUNNING, BuildState.BLOCKED)
"""The states of a run that is not over; a card has one such run at most."""

_MOST_NAMED = 5


def existing_run(db: DbAdapter, run_id: str) -> OrchestrationRun:
    """Return a run that somebody wants something of.

    Raises:
        Refused: It has been deleted.
    """
    run = db.get(OrchestrationRun, run_id)
    if run is None:
        raise Refused("This run has been deleted.")
    return run


def open_run_of_card(db: DbAdapter, card_id: str) -> OrchestrationRun | None:
    """Return the open run that builds a card, alone or with its workflow; None without one."""
    runs = [assignment.run_id for assignment in db.list(CardAssignment, card_id=card_id)]
    found = db.list(OrchestrationRun, id=runs, status=OPEN) if runs else []
    return found[-1] if found else None


def check_nothing_is_being_built(db: DbAdapter, rows: Iterable[Record]) -> None:
    """Make sure that no open run would go with rows that are to be deleted, nor lose a card.

    Args:
        db: The open plan, with the rows still in it.
        rows: A row and all below it.

    Raises:
        Refused: An open run builds some of it; the message names what.
    """
    cards: dict[str, list[str]] = {}
    runs: dict[str, OrchestrationRun] = {}
    for row in rows:
        if isinstance(row, OrchestrationRun):
            runs[row.id] = row
        elif isinstance(row, CardAssignment):
            cards.setdefault(row.run_id, []).append(row.card_id)
    others = [run_id for run_id in cards if run_id not in runs]
    runs.update((run.id, run) for run in (db.list(OrchestrationRun, id=others) if others else ()))
    names = [
        name
        for run in runs.values()
        if run.status in OPEN
        for name in _built_by(db, run, cards.get(run.id, ()))
    ]
    if not names:
        return
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    said = f"{', '.join(names[:_MOST_NAMED])}{more}"
    are, its = ("is", "its run") if len(names) == 1 else ("are", "their runs")
    raise Refused(f"{said} {are} being built: cancel {its} first.")


def _built_by(db: DbAdapter, run: OrchestrationRun, card_ids: Iterable[str]) -> list[str]:
    """Return what a run builds of what is to be deleted: its workflow, else its cards."""
    workflow = (
        db.get(Workflow, run.workflow_id) if run.card_id is None and run.workflow_id else None
    )
    found = [db.get(Card, card_id) for card_id in card_ids]
    if workflow is not None and not found:
        return [f"the workflow “{workflow.title}”"]
    return [
        f"#{card.number}" if card.number is not None else f"“{card.title}”"
        for card in found
        if card is not None
    ]
