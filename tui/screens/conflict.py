"""What to do where two people changed the same: each field as it was, as it is now, and yours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from planner.conflicts import Author, Clash, combine
from store.records import Card
from tui.asks.saving import Conflict, Gone
from tui.drafts import Drafts
from tui.edits import Edit
from tui.glyphs import priority_word
from tui.screens.ask_text import AskText
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.spans import Span
from tui.text import clip, visible, visible_lines
from tui.when import when
from tui.widgets.key_line import KeyLine
from tui.widgets.text_pane import Paragraph, TextPane

MOST_COMPARED = 2_000
"""Lines of a text that are compared; a longer one is shown without marks."""

_CELLS = 90
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class ConflictScreen(Dialog[dict[str, Any] | None]):
    """Lets the person choose, field by field; None when they go back to their text.

    The result holds the fields to write: the person's own or an edited text. A field that
    is to stay as it is now is left out.
    """

    CSS_PATH: ClassVar = ["dialog.tcss", "conflict.tcss"]
    AUTO_FOCUS = "TextPane"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "choose('mine')", "Mine", id="conflict.mine", tooltip="Keep what you typed"),
        Binding(
            "t",
            "choose('theirs')",
            "Theirs",
            id="conflict.theirs",
            tooltip="Take what is there now",
        ),
        Binding(
            "e", "edit", "Edit", id="conflict.edit", tooltip="Write it anew, from yours and theirs"
        ),
        Binding(
            "tab,right",
            "field(1)",
            "Next field",
            id="conflict.next",
            tooltip="Show the next field",
        ),
        Binding(
            "shift+tab,left",
            "field(-1)",
            "Field before",
            id="conflict.previous",
            tooltip="Show the field before",
            show=False,
        ),
        Binding("ctrl+s,enter", "save", "Save", id="conflict.save", tooltip="Save what was chosen"),
        Binding(
            "escape",
            "back",
            "Back",
            id="conflict.back",
            tooltip="Back to your text; nothing is saved, nothing is lost",
        ),
    ]

    def __init__(self, edit: Edit, conflict: Conflict) -> None:
        """Ask about the clashes of a conflict."""
        super().__init__()
        self._edit = edit
        self._clashes = conflict.clashes
        self._authors = conflict.authors
        self._theirs = conflict.theirs
        self._at = 0
        self._chosen: dict[str, tuple[str, Any]] = {}

    def compose(self) -> ComposeResult:
        """Lay one field's texts below what is asked."""
        with Vertical(classes="dialog"):
            yield Static(id="question", classes="dialog-title", markup=False)
            yield TextPane()
            yield Static(id="choices", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Show the first field."""
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that have nothing to do."""
        if action == "field":
            return len(self._clashes) > 1
        if action == "edit":
            return isinstance(self._clash.yours, str) and self._is_text(self._clash)
        if action == "save":
            return len(self._chosen) == len(self._clashes) or None
        return True

    def action_choose(self, whose: str) -> None:
        """Choose for the field that is shown, and go to the next one that needs it."""
        clash = self._clash
        self._choose(clash, whose, clash.yours if whose == "mine" else clash.now)

    def action_edit(self) -> None:
        """Write the field anew."""
        clash, keep = self._clash, self._keep

        def written(text: str | None) -> None:
            if text is None:
                keep(clash.field, clash.yours)
            else:
                self._choose(clash, "edited", text)

        one_line = any(f.name == clash.field and f.one_line for f in self._edit.fields)
        was, now, yours = (str(each or "") for each in (clash.was, clash.now, clash.yours))
        self.app.push_screen(
            AskText(
                f"{self._label(clash.field)}: yours, to change"
                if one_line
                else f"{self._label(clash.field)}: both your changes, to look over",
                value=yours if one_line else combine(was, now, yours),
                yes="Take it",
                one_line=one_line,
                on_typed=lambda text: keep(clash.field, text),
            ),
            written,
        )

    def _keep(self, name: str, value: Any) -> None:
        """Keep in the draft what is written here."""
        drafts: Drafts | None = getattr(self.app, "drafts", None)
        draft = drafts.ours(self._edit.key) if drafts is not None else None
        if drafts is not None and draft is not None:
            drafts.put(draft.key, {**draft.values, name: value or ""}, draft.base)
            drafts.leave(draft.key)

    def action_field(self, by: int) -> None:
        """Show another field."""
        self._at = (self._at + by) % len(self._clashes)
        self._show()

    def action_save(self) -> None:
        """Hand the choice on, once every field has one."""
        if len(self._chosen) < len(self._clashes):
            return
        self.finish({n: value for n, (whose, value) in self._chosen.items() if whose != "theirs"})

    def action_back(self) -> None:
        """Go back to the text."""
        self.finish(None)

    @property
    def _clash(self) -> Clash:
        return self._clashes[self._at]

    def _choose(self, clash: Clash, whose: str, value: Any) -> None:
        self._chosen[clash.field] = (whose, value)
        left = [i for i, each in enumerate(self._clashes) if each.field not in self._chosen]
        if left:
            self._at = left[0]
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        clash = self._clash
        author = self._authors.get(clash.field)
        who = author.actor if author else "Someone"
        self.query_one("#question", Static).update(
            Content(visible(f"{who} changed {the(self._edit)} while you typed"))
        )
        self.query_one(TextPane).show(self._paragraphs(clash, author), clash.field)
        self.query_one("#choices", Static).update(Content("\n".join(self._choices())))

    def _choices(self) -> Iterator[str]:
        for index, clash in enumerate(self._clashes):
            whose, value = self._chosen.get(clash.field, ("", None))
            mark = "▸" if index == self._at else "\u00a0"
            label = self._label(clash.field)
            chosen = (
                f"{_WHOSE[whose]}: {_worded(clash.field, value)}" if whose else "not chosen yet"
            )
            yield clip(f"{mark}\u00a0{label}: {chosen}", _CELLS)
        for change in self._theirs:
            author = self._authors.get(change.field)
            by = f" by {author.actor}" if author else ""
            yield clip(
                f"\u00a0\u00a0{self._label(change.field)}: changed{by}, stays as it is now", _CELLS
            )

    def _paragraphs(self, clash: Clash, author: Author | None) -> Iterator[Paragraph]:
        was, now, yours = (
            _worded(clash.field, value) for value in (clash.was, clash.now, clash.yours)
        )
        by = f", by {author.actor}, {when(author.at)}" if author else ""
        yield Paragraph([(self._label(clash.field), "heading")])
        yield Paragraph([("As it was", "faint")])
        yield from _plain(was)
        yield Paragraph([])
        yield Paragraph([(f"As it is now{by}", "faint")])
        yield from difference(was, now)
        yield Paragraph([])
        yield Paragraph([("Yours", "faint")])
        yield from difference(was, yours)

    def _label(self, name: str) -> str:
        for field in self._edit.fields:
            if field.name == name:
                return field.label
        return name.replace("_", " ").capitalize()

    def _is_text(self, clash: Clash) -> bool:
        return any(field.name == clash.field for field in self._edit.fields)


_WHOSE = {"mine": "yours", "theirs": "theirs", "edited": "written anew", "": ""}


def gone_question(edit: Edit, gone: Gone) -> Confirm:
    """Ask what to do with a text whose row was deleted meanwhile."""
    by = f"{gone.by.actor} deleted" if gone.by is not None else "Someone deleted"
    details = ["What you typed is not lost: it is kept as an unsaved text, D on the map shows it."]
    question = f"{by} {the(edit)} while you typed"
    if edit.make_new is None:
        return Confirm(question, details, yes="All right", no="Close")
    return Confirm(question, details, yes="Save it as new", no="Keep the text")


def the(edit: Edit) -> str:
    """Return what is edited, as it stands within a sentence."""
    return edit.what if "#" in edit.what else f"the {edit.what}"


def difference(was: str, now: str) -> Iterator[Paragraph]:
    """Yield a text with signs for what it has more or less than another."""
    if was == now or not was or not now:
        yield from _plain(now)
        return
    if "\n" not in was and "\n" not in now:
        yield Paragraph(list(_words(was, now)), _SAME)
        return
    before, after = visible_lines(was).split("\n"), visible_lines(now).split("\n")
    if len(before) + len(after) > MOST_COMPARED:
        yield from _plain(now)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, start, stop, begin, end in matcher.get_opcodes():
        if operation == "equal":
            yield from (Paragraph([(line, "text")], _SAME) for line in before[start:stop])
            continue
        yield from (Paragraph([(line, "removed")], ("- ", "minus")) for line in before[start:stop])
        yield from (Paragraph([(line, "added")], ("+ ", "plus")) for line in after[begin:end])


_SAME: Span = ("  ", "text")


def _words(was: str, now: str) -> Iterator[Span]:
    """Yield the words of a line, those that are new marked."""
    before, after = _WORDS.findall(was), _WORDS.findall(now)
    if len(before) + len(after) > MOST_COMPARED:
        yield now, "text"
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, _start, _stop, begin, end in matcher.get_opcodes():
        if begin < end:
            yield "".join(after[begin:end]), "text" if operation == "equal" else "added"


def _plain(text: str) -> Iterator[Paragraph]:
    if not text:
        yield Paragraph([("nothing", "faint")], _SAME)
    for line in visible_lines(text).split("\n") if text else ():
        yield Paragraph([(line, "text")], _SAME)


def _worded(name: str, value: Any) -> str:
    if name == "priority" and isinstance(value, int):
        return priority_word(value)
    if name in Card.__struct_fields__ and value is None:
        return ""
    return "" if value is None else str(value)
