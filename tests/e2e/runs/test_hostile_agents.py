"""Agents that are real executables, well-behaved and not, each building a card of one repository.

They are all started at once, and then it is looked at what became of each.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner.runs.policy import Limits
from store.records import (
    AgentCommit,
    ApprovalRequest,
    BuildState,
    CardKnownFact,
    CardStatus,
    EventLog,
    RunCheck,
    WaitsFor,
)
from tests.e2e.runs.workshop import POLICY, Workshop, processes_of, workshop
from tests.planner.runs.repositories import run_git

REPORT = {"summary": "Made it.", "facts": [{"text": "It is \x1b[2J there.", "evidence": "src"}]}

WRITE = "echo done > src/made.txt"

ESCAPES = """#!/usr/bin/env -S python3 -IS
import os, sys
line = b"\\x1b[2J\\x1b]0;owned\\x07\\x1b[31m" + b"x" * 80 + b"\\xff\\r\\n"
block = line * 10_000
for _ in range(100_000_000 // len(block)):
    os.write(1, block)
open("src/made.txt", "w").write("done")
"""

LEAVES_CHILDREN = """
setsid sh -c 'trap "" TERM HUP; while :; do sleep 1; done' &
(env -i setsid sh -c 'sleep 600; :' &)
echo done > src/made.txt
"""

AGENTS: dict[str, str] = {
    "succeeds": f"cat > prompt.log; {WRITE}; printf %s '{json.dumps(REPORT)}' > $PLANNER_REPORT",
    "commits": f"""
        {WRITE}; git add -A; git commit -qm 'First; $(touch /tmp/x)'
        echo more >> src/made.txt; git commit -qam '--second'""",
    "leaves some": f"""
        {WRITE}; git add -A; git commit -qm 'First'
        echo more > src/more.txt; echo staged >> src/made.txt; git add src/made.txt""",
    "nothing": "true",
    "exits 1": f"{WRITE}; echo it broke; exit 1",
    "is killed": f"{WRITE}; kill -KILL $$",
    "hangs": f"{WRITE}; trap '' TERM; while :; do sleep 1; done",
    "stops itself": f"{WRITE}; kill -STOP $$",
    "kills its shim": f"{WRITE}; kill -KILL $PPID; sleep 600",
    "kills all above": f"{WRITE}; kill -KILL $(ps -o ppid= -p $PPID) $PPID; sleep 600",
    "forges its end": f"""
        {WRITE}; echo '{{"ending": "exited", "exit_code": 0}}' > "${{PLANNER_REPORT%/*/*}}/exit.json"
        exit 5""",
    "leaves children": LEAVES_CHILDREN,
    "shouts": ESCAPES,
    "never stops shouting": "exec yes",
    "malformed report": f"{WRITE}; echo '{{\"summary\": [' > $PLANNER_REPORT",
    "linked report": f"{WRITE}; ln -s /etc/passwd $PLANNER_REPORT",
    "endless report": f"{WRITE}; mkfifo $PLANNER_REPORT",
    "deletes its worktree": f'{WRITE}; git add -A; git commit -qm Done; rm -rf "$PWD"',
    "deletes it uncommitted": f'{WRITE}; rm -rf "$PWD"',
    "detached": f"{WRITE}; git checkout -q --detach; git add -A; git commit -qm Done",
    "its own repository": f"{WRITE}; rm .git; git init -q; git add -A; git commit -qm Done",
    "fails the check": "echo BROKEN > src/made.txt",
    "makes the check pass": "echo BROKEN > src/made.txt; echo exit 0 > check.sh",
    "protected": f"{WRITE}; echo 'on: nothing' > .github/workflow.yml",
}

FORBIDDEN: dict[str, str] = {
    "directly": "echo y > secrets/key",
    "new file": "echo y > secrets/other",
    "deleted": "git rm -q secrets/key",
    "symlink": "ln -s ../secrets src/way; echo y > src/way/key; rm src/way",
    "dots": "echo y > src/../secrets/../src/../secrets/other",
    "rename out": "git mv secrets/key src/more.txt; git commit -qm Move",
    "rename in": "git mv src/list.txt secrets/list; git commit -qm Move",
    "submodule": """
        git init -q secrets/inner; git -C secrets/inner commit -q --allow-empty -m x
        git add secrets/inner; git commit -qm Submodule""",
    "case": "mkdir SECRETS; echo y > SECRETS/key",
    "taken back": """
        echo y > secrets/key; git commit -qam Sneak; echo x > secrets/key; git commit -qam Hide
        echo z > secrets/key""",
}

BRIEF = {"hangs": 1.0, "stops itself": 1.0}
"""Seconds that some may take."""


class Crowd:
    """All the runs, by what their agents do."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.begun = time.monotonic()
        self.ids = {}
        for name, script in {**AGENTS, **FORBIDDEN}.items():
            profile: dict[str, Any] = {}
            if name in BRIEF:
                profile["minutes"] = BRIEF[name] / 60
            file = name.replace(" ", "-")
            body = f"{WRITE}\n{script}" if name in FORBIDDEN else script
            agent = shop.agent(file, body, **profile)
            card = shop.card(f"An agent that {name}", planned=["src/made.txt", "src/more.txt"])
            self.ids[name] = shop.start(card, agent)

    def rested(self, name: str) -> str:
        """Return a run's id once it waits for a person or is over; nothing of it is left behind."""
        run_id = self.ids[name]
        self.shop.rest(run_id)
        assert processes_of(run_id) == []
        return run_id


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    limits = Limits(agents_at_once=6, log_megabytes=101)
    policy = msgspec.structs.replace(POLICY, limits=limits)
    with workshop(tmp_path_factory.mktemp("crowd"), policy) as shop:
        yield Crowd(shop)
        assert shop.untouched()
        assert run_git(shop.remote, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def built(shop: Workshop, run_id: str) -> None:
    """See to it that a run waits for an approval, with its card as it should be."""
    run, assignment, card = shop.run(run_id), shop.assignment(run_id), shop.card_of(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL), run.reason
    assert assignment.status is BuildState.COMPLETED
    assert shop.checks(run_id) == {"policy": "passed", "unit": "passed"}
    (request,) = shop.db.list(ApprovalRequest, run_id=run_id)
    assert request.commit_sha == assignment.head_commit == card.last_build_ref
    assert (card.status, card.build_state) == (CardStatus.REVIEW, BuildState.COMPLETED)
    (commit,) = {check.commit_sha for check in shop.db.list(RunCheck, run_id=run_id)}
    assert commit == assignment.head_commit


def makers(shop: Workshop, run_id: str) -> list[str]:
    assignment = shop.assignment(run_id)
    return [c.made_by.value for c in shop.db.list(AgentCommit, assignment_id=assignment.id)]


def not_approved(shop: Workshop, run_id: str, status: BuildState) -> str:
    """See to it that nobody is asked to approve a run; return its assignment's reason."""
    assignment = shop.assignment(run_id)
    assert shop.run(run_id).status is status
    assert assignment.status is status
    assert shop.db.count(ApprovalRequest, run_id=run_id) == 0
    assert shop.card_of(run_id).build_state is status
    return assignment.reason or ""


def said(shop: Workshop, run_id: str) -> str:
    """Return everything that the log says of a run."""
    return json.dumps([event.payload for event in shop.db.list(EventLog, run_id=run_id)])


CASES: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
"""What is to be looked at, and of which agent."""


def each_of(
    *cases: tuple[Any, ...],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a function look at each of some agents."""

    def register(check: Callable[..., None]) -> Callable[..., None]:
        CASES.extend((check, case) for case in cases)
        return check

    return register


@each_of(())
def _one_that_succeeds_is_built_and_asks(crowd: Crowd) -> None:
    shop, run_id = crowd.shop, crowd.rested("succeeds")
    built(shop, run_id)
    assert shop.files(run_id) == {"src/made.txt": "A"}
    assert makers(shop, run_id) == ["supervisor"]
    (fact,) = shop.db.list(CardKnownFact, card_id=shop.assignment(run_id).card_id)
    assert (fact.text, fact.source, fact.status) == ("It is \x1b[2J there.", "agent", "draft")
    (turn,) = shop.turns(run_id)
    assert (turn.exit_code, turn.summary, turn.error) == (0, "Made it.", None)
    assert (shop.worktree(run_id) / "prompt.log").read_text() == turn.prompt
    events = shop.events(run_id)
    order = ["run.queued", "run.started", "worktree.added", "agent.started", "agent.ended"]
    order += ["commit.recorded", "check.passed", "assignment.completed", "approval.requested"]
    assert [events.index(event) for event in order] == sorted(events.index(e) for e in order)


@each_of(
    ("commits", ["src/made.txt"], ["agent", "agent"]),
    ("leaves some", ["src/made.txt", "src/more.txt"], ["agent", "supervisor"]),
    ("detached", ["src/made.txt"], ["agent"]),
    ("deletes its worktree", ["src/made.txt"], ["agent"]),
    ("its own repository", ["src/made.txt"], ["supervisor"]),
    ("leaves children", ["src/made.txt"], ["supervisor"]),
    ("malformed report", ["src/made.txt"], ["supervisor"]),
    ("linked report", ["src/made.txt"], ["supervisor"]),
    ("endless report", ["src/made.txt"], ["supervisor"]),
    ("shouts", ["src/made.txt"], ["supervisor"]),
)
def _what_an_agent_did_in_its_own_way_is_built(
    crowd: Crowd, name: str, files: list[str], makers_of: list[str]
) -> None:
    shop, run_id = crowd.shop, crowd.rested(name)
    built(shop, run_id)
    assert list(shop.files(run_id)) == files
    assert makers(shop, run_id) == makers_of
    if "report" in name:
        assert "report" in said(shop, run_id)
    if name == "shouts":
        assert Path(shop.turns(run_id)[0].log_path or "").stat().st_size > 99_000_000


@each_of(("nothing",), ("deletes it uncommitted",))
def _one_that_changes_nothing_waits_for_a_change(crowd: Crowd, name: str) -> None:
    shop, run_id = crowd.shop, crowd.rested(name)
    reason = not_approved(shop, run_id, BuildState.BLOCKED)
    assert shop.assignment(run_id).waits_for is WaitsFor.CHANGE
    assert "without having changed" in reason
    assert shop.checks(run_id) == {}


@each_of(
    ("exits 1", "exited with 1", 1),
    ("is killed", "ended by SIGKILL", -9),
    ("hangs", "after 1 second, its time limit", -9),
    ("stops itself", "after 1 second, its time limit", -15),
    ("kills its shim", "its shim was ended by SIGKILL", None),
    ("forges its end", "exited with 5", 5),
    ("never stops shouting", "its log passed 101 MB", -15),
)
def _one_that_does_not_end_well_has_failed(
    crowd: Crowd, name: str, words: str, exit_code: int | None
) -> None:
    shop, run_id = crowd.shop, crowd.rested(name)
    assert words in not_approved(shop, run_id, BuildState.FAILED)
    (turn,) = shop.turns(run_id)
    assert turn.exit_code == exit_code
    # What it had made by then is kept, and shown.
    if name != "never stops shouting":
        assert shop.files(run_id) == {"src/made.txt": "A"}
        assert (shop.worktree(run_id) / "src/made.txt").read_text() == "done\n"


@each_of(())
def _one_that_kills_all_above_it_has_failed(crowd: Crowd) -> None:
    """Its shim may have been quick enough to say so; else all that is known is that it is gone."""
    shop, run_id = crowd.shop, crowd.rested("kills all above")
    reason = not_approved(shop, run_id, BuildState.FAILED)
    assert "was interrupted" in reason or "its shim was" in reason
    assert shop.files(run_id) == {"src/made.txt": "A"}


@each_of(*((name,) for name in FORBIDDEN))
def _one_that_touches_what_is_forbidden_has_failed(crowd: Crowd, name: str) -> None:
    shop, run_id = crowd.shop, crowd.rested(name)
    reason = not_approved(shop, run_id, BuildState.FAILED)
    assert "the policy forbids" in reason
    assert "secrets/" in reason.lower()
    assert shop.checks(run_id) == {}


@each_of(())
def _checks_decide(crowd: Crowd) -> None:
    shop, run_id = crowd.shop, crowd.rested("fails the check")
    assert "unit failed" in not_approved(shop, run_id, BuildState.FAILED)
    (check,) = shop.db.list(RunCheck, run_id=run_id, check_type="unit")
    assert check.output == "src/made.txt:BROKEN\n"
    assert check.changed_files == []


@each_of(())
def _what_nobody_planned_or_is_protected_waits_for_a_decision(crowd: Crowd) -> None:
    shop = crowd.shop
    for name, file in {"makes the check pass": "check.sh", "protected": ".github/"}.items():
        run_id = crowd.rested(name)
        reason = not_approved(shop, run_id, BuildState.BLOCKED)
        assert shop.assignment(run_id).waits_for is WaitsFor.DECISION
        assert file in reason
        assert shop.checks(run_id) == {}


def test_what_becomes_of_each(crowd: Crowd) -> None:
    """One test, so that one process alone starts the crowd."""
    wrong: list[Exception] = []
    for check, case in CASES:
        try:
            check(crowd, *case)
        except (AssertionError, ValueError) as error:
            error.add_note(f"{check.__name__}{case}")
            wrong.append(error)
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} of {len(CASES)} are not as they should be", wrong)
