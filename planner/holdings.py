"""A card and everything it holds, read at one moment: what the card's screen shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from planner.readiness import Held, Readiness, RuleResult, checklist, readiness_of
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
)

if TYPE_CHECKING:
    from planner.runs.card_build import CardBuild


@dataclass(frozen=True)
class CardHoldings:
    """A card and all it holds, each list in its order.

    ``links`` are the card's links to ``artifacts``; ``uses`` is, by artifact id, how many cards use
    each, this one included. ``build`` is the newest one, if there was any.
    """

    card: Card
    requirements: Sequence[CardRequirement]
    known_facts: Sequence[CardKnownFact]
    assumptions: Sequence[CardAssumption]
    questions: Sequence[CardQuestion]
    planned_files: Sequence[CardPlannedFile]
    artifacts: Sequence[ContextArtifact]
    links: Sequence[CardContextArtifact] = ()
    uses: Mapping[str, int] = field(default_factory=dict)
    build: CardBuild | None = None

    @property
    def items(self) -> list[Held]:
        """All that someone has to stand behind: knowledge, then planned files."""
        return [
            *self.requirements,
            *self.known_facts,
            *self.assumptions,
            *self.questions,
            *self.planned_files,
        ]

    @cached_property
    def readiness(self) -> Readiness:
        """How much of it bears on whether the card may be built."""
        return readiness_of(self.items)

    @property
    def checklist(self) -> list[RuleResult]:
        """Every rule of readiness, held against the card."""
        return checklist(self.readiness)

    @property
    def is_ready(self) -> bool:
        """Whether the card may be finalized."""
        return all(result.met for result in self.checklist)

    def link_to(self, artifact_id: str) -> CardContextArtifact | None:
        """Return the card's link to an artifact, or None."""
        return next((ln for ln in self.links if ln.context_artifact_id == artifact_id), None)


def planned_path(planned: CardPlannedFile) -> str:
    """Return where a planned file goes: its module, when it names one, and its name."""
    module = (planned.module_hint or "").strip().strip("/")
    name = planned.logical_file_name.strip().lstrip("/")
    return f"{module}/{name}" if module and not name.startswith(f"{module}/") else name


def read_holdings(db: DbAdapter, card_id: str) -> CardHoldings | None:
    """Read a card and all it holds; None when there is no such card.

    Raises:
        StoreError: The database could not be used.
    """
    with db.view():
        card = db.get(Card, card_id)
        if card is None:
            return None
        build = None
        if card.build_state is not None:
            from planner.runs.card_build import read_card_build  # few cards are built at a time

            build = read_card_build(db, card_id)
        links = db.list(CardContextArtifact, card_id=card_id)
        ids = [link.context_artifact_id for link in links]
        using = db.list(CardContextArtifact, context_artifact_id=ids) if ids else []
        return CardHoldings(
            card,
            db.list(CardRequirement, card_id=card_id),
            db.list(CardKnownFact, card_id=card_id),
            db.list(CardAssumption, card_id=card_id),
            db.list(CardQuestion, card_id=card_id),
            db.list(CardPlannedFile, card_id=card_id),
            db.list(ContextArtifact, id=ids) if ids else [],
            links,
            Counter(link.context_artifact_id for link in using),
            build,
        )
