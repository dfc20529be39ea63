"""What an importer has to tell, the same thing only once however often it is met."""

from __future__ import annotations

from planner.importers.wanted import Problem


class Notes:
    """Reasons with the first place of each, and in how many more there are."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._places: dict[str, tuple[str, int]] = {}

    def add(self, path: str, reason: str) -> None:
        """Note something about a place of the source."""
        first, count = self._places.get(reason, (path, 0))
        self._places[reason] = first, count + 1

    def problems(self) -> tuple[Problem, ...]:
        """Return all that was noted, in the order it was met first."""
        return tuple(
            Problem(path, f"{reason} (and {count - 1:,} more like it)" if count > 1 else reason)
            for reason, (path, count) in self._places.items()
        )
