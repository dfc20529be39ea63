"""Brings all of a project into a database: its rows as they are, or what differs where it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from planner.batch import new_id
from planner.importers.importing import ImportReport
from planner.importers.rows import Checks, Document, named
from planner.importers.wanted import ImportRefused, Problem
from planner.plan_rows import TABLES
from planner.projects import find_project
from planner.runs.open_runs import OPEN
from store.adapter import DbAdapter
from store.errors import RowRefused
from store.records import (
    BY_TABLE,
    MemoryRetrievalLog,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    Project,
    Record,
    utc_now,
)

ROWS_AT_ONCE = 1_000
"""Rows that are written at once."""

MEMORY = (MemoryUnit, MemoryUnitRelation, MemoryRetrievalLog)
"""What several projects may share: what is there already stays as it is."""


class RowsReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a project's rows.

    ``added`` counts the rows of each table that were added as they are. ``plan`` is what was changed by
    planning actions, where the project was there already.
    """

    project: Project
    project_made: bool
    added: dict[str, int]
    plan: ImportReport | None = None
    skipped: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()
    dry_run: bool


class _DryRun(Exception):
    """Rolls a dry run back."""


def import_documents(
    db: DbAdapter,
    documents: list[Document],
    *,
    project_name: str | None = None,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[RowsReport]:
    """Bring projects into a database, all of them or none.

    Args:
        db: The database.
        documents: Projects with their rows.
        project_name: What the project is called here, by name or id; its own name otherwise.
        clock: Tells the time.
        new_id: Makes the ids of actions.
        dry_run: Work everything out, then leave the database as it was.
        progress: Told how many rows of how many are done, now and then.

    Returns:
        What was done, project by project.

    Raises:
        ImportRefused: What the database can't take, with reasons; nothing was imported.
        StoreError: The database could not be used.
    """
    total = sum(document.count() for document in documents)
    done = 0

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(done, max(total, 1))

    reports: list[RowsReport] = []
    try:
        with db.bulk(), db.transaction():
            for document in documents:
                project = _find(db, document, project_name)
                if project is None:
                    report = _restore(db, document, project_name, dry_run, told)
                else:
                    reason = f"“{project.name}” is in the database already"
                    raise ImportRefused([Problem(document.place, reason)])
                reports.append(report)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return reports


def _find(db: DbAdapter, document: Document, name: str | None) -> Project | None:
    if name is not None:
        return find_project(db, name)
    return db.get(Project, document.project.id) or find_project(db, document.project.name)


def _restore(
    db: DbAdapter,
    document: Document,
    name: str | None,
    dry_run: bool,
    told: Callable[[int], None],
) -> RowsReport:
    """Add every row as it is."""
    project = document.project
    if name is not None:
        project = msgspec.structs.replace(project, name=name)
    added: dict[str, int] = {}
    checks = Checks(document)
    for table in TABLES:
        added[table.TABLE] = 0
        rows: Iterator[Record] = checks.table(table)
        if table is Project:
            rows = (project for _ in rows)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            new = _new(db, table, some, checks)
            if not checks.problems:
                write(db, table, new)
            added[table.TABLE] += len(new)
            told(len(some))
            if table is OrchestrationRun:
                checks.noted += _open_runs(document, new)
    checks.finish()
    behind = checks.counters()
    if behind:
        db.update(Project, project.id, **behind)
    return RowsReport(
        project=project,
        project_made=True,
        added={name: count for name, count in added.items() if count},
        skipped=document.skipped,
        noted=(*document.noted, *checks.noted),
        dry_run=dry_run,
    )


def write(db: DbAdapter, table: type[Record], rows: list[Record]) -> None:
    """Add rows of a table. Raises ``ImportRefused`` with the first that the database refuses."""
    try:
        db.insert_many(rows)
    except RowRefused as refusal:
        raise ImportRefused([Problem(table.TABLE, str(refusal))]) from refusal


def there(db: DbAdapter, table: type[Record], rows: Iterable[Record]) -> dict[Any, Record]:
    """Return the rows of the database that have the keys of these, by key."""
    first = table.KEY[0]
    where: dict[str, Any] = {first: [getattr(row, first) for row in rows]}
    found = db.list(table, **where)
    return {tuple(getattr(row, name) for name in table.KEY): row for row in found}


def owner(db: DbAdapter, row: Record) -> str:
    """Return the name of the project that a row of the database belongs to."""
    above: Record | None = row
    while above is not None and not isinstance(above, Project):
        column, table = next(iter(above.PARENTS.items()))
        above = db.get(BY_TABLE[table], getattr(above, column))
    return above.name if isinstance(above, Project) else "another"


def _new(
    db: DbAdapter,
    table: type[Record],
    rows: list[Record],
    checks: Checks,
) -> list[Record]:
    """Return the rows that aren't in the database; those of another project are a problem."""
    known = there(db, table, rows)
    if not known:
        return rows
    new: list[Record] = []
    for row in rows:
        same = known.get(tuple(getattr(row, name) for name in table.KEY))
        if same is None:
            new.append(row)
        elif table in MEMORY:
            if same != row:
                reason = "it is in the database already, and stays as it is there"
                checks.noted.append(Problem(f"{table.TABLE} {named(row)}", reason))
        else:
            reason = (
                f"the project “{owner(db, same)}” of this database has a row with this id; import "
                "into a database of its own, or delete that project first"
            )
            checks.problem(f"{table.TABLE} {named(row)}", reason)
    return new


def _open_runs(document: Document, rows: Iterable[Record]) -> Iterator[Problem]:
    for run in rows:
        if isinstance(run, OrchestrationRun) and run.status in OPEN:
            reason = (
                f"this run is {run.status}, and the next board that is opened takes it up; where it "
                "still goes on elsewhere, cancel it here"
            )
            yield Problem(f"orchestration_run {run.id}", reason)
