"""What the map's keys do to the selected card or to all that are marked, on the plan's thread.

Each looks at the cards as they are by now, so that quick keys add up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from planner import many
from planner.board import CardFace
from planner.errors import Refused
from planner.moves import Shown, everything, plan_move, plan_moves
from planner.readiness import missing, read_readiness
from tui.session import Session

Changing = Callable[[list[CardFace]], many.Change]
"""Makes a change of some cards."""


def change_cards(session: Session, card_ids: Collection[str], changing: Changing) -> None:
    """Change cards as one batch."""
    cards = many.faces_of(session.board, card_ids) if session.board is not None else []
    if cards:
        change = changing(cards)
        if change.actions:
            session.apply(change.actions, note=change.note)


def finalize(session: Session, card_ids: Collection[str]) -> list[str]:
    """Finalize cards, or take their marks away; return the ids of those that aren't ready."""
    cards = many.faces_of(session.board, card_ids) if session.board is not None else []
    if not cards:
        return []

    def reasons(card: CardFace) -> list[str]:
        return missing(read_readiness(session.db, card.id))

    change, refused = many.finalize(cards, reasons)
    if not change.actions:
        raise Refused(f"{change.note}.")
    session.apply(change.actions, note=change.note, loud=True)
    return [card.id for card in refused]


def move(
    session: Session,
    moved: Collection[str],
    direction: str,
    *,
    select: str | None,
    shown: Shown | None,
) -> None:
    """Move a card, activity or workflow one step, or several cards."""
    board = session.board
    if board is None:
        return
    shown = shown or everything
    if len(moved) > 1:
        actions = plan_moves(board, moved, direction, shown)
        words = f"{len(moved):,} cards: moved {direction}"
        if actions:
            session.apply(actions, select=select, note=words)
        return
    for one in moved:
        action = plan_move(board, one, direction, shown)
        if action is not None:
            session.apply([action], select=select)
