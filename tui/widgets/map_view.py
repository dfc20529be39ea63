"""The story map: its selection, its keys and its mouse, on the canvas that paints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset
from textual.message import Message

from planner.board import CardFace, Column, Lane
from tui.widgets import map_cursor as cursor
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.map_canvas import MapCanvas
from tui.widgets.map_geometry import HEADINGS, Place

if TYPE_CHECKING:
    from tui.widgets.title_input import TitleInput


class MapView(MapCanvas, KeysInOrder, can_focus=True, inherit_bindings=False):
    """The map that a person works on.

    ``show`` gives it lanes to paint; it keeps the selection, which follows its id when
    the lanes change. It knows nothing of the database.
    """

    @dataclass
    class Selected(Message):
        """The selection is somewhere else, or what it is on has changed."""

        map_view: MapView

        @property
        def control(self) -> MapView:
            """The map it happened on."""
            return self.map_view

    @dataclass
    class Opened(Message):
        """A card was clicked twice."""

        map_view: MapView

    @dataclass
    class LaneClicked(Message):
        """The fold sign of a workflow's heading was clicked."""

        map_view: MapView

    @dataclass
    class Dropped(Message):
        """A card was dragged to a row of an activity, or onto its heading."""

        map_view: MapView
        card: CardFace
        column: Column
        row: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._selected_id: str | None = None
        self.typing_into: TitleInput | None = None
        """Gets the keys in place of the map, from the moment it is made."""
        self._dragged: CardFace | None = None
        self._pressed_at = Offset(-1, -1)

    def scroll_back(self, x: int, y: int) -> None:
        """Show the part of the map that was in view at an earlier time, and the selection."""
        self.scroll_to(x, y, animate=False, immediate=True)
        self._scroll_to_selection()

    # What is shown

    def show(
        self,
        lanes: tuple[Lane, ...],
        collapsed: frozenset[str],
        *,
        select: str | None = None,
        empty_note: str = "",
    ) -> None:
        """Paint these lanes, keeping the selection on what it was on.

        Args:
            lanes: What to show, already filtered; a column's ``size`` counts its hidden
                cards as well.
            collapsed: Ids of the workflows shown as a heading only.
            select: Id to select instead of what was selected, when it is there.
            empty_note: What to say where there is nothing to show.
        """
        before, old, place = self.lanes, self._geometry, self.place
        self.lanes, self.collapsed, self.empty_note = lanes, collapsed, empty_note
        wanted = select or self._selected_id
        found = cursor.find(lanes, wanted) if wanted else None
        if found is None and select is not None and self._selected_id is not None:
            found = cursor.find(lanes, self._selected_id)
        if found is not None and lanes[found.lane].id in collapsed:
            found = Place(found.lane)
        moved = found is None or found != self.place
        if found is None and self.place is not None:
            found = cursor.nearest(lanes, collapsed, self.place)
        elif found is None:
            found = cursor.first_card(lanes, collapsed)
        self.place = found
        self._selected_id = cursor.id_of(lanes, found) if found else None
        self._lay_out()
        if lanes and self._geometry.stands_like(old):
            self._refresh_place(place)
            self._refresh_place(found)
            self._refresh_changes(before)
        else:
            self.refresh()
        if moved:
            self._scroll_to_selection()
        self.post_message(self.Selected(self))

    @property
    def selected_id(self) -> str | None:
        """The id of what is selected, None on an empty map."""
        return self._selected_id

    @property
    def card(self) -> CardFace | None:
        """The selected card, None on a heading."""
        return cursor.card_of(self.lanes, self.place) if self.place else None

    @property
    def column(self) -> Column | None:
        """The activity the selection is in, None on a workflow's heading."""
        return cursor.column_of(self.lanes, self.place) if self.place else None

    @property
    def lane(self) -> Lane | None:
        """The workflow the selection is in, None on an empty map."""
        return self.lanes[self.place.lane] if self.place else None

    def select(self, place: Place, *, scroll: bool = True) -> None:
        """Move the selection, repainting the lines it leaves and those it comes to."""
        if place == self.place or not self.lanes:
            return
        self._refresh_place(self.place)
        self.place = place
        self._selected_id = cursor.id_of(self.lanes, place)
        self._refresh_place(place)
        if scroll:
            self._scroll_to_selection()
        self.post_message(self.Selected(self))

    def mark(self, marked: frozenset[str]) -> None:
        """Have these cards marked and no others, repainting what that changes."""
        changed = self.marked ^ marked
        self.marked = marked
        if changed == {self._selected_id}:
            self._refresh_place(self.place)
        elif changed:
            self.refresh()

    def step(self, key: str, times: int = 1) -> None:
        """Move the selection ``up``, ``down``, ``left`` or ``right``."""
        place = self.place
        for _ in range(times if place else 0):
            place = cursor.step(self.lanes, self.collapsed, place, key)  # type: ignore[arg-type]
        if place is not None:
            self.select(place)

    def on_resize(self) -> None:
        """Lay the map out anew at the new width.

        The view may have been painted at its new size already, with the old layout.
        """
        self._lay_out()
        self.refresh()
        self._scroll_to_selection()

    def _scroll_to_selection(self) -> None:
        """Bring the selection into view: half a page at a time, to send few lines."""
        size = self.scrollable_content_region.size
        if self.place is None or not size:
            return
        region = self._geometry.region(self.place)
        x, y = self.scroll_offset
        kept = HEADINGS if self.place.row >= 0 else self.place.column + 1 and 1
        if region.y < y + kept or region.bottom > y + size.height:
            up = region.y < y + kept
            y = region.bottom - size.height // 2 if not up else region.y - size.height // 2
            y = min(y, region.y - kept)
            y = max(y, region.bottom - size.height)
        if self.place.column >= 0 and (region.x < x or region.right > x + size.width):
            x = region.x if region.x < x else region.right - size.width
        self.scroll_to(x, max(0, y), animate=False, immediate=True)

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select what is pressed, and take hold of a card."""
        place = self.place_at(event.x, event.y)
        if place is None:
            return
        # What is pressed stays below the mouse, or letting go would drop it elsewhere.
        self.select(place, scroll=False)
        self._pressed_at = event.offset
        if place.column < 0 and event.x < 4:
            self.post_message(self.LaneClicked(self))
        self._dragged = self.card
        if self._dragged is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show where a dragged card would go."""
        if self._dragged is None or not event.button:
            return
        onto = self._drop_at(event.x, event.y)
        if onto is not None and onto != self._drop_onto:
            self._refresh_place(self._drop_onto)
            self._drop_onto = onto
            self._refresh_place(onto)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of a dragged card."""
        self.release_mouse()
        dragged, onto = self._dragged, self._drop_at(event.x, event.y)
        self._refresh_place(self._drop_onto)
        self._dragged = self._drop_onto = None
        if event.offset == self._pressed_at or onto in (None, self.place):
            return
        columns = self.lanes[onto.lane].columns if onto is not None else ()
        if dragged is not None and onto is not None and columns:
            column = columns[max(0, onto.column)]
            self.post_message(self.Dropped(self, dragged, column, onto.row))

    def on_click(self, event: events.Click) -> None:
        """Open a card clicked twice."""
        place = self.place_at(event.x, event.y)
        if event.chain == 2 and self.card is not None and place == self.place:
            self.post_message(self.Opened(self))

    def _drop_at(self, x: int, y: int) -> Place | None:
        """Return where a card let go of at a point of this widget would go."""
        if not self.lanes or not 0 <= y < self.size.height:
            return None
        return self._geometry.drop_at(x + self.scroll_offset.x, self._line_at(y))
