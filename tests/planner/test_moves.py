"""Moves: one step on the board becomes the planning action that does it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.board import Board, CardFace, read_board
from planner.moves import everything, plan_move, plan_move_activity_to, plan_move_to
from store.records import Card, Workflow, WorkflowActivity
from tests.planner.plans import Plan, in_activity, on, opened, request


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def board_of(plan: Plan) -> Board:
    return read_board(plan.db, plan.project)


def move(plan: Plan, moved: str, direction: str, hidden: tuple[str, ...] = ()) -> bool:
    """Move something one step; say whether there was anywhere to go."""

    def shown(card: CardFace) -> bool:
        return card.id not in hidden

    action = plan_move(board_of(plan), moved, direction, shown)
    if action is not None:
        plan.apply(action)
    return action is not None


def cards(plan: Plan, activity_id: str) -> list[str]:
    return plan.order(Card, workflow_activity_id=activity_id)


def test_a_card_goes_up_and_down_its_activity(plan: Plan) -> None:
    assert move(plan, "w1a1c1", "down")
    assert cards(plan, "w1a1") == ["w1a1c2", "w1a1c1", "w1a1c3"]
    assert move(plan, "w1a1c3", "up")
    assert cards(plan, "w1a1") == ["w1a1c2", "w1a1c3", "w1a1c1"]


def test_a_card_goes_to_the_activity_beside_at_the_same_height(plan: Plan) -> None:
    assert move(plan, "w1a1c2", "right")
    assert cards(plan, "w1a2") == ["w1a2c1", "w1a1c2", "w1a2c2", "w1a2c3"]
    assert move(plan, "w1a1c2", "left")
    assert cards(plan, "w1a1") == ["w1a1c1", "w1a1c2", "w1a1c3"]
    plan.apply(*(request("deleteCard", on(f"w1a2c{n}")) for n in (2, 3)))
    assert move(plan, "w1a1c3", "right")
    assert cards(plan, "w1a2") == ["w1a2c1", "w1a1c3"]


def test_past_the_ends_of_its_activity_a_card_goes_to_the_next_workflow(plan: Plan) -> None:
    assert move(plan, "w1a2c3", "down")
    assert cards(plan, "w2a2") == ["w1a2c3", "w2a2c1", "w2a2c2", "w2a2c3"]
    assert move(plan, "w1a2c3", "up")
    assert cards(plan, "w1a2") == ["w1a2c1", "w1a2c2", "w1a2c3"]


def test_a_workflow_without_activities_is_passed_over(plan: Plan) -> None:
    plan.act("createWorkflow", id="empty", title="Empty", position=1)
    assert move(plan, "w1a1c3", "down")
    assert cards(plan, "w2a1")[0] == "w1a1c3"
    assert move(plan, "w1a1c3", "up")
    assert cards(plan, "w1a1")[-1] == "w1a1c3"


def test_a_workflow_with_fewer_activities_takes_the_card_in_its_last(plan: Plan) -> None:
    plan.act("deleteActivity", in_activity("w2a2"))
    assert move(plan, "w1a2c3", "down")
    assert cards(plan, "w2a1")[0] == "w1a2c3"


@pytest.mark.parametrize(
    ("moved", "direction"),
    [
        ("w1a1c1", "up"),
        ("w1a1c1", "left"),
        ("w1a2c1", "right"),
        ("w2a1c3", "down"),
        ("w1a1", "left"),
        ("w1a2", "right"),
        ("w1a1", "up"),
        ("w2a1", "down"),
        ("w1", "up"),
        ("w2", "down"),
        ("w1", "left"),
        ("w1", "right"),
        ("nobody", "up"),
    ],
)
def test_at_an_edge_there_is_nowhere_to_go(plan: Plan, moved: str, direction: str) -> None:
    assert plan_move(board_of(plan), moved, direction) is None


def test_activities_go_left_and_right_and_workflows_up_and_down(plan: Plan) -> None:
    assert move(plan, "w1a1", "right")
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a2", "w1a1"]
    assert move(plan, "w1a1", "left")
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a1", "w1a2"]
    assert move(plan, "w1", "down")
    assert plan.order(Workflow, project_id=plan.project_id) == ["w2", "w1"]
    assert move(plan, "w1", "up")
    assert plan.order(Workflow, project_id=plan.project_id) == ["w1", "w2"]


def test_activities_go_to_the_workflow_above_or_below_with_their_cards(plan: Plan) -> None:
    plan.act("createWorkflow", id="empty", title="Empty", position=1)
    assert move(plan, "w1a2", "down")
    assert plan.order(WorkflowActivity, workflow_id="empty") == ["w1a2"]
    assert move(plan, "w1a2", "down")
    assert plan.order(WorkflowActivity, workflow_id="w2") == ["w1a2", "w2a1", "w2a2"]
    assert cards(plan, "w1a2") == ["w1a2c1", "w1a2c2", "w1a2c3"]
    assert move(plan, "w2a2", "up")
    assert move(plan, "w2a2", "up")
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w2a2", "w1a1"]


def test_an_activity_is_brought_to_a_workflow_as_the_first_or_the_last(plan: Plan) -> None:
    for activity, workflow, first, order in (
        ("w1a1", "w2", False, ["w2a1", "w2a2", "w1a1"]),
        ("w1a2", "w2", True, ["w1a2", "w2a1", "w2a2", "w1a1"]),
        ("w2a2", "w2", True, ["w2a2", "w1a2", "w2a1", "w1a1"]),
        ("w2a1", "w2", False, ["w2a2", "w1a2", "w1a1", "w2a1"]),
    ):
        action = plan_move_activity_to(board_of(plan), activity, workflow, first=first)
        assert action is not None
        plan.apply(action)
        assert plan.order(WorkflowActivity, workflow_id=workflow) == order
        again = plan_move_activity_to(board_of(plan), activity, workflow, first=first)
        assert again is None
    assert plan_move_activity_to(board_of(plan), "w2a1", "gone") is None


def test_a_card_goes_past_the_ones_a_filter_hides(plan: Plan) -> None:
    assert move(plan, "w1a1c1", "down", hidden=("w1a1c2",))
    assert cards(plan, "w1a1") == ["w1a1c2", "w1a1c3", "w1a1c1"]
    assert move(plan, "w1a1c1", "up", hidden=("w1a1c3",))
    assert cards(plan, "w1a1") == ["w1a1c1", "w1a1c2", "w1a1c3"]


def test_with_all_below_it_hidden_a_card_leaves_its_activity(plan: Plan) -> None:
    assert move(plan, "w1a1c1", "down", hidden=("w1a1c2", "w1a1c3"))
    assert cards(plan, "w1a1") == ["w1a1c2", "w1a1c3"]
    assert cards(plan, "w2a1")[0] == "w1a1c1"


def test_everything_is_shown_unless_told_otherwise(plan: Plan) -> None:
    assert everything(board_of(plan).lanes[0].columns[0].cards[0])


IDS = ["w1", "w2", "w1a1", "w1a2", "w2a1", *(f"w{w}a{a}c1" for w in (1, 2) for a in (1, 2))]
BACK = {"up": "down", "down": "up", "left": "right", "right": "left"}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*BACK])), max_size=10))
def test_any_move_keeps_every_card_and_can_be_taken_back(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, str]]
) -> None:
    with opened(tmp_path_factory.mktemp("moves") / "plan.db") as db:
        plan = Plan(db)
        plan.build(cards=2)
        numbers = sorted(card.number or 0 for card in db.list(Card))
        for moved, direction in moves:
            before = board_of(plan)
            if not move(plan, moved, direction):
                continue
            after = board_of(plan)
            assert after.lanes != before.lanes, "a move that changes nothing is no move"
            assert sorted(card.number or 0 for card in db.list(Card)) == numbers
            for activity in db.list(WorkflowActivity):
                cards(plan, activity.id)  # positions stay 0…n-1
            plan.undo()
            assert board_of(plan).lanes == before.lanes
            plan.redo()


@settings(max_examples=40)
@given(st.data())
def test_cards_brought_to_an_activity_keep_their_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with opened(tmp_path_factory.mktemp("moves") / "plan.db") as db:
        plan = Plan(db)
        plan.build()
        board = board_of(plan)
        columns = {column.id: column for lane in board.lanes for column in lane.columns}
        into = data.draw(st.sampled_from(sorted(columns)))
        every = [card.id for column in columns.values() for card in column.cards]
        chosen = data.draw(st.sets(st.sampled_from(every), min_size=1))
        first = data.draw(st.booleans())
        moved = [card for card in every if card in chosen]
        stay = [card.id for card in columns[into].cards if card.id not in chosen]
        actions = plan_move_to(board, data.draw(st.permutations(moved)), into, first=first)
        before = cards(plan, into)
        wanted = moved + stay if first else stay + moved
        assert (not actions) == (before == wanted)
        if actions:
            plan.apply(*actions)
        assert cards(plan, into) == wanted
        if actions:
            plan.planner.undo(plan.project_id)
        assert cards(plan, into) == before


def test_there_is_nothing_to_do_where_the_activity_or_the_cards_have_gone(plan: Plan) -> None:
    assert plan_move_to(board_of(plan), ["w1a1c1"], "gone") == []
    assert plan_move_to(board_of(plan), ["gone"], "w1a1") == []
