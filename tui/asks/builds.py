"""What the map's keys ask about builds: starting runs, and what is missing before one starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.changes import Touched
from planner.describe import clipped
from planner.errors import Refused
from planner.runs.gate import Gated, Missing, cards_of_workflow, what_is_missing
from planner.runs.policy import Policy, read_policy
from planner.runs.start import start_card_run, start_workflow_run
from store.errors import StoreError
from store.records import Card, Workflow, WorkflowActivity
from tui.session import Session

if TYPE_CHECKING:
    from planner.runs.agents import AgentProfile
    from planner.runs.supervisors import Supervisors

MOST_NAMED = 3
"""Cards that are named when their builds begin; of more, how many there are."""

NO_PLACE = "Runs have no place here: the board was opened without a folder to keep their files in."


@dataclass
class Starting:
    """What came of starting runs for some cards, as far as it is."""

    agent: AgentProfile
    started: list[Card] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    lacking: set[str] = field(default_factory=set)
    """The ids of the cards that could not be started."""
    refusals: list[str] = field(default_factory=list)
    """Why some could not, where it is nothing that can be seen to in a list."""


@dataclass(frozen=True, slots=True)
class WorkflowBuild:
    """What a run of a workflow would build.

    ``left_out`` has the reason behind each card's name.
    """

    title: str
    cards: Sequence[str]
    left_out: Sequence[str]
    at_once: int
    missing: Sequence[Missing]


def start_card(session: Session, card_id: str, starting: Starting) -> None:
    """Start a run that builds a card, or note why it can't be started."""
    card = session.db.get(Card, card_id)
    try:
        if card is None:
            raise Refused("This card has been deleted meanwhile.")
        start_card_run(
            session.db,
            card_id,
            agent=starting.agent,
            actor=session.actor,
            supervisors=_supervisors(
                session, lambda: missing_for_cards(session, [card_id], starting.agent)
            ),
        )
    except Gated as gated:
        new = [one for one in gated.missing if one not in starting.missing]
        starting.missing += new
        starting.lacking.add(card_id)
    except (Refused, StoreError) as refusal:
        name = _called(card) if card is not None else "A card"
        starting.refusals.append(f"{name} can't be built: {refusal}")
        starting.lacking.add(card_id)
    else:
        assert card is not None  # noqa: S101  (narrows for the type checker)
        starting.started.append(card)


def tell_started(session: Session, starting: Starting) -> Starting:
    """Show on the board what was started, and say so."""
    cards = starting.started
    if cards:
        if len(cards) <= MOST_NAMED:
            names = ", ".join(_called(card) for card in cards)
        else:
            names = f"{len(cards):,} cards"
        session.show_changed(
            Touched(cards={card.id for card in cards}),
            f"{starting.agent.name} builds {names}",
            way_back=_WAY_ON,
        )
    return starting


def missing_for_cards(
    session: Session, card_ids: Sequence[str], agent: AgentProfile | None
) -> list[Missing]:
    """Return all that is missing before some cards may be built."""
    found: list[Missing] = []
    for card_id in card_ids:
        if session.db.get(Card, card_id) is not None:
            missing = what_is_missing(session.db, card_id=card_id, agent=agent)
            found += [one for one in missing if one not in found]
    return found


def read_workflow_build(
    session: Session, workflow_id: str, agent: AgentProfile | None
) -> WorkflowBuild:
    """Return what a run of a workflow would build, and what is missing for it."""
    db = session.db
    workflow = db.get(Workflow, workflow_id)
    if workflow is None:
        raise Refused("This workflow has been deleted meanwhile.")
    waiting = cards_of_workflow(db, workflow_id)
    every = [
        card
        for activity in db.list(WorkflowActivity, workflow_id=workflow_id)
        for card in db.list(Card, workflow_activity_id=activity.id)
    ]
    ids = {card.id for card in waiting}
    left_out = [
        f"{_called(card)}: {'not finalized' if card.id in ids else 'in production already'}"
        for card in every
        if card.id not in ids or card.finalized_at is None
    ]
    policy = read_policy(db, workflow.project_id) or Policy()
    return WorkflowBuild(
        workflow.title,
        [_called(card) for card in waiting if card.finalized_at is not None],
        left_out,
        policy.limits.agents_at_once,
        what_is_missing(db, workflow_id=workflow_id, agent=agent),
    )


def start_workflow(session: Session, workflow_id: str, agent: AgentProfile) -> Sequence[Missing]:
    """Start a run that builds a workflow; return what is missing, where it can't."""
    try:
        start_workflow_run(
            session.db,
            workflow_id,
            agent=agent,
            actor=session.actor,
            supervisors=_supervisors(
                session, lambda: what_is_missing(session.db, workflow_id=workflow_id, agent=agent)
            ),
        )
    except Gated as gated:
        return gated.missing
    workflow = session.db.get(Workflow, workflow_id)
    activities = session.db.list(WorkflowActivity, workflow_id=workflow_id)
    title = clipped(workflow.title) if workflow is not None else ""
    session.show_changed(
        Touched(structure=True, activities={activity.id for activity in activities}),
        f"{agent.name} builds the workflow “{title}”",
        way_back=_WAY_ON,
    )
    return ()


_WAY_ON = ("to_screen('runs')", "shows it")


def _supervisors(session: Session, missing: Callable[[], Sequence[Missing]]) -> Supervisors:
    if session.supervisors is None:
        lacks = missing()
        raise Gated(lacks) if lacks else Refused(NO_PLACE)
    return session.supervisors


def _called(card: Card) -> str:
    number = f"#{card.number} " if card.number is not None else ""
    return f"{number}“{clipped(card.title)}”"
