"""The worktree a check runs in: at one commit before it, and at that commit after it.

Where git keeps the worktree is looked up before anything runs there, so that what a check does to
its ``.git`` can't lead git elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from planner.errors import Refused
from planner.runs.git import path_from_git
from planner.runs.repository import common_dir
from planner.runs.rescue import RescueName, looked_at, rescue
from planner.runs.worktree_state import Worktree, WorktreeState, alone, read_state, settled_state
from planner.runs.worktrees import delete_folder, worktree_dir

MOST_NAMED = 20
"""Files that are named where a check changed them."""

_AT_ONCE = 200


class CheckWorktree:
    """A worktree that is brought back to a commit."""

    def __init__(
        self,
        worktree: Path,
        commit: str,
        *,
        leave: Collection[str] = (),
        is_settled: bool = False,
    ) -> None:
        """Look at a worktree that should be at ``commit``.

        Args:
            worktree: Where it is.
            commit: What is to be checked.
            leave: Untracked paths that stay, such as files copied in before the agent.
            is_settled: Whether everything in it has been put into that commit just now.

        Raises:
            Refused: It is no worktree, or is at another commit.
        """
        repository = common_dir(worktree)
        own = worktree_dir(repository, worktree) if worktree.is_dir() else None
        if own is None:
            raise Refused(f"There is no worktree at {worktree} to run checks in.")
        self._tree = Worktree(repository, worktree, own)
        self._commit = commit
        self._leave = frozenset(os.fsencode(path) for path in leave)
        state = (
            settled_state(self._tree, commit)
            if is_settled
            else read_state(self._tree, leave=self._leave)
        )
        if state.head != commit:
            raise Refused(
                f"The worktree {worktree} is at {(state.head or 'no commit')[:10]}, not at "
                f"{commit[:10]}, which is to be checked."
            )
        self._branch = state.branch
        self._pointer = (worktree / ".git").read_bytes()
        self._first = state

    def cleaned(self) -> str | None:
        """Bring it to the commit when something else is in it; that is kept, and told of.

        Raises:
            Refused: That is not possible.
        """
        state = self._first
        if state.is_clean:
            return None
        with alone(self._tree.path) as held:
            tree = msgspec.structs.replace(self._tree, held=held)
            kept = rescue(tree, state, RescueName.of(self._branch or ""), leave=self._leave)
            self._restore(tree, state)
        words = "The worktree held what is in no commit; it was not checked."
        return f"{words} {looked_at(tree.repository, kept)}" if kept else words

    def put_back(self) -> tuple[bool, tuple[str, ...]]:
        """Bring it back to the commit after a check; nothing that the check has started lives.

        Returns:
            Whether it was at the commit still, and what the check had done, a sentence each.

        Raises:
            Refused: That is not possible.
        """
        with alone(self._tree.path) as held:
            tree = msgspec.structs.replace(self._tree, held=held)
            words = self._known_again(tree)
            state = read_state(tree, leave=self._leave)
            is_there = self._is_there(state)
            if state.is_clean and is_there and not words:
                return True, ()
            if not is_there:
                where = (state.head or "no commit")[:10]
                on = f" on {state.branch}" if state.branch != self._branch else ""
                words.append(f"It left the worktree at {where}{on}, which was put back.")
            changed = {path for path in state.changed if path not in state.submodules}
            if changed := changed | {*state.hidden}:
                words.append(f"It changed tracked files, which were put back: {_named(changed)}.")
            self._restore(tree, state)
            if not self._is_there(read_state(tree, leave=self._leave)):
                raise Refused(f"The worktree {tree.path} could not be put back after a check.")
        return is_there, tuple(words)

    def _is_there(self, state: WorktreeState) -> bool:
        return (state.head, state.branch) == (self._commit, self._branch)

    def _known_again(self, tree: Worktree) -> list[str]:
        """Have git know the folder as this worktree, whatever the check did to its ``.git``."""
        for name in ("index.lock", "HEAD.lock"):
            (tree.own / name).unlink(missing_ok=True)
        tree.path.mkdir(exist_ok=True)
        pointer = tree.path / ".git"
        if not pointer.is_symlink() and pointer.is_file() and pointer.read_bytes() == self._pointer:
            return []
        if pointer.is_dir() and not pointer.is_symlink():
            delete_folder(pointer)
        else:
            pointer.unlink(missing_ok=True)
        pointer.write_bytes(self._pointer)
        return ["It changed or deleted the worktree’s .git, which was put back."]

    def _restore(self, tree: Worktree, state: WorktreeState) -> None:
        if state.operation == "a rebase":
            tree.git("rebase", "--quit", check=False)
        if state.hidden:
            paths = b"".join(path + b"\0" for path in state.hidden)
            for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
                tree.git("update-index", "-z", flag, "--stdin", stdin=paths)
        if not self._is_there(state):
            if self._branch is None:
                tree.git("update-ref", "--no-deref", "HEAD", self._commit)
            else:
                tree.git("symbolic-ref", "HEAD", f"refs/heads/{self._branch}")
                tree.git("update-ref", "HEAD", self._commit)
        tree.git("reset", "--quiet", "--hard", self._commit, "--")
        _delete(tree, [*state.untracked, *state.inner])


def _delete(tree: Worktree, paths: Sequence[bytes]) -> None:
    """Delete what git does not know; what it ignores stays."""
    for start in range(0, len(paths), _AT_ONCE):
        specs = [b":(top,literal)" + path for path in paths[start : start + _AT_ONCE]]
        tree.git("clean", "-ffdq", "--", *specs)


def _named(paths: Collection[bytes]) -> str:
    names = [path_from_git(path) for path in sorted(paths)]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
