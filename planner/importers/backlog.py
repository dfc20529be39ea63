"""Imports a Backlog.md folder through planning actions, in one all-or-nothing batch.

Importing again is a three-way comparison without a table of its own: what earlier
imports wrote stands in the action log; only what the folder says otherwise now is
written. So what a person edited, moved or deleted meanwhile stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from planner import requests as ask
from planner.actions import Planner
from planner.batch import new_id
from planner.errors import ActionRefused, Refused
from planner.importers.backlog_files import (
    BacklogFolder,
    FileProblem,
    ImportRefused,
    read_backlog,
)
from planner.importers.backlog_log import ACTOR, standing_items
from planner.importers.backlog_plan import ID_FACT, KINDS, Item, Kind, want
from planner.importers.backlog_requests import change_request, delete_request, make_request
from planner.projects import create_project, find_project
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardKnownFact,
    CardRequirement,
    ContextArtifact,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
    utc_now,
)

_KNOWLEDGE: dict[Kind, type[CardRequirement | CardKnownFact]] = {
    "requirement": CardRequirement,
    "known_fact": CardKnownFact,
}
_OWN = frozenset(
    ("title", "description", "status", "priority", "text", "evidence_source", "name", "content")
)


class Counts(msgspec.Struct):
    """What became of one kind of item; ``left_alone`` are those a person had deleted."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    left_alone: int = 0


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do.

    ``counts`` is by ``workflow``, ``activity``, ``card``, ``requirement``, ``known_fact``
    and ``context_artifact``. ``overwritten`` counts the values that both a person and the
    folder had changed, where the folder's went in, ``marks_lost`` the cards that are no longer
    finalized, since what was approved changed. ``left_alone`` and ``no_longer_there``
    name tasks: those whose card a person deleted, and those the folder no longer has.
    """

    project: Project
    project_made: bool
    counts: dict[Kind, Counts]
    actions: int
    overwritten: int
    marks_lost: int = 0
    left_alone: tuple[str, ...]
    no_longer_there: tuple[str, ...]
    skipped: tuple[FileProblem, ...]
    dry_run: bool


class _DryRun(Exception):
    """Rolls a dry run back."""


def import_backlog(
    db: DbAdapter,
    folder: Path | BacklogFolder,
    *,
    project_name: str | None = None,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Bring a project up to date with a Backlog.md folder, or make it from one.

    Args:
        db: The database.
        folder: The folder, or what ``read_backlog`` read from it.
        project_name: The project's name; the folder's own configuration names it otherwise.
        clock: Tells the time.
        new_id: Makes the ids of actions and of the project.
        dry_run: Work everything out, then leave the database as it was.
        progress: Told how many planning actions of how many are done, now and then.

    Returns:
        What was done.

    Raises:
        ImportRefused: Files that can't be read, or that the plan can't take, with reasons;
            nothing was imported.
        StoreError: The database could not be used.
    """
    read = read_backlog(folder) if isinstance(folder, Path) else folder
    name = project_name or read.config.project_name or _folder_name(Path(read.path))
    report: ImportReport | None = None
    try:
        with db.bulk(), db.transaction():
            project = find_project(db, name)
            made = project is None
            if project is None:
                project = _make_project(db, name, clock, new_id)
            work = _Comparison(db, project.id, read)
            pairs = list(work.requests())
            lost = _apply(db, project.id, pairs, clock, new_id, progress) if pairs else 0
            report = ImportReport(
                project=db.get(Project, project.id) or project,
                project_made=made,
                counts=work.counts,
                actions=len(pairs),
                overwritten=work.overwritten,
                marks_lost=lost,
                left_alone=tuple(work.left_alone),
                no_longer_there=tuple(work.no_longer_there()),
                skipped=read.skipped,
                dry_run=dry_run,
            )
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    if report is None:  # pragma: no cover  (the transaction ended without an error)
        raise AssertionError
    return report


def _make_project(
    db: DbAdapter, name: str, clock: Callable[[], str], new_id: Callable[[], str]
) -> Project:
    try:
        return create_project(db, name, clock=clock, new_id=new_id, actor=ACTOR)
    except Refused as refusal:
        raise ImportRefused([FileProblem("config.yml", str(refusal))]) from refusal


