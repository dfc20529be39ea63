"""A card in words for people, and as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from planner.holdings import CardHoldings, planned_path
from store.records import PRIORITIES, KnowledgeStatus


def card_document(held: CardHoldings) -> dict[str, Any]:
    """Return a card with all it holds, for programs."""
    return {
        "card": held.card,
        "requirements": held.requirements,
        "known_facts": held.known_facts,
        "assumptions": held.assumptions,
        "questions": held.questions,
        "planned_files": held.planned_files,
        "artifacts": held.artifacts,
        "checklist": [
            {"met": rule.met, "words": rule.words, "missing": rule.missing}
            for rule in held.checklist
        ],
        "finalized": held.card.finalized_at is not None,
    }


def card_in_words(held: CardHoldings) -> Iterator[str]:
    """Tell a card line by line; what it holds bears the number that commands take."""
    card = held.card
    yield f"#{card.number} {card.title}" if card.number is not None else card.title
    lacks = [rule.missing for rule in held.checklist if not rule.met]
    mark = "finalized" if card.finalized_at else f"not finalized: {', '.join(lacks) or 'ready'}"
    priority = f", priority {PRIORITIES[card.priority]}" if card.priority else ""
    built = f", build {card.build_state}" if card.build_state else ""
    yield f"{card.status}{priority}{built}, {mark}"
    if card.description:
        yield from ("", card.description)
    if card.quick_answer:
        yield from ("", f"Quick answer: {card.quick_answer}")
    for heading, items in (
        ("Requirements", held.requirements),
        ("Known facts", held.known_facts),
        ("Assumptions", held.assumptions),
    ):
        yield from _section(heading, [f"{item.status:<9} {item.text}" for item in items])
    asked = [
        f"{'open' if one.status == KnowledgeStatus.DRAFT else one.status:<9} {one.text}"
        + (f"\n{'':<15}{one.answer}" if one.answer else "")
        for one in held.questions
    ]
    yield from _section("Questions", asked)
    planned = [f"{one.status:<11} {one.action} {planned_path(one)}" for one in held.planned_files]
    yield from _section("Planned files", planned)
    artifacts = [f"{one.type:<9} {one.title or one.name}" for one in held.artifacts]
    yield from _section("Context", artifacts)


def _section(heading: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        numbered = (f"{number:>3}. {item}" for number, item in enumerate(items, start=1))
        yield from ("", heading, *numbered)
