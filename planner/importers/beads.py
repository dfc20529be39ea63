"""Reads the issues of Beads for an import: JSON lines, each an issue."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from planner.importers.gathering import Gathered, Gathering, conversation, criteria, when
from planner.importers.json_reading import Fields, JsonSource
from planner.importers.reading import Given
from planner.importers.wanted import Source, check_count

FORMAT = "beads"
"""What the importer is called, and part of all its ids."""

NO_EPIC = "No epic"

PARENT = "parent-child"

DEPENDENCIES = {
    "blocks": "Depends on",
    PARENT: "Part of",
    "related": "Related to",
    "relates-to": "Related to",
    "discovered-from": "Discovered from",
    "conditional-blocks": "Depends on the failure of",
    "waits-for": "Waits for",
    "duplicates": "Duplicate of",
    "supersedes": "Replaces",
    "replies-to": "Replies to",
    "tracks": "Tracks",
}
"""What a dependency's type is in words; another one is told by its own."""

KEPT = {
    "id", "title", "description", "design", "acceptance_criteria", "notes", "status", "priority",
    "issue_type", "assignee", "owner", "estimated_minutes", "created_at", "updated_at", "closed_at",
    "close_reason", "external_ref", "due_at", "defer_until", "labels", "dependencies", "comments",
    "parent", "_type",
}  # fmt: skip
"""The fields that are read."""

LEFT_OUT = {
    "content_hash", "compaction_level", "compacted_at", "compacted_at_commit", "original_size",
    "source_repo", "deleted_at", "deleted_by", "delete_reason", "original_type", "created_by",
    "dependency_count", "dependent_count", "comment_count", "ephemeral", "sender", "pinned",
    "is_template", "metadata",
}  # fmt: skip
"""Fields that are Beads' own affair."""

_PRIORITY = re.compile(r"[pP]?(-?[0-9]+)")


def read_beads(given: Given) -> Source:
    """Read ``issues.jsonl``, or the list that ``bd list --json`` gives.

    Raises:
        ImportRefused: It can't be read, a line isn't JSON, or two issues have one id.
    """
    source = JsonSource(given)
    reading = _Reading(Gathering(FORMAT, source))
    for row in source.objects("issue"):
        reading.take(row)
    return reading.finished(_repository(given))


def _repository(given: Given) -> str:
    """Return the name of the folder that holds ``.beads``, where that is what is read."""
    if not isinstance(given, Path) or given.absolute().parent.name != ".beads":
        return ""
    return given.resolve().parent.parent.name.encode("utf-8", "replace").decode()


class _Issue(msgspec.Struct):
    """An issue, and what of it decides where it stands and how others name it."""

    row: Fields
    number: str
    title: str
    kind: str
    created_at: str | None
    dependencies: list[tuple[str, str]]
    parent: str = ""
    top: str = ""
    below: str = ""


