"""What a name stands for that somebody typed: a project, a card, a run and what is in between.

A card is named by its number (``#42``, ``42``), its id or its title, everything else by its id or its
title; the beginning of an id or a title will do where no other begins so. An exact name is taken
before one in other letter case, and that before a beginning. What a card holds is named by its
number within its section as well, from 1. A name is never guessed at: one that may be several
things is ``Ambiguous``, one that is nothing ``Unknown``, each with what may have been meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from planner.describe import clipped
from planner.errors import Ambiguous, Candidate, Refused, Unknown
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    OrchestrationRun,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)

MOST_NAMED = 10
"""How many a message lists where a name may mean several."""

LONGEST_NUMBER = 18
"""Digits of a number that a card may have."""

Held = CardRequirement | CardKnownFact | CardAssumption | CardQuestion | CardPlannedFile
H = TypeVar("H", CardRequirement, CardKnownFact, CardAssumption, CardQuestion, CardPlannedFile)
R = TypeVar("R", bound=Record)
T = TypeVar("T")

_MANY = {"activity": "activities"}


def find_project(db: DbAdapter, name: str) -> Project:
    """Return the project that is meant, by its name or id.

    Raises:
        Unknown: There is none.
        Ambiguous: There are several.
    """
    projects = db.list(Project)
    if not projects:
        raise Unknown("The database holds no project yet: planner-tui project add NAME makes one.")
    return _the_one(
        "project", name, {each.id: each for each in projects}, lambda each: (each.name, None, None)
    )


def find_workflow(db: DbAdapter, project_id: str, name: str) -> Workflow:
    """Return the workflow of a project that is meant. Raises ``Unknown`` or ``Ambiguous``."""
    workflows = {each.id: each for each in db.list(Workflow, project_id=project_id)}
    return _the_one("workflow", name, workflows, lambda each: (each.title, None, None))


def find_activity(
    db: DbAdapter, project_id: str, name: str, *, workflow_id: str | None = None
) -> WorkflowActivity:
    """Return the activity that is meant; ``Workflow/Activity`` says which of those called so.

    Args:
        db: The open plan.
        project_id: Its project.
        name: What was typed.
        workflow_id: The only workflow to look in.

    Raises:
        Unknown: There is none.
        Ambiguous: There are several.
    """
    workflows = {
        each.id: each
        for each in db.list(Workflow, project_id=project_id)
        if workflow_id in (None, each.id)
    }
    listed = db.list(WorkflowActivity, workflow_id=list(workflows)) if workflows else []
    order = {each: place for place, each in enumerate(workflows)}
    listed.sort(key=lambda each: (order[each.workflow_id], each.position))
    activities = {each.id: each for each in listed}

    def seen(each: WorkflowActivity) -> tuple[str, None, str]:
        return each.title, None, workflows[each.workflow_id].title

    try:
        return _the_one("activity", name, activities, seen)
    except Unknown:
        workflow, slash, activity = name.partition("/")
        if not slash or workflow_id is not None or not activity.strip():
            raise
        inside = find_workflow(db, project_id, workflow).id
        return find_activity(db, project_id, activity, workflow_id=inside)


def find_card(db: DbAdapter, project_id: str, name: str) -> Card:
    """Return the card of a project that is meant. Raises ``Unknown`` or ``Ambiguous``."""
    typed = name.strip()
    number = _number(typed.removeprefix("#"))
    numbered = db.list(Card, number=number) if number is not None else []
    named = db.get(Card, typed) if typed else None
    for card in (*numbered, *([named] if named is not None else [])):
        if _is_in(db, card, project_id):
            return card
    if typed.startswith("#"):
        project = db.get(Project, project_id)
        last = project.card_sequence if project is not None else 0
        why = (
            "It has been deleted; planner-tui log tells by whom."
            if number is not None and 0 < number <= last
            else f"The last card made is #{last}."
            if last
            else "The project holds none yet."
        )
        raise Unknown(f"There is no card {clipped(name)!r}. {why}")
    return _card_called(db, project_id, name)


def find_held(db: DbAdapter, table: type[H], card: Card, name: str) -> H:
    """Return what a card holds that is meant: by number in its section, id, or how it begins.

    Raises:
        Unknown: There is none.
        Ambiguous: There are several.
    """
    items = db.list(table, card_id=card.id)
    return _in_section(table.TABLE.removeprefix("card_").replace("_", " "), name, items, _text_of)


def find_artifact(
    db: DbAdapter, project_id: str, name: str, *, card: Card | None = None
) -> ContextArtifact:
    """Return the context artifact that is meant; of a card's, by its number there as well.

    Raises:
        Unknown: There is none.
        Ambiguous: There are several.
    """
    if card is None:
        return _in_section(
            "context artifact", name, db.list(ContextArtifact, project_id=project_id), _name_of, ()
        )
    ids = [link.context_artifact_id for link in db.list(CardContextArtifact, card_id=card.id)]
    used = db.list(ContextArtifact, id=ids) if ids else []
    return _in_section("context artifact", name, used, _name_of)


def find_run(db: DbAdapter, project_id: str, name: str) -> OrchestrationRun:
    """Return the run that is meant: its id, a part of it, or the newest of the card ``#42``.

    Raises:
        Refused: There is none, or there are several; the message lists them.
    """
    from planner.runs import reads
    from store.records import CardAssignment

    if not name.strip().startswith("#"):
        return reads.find_run(db, name)
    card = find_card(db, project_id, name)
    assigned = {each.run_id for each in db.list(CardAssignment, card_id=card.id)}
    found = db.list(OrchestrationRun, id=sorted(assigned)) if assigned else []
    if not found:
        raise Refused(f"The card {name.strip()} has not been built yet.")
    return max(found, key=lambda run: (run.created_at, run.id))


def _is_in(db: DbAdapter, card: Card, project_id: str) -> bool:
    activity = db.get(WorkflowActivity, card.workflow_activity_id)
    workflow = db.get(Workflow, activity.workflow_id) if activity is not None else None
    return workflow is not None and workflow.project_id == project_id


def _card_called(db: DbAdapter, project_id: str, name: str) -> Card:
    from planner.board import read_board

    project = db.get(Project, project_id)
    lanes = read_board(db, project).lanes if project is not None else ()
    placed = {
        card.id: (card, f"{lane.title} / {column.title}")
        for lane in lanes
        for column in lane.columns
        for card in column.cards
    }
    face, _ = _the_one("card", name, placed, lambda each: (each[0].title, each[0].number, each[1]))
    card = db.get(Card, face.id)
    if card is None:
        raise Unknown(f"The card {clipped(name)!r} has just been deleted.")
    return card


def _in_section(
    what: str,
    name: str,
    items: Sequence[R],
    title_of: Callable[[R], str],
    numbered: Sequence[R] | None = None,
) -> R:
    """Return one of a section's items, by its number from 1 or its name."""
    number = _number(name.strip().removeprefix("#"))
    places = items if numbered is None else numbered
    if number is not None and 0 < number <= len(places):
        return places[number - 1]
    by_id = {_id_of(each): each for each in items}
    return _the_one(what, name, by_id, lambda each: (title_of(each), None, None))


