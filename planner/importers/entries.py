"""Turns a source's entries into the rows they ask for, with ids; touches no database."""

from __future__ import annotations

from collections import Counter
from typing import Any

from planner.importers.wanted import (
    Entry,
    Ids,
    ImportRefused,
    Item,
    Problem,
    Source,
    Standing,
    Wanted,
    WantedCard,
    check_count,
    known_by_text,
)
from store.records import ActivityColor, Card, Workflow, WorkflowActivity

_COLORS = tuple(ActivityColor)
_KNOWN_BY = {"planned_file": "logical_file_name", "context_artifact": "name"}


def want(source: Source, standing: Standing) -> Wanted:
    """Turn a source's entries into rows, in the source's order.

    What a person deleted stays deleted, unless the source has something new for it: a new card
    of a deleted activity gets a new one.

    Raises:
        ImportRefused: Two entries with one key, or one whose parent isn't there.
    """
    return _Want(source, standing).everything()


class _Want:
    def __init__(self, source: Source, standing: Standing) -> None:
        self.standing = standing
        self.ids = Ids(standing.project_id, source.format)
        self.own = False  # whether the source was exported from this project
        self.problems: list[Problem] = []
        self.deleted: list[str] = []
        self.source = source
        self.workflows: dict[str, Entry] = {}
        self.activities: dict[str, Entry] = {}
        self.cards: dict[str, Entry] = {}
        self.below: dict[str, list[Entry]] = {}
        self.project: list[Entry] = []
        check_count(len(source.entries), source.name)
        places = {"workflow": self.workflows, "activity": self.activities, "card": self.cards}
        for entry in source.entries:
            place = places.get(entry.kind)
            if place is None:
                if entry.parent or entry.kind != "context_artifact":
                    self.below.setdefault(entry.parent, []).append(entry)
                else:
                    self.project.append(entry)
            elif place.setdefault(entry.key, entry) is not entry:
                other = place[entry.key].path
                self.problem(entry, f"its key {entry.key!r:.80} is also that of {other}")
        self.coloured = Counter(
            item.parent
            for item in standing.items.values()
            if item.kind == "activity" and item.fields.get("color")
        )

    def problem(self, entry: Entry, reason: str) -> None:
        self.problems.append(Problem(entry.path, reason))

    def grouped(self, entries: dict[str, Entry], parents: dict[str, Entry]) -> dict[str, list[str]]:
        """Return the keys of what stands below each parent, in order."""
        keys: dict[str, list[str]] = {}
        for key, entry in entries.items():
            if entry.parent not in parents:
                self.problem(entry, f"there is no {entry.parent!r:.80} for it to belong to")
            keys.setdefault(entry.parent, []).append(key)
        return keys

    def everything(self) -> Wanted:
        activities_of = self.grouped(self.activities, self.workflows)
        cards_of = self.grouped(self.cards, self.activities)
        for parent in self.below.keys() - self.cards.keys():
            self.problem(self.below[parent][0], f"there is no card {parent!r:.80} for it")
        if self.problems:
            raise ImportRefused(self.problems)
        project = self.items(self.project, "", "")
        self.artifacts = {
            entry.key: item.id for entry, item in zip(self.project, project, strict=True)
        }
        self.taken = self.taken_over()
        map_items: list[Item] = []
        cards: list[WantedCard] = []
        for key, workflow in self.workflows.items():
            workflow_id = self.place("workflow", workflow, "")
            made: list[Item] = []
            for activity_key in activities_of.get(key, ()):
                activity, below = self.activity(
                    self.activities[activity_key], workflow_id, cards_of.get(activity_key, [])
                )
                cards += below
                if activity is not None:
                    made.append(activity)
            gone = workflow.implied or self.standing.gone(self.ids.made("workflow", key))
            if made or not gone:
                map_items.append(
                    Item(
                        "workflow",
                        workflow_id,
                        "",
                        self.said(workflow_id, workflow.fields),
                        workflow.path,
                    )
                )
                map_items += made
        return Wanted(
            map_items,
            cards,
            project,
            self.deleted,
            in_order=True,
            reordered=self.own and self.source.in_order,
        )

    def taken_over(self) -> dict[str, str]:
        """Find the cards of the plan that the source was exported from, by the keys of their entries.

        Where there are any, an entry that names another card names one that a person deleted.
        """
        source, rows, items = self.source, self.standing.rows, self.standing.items
        self.places: dict[tuple[str, str], list[str]] = {}
        self.alike: set[str] = set()
        self.own = source.exported_from == self.standing.project_id
        if not source.takes_over:
            return {}
        named: dict[str, str] = {}
        for row in rows.values():
            if isinstance(row, Card):
                named[row.id] = row.id
                if row.number is not None and self.own:
                    named[f"#{row.number}"] = row.id
            elif isinstance(row, Workflow):
                self.places.setdefault(("", row.title), []).append(row.id)
            elif isinstance(row, WorkflowActivity):
                self.places.setdefault((row.workflow_id, row.title), []).append(row.id)
        mine = {
            key: entry.row
            for key, entry in self.cards.items()
            if entry.row and self.ids.made("card", key) not in items
        }
        found = {key: named[row] for key, row in mine.items() if row in named}
        self.own = self.own or bool(found)
        if self.own:
            for key in mine.keys() - found.keys():
                entry = self.cards.pop(key)
                self.deleted.append(str(entry.fields["title"]))
        self.standing.take_over([row_id for row_id in found.values() if row_id not in items])
        return found

    def place(self, kind: str, entry: Entry, parent: str) -> str:
        """Return a workflow's or activity's id: that of an earlier import, else of the same title."""
        if self.ids.made(kind, entry.key) not in self.standing.items:
            same = self.places.get((parent, str(entry.fields["title"])))
            if same:
                self.alike.add(same[0])
                if same[0] not in self.standing.items:
                    self.standing.take_over([same[0]])
                return same.pop(0)
        return self.ids.standing(self.standing, kind, entry.key)

    def said(self, place_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return what a source says of a place: of one that only has the same title, not what it lacks."""
        if self.own or place_id not in self.alike:
            return fields
        return {name: value for name, value in fields.items() if value is not None}

    def is_named_alike(self, row_id: str, entry: Entry) -> bool:
        """Tell whether a card of the plan stands in an activity and a workflow of these titles."""
        card = self.standing.rows[row_id]
        activity = self.standing.rows[card.workflow_activity_id] if isinstance(card, Card) else None
        if not isinstance(activity, WorkflowActivity):
            return False
        workflow = self.standing.rows[activity.workflow_id]
        titles = [activity.title, workflow.title if isinstance(workflow, Workflow) else ""]
        wanted = [entry.fields["title"], self.workflows[entry.parent].fields["title"]]
        return [title.split() for title in titles] == [title.split() for title in wanted]

    def activity(
        self, entry: Entry, workflow_id: str, card_keys: list[str]
    ) -> tuple[Item | None, list[WantedCard]]:
        """Return an activity, or None where a person deleted it and nothing is new, and its cards."""
        standing = self.standing
        activity_id = self.place("activity", entry, workflow_id)
        before = {activity_id, *self.ids.deleted(standing, "activity", entry.key)}
        cards: list[WantedCard] = []
        # An activity without cards, or the first time: made. One that a person deleted with all
        # its cards, or whose workflow went: not made again for those.
        needed = not (entry.implied or standing.gone(self.ids.made("activity", entry.key)))
        if self.own and card_keys:  # of one title with another, where its cards may stand
            needed = needed and activity_id in standing.rows
        for key in card_keys:
            card = self.cards.get(key)
            if card is None:  # a person deleted it
                continue
            taken = self.taken.get(key)
            card_id = taken or self.ids.made("card", key)
            known = standing.items.get(card_id)
            if standing.gone(card_id):
                cards.append(WantedCard(Item("card", card_id, "", card.fields, card.path), []))
                continue
            parent = activity_id
            if known is not None and (
                entry.implied
                or known.parent in before
                or (taken is not None and self.is_named_alike(taken, entry))
            ):
                parent = known.parent
            needed = needed or parent == activity_id
            item = Item("card", card_id, parent, card.fields, card.path)
            below = self.items(self.below.get(key, []), key, card_id)
            cards.append(WantedCard(item, below, card.finalized))
        if not needed:
            return None, cards
        return self.coloured_activity(entry, activity_id, workflow_id), cards

    def coloured_activity(self, entry: Entry, activity_id: str, workflow_id: str) -> Item:
        """Return an activity; its colour is the workflow's next where the source has no say."""
        fields = self.said(activity_id, entry.fields)
        if "color" not in fields:
            known = self.standing.items.get(activity_id)
            if known is not None:
                color = known.fields.get("color")
            else:
                color = _COLORS[self.coloured[workflow_id] % len(_COLORS)]
                self.coloured[workflow_id] += 1
            fields = {**fields, "color": color}
        return Item("activity", activity_id, workflow_id, fields, entry.path)

    def items(self, entries: list[Entry], card_key: str, card_id: str) -> list[Item]:
        """Return what belongs to a card (or to the project), each with its id."""
        if not entries:
            return []
        keyless: dict[str, list[Entry]] = {}
        for entry in entries:
            if not entry.key:
                keyless.setdefault(entry.kind, []).append(entry)
        ids = {
            kind: iter(self.by_text(kind, found, card_key, card_id))
            for kind, found in keyless.items()
        }
        items: list[Item] = []
        for entry in entries:
            fields = entry.fields
            if entry.kind == "link":
                artifact_id = self.artifacts.get(entry.key)
                if artifact_id is None:
                    reason = f"there is no context artifact {entry.key!r:.80} to link"
                    raise ImportRefused([Problem(entry.path, reason)])
                item_id = f"{card_id}:{artifact_id}"
                fields = {"context_artifact_id": artifact_id, **fields}
            elif entry.key:
                item_id = self.ids.made(entry.kind, entry.key)
            else:
                item_id = next(ids[entry.kind])
            items.append(Item(entry.kind, item_id, card_id, fields, entry.path))
        if len({item.id for item in items}) < len(items):
            twice, _ = Counter(item.id for item in items).most_common(1)[0]
            path = next(item.path for item in reversed(items) if item.id == twice)
            raise ImportRefused([Problem(path, "two things that belong to a card have one key")])
        return items

    def by_text(self, kind: str, entries: list[Entry], card_key: str, card_id: str) -> list[str]:
        """Return the ids of one kind of a card's items that have no keys."""
        name = _KNOWN_BY.get(kind, "text")
        before = [
            (item.id, str(item.fields.get(name)))
            for item in self.standing.below.get(card_id, ())
            if item.kind == kind
        ]
        return known_by_text(
            [str(entry.fields[name]) for entry in entries],
            before,
            lambda text, again: self.ids.made(kind, f"{card_key}:{again}:{text}"),
        )
