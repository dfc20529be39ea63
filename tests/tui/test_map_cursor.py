from hypothesis import assume, given
from hypothesis import strategies as st

from planner.board import CardFace, Column, Lane
from tests.tui.maps import Map, maps, places
from tui.widgets import map_cursor as cursor
from tui.widgets.map_geometry import HEADING, Place

KEYS = ("up", "down", "left", "right")


@given(maps())
def test_a_step_never_leaves_the_map(drawn: Map) -> None:
    known = places(*drawn)
    for place in known:
        for key in KEYS:
            assert cursor.step(*drawn, place, key) in known


@given(maps())
def test_every_place_can_be_reached_from_every_other(drawn: Map) -> None:
    known = places(*drawn)
    for start in known:
        reached, ahead = {start}, [start]
        while ahead:
            place = ahead.pop()
            steps = {cursor.step(*drawn, place, key) for key in KEYS} - reached
            reached |= steps
            ahead += steps
        assert reached == {*known}


@given(maps())
def test_down_goes_on_to_the_last_workflow_and_up_to_the_first(drawn: Map) -> None:
    lanes, _ = drawn
    assume(lanes)
    for key, last in (("down", len(lanes) - 1), ("up", 0)):
        for place in places(*drawn):
            before: Place | None = None
            while place != before:
                before, place = place, cursor.step(*drawn, place, key)
            assert place.lane == last


@given(maps())
def test_down_and_up_go_the_same_way_within_a_column(drawn: Map) -> None:
    for place in places(*drawn):
        below = cursor.step(*drawn, place, "down")
        if (below.lane, below.column) == (place.lane, place.column) and below != place:
            assert cursor.step(*drawn, below, "up") == place


@given(maps())
def test_everything_is_found_by_its_id(drawn: Map) -> None:
    lanes, _ = drawn
    for place in places(lanes, frozenset()):
        assert cursor.find(lanes, cursor.id_of(lanes, place)) == place
        assert (cursor.card_of(lanes, place) is None) == (place.row == HEADING)
        assert (cursor.column_of(lanes, place) is None) == (place.column == HEADING)
        assert cursor.lane_of(lanes, place) is lanes[place.lane]
    assert cursor.find(lanes, "nowhere") is None


@given(maps(), st.tuples(st.integers(0, 5), st.integers(-1, 4), st.integers(-1, 4)))
def test_the_nearest_place_is_on_the_map_and_itself_when_it_is_there(
    drawn: Map, at: tuple[int, int, int]
) -> None:
    lanes, collapsed = drawn
    known = places(*drawn)
    place = Place(*at)
    nearest = cursor.nearest(lanes, collapsed, place)
    assert nearest in known if lanes else nearest is None
    if place in known:
        column = cursor.column_of(lanes, place)
        assert nearest == place or (column is not None and column.hidden)


def test_the_nearest_card_is_in_the_activity_beside_when_a_filter_hides_all_of_one() -> None:
    def column(name: str, shown: int, hidden: int) -> Column:
        cards = tuple(
            CardFace(f"{name}{i}", i, "", "todo", 0, None, None, 0, 0, 0) for i in range(shown)
        )
        return Column(name, "", None, shown + hidden, cards, hidden)

    lanes = (Lane("w", "", None, (column("a", 2, 0), column("b", 0, 3), column("c", 1, 0))),)
    assert cursor.nearest(lanes, frozenset(), Place(0, 1, 2)) == Place(0, 0, 1)
    assert cursor.nearest(lanes, frozenset(), Place(0, 1)) == Place(0, 1)
    assert cursor.nearest(lanes, frozenset({"w"}), Place(0, 1, 2)) == Place(0)


@given(maps())
def test_the_first_card_is_the_topmost_one_in_sight(drawn: Map) -> None:
    known = places(*drawn)
    cards = [place for place in known if place.row != HEADING]
    assert cursor.first_card(*drawn) == next(iter([*cards, *known]), None)
