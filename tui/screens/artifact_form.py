"""Editing a context artifact: what agents are to read before they build a card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from store.records import ArtifactType, Card, ContextArtifact
from tui.edits import artifact_edit
from tui.plan_thread import PlanThread
from tui.screens.ask_text import AskText
from tui.screens.record_form import FormArea, RecordForm
from tui.text_files import NoText, read_text_file
from tui.widgets.choice import EnumChoice


class ArtifactForm(RecordForm):
    """Edits a context artifact, or makes one and links it to a card."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "file",
            "From a file",
            id="artifact_form.file",
            tooltip="Take the content from a text file",
        ),
    ]

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

    def check(self, values: dict[str, Any]) -> str:
        """Say that there must be something to read."""
        artifact = self._artifact
        if values["uri"] or values["content"]:
            return ""
        if artifact is not None and artifact.integration_ref is not None:
            return ""
        return "Give its content or its URL: there is nothing to read yet."

    def action_file(self) -> None:
        """Take the content from a file."""

        def named(path: str | None) -> None:
            if path is not None:
                self.run_worker(lambda: self._read(path), name="file", thread=True)

        self.app.push_screen(
            AskText(
                "Take the content of a file",
                placeholder="its path, such as docs/api.md or ~/notes.txt",
                yes="Read it",
            ),
            named,
        )

    def _read(self, typed: str) -> None:
        """Read a file, off the thread that draws."""
        try:
            path, text = read_text_file(typed)
        except NoText as reason:
            self.call_later(self.refuse, str(reason))
        else:
            self.call_later(self._take, path.name, text)

    def _take(self, name: str, text: str) -> None:
        if not self.text_of("name").strip():
            self.query_one("#name_field", FormArea).take(name)
        content = self.query_one("#content_field", FormArea)
        content.take(text)
        content.focus()
