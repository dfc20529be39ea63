import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.errors import Refused
from planner.runs.worktrees import (
    add_worktree,
    begin_to_add,
    branch_name,
    remove_worktree,
    worktree_dir,
)
from tests.planner.runs.repositories import commit, copied, make_repository, run_git, tip, write

BRANCH = "planner/12-sign-in-abc123"
NAMED = {"run_id": "0192-run-abc123", "name": "12"}
RESCUED = "refs/planner/rescue/0192-run-abc123/12"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("made") / "lantern")


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "it's a; $(touch x) repo")


@pytest.fixture
def worktree(repository: Path, tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "r" / "worktrees" / "12"
    add_worktree(repository, path, BRANCH, tip(repository))
    return path


@given(st.text(max_size=200))
@example("Sign in; rm -rf $(HOME) --force")
@example("..@{-1}.lock")
@example("\n\0\x1b[2J")
@example("日本語")
@example("x" * 10_000)
@settings(max_examples=30)
def test_any_title_makes_a_branch(title: str) -> None:
    name = branch_name(7, title, "0192-8a-ABC_def")
    assert subprocess.run(["git", "check-ref-format", "--branch", name]).returncode == 0
    assert name.startswith("planner/7-")
    assert name.endswith("-abcdef")
    assert len(name) < 80
    assert name.isascii()


def test_a_branch_is_named_after_its_card() -> None:
    assert branch_name(3, "Sign in: “Über” page!", "0192-aa11bb22cc") == (
        "planner/3-sign-in-uber-page-bb22cc"
    )
    assert branch_name(3, "???", "0192-aa11bb22cc") == "planner/3-card-bb22cc"


def test_adding_a_worktree_leaves_the_checkout_as_it_is_and_goes_on_from_anything(
    repository: Path, tmp_path: Path
) -> None:
    write(repository, {"README.md": "mine, unsaved\n"})
    run_git(repository, "add", "README.md")
    index = (repository / ".git" / "index").read_bytes()
    base = tip(repository)
    path = tmp_path / "runs" / "r" / "worktrees" / "12"
    add_worktree(repository, path, BRANCH, base)
    assert (path / "README.md").read_text() == "# Lantern\n"
    assert run_git(path, "symbolic-ref", "HEAD") == f"refs/heads/{BRANCH}"
    done = commit(path, "Work", {"new": "x"})
    add_worktree(repository, path, BRANCH, base)
    assert tip(path) == done

    own = worktree_dir(repository, path)
    assert own is not None
    # A git that was killed at its checkout leaves this lock.
    (own / "locked").write_text("initializing")
    (own / "index.lock").touch()
    (path / "README.md").unlink()
    add_worktree(repository, path, BRANCH, base)
    assert tip(path) == done
    assert run_git(path, "status", "--porcelain") == ""

    # Its folder is gone, git still knows it.
    subprocess.run(["rm", "-r", path], check=True)
    add_worktree(repository, path, BRANCH, base)
    assert tip(path) == done
    # Git has forgotten it, and an empty folder is there.
    subprocess.run(["rm", "-r", path], check=True)
    run_git(repository, "worktree", "prune")
    path.mkdir()
    add_worktree(repository, path, BRANCH, base)
    assert tip(path) == done

    assert (repository / ".git" / "index").read_bytes() == index
    assert run_git(repository, "symbolic-ref", "HEAD") == "refs/heads/main"
    other = path.with_name("13")
    write(other, {"precious": "x"})
    with pytest.raises(Refused, match="git knows nothing"):
        add_worktree(repository, other, "planner/13-x-abc123", base)
    assert (other / "precious").exists()
    with pytest.raises(Refused):
        add_worktree(repository, path.with_name("14"), "planner/14-x-abc123", "f" * 40)


def test_a_branch_that_a_person_has_checked_out_is_left_to_them(
    repository: Path, worktree: Path
) -> None:
    remove_worktree(repository, worktree, BRANCH, **NAMED)
    run_git(repository, "checkout", "--quiet", BRANCH)
    with pytest.raises(Refused, match="already checked out"):
        add_worktree(repository, worktree, BRANCH, tip(repository))
    assert not worktree.exists()
    run_git(repository, "checkout", "--quiet", "main")
    add_worktree(repository, worktree, BRANCH, tip(repository))
    assert run_git(worktree, "symbolic-ref", "HEAD") == f"refs/heads/{BRANCH}"


def test_one_that_was_begun_is_waited_for(repository: Path, tmp_path: Path) -> None:
    base = tip(repository)
    path = tmp_path / "runs" / "r" / "worktrees" / "12"
    begin_to_add(repository, path, BRANCH, base)
    add_worktree(repository, path, BRANCH, base)
    assert (path / "README.md").read_text() == "# Lantern\n"
    assert tip(path) == tip(repository, BRANCH) == base
    # One that can't be is found out by whoever waits, and nothing is begun twice.
    begin_to_add(repository, path, BRANCH, base)
    begin_to_add(repository, path.with_name("13"), "planner/13-x-abc123", "f" * 40)
    with pytest.raises(Refused):
        add_worktree(repository, path.with_name("13"), "planner/13-x-abc123", "f" * 40)


def test_many_can_be_added_at_once(repository: Path, tmp_path: Path) -> None:
    base = tip(repository)
    paths = [tmp_path / "runs" / str(n) / "worktrees" / "12" for n in range(12)]

    def add(number: int) -> None:
        add_worktree(repository, paths[number], f"planner/12-x-{number}", base)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    assert len({worktree_dir(repository, path) for path in paths}) == 12
    assert all((path / "README.md").exists() for path in paths)


def test_a_clean_worktree_is_removed_and_its_branch_stays(repository: Path, worktree: Path) -> None:
    done = commit(worktree, "Work", {"new": "x"})
    write(worktree, {"some.log": "ignored"})
    words = remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert words == f"Removed worktree 12; branch {BRANCH} stays."
    assert not worktree.exists()
    assert tip(repository, BRANCH) == done
    assert run_git(repository, "for-each-ref", "refs/planner") == ""
    assert "prunable" not in run_git(repository, "worktree", "list", "--porcelain")
    assert "gone already" in remove_worktree(repository, worktree, BRANCH, **NAMED)


def test_what_no_branch_has_goes_to_a_rescue_ref_first(repository: Path, worktree: Path) -> None:
    base = tip(repository)
    run_git(worktree, "checkout", "--quiet", "--detach")
    loose = commit(worktree, "Loose", {"loose": "x"})
    write(worktree, {"staged": "then"})
    run_git(worktree, "add", "staged")
    write(worktree, {"staged": "now", "-new\nfile": "x", "README.md": "changed", "a.log": "x"})
    run_git(worktree, "update-index", "--assume-unchanged", "docs/guide.md")
    write(worktree, {"docs/guide.md": "hidden"})
    (worktree / "src/list.py").unlink()
    (worktree / "src/list.py").symlink_to("/etc/passwd")
    inner = make_repository(worktree / "inner", {"i": "inner"})
    inner_tip = tip(inner)
    (worktree / "read-only").mkdir(mode=0o755)
    write(worktree, {"read-only/file": "x"})
    (worktree / "read-only").chmod(0o555)

    words = remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert f"git -C {repository} show {RESCUED}" in words
    assert "commits that no branch has" in words
    assert not worktree.exists()
    assert tip(repository, BRANCH) == base

    def held(path: str, ref: str = RESCUED) -> str:
        return run_git(repository, "show", f"{ref}:{path}")

    assert held("staged") == "now"
    assert held("-new\nfile") == "x"
    assert held("README.md") == "changed"
    assert held("docs/guide.md") == "hidden"
    assert held("src/list.py") == "/etc/passwd"
    assert held("inner/i") == "inner"
    assert held("read-only/file") == "x"
    parents = run_git(repository, "log", "-1", "--format=%P", RESCUED).split()
    assert parents[0] == loose
    assert held("staged", parents[1]) == "then"
    assert inner_tip in parents
    assert "a.log" not in run_git(repository, "ls-tree", "-r", "--name-only", RESCUED)


def test_a_merge_at_work_is_kept_with_both_sides(repository: Path, worktree: Path) -> None:
    theirs = commit(repository, "Theirs", {"README.md": "theirs\n"})
    ours = commit(worktree, "Ours", {"README.md": "ours\n"})
    run_git(worktree, "merge", "--quiet", "main", expected=1)
    words = remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert "a merge that was not finished" in words
    parents = run_git(repository, "log", "-1", "--format=%P", RESCUED).split()
    assert parents == [ours, theirs]
    assert "<<<<<<<" in run_git(repository, "show", f"{RESCUED}:README.md")


def test_a_removal_that_was_killed_goes_on_and_keeps_nothing_twice(
    repository: Path, worktree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(worktree, {"new": "x"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("planner.runs.worktrees.delete_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            remove_worktree(repository, worktree, BRANCH, **NAMED)
    remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert run_git(repository, "for-each-ref", "--format=%(refname)", "refs/planner") == RESCUED
    # The same name is needed again for something else.
    add_worktree(repository, worktree, BRANCH, tip(repository))
    write(worktree, {"other": "x"})
    assert f"{RESCUED}-2" in remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert [place.name for place in worktree.parent.iterdir()] == [".12.lock"]


def test_a_deleted_folder_and_a_stranger_are_told_apart(repository: Path, worktree: Path) -> None:
    write(worktree, {"staged": "x"})
    run_git(worktree, "add", "staged")
    subprocess.run(["rm", "-r", worktree], check=True)
    words = remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert "was gone already" in words
    assert RESCUED in words
    assert run_git(repository, "show", f"{RESCUED}:staged") == "x"
    write(worktree, {"precious": "x"})
    assert "left alone" in remove_worktree(repository, worktree, BRANCH, **NAMED)
    assert (worktree / "precious").exists()
