"""Reads what ``task export`` writes for an import: a list of tasks, or a task a line."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from planner.importers.backlog_words import read_date
from planner.importers.gathering import NO_ACTIVITY, Gathering, when
from planner.importers.json_reading import Fields, JsonSource
from planner.importers.reading import Given
from planner.importers.wanted import Source, check_count
from store.records import CardStatus

FORMAT = "taskwarrior"
"""What the importer is called, and part of all its ids."""

NO_PROJECT = "No project"

SKIPPED = {
    "deleted": "a deleted task",
    "recurring": "the template of a recurring task; its tasks are imported",
}
"""Statuses of tasks that are not imported, and what such a task is."""

DATES = {
    "due": "Due",
    "scheduled": "Scheduled",
    "wait": "Waits until",
    "until": "Expires",
    "start": "Started",
    "end": "Ended",
}
"""Fields that hold points in time, and their names as known facts."""

READ = {
    "uuid", "description", "status", "project", "priority", "tags", "annotations", "depends",
    "entry", "modified", "recur", *DATES,
}  # fmt: skip
"""The fields that are read; all others but these and ``LEFT_OUT`` are the user's own."""

LEFT_OUT = {"id", "urgency", "mask", "imask", "parent", "rtype", "last", "template"}
"""Fields that Taskwarrior works out, or needs for recurrence alone."""

_ENDS = "." + "".join(filter(str.isspace, map(chr, range(0x3001))))
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?", re.ASCII)


def read_taskwarrior(given: Given) -> Source:
    """Read the tasks of ``task export``.

    Raises:
        ImportRefused: It can't be read, isn't JSON, or two tasks have one uuid.
    """
    source = JsonSource(given)
    reading = _Reading(Gathering(FORMAT, source))
    for row in source.objects("task"):
        reading.take(row)
    return reading.finished()


class _Task(msgspec.Struct):
    row: Fields
    key: str
    uuid: str
    title: str
    entry: str | None


class _Reading:
    """All tasks; what one depends on is told by the other's title."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.tasks: list[_Task] = []
        self.titles: dict[str, str] = {}

    def take(self, row: Fields) -> None:
        title, uuid = row.text("description"), row.text("uuid").strip().lower()
        if title.strip() and uuid:  # a deleted one may be depended on as well
            self.titles.setdefault(uuid, title)
        status = row.values.get("status")
        if isinstance(status, str) and status in SKIPPED:
            self.gathering.skipped.add(row.place, SKIPPED[status])
            return
        if not title.strip():
            self.gathering.source.misfit(row.place, "a task without a description")
            return
        key = self.gathering.key(uuid, title, row.place)
        if key is not None:
            self.tasks.append(_Task(row, key, uuid, title, self.time(row, "entry")))
            check_count(len(self.tasks), row.place)

    def finished(self) -> Source:
        """Put every task in its place, the oldest first and those without a project last."""
        self.tasks.sort(key=lambda task: task.entry or "")
        for task in sorted(self.tasks, key=lambda task: not _project(task.row)):
            self.card(task)
        return self.gathering.finished()

    def where(self, row: Fields) -> str:
        """Return the key of a task's activity: ``Home.Kitchen`` is Kitchen in the workflow Home."""
        project = _project(row)
        first, _, rest = project.partition(".")
        first, rest = first.strip(), rest.strip()
        workflow = self.gathering.workflow(project and f":{first}", first or NO_PROJECT, row.place)
        return self.gathering.activity(
            rest and f":{rest}", workflow, rest or NO_ACTIVITY, row.place
        )

    def card(self, task: _Task) -> None:
        row = task.row
        card = self.gathering.card(
            task.key,
            self.where(row),
            row.place,
            f"Taskwarrior {task.uuid}".strip(),
            title=task.title,
            description=self.annotations(row),
            status=self.status(row),
            priority=self.gathering.notes.priority(row.place, row.text("priority")),
            created_at=task.entry,
            updated_at=self.time(row, "modified"),
        )
        card.named_fact("Taskwarrior uuid", task.uuid)
        for uuid in self.depends(row):
            title = self.titles.get(uuid)
            card.fact(f"depends:{uuid}", f"Depends on {uuid}" + (f": {title}" if title else ""))
        if "tags" in row.values:
            card.named_fact("Tags", ", ".join(self.listed(row, "tags")))
        for name, words in DATES.items():
            card.named_fact(words, when(self.time(row, name)))
        card.named_fact("Recurs", row.text("recur"))
        for name, value in row.values.items():
            if name in READ or name in LEFT_OUT or value is None:
                continue
            if isinstance(value, list | dict) or not name.strip():
                row.wrong(name, value, str)
            else:
                card.fact(f"own:{name}", f"{name}: {self.own(row, name, value)}")

    def own(self, row: Fields, name: str, value: Any) -> str:
        """Return the value of a field of the user's own as a text."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = row.text(name)
        return when(_moment(text)) if _COMPACT.fullmatch(text) and _moment(text) else text

    def status(self, row: Fields) -> CardStatus:
        """Return a card's status; a pending task that was started is active."""
        word = row.text("status") or "pending"
        if word == "pending" and row.values.get("start"):
            return CardStatus.ACTIVE
        return self.gathering.notes.status(row.place, word)

    def annotations(self, row: Fields) -> str:
        """Return a task's annotations as a Markdown list, the oldest first."""
        found = [
            (self.time(one, "entry") or "", one.text("description"))
            for one in row.each("annotations")
        ]
        return "\n".join(
            f"- {when(time)}{': ' if time else ''}{text}"
            for time, text in sorted(found, key=lambda pair: pair[0])
            if text.strip()
        )

    def depends(self, row: Fields) -> list[str]:
        """Return the uuids of what a task depends on, none twice."""
        return list(dict.fromkeys(uuid.lower() for uuid in self.listed(row, "depends")))

    def listed(self, row: Fields, name: str) -> list[str]:
        """Return a list's texts; older versions write them with commas between."""
        value = row.values.get(name)
        if not isinstance(value, str):
            return [text.strip() for text in row.texts(name)]
        return [text.strip() for text in value.split(",") if text.strip()]

    def time(self, row: Fields, name: str) -> str | None:
        """Return a point in time; what is none is told."""
        text = row.text(name)
        found = _moment(text) if text else None
        if text and found is None:
            reason = f"{name!r} is no point in time: {text!r:.60}; it is left out"
            self.gathering.notes.add(row.place, reason)
        return found


def _project(row: Fields) -> str:
    value = row.values.get("project")
    return value.strip(_ENDS) if isinstance(value, str) else ""


def _moment(text: str) -> str | None:
    """Return a point in time, of Taskwarrior's form or another common one."""
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = match.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
    return read_date(text)
