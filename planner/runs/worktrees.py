"""Worktrees: an assignment's own checkout, on a branch of its own, beside the user's.

Adding one goes on from whatever a killed git has left. Removing one looks first: what is in no
commit, or in a commit that no branch has, goes to a rescue ref before anything is deleted.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import unicodedata
from collections.abc import Collection
from pathlib import Path

from planner.errors import Refused
from planner.runs.git import GitFailed, begin_git, git
from planner.runs.repository import common_dir
from planner.runs.worktree_state import Worktree, alone, read_state

LONGEST_SLUG = 40
TRIES = 5
"""How often a worktree is added before git's word is taken for it."""

# Where somebody waits for one worktree, as many files are written at once as there are cores.
_QUICKLY = ("checkout.workers=0",)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_INITIALIZING = "initializing"


def branch_name(number: int, title: str, run_id: str) -> str:
    """Return the branch of a card's assignment: ``planner/<number>-<slug>-<run>``.

    The slug is what ASCII letters and digits the title has, so that any title makes a branch.
    """
    return f"planner/{number}-{_slug(title) or 'card'}-{_run_part(run_id)}"


def integration_branch_name(title: str, run_id: str) -> str:
    """Return the branch that joins a workflow's cards: ``planner/<slug>-integration-<run>``."""
    return f"planner/{_slug(title) or 'workflow'}-integration-{_run_part(run_id)}"


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title[:1000]).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", plain.lower()).strip("-")[:LONGEST_SLUG].strip("-")


def _run_part(run_id: str) -> str:
    return _NOT_SLUG.sub("", run_id.lower())[-6:] or "run"


def worktree_dir(repository: Path, path: Path) -> Path | None:
    """Return the folder in which git keeps a worktree's own HEAD and index, or None."""
    dot_git = path / ".git"
    wanted = {os.fspath(dot_git), os.path.realpath(path) + "/.git"}
    worktrees = common_dir(repository) / "worktrees"
    # Git names it after the worktree's folder, with a number where there are more of that name.
    try:
        found = sorted(worktrees.iterdir(), key=lambda own: not own.name.startswith(path.name))
    except OSError:
        return None
    for own in found:
        try:
            pointer = (own / "gitdir").read_bytes()
        except OSError:
            continue
        if os.fsdecode(pointer).removesuffix("\n") in wanted:
            return own
    return None


def add_worktree(repository: Path, path: Path, branch: str, commit: str) -> None:
    """See to it that there is a worktree on this branch.

    A worktree that is there already is kept as it is, and so is the branch with its commits; only
    what was left half-made is made again. A new branch begins at ``commit``.

    Raises:
        Refused: Git can't add it, or there is something else in its place.
    """
    with alone(path) as held:
        add_alone(repository, path, branch, commit, held)


def begin_to_add(repository: Path, path: Path, branch: str, commit: str) -> None:
    """Have git begin to add a new worktree, and return at once.

    Git holds the worktree's lock until it is done, so that ``add_worktree`` waits for it, whoever
    calls that, and looks at what it came to.
    """
    with alone(path) as held:
        if path.exists() or worktree_dir(repository, path) is not None:
            return
        begin_git(repository, *_adding(path, branch, commit), inherits=(held,), settings=_QUICKLY)


def add_alone(repository: Path, path: Path, branch: str, commit: str, held: int) -> None:
    """Add a worktree as ``add_worktree`` does, for one that holds its lock already."""
    failure: GitFailed | None = None
    for attempt in range(TRIES):
        if _is_there(repository, path):
            return
        begun = attempt > 0 and _has_branch(repository, branch)
        what = _adding(path, branch, None if begun else commit)
        try:
            git(repository, *what, inherits=(held,))
        except GitFailed as failed:
            failure = failed
            if attempt > 1:
                # Another git may be at work on the repository's list of worktrees.
                time.sleep(0.05 * attempt)
        else:
            return
    raise failure or Refused(f"The worktree {path} could not be added.")


