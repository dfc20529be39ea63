from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.errors import Refused
from planner.runs.agents import AgentProfile, profile_to_json
from planner.runs.check_files import changed_of_check
from planner.runs.checks import KEPT, all_passed, kept_output, run_checks
from planner.runs.folders import RunFolders
from planner.runs.policy import Limits, Policy
from planner.runs.worktrees import add_worktree
from store.records import (
    CardAssignment,
    CheckStatus,
    CheckType,
    EventLog,
    OrchestrationRun,
    RunCheck,
)
from tests.planner.plans import Plan, opened
from tests.planner.runs.repositories import commit, copied, make_repository, run_git, tip
from tests.planner.runs.run_rows import add_run

AGENT = AgentProfile(name="scripted", command=("agent",), environment=("ALLOWED",))


class Checking:
    """A worktree with a commit of an agent, and the run it belongs to."""

    def __init__(self, plan: Plan, repository: Path, folders: RunFolders) -> None:
        self.plan, self.db, self.repository, self.folders = plan, plan.db, repository, folders
        self.base = tip(repository)
        snapshot = {"agent": profile_to_json(AGENT), "status_before": {}}
        run_id = add_run(plan, "w1a1c1", base_commit=self.base, run_input_snapshot=snapshot)
        self.worktree = folders.worktree(run_id, "1")
        self.branch = "planner/1-card-abcdef"
        add_worktree(repository, self.worktree, self.branch, self.base)
        self.head = commit(self.worktree, "Work", {"src/list.py": "work\n", "check.sh": "exit 0\n"})
        run = self.db.get(OrchestrationRun, run_id)
        assert run is not None
        self.run = run
        (self.assignment,) = self.db.list(CardAssignment, run_id=run_id)

    def check(self, *checks: CheckType, **commands: Any) -> tuple[RunCheck, ...]:
        options = commands.pop("options", {})
        self.policy = Policy(
            required_checks=checks or tuple(CheckType(name) for name in commands),
            check_commands={name: tuple(command) for name, command in commands.items()},
            **options.pop("policy", {}),
        )
        return run_checks(
            self.db,
            self.run,
            self.assignment,
            worktree=self.worktree,
            commit=options.pop("commit", self.head),
            policy=self.policy,
            folders=self.folders,
            **{"stopped": lambda: False, **options},
        )

    def passed(self, commit: str | None = None) -> bool:
        return all_passed(self.db, self.run, self.assignment, commit or self.head, self.policy)

    def events(self) -> list[EventLog]:
        found = self.db.list(EventLog, run_id=self.run.id)
        return [event for event in found if event.event_type.startswith("check.")]

    def status(self) -> str:
        """Return where the worktree is, and all in it that is not in that commit."""
        seen = run_git(self.worktree, "status", "--porcelain", "--branch", "-uall", "--ignored")
        return f"{tip(self.worktree)} {seen}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("made") / "repository")


@pytest.fixture
def checking(made: Path, tmp_path: Path, database_path: Path) -> Iterator[Checking]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(workflows=1, activities=1, cards=1)
        repository = copied(made, tmp_path / "repo sitory")
        yield Checking(plan, repository, RunFolders(tmp_path / "runs"))


