"""Reads a source's bytes and text, within bounds, whatever its encoding is."""

from __future__ import annotations

import codecs
from pathlib import Path

from planner.importers.wanted import ImportRefused, Problem

MAX_BYTES = 256 * 1024 * 1024
"""The largest source that is read."""

WESTERN = "cp1252"
"""What text that is not UTF-8 is read as: what old spreadsheets write."""

Given = Path | bytes
"""A source: a file, or what standard input held."""

_PIECE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def name_of(given: Given) -> str:
    """Return what to call a project made of a source: the file's name without its ending."""
    name = given.stem if isinstance(given, Path) else ""
    name = name.encode("utf-8", "replace").decode().strip()
    return name or "Imported plan"


def place_of(given: Given) -> str:
    """Return what to call a source in messages."""
    if isinstance(given, bytes):
        return "standard input"
    return str(given).encode("utf-8", "backslashreplace").decode()


def refused(given: Given, reason: str) -> ImportRefused:
    """Return the error that says what is the matter with a source as a whole."""
    return ImportRefused([Problem(place_of(given), reason)])


def read_bytes(given: Given, most: int = MAX_BYTES) -> bytes:
    """Return what a source holds.

    Raises:
        ImportRefused: It can't be read, or is larger than ``most``.
    """
    check_size(given, most)
    if isinstance(given, bytes):
        return given
    try:
        with given.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise refused(given, _reason(error)) from error
    if len(data) > most:  # a pipe, or a file that has grown
        raise refused(given, _too_large(most))
    return data


def read_text(given: Given, most: int = MAX_BYTES) -> tuple[str, str]:
    """Return a source's text and its encoding; what is not UTF-8 is read as Windows-1252.

    A byte order mark decides, and is not part of the text. Line ends stay as they are.

    Raises:
        ImportRefused: It can't be read, is too large, or is no text.
    """
    data = read_bytes(given, most)
    encoding = _by_mark(data[:4]) or "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise refused(given, f"it is not whole {encoding.upper()}") from error
        encoding = WESTERN
        text = data.decode(WESTERN, "replace")
    if "\0" in text:
        raise refused(given, NO_TEXT)
    return text, encoding


def encoding_of(given: Given, most: int = MAX_BYTES) -> str:
    """Return what ``read_text`` would read a source as, without holding it in memory.

    Raises:
        ImportRefused: It can't be read, is too large, or is no text.
    """
    check_size(given, most)
    if isinstance(given, bytes):
        return read_text(given, most)[1]
    try:
        with given.open("rb") as file:
            if not file.seekable():
                raise refused(given, "it is a pipe; give - and pipe it into standard input")
            encoding = _by_mark(file.read(4)) or "utf-8"
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            size = 0
            try:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if "\0" in decoder.decode(piece):
                        raise refused(given, NO_TEXT)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise refused(given, f"it is not whole {encoding.upper()}") from error
                return WESTERN
    except OSError as error:
        raise refused(given, _reason(error)) from error
    return encoding


def check_size(given: Given, most: int = MAX_BYTES) -> None:
    """Make sure that a source is there and not larger than it may be. Raises ``ImportRefused``."""
    try:
        if isinstance(given, Path) and given.is_dir():
            raise refused(given, "it is a folder, not a file")
        size = len(given) if isinstance(given, bytes) else given.stat().st_size
    except OSError as error:
        raise refused(given, _reason(error)) from error
    if size > most:
        raise refused(given, _too_large(most))


NO_TEXT = "it holds a zero byte, so it is not a text file"
"""What is said of a file that can't be text."""


def western(given: Given) -> Problem:
    """Return the note that a source was read as Windows-1252."""
    reason = "it is not UTF-8, so it was read as Windows-1252; check its accents and umlauts"
    return Problem(place_of(given), reason)


def _by_mark(start: bytes) -> str | None:
    return next((name for mark, name in _BOMS if start.startswith(mark)), None)


def _too_large(most: int) -> str:
    return f"it is larger than {most // 1024 // 1024} MB"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
