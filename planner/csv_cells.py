"""The cells of a CSV file: what the exporter writes and the importer reads back exactly.

A spreadsheet runs a cell that begins like a formula. Such a cell is written with an apostrophe
before it, which spreadsheets take as the sign of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from store.records import KnowledgeStatus

COLUMNS = {
    "id": "card id, uuid",
    "number": "#, no, nr, card number, key, issue key, issue id, ref",
    "workflow": "epic, milestone, lane, swimlane, theme, release",
    "activity": "list, column, feature, component, category, section, step",
    "color": "colour, activity color, activity colour",
    "title": "name, card, summary, task, story, user story, issue, subject, card title",
    "status": "state, card status",
    "priority": "prio, importance, urgency",
    "finalized": "finalised",
    "description": "details, detail, notes, note, body, content",
    "quick answer": "answer",
    "requirements": "requirement, acceptance criteria, criteria",
    "known facts": "known fact, facts",
    "assumptions": "assumption",
    "questions": "question, open questions",
}
"""Every column, as the exporter writes them, with the other names the importer knows it by."""

MARKS = {
    KnowledgeStatus.DRAFT: "[ ]",
    KnowledgeStatus.APPROVED: "[x]",
    KnowledgeStatus.REJECTED: "[-]",
}
"""What stands before an item of a card, by its status."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_ITEM = re.compile(r"\[([ xX\-])\](?: |$)")
_BULLET = re.compile(r"\s*(?:[-*+•–]\s+)?")
_DETAIL = re.compile(r"    (answer|source): ", re.IGNORECASE)
_BACKSLASHES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_BACK = {"\\": "\\", "n": "\n", "r": "\r"}


def cell(text: str) -> str:
    """Return a text as it goes into a cell, so that no spreadsheet runs it."""
    text = text.replace("\0", "␀")  # which no CSV can hold
    return f"'{text}" if _FORMULA.match(text) else text


def text_of(cell: str) -> str:
    """Return the text that was written into a cell."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def item_lines(items: Iterable[tuple[KnowledgeStatus, str, str | None]], detail: str) -> str:
    """Return a card's items of one kind as the lines of a cell.

    Args:
        items: Each one's status, text and, where it has one, its answer or its source.
        detail: Which of the two that is: ``answer`` or ``source``.
    """
    lines: list[str] = []
    for status, text, more in items:
        lines.append(f"{MARKS[status]} {_on_one_line(text)}")
        if more is not None:
            lines.append(f"    {detail}: {_on_one_line(more)}")
    return "\n".join(lines)


def items_of(text: str) -> Iterator[tuple[KnowledgeStatus | None, str, str | None]]:
    """Yield the items in a cell: status (None where none is marked), text, answer or source.

    Lines without a mark are items as well, with or without a bullet before them.
    """
    found: tuple[KnowledgeStatus | None, str, str | None] | None = None
    for line in re.split(r"\r\n|\r|\n", text):
        if found is not None and (match := _DETAIL.match(line)):
            found = (found[0], found[1], _from_one_line(line[match.end() :]))
            continue
        status, said = _read_item(line)
        if said.strip():
            if found is not None:
                yield found
            found = (status, said, None)
    if found is not None:
        yield found


def _read_item(line: str) -> tuple[KnowledgeStatus | None, str]:
    bullet = _BULLET.match(line)
    rest = line[bullet.end() :] if bullet else line
    if match := _ITEM.match(rest):
        status = next(s for s, mark in MARKS.items() if mark == f"[{match[1].lower()}]")
        return status, _from_one_line(rest[match.end() :])
    return None, rest.strip()


def _on_one_line(text: str) -> str:
    return re.sub(r"[\\\n\r]", lambda found: _BACKSLASHES[found[0]], text)


def _from_one_line(text: str) -> str:
    return re.sub(r"\\([\\nr])", lambda found: _BACK[found[1]], text)
