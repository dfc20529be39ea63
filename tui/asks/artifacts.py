"""What the artifact screens read: a project's context artifacts, and how many cards use each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from store.records import CardContextArtifact, ContextArtifact
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
