"""Reads a project for an exporter, a stretch of cards at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from planner.knowledge_actions import KnowledgeItem
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    Workflow,
    WorkflowActivity,
)

CARDS_AT_ONCE = 500
"""Cards of which all that they hold is in memory at once."""


class Holdings(msgspec.Struct):
    """What belongs to a card, each list in its order."""

    requirements: list[CardRequirement] = []
    known_facts: list[CardKnownFact] = []
    assumptions: list[CardAssumption] = []
    questions: list[CardQuestion] = []
    planned_files: list[CardPlannedFile] = []


class Lane(msgspec.Struct, frozen=True):
    """A workflow with its activities, and each activity's cards."""

    workflow: Workflow
    activities: list[tuple[WorkflowActivity, list[Card]]]


def read_map(db: DbAdapter, project_id: str) -> list[Lane]:
    """Return a project's map, in its order."""
    workflows = db.list(Workflow, project_id=project_id)
    activities: dict[str, list[tuple[WorkflowActivity, list[Card]]]] = {}
    cards: dict[str, list[Card]] = {}
    for activity in db.list(WorkflowActivity, workflow_id=[one.id for one in workflows]):
        cards[activity.id] = []
        stack = (activity, cards[activity.id])
        activities.setdefault(activity.workflow_id, []).append(stack)
    for card in db.list(Card, workflow_activity_id=list(cards)):
        cards[card.workflow_activity_id].append(card)
    return [Lane(workflow, activities.get(workflow.id, [])) for workflow in workflows]


def with_holdings(db: DbAdapter, cards: Sequence[Card]) -> Iterator[tuple[Card, Holdings]]:
    """Yield each card with what it holds."""
    for start in range(0, len(cards), CARDS_AT_ONCE):
        some = cards[start : start + CARDS_AT_ONCE]
        held = {card.id: Holdings() for card in some}
        ids = list(held)
        for requirement in db.list(CardRequirement, card_id=ids):
            held[requirement.card_id].requirements.append(requirement)
        for fact in db.list(CardKnownFact, card_id=ids):
            held[fact.card_id].known_facts.append(fact)
        for assumption in db.list(CardAssumption, card_id=ids):
            held[assumption.card_id].assumptions.append(assumption)
        for question in db.list(CardQuestion, card_id=ids):
            held[question.card_id].questions.append(question)
        for planned in db.list(CardPlannedFile, card_id=ids):
            held[planned.card_id].planned_files.append(planned)
        for card in some:
            yield card, held[card.id]


def detail_of(item: KnowledgeItem) -> str | None:
    """Return what a known fact is known from, or a question's answer."""
    if isinstance(item, CardKnownFact):
        return item.evidence_source
    return item.answer if isinstance(item, CardQuestion) else None
