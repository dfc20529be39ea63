"""Paints the story map: only the lines that can be seen, from a snapshot held in memory."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from planner.board import Lane
from tui.keys import key_now
from tui.widgets.map_geometry import CARD_LINES, HEADINGS, PITCH, MapGeometry, Place
from tui.widgets.map_paint import MapPaint

COLORS = ("yellow", "blue", "purple", "green", "orange", "pink", "plain")


class MapCanvas(ScrollView, inherit_bindings=False):
    """Workflows down, activities across, cards stacked below; what is selected stands out.

    It turns points into places and places into regions, and repaints what changed. It knows
    nothing of keys.
    """

    DEFAULT_CSS = """
    MapCanvas {
        background: $background;
        scrollbar-gutter: stable;
        scrollbar-size: 1 1;
        overflow: scroll scroll;
    }
    MapCanvas > .map--gap { background: $background; }
    MapCanvas > .map--note { background: $background; color: $text-muted; }
    MapCanvas > .map--lane { background: $panel; color: $foreground; }
    MapCanvas > .map--lane-selected { background: $primary; color: $text; }
    MapCanvas > .map--card { background: $surface; color: $foreground; }
    MapCanvas > .map--card-meta { background: $surface; color: $text-muted; }
    MapCanvas > .map--selected { background: $primary-muted; color: $foreground; text-style: bold; }
    MapCanvas > .map--selected-meta { background: $primary-muted; color: $foreground; }
    MapCanvas > .map--mark { background: $secondary; color: $text; text-style: bold; }
    MapCanvas > .map--status-todo { color: $foreground-muted; }
    MapCanvas > .map--status-active { color: $text-primary; }
    MapCanvas > .map--status-questions { color: $text-warning; }
    MapCanvas > .map--status-review { color: $text-accent; }
    MapCanvas > .map--status-production { color: $text-success; }
    MapCanvas > .map--failed { color: $text-error; }
    MapCanvas > .map--activity-yellow { background: $activity-yellow; color: $activity-text; }
    MapCanvas > .map--activity-blue { background: $activity-blue; color: $activity-text; }
    MapCanvas > .map--activity-purple { background: $activity-purple; color: $activity-text; }
    MapCanvas > .map--activity-green { background: $activity-green; color: $activity-text; }
    MapCanvas > .map--activity-orange { background: $activity-orange; color: $activity-text; }
    MapCanvas > .map--activity-pink { background: $activity-pink; color: $activity-text; }
    MapCanvas > .map--activity-plain { background: $activity-plain; color: $activity-plain-text; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"map--{name}" for name in ("gap", "note", "lane", "lane-selected", "mark", "failed")),
        *(f"map--{name}" for name in ("card", "card-meta", "selected", "selected-meta")),
        *(f"map--activity-{color}" for color in COLORS),
        *(
            f"map--status-{status}"
            for status in ("todo", "active", "questions", "review", "production")
        ),
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self.lanes: tuple[Lane, ...] = ()
        self.collapsed: frozenset[str] = frozenset()
        self.marked: frozenset[str] = frozenset()
        self.place: Place | None = None
        self.empty_note = ""
        self._geometry = MapGeometry((), frozenset(), 1)
        self._laid_out_for = 0
        self._paint: MapPaint | None = None
        self._drop_onto: Place | None = None

    @property
    def swatches(self) -> dict[str, Style]:
        """The style of each activity colour, by its name; ``plain`` is none."""
        return {color: self._style(f"activity-{color}") for color in COLORS}

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

    def notify_style_update(self) -> None:
        """Forget what was painted in the old theme."""
        super().notify_style_update()
        self._paint = None

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
            selected=self._stands_out(Place(lane_index)),
        )

    def _column_line(self, paint: MapPaint, lane_index: int, offset: int, width: int) -> Strip:
        lane, geometry = self.lanes[lane_index], self._geometry
        if not lane.columns:
            key = key_now(self.app, "activity.new", "a")
            return paint.note(f"No activities yet: {key} makes one." if offset == 1 else "", width)
        left = self.scroll_offset.x
        row, part = divmod(offset - HEADINGS, PITCH)
        strips: list[Strip] = []
        columns = geometry.visible_columns(left, width)
        for index in columns:
            column = lane.columns[index] if index < len(lane.columns) else None
            if column is None or (part >= CARD_LINES and offset >= HEADINGS):
                strips.append(paint.blank)
            elif offset < HEADINGS:
                selected = self._stands_out(Place(lane_index, index))
                strips.append(paint.activity(column, selected))
            elif row < len(column.cards):
                selected = self._stands_out(Place(lane_index, index, row))
                card = column.cards[row]
                marked = card.id in self.marked
                strips.append(paint.card(card, column.color, selected, marked)[part])
            elif row == 0 and part == 0 and column.size == 0:
                key = key_now(self.app, "card.new", "n")
                strips.append(paint.note(f"no cards: {key} adds one", paint.width))
            else:
                strips.append(paint.blank)
            strips.append(paint.gap)
        start = left - columns.start * geometry.pitch_x
        line = Strip.join(strips).crop(start, start + width)
        return line.adjust_cell_length(width, self._style("gap"))

    def _stands_out(self, place: Place) -> bool:
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
        self.set_reactive(MapCanvas.virtual_size, size)
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
