"""What the planner refuses, each with a message meant for the person reading it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Refused(Exception):
    """A planning action can't be applied; the message is the reason, for people."""


class Candidate(NamedTuple):
    """Something that a name may stand for.

    ``title`` is what it is called, ``number`` a card's, and ``within`` what it stands in.
    """

    id: str
    title: str
    number: int | None = None
    within: str | None = None


class Unknown(Refused):
    """A name stands for nothing; ``nearest`` is what was probably meant, the likeliest first."""

    def __init__(self, reason: str, nearest: Sequence[Candidate] = ()) -> None:
        super().__init__(reason)
        self.nearest = tuple(nearest)


class Ambiguous(Refused):
    """A name may stand for several things, which the message lists and ``candidates`` holds."""

    def __init__(self, reason: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(reason)
        self.candidates = tuple(candidates)


class ActionRefused(Exception):
    """A batch was refused and nothing of it was done.

    Attributes:
        index: Which action of the batch it was, from 0; None when it was the batch itself.
        reason: Why, for people.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.index = index


class SequenceConflict(ActionRefused):
    """The map has changed since the caller looked at it; the reason names what did."""
