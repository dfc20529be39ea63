"""Brings a project that is there up to date with a document of its rows.

The plan's part goes through planning actions. Runs, events and memory that are missing are added as they are;
those that are there stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from planner.importers.importing import bring_up_to_date
from planner.importers.rows import Checks, Document, key_of
from planner.importers.rows_plan import FIELDS, RowsSource
from planner.importers.rows_writing import MEMORY, ROWS_AT_ONCE, RowsReport, stays, there, write
from planner.importers.wanted import Problem, check_count
from planner.plan_rows import TABLES
from planner.runs.open_runs import OPEN
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssignment,
    CardAssumption,
    CardKnownFact,
    CardQuestion,
    CardRequirement,
    EventLog,
    OrchestrationRun,
    PlanningAction,
    Project,
    Record,
    SystemPolicyProfile,
    Workflow,
)

_KNOWLEDGE = (CardRequirement, CardKnownFact, CardAssumption, CardQuestion)


def update_project(
    db: DbAdapter,
    document: Document,
    project: Project,
    *,
    clock: Callable[[], str],
    new_id: Callable[[], str],
    dry_run: bool,
    progress: Callable[[int, int], None] | None,
) -> RowsReport:
    """Bring a project up to date, within a transaction of the caller's.

    Raises:
        ImportRefused: What the plan can't take, with reasons; the transaction must be given up.
        StoreError: The database could not be used.
    """
    checks = Checks(document)
    rows: dict[type[Record], list[Record]] = {}
    actions: set[str] = set()
    for table in TABLES:
        if table is PlanningAction:
            actions = {action.id for action in checks.table(table)}  # type: ignore[attr-defined]
        else:
            rows[table] = list(checks.table(table))
            if table in FIELDS:
                check_count(sum(map(len, rows.values())), document.place)
    for problem in _shared_ids(rows):
        checks.problem(problem.path, problem.reason)
    checks.finish()
    source = RowsSource(
        format=document.format,
        name=document.project.name,
        document=document,
        rows=rows,
        action_ids=actions,
    )
    plan = bring_up_to_date(
        db, project, source, clock=clock, new_id=new_id, dry_run=dry_run, progress=progress
    )
    missing = _Missing(db, project.id)
    for table in TABLES:
        if table not in FIELDS and table not in (Project, PlanningAction):
            missing.add(table, rows[table])
    return RowsReport(
        project=plan.project,
        project_made=False,
        added=dict(missing.added),
        plan=plan,
        skipped=(*document.skipped, *source.taken_back, *missing.skipped()),
        noted=(*document.noted, *missing.noted),
        dry_run=dry_run,
    )


def _shared_ids(rows: dict[type[Record], list[Record]]) -> Iterator[Problem]:
    """Yield a problem for each row that has the id of one of another table: they can't be told apart.

    Knowledge of one id is told apart by its kind.
    """
    seen: dict[str, type[Record]] = {}
    for table in FIELDS:
        for row in rows[table] if table.KEY == ("id",) else ():
            (row_id,) = key_of(row)
            other = seen.setdefault(row_id, table)
            if other is not table and not (other in _KNOWLEDGE and table in _KNOWLEDGE):
                reason = f"a {other.TABLE} has this id, too, so what changed can't be worked out"
                yield Problem(f"{table.TABLE} {row_id:.80}", reason)


class _Missing:
    """Adds the rows that a project lacks: its policy where it has none, runs that are over, events."""

    def __init__(self, db: DbAdapter, project_id: str) -> None:
        self.db, self.project_id = db, project_id
        self.added: Counter[str] = Counter()
        self.noted: list[Problem] = []
        self.kept: dict[str, set[str]] = {}
        self.open_runs = 0
        self.lost = 0
        self.policy = next(
            (one.id for one in db.list(SystemPolicyProfile, project_id=project_id)), None
        )

    def add(self, table: type[Record], rows: Iterable[Record]) -> None:
        """Add the rows of a table that are missing and have what they stand below."""
        kept = self.kept.setdefault(table.TABLE, set())
        waiting = iter(rows)
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            known = there(self.db, table, some)
            new: list[Record] = []
            for row in some:
                same = known.get(key_of(row))
                if same is not None:
                    if table in MEMORY:
                        self.noted += stays(row, same)
                        kept.add(key_of(row)[0])
                elif (wanted := self.wanted(row)) is not None:
                    new.append(wanted)
                    kept.add(key_of(row)[0])
            write(self.db, table, new)
            if new:
                self.added[table.TABLE] += len(new)

    def wanted(self, row: Record) -> Record | None:
        """Return a row as it is to be added, or None."""
        match row:
            case SystemPolicyProfile():
                if self.policy is not None:
                    return None
                self.policy = row.id
                return self.here(row)
            case OrchestrationRun():
                if row.status in OPEN:
                    self.open_runs += 1
                    return None
                if self.lacks(Card, row.card_id) or self.lacks(Workflow, row.workflow_id):
                    self.lost += 1
                    return None
                return self.here(row, system_policy_profile_id=self.policy)
            case EventLog():
                run_id = row.run_id
                if run_id is not None and self.db.get(OrchestrationRun, run_id) is None:
                    run_id = None
                return self.here(row, run_id=run_id)
            case CardAssignment() if self.lacks(Card, row.card_id):
                return None
        for column, parent in row.PARENTS.items():
            above = getattr(row, column)
            if above is not None and parent in self.kept and above not in self.kept[parent]:
                return None
        return row

    def here(self, row: Record, **values: Any) -> Record:
        """Return a row as one of this project."""
        return msgspec.structs.replace(row, project_id=self.project_id, **values)

    def lacks(self, table: type[Record], row_id: str | None) -> bool:
        """Tell whether a row that one refers to is not here."""
        return row_id is not None and self.db.get(table, row_id) is None

    def skipped(self) -> Iterator[Problem]:
        """Yield what was passed over."""
        if self.open_runs:
            reason = f"{self.open_runs:,} are not over; import again once they are"
            yield Problem("orchestration_run", reason)
        if self.lost:
            reason = f"{self.lost:,} built cards or workflows that were deleted here"
            yield Problem("orchestration_run", reason)
