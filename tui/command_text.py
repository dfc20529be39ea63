"""A command as one line of text: for people to read and to type, never for a shell.

What is kept and run is a list of arguments. A line is that list with quotes where they are needed,
and what a shell would do something with must be quoted, or a person would wait for it in vain.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

NO_SHELL = "No shell runs this"

_OPERATORS = {
    "|": "what follows would not be piped to",
    "&": "what follows would not be run",
    ";": "what follows would not be run",
    ">": "nothing would be written to a file",
    "<": "nothing would be read from a file",
    "`": "nothing would be put in its place",
    "$": "no variable would be put in its place",
    "*": "no files would be put in its place",
}
_PLAIN = re.compile(r"[^'\"\\|&;><`$*]+")


def command_text(command: Sequence[str]) -> str:
    """Return a command as a line, quoted where that is needed."""
    return shlex.join(command)


def read_command(text: str) -> tuple[str, ...]:
    """Return the arguments that a line names; none for a blank one.

    Raises:
        ValueError: Quotes don't match, or a shell would be needed; says so in words.
    """
    _refuse_shell(text)
    try:
        return tuple(shlex.split(text))
    except ValueError:
        if text.rstrip(" ").endswith("\\"):
            raise ValueError("The last \\ quotes nothing; write \\\\ for a backslash.") from None
        raise ValueError("A quotation mark has no other that ends what it begins.") from None


def _refuse_shell(text: str) -> None:
    """Raise for the first character outside quotes that only a shell would understand."""
    at, quote = 0, ""
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\" and quote == '"':
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == "\\":
            at += 1
        elif letter in _OPERATORS:
            raise ValueError(
                f"{NO_SHELL}, so {letter} means nothing: {_OPERATORS[letter]}. "
                f"Quote it ('{letter}') or name a script that does it."
            )
        else:
            found = _PLAIN.match(text, at)
            at = found.end() - 1 if found else at
        at += 1
