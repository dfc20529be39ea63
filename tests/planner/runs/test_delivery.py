"""What approvals lead to: pushed and merged once, whatever is in the way and wherever it stops."""

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.runs import acting, delivery, merging
from planner.runs.acting import act_on_approvals
from planner.runs.approvals import approve, request_approval
from planner.runs.control import resume
from planner.runs.github import github_at
from store.adapter import DbAdapter
from store.records import (
    ApprovalStatus,
    ApprovalType,
    BuildState,
    Card,
    CardAssignment,
    CardStatus,
    OrchestrationRun,
    PullRequestStatus,
    WaitsFor,
)
from tests.planner.plans import opened
from tests.planner.runs.deliveries import BRANCH, Built, commit, git

CREATE, MERGE = ApprovalType.CREATE_PR, ApprovalType.MERGE_PR
GITHUB = "https://x-access-token:ghp_secretsecret@github.com/ana/atlas.git"


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


class Delivering:
    """Approves what is asked and acts on it, as a person and a supervisor do."""

    def __init__(self, db: DbAdapter, folder: Path, **policy: Any) -> None:
        self.db = db
        self.built = Built(db, folder, **policy)
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}

    def ask(self) -> None:
        request_approval(self.db, self.built.run_id, CREATE, commit=self.built.head)

    def approve(self) -> None:
        pending = next(each for each in self.built.requests() if each.status == "pending")
        approve(self.db, pending.id, actor="bob", supervisors=self.built.supervisors)

    def act(self) -> None:
        act_on_approvals(self.db, self.built.run, folders=self.built.folders, environ=self.environ)

    def deliver(self) -> None:
        self.ask()
        self.approve()
        self.act()

    def merge(self) -> None:
        self.approve()
        self.act()

    def reason(self) -> str:
        """Return why the run waits; the approval must be pending again, with the same words."""
        run = self.built.run
        assert run.status is BuildState.BLOCKED
        last = self.built.requests()[-1]
        assert last.status is ApprovalStatus.PENDING
        assert last.outcome == run.reason
        assert last.acted_at is None
        return run.reason or ""

    def must_be_merged(self) -> str:
        """Return the merge commit; the base must hold the branch once, and all be recorded."""
        run, candidate = self.built.run, self.built.candidate
        assert (run.status, candidate.status) == (BuildState.COMPLETED, PullRequestStatus.MERGED)
        card = self.db.get(Card, "c1")
        assert card is not None
        assert card.status is CardStatus.PRODUCTION
        assert all(each.acted_at for each in self.built.requests() if each.status == "approved")
        assert candidate.merged_commit is not None
        return candidate.merged_commit


def snapshot(folder: Path) -> dict[str, str]:
    """Return what every file of a checkout holds, and when it was written."""
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mtime_ns} "
        + hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and (".git" not in path.parts or path.name in ("index", "HEAD"))
    }


