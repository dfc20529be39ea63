"""What other programs' words for a status or a priority mean here."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

from store.records import CardStatus

_STATUS_WORDS = {
    CardStatus.TODO: "to do|todo|backlog|open|new|planned|ready|draft|pending|not started|unstarted"
    "|proposed|later|icebox|triage",
    CardStatus.ACTIVE: "in progress|doing|active|started|wip|ongoing|working|in development|hooked",
    CardStatus.QUESTIONS: "question|questions|blocked|waiting|on hold|deferred|stuck|needs info|paused",
    CardStatus.REVIEW: "review|in review|testing|in testing|qa|to review|reviewing|needs review|verify",
    CardStatus.PRODUCTION: "done|complete|completed|closed|released|shipped|production|finished"
    "|resolved|live|deployed|merged",
}
STATUSES = {word: status for status, words in _STATUS_WORDS.items() for word in words.split("|")}
"""The card status of each well-known word, as ``plain`` gives it."""

NEAREST = dict.fromkeys(
    ("cancelled", "canceled", "won't do", "wontfix", "duplicate", "archived", "rejected"),
    CardStatus.PRODUCTION,
)
"""Words for which there is no status; this one at least says that nothing is left to do."""

_PRIORITY_WORDS = (
    ("", "none", "no", "no priority", "0", "-"),
    ("low", "lowest", "minor", "trivial", "l", "1", "could", "could have"),
    ("medium", "normal", "moderate", "mid", "med", "m", "2", "should", "should have"),
    ("high", "major", "important", "h", "3", "must", "must have"),
    ("urgent", "highest", "critical", "blocker", "4", "asap", "immediate"),
)
PRIORITIES = {word: at for at, words in enumerate(_PRIORITY_WORDS) for word in words}
"""The priority of each well-known word, as ``plain`` gives it."""

T = TypeVar("T")


def plain(text: str) -> str:
    """Bring a word to the form that ``STATUSES`` lists: small letters, single spaces."""
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


def read_status(text: str) -> tuple[CardStatus, bool]:
    """Return the card status that a word means, and whether it is well known.

    Of one that isn't, it is the status of the word most like it, else ``todo``.
    """
    nearest = NEAREST.get(plain(text))
    if nearest is not None:
        return nearest, False
    return _read(text, STATUSES, CardStatus.TODO)


def read_priority(text: str) -> tuple[int, bool]:
    """Return the priority that a word means, and whether it is well known.

    Of one that isn't, it is the priority of the word most like it, else none.
    """
    return (0, True) if not plain(text) else _read(text, PRIORITIES, 0)


def _read(text: str, words: Mapping[str, T], otherwise: T) -> tuple[T, bool]:
    word = plain(text)
    if word in words:
        return words[word], True
    near = difflib.get_close_matches(word[:100], list(words), 1, 0.75)
    return (words[near[0]] if near else otherwise), not word
