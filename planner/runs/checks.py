"""Checks: a run's required commands, each at one commit, with what they printed.

What is to run comes from the policy the run was started with, and is looked at by nobody but the
machine: a check passed when its command ended with 0. One that could not run is skipped, and
skipped never passes. A result holds for its commit alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from planner.batch import new_id
from planner.runs.agents import agent_environment, profile_from_json
from planner.runs.check_files import changed_of_check
from planner.runs.check_worktree import CheckWorktree
from planner.runs.folders import RunFolders
from planner.runs.paths import Verdict, changed_files, judge
from planner.runs.policy import Policy
from planner.runs.processes import CommandResult, Ending, run_command
from planner.runs.repository import common_dir
from planner.runs.states import SUPERVISOR, tell
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssignment,
    CheckStatus,
    CheckType,
    OrchestrationRun,
    RunCheck,
    RunScope,
    utc_now,
)

KEPT = 16 * 1024
"""Bytes of the beginning, and of the end, of what a check printed that the database keeps."""

MOST_FILES = 200
"""Files that the check ``policy`` names of a kind."""

NOT_RUN = {
    126: "A command in it is not executable (126, as shells and env have it).",
    127: "A command in it was not found (127, as shells and env have it).",
}
"""Exit codes by which those that run a command for another say that they could not."""


def checks_for(
    run: OrchestrationRun, assignment: CardAssignment | None, policy: Policy
) -> tuple[CheckType, ...]:
    """Return the checks that must pass for an assignment, or for the whole run (None).

    In a run of a workflow, ``integration`` looks at all of its cards together.
    """
    if run.scope is RunScope.WORKFLOW and assignment is not None:
        return tuple(each for each in policy.required_checks if each is not CheckType.INTEGRATION)
    return policy.required_checks


def all_passed(
    db: DbAdapter,
    run: OrchestrationRun,
    assignment: CardAssignment | None,
    commit: str,
    policy: Policy,
) -> bool:
    """Say whether every check that must has passed, the last time it ran, at this commit."""
    required = checks_for(run, assignment, policy)
    rows = db.list(
        RunCheck,
        run_id=run.id,
        assignment_id=assignment.id if assignment is not None else None,
        commit_sha=commit,
    )
    last = {row.check_type: row.status for row in rows}
    return bool(required) and all(last.get(each) is CheckStatus.PASSED for each in required)


def run_checks(
    db: DbAdapter,
    run: OrchestrationRun,
    assignment: CardAssignment | None,
    *,
    worktree: Path,
    commit: str,
    policy: Policy,
    folders: RunFolders,
    checks: Sequence[CheckType] | None = None,
    stopped: Callable[[], bool],
    verdict: Verdict | None = None,
    environ: Mapping[str, str] | None = None,
    leave: Collection[str] = (),
    is_settled: bool = False,
) -> tuple[RunCheck, ...]:
    """Run checks one after another, and write down how each ended, with its event.

    All of them run, whatever the first came to. After each the worktree is put back to the commit.
    Running them again adds new results; the last ones count.

    Args:
        db: The open plan.
        run: The run.
        assignment: Whose worktree it is; None for the run's integration branch.
        worktree: Where they run; nothing is in it that is in no commit.
        commit: The commit it is at.
        policy: What the run is held to, from its snapshot.
        folders: Where their logs go.
        checks: Which of them; what ``checks_for`` says, unless told otherwise.
        stopped: Asked several times a second whether to end; the check at work then has no result.
        verdict: What the paths came to, for the check ``policy``; found out where it is not given.
        environ: The environment of ours of which a check sees what the agent may see.
        leave: Untracked paths that stay, such as files copied in before the agent.
        is_settled: Whether all that is in the worktree was put into the commit just now.

    Returns:
        The results, as far as it came.

    Raises:
        Refused: The worktree is not at the commit, or could not be put back there.
    """
    if checks is None:
        checks = checks_for(run, assignment, policy)
    at_work = _AtWork(
        db=db,
        run=run,
        assignment=assignment,
        worktree=worktree,
        commit=commit,
        policy=policy,
        folders=folders,
        stopped=stopped,
        environ=_environment(run, os.environ if environ is None else environ),
        tree=CheckWorktree(worktree, commit, leave=leave, is_settled=is_settled),
    )
    return at_work.all(checks, verdict)


@dataclass
class _Outcome:
    """What one check came to."""

    status: CheckStatus
    said: list[str] = field(default_factory=list)
    output: str = ""
    command: list[str] | None = None
    exit_code: int | None = None
    seconds: float | None = None
    log: Path | None = None
    changed: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _AtWork:
    """Checks while they run."""

    db: DbAdapter
    run: OrchestrationRun
    assignment: CardAssignment | None
    worktree: Path
    commit: str
    policy: Policy
    folders: RunFolders
    stopped: Callable[[], bool]
    environ: dict[str, str]
    tree: CheckWorktree

    def all(self, checks: Sequence[CheckType], verdict: Verdict | None) -> tuple[RunCheck, ...]:
        found: list[RunCheck] = []
        note = self.tree.cleaned()
        changed = self._changed_paths(verdict)
        for check in checks:
            if self.stopped():
                break
            check_id, begun = new_id(), utc_now()
            if check is CheckType.POLICY:
                outcome = self._paths(verdict)
            else:
                ran = self._command(check, check_id, changed)
                if ran is None:
                    break
                outcome = ran
            if note is not None:
                outcome.said.append(note)
            found.append(self._record(check, check_id, begun, outcome))
            note = None
        return tuple(found)

    def _changed_paths(self, verdict: Verdict | None) -> set[str]:
        files = (
            verdict.files
            if verdict is not None
            else changed_files(common_dir(self.worktree), self._base(), self.commit)
        )
        return {path for file in files for path in (file.path, file.old_path) if path}

    def _base(self) -> str:
        of_assignment = self.assignment.base_commit if self.assignment is not None else None
        return of_assignment or self.run.base_commit or self.commit

    def _command(self, check: CheckType, check_id: str, changed: set[str]) -> _Outcome | None:
        """Run one; None when it was stopped."""
        command = self.policy.check_commands.get(check, ())
        if not command:
            words = f"The policy this run was started with has no command for {check}."
            return _Outcome(CheckStatus.SKIPPED, [words])
        log = self.folders.check_log(self.run.id, check_id)
        result = run_command(
            command,
            cwd=self.worktree,
            environ={
                **self.environ,
                "PLANNER_CHECK": check.value,
                "PLANNER_COMMIT": self.commit,
                "PLANNER_BASE_COMMIT": self._base(),
            },
            log=log,
            seconds=self.policy.limits.check_minutes * 60,
            marker=marker_of_checks(self.run, self.assignment),
            log_bytes=self.policy.limits.log_megabytes * 1_000_000,
            stopped=self.stopped,
        )
        if result.ending is Ending.STOPPED and self.stopped():
            self.tree.put_back()
            return None
        outcome = _outcome(check, result)
        outcome.output = kept_output(log)
        outcome.command, outcome.log = list(command), log
        outcome.changed = changed_of_check(command, self.worktree, changed)
        is_there, said = self.tree.put_back()
        outcome.said += said
        if not is_there and outcome.status is CheckStatus.PASSED:
            outcome.status = CheckStatus.FAILED
            outcome.said.append("So nobody can say what it looked at.")
        return outcome

    def _paths(self, verdict: Verdict | None) -> _Outcome:
        """The check ``policy``: the whole diff against the path rules."""
        if verdict is None:
            verdict = self._judged()
        kinds = (
            ("The policy forbids changing", verdict.forbidden),
            ("Protected, and accepted by nobody", verdict.protected),
            ("Not planned, and accepted by nobody", verdict.outside),
        )
        said = []
        for kind, paths in kinds:
            lines = [
                f"\n  {path}: {verdict.why.get(path, 'changed')}" for path in paths[:MOST_FILES]
            ]
            more = f"\n  and {len(paths) - MOST_FILES:,} more" if len(paths) > MOST_FILES else ""
            if paths:
                said.append(f"{kind}:{''.join(lines)}{more}")
        if said:
            return _Outcome(CheckStatus.FAILED, said)
        count = len(verdict.files)
        words = f"{count:,} changed file{'s keep' if count != 1 else ' keeps'} to the path rules."
        return _Outcome(CheckStatus.PASSED, [words])

    def _judged(self) -> Verdict:
        """Judge the diff: of one card by its files, of the run by those of all its cards."""
        cards = [self.assignment] if self.assignment is not None else self._cards()
        accepted = [str(path) for card in cards for path in card.accepted_paths]
        planned = [str(path) for card in cards for path in card.allowed_paths]
        # A card that planned nothing may change what one that planned something may not.
        ways = ([], planned) if not all(card.allowed_paths for card in cards) else (planned,)
        verdicts = [
            judge(
                common_dir(self.worktree),
                self._base(),
                self.commit,
                policy=self.policy,
                planned=way,
                accepted=accepted,
            )
            for way in ways
        ]
        outside = [path for path in verdicts[0].outside if path in verdicts[-1].outside]
        return msgspec.structs.replace(verdicts[0], outside=tuple(outside))

    def _cards(self) -> list[CardAssignment]:
        return self.db.list(CardAssignment, run_id=self.run.id)

    def _record(self, check: CheckType, check_id: str, begun: str, outcome: _Outcome) -> RunCheck:
        db, run, assignment = self.db, self.run, self.assignment
        said = "\n".join(outcome.said)
        row = RunCheck(
            id=check_id,
            run_id=run.id,
            check_type=check,
            status=outcome.status,
            output=f"{said}\n\n{outcome.output}"
            if said and outcome.output
            else said or outcome.output,
            executed_at=begun,
            assignment_id=assignment.id if assignment is not None else None,
            commit_sha=self.commit,
            command=list(outcome.command) if outcome.command is not None else None,
            exit_code=outcome.exit_code,
            seconds=outcome.seconds,
            log_path=str(outcome.log) if outcome.log is not None else None,
            changed_files=list(outcome.changed),
        )
        with db.transaction():
            db.insert(row)
            card = db.get(Card, assignment.card_id) if assignment is not None else None
            payload = {
                "check": check.value,
                "check_id": check_id,
                "assignment_id": row.assignment_id,
                "card_id": card.id if card is not None else None,
                "number": card.number if card is not None else None,
                "title": card.title if card is not None else None,
                "commit": self.commit,
                "exit_code": outcome.exit_code,
                "seconds": outcome.seconds,
                "reason": said or None,
                "changed_files": row.changed_files or None,
            }
            tell(db, run, f"check.{outcome.status}", actor=SUPERVISOR, payload=payload)
        return row


def marker_of_checks(run: OrchestrationRun, assignment: CardAssignment | None) -> str:
    """Return what marks the processes of checks; ending those of the run ends them too."""
    return f"{run.id}:{assignment.id if assignment is not None else 'integration'}:checks"


def kept_output(log: Path) -> str:
    """Return what a log holds, as text: its beginning and its end, where it is long."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            if size <= 2 * KEPT:
                return _text(file.read(2 * KEPT))
            head = file.read(KEPT)
            file.seek(size - KEPT)
            tail = file.read(KEPT)
    except OSError:
        return ""
    left_out = f"\n… {size - 2 * KEPT:,} bytes left out; the log has all of it …\n"
    return _text(head) + left_out + _text(tail)


def _text(written: bytes) -> str:
    return written.decode("utf-8", "replace").replace("\0", "�")


def _outcome(check: CheckType, result: CommandResult) -> _Outcome:
    said = [f"{check} {result.problem}."] if result.problem is not None else []
    if result.ending in (Ending.COULD_NOT_RUN, Ending.SHIM, Ending.STOPPED):
        status = CheckStatus.SKIPPED
    elif result.ending is Ending.EXITED and result.exit_code in NOT_RUN:
        status = CheckStatus.SKIPPED
        said.append(NOT_RUN[result.exit_code])
    elif result.ending is Ending.EXITED and result.exit_code == 0:
        status = CheckStatus.PASSED
    else:
        status = CheckStatus.FAILED
    return _Outcome(status, said, exit_code=result.exit_code, seconds=result.seconds)


def _environment(run: OrchestrationRun, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a check sees of our environment: what the agent, whose code it runs, may see."""
    return agent_environment(profile_from_json(run.run_input_snapshot["agent"]), environ, {})
