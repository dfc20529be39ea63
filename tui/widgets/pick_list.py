"""A list to pick one of, narrowed by typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.spans import Span, Spans, pad_spans
from tui.text import clip, visible
from tui.widgets.row_list import RowList

HERE = "● "
"""Before what is chosen, open or selected at the moment."""

_SWATCH = "    "
_GOOD = 34
"""Cells of a name that are worth more than what stands beside it."""
_LEAST_WITHIN = 6


@dataclass(frozen=True, slots=True)
class Pick:
    """Something to pick.

    Attributes:
        id: What it is known by.
        text: What it is called; narrowing looks here.
        aside: A few words after it, at the right, where there is room.
        notes: What else there is to say, a line each.
        here: Whether it is what is chosen, open or selected at the moment.
        swatch: The name of the colour that stands before it, where it has one.
        within: What it is in, before the text and cut first where there is little room;
            narrowing looks here as well.
    """

    id: str
    text: str
    aside: str = ""
    notes: tuple[str, ...] = ()
    here: bool = False
    swatch: str | None = None
    within: str = ""

    @property
    def whole(self) -> str:
        """What it is called, with what it is in."""
        return f"{self.within} › {self.text}" if self.within else self.text


class PickList(RowList[Pick], can_focus=True):
    """Shows picks, one of them selected. While it ``types``, letters narrow it.

    A click chooses, as ``enter`` does.
    """

    DEFAULT_CSS = """
    PickList { background: $panel; overflow-y: auto; }
    """

    @dataclass
    class Narrowed(Message):
        """What is typed is something else, or typing has begun or ended."""

        pick_list: PickList

    def __init__(
        self,
        picks: Sequence[Pick] = (),
        *,
        types: bool = False,
        swatches: Mapping[str, Style] | None = None,
        id: str | None = None,  # noqa: A002  (Textual's word)
    ) -> None:
        """Offer picks.

        Args:
            picks: What there is to pick from.
            types: Whether letters narrow the list from the start.
            swatches: The colours that stand before picks, by name.
            id: The widget's id.
        """
        super().__init__(
            self._lines_for, lambda pick: pick.id, lines=lambda pick: 1 + len(pick.notes), id=id
        )
        self.types = types
        self.typed = ""
        """What was typed to narrow the list."""
        self.all: tuple[Pick, ...] = tuple(picks)
        """What there is to pick from, shown or not."""
        self._empty_words = ""
        self._swatches = dict(swatches or {})

    def on_mount(self) -> None:
        """Start on what is chosen at the moment."""
        self.offer(self.all)

    def offer(
        self, picks: Sequence[Pick], *, select: str | None = None, empty_note: str | None = None
    ) -> None:
        """Offer other picks, keeping what was typed and, where it is still there, the selection."""
        self.all = tuple(picks)
        if empty_note is not None:
            self._empty_words = empty_note
        if select is None and self.selected_key is None:
            select = next((pick.id for pick in picks if pick.here), None)
        words = self.typed.casefold().split()
        shown = [p for p in picks if all(word in p.whole.casefold() for word in words)]
        note = "Nothing matches." if words else self._empty_words
        self.show(shown, select=select, empty_note=note)

    def type_into(self, types: bool) -> None:
        """Let letters narrow the list; or show all of it and leave letters to the screen."""
        self.types = types
        if not types:
            self._type("")
        self.post_message(self.Narrowed(self))
        self.screen.refresh_bindings()

    def _lines_for(self, pick: Pick, width: int) -> Sequence[Spans]:
        before: list[Span] = [(HERE if pick.here else "  ", "accent")]
        if pick.swatch is not None:
            before += [(_SWATCH, pick.swatch), (" ", "text")]
        room = width - sum(cell_len(text) for text, _ in before)
        aside = f"  {visible(pick.aside)} " if pick.aside else ""
        if room - cell_len(aside) < min(_GOOD, cell_len(visible(pick.whole))):
            aside = ""
        room = max(4, room - cell_len(aside))
        text = visible(pick.text)
        within = max(0, room - cell_len(text) - 3)
        if pick.within and within >= _LEAST_WITHIN:
            text = f"{clip(pick.within, within)} › {text}"
        name = pad_spans([(text, "strong")], room)
        notes = [[("  ", "text"), (note, "faint")] for note in pick.notes]
        return [[*before, *name, (aside, "faint")], *notes]

    def _style(self, name: str, ground: str) -> Style:
        return self._swatches[name] if name in self._swatches else super()._style(name, ground)

    # What is typed

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say that what can be printed is typed here, whatever else it is bound to."""
        return self.types and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Take what is typed."""
        if not self.types:
            return
        if event.is_printable and event.character:
            text = self.typed + event.character
        elif event.key == "backspace":
            text = self.typed[:-1]
        elif event.key == "ctrl+u":
            text = ""
        elif event.key == "ctrl+w":
            text = self.typed.rstrip().rpartition(" ")[0]
        else:
            return
        event.stop()
        event.prevent_default()
        self._type(text)

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted, as one line."""
        event.stop()
        if self.types:
            self._type(self.typed + " ".join(event.text.split()))

    def _type(self, text: str) -> None:
        if text != self.typed:
            self.typed = text
            self.offer(self.all)
            self.post_message(self.Narrowed(self))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked."""
        event.prevent_default()
        row = self._row_at(event.y + self.scroll_offset.y)
        if 0 <= row < len(self.rows):
            self._go(row)
            self.action_choose()


class QueryLine(Widget):
    """Shows what is typed to narrow a list, and how much of it is left."""

    DEFAULT_CSS = """
    QueryLine { height: 1; background: $surface; color: $foreground; }
    QueryLine > .query--faint { background: $surface; color: $text-muted; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"query--faint"}

    def __init__(self, placeholder: str = "Type to narrow the list") -> None:
        """Say ``placeholder`` while nothing is typed."""
        super().__init__()
        self._placeholder = placeholder
        self._typed = ""
        self._count = ""

    def show(self, picks: PickList) -> None:
        """Show what narrows a list."""
        self._typed = visible(picks.typed)
        self._count = f"{len(picks.rows):,} of {len(picks.all):,} " if picks.typed else ""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width, style = self.size.width, self.rich_style
        faint = self.get_component_rich_style("query--faint")
        room = width - len(self._count)
        if self._typed:
            # The end is where one types.
            text = self._typed[-max(1, room) :]
            while len(text) > 1 and cell_len(text) > room - 4:
                text = text[1:]
            left = [Segment(f" {text}▏", style)]
        else:
            left = [Segment(" ▏", style), Segment(clip(self._placeholder, room - 3), faint)]
        line = Strip(left).adjust_cell_length(room, style)
        return Strip([*line, Segment(self._count, faint)])