def test_without_a_remote_it_is_a_local_draft_and_merged_here(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Delivering(db, tmp_path)
    built = on.built
    on.deliver()
    first, second = built.requests()
    assert first.outcome == (
        "The pull request is a local draft: the repository has no remote called origin."
    )
    assert (second.approval_type, second.status) == (MERGE, "pending")
    assert (built.run.status, built.run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL)
    assert (built.candidate.status, built.candidate.pr_url) == ("draft_open", None)
    assert built.branch("main") == built.base
    on.merge()
    merged = on.must_be_merged()
    assert built.branch("main") == merged
    parents = git(built.repository, "rev-list", "--parents", "-1", merged).split()[1:]
    assert parents == [built.base, built.head]
    assert git(built.repository, "log", "-1", "--format=%s", merged).startswith(
        'Merge #1 Sign "in"'
    )
    # The checkout that had main checked out was clean, and went along.
    assert (built.repository / "sign in.py").read_text() == "print('signed in')\n"
    assert git(built.repository, "status", "--porcelain") == ""
    assert [*built.events("pull_request")] == [
        "pull_request.opened supervisor",
        "pull_request.merged supervisor",
    ]
    assert not (Path.cwd() / "pwned").exists()


def test_the_approved_commit_is_pushed_and_nothing_else(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    built = on.built
    built.with_remote()
    hook = built.repository / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    on.ask()
    on.approve()
    git(built.repository, "update-ref", f"refs/heads/{BRANCH}", built.base)  # meanwhile
    on.act()
    assert built.branch(BRANCH, built.remote) == built.head
    assert git(built.remote, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        f"refs/heads/{BRANCH}",
    ]
    assert built.candidate.pushed_to == str(built.remote)
    assert not (tmp_path / "ran").exists()
    assert built.requests()[0].outcome == (
        f"{BRANCH} was pushed to {built.remote}. The pull request is a local draft: the remote is "
        "not on GitHub."
    )


def test_a_policy_may_have_nothing_pushed(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path, approval={"push": False})
    on.built.with_remote()
    on.deliver()
    assert git(on.built.remote, "branch", "--list", BRANCH) == ""
    assert "nothing pushed" in (on.built.requests()[0].outcome or "")


class Stopped(Exception):
    """Stands for a SIGKILL."""


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (delivery, "_push"),
        (delivery, "tell"),
        (acting, "_record"),
        (acting, "create_pull_request"),
        (merging, "_advance"),
        (delivery, "merge_into"),
        (acting, "merge_pull_request"),
    ],
)
def test_what_is_interrupted_is_finished_later_and_done_once(
    db: DbAdapter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
) -> None:
    on = Delivering(db, tmp_path)
    on.built.with_remote()
    real: Callable[..., Any] = getattr(where, name)
    stops = ["after", "before"]

    def stopping(*arguments: Any, **named: Any) -> Any:
        stop = stops.pop() if stops else ""
        if stop == "before":
            raise Stopped
        done = real(*arguments, **named)
        if stop == "after":
            raise Stopped
        return done

    monkeypatch.setattr(where, name, stopping)
    on.ask()
    for _ in range(2):
        on.approve()
        for _ in range(4):
            try:
                on.act()
            except Stopped:
                continue
    assert not stops
    merged = on.must_be_merged()
    assert git(on.built.repository, "rev-list", "--merges", "main").split() == [merged]
    assert [*on.built.events("pull_request")] == [
        "pull_request.pushed supervisor",
        "pull_request.opened supervisor",
        "pull_request.merged supervisor",
    ]


