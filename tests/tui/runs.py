"""Runs put straight into the database, as a supervisor would have left them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    Card,
    CardAssignment,
    CardQuestion,
    EventLog,
    OrchestrationRun,
    PlanningAction,
    PullRequestCandidate,
    RunCheck,
    SystemPolicyProfile,
)
from tests.store.rows import example

SHA, OLD_SHA = "a1b2c3d4e5" * 4, "0f1e2d3c4b" * 4
START = "2026-01-31T08:40:00.000Z"


class Living(Supervisors):
    """Supervisors of which each lives: none is started, and nobody else looks after a run."""

    @contextmanager
    def unsupervised(self, run_id: str) -> Iterator[bool]:
        yield False


class Runs:
    """Makes runs of a project's cards; each run goes by a short name."""

    def __init__(self, db: DbAdapter, project_id: str, folder: Path) -> None:
        self.db, self.project_id, self.folder = db, project_id, folder
        self._made = 0
        db.insert(example(SystemPolicyProfile, id="policy", project_id=project_id))

    def run(self, name: str, status: str, **values: Any) -> str:
        """Add a run; each is a minute younger than the one before."""
        self._made += 1
        moment = f"2026-01-31T08:{40 + self._made:02}:00.000Z"
        given = {
            "project_id": self.project_id,
            "system_policy_profile_id": "policy",
            "workflow_id": None,
            "created_at": moment,
            "updated_at": moment,
            "agent_profile": "claude",
            "initiated_by": "ana",
            "base_commit": OLD_SHA,
            "repo_url": "/srv/lantern",
            **values,
        }
        self.db.insert(example(OrchestrationRun, id=name, status=status, **given))
        return name

    def card_run(self, name: str, card_id: str, status: str, **values: Any) -> str:
        """Add a run of one card, with its assignment ``<name>-a``."""
        own = {
            k: v for k, v in values.items() if k in ("step", "waits_for", "reason", "head_commit")
        }
        self.run(name, status, card_id=card_id, **values)
        started = values.get("started_at", START)
        self.assignment(f"{name}-a", name, card_id, status, started_at=started, **own)
        return name

    def workflow_run(self, name: str, workflow_id: str, status: str, **values: Any) -> str:
        """Add a run of a workflow; its assignments are to be added."""
        given = {"scope": "workflow", "card_id": None, "workflow_id": workflow_id, **values}
        return self.run(name, status, **given)

    def assignment(
        self, name: str, run: str, card_id: str, status: str = "running", **values: Any
    ) -> str:
        """Add an assignment, with a worktree of its own that is there."""
        worktree = self.folder / name
        worktree.mkdir()
        given = {
            "feature_branch": f"planner/{name}",
            "worktree_path": str(worktree),
            "agent_profile": "claude",
            "updated_at": START,
            **values,
        }
        self.db.insert(
            example(CardAssignment, id=name, run_id=run, card_id=card_id, status=status, **given)
        )
        return name

    def turn(
        self, assignment: str, turn: int = 1, log: str | None = None, **values: Any
    ) -> AgentExecution:
        """Add a turn, with what it printed."""
        path = self.folder / f"{assignment}-{turn}.log"
        if log is not None:
            path.write_text(log)
        given = {"started_at": START, "ended_at": None, "status": "running", **values}
        row = example(
            AgentExecution,
            id=f"{assignment}-{turn}",
            assignment_id=assignment,
            turn=turn,
            log_path=str(path),
            **given,
        )
        self.db.insert(row)
        return row

    def check(self, run: str, kind: str, status: str, **values: Any) -> RunCheck:
        """Add a check of a card run's assignment, with a log of its own."""
        path = self.folder / f"{run}-{kind}.log"
        path.write_text(f"{kind} was run\n")
        given = {
            "assignment_id": f"{run}-a",
            "commit_sha": SHA,
            "command": ["make", kind],
            "seconds": 12.5,
            "log_path": str(path),
            **values,
        }
        row = example(
            RunCheck, id=f"{run}-{kind}", run_id=run, check_type=kind, status=status, **given
        )
        self.db.insert(row)
        return row

    def commit(self, assignment: str, message: str, **values: Any) -> None:
        """Add a commit."""
        given = {"sha": SHA, "committed_at": START, **values}
        name = f"{assignment}-{given['sha'][:8]}"
        self.db.insert(
            example(AgentCommit, id=name, assignment_id=assignment, message=message, **given)
        )

    def question(self, name: str, turn: AgentExecution, text: str, **values: Any) -> None:
        """Add a question that an agent has asked in a turn, the only one of it."""
        assignment = self.db.get(CardAssignment, turn.assignment_id)
        assert assignment is not None
        card_id = assignment.card_id
        self.db.insert(example(CardQuestion, id=name, card_id=card_id, text=text, **values))
        self.db.insert(
            example(
                PlanningAction,
                id=f"asked-{name}",
                project_id=self.project_id,
                idempotency_key=f"report:{turn.id}:question:0",
                sequence=10_000 + self._made,
                result={"id": name},
            )
        )
        self._made += 1

    def event(self, run: str, event_type: str, **payload: Any) -> None:
        """Add an event."""
        self._made += 1
        row = example(
            EventLog,
            id=f"event-{self._made}",
            project_id=self.project_id,
            run_id=run,
            event_type=event_type,
            actor="supervisor",
            payload=payload,
        )
        self.db.insert(row)

    def approval(self, run: str, **values: Any) -> None:
        """Add what a person is asked, and what would be merged."""
        self.db.insert(
            example(ApprovalRequest, id=f"{run}-asked", run_id=run, requested_at=START, **values)
        )
        self.db.insert(example(PullRequestCandidate, id=f"{run}-candidate", run_id=run))

    def finalize(self, *card_ids: str) -> None:
        """Give cards the mark that they may be built."""
        for card_id in card_ids:
            self.db.update(Card, card_id, finalized_at=START)


