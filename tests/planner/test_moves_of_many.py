"""Moving several cards at once: they keep their order, and none is left out or passed."""

from itertools import chain, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.board import Board, CardFace, Column, Lane, read_board
from planner.moves import plan_move, plan_moves
from planner.requests import Action, MoveCard, ReorderCard
from store.records import Project
from tests.planner.plans import Plan, opened
from tests.store.rows import example

Map = dict[str, list[str]]
"""Ids of cards by activity."""

DIRECTIONS = ("up", "down", "left", "right")


def board_of(*lanes: str) -> Board:
    """Return a board from a line a workflow: activities with blanks between them, cards a letter."""
    made = []
    for n, line in enumerate(lanes):
        columns = []
        for m, letters in enumerate(line.split()):
            cards = tuple(
                CardFace(letter, None, letter, "todo", 0, None, None, 0, 0, 0)
                for letter in letters.replace(".", "")
            )
            columns.append(Column(f"w{n}a{m}", "", None, len(cards), cards))
        made.append(Lane(f"w{n}", "", None, tuple(columns)))
    return Board(example(Project), tuple(made), complete=True)


def map_of(board: Board) -> Map:
    return {c.id: [card.id for card in c.cards] for lane in board.lanes for c in lane.columns}


def done(board: Board, actions: list[Action]) -> Map:
    """Return the map once these actions are done."""
    now = map_of(board)
    for action in actions:
        assert isinstance(action, MoveCard | ReorderCard)
        card_id = action.target_ref.card_id
        source = next(cards for cards in now.values() if card_id in cards)
        source.remove(card_id)
        into = source
        if isinstance(action, MoveCard):
            into = now[action.payload.workflow_activity_id]
            assert into is not source
        assert action.payload.position is not None
        assert 0 <= action.payload.position <= len(into)
        into.insert(action.payload.position, card_id)
    return now


def drawn(board: Board, after: Map) -> list[str]:
    return [" ".join("".join(after[c.id]) or "." for c in lane.columns) for lane in board.lanes]


@pytest.mark.parametrize(
    ("lanes", "moved", "direction", "hidden", "after"),
    [
        # Past what isn't moved, together.
        (["aBCd"], "BC", "up", "", ["BCad"]),
        (["aBCd"], "BC", "down", "", ["adBC"]),
        (["aBcDe"], "BD", "up", "", ["BaDce"]),
        # Held at the edge, with all right behind.
        (["ABcD"], "ABD", "up", "", ["ABDc"]),
        (["aBcD"], "BD", "down", "", ["acBD"]),
        # Out of the activity, with all right behind.
        (["a", "BCd"], "BC", "up", "", ["aBC", "d"]),
        (["aBC", "d"], "BC", "down", "", ["a", "BCd"]),
        (["a", "BCdE"], "BCE", "up", "", ["aBC", "Ed"]),
        (["a b", "C D"], "CD", "up", "", ["aC bD", ". ."]),
        (["a", "B C"], "BC", "up", "", ["aBC", ". ."]),
        (["A B", "c"], "AB", "down", "", [". .", "ABc"]),
        (["A", "B", "c"], "AB", "down", "", [".", "A", "Bc"]),
        (["a", "B", "C"], "BC", "up", "", ["aB", "C", "."]),
        # Past what a filter hides.
        (["xaBC"], "BC", "up", "x", ["xBCa"]),
        (["axBC"], "BC", "up", "x", ["BCax"]),
        (["xBC"], "BC", "up", "x", ["xBC"]),
        (["a", "xBC"], "BC", "up", "x", ["aBC", "x"]),
        # To the activity beside.
        (["aB Cd"], "BC", "right", "", ["a CBd"]),
        (["aB cD e"], "BD", "right", "", ["a cB eD"]),
        (["AB cd e"], "AB", "right", "", [". ABcd e"]),
        (["abcDE f"], "DE", "right", "", ["abc fDE"]),
        (["a bC dE"], "CE", "left", "", ["aC bE d"]),
        (["aB c"], "B", "left", "", ["aB c"]),
        (["a", "B"], "B", "left", "", ["a", "B"]),
    ],
)
def test_several_cards_move_together(
    lanes: list[str], moved: str, direction: str, hidden: str, after: list[str]
) -> None:
    board = board_of(*lanes)
    actions = plan_moves(board, moved, direction, lambda card: card.id not in hidden)
    assert drawn(board, done(board, actions)) == after