def _the_one(
    what: str,
    name: str,
    among: dict[str, T],
    seen: Callable[[T], tuple[str, int | None, str | None]],
) -> T:
    """Return what a name stands for, given by id what it may be and how each is seen."""
    typed = name.strip()
    if typed in among:
        return among[typed]
    candidates = [Candidate(each_id, *seen(each)) for each_id, each in among.items()]
    folded = typed.casefold()
    tests: tuple[Callable[[Candidate], bool], ...] = (
        lambda each: each.title in (name, typed),
        lambda each: each.title.strip().casefold() == folded,
        lambda each: each.id.startswith(typed) or each.title.casefold().startswith(folded),
    )
    for test in tests if typed else ():
        found = [each for each in candidates if test(each)]
        if len(found) == 1:
            return among[found[0].id]
        if found:
            many = _MANY.get(what, f"{what}s")
            words = f"{clipped(name)!r} may be several {many}:{_listed(found)}"
            raise Ambiguous(words, found)
    raise _nothing(what, name, candidates)


def _nothing(what: str, name: str, candidates: Sequence[Candidate]) -> Unknown:
    """Say that a name stands for nothing, with what is like it, or else what there is."""
    from difflib import get_close_matches

    titles: dict[str, Candidate] = {}
    for each in candidates:
        titles.setdefault(clipped(each.title).casefold(), each)
    near = [titles[title] for title in get_close_matches(clipped(name).casefold(), titles, 3, 0.6)]
    if near:
        hint = f"Did you mean {' or '.join(map(_called, near))}?"
    elif not candidates:
        hint = "There is none."
    elif len(candidates) <= MOST_NAMED:
        listed = ", ".join(map(_called, candidates)).rstrip(".")
        hint = f"There {'is' if len(candidates) == 1 else 'are'} {listed}."
    else:
        hint = f"There are {len(candidates):,}; planner-tui {what.split()[-1]} list names them."
    return Unknown(f"There is no {what} {clipped(name)!r}. {hint}", near)


def _listed(candidates: Sequence[Candidate]) -> str:
    lines = [
        f"\n  {each.id}  {_called(each)}" + (f"  ({clipped(each.within)})" if each.within else "")
        for each in candidates[:MOST_NAMED]
    ]
    return "".join(lines) + ("\n  and more" if len(candidates) > MOST_NAMED else "")


def _called(each: Candidate) -> str:
    title = clipped(each.title)
    return f"#{each.number} {title}" if each.number is not None else title


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def _id_of(record: Record) -> str:
    row_id: str = record.id  # type: ignore[attr-defined]
    return row_id


def _text_of(item: Held) -> str:
    return item.logical_file_name if isinstance(item, CardPlannedFile) else item.text


def _name_of(artifact: ContextArtifact) -> str:
    return artifact.name
