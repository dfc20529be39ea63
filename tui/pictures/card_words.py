"""What a picture says of a card below its title: signs with their words, as on the board."""

from __future__ import annotations

from planner.board import CardFace
from tui.glyphs import BUILD, FINALIZED, READY, STATUS, priority_sign, priority_word


def state_of(card: CardFace) -> str:
    """Return number, status, priority, mark and build in one line.

    A sign and its word are never on two lines.
    """
    parts = [f"#{card.number}" if card.number is not None else ""]
    parts.append(f"{STATUS.get(card.status, '')} {card.status}")
    if card.priority:
        parts.append(f"{priority_sign(card.priority)} {priority_word(card.priority)}")
    if card.is_finalized:
        parts.append(f"{FINALIZED} finalized")
    elif card.is_ready:
        parts.append(f"{READY} ready")
    if card.build_state is not None:
        parts.append(f"{BUILD.get(card.build_state, '')} {card.build_state}")
    return " · ".join(part.replace(" ", "\xa0") for part in parts if part)


def counts_of(card: CardFace) -> str:
    """Return how many requirements, open questions and planned files a card holds; maybe nothing."""
    counted = (
        (card.requirements, "requirement", "requirements"),
        (card.questions, "open question", "open questions"),
        (card.planned_files, "planned file", "planned files"),
    )
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n)
