"""When a card may be built: the rules, what is missing by them, and what takes the mark away.

A person finalizes a card (``finalized_at``) once every rule is met. The mark stands for what
was approved then; see ``docs/readiness.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from store.adapter import DbAdapter
from store.records import (
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    KnowledgeStatus,
    PlannedFileStatus,
)

Held = CardRequirement | CardKnownFact | CardAssumption | CardQuestion | CardPlannedFile
"""What a card holds and someone has to stand behind."""

CARD_TEXTS = ("title", "description", "quick_answer")
"""The card's own texts, which the mark stands for as well."""


class Readiness(msgspec.Struct, frozen=True):
    """How many of what a card holds bears on whether it may be built."""

    approved_requirements: int = 0
    draft_requirements: int = 0
    open_questions: int = 0
    draft_assumptions: int = 0
    unapproved_files: int = 0


class RuleResult(NamedTuple):
    """A rule held against a card: its words, and what is ``missing`` (empty when met)."""

    met: bool
    words: str
    missing: str


class Rule(NamedTuple):
    """What must be so, and how to say what is missing (empty when nothing is)."""

    words: str
    missing: Callable[[Readiness], str]


def _some(count: int, one: str, many: str) -> str:
    return "" if count == 0 else f"1 {one}" if count == 1 else f"{count:,} {many}"


RULES: tuple[Rule, ...] = (
    Rule(
        "at least one requirement is approved",
        lambda held: "" if held.approved_requirements else "no requirement is approved",
    ),
    Rule(
        "no requirement is a draft",
        lambda held: _some(
            held.draft_requirements, "requirement is a draft", "requirements are drafts"
        ),
    ),
    Rule(
        "no question is open",
        lambda held: _some(held.open_questions, "question is open", "questions are open"),
    ),
    Rule(
        "no assumption is a draft",
        lambda held: _some(
            held.draft_assumptions, "assumption is a draft", "assumptions are drafts"
        ),
    ),
    Rule(
        "every planned file is approved",
        lambda held: _some(
            held.unapproved_files, "planned file isn't approved", "planned files aren't approved"
        ),
    ),
)
"""Every rule, in the order a checklist shows them."""


def checklist(held: Readiness) -> list[RuleResult]:
    """Hold every rule against what a card holds."""
    told = [(rule.words, rule.missing(held)) for rule in RULES]
    return [RuleResult(not missing, words, missing) for words, missing in told]


def missing(held: Readiness) -> list[str]:
    """Return what is missing before a card may be built, in words; empty when it is ready."""
    return [result.missing for result in checklist(held) if not result.met]


def readiness_of(items: Iterable[Held]) -> Readiness:
    """Count what a card holds, from its items."""
    counts = dict.fromkeys(Readiness.__struct_fields__, 0)
    for item in items:
        match item:
            case CardRequirement(status=KnowledgeStatus.APPROVED):
                counts["approved_requirements"] += 1
            case CardRequirement() if is_undecided(item):
                counts["draft_requirements"] += 1
            case CardQuestion() if is_undecided(item):
                counts["open_questions"] += 1
            case CardAssumption() if is_undecided(item):
                counts["draft_assumptions"] += 1
            case CardPlannedFile() if is_undecided(item):
                counts["unapproved_files"] += 1
    return Readiness(**counts)


def read_readiness(db: DbAdapter, card_id: str) -> Readiness:
    """Count what a card holds, from the plan."""
    draft = {"card_id": card_id, "status": KnowledgeStatus.DRAFT}
    open_files = [status for status in PlannedFileStatus if status != PlannedFileStatus.APPROVED]
    return Readiness(
        approved_requirements=db.count(
            CardRequirement, card_id=card_id, status=KnowledgeStatus.APPROVED
        ),
        draft_requirements=db.count(CardRequirement, **draft),
        open_questions=db.count(CardQuestion, **draft),
        draft_assumptions=db.count(CardAssumption, **draft),
        unapproved_files=db.count(CardPlannedFile, card_id=card_id, status=open_files),
    )


def is_undecided(item: Held) -> bool:
    """Say whether an item alone keeps its card from being ready."""
    if isinstance(item, CardPlannedFile):
        return item.status != PlannedFileStatus.APPROVED
    return item.status == KnowledgeStatus.DRAFT and not isinstance(item, CardKnownFact)


def takes_mark_away(before: Held | None, after: Held | None) -> bool:
    """Say whether a change to what a finalized card holds takes its mark away.

    It does where something becomes undecided, and where what is approved is not what it was:
    something approved was edited, added or is gone. Places do not matter.

    Args:
        before: The item as it was; None when it is new.
        after: The item as it is; None when it was deleted.
    """
    if after is not None and is_undecided(after):
        return True
    if before is None or after is None:
        return _is_approved(before or after)
    if not (_is_approved(before) or _is_approved(after)):
        return False
    unmoved = msgspec.structs.replace(after, position=before.position, updated_at=before.updated_at)
    return unmoved != before


def _is_approved(item: Held | None) -> bool:
    return item is not None and item.status == KnowledgeStatus.APPROVED
