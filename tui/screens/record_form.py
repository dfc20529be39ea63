"""What every form has in common: texts and choices of one row, saved with one key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.asks.saving import NotSaved, Saved, read_meanwhile
from tui.drafts import Drafts, Typing
from tui.edits import Edit, EditField
from tui.key_gate import KeyGate
from tui.plan_thread import PlanThread
from tui.screens.dialog import Dialog
from tui.screens.saving import save_typed
from tui.session import BoardRead, Failed
from tui.text import visible
from tui.widgets.choice import Choice
from tui.widgets.key_line import KeyLine
from tui.widgets.plain_area import PlainArea
from tui.widgets.status_line import StatusLine
from tui.widgets.text_editor import KEPT, rescue


class FormArea(PlainArea):
    """A text of a form; ``enter`` in one for one line goes on to the next field."""

    def submit(self) -> None:
        """Go on to the next field, before the letters after it are looked at."""
        self.screen.focus_next()


class RecordForm(Dialog[Saved | None]):
    """Edits a row, or writes a new one. The result is what was saved, None when nothing was.

    A subclass yields its fields in ``rows`` and tells in ``choices`` what was chosen.
    """

    CSS_PATH: ClassVar = ["dialog.tcss", "record_form.tcss"]
    AUTO_FOCUS = "FormArea"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", tooltip="Save what was typed"),
        Binding(
            "escape",
            "leave",
            "Leave",
            id="form.leave",
            tooltip="Close the form; what is not saved is kept as an unsaved text",
        ),
        Binding(
            "tab",
            "app.focus_next",
            "Next field",
            id="form.next",
            tooltip="Go to the next field; shift+tab goes back",
        ),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Field before",
            id="form.previous",
            tooltip="Go to the field before",
            show=False,
        ),
        Binding(
            "ctrl+r",
            "restart",
            "Saved text",
            id="form.restart",
            tooltip="Take what is saved back; ctrl+z brings back what was typed in a field",
        ),
    ]

    def __init__(self, plan: PlanThread, edit: Edit) -> None:
        """Edit something.

        Args:
            plan: Where it is saved.
            edit: What is typed at.
        """
        super().__init__()
        self._plan = plan
        self.edit = edit
        self._typing: Typing | None = None
        self._begun: dict[str, Any] = {}
        self._refused: dict[str, Any] = {}
        self._is_saving = self._is_other = False

    # What a subclass says

    def heading(self) -> tuple[str, str]:
        """Return what stands on the frame, above and below."""
        return self.edit.what.capitalize(), ""

    def rows(self) -> Iterable[Widget]:
        """Yield the fields, in order."""
        yield from (self.area(field) for field in self.edit.fields)

    def choices(self) -> dict[str, Any]:
        """Return what was chosen besides the texts, by the record's fields."""
        return {}

    def choose(self, values: dict[str, Any]) -> None:
        """Set the choices, from a draft or from what is saved."""

    def check(self, values: dict[str, Any]) -> str:
        """Say why values can't be saved, beyond a text that is needed; nothing when they can."""
        return ""

    # What they share

    def area(self, field: EditField) -> FormArea:
        """Return the area for a text."""
        area = FormArea(
            field.value,
            one_line=field.one_line,
            placeholder=field.placeholder,
            id=f"{field.name}_field",
        )
        area.border_title = Content(visible(field.label))
        area.set_class(field.one_line, "-one-line")
        return area

    def field(self, name: str) -> EditField:
        """Return a text of the edit by its name."""
        return next(field for field in self.edit.fields if field.name == name)

    @property
    def values(self) -> dict[str, Any]:
        """What the row is to hold: an untouched text as it was, blanks around others left out."""
        found: dict[str, Any] = {}
        for field in self.edit.fields:
            value = self.text_of(field.name)
            stripped = field.one_line or field.required
            found[field.name] = value.strip() if stripped and value != field.value else value
        return {**found, **self.choices()}

    def text_of(self, name: str) -> str:
        """Return what stands in a text."""
        return self.query_one(f"#{name}_field", FormArea).value

    def compose(self) -> ComposeResult:
        """Lay the fields below each other."""
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=False, id="fields"):
                yield from self.rows()
            yield Static(id="note", markup=False)
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Name the row on the frame, offer what was not saved, and hear of the plan."""
        dialog = self.query_one(".dialog")
        title, subtitle = self.heading()
        dialog.border_title, dialog.border_subtitle = Content(title), Content(subtitle)
        self._begun = self._typed()
        drafts: Drafts | None = getattr(self.app, "drafts", None)
        if drafts is not None:
            self._typing = drafts.start(self.edit.key, self._begun)
            found = self._typing.found
            if found is not None:
                self._fill(found.values)
                self.note(self._typing.offer())
        hear = getattr(self.app, "hear", None)
        if hear is not None:
            hear(self)

    def on_unmount(self) -> None:
        """Hear no more."""
        unhear = getattr(self.app, "unhear", None)
        if unhear is not None:
            unhear(self)

    def on_board_read(self, message: BoardRead) -> None:
        """Say at once when others change what is being edited."""
        if not self._is_saving:
            edit = self.edit
            self._plan.fetch(self, lambda session: read_meanwhile(session, edit), self.warn)

    def on_failed(self, message: Failed) -> None:
        """Say why saving came to nothing, where that was not foreseen."""
        if self._is_saving:
            self.saved(NotSaved(message.reason))

    def warn(self, words: str) -> None:
        """Say what others did meanwhile."""
        if words:
            self.note(words)

    def note(self, words: str) -> None:
        """Say something that stays below the fields."""
        line = self.query_one("#note", Static)
        line.update(Content(visible(words)))
        line.set_class(bool(words), "-shown")

    def refuse(self, words: str) -> None:
        """Say why it can't be saved."""
        line = self.query_one("#refusal", Static)
        line.update(Content(f"✗ {visible(words)}"))
        line.add_class("-shown")
        # What was typed before may be told of only after this.
        self._refused = self._typed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key that takes back what is there."""
        return self._is_other if action == "restart" else True

    @on(PlainArea.Changed)
    @on(Choice.Changed)
    def _on_edited(self) -> None:
        typed = self._typed()
        if typed != self._refused:
            self.query_one("#refusal").remove_class("-shown")
        if self._typing is not None and not self._is_saving:
            self._typing.note(typed)
        if self._is_other != (typed != self._begun):
            self._is_other = not self._is_other
            self.refresh_bindings()

    @on(PlainArea.Failed)
    def _on_failed(self, event: PlainArea.Failed) -> None:
        self.refuse(event.reason)

    @on(PlainArea.Rescued)
    def _on_rescued(self, event: PlainArea.Rescued) -> None:
        name = (event.area.id or "").removesuffix("_field")
        rescue(self.app, self.edit.key, name, event.value)

    def action_save(self) -> None:
        """Save, unless a text is blank that must say something."""
        if self._is_saving:
            return
        values = self.values
        for field in self.edit.fields:
            if field.required and not str(values[field.name]).strip():
                self.refuse(f"{field.label} can't be blank.")
                self.set_focus(self.query_one(f"#{field.name}_field"))
                return
        complaint = self.check(values)
        if complaint:
            self.refuse(complaint)
            return
        if self._typing is not None:
            self._typing.note(self._typed())
        self._is_saving = True
        if self.focused is not None and isinstance(self.app, KeyGate):
            # What is typed meanwhile is for what comes after the form.
            self.app.keep_keys(self.focused, lambda: not self._is_saving or not self.is_active)
        self.keep(values)

    def keep(self, values: dict[str, Any]) -> None:
        """Save these values."""
        save_typed(self, self._plan, self.edit, values, self.saved)

    def saved(self, answer: Saved | NotSaved) -> None:
        """Close once it is saved."""
        self._is_saving = False
        if isinstance(answer, Saved):
            self.finish(answer)
        elif answer.reason:
            self.refuse(answer.reason)

    def action_leave(self) -> None:
        """Close, keeping what is not saved."""
        if self._typing is not None and self._typing.leave(self._typed()):
            for screen in self.app.screen_stack:
                for line in screen.query(StatusLine):
                    line.say(KEPT)
        self.finish(None)

    def action_restart(self) -> None:
        """Take back what is saved."""
        self._fill(self._begun)
        if self._typing is not None:
            self._typing.restart()
        self.note("")

    def _typed(self) -> dict[str, Any]:
        """Return what stands in the fields, as it is."""
        texts = {field.name: self.text_of(field.name) for field in self.edit.fields}
        return {**texts, **self.choices()}

    def _fill(self, values: dict[str, Any]) -> None:
        for field in self.edit.fields:
            if field.name in values:
                area = self.query_one(f"#{field.name}_field", FormArea)
                area.take(str(values[field.name] or ""))
        self.choose(values)
