"""Merging a commit into a branch without anybody's checkout noticing, unless it is clean.

The merge commit is made away from every checkout. Only then is the branch moved to it: by
compare-and-swap where it is checked out nowhere, as a fast-forward where it is and is clean. A
checkout with changes of its own, or in the middle of something, is left as it is, byte for byte.
A merge that was made before its program was killed is found again by its ancestry.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from planner.runs.git import GitFailed, GitResult, git, path_from_git, without_credentials
from planner.runs.repository import common_dir
from planner.runs.rescue import IDENTITY, ONLY_CONFIGURED
from planner.runs.worktree_state import alone, operation
from planner.runs.worktrees import worktree_dir
from store.records import WaitsFor

TRIES = 3
"""How often a merge is made anew because the branch moved meanwhile."""

MOST_NAMED = 5
"""Files that a message names."""

MERGING = "planner-merge"
"""What the lock is named after, in the repository's own folder, under which branches move."""

NOTHING = "0" * 40
"""What stands for a branch that is not there yet."""


class NotDelivered(Exception):
    """What was approved could not be done; nothing of this step is half done.

    Attributes:
        waits_for: What lets the run go on.
    """

    def __init__(self, reason: str, waits_for: WaitsFor = WaitsFor.APPROVAL) -> None:
        super().__init__(reason)
        self.waits_for = waits_for


class _Moved(Exception):
    """The branch is not where it was when the merge was made."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two commits can't be merged without a person or an agent: these files say different things."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Where a branch holds a commit now.

    Attributes:
        commit: The merge commit, or the commit itself where somebody fast-forwarded to it.
        onto: Where the branch was before; None when the commit was in it already.
        checkout: The checkout that was brought along, if any.
    """

    commit: str
    onto: str | None
    checkout: Path | None = None


def is_ancestor(repository: Path, commit: str, of: str) -> bool:
    """Say whether a commit is within another's history, or is that commit."""
    done = git(repository, "merge-base", "--is-ancestor", commit, of, check=False)
    return done.exit_code == 0


def tip_of(repository: Path, ref: str) -> str | None:
    """Return the commit a full ref name stands for; None when there is no such ref."""
    found = git(
        repository, "rev-parse", "--verify", "--quiet", "--end-of-options", ref, check=False
    )
    return found.text.strip() if found.exit_code == 0 else None


def merge_commit(
    repository: Path, ours: str, theirs: str, *, message: str, scratch: Path
) -> str | Conflict:
    """Make a commit that merges ``theirs`` into ``ours``; no branch and no checkout changes.

    Args:
        repository: Where both are.
        ours: The first parent.
        theirs: The second parent.
        message: What the commit says; its first line names what is merged.
        scratch: A folder that may be made and deleted, for gits older than 2.38.

    Returns:
        The commit, or the files that conflict.

    Raises:
        GitFailed: Git could not do it.
    """
    tree = _merged_tree(repository, ours, theirs)
    if tree is None:
        tree = _merged_tree_in(repository, ours, theirs, scratch)
    if isinstance(tree, Conflict):
        return tree
    return commit_tree(repository, tree, (ours, theirs), message)


def commit_tree(repository: Path, tree: str, parents: tuple[str, ...], message: str) -> str:
    """Make a commit of a tree, in the name of whoever git knows here."""
    arguments = ["commit-tree", tree]
    for parent in parents:
        arguments += ["-p", parent]
    text = message.replace("\0", "").encode("utf-8", "replace")
    made = git(repository, *arguments, "-F", "-", stdin=text, settings=ONLY_CONFIGURED, check=False)
    if made.exit_code:
        made = git(repository, *arguments, "-F", "-", stdin=text, environ=IDENTITY)
    return made.text.strip()


def identity(repository: Path) -> dict[str, str]:
    """Return the variables that name somebody, where git knows nobody; none where it does."""
    known = git(repository, "var", "GIT_COMMITTER_IDENT", check=False)
    return {} if known.exit_code == 0 else IDENTITY


