"""What the planner refuses, each with a message meant for the person reading it."""

from __future__ import annotations


class Refused(Exception):
    """A planning action can't be applied; the message is the reason, for people."""


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
