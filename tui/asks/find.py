"""What finding asks of the plan; all of it runs on the plan's thread."""

from __future__ import annotations

from dataclasses import dataclass

from planner.errors import Refused
from planner.finding import KINDS, Found, find, is_there, place_of
from tui.session import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, and in which project it looked (None for every one)."""

    typed: str
    project: str | None
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Where to go for something found: what to select, what to open of a card, the project."""

    select: str | None
    item: str | None
    project_id: str | None


def read_found(session: Session, typed: str, *, here: bool) -> Answer:
    """Find what holds every word that was typed, here or in every project."""
    project = session.board.project if session.board is not None and here else None
    if not typed.strip():
        return Answer(typed, project.name if project else None, ())
    found = find(session.db, typed, project.id if project else None)
    return Answer(typed, project.name if project else None, tuple(found))


def read_way(session: Session, found: Found) -> Way:
    """Return the way to something found.

    Raises:
        Refused: It is gone, or nothing leads to it.
    """
    word = KINDS.get(found.kind, found.kind)
    if not is_there(session.db, found):
        raise Refused(f"The {word} has been deleted meanwhile.")
    select = place_of(session.db, found)
    if select is None and found.kind != "project":
        raise Refused(f"No card uses this {word} yet, so there is no place to go to.")
    is_open = session.board is not None and session.board.project.id == found.project_id
    item = found.id if found.is_held else None
    return Way(select, item, None if is_open else found.project_id)
