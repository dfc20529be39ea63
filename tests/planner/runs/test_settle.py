import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.runs.commits import Settled, settle
from planner.runs.worktrees import add_worktree, remove_worktree, worktree_dir
from store.records import CommitMaker
from tests.planner.runs.repositories import commit, copied, make_repository, run_git, tip, write

BRANCH = "planner/12-sign-in-abc123"
RESCUED = "refs/planner/rescue/abc123/12-sign-in"

Settle = Callable[..., Settled]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("made") / "lantern")


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "lantern")


@pytest.fixture
def worktree(repository: Path, tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "r" / "worktrees" / "12"
    add_worktree(repository, path, BRANCH, tip(repository))
    return path


@pytest.fixture
def settled(repository: Path, worktree: Path) -> Settle:
    base = tip(repository)

    def do(**more: Any) -> Settled:
        values = {"message": "#12 Sign in", "agent": "claude", **more}
        found = settle(repository, worktree, BRANCH, base, **values)
        # However it was left: on its branch, clean, and the base below it.
        assert run_git(worktree, "symbolic-ref", "HEAD") == f"refs/heads/{BRANCH}"
        assert run_git(worktree, "status", "--porcelain") in ("", *more.get("stays", ()))
        assert tip(worktree) == tip(repository, BRANCH) == found.head
        run_git(repository, "merge-base", "--is-ancestor", base, BRANCH)
        # Done again, nothing is done.
        again = settle(repository, worktree, BRANCH, base, message="x", agent="x")
        assert (again.head, again.commits) == (found.head, found.commits)
        assert again.words == ()
        assert run_git(repository, "symbolic-ref", "HEAD") == "refs/heads/main"
        assert tip(repository, "main") == base
        return found

    return do


def held(repository: Path, path: str, ref: str = RESCUED) -> str:
    return run_git(repository, "show", f"{ref}:{path}")


def test_nothing_done_is_nothing_found(repository: Path, settled: Settle) -> None:
    found = settled()
    assert found == Settled(tip(repository), (), ())


def test_its_own_commits_are_found_and_what_it_left_is_committed_saying_so(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    first = commit(worktree, "One\n\nwith a body", {"one": "1"})
    second = commit(worktree, "Two", {"two": "2"})
    write(worktree, {"-three\n": "3", "README.md": "changed", "a.log": "ignored"})
    (worktree / "docs/guide.md").unlink()
    (worktree / "src/list.py").chmod(0o755)
    (worktree / "link").symlink_to("nowhere")
    found = settled(message="#12 Sign\nin\x00 “now” " + "y" * 10_000, agent="cl\naude")
    assert [(c.sha, c.made_by) for c in found.commits[:2]] == [
        (first, CommitMaker.AGENT),
        (second, CommitMaker.AGENT),
    ]
    assert found.commits[0].message == "One\n\nwith a body"
    last = found.commits[2]
    assert last.made_by is CommitMaker.SUPERVISOR
    assert last.sha == found.head
    assert last.message.startswith("#12 Sign in “now” yyy")
    assert last.message.endswith("\n\nLeft uncommitted by cl aude, committed by planner-tui.")
    assert last.committed_at.startswith("20")
    assert last.committed_at.endswith(".000Z")
    assert found.words == ("5 files left uncommitted by the agent were committed for it.",)
    # Nobody is configured here.
    assert run_git(repository, "log", "-1", "--format=%an <%ae>", BRANCH) == (
        "planner-tui <planner-tui@localhost>"
    )
    assert "a.log" not in run_git(repository, "ls-tree", "-r", "--name-only", BRANCH)


def test_it_is_committed_in_the_name_that_is_configured_without_hooks_or_signature(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    for name, value in (
        ("user.name", "Grace"),
        ("user.email", "grace@example.org"),
        ("commit.gpgSign", "true"),
        ("gpg.program", "/nowhere"),
    ):
        run_git(repository, "config", name, value)
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        hook = repository / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\ntouch hook-ran\nexit 1\n")
        hook.chmod(0o755)
    write(worktree, {"copied/.env": "secret", "new": "x"})
    found = settle(
        repository,
        worktree,
        BRANCH,
        tip(repository, "main"),
        message="x",
        agent="x",
        leave=("copied/.env",),
    )
    assert run_git(repository, "log", "-1", "--format=%an", BRANCH) == "Grace"
    assert run_git(worktree, "status", "--porcelain", "-uall") == "?? copied/.env"
    assert run_git(repository, "show", "--format=", "--name-only", found.head) == "new"
    assert not list(repository.rglob("hook-ran"))


def test_commits_on_no_branch_or_another_one_come_to_its_own(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    run_git(worktree, "checkout", "--quiet", "--detach")
    loose = commit(worktree, "Loose", {"loose": "x"})
    write(worktree, {"left": "x"})
    found = settled()
    assert found.commits[0].sha == loose
    assert len(found.commits) == 2
    assert "committed on no branch" in found.words[0]

    run_git(worktree, "checkout", "--quiet", "-b", "feature")
    other = commit(worktree, "Other", {"other": "x"})
    run_git(worktree, "branch", "-D", BRANCH)
    found = settled()
    assert found.head == other
    assert "had deleted its branch" in found.words[0]
    assert tip(repository, "feature") == other


def test_elsewhere_in_the_history_it_goes_back_to_its_branch(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    base = tip(repository)
    one = commit(worktree, "One", {"one": "1"})
    two = commit(worktree, "Two", {"two": "2", "README.md": "two\n"})
    # To an older commit of its own, carrying what is uncommitted along.
    run_git(worktree, "checkout", "--quiet", one)
    write(worktree, {"carried": "x"})
    found = settled()
    assert [c.sha for c in found.commits[:2]] == [one, two]
    assert held(repository, "carried", BRANCH) == "x"
    # What does not fit there is kept.
    run_git(worktree, "checkout", "--quiet", one)
    write(worktree, {"README.md": "mine\n", "left": "x"})
    found = settled()
    assert held(repository, "README.md") == "mine\n".strip()
    assert RESCUED in " ".join(found.words)
    assert held(repository, "README.md", BRANCH) == "two"
    # To what went another way: where it ended is what counts, and the rest is kept.
    run_git(worktree, "checkout", "--quiet", "--detach", base)
    ended = commit(worktree, "Another way", {"way": "x"})
    before = tip(repository, BRANCH)
    found = settled()
    assert found.head == ended
    assert tip(repository, f"{RESCUED}-2") == before
    # To what has nothing to do with it.
    run_git(worktree, "checkout", "--quiet", "--orphan", "odd")
    odd = commit(worktree, "Odd", {"odd": "x"})
    assert settled().head == ended
    assert tip(repository, "odd") == odd


def test_a_deleted_branch_is_made_again_where_it_was(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    work = commit(worktree, "Work", {"new": "x"})
    run_git(worktree, "update-ref", "-d", f"refs/heads/{BRANCH}")
    found = settled()
    assert found.head == work
    assert "had deleted its branch" in found.words[0]


def test_a_rewritten_history_is_put_on_its_base_again(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    write(worktree, {"amended": "x"})
    run_git(worktree, "add", "--all")
    run_git(worktree, "commit", "--quiet", "--amend", "-m", "Amended")
    amended = commit(worktree, "And on", {"on": "x"})
    found = settled()
    assert len(found.commits) == 1
    assert found.commits[0].made_by is CommitMaker.SUPERVISOR
    assert held(repository, "on", BRANCH) == "x"
    assert held(repository, "amended", BRANCH) == "x"
    assert "rewrote the history" in found.words[0]
    assert tip(repository, RESCUED) == amended
    run_git(worktree, "checkout", "--quiet", "--orphan", "odd")
    commit(worktree, "Odd", {"odd": "x"})
    run_git(worktree, "branch", "--quiet", "-M", BRANCH)
    assert held(repository, "odd", settled().head) == "x"


def test_what_it_stopped_in_the_middle_of_is_finished_or_taken_back(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    base = tip(repository)
    work = commit(worktree, "Work", {"README.md": "work\n"})
    run_git(repository, "checkout", "--quiet", "-b", "theirs")
    commit(repository, "Theirs", {"README.md": "theirs\n"})
    run_git(repository, "checkout", "--quiet", "-b", "apart", base)
    apart = commit(repository, "Apart", {"apart": "x"})
    run_git(repository, "checkout", "--quiet", "main")

    run_git(worktree, "merge", "--quiet", "--no-commit", "--no-ff", "apart")
    found = settled()
    assert run_git(repository, "log", "-1", "--format=%P", BRANCH).split() == [work, apart]
    merged = found.head

    for arguments in (("merge", "theirs"), ("cherry-pick", "theirs"), ("rebase", "theirs")):
        run_git(worktree, *arguments, expected=1)
        write(worktree, {"meanwhile": arguments[0]})
        found = settled()
        assert found.head == merged
        assert f"in the middle of a {arguments[0]}" in found.words[0]
    assert "<<<<<<<" in held(repository, "README.md")
    assert held(repository, "meanwhile", f"{RESCUED}-3") == "rebase"

    write(worktree, {"README.md": "stashed\n"})
    run_git(worktree, "stash")
    commit(worktree, "On", {"README.md": "on\n"})
    run_git(worktree, "stash", "pop", expected=1)
    assert "in the middle of a conflict" in settled().words[0]

    run_git(worktree, "bisect", "start", "HEAD", base)
    settled()
    assert not list((repository / ".git/worktrees/12").glob("BISECT*"))


def test_a_deleted_worktree_is_made_again_with_all_that_is_known_of_it(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    work = commit(worktree, "Work", {"new": "x"})
    run_git(worktree, "checkout", "--quiet", "--detach")
    loose = commit(worktree, "Loose", {"loose": "x"})
    write(worktree, {"staged": "x", "lost": "x"})
    run_git(worktree, "add", "staged")
    shutil.rmtree(worktree)
    found = settled()
    assert [c.sha for c in found.commits] == [work, loose]
    assert "had deleted its worktree" in found.words[0]
    assert held(repository, "staged") == "x"
    run_git(repository, "worktree", "remove", "--force", os.fspath(worktree))
    assert settled().head == loose


def test_a_git_of_its_own_is_put_aside_and_kept(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    work = commit(worktree, "Work", {"new": "x"})
    (worktree / ".git").unlink()
    write(worktree, {"left": "x"})
    found = settled()
    assert found.commits[0].sha == work
    assert held(repository, "left", BRANCH) == "x"

    (worktree / ".git").unlink()
    run_git(worktree, "init", "--quiet", "-b", "own")
    own = commit(worktree, "Own", {"own": "x"})
    found = settled()
    assert held(repository, "own", BRANCH) == "x"
    assert tip(repository, RESCUED) == own
    assert "a repository of its own" in found.words[0]

    # Git has forgotten the worktree, but its files are there.
    own_dir = worktree_dir(repository, worktree)
    assert own_dir is not None
    shutil.rmtree(own_dir)
    write(worktree, {"later": "x"})
    found = settled()
    assert "no longer knew" in found.words[0]
    assert held(repository, "later", BRANCH) == "x"
    assert held(repository, "own", BRANCH) == "x"


def test_a_repository_within_is_committed_as_files(
    repository: Path, worktree: Path, settled: Settle
) -> None:
    inner = make_repository(worktree / "-in ner", {"i": "inner", ".gitignore": "no"})
    inner_tip = tip(inner)
    write(inner, {"no": "ignored", "new": "x"})
    make_repository(inner / "deep", {"d": "deep"})
    run_git(worktree / "docs", "init", "--quiet", "empty")
    write(worktree / "docs/empty", {"e": "x"})
    found = settled()
    listed = run_git(repository, "ls-tree", "-r", BRANCH)
    assert "160000" not in listed
    assert held(repository, "-in ner/deep/d", BRANCH) == "deep"
    assert held(repository, "docs/empty/e", BRANCH) == "x"
    assert "-in ner/no" not in listed
    assert "had a repository of its own" in found.words[0]
    assert tip(repository, RESCUED) == inner_tip


def test_locks_and_flags_that_were_left_do_not_hide_anything(
    repository: Path, worktree: Path, settled: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.runs.mending.LOCK_SECONDS", 0.05)
    own = worktree_dir(repository, worktree)
    assert own is not None
    run_git(worktree, "update-index", "--assume-unchanged", "README.md")
    run_git(worktree, "update-index", "--skip-worktree", "docs/guide.md")
    write(worktree, {"README.md": "hidden", "docs/guide.md": "hidden"})
    for lock in (own / "index.lock", repository / ".git/refs/heads" / f"{BRANCH}.lock"):
        lock.touch()
    found = settled()
    assert held(repository, "README.md", BRANCH) == "hidden"
    assert held(repository, "docs/guide.md", BRANCH) == "hidden"
    assert "unlocked" in found.words[0]
    assert "not to look at" in found.words[1]
    (own / "index").write_bytes(b"DIRC broken")
    write(worktree, {"new": "x"})
    assert "could not be read" in settled().words[0]
    assert held(repository, "new", BRANCH) == "x"


def test_a_submodule_keeps_commits_that_it_alone_has(
    repository: Path, worktree: Path, settled: Settle, tmp_path: Path
) -> None:
    library = make_repository(tmp_path / "library", {"l": "x"})
    allow = ("-c", "protocol.file.allow=always")
    run_git(worktree, *allow, "submodule", "--quiet", "add", os.fspath(library), "lib")
    commit(worktree, "A submodule")
    alone = commit(worktree / "lib", "Alone", {"l": "y"})
    found = settled()
    assert "lib, a submodule" in found.words[0]
    words = remove_worktree(repository, worktree, BRANCH, run_id="r", name="12")
    assert "commits of 1 submodule alone" in words
    kept = run_git(repository, "for-each-ref", "--format=%(refname)", "refs/planner/rescue/r")
    run_git(repository, "merge-base", "--is-ancestor", alone, kept)
