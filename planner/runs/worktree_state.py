"""How a worktree stands: where its HEAD is, what is in no commit, what it is in the middle of."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from planner.runs.git import GitResult, git

_OPERATIONS = (
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("BISECT_LOG", "a bisection"),
)
_FLAGGED = re.compile(rb"(?:\A|\0)([a-zSM]) ([^\0]+)")
_NO_HEAD = "(initial)"
_DETACHED = "(detached)"


class Worktree(msgspec.Struct, frozen=True):
    """A worktree, and how git is called in it whatever an agent has done to its ``.git``.

    Attributes:
        repository: Whose worktree it is.
        path: Its folder.
        own: The folder in which git keeps its HEAD and index.
        held: A file descriptor that holds it locked; git inherits it, so that a git which has
            outlived its supervisor still keeps the next one away.
    """

    repository: Path
    path: Path
    own: Path
    held: int | None = None

    def place(self, path: bytes) -> Path:
        """Return where a path of the worktree is on the disk."""
        return self.path / os.fsdecode(path)

    def git(
        self,
        *arguments: str | bytes,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        settings: Sequence[str] = (),
        check: bool = True,
    ) -> GitResult:
        """Call git in the worktree; hooks are off.

        Raises:
            GitFailed: It ended with anything but 0, and ``check``.
        """
        where = {
            "GIT_DIR": os.fspath(self.own),
            "GIT_WORK_TREE": os.fspath(self.path),
            # It is ours: what git finds out about its files, it may write down for the next time.
            "GIT_OPTIONAL_LOCKS": "1",
        }
        folder = self.path if self.path.is_dir() else self.own
        return git(
            folder,
            *arguments,
            stdin=stdin,
            environ={**where, **(environ or {})},
            settings=settings,
            check=check,
            inherits=() if self.held is None else (self.held,),
        )


class WorktreeState(msgspec.Struct, frozen=True):
    """How a worktree stands. Paths are bytes, as git has them.

    Attributes:
        head: The commit of HEAD; None before a first commit, or when its branch was deleted.
        branch: The branch that HEAD is on; None when it is detached.
        changed: Tracked paths that differ from HEAD or from the index.
        untracked: Files git does not know, and does not ignore.
        inner: Folders that are repositories of their own, which git does not know.
        unmerged: Whether paths wait for a conflict to be resolved.
        hidden: Tracked paths whose changes git was told not to look at.
        operation: What it is in the middle of, such as ``a merge``; None for nothing.
        submodules: Those of the changed paths that are submodules.
    """

    head: str | None
    branch: str | None
    changed: tuple[bytes, ...] = ()
    untracked: tuple[bytes, ...] = ()
    inner: tuple[bytes, ...] = ()
    unmerged: bool = False
    hidden: tuple[bytes, ...] = ()
    operation: str | None = None
    submodules: tuple[bytes, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether everything in it is in the commit of HEAD."""
        return not (self.changed or self.untracked or self.inner or self.hidden or self.operation)


def read_state(tree: Worktree, *, leave: Collection[bytes] = ()) -> WorktreeState:
    """Read how a worktree stands.

    Args:
        tree: The worktree.
        leave: Untracked paths that are nobody's work, such as files copied in before the agent.

    Raises:
        GitFailed: Git can't tell.
    """
    said = tree.git(
        "status",
        "--porcelain=v2",
        "--branch",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--no-ahead-behind",
        "--ignore-submodules=none",
    )
    head: str | None = None
    branch: str | None = None
    changed: list[bytes] = []
    untracked: list[bytes] = []
    inner: list[bytes] = []
    submodules: list[bytes] = []
    unmerged = False
    for line in said.fields:
        kind = line[:2]
        if kind == b"? ":
            path = line[2:]
            if path.endswith(b"/"):
                inner.append(path[:-1])
            elif path not in leave:
                untracked.append(path)
        elif kind == b"1 ":
            fields = line.split(b" ", 8)
            changed.append(fields[8])
            if fields[2][:1] == b"S":
                submodules.append(fields[8])
        elif kind == b"u ":
            changed.append(line.split(b" ", 10)[10])
            unmerged = True
        elif line.startswith(b"# branch.oid "):
            oid = line[13:].decode()
            head = None if oid == _NO_HEAD else oid
        elif line.startswith(b"# branch.head "):
            name = os.fsdecode(line[14:])
            branch = None if name == _DETACHED else name
    return WorktreeState(
        head=head,
        branch=branch,
        changed=tuple(changed),
        untracked=tuple(untracked),
        inner=tuple(inner),
        unmerged=unmerged,
        hidden=flagged(tree)[0],
        operation=operation(tree.own),
        submodules=tuple(submodules),
    )


def settled_state(tree: Worktree, commit: str) -> WorktreeState:
    """Return how a worktree stands that is known to hold a commit and nothing else."""
    ref = head_ref(tree)
    return WorktreeState(commit, ref.removeprefix("refs/heads/") if ref is not None else None)


def flagged(tree: Worktree) -> tuple[tuple[bytes, ...], bool]:
    """Return tracked paths that git was told not to look at, and whether any is unmerged.

    What is skipped since the checkout is sparse is meant to be, and isn't there.
    """
    hidden: list[bytes] = []
    unmerged = False
    # Nearly every line begins with an H, of which there may be a hundred thousand.
    for flag, path in _FLAGGED.findall(tree.git("ls-files", "-v", "-z").stdout):
        if flag == b"M":
            unmerged = True
        elif flag != b"S" or os.path.lexists(tree.place(path)):
            hidden.append(path)
    return tuple(hidden), unmerged


def head_ref(tree: Worktree) -> str | None:
    """Return the ref that HEAD is on, as its file says; None when it is on a commit."""
    try:
        head = os.fsdecode((tree.own / "HEAD").read_bytes()).strip()
    except OSError:
        return None
    return head.removeprefix("ref:").strip() if head.startswith("ref:") else None


def operation(own: Path) -> str | None:
    """Return what a worktree is in the middle of, in words; None for nothing."""
    return next((words for name, words in _OPERATIONS if (own / name).exists()), None)


def lock_of(path: Path) -> Path:
    """Return the file that is held locked by whoever does something to a worktree."""
    return path.parent / f".{path.name}.lock"


@contextlib.contextmanager
def alone(path: Path) -> Iterator[int]:
    """Keep others from a worktree for the length of the block; gives the descriptor that does.

    A git which inherits it keeps the lock until it ends, even when its supervisor was killed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)