def test_a_dirty_checkout_is_left_byte_for_byte(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    repository = on.built.repository
    on.deliver()
    (repository / "README.md").write_text("half a thought\n")
    (repository / "new.txt").write_text("staged\n")
    git(repository, "add", "new.txt")
    before = snapshot(repository)
    on.merge()
    assert on.reason() == (
        f"The checkout {repository} has main checked out and holds changes that are in no commit: "
        "README.md, new.txt. Commit or stash them there, then approve again."
    )
    assert snapshot(repository) == before
    assert on.built.branch("main") == on.built.base
    git(repository, "stash")
    on.merge()
    on.must_be_merged()
    git(repository, "stash", "pop")
    assert (repository / "README.md").read_text() == "half a thought\n"


def test_untracked_and_ignored_files_are_never_written_over(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    repository = on.built.repository
    on.deliver()
    (repository / "notes.txt").write_text("in nobody's way\n")
    (repository / "sign in.py").write_text("mine\n")
    on.merge()
    assert "sign in.py" in on.reason()
    (repository / ".git" / "info").mkdir()
    (repository / ".git" / "info" / "exclude").write_text("sign in.py\n")
    on.merge()
    assert "sign in.py" in on.reason()
    assert (repository / "sign in.py").read_text() == "mine\n"
    (repository / "sign in.py").unlink()
    on.merge()
    on.must_be_merged()
    assert (repository / "notes.txt").read_text() == "in nobody's way\n"


def test_a_checkout_in_the_middle_of_a_rebase_of_the_base_is_left(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Delivering(db, tmp_path)
    repository = on.built.repository
    on.deliver()
    git(repository, "checkout", "--quiet", "-b", "other", "main")
    commit(repository, "README.md", "theirs\n")
    git(repository, "checkout", "--quiet", "main")
    ours = commit(repository, "README.md", "ours\n")
    with pytest.raises(Exception, match="rebase"):
        git(repository, "rebase", "other")
    on.merge()
    assert f"{repository} is in the middle of a rebase with main" in on.reason()
    assert on.built.branch("main") == ours
    git(repository, "rebase", "--abort")
    on.merge()
    on.must_be_merged()


def test_a_base_checked_out_nowhere_is_moved_alone(
    db: DbAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = Delivering(db, tmp_path)
    repository = on.built.repository
    git(repository, "checkout", "--quiet", "--detach")
    (repository / "README.md").write_text("dirty, and on no branch\n")
    on.deliver()
    real, moved = merging._checkout_of, []

    def moving(*arguments: Any) -> Any:
        found = real(*arguments)
        if not moved:  # somebody commits to main while it is merged
            tree = git(repository, "rev-parse", "main^{tree}")
            moved.append(git(repository, "commit-tree", tree, "-p", "main", "-m", "meanwhile"))
            git(repository, "update-ref", "refs/heads/main", moved[0])
        return found

    monkeypatch.setattr(merging, "_checkout_of", moving)
    monkeypatch.setattr("planner.runs.git.LOCK_WAITS", ())
    on.merge()
    merged = on.must_be_merged()
    assert git(repository, "rev-parse", "main", "main^1", "main^2").split() == [
        merged,
        moved[0],
        on.built.head,
    ]
    assert "main had moved on since the run began" in (on.built.requests()[-1].outcome or "")
    assert (repository / "README.md").read_text() == "dirty, and on no branch\n"


@pytest.mark.parametrize("old_git", [False, True])
def test_a_conflict_names_the_files_and_waits(
    db: DbAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old_git: bool
) -> None:
    if old_git:
        monkeypatch.setattr(merging, "_merged_tree", lambda *_: None)
    on = Delivering(db, tmp_path)
    repository = on.built.repository
    on.deliver()
    theirs = commit(repository, "sign in.py", "print('something else')\n")
    on.merge()
    assert "conflicts with what main has by now, in sign in.py" in on.reason()
    assert on.built.run.waits_for is WaitsFor.CONFLICT
    assert on.built.branch("main") == theirs
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    git(repository, "reset", "--quiet", "--hard", on.built.base)
    commit(repository, "other.py", "x = 1\n")
    on.merge()
    on.must_be_merged()
    assert (repository / "sign in.py").exists()
    assert (repository / "other.py").exists()


def test_a_run_that_conflicts_is_resumed_with_a_note(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    on.deliver()
    commit(on.built.repository, "sign in.py", "print('something else')\n")
    on.merge()
    resume(db, on.built.run_id, actor="bob", note="Merge.", supervisors=on.built.supervisors)
    (assignment,) = db.list(CardAssignment, run_id=on.built.run_id)
    assert assignment.next_turn == {"kind": "note", "note": "Merge."}


def test_a_remote_that_refuses_or_is_gone_is_told_and_tried_again(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Delivering(db, tmp_path)
    remote = on.built.remote
    on.built.with_remote()
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no pushes on Fridays\nexit 1\n")
    hook.chmod(0o755)
    on.deliver()
    assert "no pushes on Fridays" in on.reason()
    assert len(on.built.requests()) == 1
    hook.unlink()
    remote.rename(tmp_path / "elsewhere")
    on.merge()
    assert f"{remote} could not be reached" in on.reason()
    (tmp_path / "elsewhere").rename(remote)
    tree = git(remote, "rev-parse", "main^{tree}")
    theirs = git(remote, "commit-tree", tree, "-p", "main", "-m", "theirs")
    git(remote, "update-ref", f"refs/heads/{BRANCH}", theirs)
    on.merge()
    assert f"has a branch {BRANCH} already, at {theirs[:10]}" in on.reason()
    assert on.built.branch(BRANCH, remote) == theirs
    git(remote, "update-ref", f"refs/heads/{BRANCH}", on.built.base)  # an earlier push of ours
    on.merge()
    assert on.built.branch(BRANCH, remote) == on.built.head


def from_a_url(on: Delivering) -> Path:
    """Have the run work on a copy of a repository that is known by its URL."""
    url = f"file://{on.built.remote}"
    clone = on.built.folders.clone(url)
    clone.parent.mkdir(parents=True)
    on.db.update(OrchestrationRun, on.built.run_id, repo_url=url)
    git(
        clone.parent,
        "clone",
        "--quiet",
        "--bare",
        "--template=",
        str(on.built.repository),
        str(clone),
    )
    git(clone, "config", "remote.origin.url", url)
    git(clone, "update-ref", "-d", "refs/heads/main")
    return clone


def test_a_repository_known_by_its_url_is_merged_over_there(
    db: DbAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = Delivering(db, tmp_path)
    remote = on.built.remote
    from_a_url(on)
    # Without folders, a worktree stands in for the copy; here there is none, which is told.
    on.deliver()
    assert "could not be read" in on.built.candidate.description
    assert on.built.branch(BRANCH, remote) == on.built.head
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(remote), str(other))
    real, raced = delivery.merge_commit, []

    def racing(*arguments: Any, **named: Any) -> Any:
        done = real(*arguments, **named)
        if not raced:  # somebody pushes while it is merged
            raced.append(commit(other, "other.py", "x = 1\n"))
            git(other, "push", "--quiet", "origin", "main")
        return done

    monkeypatch.setattr(delivery, "merge_commit", racing)
    on.merge()
    merged = on.must_be_merged()
    assert git(remote, "rev-parse", "main", "main^1", "main^2").split() == [
        merged,
        raced[0],
        on.built.head,
    ]
    assert on.built.branch("main") == on.built.base


def test_a_protected_base_over_there_is_told(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    from_a_url(on)
    on.deliver()
    hook = on.built.remote / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = refs/heads/main ] && echo main is protected && exit 1\n')
    hook.chmod(0o755)
    on.merge()
    assert "main is protected" in on.reason()
    assert on.built.branch("main", on.built.remote) == on.built.base


GH = (
    f"#!{sys.executable} -IS"
    + """
import json, os, subprocess, sys
folder = os.path.dirname(os.path.abspath(__file__))
state_file = os.path.join(folder, "state.json")
with open(os.path.join(folder, "calls"), "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
assert os.environ["GH_PROMPT_DISABLED"] == "1"
with open(state_file) as file:
    state = json.load(file)
what, pull = sys.argv[1:3], state.get("pull")
fail = state["fails"].pop(" ".join(what), None)
def keep():
    with open(state_file, "w") as file:
        json.dump(state, file)
if fail:
    keep()
    sys.exit(fail)
if what == ["auth", "status"]:
    sys.exit(0 if sys.argv[3] == "--hostname=github.com" else 1)
if what == ["pr", "list"]:
    print(json.dumps([pull] if pull else []))
elif what == ["pr", "create"]:
    body = next(a for a in sys.argv if a.startswith("--body-file="))
    state["body"] = open(body.partition("=")[2]).read()
    head = next(a for a in sys.argv if a.startswith("--head=")).partition("=")[2]
    oid = subprocess.check_output(["git", "-C", state["remote"], "rev-parse", head], text=True)
    state["pull"] = {"number": 9, "url": "https://github.com/ana/atlas/pull/9", "state": "OPEN",
                     "isDraft": "--draft" in sys.argv, "headRefOid": oid.strip(), "mergeCommit": None}
    print("Creating draft pull request\\n\\n" + state["pull"]["url"])
elif what == ["pr", "view"]:
    print(json.dumps(pull))
elif what == ["pr", "ready"]:
    pull["isDraft"] = False
elif what == ["pr", "merge"]:
    assert not pull["isDraft"] and f"--match-head-commit={pull['headRefOid']}" in sys.argv
    if not state.get("queue"):
        pull.update(state="MERGED", mergeCommit={"oid": "c" * 40})
keep()
if what == ["pr", "merge"] and state.pop("dies", False):
    keep()
    sys.exit("connection reset by peer")
"""
)


class FakeGitHub:
    """An executable called ``gh`` that knows one repository and writes down how it was called."""

    def __init__(self, on: Delivering, folder: Path, **state: Any) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        program = self.folder / "gh"
        program.write_text(GH)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.say(remote=str(on.built.remote), fails={}, **state)
        on.environ["PATH"] = f"{self.folder}:{on.environ['PATH']}"
        on.built.with_remote(GITHUB)

    def say(self, **state: Any) -> None:
        file = self.folder / "state.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**known, **state}))

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return state

    def calls(self, *what: str) -> list[list[str]]:
        lines = (self.folder / "calls").read_text().splitlines()
        return [call for call in map(json.loads, lines) if call[: len(what)] == [*what]]


def test_on_github_it_is_a_draft_pull_request_merged_there(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    github = FakeGitHub(on, tmp_path)
    on.deliver()
    (made,) = github.calls("pr", "create")
    assert made[2:5] == [
        "--repo=github.com/ana/atlas",
        f"--head={BRANCH}",
        "--base=main",
    ]
    assert made[5] == f"--title={on.built.candidate.title}"
    assert made[7:] == ["--draft"]
    assert github.state["body"] == on.built.candidate.description
    candidate = on.built.candidate
    assert (candidate.status, candidate.pr_url) == (
        "draft_open",
        "https://github.com/ana/atlas/pull/9",
    )
    assert candidate.pushed_to == "https://github.com/ana/atlas.git"
    assert on.built.branch(BRANCH, on.built.remote) == on.built.head
    on.merge()
    assert on.must_be_merged() == "c" * 40
    assert len(github.calls("pr", "ready")) == len(github.calls("pr", "merge")) == 1
    assert on.built.branch("main") == on.built.base


def test_github_is_asked_twice_and_does_it_once(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path, approval={"pull_request": "open"})
    github = FakeGitHub(on, tmp_path)
    github.say(fails={"pr list": "HTTP 502 for https://ana:ghp_verysecret@github.com"})
    on.deliver()
    assert on.reason() == "gh pr list failed: HTTP 502 for https://github.com"
    assert not github.calls("pr", "create")
    on.merge()
    assert on.built.candidate.status is PullRequestStatus.OPEN
    github.say(dies=True)
    on.merge()
    assert "connection reset by peer" in on.reason()
    on.merge()
    on.must_be_merged()
    assert len(github.calls("pr", "create")) == len(github.calls("pr", "merge")) == 1
    assert not github.calls("pr", "ready")
    assert "ghp_" not in json.dumps([*map(str, on.built.requests())])


def test_a_repository_without_merge_commits_is_merged_its_way(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Delivering(db, tmp_path)
    github = FakeGitHub(on, tmp_path)
    on.deliver()
    said = "GraphQL: Merge commits are not allowed on this repository. (mergePullRequest)"
    github.say(fails={"pr merge": said})
    on.merge()
    on.must_be_merged()
    assert [call[3] for call in github.calls("pr", "merge")] == ["--merge", "--squash"]


def test_a_new_commit_goes_to_the_same_pull_request(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    github = FakeGitHub(on, tmp_path)
    on.deliver()
    built = on.built
    git(built.repository, "checkout", "--quiet", BRANCH)
    built.head = commit(built.repository, "more.py", "x = 1\n")
    git(built.repository, "checkout", "--quiet", "main")
    built.add_check(built.head)
    db.update(OrchestrationRun, built.run_id, status="running", waits_for=None)
    on.ask()
    assert [each.status.value for each in built.requests()] == ["approved", "rejected", "pending"]
    github.say(fails={"pr edit": "your token lacks the scope read:project"})
    on.merge()
    assert "still the one before: gh pr edit failed" in (built.requests()[2].outcome or "")
    assert len(github.calls("pr", "create")) == 1
    assert built.branch(BRANCH, built.remote) == built.head
    github.say(pull={**github.state["pull"], "headRefOid": built.head})
    on.merge()
    on.must_be_merged()


def test_what_github_does_not_do_is_told(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    github = FakeGitHub(on, tmp_path, queue=True)
    on.deliver()
    pull = github.state["pull"]
    github.say(pull={**pull, "headRefOid": "d" * 40})
    on.merge()
    assert "Somebody pushed to it" in on.reason()
    github.say(pull=pull)
    on.merge()
    assert "has not merged" in on.reason()
    github.say(pull={**pull, "state": "CLOSED"})
    on.merge()
    assert "was closed on GitHub" in on.reason()
    on.environ["PATH"] = os.environ["PATH"]
    on.merge()
    assert "there is no gh on the PATH" in on.reason()


def test_where_github_has_no_drafts_it_stays_a_local_one(db: DbAdapter, tmp_path: Path) -> None:
    on = Delivering(db, tmp_path)
    github = FakeGitHub(on, tmp_path)
    github.say(fails={"pr create": "Draft pull requests are not supported in this repository."})
    on.deliver()
    assert (on.built.candidate.status, on.built.candidate.pr_url) == ("draft_open", None)
    assert "has no draft pull requests" in (on.built.requests()[0].outcome or "")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("git@github.com:ana/atlas.git", "github.com/ana/atlas"),
        ("ssh://git@github.com:22/ana/atlas", "github.com/ana/atlas"),
        ("https://user:pass@github.com/ana/atlas/", "github.com/ana/atlas"),
        ("https://gitlab.com/ana/atlas.git", "gh is not signed in at gitlab.com"),
        ("file:///srv/ana/atlas.git", "not on GitHub"),
        ("/srv/github.com/atlas.git", "not on GitHub"),
        ("https://github.com/ana", "not on GitHub"),
        ("--upload-pack=touch x:y/z", "not on GitHub"),
    ],
)
def test_a_remotes_url_tells_whether_it_is_on_github(
    db: DbAdapter, tmp_path: Path, url: str, found: str
) -> None:
    on = Delivering(db, tmp_path)
    FakeGitHub(on, tmp_path)
    github = github_at(url, on.environ)
    said = github if isinstance(github, str) else github._repository
    assert found in said
