"""What the parts of a screen share that work on the card in its ``CardView``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on

from tui.screens.plan_screen import PlanScreen
from tui.session import Session
from tui.widgets.card_keys import FIRST_KEYS
from tui.widgets.card_rows import SECTIONS, Item, section_items
from tui.widgets.card_view import CardView
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from planner.holdings import CardHoldings

KNOWLEDGE = ("requirement", "known_fact", "assumption", "question")
"""The sections that hold knowledge items."""


class CardBase(PlanScreen):
    """A screen that shows a card."""

    @property
    def card_view(self) -> CardView:
        """The card."""
        return self.query_one(CardView)

    def show_other_card(self, card_id: str) -> None:
        """Go to another card."""
        raise NotImplementedError

    @property
    def held(self) -> CardHoldings | None:
        """The card with all it holds; None where none is shown."""
        return self.card_view.holdings

    @property
    def item(self) -> Item | None:
        """The item that is selected, None on anything else."""
        view, held = self.card_view, self.held
        if held is None or view.section not in SECTIONS:
            return None
        items = section_items(held, view.section)
        return next((item for item in items if item.id == view.selected_id), None)

    @on(CardView.Selected)
    def _on_card_selected(self) -> None:
        self.fit_keys()

    def fit_keys(self) -> None:
        """Show the keys first that fit what is selected."""
        view = self.card_view
        kind = view.section if view.section in FIRST_KEYS else "knowledge"
        if view.section == "artifact" and view.on_heading:
            kind = "artifact"
        elif view.on_heading:
            kind = "section"
        self.query_one(KeyLine).put_first(FIRST_KEYS[kind])

    def on_card(self, do: Callable[[Session, str], object]) -> None:
        """Have something done to the card, on the plan's thread."""
        held = self.held
        if held is not None:
            card_id = held.card.id
            self._plan.ask(lambda session: do(session, card_id))

    def refuse(self, words: str) -> None:
        """Say that a key does nothing here, and what to do for it."""
        self.status.say(words, failed=True)
