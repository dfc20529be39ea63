"""Runs as rows of a list: how each is, what it builds, since when, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.runs.card_build import DOING, WAITING
from planner.runs.reads import AssignmentRead, RunRead
from store.records import BuildState, PullRequestStatus, RunScope, RunStep, WaitsFor
from tui.glyphs import BUILD
from tui.spans import Span, Spans, pad_spans
from tui.when import lasting, seconds_between, when

SILENT_AFTER = 60.0
"""Seconds without a sign of a running run's supervisor after which that is told."""

STYLE: dict[str, str] = {
    BuildState.QUEUED: "faint",
    BuildState.RUNNING: "accent",
    BuildState.BLOCKED: "warn",
    BuildState.FAILED: "bad",
    BuildState.COMPLETED: "good",
    BuildState.CANCELLED: "faint",
}
"""The style of each state."""

_TIME = 12
_INDENT = "  "
_ALIVE = (BuildState.QUEUED, BuildState.RUNNING)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, or one of the cards that a workflow's run builds.

    Attributes:
        run: The run.
        assignment: What builds the card; None for a workflow's run as such, or where nothing
            has been assigned.
        is_part: Whether it stands below its run.
    """

    run: RunRead
    assignment: AssignmentRead | None
    is_part: bool = False

    @property
    def key(self) -> str:
        """What the row goes by."""
        return self.assignment.id if self.is_part and self.assignment else self.run.id

    @property
    def status(self) -> BuildState:
        """How far it is."""
        if self.is_part and self.assignment is not None:
            return self.assignment.assignment.status
        return self.run.run.status

    @property
    def step(self) -> RunStep | None:
        """What it is at."""
        own = self.assignment.assignment if self.assignment is not None else None
        if self.is_part:
            return own.step if own is not None else None
        return self.run.run.step or (own.step if own is not None else None)

    @property
    def waits_for(self) -> WaitsFor | None:
        """What it waits for."""
        if self.is_part and self.assignment is not None:
            return self.assignment.assignment.waits_for
        return self.run.waits_for

    @property
    def reason(self) -> str | None:
        """Why it is as it is, in words."""
        own = self.assignment.assignment if self.assignment is not None else None
        if self.is_part:
            return own.reason if own is not None else None
        return self.run.run.reason or (own.reason if own is not None else None)

    @property
    def name(self) -> str:
        """What it builds: ``#42 title``, or the workflow's title."""
        if self.is_part and self.assignment is not None:
            return numbered(self.assignment.number, self.assignment.title)
        return numbered(self.run.number, self.run.title)


def rows_of(runs: Iterable[RunRead]) -> list[RunRow]:
    """Return the rows of some runs: the open ones first, below a workflow's its cards."""
    return [*_rows(run for run in runs if run.is_open), *_rows(r for r in runs if not r.is_open)]


def _rows(runs: Iterable[RunRead]) -> Iterator[RunRow]:
    for run in runs:
        if run.run.scope is RunScope.CARD:
            yield RunRow(run, run.assignments[0] if run.assignments else None)
        else:
            yield RunRow(run, None)
            yield from (RunRow(run, assignment, True) for assignment in run.assignments)


def height_of(row: RunRow) -> int:
    """Return how many lines a row takes."""
    return 1 if row.is_part else 2


def drawn(row: RunRow, width: int) -> list[Spans]:
    """Return the lines of a row."""
    state: list[Span] = [(f"{BUILD[row.status]} ", STYLE[row.status])]
    time = time_of(row)
    if row.is_part:
        state = [(_INDENT, "text"), *state]
        words = _part_in_words(row)
        room = max(8, width - len(_INDENT) - 2 - _TIME - 1)
        told: list[Span] = [(row.name, "text"), *([(f"  {words}", "faint")] if words else [])]
        return [[*state, *pad_spans(told, room), *_at_right(time)]]
    room = max(8, width - 2 - _TIME - 1)
    first = [*state, *pad_spans([(row.name, "strong")], room), *_at_right(time)]
    return [first, [(_INDENT, "text"), *standing(row)]]


