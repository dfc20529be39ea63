"""Runs as people look at them: each with its assignments, and what became of those.

A list of runs takes a fixed number of queries, however many there are. It leaves out what is long:
there a record's snapshots are empty, and it has no prompt, report, output or description.
``read_run`` reads one run whole, ``read_assignment`` one of its assignments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import msgspec

from planner.describe import clipped
from planner.errors import Ambiguous, Candidate, Unknown
from store.adapter import DbAdapter
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    PullRequestCandidate,
    Record,
    RunCheck,
    WaitsFor,
)

MOST_RUNS = 200
"""Runs that are listed besides the open ones."""

MOST_CANDIDATES = 10
"""Runs that are named where a name fits several."""

OPEN = frozenset({BuildState.QUEUED, BuildState.RUNNING, BuildState.BLOCKED})
"""The states of a run or assignment that is not over."""

LIKE_A_NAME = 4
"""Characters of an id's end that name a run; a branch ends with six."""

R = TypeVar("R", bound=Record)


class AssignmentRead(msgspec.Struct, frozen=True):
    """An assignment: its card's number and title, its turns, commits and checks, oldest first."""

    assignment: CardAssignment
    number: int | None
    title: str
    executions: tuple[AgentExecution, ...] = ()
    commits: tuple[AgentCommit, ...] = ()
    checks: tuple[RunCheck, ...] = ()

    @property
    def id(self) -> str:
        """The assignment's id."""
        return self.assignment.id

    @property
    def execution(self) -> AgentExecution | None:
        """The last turn, if there was any."""
        return self.executions[-1] if self.executions else None


class RunRead(msgspec.Struct, frozen=True):
    """A run and all that stands below it.

    ``number`` and ``title`` are its card's, or the workflow's title with no number. ``checks`` are
    those of the integration branch; the others stand with their assignments.
    """

    run: OrchestrationRun
    title: str
    number: int | None
    assignments: tuple[AssignmentRead, ...] = ()
    approvals: tuple[ApprovalRequest, ...] = ()
    candidate: PullRequestCandidate | None = None
    checks: tuple[RunCheck, ...] = ()

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def is_open(self) -> bool:
        """Whether the run is not over."""
        return self.run.status in OPEN

    @property
    def waits_for(self) -> WaitsFor | None:
        """What would let the run, or the first blocked one of its assignments, go on."""
        if self.run.waits_for is not None:
            return self.run.waits_for
        blocked = (each.assignment for each in self.assignments)
        return next((a.waits_for for a in blocked if a.status == BuildState.BLOCKED), None)


def read_runs(
    db: DbAdapter,
    project_id: str,
    limit: int = MOST_RUNS,
    *,
    known: Mapping[str, RunRead] = MappingProxyType({}),
) -> tuple[RunRead, ...]:
    """Read a project's newest runs, and every open one besides, newest first.

    Args:
        db: The open plan.
        project_id: Whose runs.
        limit: How many, besides the open ones.
        known: What was read before, by id: of a run that is over and the same since, nothing below
            it is read again.
    """
    with db.view():
        runs = db.runs(project_id, limit=limit)
        kept = {run.id: known[run.id] for run in runs if _is_as_known(run, known.get(run.id))}
        read = _reads(db, [run for run in runs if run.id not in kept], whole=False)
    kept.update((each.id, each) for each in read)
    return tuple(kept[run.id] for run in runs)


def _is_as_known(run: OrchestrationRun, known: RunRead | None) -> bool:
    return known is not None and not known.is_open and known.run == run


def read_run(db: DbAdapter, run_id: str) -> RunRead | None:
    """Read one run whole: also its snapshots, prompts, reports and outputs."""
    with db.view():
        run = db.get(OrchestrationRun, run_id)
        return _reads(db, [run], whole=True)[0] if run is not None else None


