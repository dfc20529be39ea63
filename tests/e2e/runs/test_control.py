"""What a person may want of a run: answers taken, resumed, decided, cancelled, cleaned up."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.control import cancel, clean, decide, resume
from planner.runs.policy import Limits
from planner.runs.reconcile import look_after
from planner.runs.supervisors import Lock
from store.records import (
    BuildState,
    Card,
    CardQuestion,
    CardStatus,
    EventLog,
    OrchestrationRun,
    WaitsFor,
)
from tests.e2e.runs.workshop import PATIENCE, POLICY, Workshop, processes_of, run_until, workshop
from tests.planner.plans import request
from tests.planner.runs.repositories import run_git, tip

WAITS = "for i in $(seq 3000); do test -e {} && exit 0; sleep 0.01; done; exit 9"
"""A part of an agent that waits for a file."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("control")) as shop:
        yield shop


@pytest.fixture(autouse=True)
def _at_home(home: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(shop.root / "home"))


def is_supervised(shop: Workshop, run_id: str) -> bool:
    with shop.supervisors.unsupervised(run_id) as nobody:
        return not nobody


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stands(shop: Workshop, run_id: str) -> tuple[str, str | None]:
    """Return what a run has come to, once it rests."""
    run = shop.rest(run_id)
    return run.status.value, run.waits_for.value if run.waits_for else None


APPROVAL = ("blocked", "approval")


