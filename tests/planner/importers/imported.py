"""What an import made, in a form that tests can compare."""

from typing import Any

from planner.exporters.reading import read_map, with_holdings
from planner.importers.importing import ImportReport
from store.adapter import DbAdapter
from store.records import CardContextArtifact, ContextArtifact


def lanes(db: DbAdapter, project_id: str) -> dict[str, dict[str, list[str]]]:
    """Return the titles of a project's cards by workflow and activity."""
    return {
        lane.workflow.title: {
            activity.title: [card.title for card in stack] for activity, stack in lane.activities
        }
        for lane in read_map(db, project_id)
    }


def cards(db: DbAdapter, project_id: str) -> dict[str, dict[str, Any]]:
    """Return all that an import can give a card, by title."""
    found: dict[str, dict[str, Any]] = {}
    for lane in read_map(db, project_id):
        for _, stack in lane.activities:
            for card, held in with_holdings(db, stack):
                links = db.list(CardContextArtifact, card_id=card.id)
                artifacts = db.list(ContextArtifact, id=[one.context_artifact_id for one in links])
                found[card.title] = {
                    "status": str(card.status),
                    "priority": card.priority,
                    "description": card.description,
                    "requirements": [(one.text, str(one.status)) for one in held.requirements],
                    "facts": [one.text for one in held.known_facts],
                    "artifacts": {one.title: one.content or one.uri for one in artifacts},
                    "made": card.created_at,
                }
    return found


def told(report: ImportReport) -> list[str]:
    """Return what was skipped and noted, each with its place."""
    return [f"{one.path}: {one.reason}" for one in (*report.skipped, *report.noted)]