def _apply(
    db: DbAdapter,
    project_id: str,
    pairs: list[tuple[ask.Action, str]],
    clock: Callable[[], str],
    new_id: Callable[[], str],
    progress: Callable[[int, int], None] | None,
) -> int:
    """Apply the batch; a refusal names the file that its action came from.

    Returns:
        How many cards lost their finalized mark.
    """
    count = 0

    def counted_id() -> str:
        # The planner makes one id for each action, which makes ids the beat of its work.
        nonlocal count
        count += 1
        if progress is not None and (count % 250 == 0 or count >= len(pairs)):
            progress(min(count, len(pairs)), len(pairs))
        return new_id()

    planner = Planner(db, actor=ACTOR, clock=clock, new_id=counted_id)
    try:
        done = planner.apply(project_id, [action for action, _ in pairs])
    except ActionRefused as refusal:
        path = pairs[refusal.index][1] if refusal.index is not None else ""
        raise ImportRefused([FileProblem(path, refusal.reason)]) from refusal
    told = (action.result for action in done.actions)
    return len({result["card_id"] for result in told if result.get("unfinalized")})


def _folder_name(root: Path) -> str:
    root = root.resolve()
    return root.parent.name if root.name in ("backlog", ".backlog") else root.name


class _Comparison:
    """What the folder says against what the last import wrote and what stands in the plan."""

    def __init__(self, db: DbAdapter, project_id: str, folder: BacklogFolder) -> None:
        self.db = db
        self.standing = standing_items(db, project_id)
        workflows = db.list(Workflow, project_id=project_id)
        activities = db.list(WorkflowActivity, workflow_id=[w.id for w in workflows])
        cards = db.list(Card, workflow_activity_id=[a.id for a in activities])
        self.workflow_order = [workflow.id for workflow in workflows]
        self.rows: dict[str, Record] = {w.id: w for w in workflows}
        self.rows |= {activity.id: activity for activity in activities}
        self.rows |= {card.id: card for card in cards}
        self.wanted = want(folder, project_id, self.standing, self.gone)
        self.overwritten = 0
        self.left_alone: list[str] = []
        self.counts: dict[Kind, Counts] = {kind: Counts() for kind in KINDS}
        for item in self.standing.items.values():
            if item.kind in ("workflow", "activity", "card") and self.gone(item.id):
                self.counts[item.kind].left_alone += 1

    def gone(self, item_id: str) -> bool:
        """Tell whether a person deleted a workflow, activity or card that an import made."""
        return item_id in self.standing.items and item_id not in self.rows

    def requests(self) -> Iterator[tuple[ask.Action, str]]:
        """Yield each action with the file it is from, in the order to apply them."""
        for item in self.wanted.map:
            yield from self.map_item(item)
        waiting: list[tuple[Item, list[Item]]] = []
        for card, below in self.wanted.cards:
            if card.id not in self.standing.items:
                for item in (card, *below):
                    self.counts[item.kind].made += 1
                    yield make_request(item), item.path
            elif self.gone(card.id):
                self.left_alone.append(self.task_id(card.id))
            else:
                yield from self.changed_card(card)
                if self.differs(card.id, below):
                    waiting.append((card, below))
                else:
                    for item in below:
                        self.counts[item.kind].unchanged += 1
        yield from self.changed_below(waiting)

    def map_item(self, item: Item) -> Iterator[tuple[ask.Action, str]]:
        """Make or change a workflow or an activity."""
        before, count = self.standing.items.get(item.id), self.counts[item.kind]
        if before is None:
            count.made += 1
            position = None
            if item.kind == "workflow":
                order, last = self.workflow_order, self.wanted.last_workflow
                at = order.index(last) if last in order else len(order)
                position = at if at < len(order) else None
                order.insert(at, item.id)
            yield make_request(item, position=position), item.path
        elif values := _changed(item, before):
            count.changed += 1
            self.note_overwritten(self.rows[item.id], before, values)
            yield change_request(item, values), item.path
        else:
            count.unchanged += 1

    def changed_card(self, card: Item) -> Iterator[tuple[ask.Action, str]]:
        """Change and move a card that an earlier import made."""
        before, row = self.standing.items[card.id], self.rows[card.id]
        values = _changed(card, before)
        if values:
            self.note_overwritten(row, before, values)
            yield change_request(card, values), card.path
        moved = card.parent != before.parent
        if moved:
            if isinstance(row, Card):
                self.overwritten += row.workflow_activity_id not in (before.parent, card.parent)
            move = ask.MoveCard(
                target_ref=ask.CardTarget(card_id=card.id),
                payload=ask.CardMove(workflow_activity_id=card.parent),
            )
            yield move, card.path
        if values or moved:
            self.counts["card"].changed += 1
        else:
            self.counts["card"].unchanged += 1

    def differs(self, card_id: str, below: list[Item]) -> bool:
        """Tell whether what belongs to a card is other than the last import wrote."""
        before = self.standing.below.get(card_id, [])
        items = self.standing.items
        return len(before) != len(below) or any(
            item.id not in items or _changed(item, items[item.id]) for item in below
        )

    def changed_below(
        self, waiting: list[tuple[Item, list[Item]]]
    ) -> Iterator[tuple[ask.Action, str]]:
        """Make, change and delete what belongs to the cards for which that is called for."""
        places: dict[tuple[Kind, str], list[str]] = {}
        rows: dict[str, Record] = {}
        card_ids = [card.id for card, _ in waiting]
        for kind, table in _KNOWLEDGE.items():
            for found in self.db.list(table, card_id=card_ids):
                rows[found.id] = found
                places.setdefault((kind, found.card_id), []).append(found.id)
        before = [item for i in card_ids for item in self.standing.below.get(i, ())]
        artifacts = [item.id for item in before if item.kind == "context_artifact"]
        rows |= {artifact.id: artifact for artifact in self.db.list(ContextArtifact, id=artifacts)}
        for card, below in waiting:
            kept = {item.id for item in below}
            for item in self.standing.below.get(card.id, ()):
                if item.id in kept:
                    continue
                if row := rows.get(item.id):
                    self.counts[item.kind].deleted += 1
                    self.note_overwritten(row, item, item.fields)
                    if item.kind != "context_artifact":
                        places[item.kind, card.id].remove(item.id)
                    yield delete_request(item), card.path
                else:
                    self.counts[item.kind].left_alone += 1
            previous: dict[Kind, str] = {}
            for item in below:
                order = places.setdefault((item.kind, card.id), [])
                yield from self.item_below(item, rows.get(item.id), order, previous.get(item.kind))
                if item.id in order:
                    previous[item.kind] = item.id

    def item_below(
        self, item: Item, row: Record | None, order: list[str], previous: str | None
    ) -> Iterator[tuple[ask.Action, str]]:
        """Make or change one item; a new one goes behind the one that stands before it."""
        before, count = self.standing.items.get(item.id), self.counts[item.kind]
        if before is None:
            count.made += 1
            at = order.index(previous) + 1 if previous is not None else 0
            order.insert(at, item.id)
            yield make_request(item, position=at), item.path
        elif not (values := _changed(item, before)):
            count.unchanged += 1
        elif row is None:
            count.left_alone += 1
        else:
            count.changed += 1
            self.note_overwritten(row, before, values)
            yield change_request(item, values), item.path

    def note_overwritten(self, row: Record, before: Item, values: Iterable[str]) -> None:
        """Count the values about to be written that a person changed as well."""
        for name in values:
            if name in _OWN and hasattr(row, name):
                self.overwritten += getattr(row, name) != before.fields.get(name)

    def no_longer_there(self) -> Iterator[str]:
        """Yield the tasks whose cards still stand though the folder has them no more."""
        wanted = {card.id for card, _ in self.wanted.cards}
        for item in self.standing.items.values():
            if item.kind == "card" and item.id not in wanted and item.id in self.rows:
                yield self.task_id(item.id)

    def task_id(self, card_id: str) -> str:
        """Return the id that a card's task has in the folder."""
        for item in self.standing.below.get(card_id, ()):
            text = str(item.fields.get("text", ""))
            if item.kind == "known_fact" and text.startswith(ID_FACT):
                return text.removeprefix(ID_FACT)
        return str(self.standing.items[card_id].fields["title"])


def _changed(item: Item, before: Item) -> dict[str, Any]:
    """Return the values that the folder has otherwise now."""
    return {n: v for n, v in item.fields.items() if before.fields.get(n) != v}
