"""What the keys of a card change, beside the map as on a screen of its own."""

from __future__ import annotations

from store.records import CardPlannedFile, CardQuestion, ContextArtifact, KnowledgeStatus
from tui.screens.card_artifacts import CardArtifacts
from tui.screens.card_typing import CardTyping
from tui.widgets.card_rows import item_title


class CardEdits(CardTyping, CardArtifacts):
    """The part of a screen that changes the card shown in its ``CardView``.

    What a key does depends on how the card stands by then, so each is worked out on the
    plan's thread, in ``tui/asks/card.py``.
    """

    # The card

    def action_card_status(self, by: int) -> None:
        """Give the card its next status."""
        from tui.asks.card import step_status

        self.on_card(lambda session, card_id: step_status(session, card_id, by))

    def action_card_priority(self, by: int) -> None:
        """Make the card more or less urgent."""
        from tui.asks.card import step_priority

        self.on_card(lambda session, card_id: step_priority(session, card_id, by))

    def action_card_finalize(self) -> None:
        """Say that the card may be built, or take that back."""
        from tui.asks.many import finalize

        self.on_card(lambda session, card_id: finalize(session, [card_id]))

    def action_card_build(self) -> None:
        """Let the agent build the card."""
        held = self.held
        if held is not None:
            self.planner_app.build_card(held.card.id)

    def action_card_run(self) -> None:
        """Go to the run that builds the card, or built it last."""
        held = self.held
        if held is not None and held.build is not None:
            self.planner_app.to_screen("runs", held.build.run_id)
        else:
            self.refuse("This card was never built.")

    # Its items

    def action_card_status_of(self, status: str) -> None:
        """Approve or reject what is selected; again makes it a draft."""
        from tui.asks.card import set_status

        section, item, wanted = self.card_view.section, self.item, KnowledgeStatus(status)
        if item is None or isinstance(item, ContextArtifact):
            deed = "approves" if wanted == KnowledgeStatus.APPROVED else "rejects"
            self.refuse(
                f"Select a requirement, fact, assumption, question or file: this {deed} it."
            )
            return
        item_id = item.id
        self.on_card(lambda session, card: set_status(session, card, section, item_id, wanted))

    def action_card_know(self) -> None:
        """Make the question's answer a known fact."""
        from tui.asks.card import keep_as_fact

        item = self.item
        if not isinstance(item, CardQuestion):
            self.refuse("Select a question first: this makes its answer a known fact.")
            return
        item_id = item.id
        self.on_card(lambda session, card: keep_as_fact(session, card, item_id))

    def action_card_reorder(self, by: int) -> None:
        """Move what is selected up or down in its list."""
        from tui.asks.card import reorder

        item, section = self.item, self.card_view.section
        if item is None:
            self.refuse("Select an item first: this moves one in its list.")
        elif isinstance(item, ContextArtifact):
            self.refuse("Context artifacts have no order of their own.")
        elif isinstance(item, CardPlannedFile) and self.card_view.is_tree:
            self.refuse("The tree is in order of names: t shows the list again.")
        else:
            item_id = item.id
            self.on_card(lambda session, card: reorder(session, card, section, item_id, by))

    def action_card_delete(self) -> None:
        """Delete what is selected; a context artifact is only taken off the card."""
        from tui.asks.card import delete_item

        item, section = self.item, self.card_view.section
        if item is None:
            self.refuse("Select an item first: this deletes one.")
            return
        item_id, title = item.id, item_title(item)
        self.on_card(lambda session, card: delete_item(session, card, section, item_id, title))
