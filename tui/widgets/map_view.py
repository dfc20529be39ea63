"""The story map: one scrolling view that paints only the lines that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from planner.board import CardFace, Column, Lane
from tui.key_gate import KeyGate
from tui.widgets import map_cursor as cursor
from tui.widgets.map_geometry import CARD_LINES, HEADINGS, PITCH, MapGeometry, Place
from tui.widgets.map_paint import MapPaint

COLORS = ("yellow", "blue", "purple", "green", "orange", "pink", "plain")


class MapView(ScrollView, can_focus=True, inherit_bindings=False):
    """Workflows down, activities across, cards stacked below.

    ``show`` gives it lanes to paint; it keeps the selection, which follows its id when
    the lanes change. It knows nothing of the database.
    """

    DEFAULT_CSS = """
    MapView {
        background: $background;
        scrollbar-gutter: stable;
        scrollbar-size: 1 1;
        overflow: scroll scroll;
    }
    MapView > .map--gap { background: $background; }
    MapView > .map--note { background: $background; color: $text-muted; }
    MapView > .map--lane { background: $panel; color: $foreground; }
    MapView > .map--lane-selected { background: $primary; color: $text; }
    MapView > .map--card { background: $surface; color: $foreground; }
    MapView > .map--card-meta { background: $surface; color: $text-muted; }
    MapView > .map--selected { background: $primary-muted; color: $foreground; text-style: bold; }
    MapView > .map--selected-meta { background: $primary-muted; color: $foreground; }
    MapView > .map--status-todo { color: $foreground-muted; }
    MapView > .map--status-active { color: $text-primary; }
    MapView > .map--status-questions { color: $text-warning; }
    MapView > .map--status-review { color: $text-accent; }
    MapView > .map--status-production { color: $text-success; }
    MapView > .map--activity-yellow { background: #e3c04a; color: #1c1a10; }
    MapView > .map--activity-blue { background: #5fa8e6; color: #0d1a26; }
    MapView > .map--activity-purple { background: #b08ae6; color: #1a1026; }
    MapView > .map--activity-green { background: #6fc08a; color: #0e2015; }
    MapView > .map--activity-orange { background: #e69b5a; color: #26160a; }
    MapView > .map--activity-pink { background: #e68ab4; color: #260f1a; }
    MapView > .map--activity-plain { background: $foreground 25%; color: $foreground; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"map--{name}" for name in ("gap", "note", "lane", "lane-selected")),
        *(f"map--{name}" for name in ("card", "card-meta", "selected", "selected-meta")),
        *(f"map--activity-{color}" for color in COLORS),
        *(
            f"map--status-{status}"
            for status in ("todo", "active", "questions", "review", "production")
        ),
    }

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
        self.lanes: tuple[Lane, ...] = ()
        self.collapsed: frozenset[str] = frozenset()
        self.place: Place | None = None
        self.empty_note = ""
        self._geometry = MapGeometry((), frozenset(), 1)
        self._laid_out_for = 0
        self._paint: MapPaint | None = None
        self._selected_id: str | None = None
        self.typing_into: Widget | None = None
        """Gets the keys in place of the map, from the moment it is made."""
        self._dragged: CardFace | None = None
        self._drop_onto: Place | None = None
        self._pressed_at = Offset(-1, -1)

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
        before, tops, place = self.lanes, self._geometry.tops, self.place
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
        if lanes and self._geometry.tops == tops and len(before) == len(lanes):
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

    def step(self, key: str, times: int = 1) -> None:
        """Move the selection ``up``, ``down``, ``left`` or ``right``."""
        place = self.place
        for _ in range(times if place else 0):
            place = cursor.step(self.lanes, self.collapsed, place, key)  # type: ignore[arg-type]
        if place is not None:
            self.select(place)

    def screen_region(self, place: Place) -> Region:
        """Return where a place stands on the screen, which may be out of view."""
        region = self._geometry.region(place)
        return region.translate(self.content_region.offset - self.scroll_offset)

    def place_at(self, x: int, y: int) -> Place | None:
        """Return what is drawn at a point of this widget, headings in place included."""
        if not self.lanes or y < 0:
            return None
        line = self._line_at(y)
        return self._geometry.place_at(x + self.scroll_offset.x, line)

    # Painting

    def notify_style_update(self) -> None:
        """Forget what was painted in the old theme."""
        super().notify_style_update()
        self._paint = None

    def on_resize(self) -> None:
        """Lay the map out anew at the new width.

        The view may have been painted at its new size already, with the old layout.
        """
        self._lay_out()
        self.refresh()
        self._scroll_to_selection()

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.size.width
        if self._laid_out_for != self.scrollable_content_region.width:
            # A first frame that comes before the size does is thrown away.
            return Strip.blank(width, self._style("gap"))
        paint = self._painter()
        if not self.lanes:
            middle = self.size.height // 2
            return paint.note(self.empty_note if y == middle else "", width)
        if self.scroll_offset.y + y >= self._geometry.height:
            return Strip.blank(width, self._style("gap"))
        line = self._line_at(y)
        lane_index = self._geometry.lane_at(line)
        offset = line - self._geometry.tops[lane_index]
        if offset == 0:
            return self._lane_line(paint, lane_index, width)
        return self._column_line(paint, lane_index, offset, width)

    def _lane_line(self, paint: MapPaint, lane_index: int, width: int) -> Strip:
        lane = self.lanes[lane_index]
        return paint.lane(
            lane,
            width,
            is_open=self._geometry.is_open(lane_index),
            selected=self._is_marked(Place(lane_index)),
        )

    def _column_line(self, paint: MapPaint, lane_index: int, offset: int, width: int) -> Strip:
        lane, geometry = self.lanes[lane_index], self._geometry
        if not lane.columns:
            note = "No activities yet: a makes one." if offset == 1 else ""
            return paint.note(note, width)
        left = self.scroll_offset.x
        row, part = divmod(offset - HEADINGS, PITCH)
        strips: list[Strip] = []
        columns = geometry.visible_columns(left, width)
        for index in columns:
            column = lane.columns[index] if index < len(lane.columns) else None
            if column is None or (part >= CARD_LINES and offset >= HEADINGS):
                strips.append(paint.blank)
            elif offset < HEADINGS:
                selected = self._is_marked(Place(lane_index, index))
                strips.append(paint.activity(column, selected))
            elif row < len(column.cards):
                selected = self._is_marked(Place(lane_index, index, row))
                strips.append(paint.card(column.cards[row], column.color, selected)[part])
            elif row == 0 and part == 0 and column.size == 0:
                strips.append(paint.note("no cards: n adds one", paint.width))
            else:
                strips.append(paint.blank)
            strips.append(paint.gap)
        start = left - columns.start * geometry.pitch_x
        line = Strip.join(strips).crop(start, start + width)
        return line.adjust_cell_length(width, self._style("gap"))

    def _is_marked(self, place: Place) -> bool:
        """Say whether a place is selected, or where a dragged card would go."""
        return place in (self.place, self._drop_onto)

    def _line_at(self, y: int) -> int:
        """Return the line of the map drawn at a line of the view.

        The first lines show the headings of the lane the view is in the middle of.
        """
        top = self.scroll_offset.y
        if y < HEADINGS:
            lane = self._geometry.lane_at(top)
            start = self._geometry.tops[lane]
            if top > start and self._geometry.is_open(lane):
                last = self._geometry.tops[lane + 1] - 1
                if top + y <= last:
                    return start + y
        return top + y

    def _painter(self) -> MapPaint:
        if self._paint is None or self._paint.width != self._geometry.column_width:
            self._paint = MapPaint(self._style, self._geometry.column_width)
        return self._paint

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"map--{name}")

    def _lay_out(self) -> None:
        width = max(1, self.scrollable_content_region.width)
        self._laid_out_for = width
        self._geometry = MapGeometry(self.lanes, self.collapsed, width)
        size = Size(self._geometry.width, self._geometry.height)
        if size == self.virtual_size:
            return
        # Setting it lays out the whole screen; all it changes are two scrollbars.
        self.set_reactive(MapView.virtual_size, size)
        self.horizontal_scrollbar.window_virtual_size = size.width
        self.vertical_scrollbar.window_virtual_size = size.height
        self.scroll_x = self.validate_scroll_x(self.scroll_x)
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _refresh_place(self, place: Place | None) -> None:
        if place is None:
            return
        region = self._geometry.region(place).translate(-self.scroll_offset)
        if region.y < HEADINGS:
            # It may be drawn by the headings in place as well.
            self.refresh(Region(0, 0, self.size.width, HEADINGS))
        self.refresh(region)

    def _refresh_changes(self, before: tuple[Lane, ...]) -> None:
        """Repaint the activities in view that are not as before; every lane is where it was."""
        geometry, top = self._geometry, self.scroll_offset.y
        last = geometry.lane_at(top + self.size.height - 1)
        for index in range(geometry.lane_at(top), last + 1):
            was, now = before[index], self.lanes[index]
            if was is now or was == now:
                continue
            if len(was.columns) != len(now.columns):
                self.refresh()
                return
            self._refresh_place(Place(index))
            height = geometry.tops[index + 1] - geometry.tops[index] - 1
            for number, column in enumerate(now.columns):
                if column != was.columns[number]:
                    heading = Place(index, number)
                    self._refresh_place(heading)
                    region = geometry.region(heading)._replace(height=height)
                    self.refresh(region.translate(-self.scroll_offset))

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

    async def on_key(self, event: events.Key) -> None:
        """Do what a key is bound to before looking at the next one.

        Left to itself, a burst of keys (typed ahead, or held up by a slow line) would all be
        looked up before the first has opened an input or a dialog, and the letters of a title
        would run as commands.
        """
        event.stop()
        event.prevent_default()
        if not self._has_keys:
            self.wait_for_opening()
        if self._gate.keeps_keys:
            self._gate.keep_key(event)
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
            if not self._has_keys:
                self.wait_for_opening()

    def wait_for_opening(self) -> None:
        """Keep keys back until what was opened, or is about to be, has the focus."""
        self._gate.keep_keys(self, lambda: self.app.screen.focused not in (None, self))

    @property
    def _gate(self) -> KeyGate:
        assert isinstance(self.app, KeyGate)  # noqa: S101  (narrows for the type checker)
        return self.app

    @property
    def _has_keys(self) -> bool:
        """Whether keys are meant for the map by now, rather than for what was opened."""
        focused = self.screen.focused
        return self.screen.is_active and self.typing_into is None and focused in (None, self)

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
