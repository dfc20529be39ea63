"""Driving a run: its assignments in threads, then what is for all of them together, then nothing.

What is next follows from what the database says, looked at anew each time. A run that waits for a
person is left: whoever gives the word sees to a supervisor again.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from planner.errors import Refused
from planner.runs.assignment import drive as drive_assignment
from planner.runs.assignment import fail, what_did_not_pass
from planner.runs.open_runs import OPEN
from planner.runs.places import claim_place, next_in_line, shall_wait
from planner.runs.processes import end_processes, start_token
from planner.runs.states import SUPERVISOR, set_assignment, set_run
from planner.runs.supervisors import Supervisors
from planner.runs.work import Stopped, Work, patiently
from store.errors import DatabaseBusy, RowMissing
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    RunScope,
    RunStep,
    WaitsFor,
    utc_now,
)

LOOK = 0.25
"""Seconds between two looks at whether somebody wants something else of the run."""

HEARTBEAT = 20.0
"""Seconds between two signs of life in the database; that it lives is told by its lock."""

LOOK_AT_OTHERS = 5.0
"""Seconds between two looks at the project's other runs, while one waits for a place."""

_AT_WORK = (BuildState.QUEUED, BuildState.RUNNING)


class Drive:
    """One run, driven as far as it goes."""

    def __init__(self, work: Work, supervisors: Supervisors) -> None:
        """Drive the run of ``work``; ``supervisors`` sees to who is next in line for a place."""
        self._work = work
        self._supervisors = supervisors
        self._threads: dict[str, threading.Thread] = {}
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._heartbeat = self._looked = 0.0
        self._seen = -1
        self._waits = False
        self._broken: Exception | None = None
        work.stopped = self._stop.is_set

    def go(self) -> None:
        """Drive the run until nothing can be done without a person, or it is gone."""
        with self._work.db.connection():
            try:
                patiently(self._sign)
                while patiently(self._look):
                    self._woken.wait(LOOK)
                    self._woken.clear()
            except RowMissing:
                self._stop.set()  # it was deleted: what it has begun is ended
                self._join()
            except Refused as refusal:
                self._give_up(str(refusal))
            except Exception:  # whatever it is, the run must not stay running
                self._give_up(self._own_mistake())
            patiently(self._leave)

    def _give_up(self, reason: str) -> None:
        """Have all of it failed that has not come to an end by itself."""
        self._join()

        def fail_all() -> None:
            db, run_id = self._work.db, self._work.run_id
            with db.transaction():
                for one in db.list(CardAssignment, run_id=run_id, status=_AT_WORK):
                    set_assignment(db, one.id, BuildState.FAILED, actor=SUPERVISOR, reason=reason)
                self._set(BuildState.FAILED, reason=reason)

        with suppress(RowMissing):
            patiently(fail_all)

    def _join(self) -> None:
        for thread in self._threads.values():
            thread.join()

    def _look(self) -> bool:
        """Do what is next; False when there is nothing."""
        if self._broken is not None:
            raise self._broken
        self._reap()
        self._beat()
        version = self._work.db.data_version()
        if version == self._seen:
            self._look_at_others()
            return True
        run = self._work.run()
        assignments = self._work.db.below_runs(CardAssignment, [run.id])
        self._seen, self._waits = version, False
        if run.cancel_requested_at is not None:
            self._stop.set()
        if self._stop.is_set():
            return self._stop_all(run, assignments)
        if run.status in _AT_WORK:
            self._waits = self._begin(assignments)
        if self._threads:
            return True
        if self._waits:
            return shall_wait(self._work.db, run)
        self._seen = -1
        self._woken.set()
        return run.status in _AT_WORK and self._finish(run)

    def _begin(self, assignments: list[CardAssignment]) -> bool:
        """Put whatever may go on to work; say whether something waits for a place."""
        for assignment in assignments:
            if assignment.id in self._threads:
                continue
            if assignment.status is BuildState.RUNNING:
                self._put_to_work(assignment)
            elif assignment.status is BuildState.QUEUED:
                if not claim_place(self._work.db, assignment.id, self._work.policy):
                    return True
                self._put_to_work(assignment)
                self._call_next()
        return False

    def _stop_all(self, run: OrchestrationRun, assignments: list[CardAssignment]) -> bool:
        """Have what is at work ended, by whoever works or would; then the run is cancelled."""
        for assignment in assignments:
            if assignment.status is BuildState.RUNNING and assignment.id not in self._threads:
                self._put_to_work(assignment)
        if self._threads:
            return True
        end_processes(self._work.marker())
        if run.status in OPEN:
            from planner.runs.approvals import close_run

            actor = run.cancel_requested_by or SUPERVISOR
            with self._work.db.transaction():
                close_run(self._work.db, run, actor=actor, how="Cancelled")
        return False

    def _put_to_work(self, assignment: CardAssignment) -> None:
        thread = threading.Thread(target=partial(self._drive, assignment.id), name=assignment.id)
        self._threads[assignment.id] = thread
        thread.start()

    def _drive(self, assignment_id: str) -> None:
        """Drive an assignment, on a thread of its own."""
        try:
            with self._work.db.connection():
                try:
                    drive_assignment(self._work, assignment_id)
                except Exception:  # whatever it is, the run must not stay running
                    reason = self._own_mistake()
                    patiently(lambda: fail(self._work, assignment_id, reason))
        except RowMissing:
            self._stop.set()
        except Exception as error:
            self._broken = error
        finally:
            self._woken.set()

    def _own_mistake(self) -> str:
        """Write down the exception at hand where a developer looks, and say where that is."""
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        log = self._work.folders.supervisor_log(self._work.run_id)
        return f"planner-tui itself failed here. What it knows is in {log}"

    def _reap(self) -> None:
        for assignment_id, thread in [*self._threads.items()]:
            if not thread.is_alive():
                del self._threads[assignment_id]
                self._seen = -1

    # Others

    def _sign(self) -> None:
        """Write down who drives the run."""
        self._heartbeat, pid = time.monotonic(), os.getpid()
        values = {"supervisor_pid": pid, "supervisor_started": start_token(pid)}
        self._work.db.update(OrchestrationRun, self._work.run_id, heartbeat_at=utc_now(), **values)

    def _beat(self) -> None:
        if time.monotonic() - self._heartbeat >= HEARTBEAT:
            self._heartbeat = time.monotonic()
            self._work.db.update(OrchestrationRun, self._work.run_id, heartbeat_at=utc_now())

    def _look_at_others(self) -> None:
        """See to runs whose supervisors were killed, while this one waits for a place of theirs."""
        if self._waits and not self._threads and time.monotonic() - self._looked > LOOK_AT_OTHERS:
            from planner.runs.reconcile import look_after

            self._looked = time.monotonic()
            look_after(self._work.db, self._supervisors, self._work.run().project_id)

    def _call_next(self) -> None:
        """See to it that whoever is next in line for a place waits for it."""
        waiting = next_in_line(self._work.db, self._work.run().project_id)
        if waiting is not None and waiting != self._work.run_id:
            self._supervisors.ensure(waiting)

    def _leave(self) -> None:
        """Sign off, and call whoever waits for a place."""
        run = self._work.db.get(OrchestrationRun, self._work.run_id)
        if run is None:
            end_processes(self._work.marker())
            return
        signed_off = {"supervisor_pid": None, "supervisor_started": None}
        self._work.db.update(OrchestrationRun, run.id, **signed_off)
        self._call_next()

    # What is for all assignments together

    def _finish(self, run: OrchestrationRun) -> bool:
        """Do what is next once no assignment is at work; False when a person is."""
        try:
            return self._finish_step(run)
        except Refused as refusal:
            self._set(BuildState.FAILED, reason=str(refusal))
        except (RowMissing, DatabaseBusy):
            raise
        except Exception:
            self._set(BuildState.FAILED, reason=self._own_mistake())
        return False

    def _finish_step(self, run: OrchestrationRun) -> bool:
        from planner.runs.acting import act_on_approvals
        from planner.runs.approvals import request_approval

        db = self._work.db
        assignments = db.below_runs(CardAssignment, [run.id])
        stuck = [one for one in assignments if one.status is not BuildState.COMPLETED]
        if stuck:
            return self._stuck(run)
        approved = {"run_id": run.id, "status": ApprovalStatus.APPROVED, "acted_at": None}
        if waiting := db.count(ApprovalRequest, **approved):
            act_on_approvals(
                db,
                run,
                folders=self._work.folders,
                environ=self._work.environ,
                verify=self._check_merge,
            )
            if db.count(ApprovalRequest, **approved) == waiting and self._is_at_work():
                raise Refused("What was approved is nothing that this run has made; resume it.")
            return self._is_at_work()
        head = assignments[0].head_commit or ""
        if run.scope is RunScope.WORKFLOW:
            integrated = self._integrated(run, assignments)
            if integrated is None:
                return False
            head = integrated
        if run.head_commit != head:
            db.update(OrchestrationRun, run.id, head_commit=head)
        # It asks git what changed: nobody is to wait for that with what they write.
        request_approval(db, run.id, ApprovalType.CREATE_PR, commit=head)
        if self._is_at_work():  # it was asked before, of this very commit
            self._set(
                BuildState.BLOCKED,
                waits_for=WaitsFor.APPROVAL,
                reason="The checks passed; it waits for your approval.",
            )
        return False

    def _is_at_work(self) -> bool:
        return self._work.run().status in _AT_WORK

    def _integrated(self, run: OrchestrationRun, assignments: list[CardAssignment]) -> str | None:
        """Return the commit with all cards in it, checked; None when it did not come to that."""
        from planner.runs.checks import all_passed, marker_of_checks, run_checks
        from planner.runs.integration import WORKTREE, Conflicted, integrate
        from planner.runs.preparing import make_ready

        db = self._work.db
        self._set(BuildState.RUNNING, step=RunStep.INTEGRATING)
        made = integrate(
            db, self._work.run(), repository=self._work.repository(), folders=self._work.folders
        )
        if isinstance(made, Conflicted):
            self._set(BuildState.BLOCKED, waits_for=WaitsFor.CONFLICT, reason=made.words)
            return None
        run = self._work.run()
        if all_passed(db, run, None, made.head, self._work.policy):
            return made.head
        self._set(BuildState.RUNNING, step=RunStep.CHECKS)
        end_processes(marker_of_checks(run, None))
        path = self._work.folders.worktree(run.id, WORKTREE)
        try:
            leave = make_ready(
                self._work, self._work.repository(), path, WORKTREE, stopped=self._is_cancelled
            )
        except Stopped:
            self._stop_all(self._work.run(), [])
            return None
        done = run_checks(
            db,
            run,
            None,
            worktree=path,
            commit=made.head,
            policy=self._work.policy,
            folders=self._work.folders,
            stopped=self._is_cancelled,
            environ=self._work.environ,
            leave=leave,
        )
        if self._is_cancelled():
            self._stop_all(self._work.run(), [])
            return None
        if not all_passed(db, run, None, made.head, self._work.policy):
            self._set(BuildState.FAILED, reason=f"Together: {what_did_not_pass(done)}")
            return None
        return made.head

    def _check_merge(self, repository: Path, merge: str, base: str) -> None:
        from planner.runs.merge_checks import check_merge

        check_merge(self._work, repository, merge, base, stopped=self._is_cancelled)

    def _is_cancelled(self) -> bool:
        """Look, on this thread, whether the run is to be cancelled."""
        self._beat()
        version = self._work.db.data_version()
        if version != self._seen:
            self._seen = version
            if self._work.run().cancel_requested_at is not None:
                self._stop.set()
        return self._stop.is_set()

    def _stuck(self, run: OrchestrationRun) -> bool:
        """Say what a run can't go on for: what waits for a person, or else what failed."""
        db = self._work.db
        with db.transaction():  # nobody resumes a part of it meanwhile
            assignments = db.below_runs(CardAssignment, [run.id])
            if any(one.status in _AT_WORK for one in assignments):
                return True
            stuck = [one for one in assignments if one.status is not BuildState.COMPLETED]
            blocked = [one for one in stuck if one.status is BuildState.BLOCKED]
            first = (blocked or stuck)[0]
            reason = first.reason
            if run.scope is RunScope.WORKFLOW:
                told = [f"{self._named(one)}: {one.reason or one.status}" for one in stuck]
                reason = "\n".join(told)
            if blocked:
                self._set(BuildState.BLOCKED, waits_for=first.waits_for, reason=reason)
            else:
                self._set(BuildState.FAILED, reason=reason)
        return False

    def _named(self, assignment: CardAssignment) -> str:
        card = self._work.db.get(Card, assignment.card_id)
        return f"#{card.number}" if card is not None else "a card"

    def _set(
        self,
        status: BuildState,
        *,
        step: RunStep | None = None,
        waits_for: WaitsFor | None = None,
        reason: str | None = None,
    ) -> None:
        set_run(
            self._work.db,
            self._work.run_id,
            status,
            actor=SUPERVISOR,
            step=step,
            waits_for=waits_for,
            reason=reason,
        )
