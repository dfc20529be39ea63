"""What may stand in a policy: checks, commands, patterns, limits, rules, each refused in words."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from planner.errors import Refused
from store.records import CheckType

T = TypeVar("T")

MOST_OF_ONE_KIND = 500
"""Patterns, rules or names that one list may hold."""

LONGEST_PATTERN = 1_000
LONGEST_RULE = 2_000
LONGEST_ARGUMENT = 10_000
MOST_ARGUMENTS = 500


class Limit(NamedTuple):
    """A limit: what it is for, and the least and most it may be."""

    words: str
    least: float
    most: float
    whole: bool = False


LIMITS = {
    "agent_minutes": Limit("minutes that one turn of an agent may take", 0.01, 7 * 24 * 60),
    "check_minutes": Limit("minutes that one check may take", 0.01, 24 * 60),
    "agents_at_once": Limit("agents at work at once, over all runs of the project", 1, 64, True),
    "log_megabytes": Limit("megabytes that an agent or a check may print", 1, 100_000, True),
}
"""Every limit, by its name."""


def check_named(name: Any) -> CheckType:
    """Return the check of that name.

    Raises:
        Refused: There is none.
    """
    if isinstance(name, str) and name in set(CheckType):
        return CheckType(name)
    raise Refused(f"There is no check {_shown(name)}{nearest(name, CheckType)}")


def checked_command(check: str, command: Any) -> tuple[str, ...]:
    """Return the command of a check.

    Raises:
        Refused: It is no argument list, or the check is built in.
    """
    if check == CheckType.POLICY:
        raise Refused("The check policy is built in: it holds the diff against the path rules.")
    if isinstance(command, str):
        raise Refused(
            f"The command of {check} must be a list of arguments, not a line for a shell: "
            f"{_shown(command)}"
        )
    if not isinstance(command, list | tuple) or not all(isinstance(word, str) for word in command):
        raise Refused(f"The command of {check} must be a list of texts.")
    if not command or not command[0].strip():
        raise Refused(f"The command of {check} is blank; it begins with a program.")
    if len(command) > MOST_ARGUMENTS or any(len(word) > LONGEST_ARGUMENT for word in command):
        raise Refused(
            f"The command of {check} is too long: at most {MOST_ARGUMENTS} arguments of "
            f"{LONGEST_ARGUMENT:,} characters."
        )
    if any("\0" in word for word in command):
        raise Refused(f"The command of {check} holds a null character, which no program takes.")
    return tuple(command)


def checked_pattern(pattern: Any) -> str:
    """Return a pattern of paths, as ``.gitignore`` writes them, from the repository's root.

    Raises:
        Refused: It is blank, absolute, climbs out of the repository, or is no pattern.
    """
    if not isinstance(pattern, str):
        raise Refused(f"A pattern of paths is a text, not {_shown(pattern)}.")
    shown = _shown(pattern)
    if not pattern.strip():
        raise Refused("A pattern of paths is blank; ** stands for every file.")
    if len(pattern) > LONGEST_PATTERN:
        raise Refused(f"The pattern {shown} is longer than {LONGEST_PATTERN:,} characters.")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in pattern):
        raise Refused(f"The pattern {shown} holds a control character.")
    if pattern.startswith(("/", "~")) or pattern[1:3] in (":\\", ":/"):
        inside = pattern.lstrip("/~")
        hint = f" Write {_shown(inside)}." if inside else ""
        raise Refused(f"The pattern {shown} is absolute; it counts from the repository.{hint}")
    if pattern.startswith("!"):
        raise Refused(f"The pattern {shown} takes another back, which a policy can't.")
    if ".." in pattern.replace("\\", "/").split("/"):
        raise Refused(f"The pattern {shown} climbs out of the repository.")
    return pattern


def checked_limit(name: str, value: Any) -> Any:
    """Return the value of a limit.

    Raises:
        Refused: There is no such limit, or it can't be that.
    """
    limit = LIMITS.get(name)
    if limit is None:
        raise Refused(f"There is no limit {_shown(name)}{nearest(name, LIMITS)}")
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    whole = not limit.whole or number == math.floor(number) if math.isfinite(number) else False
    if not whole or not limit.least <= number <= limit.most:
        kind = "a whole number" if limit.whole else "a number"
        raise Refused(
            f"{name} must be {kind} from {limit.least:g} to {limit.most:,}, not {_shown(value)}: "
            f"the {limit.words}."
        )
    return int(number) if limit.whole else float(number)


def checked_rule(sentence: Any) -> str:
    """Return a house rule.

    Raises:
        Refused: It is blank, too long, or no text.
    """
    return _said(sentence, "A rule", LONGEST_RULE)


def checked_approver(name: Any) -> str:
    """Return the name of somebody who may approve.

    Raises:
        Refused: It is blank, too long, or no text.
    """
    return _said(name, "An approver's name", 200)


def each(what: str, values: Iterable[Any], read: Callable[[Any], T]) -> tuple[T, ...]:
    """Return what ``read`` makes of every value, in order and once each.

    Raises:
        Refused: One of them can't be, or there are too many.
    """
    if isinstance(values, str):
        raise Refused(f"The {what} must be a list, not {_shown(values)}.")
    found = tuple(dict.fromkeys(read(value) for value in values))
    no_more_than(MOST_OF_ONE_KIND, what, found)
    return found


def no_more_than(most: int, what: str, values: Sequence[object]) -> None:
    """Make sure that a list is no longer than it may be. Raises ``Refused``."""
    if len(values) > most:
        raise Refused(f"There are {len(values):,} {what}; there may be {most:,}.")


def command_in_words(command: Sequence[str]) -> str:
    """Return an argument list as it would be typed; as JSON where it holds what can't be."""
    line = shlex.join(command)
    return line if line.isprintable() else msgspec.json.encode(list(command)).decode()


def _said(text: Any, what: str, longest: int) -> str:
    if not isinstance(text, str):
        raise Refused(f"{what} is a text, not {_shown(text)}.")
    if not text.strip():
        raise Refused(f"{what} is blank; it must say something.")
    if len(text) > longest:
        raise Refused(f"{what} is longer than {longest:,} characters: {_shown(text)}")
    return " ".join(text.split())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def nearest(name: Any, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the nearest there is, or all."""
    import difflib

    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(name).replace("-", "_"), names, 1)
    return f"; did you mean {near[0]}?" if near else f". There are {', '.join(names)}."
