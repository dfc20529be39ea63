import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import Refused
from planner.runs.folders import RunFolders
from planner.runs.git import GitFailed, git, path_from_git, path_to_bytes, without_credentials
from planner.runs.repository import absolute_repo_url, commit_of, is_url, open_repository
from tests.planner.runs.repositories import commit, make_repository, run_git, tip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("made") / "lantern")


@pytest.fixture
def folders(tmp_path: Path) -> RunFolders:
    return RunFolders(tmp_path / "runs")


def test_git_is_called_without_hooks_prompts_or_variables_that_redirect_it(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    (hooks / "post-checkout").chmod(0o755)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_TRACE", "1")
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "--quiet", "--", os.fspath(made), os.fspath(copy))
    git(copy, "config", "core.hooksPath", os.fspath(hooks))
    git(copy, "checkout", "--quiet", "-b", "other")
    assert not (tmp_path / "ran").exists()
    git(copy, "checkout", "--quiet", "main", hooks=True, settings=(f"core.hooksPath={hooks}",))
    assert (tmp_path / "ran").exists()
    assert git(copy, "var", "GIT_EDITOR").text == "true"


def test_what_git_refuses_is_told_in_a_line_without_passwords(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GitFailed, match=r"git rev-parse failed in .*: Needed a single revision"):
        git(made, "rev-parse", "--verify", "--end-of-options", "--output=x")
    assert git(made, "rev-parse", "--verify", "--quiet", "nothing", check=False).exit_code == 1
    with pytest.raises(GitFailed) as failed:
        git(made, "fetch", "--", "http://ada:se@cret@127.0.0.1:1/x.git")
    assert "127.0.0.1" in str(failed.value)
    assert "cret" not in str(failed.value) + failed.value.said
    assert without_credentials("from ssh://ada@host/x and https://t0ken@host") == (
        "from ssh://host/x and https://host"
    )
    with pytest.raises(GitFailed, match="null byte"):
        git(made, "show", "a\0b")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refused, match="install git"):
        git(made, "status")


def test_a_lock_that_another_git_holds_is_waited_for(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "--quiet", "--", os.fspath(made), os.fspath(copy))
    lock = copy / ".git" / "index.lock"
    lock.touch()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        lock.unlink(missing_ok=True)

    monkeypatch.setattr("planner.runs.git.time.sleep", wait)
    git(copy, "reset", "--quiet", "--hard")
    assert len(waited) == 1


@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_every_path_can_be_shown_kept_and_turned_back(raw: bytes) -> None:
    shown = path_from_git(raw)
    assert path_to_bytes(json.loads(json.dumps(shown, ensure_ascii=False).encode())) == raw


def test_a_path_of_utf_8_is_itself_and_any_other_is_written_as_git_does() -> None:
    assert path_from_git("ä b\\c\n".encode()) == "ä b\\c\n"
    assert path_from_git(b"caf\xe9\\n") == '"caf\\351\\\\n"'
    assert path_from_git(b'"x"') == '"\\"x\\""'


def test_a_repository_is_found_by_its_path_from_anywhere_below(
    made: Path, tmp_path: Path, folders: RunFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_repository(os.fspath(made), folders) == made
    assert open_repository(os.fspath(made / "src"), folders) == made
    assert open_repository(os.fspath(made / ".git"), folders) == made
    monkeypatch.setenv("HOME", os.fspath(made.parent))
    assert open_repository("~/lantern/", folders) == made
    bare = tmp_path / "bare.git"
    run_git(tmp_path, "clone", "--quiet", "--bare", os.fspath(made), os.fspath(bare))
    assert open_repository(os.fspath(bare), folders) == bare
    assert commit_of(bare, "main") == tip(made)
    assert absolute_repo_url(" ../x ", made) == os.fspath(made.parent / "x")
    assert absolute_repo_url("git@host:x.git", made) == "git@host:x.git"


def test_what_can_not_be_opened_says_why(tmp_path: Path, made: Path, folders: RunFolders) -> None:
    (tmp_path / "file").touch()
    for repo_url, words in (
        ("", "has no repository"),
        ("lantern", "must begin with / or ~"),
        (os.fspath(tmp_path / "none"), "does not exist"),
        (os.fspath(tmp_path / "file"), "is no folder"),
        (os.fspath(tmp_path), "not in a git repository"),
        ("--upload-pack=touch x", "must begin with / or ~"),
        ("ext::sh -c touch% x", "could not be reached"),
    ):
        with pytest.raises(Refused, match=words):
            open_repository(repo_url, folders)
    with pytest.raises(Refused, match=r"has no branch 'master'\. It has: main"):
        commit_of(made, "master")
    for name in ("--all", "ma*", "a\nb", "main^{tree}", ""):
        with pytest.raises(Refused, match="has no branch"):
            commit_of(made, name)
    empty = tmp_path / "empty"
    empty.mkdir()
    run_git(empty, "init", "--quiet")
    with pytest.raises(Refused, match="no commit yet"):
        commit_of(open_repository(os.fspath(empty), folders), "main")


def test_a_url_is_copied_and_fetched_and_no_branch_of_a_run_is_touched(
    made: Path, tmp_path: Path, folders: RunFolders
) -> None:
    there = tmp_path / "there.git"
    run_git(tmp_path, "clone", "--quiet", "--bare", os.fspath(made), os.fspath(there))
    url = f"file://{there}"
    assert is_url(url)
    copy = open_repository(url, folders)
    assert copy == folders.clone(url)
    first = commit_of(copy, "main")
    run_git(copy, "branch", "planner/1-x-abc", first)
    run_git(made, "push", "--quiet", os.fspath(there), "main:planner/1-x-abc", "main:gone")
    work = tmp_path / "work"
    run_git(tmp_path, "clone", "--quiet", os.fspath(there), os.fspath(work))
    newer = commit(work, "Newer", {"x": "y"})
    run_git(work, "push", "--quiet", "origin", "HEAD:main", "HEAD:planner/1-x-abc")
    run_git(work, "push", "--quiet", "origin", ":gone")
    assert open_repository(url, folders) == copy
    assert commit_of(copy, "main") == newer
    assert tip(copy, "refs/heads/planner/1-x-abc") == first
    there.rename(tmp_path / "away.git")
    with pytest.raises(Refused, match="could not be reached"):
        open_repository(url, folders)
    with pytest.raises(Refused, match="could not be reached"):
        open_repository("http://ada:secret@127.0.0.1:1/x", folders)
    assert not folders.clone("http://ada:secret@127.0.0.1:1/x").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_named_with_what_to_type(
    made: Path, tmp_path: Path, folders: RunFolders
) -> None:
    copy = tmp_path / "copy"
    run_git(tmp_path, "clone", "--quiet", os.fspath(made), os.fspath(copy))
    for place in (copy, copy / ".git"):
        os.chown(place, 12345, 12345)
    with pytest.raises(Refused, match=r"git config --global --add safe\.directory"):
        commit_of(open_repository(os.fspath(copy), folders), "main")