def sh(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def test_a_check_passes_fails_or_is_skipped(checking: Checking) -> None:
    c = CheckType
    rows = checking.check(
        *(c.UNIT, c.LINT, c.SECURITY, c.E2E, c.DEPENDENCY, c.POLICY),
        unit=sh("echo fine"),
        lint=sh("echo oh no; echo worse >&2; exit 2"),
        security=("no-such-scanner", "--all"),
        e2e=sh("no-such-browser"),
    )

    by_type = {row.check_type: row for row in rows}
    assert [(row.check_type, row.status.value, row.exit_code) for row in rows] == [
        ("unit", "passed", 0),
        ("lint", "failed", 2),
        ("security", "skipped", None),
        ("e2e", "skipped", 127),
        ("dependency", "skipped", None),
        ("policy", "passed", None),
    ]
    assert list(rows) == checking.db.list(RunCheck, run_id=checking.run.id)
    assert {row.commit_sha for row in rows} == {checking.head}
    assert {row.assignment_id for row in rows} == {checking.assignment.id}
    assert by_type[c.UNIT].output == "fine\n"
    assert by_type[c.LINT].output == "oh no\nworse\n"
    assert by_type[c.LINT].command == ["sh", "-c", "echo oh no; echo worse >&2; exit 2"]
    assert Path(by_type[c.LINT].log_path or "").read_text() == "oh no\nworse\n"
    said = by_type[c.SECURITY].output or ""
    assert said == "security could not be run: “no-such-scanner” was not found in PATH."
    assert (by_type[c.E2E].output or "").startswith("A command in it was not found (127")
    assert "has no command for dependency" in (by_type[c.DEPENDENCY].output or "")
    assert by_type[c.POLICY].output == "2 changed files keep to the path rules."

    told = checking.events()
    assert [event.event_type for event in told] == [f"check.{row.status}" for row in rows]
    payload = told[1].payload
    assert (payload["check"], payload["commit"], payload["exit_code"]) == ("lint", checking.head, 2)
    assert (payload["number"], payload["title"]) == (1, "Card 1.1.1")
    assert payload["seconds"] >= 0
    assert not checking.passed()


def test_the_path_rules_are_a_check(checking: Checking) -> None:
    c = checking
    paths = {"forbidden_paths": ("secrets/",), "protected_paths": ("*.sh",)}
    c.db.update(CardAssignment, c.assignment.id, allowed_paths=["src/other.py"])
    commit(c.worktree, "More", {"secrets/key": "y"})
    c.head = tip(c.worktree)
    c.assignment = c.db.list(CardAssignment, run_id=c.run.id)[0]
    (row,) = c.check(CheckType.POLICY, options={"policy": paths})
    assert row.status is CheckStatus.FAILED
    assert row.output == (
        "The policy forbids changing:\n  secrets/key: the policy forbids secrets/\n"
        "Protected, and accepted by nobody:\n  check.sh: the policy protects *.sh\n"
        "Not planned, and accepted by nobody:\n  src/list.py: it is not among the planned files"
    )
    accepted = ["check.sh", "src/list.py", "secrets/key"]
    c.db.update(CardAssignment, c.assignment.id, accepted_paths=accepted)
    # Of the whole run: what all its cards may change, and all that was accepted.
    (row,) = run_checks(
        c.db,
        c.run,
        None,
        worktree=c.worktree,
        commit=c.head,
        policy=c.policy,
        folders=c.folders,
        stopped=lambda: False,
    )
    assert row.assignment_id is None
    assert row.output == (
        "The policy forbids changing:\n  secrets/key: the policy forbids secrets/"
    )


def test_all_have_passed_when_each_did_at_this_commit_the_last_time(checking: Checking) -> None:
    flag = checking.folders.root / "flag"
    once = sh(f"test -e '{flag}'")
    checking.check(unit=once, lint=sh("true"))
    assert not checking.passed()
    flag.touch()
    checking.check(unit=once, lint=sh("true"))
    assert checking.passed()
    assert not checking.passed(checking.base), "of another commit nothing is known"
    flag.unlink()
    checking.check(unit=once, lint=sh("true"))
    assert not checking.passed()
    checking.check(unit=("gone",))
    assert not checking.passed(), "skipped is not passed"
    checking.check()
    assert not checking.passed(), "nor is nothing"


def test_the_worktree_is_put_back_after_each_check(checking: Checking) -> None:
    (checking.worktree / "copied").touch()
    (checking.worktree / "build").mkdir()
    (checking.worktree / "build" / "kept").touch()
    before = checking.status()
    ruin = [
        "echo changed > src/list.py; rm README.md; mkdir -p new/deep; echo > new/deep/file; git init -q inner",
        "git config user.name x; git config user.email x; git commit -qam moved --allow-empty",
        "git checkout -q --detach; git reset -q --hard HEAD~1",
        "git update-index --assume-unchanged src/list.py; echo hidden > src/list.py",
        "rm .git; git init -q .",
        "touch $(git rev-parse --git-dir)/index.lock; echo > src/list.py",
    ]
    for script in ruin:
        (row,) = checking.check(unit=sh(script), options={"leave": ["copied"]})
        assert checking.status() == before, script
        moved = "commit -qam" in script or "HEAD~1" in script
        assert row.status is (CheckStatus.FAILED if moved else CheckStatus.PASSED), row.output
    first, committed, left, hidden, other, _ = checking.db.list(RunCheck, run_id=checking.run.id)
    assert first.output == "It changed tracked files, which were put back: README.md, src/list.py."
    assert "It left the worktree at" in (committed.output or "")
    assert "nobody can say what it looked at" in (left.output or "")
    assert "changed tracked files" in (hidden.output or "")
    assert "the worktree’s .git" in (other.output or "")
    assert "reason" in checking.events()[0].payload

    (row,) = checking.check(unit=sh('rm -rf "$PWD"'))
    assert row.status is CheckStatus.PASSED
    assert (checking.worktree / "src" / "list.py").read_text() == "work\n"
    assert run_git(checking.worktree, "status", "--porcelain") == ""


def test_what_is_in_no_commit_is_kept_and_not_checked(checking: Checking) -> None:
    (checking.worktree / "src/list.py").write_text("by hand\n")
    (checking.worktree / "new").write_text("by hand\n")
    (row,) = checking.check(unit=sh("cat src/list.py; test ! -e new"))
    assert row.status is CheckStatus.PASSED
    assert (row.output or "").endswith("\n\nwork\n")
    assert "in no commit; it was not checked. It is kept as refs/planner/rescue/" in str(row.output)
    kept = str(row.output).partition("kept as ")[2].partition(";")[0]
    assert run_git(checking.repository, "show", f"{kept}:new") == "by hand"

    commit(checking.worktree, "By hand")
    with pytest.raises(Refused, match=r"is at \w+, not at \w+, which is to be checked"):
        checking.check(unit=sh("true"))
    checking.worktree = checking.worktree.parent
    with pytest.raises(Refused, match="There is no worktree"):
        checking.check(unit=sh("true"))


def test_a_check_sees_what_the_agent_may_see(
    checking: Checking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hush")
    monkeypatch.setenv("ALLOWED", "yes")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    rows = checking.check(unit=sh("env | sort; cat; pwd"))
    said = rows[0].output or ""
    assert "hush" not in said
    assert "GIT_DIR" not in said
    assert "ALLOWED=yes\n" in said
    assert f"PLANNER_BASE_COMMIT={checking.base}\nPLANNER_CHECK=unit\n" in said
    assert f"PLANNER_COMMIT={checking.head}\n" in said
    assert said.endswith(f"{checking.worktree}\n")


def test_a_check_ends_at_its_limit_and_when_it_is_stopped(checking: Checking) -> None:
    limits = Limits(check_minutes=0.4 / 60, log_megabytes=1)
    options = {"policy": {"limits": limits}}
    slow, loud = checking.check(unit=sh("echo begun; sleep 60"), lint=sh("yes"), options=options)
    assert (slow.status, slow.exit_code) == (CheckStatus.FAILED, -15)
    assert slow.output == "unit was ended after 0.4 seconds, its time limit.\n\nbegun\n"
    assert loud.status is CheckStatus.FAILED

    begun = checking.worktree / "build"

    def stopped() -> bool:
        return begun.exists()

    rows = checking.check(
        lint=sh("true"),
        unit=sh("mkdir build; echo > src/list.py; sleep 60"),
        e2e=sh("true"),
        options={"stopped": stopped},
    )
    assert [row.check_type for row in rows] == ["lint"]
    assert run_git(checking.worktree, "status", "--porcelain") == ""


def test_a_changed_check_is_shown(checking: Checking) -> None:
    rows = checking.check(
        unit=("sh", "./check.sh"), lint=sh("cd src && cat list.py | head -1"), e2e=("true",)
    )
    assert [row.changed_files for row in rows] == [["check.sh"], ["src/list.py"], []]


def test_the_files_of_a_check_are_found(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "real").touch()
    (tmp_path / "link").symlink_to("tools/real")
    changed = ["a b.sh", "tools/real", "tests/unit/x.py", "package.json", "Makefile", "x.ini"]
    found = {
        words: changed_of_check(command, tmp_path, changed)
        for words, command in {
            "spaces": ["sh", "a b.sh"],
            "link": ["./link"],
            "folder": ["pytest", "tests/"],
            "whole": [f"{tmp_path}/tests/unit/x.py"],
            "script": ["npm", "test"],
            "shell": ["sh", "-c", "cd . && make;CONF=x.ini ./run"],
            "option": ["run", "--config=x.ini"],
            "up": ["run", "../package.json", "x\0", "/", "..", "." * 9999],
        }.items()
    }
    assert found == {
        "spaces": ("a b.sh",),
        "link": ("tools/real",),
        "folder": ("tests/unit/x.py",),
        "whole": ("tests/unit/x.py",),
        "script": ("package.json",),
        "shell": ("Makefile", "x.ini"),
        "option": ("x.ini",),
        "up": (),
    }


def test_of_a_long_output_beginning_and_end_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"begin\xff\0" + b"x" * 3 * KEPT + b"end \x1b[2J")
    kept = kept_output(log)
    assert kept.startswith("begin��xxx")
    assert kept.endswith("xend \x1b[2J")
    assert f"\n… {len(log.read_bytes()) - 2 * KEPT:,} bytes left out; the log" in kept
    assert kept_output(tmp_path / "none") == ""
    log.write_bytes(b"y" * 2 * KEPT)
    assert kept_output(log) == "y" * 2 * KEPT
