"""The repository a project's runs work on: one on this machine, or a bare copy of one elsewhere.

A path is worked with where it is: worktrees and ``planner/*`` branches are added to it, and the
checkout itself is never touched. A URL is copied into the runs' folder and fetched at the start of
each run, into ``refs/remotes/origin/*``, so that no fetch can move or prune a branch of a run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

from planner.errors import Refused
from planner.runs.folders import RunFolders
from planner.runs.git import GitFailed, git, in_short, without_credentials

FETCH_SECONDS = 900.0
"""How long a copy or a fetch may take."""

_MOST_NAMED = 12
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SCP = re.compile(r"[^/:\s]+:(?!/?$)")
_FETCH = (
    "fetch",
    "--quiet",
    "--prune",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "origin",
    "+refs/heads/*:refs/remotes/origin/*",
)
# A line that has died must not be waited on for a quarter of an hour.
_PATIENCE = ("http.lowSpeedLimit=1", "http.lowSpeedTime=60")


def is_url(repo_url: str) -> bool:
    """Say whether this names a repository elsewhere: ``scheme://…`` or ``host:path``."""
    return bool(_SCHEME.match(repo_url)) or (
        bool(_SCP.match(repo_url)) and not repo_url.startswith(("~", "."))
    )


def absolute_repo_url(repo_url: str, folder: Path) -> str:
    """Return what to keep for what a person typed in ``folder``: a URL, or an absolute path."""
    typed = repo_url.strip()
    if not typed or is_url(typed):
        return typed
    return os.path.normpath(folder / _expanded(typed))


def open_repository(repo_url: str, folders: RunFolders) -> Path:
    """Return the repository that a run works on, brought up to date where it is a copy.

    Args:
        repo_url: What the project has: a path, also below a checkout, or a URL.
        folders: Where copies are kept.

    Raises:
        Refused: There is none, it is not git's, git does not trust it, or it can't be reached.
    """
    if not repo_url.strip():
        raise Refused("The project has no repository. Set its path or URL, then try again.")
    if is_url(repo_url):
        return _copy(repo_url, folders.clone(repo_url))
    path = _expanded(repo_url)
    if not path.is_absolute():
        raise Refused(
            f"The repository's path must begin with / or ~, since runs go on wherever they are "
            f"looked after from: {repo_url}"
        )
    if not path.is_dir():
        what = "is no folder" if path.exists() else "does not exist"
        raise Refused(f"The project's repository {path} {what}.")
    return _top(path)


def common_dir(repository: Path) -> Path:
    """Return the folder in which git keeps the repository, whichever of its worktrees is named."""
    dot_git = repository / ".git"
    if dot_git.is_dir():
        return dot_git
    if not dot_git.is_file():
        return repository
    own = repository / _pointer(dot_git)
    try:
        return Path(os.path.normpath(own / (own / "commondir").read_text().strip()))
    except OSError:
        return own


def commit_of(repository: Path, branch: str) -> str:
    """Return the commit at the tip of a branch; in a copy of a URL, of the branch over there.

    Raises:
        Refused: There is no such branch (the message lists those there are), or no commit yet.
    """
    own, remote = f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"
    tips = _refs(repository, own, remote) if _can_be_a_branch(branch) else {}
    found = tips.get(own) or tips.get(remote)
    if found is not None:
        return found
    names = list(
        dict.fromkeys(
            name.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
            for name in _refs(repository, "refs/heads/", "refs/remotes/origin/")
            if not name.startswith("refs/heads/planner/") and name != "refs/remotes/origin/HEAD"
        )
    )
    if not names:
        raise Refused(
            f"The repository {repository} has no commit yet. Make a first one, then try again."
        )
    more = len(names) - _MOST_NAMED
    listed = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    raise Refused(f"The repository {repository} has no branch {branch!r}. It has: {listed}.")


def _refs(repository: Path, *patterns: str) -> dict[str, str]:
    lines = git(
        repository, "for-each-ref", "--format=%(objectname) %(refname)", "--", *patterns
    ).text.splitlines()
    return {name: sha for sha, _, name in (line.partition(" ") for line in lines)}


def _can_be_a_branch(branch: str) -> bool:
    """Say whether a name can be looked for: no pattern, nothing git would choke on."""
    return bool(branch) and branch.isprintable() and not set(branch) & set("*?[\\~^: ")


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # ``~nobody``
        return Path(path)


def _pointer(dot_git: Path) -> str:
    try:
        return dot_git.read_text().removeprefix("gitdir:").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _top(path: Path) -> Path:
    """Return the checkout that holds a folder, or the bare repository."""
    git_dir = path / ".git"
    if git_dir.is_dir() and (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir():
        return path
    try:
        said = git(
            path, "rev-parse", "--is-bare-repository", "--is-inside-git-dir", "--absolute-git-dir"
        )
        is_bare, is_inside, own = os.fsdecode(said.stdout).removesuffix("\n").split("\n", 2)
    except GitFailed as failed:
        if "not a git repository" in failed.said:
            raise Refused(
                f"{path} is not in a git repository. Name a folder that is, or make one there: "
                "git init"
            ) from failed
        raise
    if is_bare == "true":
        return Path(own)
    if is_inside == "true":
        return Path(own).parent
    top = git(path, "rev-parse", "--show-toplevel").stdout
    return Path(os.fsdecode(top).removesuffix("\n"))


def _copy(repo_url: str, clone: Path) -> Path:
    """Make the bare copy of a URL, or fetch what is new there."""
    import shutil

    clone.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _held(clone.with_suffix(".lock")):
        if clone.is_dir():
            _fetch(clone, repo_url)
            return clone
        half = clone.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        git(clone.parent, "init", "--quiet", "--bare", "--template=", "--", os.fspath(half))
        config = (("remote.origin.url", repo_url), ("core.logAllRefUpdates", "true"))
        for name, value in config:
            git(half, "config", "--", name, value)
        try:
            _fetch(half, repo_url)
        except Refused:
            shutil.rmtree(half, ignore_errors=True)
            raise
        half.rename(clone)
    return clone


def _fetch(clone: Path, repo_url: str) -> None:
    try:
        git(clone, *_FETCH, settings=_PATIENCE, seconds=FETCH_SECONDS)
    except GitFailed as failed:
        why = in_short(failed.said) or str(failed)
        raise Refused(
            f"The repository {without_credentials(repo_url)} could not be reached: {why}"
        ) from failed


@contextlib.contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Keep others from the copy for the length of the block; the kernel lets go for the dead."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
