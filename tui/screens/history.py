"""The history: what changed, when and by whom, and from there back to a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from planner.differences import Line
from planner.log import EVERYTHING, PAGE, LogEntry, UndoPlan
from tui.asks.history import (
    HistoryAsks,
    HistoryRead,
    find_subject,
    read_changes,
    read_undo_plan,
    undo_to,
)
from tui.plan_thread import PlanThread
from tui.screens.project_screen import ProjectScreen
from tui.session import Session
from tui.spans import Span, Spans, pad_spans
from tui.when import LONGEST_WORDS, exactly, when
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.text_pane import Paragraph, TextPane

WIDE = 110
"""Cells from which the differences stand beside the list."""

MOMENTS_PASS = 30.0
"""Seconds after which ``5 min ago`` is worded anew."""

_ACTOR = 10


class HistoryScreen(ProjectScreen):
    """One row a batch, newest first; the selected one's differences in words beside it."""

    CSS_PATH: ClassVar = ["log.tcss"]
    DEFAULT_CLASSES = "log-screen"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "U",
            "undo_to",
            "Undo to here",
            id="history.undo_to",
            tooltip="Take back the selected change and all that was done since",
        ),
        Binding(
            "slash",
            "filter",
            "Narrow",
            id="history.filter",
            key_display="/",
            tooltip="Show only the changes that hold what is typed",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            id="history.back",
            tooltip="Show every change again, then go back",
        ),
        Binding(
            "c",
            "this_card",
            "Only this card",
            id="history.card",
            tooltip="Show only the changes of this card, or all again",
        ),
        Binding(
            "tab",
            "other_pane",
            "Differences",
            id="history.pane",
            tooltip="Scroll the differences, or go back to the list",
        ),
        Binding("u", "undo", "Undo", id="plan.undo", tooltip="Take back the latest change"),
        Binding(
            "ctrl+r",
            "redo",
            "Redo",
            id="plan.redo",
            tooltip="Bring back what was undone",
            show=False,
        ),
    ]

    def __init__(self, plan: PlanThread, card_id: str | None = None) -> None:
        """Show the history of the project that is open.

        Args:
            plan: What works on the plan.
            card_id: The card whose changes to show alone at first.
        """
        super().__init__(plan)
        self._asks = HistoryAsks()
        self._card_id = self._opened_for = card_id
        self._words = ""
        self._entries: tuple[LogEntry, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay the list beside or above the differences."""
        with Container(id="log"):
            yield RowList[LogEntry](_drawn, lambda entry: entry.batch_id, id="entries")
            yield TextPane(id="told")
        yield FilterLine(id="filter")
        yield StatusLine(id="status")
        yield KeyLine(words={"list.open": "Go there"}, id="keys")

    def on_mount(self) -> None:
        """Word moments anew as they pass."""
        self.set_interval(MOMENTS_PASS, self.entries.draw_again)

    def on_resize(self, event: events.Resize) -> None:
        """Put the differences below the list where there is no room beside it."""
        self.set_class(event.size.width < WIDE, "-narrow")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that do something while words are being typed."""
        return not isinstance(self.focused, FilterLine) or action == "other_pane"

    @property
    def entries(self) -> RowList[LogEntry]:
        """The list of batches."""
        return self.query_one("#entries", RowList)

    @property
    def told(self) -> TextPane:
        """The differences."""
        return self.query_one("#told", TextPane)

    # What is read

    def read_again(self) -> None:
        """Read as many entries as were read before, from the newest on."""
        self._read(None, max(PAGE, len(self._entries)))

    def _read(self, before: int | None, limit: int) -> None:
        asks, words, card_id = self._asks, self._words, self._card_id
        self._plan.fetch_latest(
            self,
            "history",
            lambda session: asks.read(session, before, limit, words, card_id),
            lambda found: self._show(found, older=before is not None),
        )

    def _show(self, found: HistoryRead | None, *, older: bool) -> None:
        if found is None:
            return
        if self.project_id not in (None, found.project_id):
            return  # it closes
        self.project_id = found.project_id
        page = found.page
        self._entries = (*self._entries, *page.entries) if older else page.entries
        narrowed = bool(self._words.split()) or self._card_id is not None
        note = "Nothing has been changed yet."
        if narrowed:
            note = "No change matches. escape shows them all."
        self.entries.show(self._entries, empty_note=note, has_more=page.has_more)
        count = f"{len(self._entries):,}{'+' if page.has_more else ''}"
        which = " of this card" if self._card_id is not None else ""
        self.status.show_project(found.project_name, f"history · {count} changes{which}")
        if self.query_one(FilterLine).is_open:
            self.query_one(FilterLine).show_count(f"{count} changes")
        if not self._entries:
            self.told.show([])

    @on(RowList.Wanted)
    def _on_wanted(self, message: RowList.Wanted) -> None:
        if self._entries:
            limit = EVERYTHING if message.everything else PAGE
            self._read(self._entries[-1].first, limit)

    @on(RowList.Highlighted)
    def _on_highlighted(self) -> None:
        entry, card_id = self.entries.selected, self._card_id
        if entry is not None:
            self._plan.fetch_latest(
                self,
                "history.changes",
                lambda session: read_changes(session, entry, card_id),
                lambda lines: self._tell(entry, lines),
            )

    def _tell(self, entry: LogEntry, lines: Sequence[Line]) -> None:
        if self.entries.selected_key == entry.batch_id:
            self.told.show([*_facts(entry), *map(_paragraph, lines)], about=entry.batch_id)

    # What the keys do

    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        """Go to what the selected change is about."""
        entry = self.entries.selected
        if entry is not None:
            subject = entry.subject
            self._plan.fetch(
                self, lambda session: find_subject(session, subject), self.planner_app.go_to
            )

    def action_undo(self) -> None:
        """Take back the latest change of the project."""
        self._plan.ask(Session.undo)

    def action_redo(self) -> None:
        """Bring back what the latest undo took."""
        self._plan.ask(Session.redo)

    def action_undo_to(self) -> None:
        """Take back the selected change and all since, once the person agreed."""
        entry = self.entries.selected
        if entry is not None:
            batch_id = entry.batch_id
            self._plan.fetch(
                self,
                lambda session: read_undo_plan(session, batch_id),
                lambda plan: self._ask_undo_to(entry, plan),
            )

    def _ask_undo_to(self, entry: LogEntry, plan: UndoPlan) -> None:
        from tui.screens.confirm import Confirm

        if not plan.count:
            self.status.say("Select a change that still stands: this takes it back.", failed=True)
            return
        changes = "this change" if plan.count == 1 else f"{plan.count:,} changes"
        whom = ", ".join(f"{count:,} by {actor}" for actor, count in plan.by)
        since = f"and all that was done since: {whom}."
        details = [entry.what, *([since] if plan.count > 1 else []), "ctrl+r brings them back."]

        def answered(yes: bool | None) -> None:
            if yes:
                batch_id = entry.batch_id
                self._plan.ask(
                    lambda session: undo_to(session, batch_id, plan), f"taking back {changes}"
                )

        self.app.push_screen(Confirm(f"Take back {changes}?", details, "Take back"), answered)

    def action_filter(self) -> None:
        """Type what the changes to show must hold."""
        self.query_one(FilterLine).open()

    @on(FilterLine.Changed)
    def _on_query(self, message: FilterLine.Changed) -> None:
        self._words = message.query
        self._read(None, PAGE)

    @on(FilterLine.Done)
    def _on_filter_done(self) -> None:
        self.entries.focus()

    def action_this_card(self) -> None:
        """Show only the changes of the selected row's card, or all again."""
        if self._card_id is not None:
            self._card_id = None
        else:
            entry = self.entries.selected
            card_id = entry.subject.get("card_id") if entry else None
            if card_id is None:
                self.status.say(
                    "Select a change of a card first: this shows its others.", failed=True
                )
                return
            self._card_id = card_id
        self._read(None, PAGE)

    def action_other_pane(self) -> None:
        """Go from the list to the differences, or back."""
        (self.entries if self.told.has_focus else self.told).focus()

    def action_back(self) -> None:
        """Show every change again; go back when they are all shown."""
        if self.told.has_focus:
            self.entries.focus()
        elif self.query_one(FilterLine).is_open:
            self.query_one(FilterLine).action_clear()
        elif self._card_id not in (None, self._opened_for):
            self.action_this_card()
        else:
            super().action_back()


def _drawn(entry: LogEntry, width: int) -> list[Spans]:
    """Return a batch's row: when, by whom, what."""
    what = entry.what[:1].upper() + entry.what[1:]
    style = "faint" if entry.undone_by or entry.is_undoing else "text"
    spans: list[Span] = [*pad_spans([(when(entry.moment), "faint")], LONGEST_WORDS + 1)]
    spans += [*pad_spans([(entry.actor, "accent")], _ACTOR), (" ", "text")]
    if entry.undone_by:
        spans.append(("↶ undone ", "warn"))
    spans.append((what, style))
    return [spans]


def _facts(entry: LogEntry) -> list[Paragraph]:
    """Return what stands above a batch's differences."""
    facts: list[Span] = [
        (exactly(entry.moment), "faint"),
        (" by ", "faint"),
        (entry.actor, "accent"),
    ]
    if entry.count > 1:
        facts.append((f" · {entry.count:,} actions", "faint"))
    lines = [Paragraph(facts)]
    if entry.undone_by:
        at = when(entry.undone_at or "")
        lines.append(Paragraph([(f"↶ undone by {entry.undone_by}, {at}", "warn")]))
    if entry.is_undoing:
        said = "It took back:" if entry.action_type == "undo" else "It brought back:"
        lines.append(Paragraph([(said, "warn")]))
    return [*lines, Paragraph([])]


def _paragraph(line: Line) -> Paragraph:
    """Return a line of a difference, styled by its sign."""
    plain, strong = {"-": ("minus", "removed"), "+": ("plus", "added")}.get(
        line.sign, (line.style, "match")
    )
    spans = [(piece, strong if differs else plain) for piece, differs in line.pieces]
    return Paragraph(spans, (f"{line.sign} ", plain) if line.sign else ("", "text"))
