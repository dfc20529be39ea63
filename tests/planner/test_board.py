"""The board: what the map shows, in a fixed number of queries, brought up to date in parts."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.actions import BatchResult
from planner.board import Board, next_board, read_board, read_lanes, read_outline
from planner.changes import Touched
from planner.errors import ActionRefused
from planner.requests import BY_TYPE
from store.adapter import DbAdapter
from tests.planner.any_actions import Request, batches, seed
from tests.planner.plans import Plan, in_activity, on, opened, request


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


@pytest.fixture
def plan(db: DbAdapter) -> Plan:
    plan = Plan(db)
    plan.build()
    return plan


def board_of(plan: Plan) -> Board:
    return read_board(plan.db, plan.project)


def seen(board: Board) -> tuple[object, ...]:
    """Return all that a board shows: everything but the project's counters."""
    project = msgspec.structs.replace(board.project, action_sequence=0, card_sequence=0)
    return project, board.lanes, board.complete


def test_shows_lanes_columns_and_cards_in_map_order(plan: Plan) -> None:
    plan.act("reorderCard", on("w1a1c3"), position=0)
    plan.act("reorderActivity", in_activity("w2a2"), position=0)
    plan.act("createActivity", {"workflow_id": "w1"}, id="bare", title="Bare", color="pink")
    plan.act("createWorkflow", id="empty", title="Empty", position=1)
    board = board_of(plan)

    assert [lane.id for lane in board.lanes] == ["w1", "empty", "w2"]
    assert [column.id for column in board.lanes[0].columns] == ["w1a1", "w1a2", "bare"]
    assert [column.id for column in board.lanes[2].columns] == ["w2a2", "w2a1"]
    assert board.lanes[1].columns == ()
    first = board.lanes[0].columns[0]
    assert [card.id for card in first.cards] == ["w1a1c3", "w1a1c1", "w1a1c2"]
    assert (first.size, first.shown, first.hidden, first.color) == (3, 3, 0, None)
    assert board.lanes[0].columns[2].color == "pink"
    assert (board.lanes[0].size, board.lanes[1].size, board.size) == (6, 0, 12)
    assert board.complete


def test_a_card_face_counts_what_bears_on_building_it(plan: Plan) -> None:
    def note(kind: str, status: str) -> Request:
        return request("upsertCardKnowledgeItem", on("w1a1c1"), kind=kind, text="x", status=status)

    plan.apply(
        *(note("requirement", status) for status in ("draft", "approved", "rejected")),
        *(note("question", status) for status in ("draft", "draft", "approved", "rejected")),
        note("known_fact", "approved"),
        request(
            "upsertCardPlannedFile",
            on("w1a1c1"),
            logical_file_name="x.py",
            artifact_kind="util",
            action="create",
            intent_summary="x",
        ),
        request("updateCard", on("w1a1c1"), status="review", priority=3),
    )
    face = board_of(plan).lanes[0].columns[0].cards[0]
    assert (face.number, face.title, face.status, face.priority) == (1, "Card 1.1.1", "review", 3)
    assert (face.requirements, face.questions, face.planned_files) == (2, 2, 1)
    assert (face.build_state, face.finalized_at) == (None, None)
    assert plan.db.board_cards(plan.project_id, ["w1a1"])[0][1:] == msgspec.structs.astuple(face)


def test_the_board_of_an_empty_project(db: DbAdapter) -> None:
    board = board_of(Plan(db))
    assert (board.lanes, board.size, board.complete) == ((), 0, True)


def test_another_project_is_not_on_the_board(plan: Plan) -> None:
    before = seen(board_of(plan))
    other = Plan(plan.db, "Other")
    other.act("createWorkflow", id="theirs", title="Theirs")
    assert seen(board_of(plan)) == before
    assert [lane.id for lane in board_of(other).lanes] == ["theirs"]


def test_the_outline_has_sizes_but_no_cards(plan: Plan) -> None:
    outline, board = read_outline(plan.db, plan.project), board_of(plan)
    assert not outline.complete
    assert outline.size == board.size == 12
    assert [lane.size for lane in outline.lanes] == [lane.size for lane in board.lanes]
    assert all(column.cards == () for lane in outline.lanes for column in lane.columns)


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 30])
def test_the_first_rows_of_the_first_lanes_are_read(plan: Plan, rows: int) -> None:
    board = board_of(plan)  # two lanes of two columns of three cards
    some = read_lanes(plan.db, read_outline(plan.db, plan.project), rows)
    assert not some.complete
    assert some.size == board.size
    for index, (lane, whole) in enumerate(zip(some.lanes, board.lanes, strict=True)):
        # A lane takes a row more than its cards, for its headings.
        reached = rows > index * 4
        for column, full in zip(lane.columns, whole.columns, strict=True):
            assert column.size == full.size
            assert column.cards == (full.cards[:rows] if reached else ())


def test_an_incomplete_board_is_read_whole_after_a_change(plan: Plan) -> None:
    outline = read_outline(plan.db, plan.project)
    result = plan.apply(request("updateCard", on("w1a1c1"), title="New"))
    assert seen(next_board(plan.db, outline, result.touched)) == seen(board_of(plan))


