"""Editing a context artifact: what agents are to read before they build a card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from store.records import ArtifactType, Card, ContextArtifact
from tui.edits import artifact_edit
from tui.plan_thread import PlanThread
from tui.screens.record_form import RecordForm
from tui.widgets.choice import EnumChoice


class ArtifactForm(RecordForm):
    """Edits a context artifact, or makes one and links it to a card."""

    def __init__(
        self,
        plan: PlanThread,
        artifact: ContextArtifact | None = None,
        card: Card | None = None,
        project_id: str = "",
    ) -> None:
        """Edit a context artifact.

        Args:
            plan: Where it is saved.
            artifact: The artifact as it is now; a new one when None.
            card: The card that a new one is linked to, if any.
            project_id: The project it is in.
        """
        super().__init__(plan, artifact_edit(artifact, card, project_id))
        self._artifact = artifact

    def rows(self) -> Iterable[Widget]:
        """Yield the name, the type, and where the content is or the content itself."""
        name, title, uri, content = self.edit.fields
        yield self.area(name)
        yield EnumChoice(
            "Type",
            ArtifactType,
            self._artifact.type if self._artifact else ArtifactType.DOC,
            id="type_field",
        )
        yield self.area(title)
        yield self.area(uri)
        yield self.area(content)

    def choices(self) -> dict[str, Any]:
        """Return the type."""
        return {"type": self.query_one("#type_field", EnumChoice).value}

    def choose(self, values: dict[str, Any]) -> None:
        """Set the type."""
        self.query_one("#type_field", EnumChoice).take(values.get("type"))
