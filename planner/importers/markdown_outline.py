"""Reads Markdown as an outline: headings and list items, each with the text that belongs to it.

It is no Markdown parser: it knows headings, lists, block quotes, fences and paragraphs, which is what
an outline is made of, and leaves all else as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from planner.importers.wanted import ImportRefused, Problem, check_count
from planner.markdown_text import unquoted

MOST_NESTED = 20
"""How deep list items are nested; what is deeper counts as no deeper."""

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_BULLET = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?=\S)(?:.*\n){0,500}?---[ \t]*(?:\r?\n|$)")
_FENCE = re.compile(r"(`{3,}|~{3,})")


class Node:
    """A heading or a list item: its title as written, and what stands below it."""

    __slots__ = ("children", "chunks", "column", "line", "title")

    def __init__(self, title: str, line: int, column: int = 0) -> None:
        """Begin with a title; ``column`` is where what belongs to it begins."""
        self.title = title
        self.line = line
        self.column = column
        self.children: list[Node] = []
        self.chunks: list[tuple[bool, list[str]]] = []

    @property
    def place(self) -> str:
        """Return where it stands."""
        return f"line {self.line}"

    def text(self) -> str | None:
        """Return the block quotes and paragraphs below it, or None where there are none."""
        if not self.chunks:
            return None
        return "\n\n".join(
            unquoted(lines) if quote else "\n".join(lines).strip("\n")
            for quote, lines in self.chunks
        )


class Outline(msgspec.Struct, frozen=True):
    """What was read: the text before the first heading, a node for each workflow, what is to be told.

    A workflow's children are its activities, theirs the cards, and theirs what belongs to the
    card, however deep it is nested. What has no heading above it gets a node without a title.
    """

    intro: str | None
    workflows: list[Node]
    skipped: list[Problem]
    noted: list[Problem]


def read_outline(text: str) -> Outline:
    """Read a whole text.

    Raises:
        ImportRefused: There is more than a plan may take, or a comment that never ends.
    """
    reader = _Reader()
    skipped: list[Problem] = []
    past = 0
    if found := _FRONT_MATTER.match(text):
        past = found[0].count("\n")
        skipped.append(Problem("line 1", "front matter is not imported"))
    for number, line in enumerate(_lines(text), 1):
        if number > past:
            reader.line(number, line)
    if reader.comment:
        reason = "a comment opens here and is never closed; is the file whole?"
        raise ImportRefused([Problem(f"line {reader.comment}", reason)])
    return Outline(reader.intro.text(), reader.workflows, skipped, reader.left_open())


def _lines(text: str) -> Iterator[str]:
    """Yield the lines, without a copy of them all."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if "\r" in line:
            yield from line.removesuffix("\r").split("\r")
        else:
            yield line
        start = end + 1


def _heading_title(written: str) -> str:
    """Return a heading's title without the ``#`` that may stand behind it."""
    title = written.rstrip(" \t")
    without = title.rstrip("#")
    return without if without[-1:] in ("", " ", "\t") else title


def _is_break(rest: str) -> bool:
    """Tell whether a line is a thematic break: ``---``, ``* * *``."""
    if rest[0] not in "-*_":
        return False
    marks = rest.replace(" ", "").replace("\t", "")
    return len(marks) > 2 and not marks.strip(rest[0])


