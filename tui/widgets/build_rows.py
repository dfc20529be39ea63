"""A card's newest build as rows of the card view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from store.records import BuildState, WaitsFor
from tui.glyphs import BUILD
from tui.when import when
from tui.widgets.card_rows import GAP, Row

if TYPE_CHECKING:
    from planner.runs.card_build import CardBuild

_STATES: dict[str, str] = {
    BuildState.QUEUED: "faint",
    BuildState.RUNNING: "mark",
    BuildState.BLOCKED: "draft",
    BuildState.FAILED: "rejected",
    BuildState.COMPLETED: "approved",
    BuildState.CANCELLED: "faint",
}
"""The style of each build state's sign."""


def build_rows(
    build: CardBuild, *, asks: bool = True, answer: str = "A", go: str = "r"
) -> Iterator[Row]:
    """Return the rows that tell how a card's build stands.

    Args:
        build: The newest one.
        asks: Whether a question of the card is open.
        answer: The key that answers a question.
        go: The key that leads to the run.
    """
    at = build.at
    turn = f" · turn {build.turns}" if build.turns > 1 else ""
    yield GAP
    yield Row("heading", text="Build", meta=f"{build.agent}{turn} · {when(at.moment)}")
    yield Row("rule", text=build.words, sign=BUILD[build.state], state=_STATES[build.state])
    if at.reason:
        yield Row("text", text=at.reason)
    if at.waits_for == WaitsFor.ANSWERS and at.status == BuildState.BLOCKED:
        first = f"{answer} on a question answers it · " if asks else "all is answered: "
        yield Row("faint", text=f"{first}{go} shows the run, which goes on from there")
    else:
        yield Row("faint", text=f"{go} shows the run")
