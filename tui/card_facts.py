"""What the map says of a card besides its title, with words where they fit: on the board and in text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from planner.board import CardFace
from store.records import BuildState
from tui.glyphs import (
    BUILD,
    FINALIZED,
    PLANNED_FILES,
    QUESTIONS,
    READY,
    REQUIREMENTS,
    STATUS,
    priority_sign,
)

_TELLING = frozenset({"queued", "running", "blocked", "failed"})
"""Build states whose word comes before the status's, where there is room for one."""

BUILD_STYLES: dict[str, str] = {
    BuildState.QUEUED: "status-todo",
    BuildState.RUNNING: "status-active",
    BuildState.BLOCKED: "status-questions",
    BuildState.FAILED: "failed",
    BuildState.COMPLETED: "status-production",
    BuildState.CANCELLED: "status-todo",
}
"""The style of each build state: as the status that goes with it."""

Facts = tuple[str, str, str, str]
"""What the last line of a card says: on the left; on the right before its build, of it, after it."""


def card_facts(card: CardFace, room: int) -> Facts:
    """Return a card's facts, with words where they fit."""
    number = f"#{card.number}" if card.number is not None else "#–"
    glyph = STATUS.get(card.status, "·")
    priority = priority_sign(card.priority)
    state = card.build_state
    build = BUILD.get(state, "") if state else ""
    mark = FINALIZED if card.is_finalized else READY if card.is_ready else ""
    counts = [
        f"{count}{sign}"
        for count, sign in (
            (card.requirements, REQUIREMENTS),
            (card.questions, QUESTIONS),
            (card.planned_files, PLANNED_FILES),
        )
        if count
    ]
    short = " ".join(filter(None, [number, glyph, priority]))
    worded = " ".join(filter(None, [number, glyph, str(card.status), priority]))
    lefts = [worded, short]
    if not build:
        return _fitting(lefts, mark, [""], counts, room)
    built = f"{build} {state}"
    if state in _TELLING:
        # What an agent is at says more than the status that follows from it.
        found = _fitting(lefts, mark, [built], counts, room)
        if facts_cells(*found) <= room:
            return found
    return _fitting(lefts, mark, [built, build], counts, room)


def _fitting(
    lefts: Sequence[str], mark: str, builds: Sequence[str], counts: Sequence[str], room: int
) -> Facts:
    """Return the first of what can be said that fits, or the last."""
    found: Facts = ("", "", "", "")
    for left in lefts:
        for build in builds:
            before = f"{mark} " if mark and (build or counts) else mark
            after = f" {' '.join(counts)}" if build and counts else " ".join(counts)
            found = (left, before, build, after)
            if facts_cells(*found) <= room:
                return found
    return found


def facts_cells(left: str, *right: str) -> int:
    """Return how many cells facts take, with the space between left and right."""
    return cell_len(left) + 1 + sum(map(cell_len, right))


def counted(shown: int, size: int, word: str) -> str:
    """Say how many there are, or how many of them are shown."""
    plural = word if size == 1 else f"{word}s"
    return f"{size:,} {plural}" if shown == size else f"{shown:,} of {size:,} {plural}"