def read_assignment(db: DbAdapter, assignment_id: str) -> AssignmentRead | None:
    """Read one assignment whole: also its snapshot, prompts, reports and outputs."""
    with db.view():
        assignment = db.get(CardAssignment, assignment_id)
        if assignment is None:
            return None
        card = db.get(Card, assignment.card_id)
        return AssignmentRead(
            assignment,
            card.number if card is not None else None,
            card.title if card is not None else "",
            tuple(db.list(AgentExecution, assignment_id=assignment_id)),
            tuple(db.list(AgentCommit, assignment_id=assignment_id)),
            tuple(db.list(RunCheck, assignment_id=assignment_id)),
        )


def count_waiting(db: DbAdapter, project_id: str) -> int:
    """Count the runs that go on only when a person does something: answers, decides, resumes."""
    return db.waiting_runs(project_id)


def find_run(db: DbAdapter, name: str) -> OrchestrationRun:
    """Return the run that a name stands for: its id, or a beginning or end of it that no other has.

    Raises:
        Refused: There is no such run, or several; the message names them.
    """
    name = name.strip()
    run = db.get(OrchestrationRun, name) if name else None
    if run is not None:
        return run
    with db.view():
        rows = db.run_ids(name, limit=MOST_CANDIDATES + 1) if name else ()
        ids = [run_id for (run_id,) in rows if _is_named(run_id, name)]
        if len(ids) == 1:
            found = db.get(OrchestrationRun, ids[0])
            if found is not None:
                return found
        shown = ids[:MOST_CANDIDATES]
        titles = {row[0]: _title(row[1], row[2]) for row in db.run_names(shown)}
    if not ids:
        raise Unknown(f"There is no run {clipped(name)!r}; planner-tui run list names them.")
    told = "".join(f"\n  {run_id}  {titles.get(run_id, '')}" for run_id in shown)
    more = "\n  and more" if len(ids) > len(shown) else ""
    raise Ambiguous(
        f"{clipped(name)!r} may be several runs; name one by more of its id:{told}{more}",
        [Candidate(run_id, titles.get(run_id, "")) for run_id in shown],
    )


def _is_named(run_id: str, name: str) -> bool:
    return run_id.startswith(name) or len(name) >= LIKE_A_NAME


def _title(number: int | None, title: str) -> str:
    return f"#{number} {clipped(title)}" if number is not None else clipped(title)


def _reads(db: DbAdapter, runs: Sequence[OrchestrationRun], *, whole: bool) -> tuple[RunRead, ...]:
    """Read what stands below some runs: a query for each table, and one for the titles."""
    if not runs:
        return ()
    ids = [run.id for run in runs]
    names = {row[0]: (row[1], row[2]) for row in db.run_names(ids)}
    assignments = db.below_runs(CardAssignment, ids, whole=whole)
    executions = _grouped(db.below_runs(AgentExecution, ids, whole=whole), _assignment_of)
    commits = _grouped(db.below_runs(AgentCommit, ids, whole=whole), _assignment_of)
    checks = _grouped(
        db.below_runs(RunCheck, ids, whole=whole), lambda c: c.assignment_id or c.run_id
    )
    approvals = _grouped(db.below_runs(ApprovalRequest, ids, whole=whole), lambda a: a.run_id)
    candidates = {c.run_id: c for c in db.below_runs(PullRequestCandidate, ids, whole=whole)}
    given: dict[str, list[AssignmentRead]] = {}
    for each in assignments:
        number, title = names.get(each.id, (None, ""))
        read = AssignmentRead(
            each,
            number,
            title,
            executions.get(each.id, ()),
            commits.get(each.id, ()),
            checks.get(each.id, ()),
        )
        given.setdefault(each.run_id, []).append(read)
    return tuple(
        RunRead(
            run,
            names[run.id][1],
            names[run.id][0],
            tuple(given.get(run.id, ())),
            approvals.get(run.id, ()),
            candidates.get(run.id),
            checks.get(run.id, ()),
        )
        for run in runs
    )


def _assignment_of(row: AgentExecution | AgentCommit) -> str:
    return row.assignment_id


def _grouped(rows: Iterable[R], key: Callable[[R], str]) -> dict[str, tuple[R, ...]]:
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in groups.items()}
