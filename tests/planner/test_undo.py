"""Undo gives back the map row for row, whatever was done, by whom, and however often."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from planner.errors import ActionRefused
from planner.readiness import missing, read_readiness
from planner.requests import BY_TYPE
from store.batch_reads import IS_ANY_TEXT_WAITING
from store.records import Card, PlanningAction, Project, Record
from tests.planner.any_actions import ACTORS, BY_ACTION_TYPE, Request, batches, seed
from tests.planner.plans import MAP_TABLES, Plan, in_activity, on, opened, request
from tests.store.searchable import check_index

Rows = dict[str, list[Record]]


@cache
def seeded() -> bytes:
    """Return the bytes of a database with two projects in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.db"
        with opened(path) as db:
            Plan(db, "Other").act("createWorkflow", id="w3", title="Theirs")
            plan = Plan(db)
            seed(plan)
        return path.read_bytes()


class UndoMachine(RuleBasedStateMachine):
    """Actions, undo and redo, beside the plainest model of them: two stacks of whole maps."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "plan.db"
        self.path.write_bytes(seeded())
        self.stack = ExitStack()
        # Each with the map that taking it back (or bringing it back) gives, and the batch's id.
        self.undoing: list[tuple[Rows, str]] = []
        self.redoing: list[tuple[Rows, str]] = []

    @initialize()
    def start(self) -> None:
        self.db = self.stack.enter_context(opened(self.path))
        self.plan = Plan(self.db, "Counts ids and time")
        project = next(p for p in self.db.list(Project) if p.name == "Atlas")
        self.plan.project_id = project.id
        self.now = self.rows()
        self.log = self.plan.log()
        self.sequence = len(self.log)
        self.rejected = 0
        with pytest.raises(ActionRefused):
            self.plan.redo()

    def rows(self) -> Rows:
        """Return every row of every map table, whosever it is."""
        held: Rows = {
            table.TABLE: sorted(self.db.list(table), key=lambda r: [getattr(r, k) for k in r.KEY])
            for table in MAP_TABLES
        }
        held["project"] = [
            msgspec.structs.replace(project, action_sequence=0, card_sequence=0)
            for project in self.db.list(Project)
        ]
        return held

    @rule(actor=st.sampled_from(ACTORS), batch=batches)
    def apply(self, actor: str, batch: list[Request]) -> None:
        try:
            result = self.plan.as_actor(actor).apply(self.plan.project_id, batch)
        except ActionRefused:
            self.rejected += 1
            return
        made = sum(not told.replayed for told in result.actions)
        self.sequence += made
        assert result.sequence == self.sequence
        if made:
            self.undoing.append((self.now, result.batch_id))
            self.redoing.clear()
            self.now = self.rows()

    @rule(actor=st.sampled_from(ACTORS), batch=batches)
    def dry_run(self, actor: str, batch: list[Request]) -> None:
        with suppress(ActionRefused):
            self.plan.as_actor(actor).apply(self.plan.project_id, batch, dry_run=True)

    @rule(actor=st.sampled_from(ACTORS), times=st.integers(1, 3))
    def undo(self, actor: str, times: int) -> None:
        for _ in range(times):
            self._undo(actor)

    def _undo(self, actor: str) -> None:
        # The seed itself is a batch; the machine leaves it standing.
        if not self.undoing:
            return
        result = self.plan.as_actor(actor).undo(self.plan.project_id)
        self.sequence += 1
        assert result.sequence == self.sequence
        before, batch_id = self.undoing.pop()
        self.redoing.append((self.now, batch_id))
        self.now = before
        assert self.rows() == self.now

    @rule(actor=st.sampled_from(ACTORS), times=st.integers(1, 3))
    def redo(self, actor: str, times: int) -> None:
        for _ in range(times):
            self._redo(actor)

    def _redo(self, actor: str) -> None:
        planner = self.plan.as_actor(actor)
        if not self.redoing:
            with pytest.raises(ActionRefused, match="There is nothing to redo"):
                planner.redo(self.plan.project_id)
            return
        planner.redo(self.plan.project_id)
        self.sequence += 1
        after, batch_id = self.redoing.pop()
        self.undoing.append((self.now, batch_id))
        self.now = after
        assert self.rows() == self.now

    @precondition(lambda self: self.undoing)
    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def undo_to(self, actor: str, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.undoing) - 1))
        result = self.plan.as_actor(actor).undo_to(self.plan.project_id, self.undoing[place][1])
        assert len(result.actions) == len(self.undoing) - place
        self.sequence += len(result.actions)
        while len(self.undoing) > place:
            before, batch_id = self.undoing.pop()
            self.redoing.append((self.now, batch_id))
            self.now = before
        assert self.rows() == self.now

    @precondition(lambda self: self.sequence > 1)
    @rule()
    def reopen(self) -> None:
        self.stack.close()
        self.db = self.stack.enter_context(opened(self.path))
        self.plan.db = self.db

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "now"):
            return
        assert self.rows() == self.now
        log = self.plan.log()
        assert log[: len(self.log)] == self.log, "the log only grows"
        assert [row.sequence for row in log] == [*range(1, self.sequence + 1)]
        assert self.plan.project.action_sequence == self.sequence
        assert len(self.plan.rejected()) == self.rejected
        self.log = log
        assert self.db._database.execute_sql(IS_ANY_TEXT_WAITING).fetchall() == []  # type: ignore[attr-defined]
        check_index(self.db._database.connection())  # type: ignore[attr-defined]
        for card in self.db.list(Card):
            if card.finalized_at is not None:
                assert missing(read_readiness(self.db, card.id)) == []
        numbers = [card.number for card in self.db.list(Card)]
        assert len(set(numbers)) == len(numbers)
        for rows in self.now.values():
            places = defaultdict[str, list[int]](list)
            for row in rows:
                if hasattr(row, "position"):
                    places[getattr(row, next(iter(row.PARENTS)))].append(row.position)
            assert all(sorted(held) == [*range(len(held))] for held in places.values())

    def teardown(self) -> None:
        try:
            if hasattr(self, "now"):
                self.reopen()
                last, depth = self.now, len(self.undoing)
                first = self.undoing[0][0] if depth else last
                for _ in range(depth):
                    self._undo("ana")
                assert self.rows() == first
                self.reopen()
                for _ in range(depth):
                    self._redo("ben")
                assert self.rows() == last
                self.holds()
        finally:
            self.stack.close()
            shutil.rmtree(self.folder)


TestUndo = UndoMachine.TestCase
TestUndo.settings = settings(max_examples=25, stateful_step_count=25)


def test_the_machine_draws_every_action_type() -> None:
    assert set(BY_ACTION_TYPE) == set(BY_TYPE)


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def test_undo_and_redo_last_across_programs(plan: Plan, database_path: Path) -> None:
    maps = [plan.dump()]
    for n in range(5):
        plan.act("createCard", in_activity("w1a1"), title=f"Card {n}", position=n)
        maps.append(plan.dump())
    for expected in maps[-2::-1]:
        with opened(database_path) as db:
            plan.db, plan.planner = db, None  # type: ignore[assignment]
            plan.as_actor("ben").undo(plan.project_id)
            assert plan.dump() == expected
    for expected in maps[1:]:
        with opened(database_path) as db:
            plan.db = db
            plan.as_actor("ana").redo(plan.project_id)
            assert plan.dump() == expected


def test_something_new_ends_redo(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c1"), title="First")
    plan.act("updateCard", on("w1a1c1"), title="Second")
    plan.undo()
    plan.act("updateCard", on("w1a1c2"), title="New")
    with pytest.raises(ActionRefused, match="There is nothing to redo"):
        plan.redo()
    plan.undo()
    assert "change card #2 “New”" in plan.redo().message
    plan.undo()
    plan.undo()
    card = plan.db.get(Card, "w1a1c1")
    assert card is not None
    assert card.title == "Card 1.1.1"


def test_a_refused_or_dry_or_replayed_action_leaves_redo_alone(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c2"), "once", title="Keyed")
    plan.act("updateCard", on("w1a1c1"), title="New")
    plan.undo()
    plan.refusal(request("deleteCard", on("nobody")))
    plan.apply(request("deleteCard", on("w1a1c1")), dry_run=True)
    plan.act("updateCard", on("w1a1c2"), "once", title="Keyed")
    assert plan.redo().message == "Redid: change card #1 “New”"


def test_a_batch_is_undone_as_one(plan: Plan) -> None:
    before = plan.dump()
    plan.apply(
        request("deleteWorkflow", {"workflow_id": "w1"}),
        request("createWorkflow", id="w1", title="The same id anew"),
        request("createActivity", {"workflow_id": "w1"}, id="w1a1", title="Again"),
        request("moveCard", on("w2a1c1"), workflow_activity_id="w1a1"),
        request("deleteWorkflow", {"workflow_id": "w2"}),
    )
    after = plan.dump()
    assert plan.undo().message == "Undid: 5 changes, the last: delete workflow “Workflow 2”"
    assert plan.dump() == before
    plan.redo()
    assert plan.dump() == after
    assert plan.db.count(PlanningAction, action_type="undo") == 1


def test_undo_back_to_a_point_is_redone_one_by_one(plan: Plan) -> None:
    maps, batches = [plan.dump()], []
    for n in range(4):
        result = plan.as_actor("ben").apply(
            plan.project_id,
            [request("updateCard", on("w1a1c1"), title=f"New {n}")],
        )
        batches.append(result.batch_id)
        maps.append(plan.dump())
    plan.undo()
    result = plan.planner.undo_to(plan.project_id, batches[1])
    assert plan.dump() == maps[1]
    assert result.message == "Undid 2 changes, down to: change card #1 “New 1” by ben"
    assert [told.action_type for told in result.actions] == ["undo", "undo"]
    assert result.sequence == plan.project.action_sequence
    assert result.touched.cards == {"w1a1c1"}
    for expected in maps[2:]:
        plan.redo()
        assert plan.dump() == expected
    with pytest.raises(ActionRefused, match="There is nothing to redo"):
        plan.redo()
    assert plan.planner.undo_to(plan.project_id, batches[3]).message == (
        "Undid: change card #1 “New 3” by ben"
    )


def test_undo_to_what_does_not_stand_is_refused(plan: Plan) -> None:
    gone = plan.apply(request("updateCard", on("w1a1c1"), title="New")).batch_id
    plan.undo()
    before, sequence = plan.dump(), plan.project.action_sequence
    for batch_id in (gone, "nothing"):
        with pytest.raises(ActionRefused, match="does not stand any more"):
            plan.planner.undo_to(plan.project_id, batch_id)
    assert (plan.dump(), plan.project.action_sequence) == (before, sequence)


def test_undo_to_is_all_or_nothing(plan: Plan) -> None:
    first = plan.apply(request("updateCard", on("w1a1c1"), title="New")).batch_id
    plan.act("updateCard", on("w1a1c2"), title="New")
    plan.db.delete(Card, "w1a1c1")  # behind the log
    before, sequence = plan.dump(), plan.project.action_sequence
    with pytest.raises(ActionRefused, match="changed outside the action log"):
        plan.planner.undo_to(plan.project_id, first)
    assert (plan.dump(), plan.project.action_sequence) == (before, sequence)


def test_projects_are_undone_apart(plan: Plan) -> None:
    other = Plan(plan.db, "Other")
    plan.act("updateCard", on("w1a1c1"), title="Ours")
    other.act("createWorkflow", id="theirs", title="Theirs")
    before = other.dump()
    plan.undo()
    assert other.dump() == before
    card = plan.db.get(Card, "w1a1c1")
    assert card is not None
    assert card.title == "Card 1.1.1"