@st.composite
def boards(draw: st.DrawFn) -> Board:
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    shape = draw(st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=3))
    return board_of(
        *(
            " ".join("".join(next(letters) for _ in range(size)) or "." for size in sizes)
            for sizes in shape
        )
    )


chosen = st.sets(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=8)
directions = st.sampled_from(DIRECTIONS)


@given(boards(), chosen, directions, chosen)
def test_cards_keep_their_order_whatever_is_moved(
    board: Board, moved: set[str], direction: str, hidden: set[str]
) -> None:
    hidden -= moved
    before = map_of(board)
    actions = plan_moves(board, moved, direction, lambda card: card.id not in hidden)
    after = done(board, actions)
    assert sorted(chain(*after.values())) == sorted(chain(*before.values()))
    assert {action.target_ref.card_id for action in actions} <= moved  # type: ignore[union-attr]
    assert len(actions) <= len(moved)
    where = {card: column for column, cards in after.items() for card in cards}
    for column, cards in before.items():
        stay = [card for card in cards if card not in moved]
        assert [card for card in after[column] if card in stay] == stay
        together = [card for card in cards if card in moved]
        for one, next_one in pairwise(together):
            if where[one] == where[next_one]:
                assert after[where[one]].index(one) < after[where[one]].index(next_one)


@given(boards(), directions, st.sampled_from("abcdef"), chosen)
def test_one_card_goes_where_it_goes_alone(
    board: Board, direction: str, card: str, hidden: set[str]
) -> None:
    def shown(face: CardFace) -> bool:
        return face.id == card or face.id not in hidden

    alone = plan_move(board, card, direction, shown)
    assert plan_moves(board, {card}, direction, shown) == ([alone] if alone else [])


@given(boards(), directions, chosen)
def test_moving_on_and_on_comes_to_an_end(board: Board, direction: str, moved: set[str]) -> None:
    lanes = board.lanes
    for _ in range(60):
        actions = plan_moves(Board(board.project, lanes, complete=True), moved, direction)
        if not actions:
            return
        after = done(Board(board.project, lanes, complete=True), actions)
        faces = {c.id: c for lane in lanes for column in lane.columns for c in column.cards}
        lanes = tuple(
            Lane(
                lane.id,
                "",
                None,
                tuple(
                    Column(c.id, "", None, len(after[c.id]), tuple(faces[i] for i in after[c.id]))
                    for c in lane.columns
                ),
            )
            for lane in lanes
        )
    raise AssertionError("it never ends")


CARDS = [f"w{w}a{a}c{c}" for w in (1, 2) for a in (1, 2) for c in (1, 2)]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(CARDS), min_size=1, max_size=5), directions),
        min_size=1,
        max_size=5,
    )
)
def test_the_plan_is_as_foreseen_and_one_undo_takes_it_all_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[set[str], str]]
) -> None:
    with opened(tmp_path_factory.mktemp("moves") / "plan.db") as db:
        plan = Plan(db)
        plan.build(cards=2)
        for moved, direction in steps:
            board = read_board(db, plan.project)
            actions = plan_moves(board, moved, direction)
            if not actions:
                continue
            foreseen = done(board, actions)
            plan.apply(*actions)
            after = read_board(db, plan.project)
            assert map_of(after) == foreseen
            plan.undo()
            assert read_board(db, plan.project).lanes == board.lanes
            plan.redo()
            assert read_board(db, plan.project).lanes == after.lanes
