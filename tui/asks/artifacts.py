"""What the artifact screens read: a project's context artifacts, and how many cards use each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from store.records import Card, CardContextArtifact, ContextArtifact, WorkflowActivity
from tui.session import Session


@dataclass(frozen=True, slots=True)
class ArtifactUse:
    """A context artifact, the number of cards that use it, and whether this one does."""

    artifact: ContextArtifact
    cards: int
    here: bool


def read_artifacts(session: Session, card_id: str) -> list[ArtifactUse]:
    """Return the artifacts of the open project, by name."""
    if session.board is None:
        return []
    with session.db.view():
        artifacts = session.db.list(ContextArtifact, project_id=session.board.project.id)
        ids = [artifact.id for artifact in artifacts]
        links = session.db.list(CardContextArtifact, context_artifact_id=ids) if ids else []
    used = Counter(link.context_artifact_id for link in links)
    here = {link.context_artifact_id for link in links if link.card_id == card_id}
    artifacts.sort(key=lambda artifact: (artifact.name.casefold(), artifact.id))
    return [ArtifactUse(each, used[each.id], each.id in here) for each in artifacts]


@dataclass(frozen=True, slots=True)
class CardUsing:
    """A card that uses an artifact, and the activity it is in."""

    id: str
    number: int | None
    title: str
    activity: str

    @property
    def called(self) -> str:
        """Its number, as people call it."""
        return f"#{self.number}" if self.number is not None else "#–"


def read_cards_using(session: Session, artifact_id: str) -> list[CardUsing]:
    """Return the cards that use an artifact, by number."""
    db = session.db
    with db.view():
        links = db.list(CardContextArtifact, context_artifact_id=artifact_id)
        cards = db.list(Card, id=[link.card_id for link in links]) if links else []
        activity_ids = list({card.workflow_activity_id for card in cards})
        activities = db.list(WorkflowActivity, id=activity_ids) if activity_ids else []
    titles = {activity.id: activity.title for activity in activities}
    cards.sort(key=lambda card: (card.number or 0, card.id))
    return [
        CardUsing(card.id, card.number, card.title, titles.get(card.workflow_activity_id, ""))
        for card in cards
    ]