class _Reading:
    """All issues by their keys; where one stands depends on the others."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.issues: dict[str, _Issue] = {}
        self.keys: dict[str, str] = {}
        self.with_children: set[str] = set()

    def take(self, row: Fields) -> None:
        """Take one issue, with the fields that are read."""
        title, number = row.text("title"), row.text("id").strip()
        what = row.values.get("_type", "issue")
        if what != "issue":
            self.gathering.skipped.add(row.place, f"it is no issue but {str(what)!r:.80}")
            return
        if row.values.get("status") == "tombstone":
            self.gathering.skipped.add(row.place, "an issue that was deleted in Beads")
            return
        if not title.strip():
            self.gathering.source.misfit(row.place, "an issue without a title")
            return
        key = self.gathering.key(number, title, row.place)
        if key is None:
            return
        for name in row.values:
            if name not in KEPT and name not in LEFT_OUT:
                self.gathering.notes.add(row.place, f"the field {name!r:.80} is not imported")
        row.values = {name: value for name, value in row.values.items() if name in KEPT}
        kind = row.text("issue_type").strip() or "task"
        self.keys[number] = key
        self.issues[key] = _Issue(
            row, number, title, kind, row.time("created_at"), _dependencies(row, number)
        )
        check_count(len(self.issues), row.place)

    def finished(self, name: str) -> Source:
        """Put every issue in its place, the oldest first and those without an epic last."""
        for key, issue in self.issues.items():
            parents = [on for kind, on in issue.dependencies if kind == PARENT]
            above = self.keys.get(parents[0] if parents else issue.row.text("parent"))
            if above is not None and above != key:
                issue.parent = above
        self.find_tops()
        self.with_children = {issue.parent for issue in self.issues.values() if issue.parent}
        order = sorted(self.issues, key=lambda key: self.issues[key].created_at or "")
        for key in sorted(order, key=lambda key: not self.in_an_epic(key)):
            self.card(key)
        return self.gathering.finished(name=name)

    def find_tops(self) -> None:
        """Find what is above each issue; a circle of parents is cut, and that is told."""
        settled: set[str] = set()
        for key in self.issues:
            path: dict[str, None] = {}
            at = key
            while at and at not in settled and at not in path:
                path[at] = None
                at = self.issues[at].parent
            upwards = [self.issues[one] for one in path]
            if at in path:
                upwards[-1].parent = ""
                reason = "it is part of itself by way of its parents; it stands without one"
                self.gathering.notes.add(upwards[-1].row.place, reason)
            for one, issue in zip(reversed(path), reversed(upwards), strict=True):
                above = self.issues.get(issue.parent)
                issue.top = one if above is None else above.top
                issue.below = "" if above is None else above.below or one
            settled.update(path)

    def in_an_epic(self, key: str) -> bool:
        """Tell whether an issue is an epic or belongs to one."""
        issue = self.issues[key]
        return bool(issue.parent) or key in self.with_children or issue.kind == "epic"

    def where(self, key: str) -> str:
        """Return the key of an issue's activity, made where it is new."""
        issue, gathering = self.issues[key], self.gathering
        if self.in_an_epic(key):
            top = self.issues[issue.top]
            about = top.row.text("description")
            workflow = gathering.workflow(issue.top, top.title, top.row.place, about)
            if issue.below in self.with_children:
                part = self.issues[issue.below]
                return gathering.activity(issue.below, workflow, part.title, part.row.place)
        else:
            workflow = gathering.workflow("none", NO_EPIC, issue.row.place)
        title = issue.kind[:1].upper() + issue.kind[1:]
        return gathering.activity(f"type:{issue.kind}", workflow, title, issue.row.place)

    def card(self, key: str) -> None:
        """Make an issue's card."""
        issue = self.issues[key]
        row, number = issue.row, issue.number
        card = self.gathering.card(
            key,
            self.where(key),
            row.place,
            f"Beads {number}".strip(),
            title=issue.title,
            description=row.text("description"),
            status=self.gathering.notes.status(row.place, row.text("status") or "open"),
            priority=self.priority(row),
            created_at=issue.created_at,
            updated_at=row.time("updated_at"),
        )
        for text, done in criteria(row.text("acceptance_criteria")):
            card.requirement(text, done=done)
        card.named_fact("Beads id", number)
        for kind, on in issue.dependencies:
            words = DEPENDENCIES.get(kind.replace("_", "-"), kind)
            other = self.keys.get(on)
            named = on if other is None else f"{on}: {self.issues[other].title}"
            card.fact(f"dependency:{kind}:{on}", f"{words} {named}")
        self.facts(row, card)
        card.document("Design", row.text("design"), number)
        card.document("Notes", row.text("notes"), number)
        said = [
            (c.text("author"), c.time("created_at"), c.text("text")) for c in row.each("comments")
        ]
        card.document("Comments", conversation(said), number)

    def facts(self, row: Fields, card: Gathered) -> None:
        """Add what is known of an issue."""
        card.named_fact("Labels", ", ".join(row.texts("labels")))
        card.named_fact("Assignee", row.text("assignee"))
        card.named_fact("Owner", row.text("owner"))
        minutes = row.number("estimated_minutes")
        card.named_fact("Estimate", f"{minutes:g} minutes" if minutes else "")
        card.named_fact("External reference", row.text("external_ref"))
        card.named_fact("Due", when(row.time("due_at")))
        card.named_fact("Deferred until", when(row.time("defer_until")))
        card.named_fact("Closed", when(row.time("closed_at")))
        card.named_fact("Closed because", row.text("close_reason"))

    def priority(self, row: Fields) -> int:
        """Return a card's priority: Beads' 0, which is also one that isn't there, is the most urgent."""
        written = row.text("priority").strip() or "0"
        found = _PRIORITY.fullmatch(written)
        if found is None:
            return self.gathering.notes.priority(row.place, written)
        nearest = min(4, max(0, int(found[1][:6])))
        if str(nearest) != found[1]:
            reason = f"the priority {written:.80} is none of 0 to 4; it is taken as {nearest}"
            self.gathering.notes.add(row.place, reason)
        return 4 - nearest


def _dependencies(row: Fields, number: str) -> list[tuple[str, str]]:
    """Return the type of each dependency and what it is on, none twice."""
    found: dict[tuple[str, str], None] = {}
    for one in row.each("dependencies"):
        on = one.text("depends_on_id", "id").strip()
        if on and one.text("issue_id").strip() in ("", number):
            found[one.text("type", "dependency_type").strip() or "blocks", on] = None
    return list(found)
