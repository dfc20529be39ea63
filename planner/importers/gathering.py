"""Gathers the entries of sources that list issues or tasks: cards, and what is known of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from planner.importers.json_reading import MOST_PROBLEMS, Fields, JsonSource
from planner.importers.reading import name_of
from planner.importers.wanted import (
    Entry,
    ImportRefused,
    Kind,
    Problem,
    Source,
    check_count,
)
from planner.importers.words import plain, read_priority, read_status
from store.records import ArtifactType, CardStatus, KnowledgeStatus

MARKDOWN = "text/markdown"
"""What a gathered document's content is."""

NO_ACTIVITY = "No activity"

_PRIORITY_LABEL = re.compile(
    r"(?:priority|prio)\b[ :/=]*(.+)|(.+?)[ :/=]*(?:priority|prio)|p([0-4])"
)
_STATUS_LABEL = re.compile(r"(?:status|state)\b[ :/=]*(.+)|(.+)")
_LONGEST_LABEL = 100
_SAID_BY_LABELS = (CardStatus.ACTIVE, CardStatus.QUESTIONS, CardStatus.REVIEW)
_NUMBERED = ("urgent", "high", "medium", "low", "none")
_LIST_MARK = re.compile(r"(?:[-*+•]|\d{1,3}[.)])[ \t]+|#{1,6}[ \t]+")
_TASK_MARK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_BEFORE_TASK = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\[[ xX]\][ \t])")


class Gathering:
    """The entries of one source, gathered card by card."""

    def __init__(self, format_name: str, source: JsonSource) -> None:
        """Begin with nothing."""
        self.format, self.source = format_name, source
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.notes, self.skipped = source.notes, source.skipped
        self._places: dict[tuple[Kind, str], str] = {}
        self._keys: Counter[str] = Counter()
        self._cards: dict[str, str] = {}

    def finished(self, *, name: str = "", description: str | None = None) -> Source:
        """Return all that was gathered.

        Raises:
            ImportRefused: Two cards have one id, or nothing was what it should be.
        """
        if self.problems:
            raise ImportRefused(self.problems)
        if self.source.misfits and not self.entries:
            raise ImportRefused(list(self.skipped.problems()))
        return Source(
            format=self.format,
            name=name.strip() or name_of(self.source.given),
            description=description or None,
            entries=self.entries,
            skipped=self.skipped.problems(),
            noted=self.source.noted(),
        )

    def key(self, number: str, title: str, place: str) -> str | None:
        """Return what a card is known by: its id, else its title; None where another has its id."""
        if not number:
            self._keys[title] += 1
            return f"title:{self._keys[title]}:{title}"
        other = self._cards.setdefault(number, place)
        if other != place:
            self.problems.append(Problem(place, f"its id {number!r:.80} is also that of {other}"))
            if len(self.problems) >= MOST_PROBLEMS:
                raise ImportRefused(self.problems)
            return None
        return f"id:{number}"

    def workflow(self, key: str, title: str, place: str, description: str = "") -> str:
        """Make a workflow, unless it is there; returns its key."""
        if ("workflow", key) not in self._places:
            self._places["workflow", key] = place
            fields = {"title": title, "description": description or None}
            self._add("workflow", key, "", fields, place)
        return key

    def activity(self, key: str, workflow: str, title: str, place: str) -> str:
        """Make a workflow's activity, unless it is there; returns its key."""
        key = f"{workflow}\x1f{key}"
        if ("activity", key) not in self._places:
            self._places["activity", key] = place
            self._add("activity", key, workflow, {"title": title}, place)
        return key

    def card(self, key: str, activity: str, place: str, evidence: str, **fields: Any) -> Gathered:
        """Make a card; values that are None are left out, an empty description is none."""
        kept = {name: value for name, value in fields.items() if value is not None}
        kept["description"] = kept.get("description") or None
        self._add("card", key, activity, kept, place)
        return Gathered(self, key, place, evidence)

    def _add(self, kind: Kind, key: str, parent: str, fields: dict[str, Any], place: str) -> None:
        self.entries.append(Entry(kind, key, parent, fields, place))
        check_count(len(self.entries), place)