def standing(row: RunRow) -> list[Span]:
    """Return how a run stands, in one line of words."""
    run, status = row.run, row.status
    told: list[Span] = [(str(status), STYLE[status])]
    silent = silence_of(row)
    if silent:
        told.append((f": {silent}", "warn"))
    elif row.waits_for is not None and status in (BuildState.BLOCKED, BuildState.QUEUED):
        told.append((f": {row.reason or WAITING[row.waits_for]}", "text"))
    elif status is BuildState.RUNNING:
        told.append((f": {_running_in_words(row)}", "text"))
    elif status is BuildState.COMPLETED:
        told.append((_merged_in_words(run), "text"))
    elif row.reason:
        told.append((f": {row.reason}", "text"))
    more = [*([_progress(run)] if run.run.scope is RunScope.WORKFLOW else [])]
    turns = row.assignment.executions if row.assignment is not None else ()
    if turns and turns[-1].turn > 1:
        more.append(f"turn {turns[-1].turn}")
    if run.run.agent_profile:
        more.append(run.run.agent_profile)
    told += [(f" · {words}", "faint") for words in more]
    return told


def _running_in_words(row: RunRow) -> str:
    if row.run.run.cancel_requested_at:
        return "it is being cancelled"
    if row.assignment is None and row.step is None:
        alive = sum(a.assignment.status is BuildState.RUNNING for a in row.run.assignments)
        return f"{alive} {'card is' if alive == 1 else 'cards are'} being built"
    return DOING[row.step] if row.step is not None else "it goes on"


def _merged_in_words(run: RunRead) -> str:
    candidate = run.candidate
    if candidate is not None and candidate.status is PullRequestStatus.MERGED:
        return f": merged into {candidate.base_branch}"
    return ""


def _progress(run: RunRead) -> str:
    built = sum(a.assignment.status is BuildState.COMPLETED for a in run.assignments)
    return f"{built} of {len(run.assignments)} built"


def _part_in_words(row: RunRow) -> str:
    assert row.assignment is not None  # noqa: S101  (narrows for the type checker)
    turn = row.assignment.execution
    words: list[str] = []
    if row.status is BuildState.RUNNING and row.step is not None:
        words.append(DOING[row.step])
    elif row.status in (BuildState.BLOCKED, BuildState.QUEUED) and row.waits_for is not None:
        words.append(row.reason or WAITING[row.waits_for])
    elif row.status is BuildState.FAILED and row.reason:
        words.append(row.reason)
    if turn is not None and turn.turn > 1:
        words.append(f"turn {turn.turn}")
    return " · ".join(words)


def time_of(row: RunRow) -> str:
    """Return how long it has been at work, or when it ended or came to a stop."""
    part = row.assignment.assignment if row.is_part and row.assignment is not None else None
    of = part if part is not None else row.run.run
    if row.status is BuildState.RUNNING:
        return lasting(seconds_between(of.started_at or of.created_at))
    if row.status is BuildState.QUEUED:
        return when(of.created_at)
    return when(of.ended_at or of.updated_at)


def silence_of(row: RunRow) -> str:
    """Say that a run has no supervisor that gives a sign, where that is so."""
    if row.status is not BuildState.RUNNING or row.is_part:
        return ""
    silent = seconds_between(row.run.run.heartbeat_at)
    if silent is None or silent < SILENT_AFTER:
        return ""
    return f"no sign of its supervisor for {int(silent) // 60} min"


def goes_on(row: RunRow) -> bool:
    """Say whether the time of a row passes by the second."""
    return row.status is BuildState.RUNNING


def numbered(number: int | None, title: str) -> str:
    """Return what is built as people call it."""
    return f"#{number} {title}" if number is not None else title


def _at_right(time: str) -> list[Span]:
    return [(f" {time:>{_TIME}}", "faint")]
