"""A plan to act on, with the clock and the ids pinned."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from planner.actions import ActionResult, BatchResult, Planner
from planner.errors import ActionRefused
from planner.projects import create_project
from store.adapter import DbAdapter
from store.open import open_store
from store.records import (
    Card,
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    PlanningAction,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)
from tests.store.fresh import migrated

MAP_TABLES: tuple[type[Record], ...] = (
    Workflow,
    WorkflowActivity,
    Card,
    ContextArtifact,
    CardContextArtifact,
    CardRequirement,
    CardKnownFact,
    CardAssumption,
    CardQuestion,
    CardPlannedFile,
)
"""The tables that planning actions write."""

Dump = dict[str, list[Record]]


def ticking() -> Callable[[], str]:
    """Return a clock that is a second later each time it is looked at."""
    ticks = count()

    def now() -> str:
        minutes, seconds = divmod(next(ticks), 60)
        hours, minutes = divmod(minutes, 60)
        return f"2026-01-31T{hours % 24:02}:{minutes:02}:{seconds:02}.000Z"

    return now


def counting(prefix: str) -> Callable[[], str]:
    """Return a maker of ids ``<prefix>-1``, ``<prefix>-2``, …"""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def request(
    action_type: str, target: dict[str, Any] | None = None, key: str | None = None, **payload: Any
) -> dict[str, Any]:
    """Write an action as JSON has it."""
    written: dict[str, Any] = {"action_type": action_type, "payload": payload}
    if target is not None:
        written["target_ref"] = target
    if key is not None:
        written["idempotency_key"] = key
    return written


def dump(db: DbAdapter, project_id: str) -> Dump:
    """Return every row of a project's map, and its own without the two counters."""
    held: Dump = {table.TABLE: [] for table in MAP_TABLES}
    project = db.get(Project, project_id)
    assert project is not None
    held["project"] = [msgspec.structs.replace(project, action_sequence=0, card_sequence=0)]
    for row in db.subtree(Project, project_id):
        if row.TABLE in held and row.TABLE != "project":
            held[row.TABLE].append(row)
    for rows in held.values():
        rows.sort(key=lambda row: [getattr(row, name) for name in row.KEY])
    return held


def log(db: DbAdapter, project_id: str) -> list[PlanningAction]:
    """Return the accepted actions, in order."""
    return db.actions_between(project_id, limit=1_000_000)


class Plan:
    """A project in a store, and someone who changes it."""

    def __init__(self, db: DbAdapter, name: str = "Atlas") -> None:
        self.db = db
        self.clock = ticking()
        self.new_id = counting(f"{name.casefold()}-made")
        self.project_id = create_project(
            db, name, clock=self.clock, new_id=counting(name.casefold())
        ).id
        self.planner = self.as_actor("ana")

    def as_actor(self, actor: str) -> Planner:
        return Planner(self.db, actor=actor, clock=self.clock, new_id=self.new_id)

    @property
    def project(self) -> Project:
        project = self.db.get(Project, self.project_id)
        assert project is not None
        return project

    def apply(self, *requests: Any, **options: Any) -> BatchResult:
        return self.planner.apply(self.project_id, requests, **options)

    def act(
        self,
        action_type: str,
        target: dict[str, Any] | None = None,
        key: str | None = None,
        **payload: Any,
    ) -> ActionResult:
        return self.apply(request(action_type, target, key, **payload)).actions[0]

    def refusal(self, *requests: Any, **options: Any) -> str:
        """Apply what must be refused, without any trace on the map; return the reason."""
        before, sequence = self.dump(), self.project.action_sequence
        try:
            self.apply(*requests, **options)
        except ActionRefused as refused:
            assert self.dump() == before
            assert self.project.action_sequence == sequence
            return refused.reason
        raise AssertionError(f"accepted: {requests}")

    def undo(self) -> BatchResult:
        return self.planner.undo(self.project_id)

    def redo(self) -> BatchResult:
        return self.planner.redo(self.project_id)

    def dump(self) -> Dump:
        return dump(self.db, self.project_id)

    def log(self) -> list[PlanningAction]:
        return log(self.db, self.project_id)

    def rejected(self) -> list[PlanningAction]:
        return self.db.list(
            PlanningAction, project_id=self.project_id, validation_status="rejected"
        )

    def order(self, table: type[Record], **where: Any) -> list[str]:
        """Return the ids of some siblings in order; their positions must be 0…n-1."""
        rows: list[Any] = self.db.list(table, **where)
        assert [row.position for row in rows] == [*range(len(rows))]
        return [row.id for row in rows]

    def build(self, workflows: int = 2, activities: int = 2, cards: int = 3) -> None:
        """Make ``w1``, ``w1a1``, ``w1a1c1`` and so on."""
        batch = []
        for w in range(1, workflows + 1):
            batch.append(request("createWorkflow", id=f"w{w}", title=f"Workflow {w}"))
            for a in range(1, activities + 1):
                activity = f"w{w}a{a}"
                target = {"workflow_id": f"w{w}"}
                batch.append(request("createActivity", target, id=activity, title=f"Step {a}"))
                target = {"workflow_activity_id": activity}
                batch += [
                    request("createCard", target, id=f"{activity}c{c}", title=f"Card {w}.{a}.{c}")
                    for c in range(1, cards + 1)
                ]
        self.apply(*batch)


@contextmanager
def opened(path: Path) -> Iterator[DbAdapter]:
    """Open a store, made when it isn't there, connected for the length of the block."""
    if not path.exists():
        path.write_bytes(migrated())
    db = open_store(path)
    with db.connection():
        yield db


def in_activity(activity_id: str) -> dict[str, str]:
    return {"workflow_activity_id": activity_id}


def on(card_id: str) -> dict[str, str]:
    return {"card_id": card_id}
