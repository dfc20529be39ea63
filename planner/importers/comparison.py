"""Compares what a source asks for with what earlier imports wrote and what stands in the plan.

Importing again is a three-way comparison without a table of its own: what earlier
imports wrote stands in the action log; only what the source says otherwise now is
written. So what a person edited, moved or deleted meanwhile stays as they left it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from planner import requests as ask
from planner.importers.ordering import moves
from planner.importers.requests import (
    change_requests,
    delete_request,
    make_requests,
    reorder_request,
)
from planner.importers.taking_over import HELD, item_of, items_below
from planner.importers.wanted import KINDS, Item, Kind, Problem, Source, Standing, WantedCard
from planner.readiness import Held, missing, readiness_of
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardContextArtifact,
    ContextArtifact,
    PlannedFileStatus,
    Record,
    Workflow,
    WorkflowActivity,
)

_NOT_OVERWRITTEN = frozenset(("created_at", "updated_at"))

Request = tuple[ask.Action, str]
"""An action, and the place in the source that it is from."""


class Counts(msgspec.Struct):
    """What became of one kind of item.

    ``left_alone`` are those a person had deleted, ``moved`` those that changed places with others.
    """

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    left_alone: int = 0
    moved: int = 0


class Comparison:
    """What a source asks for against what the last import wrote and what stands in the plan.

    ``requests`` works everything out; the counts and what is told are whole once it is done.
    """

    def __init__(self, db: DbAdapter, project_id: str, source: Source) -> None:
        """Read the plan and the log, and ask the source what it wants."""
        self.db, self.source = db, source
        workflows = db.list(Workflow, project_id=project_id)
        activities = db.list(WorkflowActivity, workflow_id=[w.id for w in workflows])
        cards = db.list(Card, workflow_activity_id=[a.id for a in activities])
        self.rows: dict[str, Record] = {w.id: w for w in workflows}
        self.rows |= {activity.id: activity for activity in activities}
        self.rows |= {card.id: card for card in cards}
        self.order: dict[str, list[str]] = {"": [workflow.id for workflow in workflows]}
        for activity in activities:
            self.order.setdefault(activity.workflow_id, []).append(activity.id)
        for card in cards:
            self.order.setdefault(card.workflow_activity_id, []).append(card.id)
        written = source.written(db, project_id)
        self.standing = Standing(
            project_id,
            written.items,
            written.below(),
            written.finalized,
            self.rows,
            self.take_over,
        )
        self.wanted = source.want(self.standing)
        self.previous: dict[str, str] = {}
        self.overwritten = 0
        self.left_alone = list(self.wanted.deleted)
        self.not_finalized: list[Problem] = []
        self.counts: dict[Kind, Counts] = {kind: Counts() for kind in KINDS}
        for item in self.standing.items.values():
            if item.kind in ("workflow", "activity", "card") and self.standing.gone(item.id):
                self.counts[item.kind].left_alone += 1
        self.counts["card"].left_alone += len(self.wanted.deleted)

    def take_over(self, ids: list[str]) -> None:
        """Make workflows, activities and cards count as written by an import, as they are."""
        cards: list[str] = []
        for row_id in ids:
            row = self.rows[row_id]
            self.standing.items[row_id] = item_of(row)
            if isinstance(row, Card):
                cards.append(row_id)
                if row.finalized_at is not None:
                    self.standing.finalized.add(row_id)
        for card_id, below in items_below(self.db, cards).items():
            for item in self.standing.below.get(card_id, ()):
                self.standing.items.pop(item.id, None)
            self.standing.below[card_id] = below
            self.standing.items.update((item.id, item) for item in below)

    def requests(self) -> Iterator[Request]:
        """Yield each action with the place it is from, in the order to apply them."""
        loose = {item.id: item for item in self.standing.below.get("", ())}
        if loose or self.wanted.project:
            self.rows |= {row.id: row for row in self.db.list(ContextArtifact, id=list(loose))}
            for item in self.wanted.project:
                yield from self.below(item, self.rows.get(item.id), None)
        for item in self.wanted.map:
            yield from self.map_item(item)
        waiting: list[WantedCard] = []
        for wanted in self.wanted.cards:
            card = wanted.card
            if card.id not in self.standing.items:
                yield from self.new_card(wanted)
            elif self.standing.gone(card.id):
                self.left_alone.append(self.name_of(card.id))
            else:
                changed = False
                for request in self.changed_card(card):
                    changed = True
                    yield request
                if self.differs(card.id, wanted.below) or self.mark_differs(wanted, changed):
                    waiting.append(wanted)
                else:
                    for item in wanted.below:
                        self.counts[item.kind].unchanged += 1
        yield from self.changed_below(waiting)
        if self.wanted.reordered:
            yield from self.reordered()
        for item in self.wanted.project:
            loose.pop(item.id, None)
        for item in loose.values():
            yield from self.deleted(item, self.rows.get(item.id), "")

    def place(self, item: Item, parent: str) -> int | None:
        """Return where a new sibling goes, None for last; it counts as being there from now on."""
        order, at = self.order.setdefault(parent, []), None
        last = self.wanted.last_workflow if item.kind == "workflow" else None
        if last is not None and last in order:
            at = order.index(last)
        elif self.wanted.in_order:
            previous = self.previous.get(parent)
            if previous is None:
                at = 0
            else:  # mostly the last one: what is imported first comes in order
                at = len(order) if order[-1] == previous else order.index(previous) + 1
        if at is None or at >= len(order):
            order.append(item.id)
            return None
        order.insert(at, item.id)
        return at

    def passed(self, item_id: str, parent: str) -> None:
        """Remember what the next new sibling goes behind, when it stands there in the plan."""
        if self.wanted.in_order and _parent(self.rows[item_id]) == parent:
            self.previous[parent] = item_id

    def map_item(self, item: Item) -> Iterator[Request]:
        """Make or change a workflow or an activity; a changed activity may move."""
        before, count = self.standing.items.get(item.id), self.counts[item.kind]
        if before is None:
            count.made += 1
            position = self.place(item, item.parent)
            self.previous[item.parent] = item.id
            for action in make_requests(item, position=position):
                yield action, item.path
            return
        values = changed_values(item, before)
        if values:
            self.note_overwritten(self.rows[item.id], before, values)
            for action in change_requests(item, values):
                yield action, item.path
        moved = item.parent != before.parent
        if moved:
            target = ask.ActivityTarget(workflow_activity_id=item.id)
            payload = ask.ActivityMove(workflow_id=item.parent)
            yield ask.MoveActivity(target_ref=target, payload=payload), item.path
            self.moved(item)
        else:
            self.passed(item.id, item.parent)
        count.changed += bool(values or moved)
        count.unchanged += not (values or moved)

    def moved(self, item: Item) -> None:
        """Count a moved item as being the last of its new siblings."""
        self.order[_parent(self.rows[item.id])].remove(item.id)
        self.order.setdefault(item.parent, []).append(item.id)

    def new_card(self, wanted: WantedCard) -> Iterator[Request]:
        """Make a card and all that belongs to it."""
        card = wanted.card
        position = self.place(card, card.parent)
        self.previous[card.parent] = card.id
        for item in (card, *wanted.below):
            self.counts[item.kind].made += 1
            for action in make_requests(item, position=position):
                yield action, item.path
            position = None
        if wanted.finalized:
            yield from self.finalized(
                card, [_held(item) for item in wanted.below if item.kind in HELD]
            )

    def changed_card(self, card: Item) -> Iterator[Request]:
        """Change and move a card that an earlier import made."""
        before, row = self.standing.items[card.id], self.rows[card.id]
        values = changed_values(card, before)
        if values:
            self.note_overwritten(row, before, values)
            for action in change_requests(card, values):
                yield action, card.path
        moved = card.parent != before.parent
        if moved:
            if isinstance(row, Card):
                self.overwritten += row.workflow_activity_id not in (before.parent, card.parent)
            move = ask.MoveCard(
                target_ref=ask.CardTarget(card_id=card.id),
                payload=ask.CardMove(workflow_activity_id=card.parent),
            )
            yield move, card.path
            self.moved(card)
        else:
            self.passed(card.id, card.parent)
        self.counts["card"].changed += bool(values or moved)
        self.counts["card"].unchanged += not (values or moved)

    def reordered(self) -> Iterator[Request]:
        """Bring siblings into the order that they have in the source."""
        siblings: dict[str, list[Item]] = {}
        for item in (*self.wanted.map, *(wanted.card for wanted in self.wanted.cards)):
            siblings.setdefault(item.parent, []).append(item)
        for parent, items in siblings.items():
            by_id = {item.id: item for item in items}
            for item_id, position in moves(self.order.get(parent, []), list(by_id)):
                item = by_id[item_id]
                if item.id in self.standing.items:
                    self.counts[item.kind].moved += 1
                yield reorder_request(item, position), item.path

    def differs(self, card_id: str, below: list[Item]) -> bool:
        """Tell whether what belongs to a card is other than the last import wrote."""
        before = self.spoken_of(card_id)
        items = self.standing.items
        return len(before) != len(below) or any(
            item.id not in items or changed_values(item, items[item.id]) for item in below
        )

    def spoken_of(self, card_id: str) -> list[Item]:
        """Return what the last import wrote of a card that the source still speaks of."""
        before, kinds = self.standing.below.get(card_id, []), self.source.kinds
        return before if kinds is KINDS else [item for item in before if item.kind in kinds]

    def mark_differs(self, wanted: WantedCard, changed: bool) -> bool:
        """Tell whether a card's finalized mark may have to be seen to."""
        before = wanted.card.id in self.standing.finalized
        said = wanted.finalized is not None
        return said and (wanted.finalized != before or (changed and before))

    def changed_below(self, waiting: list[WantedCard]) -> Iterator[Request]:
        """Make, change and delete what belongs to the cards for which that is called for."""
        card_ids = [wanted.card.id for wanted in waiting]
        places: dict[tuple[Kind, str], list[str]] = {}
        held: dict[str, dict[str, Held]] = {card_id: {} for card_id in card_ids}
        rows: dict[str, Record] = {}
        for kind, table in HELD.items():
            for found in self.db.list(table, card_id=card_ids):
                rows[found.id] = held[found.card_id][found.id] = found
                places.setdefault((kind, found.card_id), []).append(found.id)
        before = [item for i in card_ids for item in self.standing.below.get(i, ())]
        artifacts = [item.id for item in before if item.kind == "context_artifact"]
        rows |= {artifact.id: artifact for artifact in self.db.list(ContextArtifact, id=artifacts)}
        if any(item.kind == "link" for item in before):
            for link in self.db.list(CardContextArtifact, card_id=card_ids):
                rows[f"{link.card_id}:{link.context_artifact_id}"] = link
        for wanted in waiting:
            card, standing = wanted.card, held[wanted.card.id]
            kept = {item.id for item in wanted.below}
            for item in self.spoken_of(card.id):
                if item.id not in kept:
                    if item.id in rows and item.kind in HELD:
                        places[item.kind, card.id].remove(item.id)
                    standing.pop(item.id, None)
                    yield from self.deleted(item, rows.get(item.id), card.path)
            previous: dict[Kind, str] = {}
            for item in wanted.below:
                order = places.setdefault((item.kind, card.id), [])
                position = None
                if item.id not in self.standing.items:
                    before_it = previous.get(item.kind)
                    position = order.index(before_it) + 1 if before_it is not None else 0
                    order.insert(position, item.id)
                if item.id in order:
                    previous[item.kind] = item.id
                    if item.kind in HELD:
                        standing[item.id] = _held(item, standing.get(item.id))
                yield from self.below(item, rows.get(item.id), position)
            yield from self.mark(wanted, list(standing.values()))

    def below(self, item: Item, row: Record | None, position: int | None) -> Iterator[Request]:
        """Make or change one item; a new one goes behind the one that stands before it."""
        before, count = self.standing.items.get(item.id), self.counts[item.kind]
        actions: Iterable[ask.Action] = ()
        if before is None:
            count.made += 1
            actions = make_requests(item, position=position)
        elif not (values := changed_values(item, before)):
            count.unchanged += 1
        elif row is None:
            count.left_alone += 1
        else:
            count.changed += 1
            self.note_overwritten(row, before, values)
            actions = change_requests(item, values)
        for action in actions:
            yield action, item.path

    def deleted(self, item: Item, row: Record | None, path: str) -> Iterator[Request]:
        """Delete what the source has no longer, unless a person has done so."""
        if row is None:
            self.counts[item.kind].left_alone += 1
            return
        self.counts[item.kind].deleted += 1
        self.note_overwritten(row, item, item.fields)
        yield delete_request(item), path

    def mark(self, wanted: WantedCard, held: list[Held]) -> Iterator[Request]:
        """Finalize a card, finalize it again after a change, or take the mark away."""
        card, row = wanted.card, self.rows[wanted.card.id]
        stands = isinstance(row, Card) and row.finalized_at is not None
        before = card.id in self.standing.finalized
        if wanted.finalized and (stands or not before):
            yield from self.finalized(card, held)
        elif stands and before and wanted.finalized is False:
            target = ask.CardTarget(card_id=card.id)
            yield ask.UnfinalizeCard(target_ref=target), card.path

    def finalized(self, card: Item, held: list[Held]) -> Iterator[Request]:
        """Finalize a card; one that lacks something stays without the mark, and that is told."""
        lacking = missing(readiness_of(held))
        if lacking:
            reason = f"“{card.fields.get('title')}” is not finalized: {'; '.join(lacking)}"
            self.not_finalized.append(Problem(card.path, reason))
        else:
            yield ask.FinalizeCard(target_ref=ask.CardTarget(card_id=card.id)), card.path

    def note_overwritten(self, row: Record, before: Item, values: Iterable[str]) -> None:
        """Count the values about to be written that a person changed as well."""
        for name in values:
            if name not in _NOT_OVERWRITTEN and name in before.fields and hasattr(row, name):
                self.overwritten += getattr(row, name) != before.fields[name]

    def no_longer_there(self) -> Iterator[str]:
        """Yield the cards that still stand though the source has them no more."""
        wanted = {one.card.id for one in self.wanted.cards}
        for item in self.standing.items.values():
            if item.kind == "card" and item.id not in wanted and item.id in self.rows:
                yield self.name_of(item.id)

    def name_of(self, card_id: str) -> str:
        """Return what the source calls a card."""
        below = self.standing.below.get(card_id, [])
        return self.source.name_of(self.standing.items[card_id], below)


