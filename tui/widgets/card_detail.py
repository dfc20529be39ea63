"""The detail pane: the selected card and all it holds, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from planner.holdings import CardHoldings
from store.records import CardKnownFact
from tui.glyphs import BUILD, FINALIZED, READY, STATUS, priority_word
from tui.text import visible, visible_lines, wrap

MOST_LINES = 400
"""Lines of one text that the pane shows; the form shows the rest."""

MARKS = {"draft": "·", "approved": "✓", "rejected": "✗", "proposed": "·", "user_edited": "~"}
"""A knowledge item's or planned file's status."""

Line = tuple[str, str]
"""A line of text and the end of the name of its component class."""


class CardDetail(ScrollView, can_focus=False):
    """Shows a card; lines are wrapped once a card and painted only where they are seen."""

    DEFAULT_CSS = """
    CardDetail {
        background: $panel;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-gutter: stable;
    }
    CardDetail > .detail--title { text-style: bold; color: $foreground; }
    CardDetail > .detail--facts { color: $text-accent; }
    CardDetail > .detail--heading { text-style: bold; color: $text-primary; }
    CardDetail > .detail--text { color: $foreground; }
    CardDetail > .detail--faint { color: $foreground 60%; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"detail--{name}" for name in ("title", "facts", "heading", "text", "faint")
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._styles: dict[str, Style] = {}
        self._holdings: CardHoldings | None = None
        self._words: list[Line] = []
        self._lines: list[Line] = []

    def show_card(self, holdings: CardHoldings) -> None:
        """Show a card and all it holds."""
        same = self._holdings is not None and self._holdings.card.id == holdings.card.id
        self._holdings = holdings
        self._lay_out()
        if not same:
            self.scroll_to(0, 0, animate=False, immediate=True)

    def show_words(self, title: str, words: Iterable[str], description: str = "") -> None:
        """Show a heading's title, some facts about it and what describes it."""
        self._holdings = None
        self._words = [(title, "title"), *((line, "faint") for line in words)]
        if description:
            lines = visible_lines(description).split("\n")[:MOST_LINES]
            self._words += [("", "text"), *((line, "text") for line in lines)]
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap anew at the new width."""
        self._lay_out()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the pane."""
        width, index = self.scrollable_content_region.width, y + self.scroll_offset.y
        text, name = _line(self._lines, index)
        style = self._style(name)
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    def notify_style_update(self) -> None:
        """Forget the styles of the old theme."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            own = self.get_component_rich_style(f"detail--{name}", partial=True)
            self._styles[name] = self.rich_style + own
        return self._styles[name]

    def _lay_out(self) -> None:
        width = max(8, self.scrollable_content_region.width)
        source = _card_lines(self._holdings) if self._holdings else self._words
        before, top = self._lines, self.scroll_offset.y
        self._lines = [
            (wrapped, name)
            for text, name in source
            for wrapped in (wrap(text, width, MOST_LINES) or [""])
        ]
        # Setting it would lay out the whole screen; all it changes is the scrollbar.
        self.set_reactive(CardDetail.virtual_size, Size(width, len(self._lines)))
        self.vertical_scrollbar.window_virtual_size = len(self._lines)
        self.scroll_y = self.validate_scroll_y(self.scroll_y)
        for y in range(self.size.height):
            if _line(before, top + y) != _line(self._lines, top + y):
                self.refresh(Region(0, y, self.size.width, 1))


def _line(lines: list[Line], index: int) -> Line:
    return lines[index] if index < len(lines) else ("", "text")


def _card_lines(holdings: CardHoldings) -> Iterator[Line]:
    card = holdings.card
    number = f"#{card.number} " if card.number is not None else ""
    yield f"{number}{visible(card.title)}", "title"
    facts = [f"{STATUS[card.status]} {card.status}", f"priority {priority_word(card.priority)}"]
    if card.build_state:
        facts.append(f"{BUILD[card.build_state]} build {card.build_state}")
    if card.finalized_at:
        facts.append(f"{FINALIZED} finalized")
    elif holdings.is_ready:
        facts.append(f"{READY} ready")
    yield " · ".join(facts), "facts"
    if card.description:
        yield "", "text"
        for line in visible_lines(card.description).split("\n")[:MOST_LINES]:
            yield line, "text"
    if card.quick_answer:
        yield from _section("Quick answer", [f"  {visible(card.quick_answer)}"])
    lists = (
        ("Requirements", holdings.requirements),
        ("Known facts", holdings.known_facts),
        ("Assumptions", holdings.assumptions),
        ("Questions", holdings.questions),
    )
    for heading, items in lists:
        lines = []
        for item in items:
            evidence = item.evidence_source if isinstance(item, CardKnownFact) else None
            source = f" ({visible(evidence)})" if evidence else ""
            lines.append(f"{MARKS[item.status]} {visible(item.text)}{source}")
        yield from _section(heading, lines)
    yield from _section(
        "Planned files",
        [
            f"{MARKS[file.status]} {file.action} {visible(file.logical_file_name)}"
            f" — {visible(file.intent_summary)}"
            for file in holdings.planned_files
        ],
    )
    yield from _section(
        "Context artifacts",
        [f"{artifact.type}: {visible(artifact.name)}" for artifact in holdings.artifacts],
    )
    yield "", "text"
    yield f"created {_day(card.created_at)} · updated {_day(card.updated_at)}", "faint"


def _section(heading: str, lines: list[str]) -> Iterator[Line]:
    if lines:
        yield "", "text"
        yield f"{heading} {len(lines)}" if heading != "Quick answer" else heading, "heading"
        for line in lines:
            yield line, "text"


def _day(moment: str) -> str:
    return moment[:16].replace("T", " ")
