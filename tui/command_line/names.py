"""What a command is given a name of: a card, a workflow, an approval, and how a run is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from planner.runs.reads import AssignmentRead, RunRead
    from store.adapter import DbAdapter
    from store.records import ApprovalRequest, OrchestrationRun, Project

MOST_NAMED = 10
"""How many a message lists where a name may mean several."""

LONGEST_TITLE = 60


class Named(NamedTuple):
    """Something that has a name: its id, what else it is called, and how a list shows it."""

    id: str
    title: str
    shown: str


def find_card(db: DbAdapter, project: Project, name: str) -> str:
    """Return the id of the card that is meant: ``#42``, ``42``, an id, or how one or a title begins.

    Raises:
        Refused: There is none, or there are several; the message lists them.
    """
    from planner.board import read_board

    board = read_board(db, project)
    faces = [card for lane in board.lanes for column in lane.columns for card in column.cards]
    typed = name.strip()
    digits = typed.removeprefix("#")
    if digits.isascii() and digits.isdigit():
        for face in faces:
            if face.number == int(digits):
                return face.id
        if typed.startswith("#"):
            raise _nothing("card", name, "The map shows each card's number.")
    cards = (Named(face.id, face.title, f"#{face.number} {face.title}") for face in faces)
    return _the_one("card", name, cards, "The map shows each card's number.")


def find_workflow(db: DbAdapter, project: Project, name: str) -> str:
    """Return the id of the workflow that is meant: its title, its id, or how one of them begins.

    Raises:
        Refused: There is none, or there are several; the message lists them.
    """
    from store.records import Workflow

    workflows = db.list(Workflow, project_id=project.id)
    named = [Named(each.id, each.title, each.title) for each in workflows]
    titles = ", ".join(_short(each.title) for each in workflows[:MOST_NAMED])
    return _the_one("workflow", name, named, f"There are {titles}." if titles else "There is none.")


def find_run(db: DbAdapter, project: Project, name: str) -> OrchestrationRun:
    """Return the run that is meant: its id, a part of it, or the newest of the card ``#42``.

    Raises:
        Refused: There is none, or there are several; the message lists them.
    """
    from planner.errors import Refused
    from planner.runs.reads import find_run
    from store.records import CardAssignment, OrchestrationRun

    if not name.strip().startswith("#"):
        return find_run(db, name)
    card_id = find_card(db, project, name)
    assigned = {each.run_id for each in db.list(CardAssignment, card_id=card_id)}
    found = db.list(OrchestrationRun, id=sorted(assigned)) if assigned else []
    if not found:
        raise Refused(f"The card {name.strip()} has not been built yet.")
    return max(found, key=lambda run: (run.created_at, run.id))


def find_request(db: DbAdapter, project: Project, name: str) -> ApprovalRequest:
    """Return the approval that is meant: its own id or how it begins, or the run that asks for it.

    Raises:
        Refused: There is none, there are several, or the run does not ask for any.
    """
    from planner.errors import Refused
    from store.records import ApprovalRequest, ApprovalStatus, OrchestrationRun

    request = db.get(ApprovalRequest, name.strip()) if name.strip() else None
    if request is not None:
        return request
    runs = [run.id for run in db.list(OrchestrationRun, project_id=project.id)]
    asking = db.list(ApprovalRequest, run_id=runs, status=ApprovalStatus.PENDING) if runs else []
    begun = [each for each in asking if name.strip() and each.id.startswith(name.strip())]
    if len(begun) == 1:
        return begun[0]
    run = find_run(db, project, name)
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

    if card is not None:
        card_id = find_card(db, project, card)
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


def _the_one(what: str, name: str, among: Iterable[Named], hint: str) -> str:
    """Return the id of what a name stands for."""
    from planner.errors import Refused

    typed = name.strip()
    everything = list(among)
    if not typed:
        raise _nothing(what, name, hint)
    for exact in (
        [each for each in everything if each.id == typed],
        [each for each in everything if each.title == typed],
        [
            each
            for each in everything
            if each.id.startswith(typed) or each.title.casefold().startswith(typed.casefold())
        ],
    ):
        if len(exact) == 1:
            return exact[0].id
        if exact:
            listed = "".join(f"\n  {each.id}  {_short(each.shown)}" for each in exact[:MOST_NAMED])
            more = "\n  and more" if len(exact) > MOST_NAMED else ""
            raise Refused(f"{_short(name)!r} may be several {what}s:{listed}{more}")
    raise _nothing(what, name, hint)


def _nothing(what: str, name: str, hint: str) -> Exception:
    from planner.errors import Refused

    return Refused(f"There is no {what} {_short(name)!r}. {hint}")


def _short(text: str) -> str:
    from planner.describe import clipped

    return clipped(text, LONGEST_TITLE)
