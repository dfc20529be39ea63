"""Linking a context artifact to a card: one of the project's, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from planner.requests import CardTarget, Link, LinkContextArtifact
from store.records import Card
from tui.asks.artifacts import ArtifactUse, read_artifacts
from tui.asks.saving import Saved
from tui.plan_thread import PlanThread
from tui.screens.chooser import Chooser, Chosen
from tui.widgets.pick_list import Pick


class ArtifactPicker(Chooser):
    """Offers the project's artifacts; what is chosen is linked to the card, a new one made."""

    CSS_PATH: ClassVar = ["dialog.tcss", "chooser.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+n", "new", "New artifact", id="artifacts.new", tooltip="Make one and link it"
        ),
    ]

    def __init__(self, plan: PlanThread, card: Card, project_id: str = "") -> None:
        """Link to a card.

        Args:
            plan: Where the artifacts are.
            card: What they are linked to.
            project_id: The project it is in.
        """
        super().__init__("Link a context artifact", [], yes="Link")
        self._plan = plan
        self._card = card
        self._project_id = project_id

    def on_mount(self) -> None:
        """Read the artifacts."""
        card_id = self._card.id
        self._plan.fetch(self, lambda session: read_artifacts(session, card_id), self._show)

    def take(self, *, first: bool) -> None:
        """Link what is highlighted."""
        pick = self.picks.selected
        if pick is None:
            self.app.bell()
            return
        action = LinkContextArtifact(
            target_ref=CardTarget(card_id=self._card.id), payload=Link(context_artifact_id=pick.id)
        )
        self._plan.ask(lambda session: session.apply([action]))
        self.finish(Chosen(pick.id, first))

    def action_new(self) -> None:
        """Make an artifact, linked to the card."""
        from tui.screens.artifact_form import ArtifactForm

        def made(saved: Saved | None) -> None:
            if saved is not None:
                self.finish(Chosen(str(saved.ids.get("id", ""))))

        self.app.push_screen(
            ArtifactForm(self._plan, card=self._card, project_id=self._project_id), made
        )

    def _show(self, found: Sequence[ArtifactUse]) -> None:
        self._picks = [_pick(use) for use in found]
        self.picks.offer(
            self._picks, empty_note="This project has no context artifact yet: ctrl+n makes one."
        )
        self.fit(self.size.height)


def _pick(use: ArtifactUse) -> Pick:
    cards = f"{use.cards} card{'' if use.cards == 1 else 's'}" if use.cards else "unused"
    note = "linked to this card already" if use.here else (use.artifact.title or "")
    return Pick(
        use.artifact.id,
        use.artifact.name,
        f"{use.artifact.type} · {cards}",
        (note,) if note else (),
        use.here,
    )
