"""Takes the Markdown below a Backlog.md task's front matter apart.

Newer files mark their sections with comments (``<!-- AC:BEGIN -->``), older ones only
have headings; both are read. A heading in a code fence or a marked section is text.
"""

from __future__ import annotations

import re

import msgspec

_INTERESTING = ("## ", "```", " ```", "  ```", "   ```", "~~~", " ~~~", "  ~~~", "   ~~~", "<!-- ")
_FENCE = re.compile(r"^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_MARK = re.compile(r"^<!-- ([A-Z_]+(?::[A-Z_]+)*):(BEGIN|END) -->\s*$")
_ITEM = re.compile(r"^ ?[-*+] +\[([ xX])\](?: +|$)(?:#([0-9]{1,9})(?: +|$))?(.*)$")
_INDENTED_ITEM = re.compile(r"^\s*[-*+] +\[([ xX])\](?: +|$)(?:#([0-9]{1,9})(?: +|$))?(.*)$")
_BULLET = re.compile(r"^ ?[-*+] +()()(.*)$")
_LIST_OR_HEADING = re.compile(r"^(?:[-*+] |\d+[.)] |#{1,6} |\||>)")


class Criterion(msgspec.Struct, frozen=True):
    """One acceptance criterion: its text, and whether it is ticked."""

    text: str
    done: bool


class Section(msgspec.Struct, frozen=True):
    """A section that is neither the description nor the acceptance criteria."""

    title: str
    content: str


class Body(msgspec.Struct, frozen=True):
    """A task's Markdown, taken apart."""

    description: str | None
    criteria: tuple[Criterion, ...]
    sections: tuple[Section, ...]


class _Part:
    """A stretch of lines under one heading."""

    __slots__ = ("lines", "title")

    def __init__(self, title: str) -> None:
        self.title = title
        self.lines: list[str] = []


def read_body(text: str) -> Body:
    """Take the Markdown below the front matter apart; line ends are line feeds.

    Text before the first heading goes before the description. Acceptance criteria are
    kept as a section as well where more than check boxes stands there, so that nothing
    is lost.
    """
    parts, criteria_lines, marked = _split(text)
    description: list[str] = []
    sections: list[Section] = []
    for part in parts:
        name = part.title.lower().removesuffix("(optional)").rstrip()
        if name == "acceptance criteria":
            criteria_lines += part.lines
            continue
        content = _trim(part.lines)
        if not content:
            continue
        if name in ("", "description"):
            description.append(content)
        else:
            sections.append(Section(part.title, content))
    criteria, other_text = read_criteria(criteria_lines, marked=marked)
    if other_text:
        sections.insert(0, Section("Acceptance Criteria", _trim(criteria_lines)))
    return Body("\n\n".join(description) or None, criteria, tuple(sections))


def _split(text: str) -> tuple[list[_Part], list[str], bool]:
    """Split at the headings that count; return the marked criteria's lines on their own."""
    lines = text.split("\n")
    part = _Part("")
    parts = [part]
    criteria: list[str] = []
    sink = part.lines
    last_end = _last_ends(lines) if "<!-- " in text else {}
    fence = inside = ""
    marked = False
    start = 0
    for at, line in enumerate(lines):
        if not line.startswith(_INTERESTING):
            continue
        if inside:
            match = _MARK.match(line)
            if match is None or match[2] != "END" or match[1] != inside:
                continue
            sink += lines[start:at]
            inside, sink, start = "", part.lines, at + 1
        elif fence:
            match = _FENCE.match(line)
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match := _FENCE.match(line):
            fence = match[1]
        elif match := _MARK.match(line):
            sink += lines[start:at]
            start = at + 1
            if match[2] == "BEGIN" and last_end.get(match[1], -1) > at:
                inside = match[1]
                if inside == "AC":
                    sink, marked = criteria, True
        elif line.startswith("## ") and (title := line[3:].strip().rstrip("#").rstrip()):
            sink += lines[start:at]
            part = _Part(title)
            parts.append(part)
            sink, start = part.lines, at + 1
    sink += lines[start:]
    return parts, criteria, marked


def _last_ends(lines: list[str]) -> dict[str, int]:
    """Return the last line that closes each kind of marked section."""
    ends: dict[str, int] = {}
    for at, line in enumerate(lines):
        if line.startswith("<!-- ") and (match := _MARK.match(line)) and match[2] == "END":
            ends[match[1]] = at
    return ends


def read_criteria(lines: list[str], *, marked: bool) -> tuple[tuple[Criterion, ...], bool]:
    """Return the check list in some lines, and whether other text stands there too.

    An item's further lines belong to it. Without a single check box, plain list items
    count as criteria that are not ticked. The number in ``#1 text`` is left out: always
    in a marked list, elsewhere only where it is the item's own place, so that a
    reference to an issue stays.
    """
    for pattern in (_ITEM, _INDENTED_ITEM, _BULLET):
        criteria, other_text = _items(lines, pattern, marked=marked)
        if criteria:
            return criteria, other_text
    return (), any(line.strip() for line in lines)


def _items(
    lines: list[str], pattern: re.Pattern[str], *, marked: bool
) -> tuple[tuple[Criterion, ...], bool]:
    found: list[tuple[bool, list[str]]] = []
    item: list[str] | None = None
    fence = ""
    other_text = False
    for line in lines:
        if fence:
            if (match := _FENCE.match(line)) and match[1].startswith(fence):
                fence = "" if not match[2].strip() else fence
        elif match := pattern.match(line):
            number, text = match[2], match[3].strip()
            if number and not marked and int(number) != len(found) + 1:
                text = f"#{number} {text}"
            item = [text]
            found.append((match[1] in ("x", "X"), item))
            continue
        elif match := _FENCE.match(line):
            fence = match[1]
        if not line.strip():
            if item is not None:
                item.append("")
        elif item is not None and line.startswith(("  ", "\t")):
            item.append(line.removeprefix("\t") if line[0] == "\t" else line[2:])
        elif item is not None and item[-1] and not fence and not _LIST_OR_HEADING.match(line):
            item.append(line.strip())
        else:
            item, other_text = None, True
    criteria = ((done, "\n".join(text).strip()) for done, text in found)
    return tuple(Criterion(text, done) for done, text in criteria if text), other_text


def _trim(lines: list[str]) -> str:
    """Join lines without the blank ones at both ends."""
    return "\n".join(lines).strip("\n").rstrip() if lines else ""
