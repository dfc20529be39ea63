"""What the keys of a card change, beside the map as on a screen of its own."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from planner import many
from planner import requests as ask
from planner.batch import new_id
from planner.holdings import CardHoldings
from store.records import CardPlannedFile, ContextArtifact, KnowledgeStatus
from tui.asks import card as card_asks
from tui.asks import many as many_asks
from tui.screens.plan_screen import PlanScreen
from tui.session import Session
from tui.widgets.card_rows import SECTIONS, Item, section_items
from tui.widgets.card_view import CardView

KNOWLEDGE = ("requirement", "known_fact", "assumption", "question")
"""The sections that hold knowledge items."""


class CardEdits(PlanScreen):
    """The part of a screen that changes the card shown in its ``CardView``."""

    @property
    def card_view(self) -> CardView:
        """The card."""
        return self.query_one(CardView)

    @property
    def _held(self) -> CardHoldings | None:
        return self.card_view.holdings

    def _item(self) -> Item | None:
        """Return the item that is selected, None on anything else."""
        view, held = self.card_view, self._held
        if held is None or view.section not in SECTIONS:
            return None
        items = section_items(held, view.section)
        return next((item for item in items if item.id == view.selected_id), None)

    # The card

    def action_card_status(self, by: int) -> None:
        """Give the card its next status."""
        self._on_card(
            lambda session, card_id: many_asks.change_cards(
                session, [card_id], lambda cards: many.step_status(cards, None, by)
            )
        )

    def action_card_priority(self, by: int) -> None:
        """Make the card more or less urgent."""
        self._on_card(
            lambda session, card_id: many_asks.change_cards(
                session, [card_id], lambda cards: many.step_priority(cards, by)
            )
        )

    def action_card_finalize(self) -> None:
        """Say that the card may be built, or take that back."""
        self._on_card(lambda session, card_id: many_asks.finalize(session, [card_id]))

    # Its items

    def action_card_status_of(self, status: str) -> None:
        """Approve or reject what is selected; again makes it a draft."""
        wanted = KnowledgeStatus(status)
        word = "approves" if wanted == KnowledgeStatus.APPROVED else "rejects"
        section = self.card_view.section
        item = self._item()
        if item is None or isinstance(item, ContextArtifact):
            key = "a" if wanted == KnowledgeStatus.APPROVED else "x"
            self.status.say(
                f"Select a requirement, fact, assumption, question or file: {key} {word} it.",
                failed=True,
            )
            return
        item_id = item.id
        self._on_card(lambda s, card: card_asks.set_status(s, card, section, item_id, wanted))

    def action_card_reorder(self, by: int) -> None:
        """Move what is selected up or down in its list."""
        item, section = self._item(), self.card_view.section
        if item is None:
            self.status.say("Select an item first: this moves one in its list.", failed=True)
        elif isinstance(item, ContextArtifact):
            self.status.say("Context artifacts have no order of their own.", failed=True)
        elif isinstance(item, CardPlannedFile) and self.card_view.is_tree:
            self.status.say("A tree is in order of name: t shows the list again.", failed=True)
        else:
            item_id = item.id
            self._on_card(lambda s, card: card_asks.reorder(s, card, section, item_id, by))

    def action_card_delete(self) -> None:
        """Delete what is selected; a context artifact is only taken off the card."""
        item, section = self._item(), self.card_view.section
        if item is None:
            self.status.say("Select an item first: d deletes one.", failed=True)
            return
        item_id, title = item.id, _title(item)
        self._on_card(lambda s, card: card_asks.delete_item(s, card, section, item_id, title))

    # What is typed

    @on(CardView.Opened)
    def _on_card_opened(self) -> None:
        self.action_card_edit()

    def action_card_add(self) -> None:
        """Add to the section that the selection is in."""
        section = self.card_view.section
        if section in KNOWLEDGE:
            self._type_knowledge(section, None)
        else:
            self.status.say("Go to a section first: 1 to 6 do, then n adds to it.", failed=True)

    def action_card_edit(self) -> None:
        """Edit what is selected; on a section's heading, add to it."""
        view, item, held = self.card_view, self._item(), self._held
        if held is None:
            return
        if view.on_heading:
            self.action_card_add()
        elif view.section in KNOWLEDGE and item is not None:
            self._type_knowledge(view.section, item)
        elif view.section == "card":
            self.open_form_of(held.card.id)

    def open_form_of(self, card_id: str) -> None:
        """Edit a card in the form, once it has been read as it is now."""
        self._plan.ask(lambda session: session.read_card_for_form(card_id))
        self.card_view.wait_for_opening()

    def _type_knowledge(self, section: str, item: Item | None) -> None:
        from tui.screens.ask_text import AskText

        held = self._held
        if held is None:
            return
        item_id, value = (item.id, _title(item)) if item is not None else (new_id(), "")
        target = ask.CardTarget(card_id=held.card.id)
        word = section.replace("_", " ")

        def typed(text: str | None) -> None:
            if text is not None and text != value:
                payload = ask.KnowledgeUpsert(kind=section, id=item_id, text=text)  # type: ignore[arg-type]
                action = ask.UpsertCardKnowledgeItem(target_ref=target, payload=payload)
                self.card_view.want(item_id)
                self._plan.ask(lambda session: session.apply([action]))

        title = f"New {word}" if item is None else word.capitalize()
        self.app.push_screen(AskText(title, value=value), typed)

    # Between them

    def _on_card(self, do: Callable[[Session, str], object]) -> None:
        """Have something done to the card, on the plan's thread."""
        held = self._held
        if held is not None:
            card_id = held.card.id
            self._plan.ask(lambda session: do(session, card_id))


def _title(item: Item) -> str:
    if isinstance(item, CardPlannedFile):
        return item.logical_file_name
    return item.name if isinstance(item, ContextArtifact) else item.text
