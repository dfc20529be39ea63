"""Editing a card: everything about it that a person types or chooses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from store.records import Card, CardStatus
from tui.edits import card_edit
from tui.plan_thread import PlanThread
from tui.screens.record_form import RecordForm
from tui.text import clip
from tui.widgets.choice import PriorityChoice, StatusChoice


class CardForm(RecordForm):
    """Edits a card."""

    def __init__(self, plan: PlanThread, card: Card, project_id: str = "") -> None:
        """Edit a card.

        Args:
            plan: Where it is saved.
            card: The card as it is now.
            project_id: The project it is in.
        """
        super().__init__(plan, card_edit(card, project_id))
        self._card = card

    def heading(self) -> tuple[str, str]:
        """Return the card's number, and its times in UTC as they are stored."""
        card = self._card
        number = f"#{card.number}" if card.number is not None else "without a number"
        times = f"created {_moment(card.created_at)} · updated {_moment(card.updated_at)}"
        return f"Card {number}", times

    def rows(self) -> Iterable[Widget]:
        """Yield the title, the description, status and priority, the quick answer."""
        title, description, answer = self.edit.fields
        yield self.area(title)
        yield self.area(description)
        yield StatusChoice(self._card.status)
        yield PriorityChoice(self._card.priority)
        yield self.area(answer)

    def choices(self) -> dict[str, Any]:
        """Return status and priority."""
        return {
            "status": self.query_one(StatusChoice).value,
            "priority": self.query_one(PriorityChoice).value,
        }

    def choose(self, values: dict[str, Any]) -> None:
        """Set status and priority."""
        if values.get("status") in set(CardStatus):
            self.query_one(StatusChoice).take(CardStatus(values["status"]))
        if isinstance(values.get("priority"), int):
            self.query_one(PriorityChoice).take(values["priority"])


def _moment(timestamp: str) -> str:
    return clip(timestamp[:16].replace("T", " "), 16)
