"""What a command about runs is given a name of: an approval, a run's card; how a run is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.runs.reads import AssignmentRead, RunRead
    from store.adapter import DbAdapter
    from store.records import ApprovalRequest, Project

LONGEST_TITLE = 60


def find_request(db: DbAdapter, project: Project, name: str) -> ApprovalRequest:
    """Return the approval that is meant: its own id or how it begins, or the run that asks for it.

    Raises:
        Refused: There is none, there are several, or the run does not ask for any.
    """
    from planner.errors import Refused
    from planner.naming import find_run
    from store.records import ApprovalRequest, ApprovalStatus, OrchestrationRun

    request = db.get(ApprovalRequest, name.strip()) if name.strip() else None
    if request is not None:
        return request
    runs = [run.id for run in db.list(OrchestrationRun, project_id=project.id)]
    asking = db.list(ApprovalRequest, run_id=runs, status=ApprovalStatus.PENDING) if runs else []
    begun = [each for each in asking if name.strip() and each.id.startswith(name.strip())]
    if len(begun) == 1:
        return begun[0]
    run = find_run(db, project.id, name)
    of_run = [each for each in asking if each.run_id == run.id]
    if of_run:
        return of_run[-1]
    raise Refused(
        f"The run {short_id(run.id)} does not ask for an approval: it is {run.status}"
        f"{f', {run.reason}' if run.reason else ''}."
    )


def find_assignment(
    db: DbAdapter, project: Project, read: RunRead, card: str | None
) -> AssignmentRead:
    """Return a run's assignment: of the card that is named, else the only one.

    Raises:
        Refused: The run does not build that card, or it builds several and none was named.
    """
    from planner.errors import Refused
    from planner.naming import find_card

    if card is not None:
        card_id = find_card(db, project.id, card).id
        for each in read.assignments:
            if each.assignment.card_id == card_id:
                return each
        raise Refused(f"The run {short_id(read.id)} does not build {card}. {_cards_of(read)}")
    if len(read.assignments) == 1:
        return read.assignments[0]
    raise Refused(f"Say which card of the run with --card. {_cards_of(read)}")


def short_id(run_id: str) -> str:
    """Return the end of a run's id, which its branches end with and which names it in a command."""
    return run_id[-6:]


def called(number: int | None, title: str) -> str:
    """Return how a card is called: ``#42 Title``; a workflow's title has no number."""
    return f"#{number} {_short(title)}" if number is not None else _short(title)


def _cards_of(read: RunRead) -> str:
    cards = "".join(f"\n  {called(each.number, each.title)}" for each in read.assignments)
    return f"It builds:{cards}" if cards else "It builds none."


def _short(text: str) -> str:
    from planner.describe import clipped

    return clipped(text, LONGEST_TITLE)