def merge_into(
    repository: Path,
    branch: str,
    head: str,
    *,
    message: str,
    scratch: Path,
    verify: Callable[[str, str], None],
) -> Merged:
    """Merge a commit into a branch of this repository; nothing when it is in it already.

    Args:
        repository: Where both are.
        branch: The branch.
        head: The commit.
        message: What the merge commit says.
        scratch: A folder that may be made and deleted.
        verify: Called with the merge commit and where the branch was, before the branch moves;
            raises ``NotDelivered`` to leave it.

    Raises:
        NotDelivered: It conflicts, or the branch is checked out where it can't be moved.
        GitFailed: Git could not do it.
    """
    ref = f"refs/heads/{branch}"
    for _ in range(TRIES):
        here = tip_of(repository, ref)
        base = here or tip_of(repository, f"refs/remotes/origin/{branch}")
        if base is None:
            raise NotDelivered(f"There is no branch {branch} in {repository} to merge into.")
        if here is not None and is_ancestor(repository, head, here):
            return Merged(merge_that_brought(repository, head, here), None)
        made = merge_commit(repository, base, head, message=message, scratch=scratch)
        if isinstance(made, Conflict):
            raise conflicting(made, branch)
        verify(made, base)
        # Two gits at once in one checkout would leave it half one's and half the other's. The one
        # that a killed supervisor has left at work keeps the lock, too.
        with alone(common_dir(repository) / MERGING) as held:
            if tip_of(repository, ref) != here:
                continue
            try:
                checkout = _advance(repository, branch, made, here, held)
            except _Moved:
                continue
        return Merged(made, base, checkout)
    raise NotDelivered(
        f"The branch {branch} moved {TRIES} times while this was merged. Approve again in a moment."
    )


def conflicting(conflict: Conflict, branch: str) -> NotDelivered:
    """Say which files stand in the way of a merge."""
    return NotDelivered(
        f"It conflicts with what {branch} has by now, in {named(conflict.files)}. Nothing was "
        "merged. Reject it with a note to have its agent bring the branch up to date.",
        WaitsFor.CONFLICT,
    )


def merge_that_brought(repository: Path, head: str, base: str) -> str:
    """Return the commit of a branch that brought another into it: its merge, or itself."""
    lines = git(
        repository, "rev-list", "--first-parent", "--parents", base, f"^{head}"
    ).text.splitlines()
    for line in reversed(lines):
        commit, *parents = line.split()
        if head in parents[1:]:
            return commit
    for line in reversed(lines):
        commit, *parents = line.split()
        if any(is_ancestor(repository, head, parent) for parent in parents[1:]):
            return commit
    return head


