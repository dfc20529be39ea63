"""Reads the JSON document of a project that ``planner-tui export json`` writes."""

from __future__ import annotations

import codecs
import difflib
import re
from typing import Any

import msgspec

from planner.exporters.json import FORMAT, VERSION
from planner.importers.reading import Given, place_of, read_bytes, refused
from planner.importers.rows import Document, place, to_record, why_not
from planner.importers.wanted import ImportRefused, Problem
from planner.plan_rows import TABLES
from store.records import Project, Record

MOST_BYTES = 1 << 30
"""The largest document that is read: runs keep what agents were told and what checks put out."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AT_BYTE = re.compile(r"\(byte (\d+)\)")


class _Head(msgspec.Struct):
    format: str | None = None
    version: int | None = None


class _Whole(msgspec.Struct):
    tables: dict[str, list[msgspec.Raw]]


def read_json(given: Given) -> list[Document]:
    """Read a document: a file, or what standard input held.

    Its rows are read when they are asked for, so that not all of them are in memory at once.

    Raises:
        ImportRefused: It can't be read, was cut off, is no such document or is a newer one.
    """
    data = read_bytes(given, MOST_BYTES)
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    elif data.startswith(_UTF_16):  # what some shells make of anything that they redirect
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError as error:
            raise refused(given, "it is not whole UTF-16") from error
    if not data.strip():
        raise refused(given, "it is empty")
    head = _decode(given, data, _Head)
    if head.format != FORMAT:
        reason = f'it is no document of planner-tui: its "format" is not "{FORMAT}"'
        raise refused(given, reason)
    if head.version is None or head.version < 1:
        raise refused(given, 'its "version" is missing or no version')
    if head.version > VERSION:
        reason = (
            f"it was written by a newer planner-tui: it has version {head.version}, and this one "
            f"reads {VERSION}; update planner-tui, then import it again"
        )
        raise refused(given, reason)
    tables = _decode(given, data, _Whole).tables
    known = [table.TABLE for table in TABLES]
    for name in tables:
        if name not in known:
            near = difflib.get_close_matches(name[:100], known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise refused(given, f"there is no table {name!r:.80}{hint}")
    projects = tables.get("project", [])
    if len(projects) != 1:
        raise refused(given, f"it must hold one project, and it holds {len(projects):,}")
    try:
        project = _read(Project, projects[0])
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise ImportRefused([Problem(place(Project, 0), why_not(error))]) from error
    assert isinstance(project, Project)  # noqa: S101  (narrows for the type checker)
    return [
        Document(format="json", place=place_of(given), project=project, tables=tables, read=_read)
    ]


def _read(table: type[Record], row: Any) -> Record:
    return to_record(table, msgspec.json.decode(row))


def _decode(given: Given, data: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise refused(given, f"it has another shape than such a document: {error}") from error
    except RecursionError as error:
        raise refused(given, "it is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise refused(given, _malformed(data, str(error))) from error


def _malformed(data: bytes, reason: str) -> str:
    """Say what is the matter with text that is no JSON, and where."""
    if "truncated" in reason:
        line = data.count(b"\n") + 1
        return f"it ends in the middle, at line {line:,}: it was cut off"
    found = _AT_BYTE.search(reason)
    if found is None:
        return f"it is no JSON: {reason}"
    before = data[: int(found[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    what = _AT_BYTE.sub("", reason).removeprefix("JSON is malformed: ").strip()
    return f"line {line:,}, column {column:,}: it is no JSON: {what}"
