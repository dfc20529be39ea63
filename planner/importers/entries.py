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
from store.records import ActivityColor

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
        self.problems: list[Problem] = []
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
        map_items: list[Item] = []
        cards: list[WantedCard] = []
        for key, workflow in self.workflows.items():
            workflow_id = self.ids.standing(self.standing, "workflow", key)
            made: list[Item] = []
            for activity_key in activities_of.get(key, ()):
                activity, below = self.activity(
                    self.activities[activity_key], workflow_id, cards_of.get(activity_key, [])
                )
                cards += below
                if activity is not None:
                    made.append(activity)
            if made or not self.standing.gone(self.ids.made("workflow", key)):
                map_items.append(Item("workflow", workflow_id, "", workflow.fields, workflow.path))
                map_items += made
        return Wanted(map_items, cards, project, in_order=True)

    def activity(
        self, entry: Entry, workflow_id: str, card_keys: list[str]
    ) -> tuple[Item | None, list[WantedCard]]:
        """Return an activity, or None where a person deleted it and nothing is new, and its cards."""
        standing = self.standing
        activity_id = self.ids.standing(standing, "activity", entry.key)
        before = {activity_id, *self.ids.deleted(standing, "activity", entry.key)}
        cards: list[WantedCard] = []
        # An activity without cards, or the first time: made. One that a person deleted with all
        # its cards, or whose workflow went: not made again for those.
        needed = not standing.gone(self.ids.made("activity", entry.key))
        for key in card_keys:
            card = self.cards[key]
            card_id = self.ids.made("card", key)
            known = standing.items.get(card_id)
            if standing.gone(card_id):
                cards.append(WantedCard(Item("card", card_id, "", card.fields, card.path), []))
                continue
            parent = activity_id
            if known is not None and known.parent in before:
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
        fields: dict[str, Any] = entry.fields
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