class _Reader:
    """One reading, with what is open at the line it is at."""

    def __init__(self) -> None:
        self.intro = Node("", 1)
        self.workflows: list[Node] = []
        self.activity: Node | None = None
        self.heading = self.intro  # the last one, whose text plain paragraphs are
        self.card: Node | None = None  # one that is a heading
        self.open: list[Node] = []  # list items, each nested in the one before
        self.titled: Node | None = None  # whose title the next line may go on with
        self.grows: Node | None = None  # whose last chunk the next line may go on with
        self.fence = ""
        self.fenced = 0  # the line that opened the fence
        self.comment = 0  # the line that opened the comment
        self.count = self.number = 0

    def line(self, number: int, line: str) -> None:
        """Take the next line."""
        self.number = number
        rest = line.lstrip(" \t")
        indent = len(line[: len(line) - len(rest)].expandtabs(4))
        if self.comment:
            self.commented(number, rest)
        elif self.fence:
            self.add(line[min(indent, self.owner_column()) :] if rest else "")
            if rest.startswith(self.fence) and not rest.strip(f"{self.fence[0]} \t"):
                self.fence, self.grows = "", None
        elif not rest:
            self.titled = self.grows = None
        elif rest.startswith(">"):
            self.quote(indent, rest)
        elif rest.startswith("<!--"):
            self.comment = number
            self.commented(number, rest)
        elif (found := _HEADING.match(rest)) and not self.within(indent):
            self.head(number, len(found[1]), _heading_title(rest[found.end() :]))
        elif _is_break(rest):
            self.titled = self.grows = None
        elif found := _BULLET.match(rest):
            self.bullet(number, indent, rest[found.end() :])
        else:
            self.paragraph(indent, rest)

    def commented(self, number: int, rest: str) -> None:
        """Look for the comment's end; what stands behind it is read as a line of its own."""
        _, end, behind = rest.partition("-->")
        if end:
            self.comment = 0
            if behind.strip():
                self.line(number, behind.lstrip(" \t"))

    def left_open(self) -> list[Problem]:
        """Say where a fence was opened that is still open."""
        reason = "a code fence opens here and is never closed, so all below it is its text"
        return [Problem(f"line {self.fenced}", reason)] if self.fence else []

    def within(self, indent: int) -> bool:
        """Tell whether a line belongs to a list item by its indent."""
        return bool(self.open) and indent >= self.open[0].column

    def owner_column(self) -> int:
        return self.open[-1].column if self.open else 0

    def made(self, node: Node) -> Node:
        self.count += 1
        check_count(self.count, node.place)
        return node

    def head(self, number: int, level: int, title: str) -> None:
        """Begin a workflow, an activity, or a card that is a heading."""
        self.open.clear()
        self.titled = self.grows = self.card = None
        node = self.made(Node(title, number))
        if level == 1:
            self.workflows.append(node)
            self.activity = None
        elif level == 2:
            self.a_workflow(number).children.append(node)
            self.activity = node
        else:
            self.an_activity(number).children.append(node)
            self.card = node
        self.heading = node

    def a_workflow(self, number: int) -> Node:
        if not self.workflows:
            self.workflows.append(Node("", number))
        return self.workflows[-1]

    def an_activity(self, number: int) -> Node:
        if self.activity is None:
            self.activity = Node("", number)
            self.a_workflow(number).children.append(self.activity)
        return self.activity

    def bullet(self, number: int, indent: int, title: str) -> None:
        """Begin a list item: a card, or what is nested below one."""
        while self.open and (indent < self.open[-1].column or len(self.open) == MOST_NESTED):
            self.open.pop()
        node = self.made(Node(title, number, indent + 2))
        parent = self.open[-1] if self.open else self.card or self.an_activity(number)
        parent.children.append(node)
        self.open.append(node)
        self.titled, self.grows = node, None

    def quote(self, indent: int, rest: str) -> None:
        """Take a line of a block quote."""
        line = rest[1:].removeprefix(" ")
        owner = self.owner(indent)
        self.titled = None
        if self.grows is owner and owner.chunks[-1][0]:
            owner.chunks[-1][1].append(line)
        else:
            owner.chunks.append((True, [line]))
            self.grows = owner

    def paragraph(self, indent: int, rest: str) -> None:
        """Take a line of text: more of a title right below it, else a text of its own."""
        found = _FENCE.match(rest)
        if self.titled is not None and not found:
            self.titled.title += f" {rest}"
            return
        self.titled = None
        if self.grows is None or self.grows.chunks[-1][0]:
            self.grows = self.owner(indent)
            self.grows.chunks.append((False, []))
        if found:
            self.fence, self.fenced = found[1], self.number
        past = max(0, indent - self.owner_column())
        self.add(" " * past + rest)

    def add(self, line: str) -> None:
        if self.grows is not None:
            self.grows.chunks[-1][1].append(line)

    def owner(self, indent: int) -> Node:
        """Return what a text at this indent belongs to; items that it is not in are closed."""
        while self.open and indent < self.open[-1].column:
            self.open.pop()
        return self.open[-1] if self.open else self.heading
