"""What is typed into a card: in place, or in a form where there is more to it than texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.geometry import Region

from store.records import CardPlannedFile, CardQuestion, ContextArtifact
from tui.screens.card_base import KNOWLEDGE, CardBase
from tui.widgets.card_view import CardView

if TYPE_CHECKING:
    from tui.asks.saving import NotSaved, Saved
    from tui.edits import Edit
    from tui.widgets.text_editor import TextEditor

_NEW_LINES = 3
"""Lines of an editor for something new."""


class CardTyping(CardBase):
    """The part of a screen that lets a person type into the card."""

    is_saving = False
    """Whether what was typed is on its way into the plan."""

    def saving_ended(self) -> None:
        """Go on, once what was typed is saved or can't be."""

    @on(CardView.Opened)
    def _on_card_opened(self) -> None:
        self.action_card_edit()

    def action_card_add(self) -> None:
        """Add to the section that the selection is in."""
        from tui.edits import new_knowledge_edit

        view, held = self.card_view, self.held
        section = view.section
        if held is None:
            return
        if section == "planned_file":
            self._open_file_form(None)
        elif section == "artifact":
            self._open_artifact_form(None)
        elif section in KNOWLEDGE:
            item = self.item
            place = None if item is None else item.position + 1  # type: ignore[union-attr]
            edit = new_knowledge_edit(
                section,  # type: ignore[arg-type]
                held.card,
                self.planner_app.project_id,
                position=place,
            )
            self._type(edit, below=True)
        else:
            self.refuse("Go to a section first: 1 to 6 do, then n adds to it.")

    def action_card_edit(self) -> None:
        """Edit what is selected; on a section's heading, add to it."""
        if self.card_view.on_heading:
            self.action_card_add()
        else:
            self._edit_selected()

    def action_card_edit_outside(self) -> None:
        """Edit the selected text in the person's own editor."""
        if self.card_view.on_heading:
            self.refuse("Select a text first: this opens it in your editor.")
            return
        editor = self._edit_selected()
        if editor is not None:
            self.call_after_refresh(editor.open_outside)

    def action_card_answer(self) -> None:
        """Answer the question that is selected."""
        from tui.edits import answer_edit

        held, question = self.held, self.item
        if held is None or not isinstance(question, CardQuestion):
            self.refuse("Select a question first: this answers one.")
            return
        self._type(answer_edit(question, held.card, self.planner_app.project_id), below=True)

    def _edit_selected(self) -> TextEditor | None:
        from tui.edits import card_edit, knowledge_edit

        held, item = self.held, self.item
        if held is None:
            return None
        if isinstance(item, CardPlannedFile):
            self._open_file_form(item)
            return None
        if isinstance(item, ContextArtifact):
            self._open_artifact_form(item)
            return None
        if item is not None:
            return self._type(knowledge_edit(item, held.card, self.planner_app.project_id))
        whole = card_edit(held.card, self.planner_app.project_id)
        name = self.card_view.selected_id
        for field in whole.fields:
            if field.name == name:
                key = replace(whole.key, field=name)
                return self._type(replace(whole, fields=(field,), key=key))
        return None

    def _type(self, edit: Edit, *, below: bool = False) -> TextEditor:
        """Type over what is selected, or below it."""
        from tui.asks.saving import Saved
        from tui.screens.saving import edit_in_place, in_words

        view = self.card_view
        region = view.selected_region()
        if below:
            region = Region(region.x, region.bottom, region.width, _NEW_LINES)

        def begun() -> None:
            # Keys typed right after are for what was typed, not for what was selected before.
            self.is_saving = True
            view.keep_keys(lambda: not (self.is_saving or view.is_waiting) or not self.is_active)

        def then(answer: Saved | NotSaved) -> None:
            self.is_saving = False
            if isinstance(answer, Saved):
                view.want(str(answer.ids.get("id") or ""))
            elif answer.reason:
                self.refuse(in_words(answer))
            self.saving_ended()

        return edit_in_place(view, self._plan, region, edit, then, begun)

    def _open_file_form(self, planned: CardPlannedFile | None) -> None:
        from tui.screens.planned_file_form import PlannedFileForm

        held = self.held
        if held is not None:
            self.app.push_screen(
                PlannedFileForm(self._plan, held.card, planned, self.planner_app.project_id),
                self._select_saved,
            )

    def _open_artifact_form(self, artifact: ContextArtifact | None) -> None:
        from tui.screens.artifact_form import ArtifactForm

        held = self.held
        if held is not None:
            card = held.card if artifact is None else None
            self.app.push_screen(
                ArtifactForm(self._plan, artifact, card, self.planner_app.project_id),
                self._select_saved,
            )

    def _select_saved(self, saved: Saved | None) -> None:
        if saved is not None:
            ids = saved.ids
            self.card_view.want(str(ids.get("id") or ids.get("context_artifact_id") or ""))
