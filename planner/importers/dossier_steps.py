"""Puts the cards of a dossier that still has steps directly below their activities, as migration 005 does."""

from __future__ import annotations

from typing import Any

import msgspec

from planner.importers.dossier_rows import Report
from store.dossier import Dossier
from store.records import Card, Record

_FIRST = (-1, "")


def put_below_activities(
    dossier: Dossier, held: dict[type[Record], list[Any]], report: Report
) -> None:
    """Number cards anew where steps had counted theirs apart: first those on no step, then step by step."""
    if "step" not in dossier.tables or "step_id" not in dossier.tables.get("card", ()):
        return
    steps = {
        str(row["id"]): (_whole(row.get("position")), str(row["id"]))
        for row in dossier.rows("step", ("id", "position"))
    }
    of_card = {
        str(row["id"]): steps[str(row["step_id"])]
        for row in dossier.rows("card", ("id", "step_id"))
        if str(row["step_id"]) in steps
    }
    below: dict[str, list[Card]] = {}
    for card in held[Card]:
        below.setdefault(card.workflow_activity_id, []).append(card)
    places: dict[str, int] = {}
    for cards in below.values():
        stepped = sum(card.id in of_card for card in cards)
        if stepped:
            report.note("card", "stood on a step, and stand below its activity", stepped)
        if stepped and len({card.position for card in cards}) < len(cards):
            cards.sort(
                key=lambda card: (
                    of_card.get(card.id, _FIRST),
                    card.position,
                    card.created_at,
                    card.id,
                )
            )
            places |= {card.id: at for at, card in enumerate(cards)}
    held[Card] = [
        msgspec.structs.replace(card, position=places.get(card.id, card.position))
        for card in held[Card]
    ]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
