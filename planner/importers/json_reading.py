"""Reads JSON documents and JSON lines for an import, an object at a time, and their fields."""

from __future__ import annotations

import codecs
import io
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from planner.importers.backlog_words import read_date
from planner.importers.notes import Notes
from planner.importers.reading import (
    WESTERN,
    Given,
    check_size,
    encoding_of,
    place_of,
    read_bytes,
    read_text,
    refused,
    western,
)
from planner.importers.wanted import ImportRefused, Problem

MAX_DOCUMENT = 128 * 1024 * 1024
"""The largest JSON document that is read; lines may come to twice as much."""

MOST_PROBLEMS = 100
"""Problems that are collected before reading ends."""

_PIECE = 1 << 16
_BYTE = re.compile(r" \(byte (\d+)\)")
_PATH = re.compile(r" - at `.*`$")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\(u[dD][89abAB]..|u[dD][c-fC-F]..)|\\.", re.DOTALL
)
_HALF = "half a character is in it, which is shown as “\ufffd”"
_TYPES: dict[type, str] = {
    bool: "yes or no",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


class Fields:
    """One object of a source.

    A field that isn't there or is null is empty. One of another type than is asked for is told
    and taken as empty.
    """

    def __init__(self, place: str, values: dict[str, Any], notes: Notes) -> None:
        """Read the fields of an object that was found at a place."""
        self.place, self.values, self._notes = place, values, notes

    def _get(self, names: tuple[str, ...], wanted: tuple[type, ...]) -> Any:
        """Return the first of these fields that is there, when it has the type that is wanted."""
        for name in names:
            value = self.values.get(name)
            if value is None:
                continue
            if type(value) in wanted:
                return value
            self.wrong(name, value, wanted[0])
        return None

    def wrong(self, name: str, value: Any, wanted: type) -> None:
        """Tell that a field is of another type than is wanted."""
        reason = f"{name!r:.80} is {_TYPES.get(type(value), 'null')}, not {_TYPES[wanted]}"
        self._notes.add(self.place, f"{reason}; it is left out")

    def text(self, *names: str) -> str:
        """Return the first of these fields that is there, as a text; a number is as good."""
        value = self._get(names, (str, int, float))
        if isinstance(value, float):
            return f"{value:.15g}"
        return "" if value is None else str(value)

    def number(self, name: str) -> float:
        """Return a number; 0 where there is none, or one without bounds."""
        value = self._get((name,), (int, float))
        try:
            return float(value) if value is not None and math.isfinite(value) else 0
        except OverflowError:
            return 0

    def flag(self, name: str) -> bool:
        """Return whether a field is true."""
        return self._get((name,), (bool,)) is True

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list, without empty ones and without any a second time."""
        found: dict[str, None] = {}
        for value in self._get((name,), (list,)) or ():
            if isinstance(value, str):
                found[value] = None
            elif value is not None:
                self.wrong(name, value, str)
        return [text for text in found if text.strip()]

    def each(self, name: str) -> Iterator[Fields]:
        """Yield the objects of a list."""
        for value in self._get((name,), (list,)) or ():
            if isinstance(value, dict):
                yield Fields(self.place, value, self._notes)
            elif value is not None:
                self.wrong(name, value, dict)

    def one(self, name: str) -> Fields:
        """Return an object, one without fields where there is none."""
        return Fields(self.place, self._get((name,), (dict,)) or {}, self._notes)

    def time(self, *names: str) -> str | None:
        """Return a point in time as the plan writes it; what is none is told."""
        value = self._get(names, (str,))
        if not value:
            return None
        found = read_date(value)
        if found is None:
            reason = f"{names[0]!r} is no point in time: {value!r:.60}; it is left out"
            self._notes.add(self.place, reason)
        return found


class JsonSource:
    """A source that holds JSON; ``noted`` and ``skipped`` fill up while it is read."""

    def __init__(self, given: Given) -> None:
        """Read this; nothing happens before it is asked for something."""
        self.given = given
        self.notes, self.skipped = Notes(), Notes()
        self.problems: list[Problem] = []
        self.western = False
        self.misfits = False

    def misfit(self, place: str, reason: str) -> None:
        """Skip what isn't what the source should hold; one of nothing else is another's."""
        self.skipped.add(place, reason)
        self.misfits = True

    def noted(self) -> tuple[Problem, ...]:
        """Return what was noted, and that the encoding was guessed."""
        noted = self.notes.problems()
        return (western(self.given), *noted) if self.western else noted

    def objects(self, noun: str) -> Iterator[Fields]:
        """Yield the objects of a list, or those that stand a line each; ``noun`` says what they are.

        Raises:
            ImportRefused: It can't be read, or isn't whole.
        """
        check_size(self.given)
        encoding = encoding_of(self.given)
        self.western = encoding == WESTERN
        try:
            if isinstance(self.given, bytes):
                data: io.BytesIO | io.BufferedReader = io.BytesIO(self.given)
            else:
                data = self.given.open("rb")
            with data, io.TextIOWrapper(data, encoding, errors="replace", newline="\n") as lines:
                while (piece := lines.read(_PIECE)) and not piece.strip():
                    pass
                if piece.lstrip().startswith("["):
                    document = self.document()
                    yield from self.listed(document, document, noun)
                else:
                    lines.seek(0)
                    yield from self.lines(lines, noun)
        except OSError as error:
            raise refused(self.given, (error.strerror or str(error)).lower()) from error

    def lines(self, lines: io.TextIOWrapper, noun: str) -> Iterator[Fields]:
        """Yield the object of each line; empty lines are nothing."""
        any_there = False
        for number, line in enumerate(lines, 1):
            text = line.strip().removesuffix(",").removeprefix("\ufeff")
            if not text:
                continue
            any_there, place = True, f"line {number}"
            if text.startswith(_CONFLICT):
                reason = "here begins a merge conflict; resolve it first"
                self.problems.append(Problem(place, reason))
            else:
                found = self.object(text, place, noun)
                if found is not None:
                    yield found
            if len(self.problems) >= MOST_PROBLEMS:
                break
        if self.problems:
            raise ImportRefused(self.problems)
        if not any_there:
            raise refused(self.given, f"it is empty; there must be {_an(noun)} in it")

    def document(self) -> bytes:
        """Return a source that is one document, as UTF-8.

        Raises:
            ImportRefused: It can't be read, is no text, or is larger than ``MAX_DOCUMENT``.
        """
        encoding = encoding_of(self.given, MAX_DOCUMENT)
        self.western = encoding == WESTERN
        if encoding.startswith("utf-8"):  # as text it would take up to four times as much
            data = read_bytes(self.given, MAX_DOCUMENT).removeprefix(codecs.BOM_UTF8)
        else:
            data = read_text(self.given, MAX_DOCUMENT)[0].encode("utf-8", "replace")
        if not data[:_PIECE].strip() and not data.strip():
            raise refused(self.given, "it is empty")
        return data

    def parts(self, document: bytes, words: str) -> dict[str, msgspec.Raw]:
        """Return the fields of a document that is an object, not read yet; ``words`` if it isn't."""
        found: dict[str, msgspec.Raw]
        found = self._whole(document, dict[str, msgspec.Raw], document, words)
        return found

    def listed(self, document: bytes, part: bytes | msgspec.Raw, noun: str) -> Iterator[Fields]:
        """Yield the objects of a list, of which no more than one is in memory at a time."""
        words = f"where its {noun}s should be there is no list"
        listed: list[msgspec.Raw] = self._whole(part, list[msgspec.Raw], document, words)
        for number, raw in enumerate(listed, 1):
            found = self.object(raw, f"{noun} {number}", noun)
            if found is not None:
                yield found
            if len(self.problems) >= MOST_PROBLEMS:
                break
        if self.problems:
            raise ImportRefused(self.problems)

    def part(self, parts: dict[str, msgspec.Raw], name: str, place: str) -> Fields:
        """Return one of a document's fields, read, as the only field of an object.

        Raises:
            ImportRefused: It can't be read.
        """
        value = self._decoded(parts[name], place) if name in parts else None
        if self.problems:
            raise ImportRefused(self.problems)
        return Fields(place, {name: value}, self.notes)

    def object(self, text: str | msgspec.Raw, place: str, noun: str) -> Fields | None:
        """Return one object; None for what is something else, which is told, or can't be read."""
        before = len(self.problems)
        value = self._decoded(text, place)
        if len(self.problems) > before:
            return None
        if isinstance(value, dict):
            return Fields(place, value, self.notes)
        what = _TYPES.get(type(value), "null")
        self.misfit(place, f"it is {what}, not {_an(noun)}")
        return None

    def _decoded(self, text: str | msgspec.Raw, place: str) -> Any:
        """Return a value; where it can't be read that is a problem of its place."""
        try:
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                if not isinstance(text, str) or (mended := _mended(text)) == text:
                    raise
                self.notes.add(place, _HALF)
                return msgspec.json.decode(mended)
        except RecursionError:
            self.problems.append(Problem(place, "it is nested too deeply"))
        except (ValueError, msgspec.DecodeError) as error:
            self.problems.append(Problem(place, _reason(error)))
        return None

    def _whole(self, part: bytes | msgspec.Raw, kind: Any, document: bytes, words: str) -> Any:
        """Split a document into its parts; what is wrong is told with its line."""
        try:
            try:
                return msgspec.json.decode(part, type=kind)
            except msgspec.ValidationError:
                raise
            except msgspec.DecodeError:
                text = part.decode() if isinstance(part, bytes) else ""
                if (mended := _mended(text)) == text:
                    raise
                self.notes.add(place_of(self.given), _HALF)
                return msgspec.json.decode(mended, type=kind)
        except RecursionError as error:
            raise refused(self.given, "it is nested too deeply") from error
        except (ValueError, msgspec.DecodeError) as error:
            if str(error).startswith("Expected"):
                raise refused(self.given, words) from error
            place = _line_of(document, str(error))
            raise ImportRefused([Problem(place, _reason(error))]) from error


def _an(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _reason(error: Exception) -> str:
    """Say what is the matter with JSON that can't be read."""
    words = str(error)
    if "truncated" in words:
        return "it ends in the middle; is the file whole?"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    plain = _PATH.sub("", _BYTE.sub("", words)).removeprefix("JSON is malformed: ")
    return f"it is not JSON: {plain}"


def _line_of(document: bytes, words: str) -> str:
    """Return the line of a mistake; the last one when the document ends too early."""
    found = _BYTE.search(words)
    end = int(found[1]) if found else len(document.rstrip())
    line = document.count(b"\n", 0, end) + 1
    return f"line {line}"


def _mended(text: str) -> str:
    """Return JSON in which no escape stands for half a character, as JavaScript may write it."""
    return _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