def named(files: tuple[str, ...]) -> str:
    """Name a few files, and say how many more there are."""
    more = len(files) - MOST_NAMED
    return ", ".join(files[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _merged_tree(repository: Path, ours: str, theirs: str) -> str | Conflict | None:
    """Merge two commits' trees; None where git is too old to do it without a checkout."""
    done = git(
        repository,
        "merge-tree",
        "--write-tree",
        "--name-only",
        "--no-messages",
        "-z",
        ours,
        theirs,
        check=False,
    )
    if done.exit_code == 0 and done.fields:
        return done.fields[0].decode()
    if done.exit_code == 1 and done.fields:
        return Conflict(tuple(dict.fromkeys(path_from_git(raw) for raw in done.fields[1:] if raw)))
    if "usage:" in done.said or "unknown option" in done.said:
        return None
    raise _failed("merge-tree", done)


def _merged_tree_in(repository: Path, ours: str, theirs: str, scratch: Path) -> str | Conflict:
    """Merge two commits' trees in a worktree made for it."""
    discard(repository, scratch)
    scratch.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    git(repository, "worktree", "add", "--quiet", "--detach", "--", os.fspath(scratch), ours)
    try:
        done = git(
            scratch,
            *("merge", "--no-commit", "--no-ff", "--quiet", theirs),
            environ=identity(repository),
            check=False,
        )
        if done.exit_code == 0:
            return git(scratch, "write-tree").text.strip()
        files = git(scratch, "diff", "--name-only", "--diff-filter=U", "-z").fields
        if not files:
            raise _failed("merge", done)
        return Conflict(tuple(path_from_git(raw) for raw in files))
    finally:
        discard(repository, scratch)


def discard(repository: Path, scratch: Path) -> None:
    """Remove a worktree that holds nothing of anybody's, also a half-made one.

    Git's list of worktrees loses this one alone: others may be on a disk that is away just now.
    """
    own = worktree_dir(repository, scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    if own is not None:
        shutil.rmtree(own, ignore_errors=True)


def _advance(
    repository: Path, branch: str, commit: str, expected: str | None, held: int
) -> Path | None:
    """Move a branch to a commit that holds it; return the checkout that went along, if any.

    Git inherits ``held``, the lock on such moves.
    """
    ref = f"refs/heads/{branch}"
    checkout = _checkout_of(repository, ref)
    if checkout is None:
        done = git(
            repository,
            *("update-ref", "-m", f"planner-tui: merge into {branch}", ref),
            *(commit, expected or NOTHING),
            check=False,
            inherits=(held,),
        )
        if done.exit_code != 0:
            if tip_of(repository, ref) != expected:
                raise _Moved
            raise _failed("update-ref", done)
        return None
    _must_be_clean(checkout, branch)
    done = git(
        checkout,
        *("merge", "--ff-only", "--no-overwrite-ignore", "--quiet", commit),
        settings=("merge.autoStash=false", "merge.verifySignatures=false"),
        check=False,
        inherits=(held,),
    )
    if done.exit_code != 0:
        if tip_of(repository, ref) != expected:
            raise _Moved
        said = " ".join(without_credentials(done.said).split())[:600]
        raise NotDelivered(
            f"The checkout {checkout} has {branch} checked out, and git did not bring it along: "
            f"{said} Put that right there, then approve again."
        )
    return checkout


def _must_be_clean(checkout: Path, branch: str) -> None:
    """Refuse a checkout that somebody is at work in; nothing of it is touched."""
    changes = git(
        checkout,
        *("status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=none"),
        *("--no-renames",),
    ).fields
    if changes:
        files = tuple(path_from_git(raw[3:]) for raw in changes)
        raise NotDelivered(
            f"The checkout {checkout} has {branch} checked out and holds changes that are in no "
            f"commit: {named(files)}. Commit or stash them there, then approve again."
        )


def _checkout_of(repository: Path, ref: str) -> Path | None:
    """Return the checkout that has a branch checked out.

    Raises:
        NotDelivered: One is in the middle of something with it, or can't be reached.
    """
    branch = ref.removeprefix("refs/heads/")
    for own in _git_dirs(repository):
        middle = operation(own)
        if middle is not None and ref in {*_at_work_on(own)}:
            raise NotDelivered(
                f"The checkout {_checkout_at(own)} is in the middle of {middle} with {branch}. "
                "Finish or abort it there, then approve again."
            )
    for checkout in _worktrees(repository):
        if checkout.get("branch") != ref or "bare" in checkout:
            continue
        path = Path(checkout["worktree"])
        if path.is_dir():
            return path
        if "prunable" not in checkout:
            raise NotDelivered(
                f"{branch} is checked out at {path}, which can't be reached now. Make it reachable "
                "or run git worktree prune, then approve again."
            )
    return None


def _git_dirs(repository: Path) -> Iterator[Path]:
    """Return where git keeps each checkout's own HEAD, the main one's first."""
    common = common_dir(repository)
    yield common
    if (common / "worktrees").is_dir():
        yield from sorted((common / "worktrees").iterdir())


def _at_work_on(own: Path) -> Iterator[str]:
    """Return the branches a checkout is at work on, also while its HEAD is detached for it."""
    for name in ("HEAD", "rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"):
        try:
            text = (own / name).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue
        ref = text.removeprefix("ref:").strip()
        yield ref if ref.startswith("refs/") else f"refs/heads/{ref}"


def _checkout_at(own: Path) -> Path:
    try:
        return Path((own / "gitdir").read_text().strip()).parent
    except (OSError, UnicodeDecodeError):
        return own.parent if own.name == ".git" else own


def _worktrees(repository: Path) -> list[dict[str, str]]:
    """Return what git knows of each checkout: its path, its branch, whether it is gone."""
    listed = git(repository, "worktree", "list", "--porcelain", "-z", check=False)
    end = b"\0"
    if listed.exit_code != 0:  # git before 2.36 knows no -z here
        listed, end = git(repository, "worktree", "list", "--porcelain"), b"\n"
    found: list[dict[str, str]] = []
    for part in listed.stdout.split(end + end):
        lines = [os.fsdecode(line).partition(" ") for line in part.split(end) if line]
        if lines:
            found.append({name: value for name, _, value in lines})
    return found


def _failed(what: str, done: GitResult) -> GitFailed:
    said = " ".join(done.said.split())[:600] or f"it ended with {done.exit_code}"
    return GitFailed(f"git {what} failed: {said}", done.said, done.exit_code)
