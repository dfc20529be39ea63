"""What a card's keys do to context artifacts, which other cards may use as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.records import ContextArtifact
from tui.screens.card_base import CardBase

if TYPE_CHECKING:
    from tui.asks.artifacts import CardUsing
    from tui.screens.chooser import Chosen

MOST_NAMED = 8
"""Cards named before their artifact is deleted; of more, how many there are."""


class CardArtifacts(CardBase):
    """The part of a screen that links artifacts to the card, and looks for where they are used."""

    def action_card_link(self) -> None:
        """Link an artifact of the project, or a new one."""
        from tui.screens.artifact_picker import ArtifactPicker

        held = self.held
        if held is None:
            return

        def linked(chosen: Chosen | None) -> None:
            if chosen is not None:
                self.card_view.want(chosen.id)

        self.app.push_screen(
            ArtifactPicker(self._plan, held.card, self.planner_app.project_id), linked
        )

    def action_card_where(self) -> None:
        """Show which cards use the artifact, and go to the one that is chosen."""
        artifact = self._artifact("this shows which cards use one.")
        if artifact is None:
            return
        from tui.asks.artifacts import read_cards_using

        artifact_id, name = artifact.id, artifact.name
        self._plan.fetch(
            self,
            lambda session: read_cards_using(session, artifact_id),
            lambda cards: self._show_cards(name, cards),
        )
        self.card_view.wait_for_opening()

    def action_card_delete_artifact(self) -> None:
        """Delete the artifact for every card, once the person has seen which use it."""
        artifact = self._artifact("this deletes one for every card.")
        if artifact is None:
            return
        from tui.asks.artifacts import read_cards_using

        artifact_id = artifact.id
        self._plan.fetch(
            self,
            lambda session: read_cards_using(session, artifact_id),
            lambda cards: self._ask_delete(artifact, cards),
        )
        self.card_view.wait_for_opening()

    def _artifact(self, deed: str) -> ContextArtifact | None:
        item = self.item
        if isinstance(item, ContextArtifact):
            return item
        self.refuse(f"Select a context artifact first: {deed}")
        return None

    def _show_cards(self, name: str, cards: list[CardUsing]) -> None:
        from tui.screens.chooser import Chooser
        from tui.widgets.pick_list import Pick

        held = self.held
        here = held.card.id if held is not None else ""

        def chosen(choice: Chosen | None) -> None:
            if choice is not None and choice.id != here:
                self.show_other_card(choice.id)

        picks = [
            Pick(card.id, f"{card.called} {card.title}", card.activity, here=card.id == here)
            for card in cards
        ]
        if self.is_active:
            title = f"“{name}” is used by {len(cards):,} card{'' if len(cards) == 1 else 's'}"
            self.app.push_screen(Chooser(title, picks, yes="Go to it"), chosen)

    def _ask_delete(self, artifact: ContextArtifact, cards: list[CardUsing]) -> None:
        from planner.requests import DeleteContextArtifact, OneOf
        from tui.screens.confirm import Confirm

        action = DeleteContextArtifact(payload=OneOf(id=artifact.id))

        def answered(yes: bool | None) -> None:
            if yes:
                self._plan.ask(lambda session: session.apply([action], loud=True))

        named = [f"{card.called} {card.title}" for card in cards[:MOST_NAMED]]
        if len(cards) > MOST_NAMED:
            named.append(f"and {len(cards) - MOST_NAMED:,} more")
        details = [f"“{artifact.name}” goes from each card that uses it:", *named]
        if self.is_active:
            self.app.push_screen(
                Confirm(
                    "Delete this context artifact everywhere?", [*details, "u brings it all back."]
                ),
                answered,
            )