def _parent(row: Record) -> str:
    """Return what a workflow (nothing), an activity or a card stands below in the plan."""
    if isinstance(row, Card):
        return row.workflow_activity_id
    return row.workflow_id if isinstance(row, WorkflowActivity) else ""


def changed_values(item: Item, before: Item) -> dict[str, Any]:
    """Return the values that the source has otherwise now."""
    values = {n: v for n, v in item.fields.items() if before.fields.get(n) != v}
    if item.kind == "planned_file":  # what is approved becomes user_edited by a change
        approved = item.fields.get("status") == PlannedFileStatus.APPROVED
        if approved and values:
            values["status"] = PlannedFileStatus.APPROVED
        else:
            values.pop("status", None)
    return values


def _held(item: Item, row: Held | None = None) -> Held:
    """Return what bears on whether a card may be built, of an item as it will stand."""
    status = item.fields.get("status")
    if row is not None:
        if item.kind == "planned_file" and status != PlannedFileStatus.APPROVED:
            status = PlannedFileStatus.USER_EDITED
        return row if status is None else msgspec.structs.replace(row, status=status)
    values = {"id": item.id, "card_id": item.parent, **item.fields}
    if item.kind != "planned_file":
        values.setdefault("source", "imported")
    return HELD[item.kind](**values)
