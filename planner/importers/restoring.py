"""Brings all of a project into a database: its rows as they are, or what differs where it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from planner.batch import new_id
from planner.importers.rows import Checks, Document, key_of, named
from planner.importers.rows_writing import (
    MEMORY,
    ROWS_AT_ONCE,
    RowsReport,
    owner,
    stays,
    there,
    write,
)
from planner.importers.updating import update_project
from planner.importers.wanted import Problem
from planner.plan_rows import TABLES
from planner.projects import find_project
from planner.runs.open_runs import OPEN
from store.adapter import DbAdapter
from store.records import OrchestrationRun, Project, Record, utc_now


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
                    report = update_project(
                        db,
                        document,
                        project,
                        clock=clock,
                        new_id=new_id,
                        dry_run=dry_run,
                        progress=progress,
                    )
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
        same = known.get(key_of(row))
        if same is None:
            new.append(row)
        elif table in MEMORY:
            checks.noted += stays(row, same)
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
