"""Giving one's word: what it does, a note to go with it, and a last look before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.drafts import DraftKey, Drafts, Typing
from tui.screens.dialog import Dialog
from tui.text import visible_lines, wrap
from tui.widgets.choice import Choice
from tui.widgets.key_line import KeyLine
from tui.widgets.plain_area import PlainArea

_WIDTH, _AROUND = 68, 8
_TITLE_LINES, _DETAIL_LINES = 3, 4


@dataclass(frozen=True, slots=True)
class Word:
    """What a person has said: the note, and which of the ways they chose."""

    note: str
    way: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer.

    Attributes:
        name: What it is called: ``close the run``.
        yes: What the key that does it is called: ``Close``.
        needs_note: Why it needs a note; empty where it does without.
    """

    name: str
    yes: str
    needs_note: str = ""


class _Note(PlainArea):
    """The note; ``enter`` gives the word, before the letters after it are looked at."""

    def submit(self) -> None:
        """Give the word."""
        if isinstance(self.screen, Decide):
            self.screen.action_give()


class Decide(Dialog[Word | None]):
    """Asks for one's word; None when the person leaves it."""

    CSS_PATH: ClassVar = ["dialog.tcss", "decide.tcss"]
    AUTO_FOCUS = "_Note"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "give", "Do it", id="decide.give", tooltip="Do what is said above"),
        Binding(
            "tab",
            "other",
            "Other ways",
            id="decide.next",
            tooltip="Go to the ways to answer, or to the note",
        ),
        Binding("escape", "leave", "Leave", id="decide.leave", tooltip="Leave all as it is"),
    ]

    def __init__(
        self,
        title: str,
        details: Sequence[str],
        ways: Sequence[Way],
        *,
        draft: DraftKey | None = None,
        placeholder: str = "A note, if you like",
    ) -> None:
        """Ask.

        Args:
            title: What is asked.
            details: What it does, a sentence each.
            ways: The ways to answer, the likeliest first.
            draft: What the note is kept by until the word has counted; not kept when None.
            placeholder: What to show while there is no note.
        """
        super().__init__()
        self._title_text, self._details, self._ways = title, list(details), list(ways)
        self._key, self._placeholder = draft, placeholder
        self._typing: Typing | None = None

    def compose(self) -> ComposeResult:
        """Lay what it does above the note."""
        with Vertical(classes="dialog"):
            title, *details = self._folded()
            yield Static(title, classes="dialog-title")
            with VerticalScroll(id="details", can_focus=False):
                for detail in details:
                    yield Static(detail, classes="detail")
            if len(self._ways) > 1:
                yield Choice("How", [way.name for way in self._ways], 0, id="ways")
            yield _Note(
                self._start_typing(), submits=True, placeholder=self._placeholder, id="note"
            )
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            yield KeyLine(words={"decide.give": self._ways[0].yes})

    def on_resize(self) -> None:
        """Fold what it does at the width there is."""
        statics = (self.query_one(".dialog-title", Static), *self.query(".detail").results(Static))
        for static, folded in zip(statics, self._folded(), strict=True):
            static.update(folded)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key to the other ways where there is one only."""
        return action != "other" or len(self._ways) > 1

    @on(Choice.Changed)
    def _on_way(self) -> None:
        self._refuse("")
        line = self.query_one(KeyLine)
        line.call_things({"decide.give": self.way.yes})

    @on(PlainArea.Changed)
    def _on_changed(self) -> None:
        self._refuse("")
        if self._typing is not None:
            self._typing.note({"note": self.query_one(_Note).value})

    def _start_typing(self) -> str:
        """Begin to keep what is typed; return what was left of an earlier typing."""
        drafts: Drafts | None = getattr(self.app, "drafts", None)
        if self._key is None or drafts is None:
            return ""
        self._typing = drafts.start(self._key, {"note": ""})
        found = self._typing.found
        return str(found.values.get("note") or "") if found is not None else ""

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.leave({"note": self.query_one(_Note).value})

    @on(PlainArea.Failed)
    def _on_failed(self, message: PlainArea.Failed) -> None:
        self._refuse(message.reason)

    @property
    def _chosen(self) -> int:
        return self.query_one(Choice).chosen if len(self._ways) > 1 else 0

    @property
    def way(self) -> Way:
        """The way that is chosen."""
        return self._ways[self._chosen]

    def action_give(self) -> None:
        """Close with the word, unless a note is missing."""
        note = self.query_one(_Note).value.strip()
        if self.way.needs_note and not note:
            self._refuse(self.way.needs_note)
            self.query_one(_Note).focus()
            return
        self._stop_typing()
        self.finish(Word(note, self._chosen))

    def action_other(self) -> None:
        """Go to the ways to answer, or to the note."""
        note = self.query_one(_Note)
        self.set_focus(self.query_one(Choice) if note.has_focus else note)

    def action_leave(self) -> None:
        """Leave all as it is; the note is there again the next time."""
        self._stop_typing()
        self.finish(None)

    def _refuse(self, words: str) -> None:
        shown = self.query_one("#refusal", Static)
        shown.update(Content(f"✗ {visible_lines(words)}" if words else ""))
        shown.set_class(bool(words), "-shown")

    def _folded(self) -> list[Content]:
        width = max(8, min(_WIDTH, self.app.size.width - _AROUND))
        texts = [(self._title_text, _TITLE_LINES)]
        texts += [(detail, _DETAIL_LINES) for detail in self._details]
        return [Content("\n".join(wrap(text, width, lines))) for text, lines in texts]
