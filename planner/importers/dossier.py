"""Reads a dossier: a SQLite database with the tables of a plan, whoever made it and has changed it since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from planner.batch import new_id
from planner.importers.dossier_rows import Report, Unusable, to_record
from planner.importers.dossier_steps import put_below_activities
from planner.importers.dossier_whole import end_open_runs, number_actions, number_cards
from planner.importers.reading import place_of
from planner.importers.restoring import import_documents
from planner.importers.rows import Document, key_of
from planner.importers.rows_writing import MEMORY, RowsReport
from planner.importers.wanted import ImportRefused, Problem
from planner.plan_rows import ENTITIES, TABLES, parent_column
from store.adapter import DbAdapter
from store.dossier import Dossier, open_dossier
from store.errors import StoreError
from store.records import (
    ContextArtifact,
    MemoryContentType,
    MemoryRetrievalLog,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    Project,
    Record,
    RunScope,
    utc_now,
)

OF_NOBODY = "are about nothing that is there"
"""What is said of memory that belongs to no project."""

_OUR_OWN = ("_migrations", "search_", "step")
_STEP_ID = ("card", "step_id")

Held = dict[type[Record], list[Any]]


def read_dossier(given: Path) -> list[Document]:
    """Read every project of a database. It is not changed.

    Raises:
        ImportRefused: It can't be read, or holds no project.
    """
    place = place_of(given)
    try:
        with open_dossier(given) as dossier:
            return _Reader(dossier, place).documents()
    except StoreError as error:
        raise ImportRefused([Problem("", str(error))]) from error


def import_dossier(
    db: DbAdapter,
    documents: list[Document],
    *,
    project_name: str | None = None,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[RowsReport]:
    """Bring the projects of a dossier into a database, or the one that is named.

    Raises:
        ImportRefused: As ``import_documents``; or the dossier has no such project.
        StoreError: The database could not be used.
    """
    chosen = documents
    if project_name is not None:
        chosen = [
            one for one in documents if project_name in (one.project.name, one.project.id)
        ] or [one for one in documents if one.project.name.casefold() == project_name.casefold()]
        if len(chosen) != 1:
            names = ", ".join(one.project.name for one in documents)
            reason = f"there is no project {project_name!r:.80} in it; there are {names}"
            raise ImportRefused([Problem(documents[0].place, reason)])
    return import_documents(
        db, chosen, clock=clock, new_id=new_id, dry_run=dry_run, progress=progress
    )


class _Reader:
    """Reads a dossier's rows once, and sorts them by project."""

    def __init__(self, dossier: Dossier, place: str) -> None:
        self.dossier, self.place = dossier, place
        self.report = Report()
        self.now = utc_now()
        self.owners: dict[str, dict[str, str]] = {}
        self.projects: dict[str, Held] = {}

    def documents(self) -> list[Document]:
        if "project" not in self.dossier.tables:
            reason = "it has no table project, so it holds no plan"
            raise ImportRefused([Problem(self.place, reason)])
        for table in TABLES:
            if table not in MEMORY:
                self.sort(table, self.read(table))
        if not self.projects:
            raise ImportRefused([Problem(self.place, "it holds no project")])
        self.memory()
        self.not_taken()
        for held in self.projects.values():
            put_below_activities(self.dossier, held, self.report)
            number_cards(held, self.report)
            number_actions(held, self.report)
            end_open_runs(held, self.report, self.now)
        noted, skipped = self.report.noted(), self.report.skipped()
        return [
            Document(
                format="dossier",
                place=self.place,
                project=held[Project][0],
                tables={table.TABLE: rows for table, rows in held.items()},
                read=_as_it_is,
                skipped=skipped if first else (),
                noted=noted if first else (),
            )
            for first, held in zip(_first_alone(), self.projects.values(), strict=False)
        ]

    def read(self, table: type[Record]) -> Iterable[Record]:
        """Yield a table's rows as records, each key once."""
        seen: set[tuple[str, ...]] = set()
        for row in self.dossier.rows(table.TABLE, table.__struct_fields__):
            try:
                record = _whole(to_record(table, row, self.report, self.now), self.report)
            except Unusable as reason:
                self.report.skip(table.TABLE, f"{reason}")
                continue
            key = key_of(record)
            if key in seen:
                self.report.skip(table.TABLE, "have the id of another")
                continue
            seen.add(key)
            yield record

    def sort(self, table: type[Record], rows: Iterable[Record]) -> None:
        """Put a table's rows to their projects; those without a parent are left out and counted."""
        owners = self.owners.setdefault(table.TABLE, {})
        for row in rows:
            record: Record | None = row
            if isinstance(row, Project):
                owner: str | None = row.id
                self.projects[row.id] = {one: [] for one in TABLES}
            else:
                above = getattr(row, parent_column(table))
                owner = self.owners[table.PARENTS[parent_column(table)]].get(above)
                record = None if owner is None else self.with_parents(row, owner)
            if record is None or owner is None:
                self.report.skip(table.TABLE, "stand below something that isn't there")
                continue
            owners[key_of(record)[0]] = owner
            self.projects[owner][table].append(record)

    def with_parents(self, row: Record, owner: str) -> Record | None:
        """Return a row that refers to nothing that isn't its project's, or None."""
        for column, parent in list(row.PARENTS.items())[1:]:
            above = getattr(row, column)
            if above is None or self.owners[parent].get(above) == owner:
                continue
            nullable = type(None) in getattr(
                type(row).__annotations__.get(column), "__args__", ()
            ) or column in ("run_id", "execution_id", "assignment_id", "workflow_id")
            if not nullable or isinstance(row, OrchestrationRun):
                return None
            self.report.note(f"{row.TABLE}.{column}", "name something that isn't there")
            row = msgspec.structs.replace(row, **{column: None})
        return row

    def memory(self) -> None:
        """Put memory to the projects it is about; what is about nothing goes to the first."""
        first = next(iter(self.projects))
        units = {unit.id: unit for unit in self.read(MemoryUnit) if isinstance(unit, MemoryUnit)}
        of_unit: dict[str, set[str]] = {}
        loose: list[MemoryUnitRelation] = []
        for relation in self.read(MemoryUnitRelation):
            assert isinstance(relation, MemoryUnitRelation)  # noqa: S101  (narrows)
            if relation.memory_unit_id not in units:
                self.report.skip(relation.TABLE, "stand below something that isn't there")
                continue
            owner = self.owner_of(relation.entity_type, relation.entity_id)
            if owner is None:
                loose.append(relation)
                continue
            of_unit.setdefault(relation.memory_unit_id, set()).add(owner)
            self.projects[owner][MemoryUnitRelation].append(relation)
        for unit_id, unit in units.items():
            owners = of_unit.get(unit_id) or {first}
            if unit_id not in of_unit:
                self.report.note("memory_unit", f"{OF_NOBODY}, and go to the first project")
            for owner in owners:
                self.projects[owner][MemoryUnit].append(unit)
        for relation in loose:
            owner = min(of_unit.get(relation.memory_unit_id) or {first})
            self.projects[owner][MemoryUnitRelation].append(relation)
        for log in self.read(MemoryRetrievalLog):
            assert isinstance(log, MemoryRetrievalLog)  # noqa: S101  (narrows)
            owner = self.owner_of(log.scope_entity_type, log.scope_entity_id)
            if owner is None:
                self.report.note(log.TABLE, f"{OF_NOBODY}, and go to the first project")
            self.projects[owner or first][MemoryRetrievalLog].append(log)

    def owner_of(self, entity_type: Any, entity_id: str) -> str | None:
        """Return the project of what memory is about, or None."""
        table = ENTITIES.get(entity_type)
        return None if table is None else self.owners[table.TABLE].get(entity_id)

    def not_taken(self) -> None:
        """Count the rows of tables, and the values of columns, that a plan here has no place for."""
        known = {table.TABLE: table for table in TABLES}
        for name, columns in self.dossier.tables.items():
            table = known.get(name)
            if table is None:
                if not name.startswith(_OUR_OWN) and (rows := self.dossier.count(name)):
                    self.report.skip(name, "rows of a table that has no place here", rows)
                continue
            for column in columns:
                if column in table.__struct_fields__ or (name, column) == _STEP_ID:
                    continue
                values = self.dossier.count(name, column)
                if values:
                    reason = "values of a column that has no place here"
                    self.report.skip(f"{name}.{column}", reason, values)


def _first_alone() -> Iterable[bool]:
    yield True
    while True:
        yield False


def _as_it_is(table: type[Record], row: Any) -> Record:
    if not isinstance(row, table):
        raise TypeError(table)
    return row


def _whole(record: Record, report: Report) -> Record:
    """Return a row that meets what its table asks of several columns. Raises ``Unusable``."""
    match record:
        case ContextArtifact(content=None, uri=None, integration_ref=None):
            report.note(record.TABLE, "hold nothing, and get an empty content")
            return msgspec.structs.replace(record, content="")
        case OrchestrationRun(scope=RunScope.WORKFLOW):
            if record.workflow_id is None:
                raise Unusable("build a workflow and don't say which")
            return msgspec.structs.replace(record, card_id=None)
        case OrchestrationRun(card_id=None):
            raise Unusable("build a card and don't say which")
        case MemoryUnit(content_type=MemoryContentType.INLINE, content_text=None):
            return msgspec.structs.replace(record, content_text="")
        case MemoryUnit(content_type=MemoryContentType.LINK, link_url=None):
            return msgspec.structs.replace(record, link_url="")
    return record
