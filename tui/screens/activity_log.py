"""The event log: what happened in the project, refusals among it; deleted projects on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from planner.events import Event, event_in_words
from tui.asks.events import EventsAsked, EventsRead, read_page
from tui.asks.history import find_subject
from tui.plan_thread import PlanThread
from tui.screens.log_screen import PAGE, LogScreen
from tui.spans import Span, Spans, pad_spans
from tui.when import LONGEST_WORDS, exactly, when
from tui.widgets.filter_line import FilterLine
from tui.widgets.row_list import RowList
from tui.widgets.text_pane import Paragraph

_ACTOR = 10


class EventLogScreen(LogScreen[Event]):
    """One row an event, newest first; what it holds in words beside it."""

    NOUN = "event"
    NOUNS = "events"
    KEY_WORDS: ClassVar = {"list.open": "Go there"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "t",
            "like_this('type')",
            "This type",
            id="events.type",
            tooltip="Show only events of the selected one's type, or of every type again",
        ),
        Binding(
            "a",
            "like_this('actor')",
            "This actor",
            id="events.actor",
            tooltip="Show only what the selected one's actor did, or everybody again",
        ),
        Binding(
            "r",
            "refused",
            "Refusals",
            id="events.refused",
            tooltip="Show refused planning actions as well, or leave them out",
        ),
        Binding(
            "x",
            "archived",
            "Deleted projects",
            id="events.archived",
            tooltip="Show the events of deleted projects as well, or leave them out",
        ),
    ]

    def __init__(self, plan: PlanThread) -> None:
        """Show the events of the project that is open on ``plan``."""
        super().__init__(plan)
        self._asked = EventsAsked()

    # What is read

    def key_of(self, row: Event) -> str:
        """Return what an event goes by."""
        return f"{row.source} {row.id}"

    def read_page(self, after: Event | None, limit: int) -> None:
        """Have a page read that follows an event."""
        asked = self._asked = replace(self._asked, typed=self.typed)

        def show(found: EventsRead | None) -> None:
            if found is not None:
                self.show_page(
                    found.project, found.events, has_more=found.has_more, older=after is not None
                )

        self._plan.fetch_latest(
            self, "events", lambda session: read_page(session, asked, after, limit), show
        )

    def ask_about(self, row: Event) -> None:
        """Tell what an event holds; it is all there already."""
        by: list[Span] = [(exactly(row.moment), "faint"), (" by ", "faint"), (row.actor, "accent")]
        lines = [
            Paragraph([(piece, line.style) for piece, _ in line.pieces])
            for line in event_in_words(row)
        ]
        self.tell(row, [Paragraph(by), Paragraph([]), *lines])

    @property
    def narrowed_to(self) -> str:
        """What is left out or shown besides."""
        left_out = "" if self._asked.refused else " without refusals"
        return left_out + (" with those of deleted projects" if self._asked.archived else "")

    def widen(self) -> bool:
        """Show this project's events and refusals, as at first."""
        if self._asked == EventsAsked(self.typed):
            return False
        self._ask(EventsAsked(self.typed))
        return True

    # What the keys do

    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        """Go to what the selected event is about."""
        event = self.entries.selected
        if event is not None and event.source != "archived":
            subject = event.subject
            self._plan.fetch(
                self, lambda session: find_subject(session, subject), self.planner_app.go_to
            )
        elif event is not None:
            self.status.say(
                "Its project has been deleted: there is no place to go to.", failed=True
            )

    def action_like_this(self, key: str) -> None:
        """Narrow to the type or the actor of the selected event, or take that away again."""
        event = self.entries.selected
        words = [word for word in self.typed.split() if not word.startswith(f"{key}:")]
        if len(words) == len(self.typed.split()) and event is not None:
            value = event.type if key == "type" else event.actor.split(" ")[0]
            words.append(f"{key}:{value}")
        line = self.query_one(FilterLine)
        if words:
            line.bring_back(" ".join(words))
        else:
            line.action_clear()

    def action_refused(self) -> None:
        """Show refused planning actions as well, or leave them out."""
        self._ask(replace(self._asked, refused=not self._asked.refused))

    def action_archived(self) -> None:
        """Show the events of deleted projects as well, or leave them out."""
        self._ask(replace(self._asked, archived=not self._asked.archived))

    def _ask(self, asked: EventsAsked) -> None:
        self._asked = asked
        self.read_page(None, PAGE)

    def drawn(self, row: Event, width: int) -> list[Spans]:
        """Return an event's line: when, by whom, what."""
        spans: list[Span] = [*pad_spans([(when(row.moment), "faint")], LONGEST_WORDS + 1)]
        spans += [*pad_spans([(row.actor, "accent")], _ACTOR), (" ", "text")]
        if row.source == "refused":
            spans.append(("✗ refused ", "bad"))
        elif row.project is not None:
            spans += [(f"{row.project}", "warn"), (": ", "text")]
        spans.append((row.what[:1].upper() + row.what[1:], "text"))
        return [spans]
