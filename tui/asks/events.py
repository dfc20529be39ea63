"""What the event log asks of the plan, on the plan's thread."""

from __future__ import annotations

from dataclasses import dataclass

from planner.events import Event, read_events
from tui.session import Session


@dataclass(frozen=True, slots=True)
class EventsAsked:
    """Which events are asked for: narrowed by what was typed, with or without two kinds."""

    typed: str = ""
    refused: bool = True
    archived: bool = False


@dataclass(frozen=True, slots=True)
class EventsRead:
    """A page of the events of the project that is open."""

    project: tuple[str, str]
    events: tuple[Event, ...]
    has_more: bool


def read_page(
    session: Session, asked: EventsAsked, before: Event | None, limit: int
) -> EventsRead | None:
    """Read a page of events; None when no project is open."""
    if session.board is None:
        return None
    project = session.board.project
    events, has_more = read_events(
        session.db,
        project.id,
        before=before,
        limit=limit,
        typed=asked.typed,
        refused=asked.refused,
        archived=asked.archived,
    )
    return EventsRead((project.id, project.name), events, has_more)
