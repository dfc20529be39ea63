"""Reads a CSV file for an import: a card a row, its columns known by their names."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

from planner.csv_cells import COLUMNS, items_of, text_of
from planner.importers.notes import Notes
from planner.importers.reading import (
    MAX_BYTES,
    WESTERN,
    Given,
    encoding_of,
    name_of,
    refused,
    western,
)
from planner.importers.wanted import (
    Entry,
    ImportRefused,
    Kind,
    Problem,
    Source,
    check_count,
)
from planner.importers.words import plain
from store.records import ActivityColor, KnowledgeStatus

FORMAT = "csv"
"""What the importer is called, and part of all its ids."""

NO_WORKFLOW = "No workflow"
NO_ACTIVITY = "No activity"
MOST_PROBLEMS = 100
"""Problems that are collected before reading ends."""

MOST_COLUMNS = 1000
"""The most columns a file may have."""

SEPARATORS = ",;\t|"
"""What may stand between cells; the header tells which."""

_NAMES = {plain(name): name for name in COLUMNS} | {
    other: name for name, others in COLUMNS.items() for other in others.split(", ")
}
_KINDS: tuple[tuple[str, Kind, str], ...] = (
    ("requirements", "requirement", ""),
    ("known facts", "known_fact", "evidence_source"),
    ("assumptions", "assumption", ""),
    ("questions", "question", "answer"),
)
_YES = {"yes", "y", "true", "x", "1", "finalized", "finalised", "✓", "◆"}
_SEP_LINE = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)

# csv has one limit for the whole process, far below what a description may hold.
_limit = threading.Lock()


def read_csv(given: Given) -> Source:
    """Read a CSV file: comma, semicolon, tab or bar between cells, in any common encoding.

    Raises:
        ImportRefused: It can't be read, has no column for titles, two rows have one id, or a
            quotation mark is never closed.
    """
    encoding = encoding_of(given)
    reading = _Reading(given)
    with _limit:
        before = csv.field_size_limit(MAX_BYTES)
        try:
            with _opened(given, encoding) as file:
                reading.read(file)
        except OSError as error:
            raise refused(given, (error.strerror or str(error)).lower()) from error
        finally:
            csv.field_size_limit(before)
    if reading.problems:
        raise ImportRefused(reading.problems)
    noted = reading.notes.problems()
    return Source(
        format=FORMAT,
        name=name_of(given),
        entries=reading.entries,
        skipped=reading.skipped.problems(),
        noted=(western(given), *noted) if encoding == WESTERN else noted,
        takes_over=True,
        kinds=tuple(kind for name, kind, _ in _KINDS if name in reading.named),
    )


def _opened(given: Given, encoding: str) -> TextIO:
    if isinstance(given, bytes):
        stream = io.BytesIO(given)
        return io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    return given.open(encoding=encoding, errors="replace", newline="")


class _Reading:
    """One reading of a file."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.notes, self.skipped = Notes(), Notes()
        self.places: dict[str, str] = {}
        self.named: set[str] = set()
        self.seen: dict[str, str] = {}
        self.paths: Counter[str] = Counter()

    def read(self, file: TextIO) -> None:
        """Read the header and every row."""
        first = file.readline()
        lines = 0
        separator = None
        if match := _SEP_LINE.fullmatch(first.lstrip("\ufeff").strip("\r\n ")):
            separator, lines, first = match[1], 1, file.readline()
        rows = self.rows(first, file, separator, lines)
        header = next(rows, None)
        if header is None:
            raise refused(self.given, "it is empty; its first row must name the columns")
        columns = self.columns(header[1])
        for line, cells in rows:
            if any(map(str.strip, cells)):
                self.row(f"line {line}", cells, columns)
                check_count(len(self.entries), f"line {line}")
            if len(self.problems) >= MOST_PROBLEMS:
                return

    def rows(
        self, first: str, file: TextIO, separator: str | None, lines: int
    ) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the line it begins on."""

        def pieces() -> Iterator[str]:
            yield first
            yield from file

        if not first:
            return
        chosen = separator or _separator(first)
        reader = csv.reader(pieces(), delimiter=chosen, strict=True)
        line = lines + 1
        try:
            for cells in reader:
                yield line, cells
                line = lines + reader.line_num + 1
        except csv.Error as error:
            reason = f"it is not CSV: {error}"
            if "unexpected end" in str(error):
                reason = "a quotation mark opens here and is never closed; is the file whole?"
            raise ImportRefused([Problem(f"line {line}", reason)]) from error

    def columns(self, header: list[str]) -> list[str | None]:
        """Find what each column is; tell of those that are nothing."""
        if len(header) > MOST_COLUMNS:
            raise ImportRefused([Problem("line 1", f"it has more than {MOST_COLUMNS:,} columns")])
        known: list[str | None] = []
        for at, heading in enumerate(header):
            name = _NAMES.get(plain(text_of(heading.lstrip("\ufeff"))).strip(" *:"))
            if name in known:
                reason = f"the column {heading!r:.80} is not imported: {name} is column "
                self.notes.add("line 1", f"{reason}{known.index(name) + 1}")
                name = None
            elif name is None and heading.strip():
                self.notes.add("line 1", f"the column {heading!r:.80} is not known, not imported")
            elif name is None:
                self.notes.add("line 1", f"column {at + 1} has no name and is not imported")
            known.append(name)
        if "title" not in known:
            named = ", ".join(f"{heading!r:.40}" for heading in header[:20])
            words = COLUMNS["title"]
            reason = f"no column holds titles: one must be called title, {words}; these are {named}"
            raise ImportRefused([Problem("line 1", reason)])
        while known and known[-1] is None:
            known.pop()
        self.named = {name for name in known if name is not None}
        return known

    def row(self, place: str, cells: list[str], columns: list[str | None]) -> None:
        """Take one row as a card."""
        values = {
            name: text_of(one)
            for name, one in zip(columns, cells, strict=False)
            if name is not None
        }
        title = values.get("title", "")
        if not title.strip():
            self.skipped.add(place, "a row without a title")
            return
        key, activity = self.key(place, values), self.activity(place, values)
        if key is None:
            return
        fields: dict[str, Any] = {"title": title}
        if "status" in values:
            fields["status"] = self.notes.status(place, values["status"])
        if "priority" in values:
            fields["priority"] = self.notes.priority(place, values["priority"])
        for name in ("description", "quick answer"):
            if name in values:
                fields[name.replace(" ", "_")] = values[name] or None
        finalized = plain(values["finalized"]) in _YES if "finalized" in values else None
        row = values.get("id", "").strip()
        self.entries.append(Entry("card", key, activity, fields, place, finalized, row))
        for name, kind, detail in _KINDS:
            for status, text, more in items_of(values.get(name, "")):
                held: dict[str, Any] = {"text": text, "status": status or KnowledgeStatus.DRAFT}
                if detail:
                    held[detail] = more or None
                self.entries.append(Entry(kind, "", key, held, place))

    def key(self, place: str, values: dict[str, str]) -> str | None:
        """Return what a row is known by; None for one that has another row's."""
        number = values.get("number", "").strip().lstrip("#")
        key = values.get("id", "").strip() or (f"#{number}" if number else "")
        if key:
            if (other := self.seen.setdefault(key, place)) != place:
                self.problems.append(Problem(place, f"its id {key!r:.80} is also that of {other}"))
                return None
            return f"id:{key}"
        path = "\x1f".join(values.get(name, "") for name in ("workflow", "activity", "title"))
        self.paths[path] += 1
        return f"path:{self.paths[path]}:{path}"

    def activity(self, place: str, values: dict[str, str]) -> str:
        """Return the key of a row's activity, made with its workflow where they are new."""
        workflow, activity = values.get("workflow", ""), values.get("activity", "")
        workflow = workflow if workflow.strip() else NO_WORKFLOW
        activity = activity if activity.strip() else NO_ACTIVITY
        workflow_key = " ".join(workflow.split())
        implied = not {"workflow", "activity"} <= self.named
        key = f"{workflow_key}\x1f{' '.join(activity.split())}"
        if workflow_key not in self.places:
            self.places[workflow_key] = place
            title = {"title": workflow}
            self.entries.append(Entry("workflow", workflow_key, "", title, place, implied=implied))
        if key not in self.places:
            self.places[key] = place
            fields: dict[str, Any] = {"title": activity}
            if "color" in values:
                fields |= self.color(place, values["color"])
            self.entries.append(
                Entry("activity", key, workflow_key, fields, place, implied=implied)
            )
        return key

    def color(self, place: str, text: str) -> dict[str, Any]:
        """Return an activity's colour; one that isn't known is left to the import."""
        word = plain(text)
        if not word or word == "none":
            return {"color": None}
        if word in list(ActivityColor):
            return {"color": ActivityColor(word)}
        self.notes.add(place, f"the colour {text!r:.80} is not known; the activity gets another")
        return {}


def _separator(header: str) -> str:
    """Return what stands between the cells of a header: what finds most columns."""

    def found(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=separator), [])
        names = {_NAMES.get(plain(one.lstrip("\ufeff"))) for one in cells}
        return len(names - {None}), len(cells)

    return max(SEPARATORS, key=found)
