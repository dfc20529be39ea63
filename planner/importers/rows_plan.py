"""What a document of rows asks of a project that is there already, for the importer's core.

The core compares what is wanted with what earlier imports wrote. Here that is the plan as it was at the last
planning action that both know: what was done here since is taken back in memory, by the inverses that the log
holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from planner.importers.log import Written, read_written
from planner.importers.rows import Document
from planner.importers.wanted import (
    Item,
    Kind,
    Problem,
    Source,
    Standing,
    Wanted,
    WantedCard,
)
from planner.plan_rows import read_rows
from store.adapter import DbAdapter
from store.records import (
    BY_TABLE,
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

_KNOWLEDGE = ("text", "status", "source", "confidence")
FIELDS: dict[type[Record], tuple[Kind, tuple[str, ...]]] = {
    Workflow: ("workflow", ("title", "description")),
    WorkflowActivity: ("activity", ("title", "description", "color")),
    Card: ("card", ("title", "description", "status", "priority", "quick_answer")),
    ContextArtifact: (
        "context_artifact",
        (
            *("name", "type", "title", "content", "uri", "locator", "mime_type"),
            *("integration_ref", "checksum"),
        ),
    ),
    CardContextArtifact: ("link", ("context_artifact_id", "linked_by", "usage_hint")),
    CardRequirement: ("requirement", _KNOWLEDGE),
    CardKnownFact: ("known_fact", (*_KNOWLEDGE, "evidence_source")),
    CardAssumption: ("assumption", _KNOWLEDGE),
    CardQuestion: ("question", (*_KNOWLEDGE, "answer")),
    CardPlannedFile: (
        "planned_file",
        (
            *("logical_file_name", "module_hint", "artifact_kind", "action"),
            *("intent_summary", "contract_notes", "status"),
        ),
    ),
}
"""What planning actions say about the rows of each table of the map."""

ACTIONS_AT_ONCE = 1_000
"""Planning actions that are in memory at once."""

Rows = dict[tuple[str, tuple[str, ...]], dict[str, Any]]
"""Rows by their table and key, as plain values."""


class RowsSource(Source, kw_only=True):
    """The plan's part of a document, for a project that is there."""

    document: Document
    rows: dict[type[Record], list[Record]]
    action_ids: set[str]
    taken_back: list[Problem] = msgspec.field(default_factory=list)

    def written(self, db: DbAdapter, project_id: str) -> Written:
        """Return the plan as it was at the last action that both know, and what imports wrote since.

        What stands here as the document has it counts as written, whoever did it.
        """
        project = db.get(Project, project_id)
        assert project is not None  # noqa: S101  (the caller found it in this transaction)
        now = _map_rows(db, project)
        last = _last_known(db, project_id, self.action_ids)
        before = {key: dict(values) for key, values in now.items()}
        for action in _newest_first(db, project_id, last):
            _take_back(before, action.inverse or ())
        written = Written()
        for item, is_finalized in _items(before):
            written.items[item.id] = item
            if is_finalized:
                written.finalized.add(item.id)
        written = read_written(db, project_id, self.format, after=last, written=written)
        stands = {item.id: item for item, _ in _items(now)}
        for record in (record for table in FIELDS for record in self.rows[table]):
            item = _item(type(record), msgspec.structs.asdict(record))
            if item.id in stands:
                _settle(written, item, stands[item.id])
                if isinstance(record, Card):
                    _settle_card(written, record, now["card", (record.id,)])
        return written

    def want(self, standing: Standing) -> Wanted:
        """Work out what the document asks for; what a person deleted here takes along what is below it."""
        gone: set[str] = set()
        map_items = [*self._map(standing, gone)]
        below: dict[str, list[Item]] = {}
        artifacts = self._items(ContextArtifact)
        for table in (
            CardContextArtifact,
            CardRequirement,
            CardKnownFact,
            CardAssumption,
            CardQuestion,
            CardPlannedFile,
        ):
            for item in self._items(table):
                below.setdefault(item.parent, []).append(item)
        cards: list[WantedCard] = []
        for record, item in zip(self.rows[Card], self._items(Card), strict=True):
            card = _below_what_is_there(item, standing, gone)
            if card is None:
                reason = "its activity was deleted here, so it is not made"
                self.taken_back.append(Problem(item.path, reason))
                continue
            is_finalized = isinstance(record, Card) and record.finalized_at is not None
            cards.append(WantedCard(card, below.get(card.id, []), is_finalized))
        return Wanted(map_items, cards, artifacts, in_order=True)

    def _items(self, table: type[Record]) -> list[Item]:
        return [_item(table, msgspec.structs.asdict(row)) for row in self.rows[table]]

    def _map(self, standing: Standing, gone: set[str]) -> Iterator[Item]:
        """Yield the workflows and activities, those that a person deleted left out and noted."""
        activities: dict[str, list[Item]] = {}
        for item in self._items(WorkflowActivity):
            activities.setdefault(item.parent, []).append(item)
        for workflow in self._items(Workflow):
            if standing.gone(workflow.id):
                gone.add(workflow.id)
            else:
                yield workflow
            for activity in activities.get(workflow.id, ()):
                kept = _below_what_is_there(activity, standing, gone)
                if kept is None or standing.gone(kept.id):
                    gone.add(activity.id)
                else:
                    yield kept


