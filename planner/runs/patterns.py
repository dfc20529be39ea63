"""Patterns of paths as ``.gitignore`` writes them, held against paths in a repository.

A pattern without a slash (but for one at its end) holds for a name anywhere, any other from the
repository's root on; one that holds for a folder holds for everything below it; with a slash at its
end it holds for folders only. ``*`` and ``?`` stay within a name, ``**`` does not.

A pattern is taken apart into names, each a small expression, so that no path, however long or odd,
can make the comparison slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_ANY_DEPTH = "**"
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_NOTHING = "(?!)"


class Patterns:
    """Some patterns, ready to be asked for the first that holds for a path."""

    def __init__(self, patterns: Iterable[str], *, folded: bool = False) -> None:
        """Make them ready.

        Args:
            patterns: The patterns; blank ones hold for nothing.
            folded: Whether they hold for a path in another case or spelling of the same letters,
                which is the same file on many disks.
        """
        self._folded = folded
        self._made = [_Pattern(pattern, folded=folded) for pattern in patterns]

    def first(self, path: str, *, is_folder: bool = False, has_below: bool = False) -> str | None:
        """Return the first pattern that holds for a path, or None.

        Args:
            path: The path from the repository's root, without a slash at either end.
            is_folder: Whether it is a folder.
            has_below: Whether it stands for all below it as well, as a submodule does.
        """
        if not self._made:
            return None
        names = spelled(path, folded=self._folded).split("/")
        return next(
            (
                pattern.text
                for pattern in self._made
                if pattern.holds(names, is_folder=is_folder or has_below, has_below=has_below)
            ),
            None,
        )


def spelled(path: str, *, folded: bool) -> str:
    """Return a path in the spelling that paths are compared in."""
    if path.isascii():
        return path.lower() if folded else path
    path = unicodedata.normalize("NFC", path)
    if not folded:
        return path
    # Some disks look past letters that have no width and no look.
    seen = "".join(letter for letter in path if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", seen).casefold())


class _Pattern:
    """One pattern: an expression for each of its names, None where it is ``**``."""

    def __init__(self, text: str, *, folded: bool) -> None:
        self.text = text
        read = _without_trailing_spaces(text)
        tokens = _tokens(spelled(read, folded=folded) if folded else spelled(read, folded=False))
        self._is_broken = tokens is None or not tokens
        tokens = tokens or []
        self._only_folders = tokens[-1:] == ["/"]
        if self._only_folders:
            tokens = tokens[:-1]
        self._anywhere = not any("/" in token for token in tokens)
        names = list(_split(tokens[1:] if tokens[:1] == ["/"] else tokens))
        self._is_broken = self._is_broken or not all(names)
        flags = re.DOTALL | (re.IGNORECASE if folded else 0)
        self._names = [
            None
            if not self._anywhere and len(name) > 1 and set(name) == {"*"}
            else re.compile(_expression(name), flags)
            for name in names
        ]

    def holds(self, names: Sequence[str], *, is_folder: bool, has_below: bool) -> bool:
        """Say whether it holds for a path, given by its names."""
        if self._is_broken:
            return False
        if self._anywhere:
            wanted = self._names[0]
            assert wanted is not None  # noqa: S101 - a ``**`` alone is an expression like any other
            last = len(names) - 1
            return any(
                wanted.fullmatch(name) and (at < last or is_folder or not self._only_folders)
                for at, name in enumerate(names)
            )
        return self._holds_from_root(names, is_folder=is_folder, has_below=has_below)

    def _holds_from_root(self, names: Sequence[str], *, is_folder: bool, has_below: bool) -> bool:
        count = len(self._names)
        at = self._and_past({0})
        for depth, name in enumerate(names, start=1):
            following = set()
            for place in at:
                wanted = self._names[place]
                if wanted is None:
                    following.add(place)
                    if place == count - 1:
                        following.add(count)
                elif wanted.fullmatch(name):
                    following.add(place + 1)
            is_whole = depth == len(names)
            if count in following and (not is_whole or is_folder or not self._only_folders):
                return True
            at = self._and_past(following - {count})
            if not at:
                return False
        # What is left of the pattern could hold for something below a folder, unless it could
        # hold for something below any.
        return has_below and any(place > 0 and self._names[0] is not None for place in at)

    def _and_past(self, places: set[int]) -> set[int]:
        """Add the places behind a ``**``, which stands for no folder as well."""
        found = set(places)
        for place in sorted(places):
            while place < len(self._names) - 1 and self._names[place] is None:
                place += 1
                found.add(place)
        return found


def _without_trailing_spaces(pattern: str) -> str:
    end, at = 0, 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2
            end = min(at, len(pattern))
            continue
        at += 1
        if pattern[at - 1] != " ":
            end = at
    return pattern[:end]


def _tokens(pattern: str) -> list[str] | None:
    """Take a pattern apart: ``/``, ``*``, ``?``, ``[…]`` whole, ``\\x`` for a letter as it is.

    None when it can't hold for anything: a class without an end, a backslash before nothing.
    """
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            if at + 1 == len(pattern):
                return None
            tokens.append("/" if pattern[at + 1] == "/" else pattern[at : at + 2])
            at += 2
        elif letter == "[":
            end = _class_end(pattern, at)
            if end is None:
                return None
            tokens.append(pattern[at:end])
            at = end
        else:
            tokens.append(letter if letter in "/*?" else f"\\{letter}")
            at += 1
    return tokens


def _class_end(pattern: str, at: int) -> int | None:
    """Return where a class that begins at ``at`` is over; its first letter may be a bracket."""
    at += 1
    if pattern[at : at + 1] in ("!", "^"):
        at += 1
    first = True
    while at < len(pattern):
        if pattern[at] == "]" and not first:
            return at + 1
        first = False
        if pattern[at] == "\\":
            at += 1
        elif pattern[at : at + 2] == "[:":
            close = pattern.find("]", at + 2)
            if close < 0:
                return None
            if pattern[close - 1] == ":" and close - 1 > at + 1:
                at = close
        at += 1
    return None


def _split(tokens: Iterable[str]) -> Iterator[list[str]]:
    name: list[str] = []
    for token in tokens:
        if token == "/":  # noqa: S105 - a token of a pattern
            yield name
            name = []
        else:
            name.append(token)
    yield name


def _expression(name: Sequence[str]) -> str:
    """Return the expression for a name; after each ``*`` the first place that fits is as good."""
    parts: list[list[str]] = [[]]
    for token in name:
        if token == "*":  # noqa: S105 - a token of a pattern
            if parts[-1] or len(parts) == 1:
                parts.append([])
        else:
            parts[-1].append(_one(token))
    head, *rest = ("".join(part) for part in parts)
    if not rest:
        return head
    *middle, tail = rest
    return head + "".join(f"(?>.*?{part})" for part in middle) + f".*{tail}"


def _one(token: str) -> str:
    if token == "?":  # noqa: S105 - a token of a pattern
        return "."
    return _class(token) if token[0] == "[" else re.escape(token[1:])


def _class(token: str) -> str:
    body = token[1:-1]
    negated = body[:1] in ("!", "^")
    body = body[1:] if negated else body
    found: list[str] = []
    at, before = 0, ""
    while at < len(body):
        if body.startswith("[:", at) and (close := body.find(":]", at + 2)) >= 0:
            inner = _POSIX.get(body[at + 2 : close])
            if inner is None:
                return _NOTHING
            found.append(inner)
            at, before = close + 2, ""
            continue
        if body[at] == "-" and before and at + 1 < len(body):
            at += 1
            if body[at] == "\\":
                at += 1
            last = body[at : at + 1]
            if last >= before:
                found[-1] = f"{re.escape(before)}-{re.escape(last)}"
            before = ""
        else:
            if body[at] == "\\":
                at += 1
            before = body[at : at + 1]
            found.append(re.escape(before))
        at += 1
    inside = "".join(part for part in found if part)
    if not inside:
        return "." if negated else _NOTHING
    return f"[^{inside}]" if negated else f"[{inside}]"
