"""SIGKILL of supervisor, shim or agent, at sixty moments spread over whole lives of runs.

Whatever was killed, whoever begins next looks after the runs, and a person goes on with what waits
for one. In the end every card is in production, with all that its agents have ever made, pushed
and merged once.
"""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from planner.errors import Refused
from planner.runs.agents import AgentProfile
from planner.runs.approvals import approve
from planner.runs.control import resume
from planner.runs.executions import Running, look_at
from planner.runs.reconcile import has_work, look_after
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    Card,
    CardStatus,
    OrchestrationRun,
    WaitsFor,
)
from tests.e2e.runs.workshop import Workshop, processes_of, workshop
from tests.planner.runs.repositories import run_git, tip

SEED = 20260131
KILLS = 60
MOST = 5
"""How often somebody is killed in one life."""

AT_ONCE = 3
LONGEST = 0.25
"""Seconds after which somebody is killed, at most: about as long as a run takes to its rest."""

WHILE_AT_WORK = 0.08
"""The same for an agent and its shim, from when they are at work."""

AGENT = """
name=$PLANNER_CARD_NUMBER-$PLANNER_TURN
for part in 1 2; do
  echo $name > src/$name-$part.txt
  echo src/$name-$part.txt >> {journal}-$PLANNER_CARD_NUMBER
  sleep 0.02
  git add src/$name-$part.txt
  git commit --quiet --message "Part $part"
  git rev-parse HEAD >> {journal}-$PLANNER_CARD_NUMBER
done
echo $name > src/$name-left.txt
echo src/$name-left.txt >> {journal}-$PLANNER_CARD_NUMBER
"""
"""Notes each file and commit once it is made."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop(tmp_path) as shop:
        run_git(shop.remote, "config", "core.logAllRefUpdates", "always")
        yield shop


class Life:
    """One run from its start to its end, in which somebody is killed time and again."""

    def __init__(self, shop: Workshop, number: int, agent: AgentProfile) -> None:
        self._shop, self._db, self._agent = shop, shop.db, agent
        self._chance = random.Random(SEED + number)
        self.killed: list[str] = []
        self.run_id = ""

    def go(self) -> None:
        """Live it to its end."""
        with self._db.connection():
            card_id = self._shop.card(f"Life; $(x) {self._chance.random()}")
            self.run_id = self._shop.start(card_id, self._agent)
            deadline = time.monotonic() + 90
            while True:
                assert time.monotonic() < deadline, self._told()
                if len(self.killed) < MOST:
                    self._kill_somebody()
                else:
                    time.sleep(0.03)
                # The kernel may take a moment to let go of what the dead one held.
                look_after(self._db, self._shop.supervisors)
                if self._rests() and not self._act():
                    return

    def _kill_somebody(self) -> None:
        """Kill who is there at some moment; nobody, when the run rests by then."""
        wanted = self._chance.choice(("supervisor", "shim", "agent"))
        longest = LONGEST
        if wanted != "supervisor":
            deadline = time.monotonic() + LONGEST
            while not self._turn_runs():
                if self._rests() or time.monotonic() > deadline:
                    return
                time.sleep(0.01)
            longest = WHILE_AT_WORK
        until = time.monotonic() + self._chance.uniform(0, longest)
        while time.monotonic() < until:
            if self._rests():
                return
            time.sleep(0.01)
        there = self._there()
        for kind in (wanted, *there):
            if kind in there:
                with suppress(psutil.Error):
                    there[kind].kill()
                    self.killed.append(kind)
                return

    def _turn_runs(self) -> bool:
        turns = self._db.list(
            AgentExecution,
            assignment_id=self._shop.assignment(self.run_id).id,
            status=BuildState.RUNNING,
        )
        return any(
            isinstance(look_at(Path(turn.folder or ""), turn.pid, turn.pid_started), Running)
            for turn in turns
        )

    def _there(self) -> dict[str, psutil.Process]:
        """Return who is at work for the run, by kind."""
        there = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = process.cmdline()
                if command[-1:] == [self.run_id]:
                    there["supervisor"] = process
                elif process.environ().get("PLANNER_PROCESS", "").startswith(self.run_id):
                    there.setdefault("shim" if "-S" in command else "agent", process)
        return there

    def _rests(self) -> bool:
        """Say whether nothing is done for the run, and nothing is to be."""
        with self._shop.supervisors.unsupervised(self.run_id) as nobody:
            return nobody and not has_work(self._db, self.run_id)

    def _act(self) -> bool:
        """Do what a person would with a run that rests; False when it is over."""
        run = self._run()
        assert run.status in (BuildState.BLOCKED, BuildState.FAILED, BuildState.COMPLETED), run
        assert "itself failed" not in (run.reason or ""), self._log()
        assert not processes_of(self.run_id)
        if run.status is BuildState.COMPLETED:
            return False
        if run.waits_for is WaitsFor.APPROVAL:
            asked = self._db.list(ApprovalRequest, run_id=run.id, status=ApprovalStatus.PENDING)
            try:
                approve(self._db, asked[-1].id, actor="ana", supervisors=self._shop.supervisors)
            except Refused:
                resume(self._db, run.id, actor="ana", supervisors=self._shop.supervisors)
            return True
        assert run.status is BuildState.FAILED, run.reason
        resume(self._db, run.id, actor="ana", supervisors=self._shop.supervisors)
        return True

    def _run(self) -> OrchestrationRun:
        run = self._db.get(OrchestrationRun, self.run_id)
        assert run is not None
        return run

    def _told(self) -> str:
        run, assignment = self._run(), self._shop.assignment(self.run_id)
        state = f"{run.status} {run.step} {run.waits_for} {run.reason}"
        state += f"\n{assignment.status} {assignment.step} {assignment.reason}"
        asked = self._db.list(ApprovalRequest, run_id=run.id)
        state += f"\n{[(one.approval_type.value, one.outcome) for one in asked]}"
        events = self._shop.events(self.run_id)
        return f"{state}\nkilled {self.killed}\n{len(events)} {events[-25:]}\n{self._log()}"

    def _log(self) -> str:
        return self._shop.folders.supervisor_log(self.run_id).read_text()


def check(shop: Workshop, run_id: str) -> None:
    """Check that a run is over as if nobody had ever been killed."""
    db, run = shop.db, shop.run(run_id)
    assignment = shop.assignment(run_id)
    card = db.get(Card, assignment.card_id)
    assert card is not None
    assert (run.status, assignment.status) == (BuildState.COMPLETED, BuildState.COMPLETED)
    assert (card.status, card.build_state) == (CardStatus.PRODUCTION, BuildState.COMPLETED)
    head = assignment.head_commit or ""
    assert run.head_commit == card.last_build_ref == head
    for turn in db.list(AgentExecution, assignment_id=assignment.id):
        assert turn.status in (BuildState.COMPLETED, BuildState.FAILED)
        assert turn.ended_at is not None

    # Nothing that an agent made is lost.
    journal = (shop.root / f"journal-{card.number}").read_text().splitlines()
    files = {*run_git(shop.repository, "ls-tree", "-r", "--name-only", head).splitlines()}
    commits = {*run_git(shop.repository, "rev-list", head).splitlines()}
    made = {line for line in journal if line.startswith("src/")}
    assert made <= files
    assert {*journal} - made <= commits
    recorded = {one.sha for one in db.list(AgentCommit, assignment_id=assignment.id)}
    assert {*journal} - made <= recorded

    # Nothing was done twice.
    branch = assignment.feature_branch
    assert tip(shop.remote, branch) == head
    pushes = run_git(shop.remote, "reflog", "show", "--format=%H", f"refs/heads/{branch}")
    assert pushes.splitlines() == [head]
    merges = run_git(shop.repository, "log", "--merges", "--format=%P", "main").splitlines()
    assert sum(line.split()[-1] == head for line in merges) == 1
    requests = db.list(ApprovalRequest, run_id=run_id, status=ApprovalStatus.APPROVED)
    assert {one.approval_type.value for one in requests} == {"create_pr", "merge_pr"}
    assert all(one.acted_at is not None for one in requests)


def test_whoever_is_killed_every_card_is_built_and_merged_once(shop: Workshop) -> None:
    lives: list[Life] = []
    agent = shop.agent("killed", AGENT.format(journal=shop.root / "journal"))
    lock = threading.Lock()
    add_card = shop.card

    def one_at_a_time(title: str) -> str:
        with lock:
            return add_card(title)

    def live() -> None:
        while sum(len(life.killed) for life in lives) < KILLS:
            life = Life(shop, len(lives), agent)
            lives.append(life)
            life.go()

    shop.card = one_at_a_time  # type: ignore[method-assign, assignment]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(live) for _ in range(AT_ONCE)]:
            done.result()
    killed = [kind for life in lives for kind in life.killed]
    sys.stdout.write(f"{len(lives)} {Counter(killed)}")
    for life in lives:
        check(shop, life.run_id)
        assert not shop.folders.supervisor_log(life.run_id).read_text()
    assert look_after(shop.db, shop.supervisors) == ()
    assert run_git(shop.repository, "status", "--porcelain") == ""
    assert len(killed) >= KILLS
    assert {*killed} == {"supervisor", "shim", "agent"}
