"""Reads the YAML at the head of a Markdown file, or a whole YAML file, into plain text values.

Every scalar stays the text it was written as (``2025-08-03`` and ``no`` are text, not a
date and a truth value). The parser's events are taken one by one, which is quick, needs
no recursion however deep the nesting, and lets aliases be refused before they multiply.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

_MAX_DEPTH = 20
_AT_VALUE = re.compile(r"^(\s*(?:[\w-]+:|-)\s+)([@`].*)$")
_LIST = re.compile(r"^([\w-]+:\s*)\[")


def _make_loader() -> Any:
    """Return libyaml's loader, or the same in Python where libyaml is missing."""
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class YamlRefused(Exception):
    """The text is not the plain YAML mapping it should be; the message says why."""


def split_front_matter(text: str) -> tuple[str, str]:
    """Return a file's front matter and the text below it; line ends are line feeds.

    Raises:
        YamlRefused: The file does not start with ``---``, or never closes it.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        raise YamlRefused("it does not start with front matter (a line with only ---)")
    if rest.startswith("---"):
        rest = "\n" + rest
    start = 0
    while (end := rest.find("\n---", start)) >= 0:
        line_end = rest.find("\n", end + 1)
        line_end = len(rest) if line_end < 0 else line_end
        if not rest[end + 4 : line_end].strip():
            return rest[: end + 1], rest[line_end + 1 :]
        start = end + 1
    raise YamlRefused("its front matter is never closed (a second line with only ---)")


def read_mapping(text: str, *, first_line: int = 2) -> dict[str, Any]:
    """Return a YAML mapping as text, lists and dicts; every scalar is text.

    Values that start with ``@`` (``assignee: @someone``), which older files have and YAML
    refuses, are read as text. ``first_line`` is where the text starts in its file.

    Raises:
        YamlRefused: The text is not YAML, not a mapping, uses aliases, is nested too
            deeply or names a key twice.
    """
    try:
        value = _build(text)
    except yaml.YAMLError as error:
        mended = "\n".join(_quote_at(line) for line in text.split("\n"))
        if mended == text:
            raise YamlRefused(_say(error, first_line)) from None
        try:
            value = _build(mended)
        except yaml.YAMLError:
            raise YamlRefused(_say(error, first_line)) from None
    if not isinstance(value, dict):
        raise YamlRefused("its YAML is not a mapping (key: value lines)")
    return value


def as_text(value: Any) -> str:
    """Return a value as one text: a list's items with commas, anything nested as JSON."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(item.strip() for item in value if item.strip())
    return json.dumps(value, ensure_ascii=False) if value else ""


def as_list(value: Any) -> list[str]:
    """Return a value as a list of texts without empty ones; a single text is a list of one."""
    items = value if isinstance(value, list) else [value]
    return [text for text in map(as_text, items) if text]


def _build(text: str) -> Any:
    """Put a document's events together."""
    loader = _make_loader()(text)
    get = loader.get_event
    stack: list[dict[str, Any] | list[Any]] = []
    keys: list[str | None] = []  # the key each open mapping is at, if it has read one
    root: Any = None
    documents = 0
    try:
        while True:
            event = get()
            kind = type(event)
            value: Any
            if kind is yaml.ScalarEvent:
                value = event.value
            elif kind is yaml.MappingStartEvent:
                value = {}
            elif kind is yaml.SequenceStartEvent:
                value = []
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                stack.pop()
                keys.pop()
                continue
            elif kind is yaml.AliasEvent:
                raise YamlRefused("its YAML uses an alias (*), which is not read")
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise YamlRefused("its YAML holds more than one document")
                continue
            elif kind is yaml.StreamEndEvent:
                return root
            else:
                continue
            if not stack:
                root = value
            elif isinstance(top := stack[-1], list):
                top.append(value)
            elif (key := keys[-1]) is not None:
                top[key] = value
                keys[-1] = None
            elif not isinstance(value, str):
                raise YamlRefused("its YAML has a key that is not text")
            elif value in top:
                raise YamlRefused(f"its YAML names {value!r} twice")
            else:
                keys[-1] = value
                continue
            if not isinstance(value, str):
                stack.append(value)
                keys.append(None)
                if len(stack) > _MAX_DEPTH:
                    raise YamlRefused("its YAML is nested too deeply")
    finally:
        loader.dispose()


def _quote_at(line: str) -> str:
    """Quote what starts with a sign YAML reserves."""
    if match := _AT_VALUE.match(line):
        return match[1] + json.dumps(match[2].rstrip(), ensure_ascii=False)
    bare = line.rstrip()
    if "@" in line and bare.endswith("]") and (match := _LIST.match(line)):
        items = (item.strip() for item in bare[match.end() : -1].split(","))
        quoted = (json.dumps(i, ensure_ascii=False) if i.startswith("@") else i for i in items)
        return f"{match[1]}[{', '.join(quoted)}]"
    return line


def _say(error: yaml.YAMLError, first_line: int) -> str:
    """Say what YAML found wrong, in one line, with the line in the file where that is known."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + first_line})" if mark is not None else ""
    return f"its YAML can't be read: {' '.join(str(problem).split())}{where}"
