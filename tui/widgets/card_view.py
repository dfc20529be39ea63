"""A card with all it holds: its selection, its keys and its mouse, on the canvas that paints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message

from tui.keys import key_of
from tui.widgets.card_canvas import CardCanvas
from tui.widgets.card_keys import CARD_KEYS
from tui.widgets.card_rows import GAP, SECTIONS, Row, card_rows, heading_id, paragraphs
from tui.widgets.keys_in_order import KeysInOrder

if TYPE_CHECKING:
    from planner.holdings import CardHoldings


class CardView(CardCanvas, KeysInOrder, can_focus=True, inherit_bindings=False):
    """A card to read and to work on, beside the map or as a screen of its own.

    What its keys change is up to the screen, through actions named ``card_…``; going about in
    the card is done here.
    """

    BINDINGS: ClassVar[list[BindingType]] = CARD_KEYS

    @dataclass
    class Selected(Message):
        """The selection is somewhere else, or is shown or hidden."""

        card_view: CardView

        @property
        def control(self) -> CardView:
            """The view it happened on."""
            return self.card_view

    @dataclass
    class Opened(Message):
        """What is selected was clicked twice."""

        card_view: CardView

    def __init__(self, *, reads: bool = False, id: str | None = None) -> None:  # noqa: A002
        """Show cards.

        Args:
            reads: Whether someone is at it from the start: it is then drawn as what is being
                read and worked on, whatever has the focus.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._always = reads
        self._shows_selection = reads
        self._holdings: CardHoldings | None = None
        self._words: list[Row] = []
        self._wanted: str | None = None
        self._tree = False
        self._keys: dict[str, str] = {}
        self._shows_rules = True
        self._drawn: list[str] = []

    # What is shown

    def show_card(self, holdings: CardHoldings) -> None:
        """Show a card; the selection stays on what it was on, where that is still there."""
        same = self._holdings is not None and self._holdings.card.id == holdings.card.id
        self._holdings = holdings
        if not same:
            self._selected = None
        self._show()
        if not same:
            self.scroll_to(0, 0, animate=False, immediate=True)

    def show_words(self, title: str, words: Iterable[str], text: str = "") -> None:
        """Show a heading's title, some facts about it and its text, in place of a card."""
        self._holdings, self._selected, self._wanted = None, None, None
        self._words = [
            Row("title", "title", text=title),
            *(Row("faint", text=line) for line in words),
            *((GAP, *paragraphs("", text)) if text else ()),
        ]
        self._show()

    def want(self, row_id: str) -> None:
        """Select something now or, where it isn't shown yet, as soon as it is there."""
        if row_id in self._ids():
            self.select(row_id)
        elif row_id:
            self._wanted = row_id

    @property
    def is_waiting(self) -> bool:
        """Whether something is to be selected that isn't there yet."""
        return self._wanted is not None

    def action_tree(self) -> None:
        """Show planned files as a tree, or as a list again."""
        self._tree = not self._tree
        self._show()
        self._scroll_to_selection()

    def show_rules(self, shows: bool) -> None:
        """Show the rules of readiness among the rest, or leave them out."""
        if self._shows_rules != shows:
            self._shows_rules = shows
            self._show()

    @property
    def holdings(self) -> CardHoldings | None:
        """The card shown; None where there are only words."""
        return self._holdings

    def shows_card(self, card_id: str) -> bool:
        """Whether it is this card that is shown."""
        return self._holdings is not None and self._holdings.card.id == card_id

    @property
    def is_tree(self) -> bool:
        """Whether planned files are shown as a tree."""
        return self._tree

    @property
    def selected_id(self) -> str | None:
        """The id of what is selected: an item's, or ``title``, ``section.question`` and so on."""
        return self._selected

    @property
    def section(self) -> str:
        """The section the selection is in, ``card`` for none of them."""
        return next((row.section for row in self._rows if row.id == self._selected), "card")

    @property
    def on_heading(self) -> bool:
        """Whether a section's heading is selected."""
        return self._selected == heading_id(self.section)

    def select(self, row_id: str) -> None:
        """Move the selection."""
        if row_id == self._selected or row_id not in self._ids():
            return
        before = self._painted()
        self._selected, self._wanted = row_id, None
        self._refresh_since(before)
        self._scroll_to_selection()
        self.post_message(self.Selected(self))

    def selected_region(self) -> Region:
        """Return where the selection stands on the screen, as far as it is in view."""
        start, stop = self._extent(self._selected or "title") or (0, 1)
        top = self.scroll_offset.y
        room = self.scrollable_content_region
        first = min(max(0, start - top), max(0, room.height - 1))
        last = min(max(first + 1, stop - top), max(1, room.height))
        return Region(room.x, room.y + first, room.width, last - first)

    # Going about

    def action_step(self, by: int) -> None:
        """Select what is below or above; what is longer than the view is scrolled through first."""
        ids = self._ids()
        if not ids or self._selected is None:
            return
        start, stop = self._extent(self._selected) or (0, 0)
        top, height = self.scroll_offset.y, self.size.height
        if by > 0 and stop > top + height and start <= top + 1:
            self._scroll(top + 1)
        elif by < 0 and start < top and stop >= top + height - 1:
            self._scroll(top - 1)
        else:
            at = ids.index(self._selected) + by
            if 0 <= at < len(ids):
                self.select(ids[at])
            else:
                self._scroll(0 if by < 0 else self._height())

    def action_page(self, by: int) -> None:
        """Go on or back by what the view shows, selecting what is in view then."""
        before = self.scroll_offset.y
        self._scroll(before + by * max(1, self.size.height - 1))
        if self.scroll_offset.y == before:
            self.action_end(by)
        else:
            self._select_in_view(by)

    def action_end(self, by: int) -> None:
        """Go to the first or the last there is to select."""
        ids = self._ids()
        if ids:
            self.select(ids[0 if by < 0 else -1])
            self._scroll(0 if by < 0 else self._height())

    def action_section(self, by: int) -> None:
        """Go to the section after or before; the card itself comes before the first."""
        stops = ["title", *(heading_id(section) for section in SECTIONS)]
        ids = self._ids()
        stops = [stop for stop in stops if stop in ids]
        if not stops or self._selected is None:
            return
        at = ids.index(self._selected)
        if by > 0:
            found = next((stop for stop in stops if ids.index(stop) > at), None)
        else:
            found = next((stop for stop in reversed(stops) if ids.index(stop) < at), None)
        if found is not None:
            self.select(found)

    def action_jump(self, section: str) -> None:
        """Go to a section by its name: to its first item, else to its heading."""
        heading = heading_id(section)
        first = next((r.id for r in self._rows if r.section == section and r.id != heading), "")
        self.select(first or heading)
        extent = self._extent(heading)
        if extent is not None and extent[0] < self.scroll_offset.y:
            self._scroll(extent[0])

    # Between them

    def _ids(self) -> list[str]:
        """Return what can be selected, in order."""
        return list(dict.fromkeys(row.id for row in self._rows if row.id))

    def _show(self) -> None:
        before = self._ids()
        if self._holdings is None:
            rows = self._words
        else:
            rows = card_rows(
                self._holdings,
                reads=self._shows_selection,
                tree=self._tree,
                rules=self._shows_rules,
                add=self._keys.get("add", "n"),
                edit=self._keys.get("edit", "enter"),
                answer=self._keys.get("answer", "A"),
                go=self._keys.get("run", "r"),
            )
        ids = list(dict.fromkeys(row.id for row in rows if row.id))
        wanted, selected = self._wanted, self._selected
        if wanted in ids:
            selected, self._wanted = wanted, None
        elif selected not in ids:
            selected = _nearest(before, ids, selected)
        moved = selected != self._selected
        was_seen = self._selected is not None and self._is_in_view(self._selected)
        self._put(rows, selected)
        if not self._shows_selection:
            return
        if moved or was_seen:
            # What others put above it may have pushed it out.
            self._scroll_to_selection()
        if moved:
            self.post_message(self.Selected(self))

    def on_resize(self) -> None:
        """Wrap anew at the new width, with the selection in view."""
        super().on_resize()
        if self._shows_selection:
            self._scroll_to_selection()

    def _scroll_to_selection(self) -> None:
        """Bring the selection into view; the beginning of what is longer than the view."""
        extent, height = self._extent(self._selected or ""), self.size.height
        if extent is None or not height:
            return
        start, stop = extent
        top = self.scroll_offset.y
        if start < top or stop - start >= height:
            self._scroll(start if start > 2 else 0)
        elif stop > top + height:
            self._scroll(stop - height + min(2, height - (stop - start)))

    def _scroll(self, line: int) -> None:
        self._reach(line + self.size.height)
        self._fit()
        self.scroll_to(0, max(0, line), animate=False, immediate=True)

    def _select_in_view(self, by: int) -> None:
        """Select what a page key came to: the first of it that can be seen as a whole."""
        top, height = self.scroll_offset.y, self.size.height
        lines = range(top, top + height)
        found: list[str] = []
        for line in lines if by > 0 else reversed(lines):
            row_id = self._id_at(line - top)
            if row_id and row_id not in found:
                found.append(row_id)
        whole = [row_id for row_id in found if self._is_in_view(row_id)]
        for row_id in (whole or found)[:1]:
            before = self._painted()
            self._selected = row_id
            self._refresh_since(before)
            self.post_message(self.Selected(self))

    def _is_in_view(self, row_id: str) -> bool:
        """Say whether all of something can be seen."""
        start, stop = self._extent(row_id) or (0, 0)
        top = self.scroll_offset.y
        return top <= start and stop <= top + self.size.height

    # Focus and mouse

    def on_focus(self) -> None:
        """Show that someone is at it now."""
        for name in ("add", "edit", "answer", "run"):
            self._keys[name] = key_of(self.screen, f"card_view.{name}")
        self._read(True)

    def on_blur(self) -> None:
        """Show that nobody is, unless it is only for what is being typed over it."""
        if self.app.app_focus and self.screen.is_active and self.typing_into is None:
            self._read(self.screen.focused is self)

    def _read(self, reads: bool) -> None:
        if self._always or reads == self._shows_selection:
            return
        # A press that brings the focus is meant for what was drawn before it did.
        self._drawn = [self._id_at(y) for y in range(self.size.height)]
        self.call_later(self._drawn.clear)
        self._shows_selection = reads
        self._show()
        if not reads:
            self.scroll_to(0, 0, animate=False, immediate=True)
        self.post_message(self.Selected(self))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select what is pressed."""
        drawn = self._drawn
        self.select(drawn[event.y] if event.y < len(drawn) else self._id_at(event.y))

    def on_click(self, event: events.Click) -> None:
        """Open what is clicked twice."""
        if event.chain == 2 and self._id_at(event.y) == self._selected:
            self.post_message(self.Opened(self))

    def _id_at(self, y: int) -> str:
        """Return the id of what is drawn at a line of the view, empty for nothing."""
        index = self._row_at(y + self.scroll_offset.y)
        return self._rows[index].id if index is not None else ""


def _nearest(before: list[str], ids: list[str], gone: str | None) -> str | None:
    """Return what to select in place of something that has gone: what stood next to it."""
    if gone in before:
        at = before.index(gone)
        after, above = before[at + 1 :], before[:at][::-1]
        if after and after[0].startswith("section."):
            after, above = above, after
        for other in (*after, *above):
            if other in ids:
                return other
    return ids[0] if ids else None
