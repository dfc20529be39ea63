from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from planner.board import Column, Lane
from tests.tui.maps import Map, maps, places
from tui.widgets.map_geometry import HEADINGS, NARROWEST, PITCH, WIDEST, MapGeometry, Place

widths = st.integers(min_value=1, max_value=220)


@given(maps(), widths)
def test_a_place_is_found_at_every_point_of_its_region(drawn: Map, width: int) -> None:
    geometry = MapGeometry(*drawn, width)
    for place in places(*drawn):
        region = geometry.region(place)
        assert region.area > 0
        for x in (region.x, region.right - 1):
            for line in range(region.y, region.bottom):
                assert geometry.place_at(x, line) == place
                assert geometry.drop_at(x, line) == place


@given(maps(), widths)
def test_what_is_found_at_a_point_stands_there(drawn: Map, width: int) -> None:
    geometry = MapGeometry(*drawn, width)
    for line in range(-1, geometry.height + 2):
        for x in range(0, geometry.width, 5):
            place = geometry.place_at(x, line)
            assert place is None or geometry.region(place).contains(x, line)
            assert place is None or place in places(*drawn)


@given(maps(), widths)
def test_regions_never_overlap_and_stay_on_the_map(drawn: Map, width: int) -> None:
    geometry = MapGeometry(*drawn, width)
    regions = [geometry.region(place) for place in places(*drawn)]
    whole = Region(0, 0, geometry.width, geometry.height)
    assert all(whole.contains_region(region) for region in regions)
    assert not any(one.overlaps(other) for one, other in combinations(regions, 2))


@given(maps(), widths)
def test_lanes_stack_without_a_gap(drawn: Map, width: int) -> None:
    lanes, collapsed = drawn
    geometry = MapGeometry(lanes, collapsed, width)
    assert geometry.tops[0] == 0
    assert geometry.height == geometry.tops[-1]
    for lane, (top, bottom) in enumerate(pairwise(geometry.tops)):
        assert bottom > top
        assert all(geometry.lane_at(line) == lane for line in range(top, bottom))
        assert geometry.is_open(lane) == (lanes[lane].id not in collapsed)
        if not geometry.is_open(lane):
            assert bottom == top + 1


@given(maps(), widths)
def test_columns_are_wide_enough_to_read_and_seen_where_they_are(drawn: Map, width: int) -> None:
    geometry = MapGeometry(*drawn, width)
    assert NARROWEST <= geometry.column_width <= WIDEST
    for left in range(0, geometry.width, 7):
        seen = geometry.visible_columns(left, width)
        for column in range(geometry.width // geometry.pitch_x + 1):
            x = column * geometry.pitch_x
            assert (column in seen) == (x < left + width and x + geometry.pitch_x > left)


@given(maps(), widths, st.data())
def test_what_is_let_go_of_lands_in_the_activity_below_the_mouse(
    drawn: Map, width: int, data: st.DataObject
) -> None:
    lanes, _ = drawn
    geometry = MapGeometry(*drawn, width)
    x = data.draw(st.integers(0, geometry.width))
    line = data.draw(st.integers(-1, geometry.height + 1))
    place = geometry.drop_at(x, line)
    if place is not None and place.column >= 0:
        assert place.lane == geometry.lane_at(line)
        assert place.column == x // geometry.pitch_x
        assert place.row <= len(lanes[place.lane].columns[place.column].cards)


def test_what_is_let_go_of_below_the_last_card_comes_after_it() -> None:
    lanes = (Lane("w", "", None, (Column("a", "", None, 3, ()), Column("b", "", None, 0, ()))),)
    geometry = MapGeometry(lanes, frozenset(), 80)
    below = HEADINGS + 2 * PITCH + 1
    assert geometry.place_at(geometry.pitch_x, below) is None
    assert geometry.drop_at(geometry.pitch_x, below) == Place(0, 1, 0)


def test_a_full_screen_of_columns_fits_without_scrolling() -> None:
    for width in range(25, 200):
        fitting = min(4, width // 25)
        columns = tuple(Column(f"c{i}", "", None, 0) for i in range(fitting))
        geometry = MapGeometry((Lane("w", "", None, columns),), frozenset(), width)
        assert geometry.width == width


def test_a_column_more_anywhere_moves_every_column() -> None:
    def lane(columns: int) -> Lane:
        return Lane("w", "w", None, tuple(Column(str(i), "a", None, 0) for i in range(columns)))

    few, more = ((lane(1), lane(columns)) for columns in (1, 2))
    layout = MapGeometry(few, frozenset(), 60)
    assert layout.stands_like(MapGeometry(few, frozenset(), 60))
    assert not layout.stands_like(MapGeometry(more, frozenset(), 60))
