"""What an importer has to tell, the same thing only once however often it is met."""

from __future__ import annotations

from planner.importers.wanted import Problem
from planner.importers.words import read_priority, read_status
from store.records import PRIORITIES, CardStatus


class Notes:
    """Reasons with the first place of each, and in how many more there are."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._places: dict[str, tuple[str, int]] = {}

    def add(self, path: str, reason: str) -> None:
        """Note something about a place of the source."""
        first, count = self._places.get(reason, (path, 0))
        self._places[reason] = first, count + 1

    def status(self, place: str, word: str) -> CardStatus:
        """Return the card status that a word means; of one that isn't known, the nearest is told."""
        status, known = read_status(word)
        if not known:
            self.add(place, f"the status {word!r:.80} is taken as {status}")
        return status

    def priority(self, place: str, word: str) -> int:
        """Return the priority that a word means; of one that isn't known, the nearest is told."""
        priority, known = read_priority(word)
        if not known:
            self.add(place, f"the priority {word!r:.80} is taken as {PRIORITIES[priority]}")
        return priority

    def problems(self) -> tuple[Problem, ...]:
        """Return all that was noted, in the order it was met first."""
        return tuple(
            Problem(path, f"{reason} (and {count - 1:,} more like it)" if count > 1 else reason)
            for reason, (path, count) in self._places.items()
        )
