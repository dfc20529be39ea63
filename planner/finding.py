"""Finding texts in every plan: what was typed, ranked, each with where it is."""

from __future__ import annotations

import re
import unicodedata

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

CANDIDATES = 240
"""What is ranked before that many are shown: places by their titles come before what they hold."""

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

_PLACES = frozenset({"project", "workflow", "activity", "card"})
_WORD = re.compile(r"\w+")
_PIECE = re.compile(r"\w+|\W+")
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
    def is_held(self) -> bool:
        """Whether it is something that cards hold."""
        return self.kind not in _PLACES

    @property
    def key(self) -> str:
        """What it goes by among all that is found."""
        return f"{self.kind} {self.id}"


def find(
    db: DbAdapter, typed: str, project_id: str | None = None, *, limit: int = MOST_FOUND
) -> list[Found]:
    """Find what holds every word that was typed, best first.

    ``#42`` and ``42`` find the cards of that number; the second, texts with it as well.

    Args:
        db: The open plan.
        typed: Words, or their beginnings.
        project_id: Where to look; in every project when None.
        limit: How much is found at most.
    """
    number = _NUMBER.fullmatch(typed.strip())
    found = _numbered(db, int(number[1]), project_id) if number else []
    if number and typed.strip().startswith("#"):
        return found[:limit]
    # In no view of ours: the store may have texts to index first.
    rows = db.search(typed.split(), project_id=project_id, limit=max(CANDIDATES, limit))
    known, words = {one.id for one in found}, _words(typed)
    # What is named so comes before what only holds it; else they stay as the store ranked them.
    rows = sorted(rows, key=lambda row: row[0] not in _PLACES or not _is_named(row[8], words))
    others = [_found(row, words) for row in rows[:limit] if row[1] not in known]
    return _with_cards(db, [*found, *others][:limit])


def place_of(db: DbAdapter, found: Found) -> str | None:
    """Return the id of what to select on the map for something found.

    A context artifact leads to the first card that uses it, and nowhere when none does. A
    project has no place of its own.
    """
    if found.kind in ("workflow", "activity"):
        return found.id
    if found.kind == "context_artifact":
        links = db.list(CardContextArtifact, context_artifact_id=found.id)
        cards = db.list(Card, id=[link.card_id for link in links]) if links else []
        return min((card.number or 0, card.id) for card in cards)[1] if cards else None
    return found.card_id


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


def _found(row: Row, words: frozenset[str]) -> Found:
    kind, row_id, card_id, number, project_id, project, workflow, activity, title, snippet = row
    marked, name = _marked(snippet or ""), str(title or "")
    plain = "".join(text for text, _ in marked).strip("…")
    numbered = f"#{number} " if number is not None else ""
    # Of a long text that is its own title, the part that matches says more than the beginning.
    is_title = plain in " ".join(name.split("\n"))
    shown = marked if is_title else _marked_by(name, words)
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
        on_card=None,
    )


def _words(text: str) -> frozenset[str]:
    """Return the words of a text as they are compared: no capitals, no accents."""
    if text.isascii():
        return frozenset(_WORD.findall(text.casefold()))
    plain = unicodedata.normalize("NFKD", text.casefold())
    return frozenset(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def _marked_by(text: str, words: frozenset[str]) -> Pieces:
    """Return a text's parts, those marked that begin as one of some words."""
    pieces = [(piece, _begins(piece, words)) for piece in _PIECE.findall(text)]
    return tuple(pieces) or ((text, False),)


def _begins(piece: str, words: frozenset[str]) -> bool:
    return any(part.startswith(word) for part in _words(piece) for word in words)


def _is_named(title: str | None, words: frozenset[str]) -> bool:
    """Say whether a title has all the words that were typed."""
    parts = _words(title or "")
    return all(any(part.startswith(word) for part in parts) for word in words)


def _with_cards(db: DbAdapter, found: list[Found]) -> list[Found]:
    """Say of what cards hold which card it is."""
    ids = {one.card_id for one in found if one.card_id is not None and one.kind != "card"}
    cards = {card.id: card for card in db.list(Card, id=sorted(ids))} if ids else {}
    return [
        msgspec.structs.replace(one, on_card=f"#{card.number} {clipped(card.title, 80)}")
        if one.kind != "card" and (card := cards.get(one.card_id or "")) is not None
        else one
        for one in found
    ]


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
