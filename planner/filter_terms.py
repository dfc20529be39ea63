"""The filter's syntax: a line of text as terms, and terms as text again.

A line is terms with blanks between them, and a card must meet all of them: words, numbers
(``#42``) and keys with values (``status:todo,active``). A ``-`` before a term turns it
round; quotes keep blanks and commas together. What a key means is in ``filter_keys.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from planner.filter_keys import KEYS, meant_key

WORD, NUMBER = "", "#"
"""The keys of a term that is a word, and of one that is a card's number."""

_KEY = re.compile(r"[^\W\d_]+(?=:)")
_NUMBERS = re.compile(r"#[0-9]+(?:,#?[0-9]+)*(?:,#?)?")


class Term(msgspec.Struct, frozen=True):
    """One thing that is asked of a card.

    ``values`` holds a word as it was typed, a number's digits, or what stands after a key,
    any of which will do; it is empty after a key whose values are still to be typed.
    """

    key: str
    values: tuple[str, ...]
    negated: bool = False


class Value(NamedTuple):
    """A value with the place it was typed at, quotes included."""

    text: str
    start: int
    end: int
    quoted: bool = False


class Written(NamedTuple):
    """A term with the place it was typed at; ``values`` holds blank ones as well."""

    term: Term
    values: tuple[Value, ...]
    start: int
    end: int


def read_terms(text: str) -> list[Written]:
    """Return the terms of a line, each with its place; any text at all can be read.

    A lone ``-``, ``#`` or quote is a term that has yet to be typed, and is left out.
    """
    return list(_read(text))


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a line."""
    return tuple(written.term for written in _read(text))


def to_text(terms: Iterable[Term]) -> str:
    """Return a line that reads as these terms."""
    return " ".join(_term_text(term) for term in terms)


def quoted(value: str) -> str:
    """Return a key's value as it must be typed, in quotes where it needs them."""
    plain = value and not value.startswith('"') and not any(c.isspace() or c == "," for c in value)
    return value if plain else _in_quotes(value)


def _term_text(term: Term) -> str:
    sign = "-" if term.negated else ""
    if term.key == NUMBER:
        return f"{sign}#{','.join(term.values)}"
    if term.key != WORD:
        return f"{sign}{term.key}:{','.join(quoted(value) for value in term.values)}"
    bare = sign + term.values[0]
    return bare if parse(bare) == (term,) else sign + _in_quotes(term.values[0])


def _in_quotes(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _read(text: str) -> Iterator[Written]:
    at, end = 0, len(text)
    while at < end:
        if text[at].isspace():
            at += 1
            continue
        start = at
        negated = text[at] == "-"
        at += negated
        key = _key_at(text, at)
        numbers = _NUMBERS.fullmatch(text, at, _token_end(text, at))
        if key is not None:
            values, at = _read_values(text, at + len(key) + 1)
            said = tuple(value.text for value in values if value.text)
            yield Written(Term(key.casefold(), said, negated), values, start, at)
        elif numbers is not None:
            at = numbers.end()
            digits = tuple(re.findall("[0-9]+", numbers.group()))
            yield Written(Term(NUMBER, digits, negated), (), start, at)
        else:
            value, at = _read_value(text, at, within_list=False)
            if value.text and (value.quoted or value.text != "#"):
                yield Written(Term(WORD, (value.text,), negated), (value,), start, at)


def _key_at(text: str, at: int) -> str | None:
    """Return the key that stands at a place as it was typed, mistyped ones included.

    Any other word with a colon, such as an address, is a word.
    """
    match = _KEY.match(text, at)
    if match is None:
        return None
    name = match.group().casefold()
    return match.group() if name in KEYS or meant_key(name) is not None else None


def _token_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _read_values(text: str, at: int) -> tuple[tuple[Value, ...], int]:
    """Read values with commas between them, up to a blank outside quotes."""
    values: list[Value] = []
    while True:
        value, at = _read_value(text, at, within_list=True)
        values.append(value)
        if at >= len(text) or text[at] != ",":
            return tuple(values), at
        at += 1


def _read_value(text: str, at: int, *, within_list: bool) -> tuple[Value, int]:
    """Read one value; only a quote that it starts with holds it together."""
    start, said = at, ""
    is_quoted = text[at : at + 1] == '"'
    if is_quoted:
        said, at = _read_quoted(text, at + 1)
    while at < len(text) and not text[at].isspace() and not (within_list and text[at] == ","):
        said += text[at]
        at += 1
    return Value(said, start, at, is_quoted), at


def _read_quoted(text: str, at: int) -> tuple[str, int]:
    """Read up to the closing quote, or to the end where it is still to be typed."""
    said: list[str] = []
    while at < len(text):
        if text[at] == '"':
            return "".join(said), at + 1
        if text[at] == "\\" and text[at + 1 : at + 2] in ("\\", '"'):
            at += 1
        said.append(text[at])
        at += 1
    return "".join(said), at