def many_runs(runs: Runs, cards: list[str], workflow: str, workflow_cards: list[str]) -> None:
    """Add a run in each state, the card's titles being what they are."""
    runs.card_run(
        "merged", cards[0], "completed", ended_at="2026-01-31T08:58:00.000Z", head_commit=SHA
    )
    runs.turn("merged-a", 1, "It is done.\n", status="completed", ended_at=START)
    runs.card_run(
        "failed",
        cards[1],
        "failed",
        reason="the check unit failed",
        ended_at="2026-01-31T08:50:00.000Z",
        head_commit=SHA,
    )
    report = {
        "summary": "It reads aloud now.",
        "facts": [{"text": "There is a player.", "evidence": "src/player.py:3"}],
        "assumptions": [],
        "questions": [],
        "learnings": [{"title": "Speech", "text": "Keep it short."}],
    }
    runs.turn(
        "failed-a", 1, "turn one\n", status="completed", ended_at=START, prompt="Build card #2."
    )
    runs.turn(
        "failed-a",
        2,
        "\x1b[32mok\x1b[0m all \x1b[2Jtests\n",
        status="completed",
        ended_at="2026-01-31T08:49:00.000Z",
        prompt="The check unit failed.\nMend it.",
        report=report,
        command=["claude", "--print", "two words"],
        exit_code=0,
    )
    runs.check("failed", "lint", "passed", commit_sha=OLD_SHA)
    runs.check(
        "failed",
        "unit",
        "failed",
        exit_code=2,
        output="FAILED test_player\n1 failed",
        changed_files=["tests/run.sh"],
    )
    runs.commit("failed-a", "Read aloud\n\nWith a player.")
    runs.commit("failed-a", "What the agent left", sha=OLD_SHA, made_by="supervisor")
    runs.event("failed", "run.failed", reason="the check unit failed")
    runs.card_run("approval", cards[2], "blocked", waits_for="approval", head_commit=SHA)
    runs.approval("approval")
    runs.card_run(
        "decides",
        cards[3],
        "blocked",
        waits_for="decision",
        reason="The agent changed files besides the planned ones: docs/setup.md.",
    )
    runs.card_run(
        "asks", cards[4], "blocked", waits_for="answers", reason="The agent asks: Which voice?"
    )
    for number, (name, text, given) in enumerate(
        (
            ("q1", "How fast?", {"status": "approved", "answer": "As people talk."}),
            ("q2", "Which voice?", {}),
        ),
        start=1,
    ):
        asked = {"questions": [{"text": text}]}
        ended = {"status": "completed", "ended_at": START}
        turn = runs.turn("asks-a", number, "I have to ask.\n", report=asked, **ended)
        runs.question(name, turn, text, **given)
    runs.workflow_run(
        "lane", workflow, "running", started_at=START, heartbeat_at="2026-01-31T08:59:55.000Z"
    )
    for number, (card, status) in enumerate(
        zip(workflow_cards, ("completed", "running", "queued"), strict=False)
    ):
        step = "checks" if status == "running" else None
        place = "place" if status == "queued" else None
        started = None if status == "queued" else START
        name = runs.assignment(
            f"lane-{number}",
            "lane",
            card,
            status,
            sequence=number,
            step=step,
            waits_for=place,
            started_at=started,
        )
        if status != "queued":
            runs.turn(name, 1, f"card {number} is built\n")
    runs.card_run(
        "going",
        cards[5],
        "running",
        step="agent",
        started_at="2026-01-31T08:47:55.000Z",
        heartbeat_at="2026-01-31T08:59:58.000Z",
    )
    log = "".join(f"[{n:02}] reading src/player_{n}.py\n" for n in range(60))
    runs.turn("going-a", 1, log + "\x1b[33mwarning:\x1b[0m the player has no tests\n")