def _below_what_is_there(item: Item, standing: Standing, gone: set[str]) -> Item | None:
    """Return an item where its parent is there or it stands elsewhere already, else None."""
    if item.parent not in gone:
        return item
    known = standing.items.get(item.id)
    return None if known is None else msgspec.structs.replace(item, parent=known.parent)


def _item(table: type[Record], values: dict[str, Any]) -> Item:
    kind, names = FIELDS[table]
    fields = {name: values[name] for name in names}
    if table is CardContextArtifact:
        item_id = f"{values['card_id']}:{values['context_artifact_id']}"
    else:
        item_id = values["id"]
    parent = next(iter(table.PARENTS), "")
    above = "" if table in (Workflow, ContextArtifact) else str(values[parent])
    return Item(kind, item_id, above, fields, f"{table.TABLE} {item_id}")


def _items(rows: Rows) -> Iterator[tuple[Item, bool]]:
    """Yield rows as items, each with whether it is a finalized card."""
    for (name, _), values in rows.items():
        table = BY_TABLE[name]
        if table in FIELDS:
            yield _item(table, values), values.get("finalized_at") is not None


def _map_rows(db: DbAdapter, project: Project) -> Rows:
    """Return all that planning actions wrote of a project, as it stands."""
    rows: Rows = {}
    for table, found in read_rows(db, project):
        if table in FIELDS or table is Project:
            for record in found:
                values = msgspec.to_builtins(record)
                rows[table.TABLE, tuple(values[name] for name in table.KEY)] = values
        if table is CardPlannedFile:
            break
    return rows


def _newest_first(db: DbAdapter, project_id: str, after: int) -> Iterator[PlanningAction]:
    before: int | None = None
    while some := db.actions_between(
        project_id, after, before, limit=ACTIONS_AT_ONCE, newest_first=True
    ):
        yield from some
        before = some[-1].sequence


def _last_known(db: DbAdapter, project_id: str, ids: set[str]) -> int:
    """Return the sequence of the newest action of the project that is among these; 0 for none."""
    for action in _newest_first(db, project_id, 0):
        if action.id in ids:
            return action.sequence or 0
    return 0


def _take_back(rows: Rows, inverse: Iterable[Any]) -> None:
    """Make an action's inverse changes; where rows stand among their siblings is not followed."""
    for operation, table, *rest in inverse:
        if operation == "insert":
            key = tuple(rest[0][name] for name in BY_TABLE[table].KEY)
            rows[table, key] = dict(rest[0])
        elif operation == "delete":
            rows.pop((table, tuple(rest[0])), None)
        elif operation == "update":
            known = rows.get((table, tuple(rest[0])))
            if known is not None:
                known.update(rest[1])


def _settle(written: Written, item: Item, here: Item) -> None:
    """Let what stands as the document has it count as written; all of it where nobody knows more."""
    known = written.items.get(item.id)
    if known is None or known.kind != item.kind:
        written.items[item.id] = here
        return
    same = {name: value for name, value in item.fields.items() if here.fields[name] == value}
    fields = {**here.fields, **known.fields, **same}
    parent = item.parent if here.parent == item.parent else known.parent
    written.items[item.id] = msgspec.structs.replace(known, fields=fields, parent=parent)


def _settle_card(written: Written, card: Card, here: dict[str, Any]) -> None:
    """Settle a card's mark as well, and its status where a run has set it here since."""
    stands = here["finalized_at"] is not None
    if (card.finalized_at is not None) == stands:
        (written.finalized.add if stands else written.finalized.discard)(card.id)
    built = (card.build_state, card.last_built_at) != (here["build_state"], here["last_built_at"])
    if built and here["updated_at"] > card.updated_at:
        written.items[card.id].fields["status"] = card.status