class Gathered:
    """A card of a gathering, to which is added what belongs to it."""

    def __init__(self, gathering: Gathering, key: str, place: str, evidence: str) -> None:
        """Add to the card of a key; ``evidence`` is where what is known of it comes from."""
        self._gathering, self._key, self._place = gathering, key, place
        self._evidence = evidence or None
        self._used: Counter[str] = Counter()

    def fact(self, key: str, text: str) -> None:
        """Add a known fact; one that says nothing isn't one."""
        fields = {
            "text": text,
            "status": KnowledgeStatus.APPROVED,
            "evidence_source": self._evidence,
        }
        self._below("known_fact", key, fields, text)

    def named_fact(self, name: str, value: str) -> None:
        """Add ``Name: value`` as a known fact, where there is a value."""
        if value.strip():
            self.fact(name.lower(), f"{name}: {value}")

    def requirement(self, text: str, *, done: bool, key: str = "") -> None:
        """Add a requirement, approved when it is done; without a key it is known by its text."""
        status = KnowledgeStatus.APPROVED if done else KnowledgeStatus.DRAFT
        self._below("requirement", key, {"text": text, "status": status}, text)

    def document(self, title: str, content: str, name: str) -> None:
        """Add a text as a context artifact of the card."""
        fields = {
            "type": ArtifactType.DOC,
            "name": f"{name} {title}",
            "title": title,
            "content": content,
            "mime_type": MARKDOWN,
        }
        self._below("context_artifact", title.lower(), fields, content)

    def link(self, key: str, name: str, uri: str, mime_type: str = "") -> None:
        """Add what is elsewhere as a context artifact of the card."""
        image = mime_type.startswith("image/")
        fields = {
            "type": ArtifactType.IMAGE if image else ArtifactType.LINK,
            "name": name if name.strip() else uri,
            "title": name or None,
            "uri": uri,
            "mime_type": mime_type or None,
        }
        self._below("context_artifact", key, fields, uri)

    def _below(self, kind: Kind, key: str, fields: dict[str, Any], text: str) -> None:
        if not text.strip():
            return
        if key:
            self._used[f"{kind}:{key}"] += 1
            again = self._used[f"{kind}:{key}"]
            key = f"{self._key}\x1f{key}" + (f"\x1f{again}" if again > 1 else "")
        self._gathering._add(kind, key, self._key, fields, self._place)


def when(time: str | None) -> str:
    """Return a point in time in words, only the day where it is midnight."""
    if time is None:
        return ""
    return time[:10] if time[11:16] == "00:00" else f"{time[:10]} {time[11:16]} UTC"


def conversation(comments: Iterable[tuple[str, str | None, str]]) -> str:
    """Return comments as one document: who wrote each, when, and what."""
    return "\n\n---\n\n".join(
        f"**{author.strip() or 'Somebody'}**{', ' if time else ''}{when(time)}:\n\n{text}"
        for author, time, text in comments
        if text.strip()
    )


def criteria(text: str) -> list[tuple[str, bool]]:
    """Split acceptance criteria into requirements, each with whether it is checked.

    Each line is one; what is indented or stands in a fence goes on with the one before it.
    """
    found: list[tuple[list[str], bool]] = []
    fenced = False
    for line in text.splitlines():
        starts = not fenced and not line.startswith((" ", "\t")) and not _FENCE.match(line)
        fenced ^= bool(_FENCE.match(line))
        if found and not starts:
            found[-1][0].append(line)
        elif line.strip():
            rest = _LIST_MARK.sub("", line.strip(), count=1)
            mark = _TASK_MARK.match(rest)
            found.append(([rest[mark.end() :] if mark else rest], bool(mark and mark[1] != " ")))
    items = [("\n".join(lines).rstrip(), done) for lines, done in found]
    return [(item, done) for item, done in items if item.strip()]


def tasks_of(text: str) -> list[tuple[str, bool]]:
    """Return the items with a box in a Markdown text, each with whether it is checked."""
    found: list[tuple[str, bool]] = []
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (before := _BEFORE_TASK.match(line)):
            rest = line[before.end() :]
            if item := rest[3:].strip():
                found.append((item, rest[1] != " "))
    return found


def priority_of(labels: list[str]) -> int | None:
    """Return the priority that labels such as ``P1`` or ``priority: high`` give, if any does."""
    for label in labels:
        word = plain(label[:_LONGEST_LABEL])
        found = _PRIORITY_LABEL.fullmatch(word)
        if found and found[3]:
            word = _NUMBERED[int(found[3])]
        elif found:
            word = (found[1] or found[2]).strip()
            if number := re.fullmatch(r"p?([0-4])", word):
                word = _NUMBERED[int(number[1])]
        elif word not in ("urgent", "critical", "blocker", "asap"):
            continue
        priority, known = read_priority(word)
        if known and word:
            return priority
    return None


def status_of(labels: list[str]) -> CardStatus | None:
    """Return the status that labels such as ``in progress`` or ``status: blocked`` give, if any."""
    for label in labels:
        found = _STATUS_LABEL.fullmatch(plain(label[:_LONGEST_LABEL]))
        word = (found[1] or found[2]).strip() if found else ""
        status, known = read_status(word)
        if known and word and status in _SAID_BY_LABELS:
            return status
    return None


def says_where_it_stands(label: str) -> bool:
    """Tell whether a label is about status or priority, and not about what an issue is."""
    return priority_of([label]) is not None or status_of([label]) is not None


def by_key(rows: Iterable[Fields], name: str) -> dict[str, Fields]:
    """Return rows by one of their fields, the first of each."""
    found: dict[str, Fields] = {}
    for row in rows:
        if key := row.text(name):
            found.setdefault(key, row)
    return found
