"""All that a project holds, table by table: what a JSON document of it holds, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from store.adapter import DbAdapter
from store.records import (
    RECORDS,
    Card,
    EntityType,
    EventArchive,
    MemoryRetrievalLog,
    MemoryUnit,
    MemoryUnitRelation,
    PlanningAction,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)

TABLES: tuple[type[Record], ...] = tuple(table for table in RECORDS if table is not EventArchive)
"""The tables that a project has rows in, parents before children.

The archive is not among them: it tells of projects that are deleted.
"""

ENTITIES: dict[EntityType, type[Record]] = {
    EntityType.PROJECT: Project,
    EntityType.WORKFLOW: Workflow,
    EntityType.ACTIVITY: WorkflowActivity,
    EntityType.CARD: Card,
}
"""What memory can be about that belongs to a project."""

PARENTS_AT_ONCE = 500
"""Rows of which all that stands below them is in memory at once."""

ACTIONS_AT_ONCE = 1_000
"""Planning actions that are in memory at once: each holds what takes it back."""

_MEMORY = (MemoryUnit, MemoryUnitRelation, MemoryRetrievalLog)
_FIRST = -(2**63)


def parent_column(table: type[Record]) -> str:
    """Return the column that says what a row stands below."""
    return next(iter(table.PARENTS))


def read_rows(db: DbAdapter, project: Project) -> Iterator[tuple[type[Record], Iterator[Record]]]:
    """Yield each table with the project's rows, in an order that depends on nothing but them.

    Rows come parent by parent, as those stand, each one's in the order of their table. Take all rows of a
    table before the next table.
    """
    keys: dict[str, list[str]] = {}
    about: list[MemoryUnitRelation] = []
    for table in TABLES:
        kept = keys[table.TABLE] = []
        if table is Project:
            rows: Iterator[Record] = iter((project,))
        elif table is PlanningAction:
            rows = _actions(db, project.id)
        elif table in _MEMORY:
            about = about or _relations(db, keys)
            rows = _memory(db, table, keys, about)
        else:
            rows = _below(db, table, keys[table.PARENTS[parent_column(table)]])
        yield table, _keeping(rows, kept) if table.KEY == ("id",) else rows


def _keeping(rows: Iterator[Record], kept: list[str]) -> Iterator[Record]:
    for row in rows:
        kept.append(row.id)  # type: ignore[attr-defined]
        yield row


def _below(db: DbAdapter, table: type[Record], parents: Sequence[str]) -> Iterator[Record]:
    column = parent_column(table)
    for start in range(0, len(parents), PARENTS_AT_ONCE):
        some = parents[start : start + PARENTS_AT_ONCE]
        found: dict[str, list[Record]] = {parent: [] for parent in some}
        where: dict[str, Any] = {column: some}
        for row in db.list(table, **where):
            found[getattr(row, column)].append(row)
        for rows in found.values():
            yield from rows


def _actions(db: DbAdapter, project_id: str) -> Iterator[Record]:
    """Yield the refused actions, then the accepted ones in their order."""
    yield from db.list(PlanningAction, project_id=project_id, sequence=None)
    after = _FIRST
    while some := db.actions_between(project_id, after, limit=ACTIONS_AT_ONCE):
        yield from some
        after = some[-1].sequence or 0


def _relations(db: DbAdapter, keys: dict[str, list[str]]) -> list[MemoryUnitRelation]:
    """Return the relations of every memory unit that is about something of the project.

    One that is about another project's things as well keeps that to itself.
    """
    ours = {entity: set(keys[table.TABLE]) for entity, table in ENTITIES.items()}
    units = {
        relation.memory_unit_id
        for entity, ids in ours.items()
        for relation in db.list(MemoryUnitRelation, entity_type=entity, entity_id=[*ids])
    }
    found = db.list(MemoryUnitRelation, memory_unit_id=sorted(units))
    others: set[tuple[str, str]] = set()
    for entity, table in ENTITIES.items():
        ids = [one.entity_id for one in found if one.entity_type == entity]
        strange = [name for name in ids if name not in ours[entity]]
        if strange:
            others |= {(entity, row.id) for row in db.list(table, id=strange)}  # type: ignore[attr-defined]
    return [one for one in found if (one.entity_type, one.entity_id) not in others]


def _memory(
    db: DbAdapter,
    table: type[Record],
    keys: dict[str, list[str]],
    about: list[MemoryUnitRelation],
) -> Iterator[Record]:
    if table is MemoryUnitRelation:
        return iter(about)
    if table is MemoryUnit:
        return iter(db.list(MemoryUnit, id=sorted({one.memory_unit_id for one in about})))
    logs = [
        log
        for entity, entities in ENTITIES.items()
        for log in db.list(
            MemoryRetrievalLog, scope_entity_type=entity, scope_entity_id=keys[entities.TABLE]
        )
    ]
    return iter(sorted(logs, key=lambda log: (log.created_at, log.id)))