def test_what_a_change_did_not_touch_is_shared(plan: Plan) -> None:
    board = board_of(plan)
    result = plan.apply(request("moveCard", on("w1a1c1"), workflow_activity_id="w1a2"))
    after = next_board(plan.db, board, result.touched)
    assert after.lanes[1] is board.lanes[1]
    assert after.lanes[0] is not board.lanes[0]
    assert next_board(plan.db, board, Touched()) is board


def test_a_knowledge_item_changes_its_cards_face(plan: Plan) -> None:
    board = board_of(plan)
    result = plan.apply(
        request("upsertCardKnowledgeItem", on("w2a1c1"), kind="question", text="Why?")
    )
    after = next_board(plan.db, board, result.touched)
    assert after.lanes[1].columns[0].cards[0].questions == 1
    assert after.lanes[0] is board.lanes[0]


ONE_OF_EACH: list[Request] = [
    request("updateProject", name="Globe"),
    request("createWorkflow", id="w3", title="Third", position=0),
    request("updateWorkflow", {"workflow_id": "w1"}, title="New"),
    request("reorderWorkflow", {"workflow_id": "w1"}, position=2),
    request("createActivity", {"workflow_id": "w3"}, id="w3a1", title="New", color="pink"),
    request("updateActivity", in_activity("w1a1"), color="blue"),
    request("reorderActivity", in_activity("w1a1"), position=1),
    request("createCard", in_activity("w3a1"), id="n", title="New"),
    request("createCard", in_activity("w1a1"), title="First", position=0),
    request("updateCard", on("w1a1c1"), title="New", status="active"),
    request("reorderCard", on("w1a1c1"), position=0),
    request("moveCard", on("w1a1c1"), workflow_activity_id="w3a1"),
    request("moveCard", on("w1a1c2"), workflow_activity_id="w3a1", position=0),
    request("moveCard", on("w1a2c3"), workflow_activity_id="w2a1"),
    request("createContextArtifact", on("n"), id="x", name="x", type="doc", content="x"),
    request("updateContextArtifact", id="x", name="y"),
    request("linkContextArtifact", on("w1a2c1"), context_artifact_id="x"),
    request("unlinkContextArtifact", on("n"), context_artifact_id="x"),
    request("deleteContextArtifact", id="x"),
    request(
        "upsertCardPlannedFile",
        on("n"),
        id="f",
        logical_file_name="x.py",
        artifact_kind="util",
        action="create",
        intent_summary="x",
    ),
    request("approveCardPlannedFile", on("n"), id="f"),
    request("deleteCardPlannedFile", on("n"), id="f"),
    request("upsertCardKnowledgeItem", on("n"), kind="question", id="q", text="Why?"),
    request("setCardKnowledgeStatus", on("n"), kind="question", id="q", status="approved"),
    request("upsertCardKnowledgeItem", on("n"), kind="requirement", id="r", text="So."),
    request("setCardKnowledgeStatus", on("n"), kind="requirement", id="r", status="approved"),
    request("answerCardQuestion", on("n"), id="q", answer="So.", as_known_fact=True),
    request("finalizeCard", on("n")),
    request("unfinalizeCard", on("n")),
    request("finalizeCard", on("n")),
    request("upsertCardKnowledgeItem", on("n"), kind="assumption", text="So?"),
    request("deleteCardKnowledgeItem", on("n"), kind="question", id="q"),
    request("deleteCard", on("w1a2c1")),
    request("moveActivity", in_activity("w1a2"), workflow_id="w3", position=0),
    request("moveActivity", in_activity("w1a1"), workflow_id="w2"),
    request("deleteActivity", in_activity("w3a1")),
    request("deleteWorkflow", {"workflow_id": "w2"}),
]


def test_each_action_its_undo_and_its_redo_bring_the_board_up_to_date(plan: Plan) -> None:
    assert {written["action_type"] for written in ONE_OF_EACH} == set(BY_TYPE)
    board = board_of(plan)
    for written in ONE_OF_EACH:
        for change in (lambda: plan.apply(written), plan.undo, plan.redo):  # noqa: B023
            board = next_board(plan.db, board, change().touched)
            assert seen(board) == seen(board_of(plan)), written


steps = st.lists(batches | st.sampled_from(["undo", "redo"]), min_size=1, max_size=8)


@settings(max_examples=60)
@given(steps=steps)
def test_next_board_is_what_reading_everything_gives(
    steps: list[list[Request] | str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(tmp_path_factory.mktemp("board") / "plan.db") as db:
        plan = Plan(db)
        seed(plan)
        board = board_of(plan)
        gathered, behind = Touched(), board
        for step in steps:
            try:
                result: BatchResult
                if isinstance(step, str):
                    result = plan.undo() if step == "undo" else plan.redo()
                else:
                    result = plan.apply(*step)
            except ActionRefused:
                continue
            board = next_board(db, board, result.touched)
            assert seen(board) == seen(board_of(plan))
            gathered.add(result.touched)
        assert seen(next_board(db, behind, gathered)) == seen(board)