def test_questions_stop_a_build_until_they_are_answered(shop: Workshop) -> None:
    run_id = shop.build(
        """
        if [ $PLANNER_TURN = 1 ]; then
          echo one > src/list.txt
          echo '{"summary": "Begun", "questions": ["Which colour?", "How many?"]}' > $PLANNER_REPORT
        else
          cat > src/prompt.txt
        fi
        env > src/env.txt
        """
    )
    assert stands(shop, run_id) == ("blocked", "answers")
    assert "Which colour?" in (shop.run(run_id).reason or "")
    assert shop.card_of(run_id).status is CardStatus.QUESTIONS
    with pytest.raises(Refused, match=r"Which colour(.|\n)*How many"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    colour, number = shop.db.list(CardQuestion, card_id=shop.card_of(run_id).id)
    target = {"card_id": colour.card_id}
    shop.apply(request("answerCardQuestion", target, id=colour.id, answer="Red; $(x)"))
    with pytest.raises(Refused, match="How many"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    shop.apply(
        request("setCardKnowledgeStatus", target, kind="question", id=number.id, status="rejected")
    )
    first = shop.assignment(run_id)
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == APPROVAL
    assert shop.assignment(run_id).session == first.session
    prompt = (shop.worktree(run_id) / "src/prompt.txt").read_text()
    assert "Red; $(x)" in prompt
    told = dict(
        line.split("=", 1)
        for line in (shop.worktree(run_id) / "src/env.txt").read_text().splitlines()
        if line.startswith("PLANNER_")
    )
    turn = shop.turns(run_id)[1]
    assert told == {
        "PLANNER_DB": str(shop.root / "plan.db"),
        "PLANNER_PROJECT": shop.project_id,
        "PLANNER_CARD": shop.card_of(run_id).id,
        "PLANNER_CARD_NUMBER": str(shop.card_of(run_id).number),
        "PLANNER_RUN": run_id,
        "PLANNER_ASSIGNMENT": first.id,
        "PLANNER_EXECUTION": turn.id,
        "PLANNER_TURN": "2",
        "PLANNER_PROMPT": f"{turn.folder}/prompt.md",
        "PLANNER_REPORT": f"{turn.folder}/report/report.json",
        "PLANNER_SESSION": first.session,
        "PLANNER_PROCESS": f"{run_id}:{first.id}:{turn.id}",
    }
    with pytest.raises(Refused, match="waits for your approval: approve or reject it"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)

    # A person's own commit in the worktree is checked like any other, once the run is resumed.
    (shop.worktree(run_id) / "src/mine.txt").write_text("By hand.\n")
    run_git(shop.worktree(run_id), "add", "--all")
    run_git(shop.worktree(run_id), "commit", "--quiet", "--message", "By hand")
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == APPROVAL
    assert shop.run(run_id).head_commit == tip(
        shop.repository, shop.assignment(run_id).feature_branch
    )
    assert len(shop.turns(run_id)) == 2


def test_a_failed_check_goes_back_with_what_it_printed(shop: Workshop) -> None:
    run_id = shop.build(
        """
        cat > ../prompt-$PLANNER_TURN
        case $PLANNER_TURN in
          1) echo BROKEN > src/broken.txt; git add .; git commit -qm 'Break it';;
          2) true;;
          3) exit 3;;
          *) echo mended > src/broken.txt;;
        esac
        """
    )
    assert stands(shop, run_id) == ("failed", None)
    assert shop.run(run_id).reason == "Not all checks passed: unit failed."
    assert shop.card_of(run_id).build_state is BuildState.FAILED
    resume(shop.db, run_id, actor="ana", note="Look at; `this`", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("blocked", "change")
    prompt = (shop.worktree(run_id).parent / "prompt-2").read_text()
    assert "src/broken.txt" in prompt
    assert "Look at; `this`" in prompt
    # Without a note, the checks are run again: they may have failed by chance.
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("failed", None)
    assert len(shop.turns(run_id)) == 2
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("failed", None)
    assert shop.run(run_id).reason == "The agent exited with 3."
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == APPROVAL
    with pytest.raises(Refused, match="reject it with your note"):
        resume(shop.db, run_id, actor="ana", note="More", supervisors=shop.supervisors)


def test_files_besides_the_planned_ones_wait_for_a_decision(shop: Workshop) -> None:
    script = """
        cat > ../prompt
        if [ $PLANNER_TURN = 1 ]; then
          echo x > src/planned.txt; echo x > 'src/other file;.txt'; echo x > .github/more.yml
        else
          git rm -q 'src/other file;.txt'; git commit -qm 'Take it back'
        fi
        """
    accepted = shop.build(script, planned=["src/planned.txt"])
    assert stands(shop, accepted) == ("blocked", "decision")
    assert "src/other file;.txt" in (shop.run(accepted).reason or "")
    assert ".github/more.yml" in (shop.run(accepted).reason or "")
    with pytest.raises(Refused, match="waits for a decision"):
        resume(shop.db, accepted, actor="ana", supervisors=shop.supervisors)
    assignment = shop.assignment(accepted)
    decide(shop.db, assignment.id, accept=True, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, accepted) == APPROVAL
    assert len(shop.turns(accepted)) == 1
    assert {*shop.assignment(accepted).accepted_paths} == {
        ".github/more.yml",
        "src/other file;.txt",
    }
    with pytest.raises(Refused, match="waits for no decision"):
        decide(shop.db, assignment.id, accept=True, actor="ana", supervisors=shop.supervisors)

    back = shop.build(script, planned=["src/planned.txt", ".github/more.yml"])
    note = "Not the other file, please"
    decide(
        shop.db,
        shop.assignment(back).id,
        accept=False,
        note=note,
        actor="ana",
        supervisors=shop.supervisors,
    )
    assert stands(shop, back) == ("blocked", "decision")  # .github is protected still
    assert note in (shop.worktree(back).parent / "prompt").read_text()
    assert "other file" not in (shop.run(back).reason or "")


def test_cancelling_ends_all_and_keeps_the_work(shop: Workshop, tmp_path: Path) -> None:
    script = f"""
        echo begun > src/list.txt
        sh -c 'touch {tmp_path}/ready; while :; do sleep 1; done' &
        {WAITS.format(tmp_path / "go")}
        """
    card_id = shop.card()
    run_id = shop.start(card_id, shop.agent("waits", script))
    until((tmp_path / "ready").exists)
    with pytest.raises(Refused, match="goes on already"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    with pytest.raises(Refused, match="Cancel its run before"):
        clean(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    cancel(shop.db, run_id, actor="ben", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("cancelled", None)
    until(lambda: not processes_of(run_id))
    assert shop.assignment(run_id).status is BuildState.CANCELLED
    assert shop.turns(run_id)[0].status is BuildState.CANCELLED
    card = shop.card_of(run_id)
    assert (card.status, card.build_state) == (CardStatus.TODO, BuildState.CANCELLED)
    assert shop.files(run_id) == {"src/list.txt": "M"}
    with pytest.raises(Refused, match="is cancelled already"):
        cancel(shop.db, run_id, actor="ben", supervisors=shop.supervisors)

    words = clean(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert "Removed worktree" in words[0]
    assert not shop.worktree(run_id).exists()
    assert shop.files(run_id) == {"src/list.txt": "M"}
    assert "no worktree" in clean(shop.db, run_id, actor="ana", supervisors=shop.supervisors)[0]

    (tmp_path / "go").touch()
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == APPROVAL
    assert shop.worktree(run_id).is_dir()
    cancel(shop.db, run_id, actor="ben", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("cancelled", None)
    newer = shop.start(card_id, shop.agent("quick", "echo other > src/list.txt"))
    shop.rest(newer)
    with pytest.raises(Refused, match="being built by another run"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)


def test_who_waits_for_a_place_gets_the_next(shop: Workshop, tmp_path: Path) -> None:
    one = msgspec.structs.replace(POLICY, limits=Limits(agents_at_once=1))
    shop.policy(one)
    try:
        asks = f"""
            until test -e {tmp_path / "go"}; do sleep 0.01; done
            echo '{{"questions": ["Why?"]}}' > $PLANNER_REPORT
            """
        first = shop.start(shop.card(), shop.agent("asks", asks))
        run_until(shop.db, first, lambda run: run.status is BuildState.RUNNING)
        quick = shop.agent("quick", "echo $PLANNER_RUN > src/list.txt")
        others = [shop.start(shop.card(), quick) for _ in range(4)]
        for run_id in others:
            run_until(shop.db, run_id, lambda run: run.waits_for is WaitsFor.PLACE)
        # One of them waits; the others are called when it is their turn.
        until(lambda: sum(is_supervised(shop, run_id) for run_id in others) == 1)
        cancel(shop.db, others[2], actor="ana", supervisors=shop.supervisors)
        assert shop.run(others[2]).status is BuildState.CANCELLED
        (tmp_path / "go").touch()
        assert stands(shop, first) == ("blocked", "answers")
        for run_id in (others[0], others[1], others[3]):
            assert stands(shop, run_id) == APPROVAL
        begun = [shop.turns(run_id)[0].started_at for run_id in (others[0], others[1], others[3])]
        assert begun == sorted(begun)  # type: ignore[type-var]
    finally:
        shop.policy(POLICY)


def test_a_worktree_is_made_ready_for_its_agent(shop: Workshop, tmp_path: Path) -> None:
    build = shop.repository / "build"
    build.mkdir()
    (build / "own.log").write_text("kept\n")
    (build / "linked.log").symlink_to("/etc/passwd")
    (shop.repository / "src" / "a name;.log").write_text("kept too\n")
    profile = {
        "copy_files": ("*.log",),
        "setup": (("sh", "-c", "echo ready > build/ready; test ! -e /fail"), ("true",)),
    }
    run_id = shop.build(
        "cat build/own.log 'src/a name;.log' build/ready > src/seen.txt; test ! -e build/linked.log"
        "; echo > .gitignore",
        **profile,
    )
    assert stands(shop, run_id) == APPROVAL
    assert (shop.worktree(run_id) / "src/seen.txt").read_text() == "kept\nkept too\nready\n"
    # What was copied is nobody's work, even where git does not ignore it any more.
    assert {*shop.files(run_id)} == {".gitignore", "src/seen.txt", "build/ready"}
    assert shop.untouched()

    broken = shop.build("echo x > src/x.txt", setup=(("sh", "-c", "echo why; exit 4"),))
    assert stands(shop, broken) == ("failed", None)
    reason = shop.run(broken).reason or ""
    assert "The setup command sh -c echo why; exit 4 exited with 4" in reason
    log = shop.folders.setup_log(broken, shop.assignment(broken).id)
    assert str(log) in reason
    assert log.read_text() == "why\n"
    assert shop.turns(broken) == []


def test_a_run_that_is_deleted_under_its_supervisor_leaves_nothing_running(
    shop: Workshop, tmp_path: Path
) -> None:
    script = f"touch {tmp_path}/ready; {WAITS.format(tmp_path / 'never')}"
    run_id = shop.start(shop.card(), shop.agent("stays", script))
    until((tmp_path / "ready").exists)
    worktree = shop.worktree(run_id)
    shop.db.delete(OrchestrationRun, run_id)
    until(lambda: not processes_of(run_id))
    assert worktree.is_dir()
    assert shop.folders.supervisor_log(run_id).read_text() == ""


def test_a_mistake_of_our_own_is_told_and_its_traceback_kept(shop: Workshop) -> None:
    run_id = shop.build("exit 1")
    shop.db.update(OrchestrationRun, run_id, run_input_snapshot={})
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("failed", None)
    log = shop.folders.supervisor_log(run_id)
    assert shop.run(run_id).reason == f"planner-tui itself failed here. What it knows is in {log}"
    assert "KeyError" in log.read_text()
    shop.db.update(OrchestrationRun, run_id, system_policy_snapshot={"limits": 5})
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert stands(shop, run_id) == ("failed", None)
    assert "This is not a policy" in (shop.run(run_id).reason or "")
    assert shop.assignment(run_id).status is BuildState.FAILED


def test_what_could_not_be_told_is_told_once_the_agent_can_be_run(shop: Workshop) -> None:
    profile = {"resume_command": ("false",)}
    agent = shop.agent("missing", "cat > src/prompt.txt", **profile)
    path = Path(agent.command[0])
    path.rename(path.with_name("moved"))
    run_id = shop.start(shop.card(), agent)
    assert stands(shop, run_id) == ("failed", None)
    assert "missing" in (shop.run(run_id).reason or "")
    path.with_name("moved").rename(path)
    resume(shop.db, run_id, actor="ana", note="Note; this", supervisors=shop.supervisors)
    assert stands(shop, run_id) == APPROVAL
    prompt = (shop.worktree(run_id) / "src/prompt.txt").read_text()
    assert prompt.startswith("# Build card")
    assert "Note; this" in prompt
    assert shop.assignment(run_id).next_turn is None


def test_a_workflow_is_built_card_by_card_and_approved_once(shop: Workshop) -> None:
    both = (*POLICY.required_checks, "integration")
    commands = {**POLICY.check_commands, "integration": ("sh", "-c", "test -e src/3.txt")}
    limits = Limits(agents_at_once=2)
    shop.policy(
        msgspec.structs.replace(
            POLICY,
            required_checks=both,  # type: ignore[arg-type]
            check_commands=commands,
            limits=limits,
        )
    )
    try:
        cards = [shop.card(f"Card {n}", workflow="whole") for n in range(1, 4)]
        number = shop.db.get(Card, cards[0])
        assert number is not None
        assert number.number is not None
        agent = shop.agent(
            "part",
            f"""
            n=$((PLANNER_CARD_NUMBER - {number.number} + 1))
            if [ $n = 2 ] && [ $PLANNER_TURN = 1 ]; then
              echo '{{"questions": ["Why two?"]}}' > $PLANNER_REPORT
            fi
            echo $n > src/$n.txt
            echo $n > src/same-$((n % 2)).txt
            """,
        )
        run_id = shop.start_workflow("whole", agent)
        assert stands(shop, run_id) == ("blocked", "answers")
        assert "Why two?" in (shop.run(run_id).reason or "")
        question = shop.db.list(CardQuestion, card_id=cards[1])[0]
        shop.apply(
            request("answerCardQuestion", {"card_id": cards[1]}, id=question.id, answer="So")
        )
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
        # The first and the third have both made one file, and can't be joined.
        assert stands(shop, run_id) == ("blocked", "conflict")
        assert "src/same-1.txt" in (shop.run(run_id).reason or "")
        with pytest.raises(Refused, match="say which the note is for"):
            resume(shop.db, run_id, actor="ana", note="Mend", supervisors=shop.supervisors)
        shop.agent("part", "git rm -q src/same-1.txt; git commit -qm 'Without it'")
        resume(
            shop.db,
            run_id,
            actor="ana",
            note="Leave src/same-1.txt to the first card.",
            card_ids=[cards[2]],
            supervisors=shop.supervisors,
        )
        assert stands(shop, run_id) == APPROVAL, shop.run(run_id).reason
        checks = shop.checks(run_id)
        assert checks == {"policy": "passed", "unit": "passed", "integration": "passed"}
        passed = shop.db.list(EventLog, run_id=run_id, event_type="check.passed")
        assert sum(event.payload["check"] == "integration" for event in passed) == 1
        assert shop.events(run_id).count("approval.requested") == 1
    finally:
        shop.policy(POLICY)


def test_who_begins_says_what_it_found(shop: Workshop, tmp_path: Path) -> None:
    assert look_after(shop.db, shop.supervisors) == ()
    script = f"{WAITS.format(tmp_path / 'go')}"
    run_id = shop.start(
        shop.card("Killed"), shop.agent("waits", f"echo x > src/list.txt\n{script}")
    )
    run_until(shop.db, run_id, lambda run: "agent.started" in shop.events(run.id))
    os.kill(shop.run(run_id).supervisor_pid or 0, signal.SIGKILL)
    lock = Lock(shop.folders.lock(run_id))
    until(lock.take)
    lock.release()
    (words,) = look_after(shop.db, shop.supervisors)
    assert words.endswith("“Killed” goes on: its agent is at work.")
    run_until(shop.db, run_id, lambda run: "run.adopted" in shop.events(run.id))
    assert look_after(shop.db, shop.supervisors, shop.project_id) == ()
    (tmp_path / "go").touch()
    assert stands(shop, run_id) == APPROVAL
    assert len(shop.turns(run_id)) == 1
    assert shop.events(run_id).count("agent.ended") == 1
