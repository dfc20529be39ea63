"""The history: what changed, when and by whom, and from there back to a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from planner.differences import Line
from planner.log import LogEntry, UndoPlan
from tui.asks.history import (
    HistoryAsks,
    HistoryRead,
    find_subject,
    read_changes,
    read_undo_plan,
    undo_to,
)
from tui.plan_thread import PlanThread
from tui.screens.log_screen import PAGE, LogScreen
from tui.spans import Span, Spans, pad_spans
from tui.when import LONGEST_WORDS, exactly, when
from tui.widgets.row_list import RowList
from tui.widgets.text_pane import Paragraph

_ACTOR = 10


class HistoryScreen(LogScreen[LogEntry]):
    """One row a batch, newest first; the selected one's differences in words beside it."""

    NOUN = "change"
    NOUNS = "changes"
    KEY_WORDS: ClassVar = {"list.open": "Go there", "log.pane": "Differences"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "U",
            "undo_to",
            "Undo to here",
            id="history.undo_to",
            tooltip="Take back the selected change and all that was done since",
        ),
        Binding(
            "c",
            "this_card",
            "Only this card",
            id="history.card",
            tooltip="Show only the changes of this card, or all again",
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

    # What is read

    def key_of(self, row: LogEntry) -> str:
        """Return what a batch goes by."""
        return row.batch_id

    def read_page(self, after: LogEntry | None, limit: int) -> None:
        """Have a page read that follows a batch."""
        asks, words, card_id = self._asks, self.typed, self._card_id
        before = after.first if after is not None else None

        def show(found: HistoryRead | None) -> None:
            if found is not None:
                project, page = (found.project_id, found.project_name), found.page
                self.show_page(
                    project, page.entries, has_more=page.has_more, older=before is not None
                )

        self._plan.fetch_latest(
            self,
            "history",
            lambda session: asks.read(session, before, limit, words, card_id),
            show,
        )

    def ask_about(self, row: LogEntry) -> None:
        """Have a batch's differences read."""
        card_id = self._card_id

        def tell(lines: Sequence[Line]) -> None:
            self.tell(row, [*_facts(row), *map(_paragraph, lines)])

        self._plan.fetch_latest(
            self, "history.changes", lambda session: read_changes(session, row, card_id), tell
        )

    @property
    def narrowed_to(self) -> str:
        """The card, where only one's changes are shown."""
        return " of this card" if self._card_id is not None else ""

    def widen(self) -> bool:
        """Show the changes of every card again."""
        if self._card_id in (None, self._opened_for):
            return False
        self.action_this_card()
        return True

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
        back = f"{self._key('plan.redo', 'ctrl+r')} brings them back."
        details = [entry.what, *([since] if plan.count > 1 else []), back]

        def answered(yes: bool | None) -> None:
            if yes:
                batch_id = entry.batch_id
                self._plan.ask(
                    lambda session: undo_to(session, batch_id, plan), f"taking back {changes}"
                )

        self.app.push_screen(Confirm(f"Take back {changes}?", details, "Take back"), answered)

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
        self.read_page(None, PAGE)

    def drawn(self, row: LogEntry, width: int) -> list[Spans]:
        """Return a batch's line: when, by whom, what."""
        what = row.what[:1].upper() + row.what[1:]
        style = "faint" if row.undone_by or row.is_undoing else "text"
        spans: list[Span] = [*pad_spans([(when(row.moment), "faint")], LONGEST_WORDS + 1)]
        spans += [*pad_spans([(row.actor, "accent")], _ACTOR), (" ", "text")]
        if row.undone_by:
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
