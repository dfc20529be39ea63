"""Finding texts in every plan: what was typed, ranked, each with where it is."""

from __future__ import annotations

import re

import msgspec

from planner.describe import clipped
from store.adapter import DbAdapter, Row
from store.records import (
    Card,
    CardContextArtifact,
    ContextArtifact,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)

MOST_FOUND = 60
"""What is shown of a search; a person who sees so much types another word."""

KINDS = {
    "project": "project",
    "workflow": "workflow",
    "activity": "activity",
    "card": "card",
    "requirement": "requirement",
    "known_fact": "known fact",
    "assumption": "assumption",
    "question": "question",
    "planned_file": "planned file",
    "context_artifact": "artifact",
}
"""What each kind of thing that can be found is called."""

_NUMBER = re.compile(r"#?(\d{1,18})")
_MARKED = re.compile("\x02([^\x03]*)\x03?")

Pieces = tuple[tuple[str, bool], ...]
"""Parts of a text, each with whether it is what was looked for."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something found.

    ``on_card`` is the number and title of the card that holds it (None for what is on none),
    ``snippet`` the part that matches, empty when that is the title.
    """

    kind: str
    id: str
    card_id: str | None
    project_id: str
    where: tuple[str, ...]
    title: Pieces
    snippet: Pieces
    on_card: str | None

    @property
    def key(self) -> str:
        """What it goes by among all that is found."""
        return f"{self.kind} {self.id}"


def find(db: DbAdapter, typed: str, project_id: str | None = None) -> list[Found]:
    """Find what holds every word that was typed, best first.

    ``#42`` and ``42`` find the cards of that number; the second, texts with it as well.

    Args:
        db: The open plan.
        typed: Words, or their beginnings.
        project_id: Where to look; in every project when None.
    """
    with db.view():
        number = _NUMBER.fullmatch(typed.strip())
        found = _numbered(db, int(number[1]), project_id) if number else []
        if number and typed.strip().startswith("#"):
            return found
        rows = db.search(typed.split(), project_id=project_id, limit=MOST_FOUND)
        ids = [row[2] for row in rows if row[2] is not None and row[0] != "card"]
        titles = {card.id: card.title for card in db.list(Card, id=ids)} if ids else {}
        known = {one.key for one in found}
        found += [one for row in rows if (one := _found(row, titles.get(row[2]))).key not in known]
    return found[:MOST_FOUND]


def place_of(db: DbAdapter, found: Found) -> tuple[str | None, str | None]:
    """Return what to select on the map for something found, and the card to open, by id.

    A context artifact leads to the first card that uses it. A project has no place of its own.
    """
    if found.kind in ("workflow", "activity"):
        return found.id, None
    if found.kind == "context_artifact":
        links = db.list(CardContextArtifact, context_artifact_id=found.id)
        cards = db.list(Card, id=[link.card_id for link in links]) if links else []
        first = min((card.number or 0, card.id) for card in cards)[1] if cards else None
        return first, first
    return found.card_id, found.card_id


def is_there(db: DbAdapter, found: Found) -> bool:
    """Say whether what was found is still in the plan."""
    tables: dict[str, type[Record]] = {
        "project": Project,
        "workflow": Workflow,
        "activity": WorkflowActivity,
        "context_artifact": ContextArtifact,
    }
    if found.kind in tables:
        return db.get(tables[found.kind], found.id) is not None
    return found.card_id is not None and db.get(Card, found.card_id) is not None


def _found(row: Row, card_title: str | None) -> Found:
    kind, row_id, card_id, number, project_id, project, workflow, activity, title, snippet = row
    marked, name = _marked(snippet or ""), str(title or "")
    plain = "".join(text for text, _ in marked).strip("…")
    numbered = f"#{number} " if number is not None else ""
    # Of a long text that is its own title, the part that matches says more than the beginning.
    is_title = plain in " ".join(name.split("\n"))
    shown: Pieces = marked if is_title else ((name, False),)
    if kind == "card":
        shown = ((numbered, False), *shown)
    above = {"workflow": (project,), "activity": (project, workflow), "project": ()}
    where = above.get(kind, (project, workflow, activity))
    return Found(
        kind=kind,
        id=row_id,
        card_id=card_id,
        project_id=project_id or "",
        where=tuple(name for name in where if name),
        title=shown,
        snippet=() if is_title else marked,
        on_card=f"{numbered}{clipped(card_title, 80)}" if card_title is not None else None,
    )


def _numbered(db: DbAdapter, number: int, project_id: str | None) -> list[Found]:
    found = []
    for card in db.list(Card, number=number):
        activity = db.get(WorkflowActivity, card.workflow_activity_id)
        workflow = db.get(Workflow, activity.workflow_id) if activity else None
        project = db.get(Project, workflow.project_id) if workflow else None
        if activity is None or workflow is None or project is None:
            continue
        if project_id in (None, project.id):
            found.append(
                Found(
                    kind="card",
                    id=card.id,
                    card_id=card.id,
                    project_id=project.id,
                    where=(project.name, workflow.title, activity.title),
                    title=((f"#{number}", True), (" ", False), (card.title, False)),
                    snippet=((clipped(card.description, 200), False),) if card.description else (),
                    on_card=None,
                )
            )
    return found


def _marked(snippet: str) -> Pieces:
    """Return a snippet's parts; the store puts each match between two control characters."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    snippet = " ".join(snippet.strip().split("\n"))
    for match in _MARKED.finditer(snippet):
        pieces += [(snippet[at : match.start()], False), (match[1], True)]
        at = match.end()
    pieces.append((snippet[at:], False))
    return tuple((text, is_match) for text, is_match in pieces if text)