def _adding(path: Path, branch: str, commit: str | None) -> tuple[str, ...]:
    """Return what adds a worktree: on a new branch at a commit, or on a branch that is there."""
    # Never by force: a person may have the branch checked out, which must not move below them.
    add, where = ("worktree", "add", "--quiet"), ("--", os.fspath(path))
    if commit is None:
        return (*add, *where, branch)
    return (*add, "--no-track", "-b", branch, *where, commit)


def _has_branch(repository: Path, branch: str) -> bool:
    return (
        git(
            repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", check=False
        ).exit_code
        == 0
    )


def _is_there(repository: Path, path: Path) -> bool:
    """Say whether the worktree is there whole; clear away a half-made one."""
    own = worktree_dir(repository, path)
    if own is not None and path.is_dir() and not _is_half_made(own):
        return True
    if own is not None and (_is_half_made(own) or not path.exists()):
        delete_folder(own)
        if path.is_dir():
            # Git was still writing it: no agent has ever been in it.
            delete_folder(path)
    elif path.is_dir():
        if any(entry.name != ".git" for entry in path.iterdir()):
            raise Refused(
                f"There is something in the place of the worktree {path} that git knows nothing "
                "of. Move it away, then try again."
            )
        delete_folder(path)
    return False


def _is_half_made(own: Path) -> bool:
    """Say whether git was killed while it made this worktree: it locks one until it is done."""
    try:
        return (own / "locked").read_text().strip() == _INITIALIZING
    except (OSError, UnicodeDecodeError):
        return not (own / "HEAD").is_file()


def remove_worktree(
    repository: Path,
    path: Path,
    branch: str,
    *,
    run_id: str,
    name: str,
    leave: Collection[bytes] = (),
) -> str:
    """Remove a worktree; what would be lost with it goes to a rescue ref first.

    The branch stays, with its commits.

    Args:
        repository: Whose worktree it is.
        path: Where it is.
        branch: The branch it was made for.
        run_id: Its run, which the rescue ref is named after.
        name: Its name within the run.
        leave: Untracked paths that are nobody's work, such as files copied in before the agent.

    Returns:
        What was done, for people: with the rescue ref and how to look at it, where there is one.

    Raises:
        GitFailed: It could not be looked at or removed; nothing is lost.
    """
    from planner.runs.rescue import RescueName, looked_at, rescue, what_would_be_lost

    with alone(path) as held:
        own = worktree_dir(repository, path)
        if own is None:
            if path.exists():
                return f"{path} is no worktree of {repository} any more, so it was left alone."
            return f"Worktree {name} was gone already; branch {branch} stays."
        tree = Worktree(repository, path, own, held)
        if not path.is_dir():
            kept = rescue(tree, None, RescueName(run_id, name))
            delete_folder(own)
            words = f"The folder of worktree {name} was gone already; branch {branch} stays."
            return f"{words} {looked_at(repository, kept)}" if kept else words
        state = read_state(tree, leave=leave)
        words = f"Removed worktree {name}; branch {branch} stays."
        if lost := what_would_be_lost(tree, state):
            kept = rescue(tree, state, RescueName(run_id, name), leave=leave)
            if kept:
                words = f"Removed worktree {name}, which held {lost}. {looked_at(repository, kept)}"
        # Whole or gone: one that is half deleted would look like a great many changes.
        gone = path.with_name(f".{path.name}.gone")
        delete_folder(gone)
        path.rename(gone)
        delete_folder(own)
        delete_folder(gone)
    return words


def delete_folder(path: Path) -> None:
    """Delete a folder, also where an agent has made parts of it read-only."""
    import shutil

    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except PermissionError:
        for folder, _, _ in os.walk(path):
            with contextlib.suppress(OSError):
                Path(folder).chmod(0o700)
        shutil.rmtree(path)
