"""Worktrees put right after an agent: deleted, made another repository, taken off their branch.

Nothing that was in a commit is lost by it; what is in no commit goes to a rescue ref before git
is told to overwrite it. Everything that was done is told in words.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from planner.runs.git import GitFailed
from planner.runs.repository import common_dir
from planner.runs.rescue import (
    RescueName,
    commit_at,
    commit_tree,
    fetch_own,
    is_on_a_branch,
    keep,
    looked_at,
    rescue,
)
from planner.runs.worktree_state import Worktree, WorktreeState, read_state
from planner.runs.worktrees import add_alone, delete_folder, worktree_dir

LOCK_SECONDS = 1.0
"""How long a lock that an agent's git has left is waited for before it is taken away."""

_LEFT_BY_OPERATIONS = ("rebase-merge", "rebase-apply", "sequencer")


class Mender:
    """Puts one worktree right, and tells what it did in ``words``.

    Attributes:
        words: What it found and did, a sentence each, in order.
    """

    def __init__(
        self,
        repository: Path,
        path: Path,
        branch: str,
        base: str,
        *,
        held: int,
        leave: Collection[bytes] = (),
    ) -> None:
        """Put right the worktree at ``path``, which is to be on ``branch`` from ``base`` on."""
        self.words: list[str] = []
        self._repository, self._path, self._branch, self._base = repository, path, branch, base
        self._ref = f"refs/heads/{branch}"
        self._held, self._leave = held, leave
        self._under = RescueName.of(branch)

    def worktree(self) -> Worktree:
        """Return the worktree, made again where it was deleted, whole for git where it wasn't.

        Raises:
            Refused: It can't be made again.
        """
        own = worktree_dir(self._repository, self._path)
        if own is not None and self._path.is_dir():
            tree = self._tree(own)
            self._right_pointer(tree)
        elif self._path.is_dir():
            tree = self._taken_back()
        else:
            tree = self._made_again(own)
        self._clear_locks(tree)
        return tree

    def state(self, tree: Worktree) -> WorktreeState:
        """Return how it stands, with an index made anew where git can't read it."""
        try:
            return read_state(tree, leave=self._leave)
        except GitFailed as failed:
            index = tree.own / "index"
            if "index" not in failed.said or not index.exists():
                raise
            index.replace(index.with_name("index.broken"))
            tree.git("reset", "--quiet")
            self.words.append("The worktree's index could not be read and was made anew.")
            return read_state(tree, leave=self._leave)

    def operation_ended(self, tree: Worktree, state: WorktreeState) -> WorktreeState:
        """End what the agent left git in the middle of.

        A merge without conflicts is left to be committed. Anything else is kept as a rescue ref
        and taken back, so that no conflict marker is committed as if it were work.
        """
        is_rebase = state.operation == "a rebase"
        if not state.unmerged and not is_rebase:
            if state.operation == "a bisection":
                for left in tree.own.glob("BISECT_*"):
                    left.unlink()
                return self.state(tree)
            return state
        what = state.operation or "a conflict"
        kept = rescue(tree, state, self._under, leave=self._leave)
        if is_rebase:
            self._back_before_rebase(tree)
        for name in _LEFT_BY_OPERATIONS:
            shutil.rmtree(tree.own / name, ignore_errors=True)
        tree.git("reset", "--quiet", "--hard")
        self._delete_kept(tree, state)
        self.words.append(
            f"The agent stopped in the middle of {what}, which was taken back."
            + (f" {looked_at(self._repository, kept)}" if kept else "")
        )
        return self.state(tree)

    def back_on_branch(self, tree: Worktree, state: WorktreeState) -> WorktreeState:
        """See to it that HEAD is on the branch, and that the branch has the agent's commits."""
        tip = commit_at(tree, self._ref)
        if state.branch == self._branch and tip is not None:
            return state
        head = state.head
        if tip is None:
            is_work = head is not None and self._descends(tree, head)
            tip = head if head is not None and is_work else self._last_known(tree)
            tree.git("update-ref", self._ref, tip)
            self.words.append(
                f"The agent had deleted its branch {self._branch}; it was made again at {tip[:10]}."
            )
            if state.branch == self._branch:
                return self.state(tree)
        tip = self._follow(tree, state, tip)
        if head == tip:
            tree.git("symbolic-ref", "HEAD", self._ref)
        else:
            self._switch(tree, state)
        return self.state(tree)

    def on_base(self, tree: Worktree, head: str, message: str) -> str:
        """Put what the agent made on the base again, when it rewrote the history below it.

        Returns:
            The new commit: the same files, with the base as its parent.
        """
        kept = keep(tree, head, self._under)
        made = commit_tree(tree, f"{head}^{{tree}}", self._base, message)
        tree.git("update-ref", self._ref, made, head)
        self.words.append(
            f"The agent rewrote the history that it began at ({self._base[:10]}). Its files were "
            f"committed there again. {looked_at(self._repository, kept)}"
        )
        return made

    def _back_before_rebase(self, tree: Worktree) -> None:
        """Put HEAD where it was before a rebase began, which has moved no branch yet."""
        for folder in ("rebase-merge", "rebase-apply"):
            with contextlib.suppress(OSError):
                ref = os.fsdecode((tree.own / folder / "head-name").read_bytes()).strip()
                was = (tree.own / folder / "orig-head").read_text().strip()
                if ref.startswith("refs/heads/"):
                    tree.git("symbolic-ref", "HEAD", ref)
                elif (commit := commit_at(tree, was)) is not None:
                    tree.git("update-ref", "--no-deref", "HEAD", commit)

    def _tree(self, own: Path) -> Worktree:
        return Worktree(self._repository, self._path, own, self._held)

    def _made_again(self, own: Path | None) -> Worktree:
        """Add a worktree whose folder is gone, on all that is still known of it."""
        start = self._base
        kept = None
        if own is not None:
            tree = self._tree(own)
            head, tip = commit_at(tree, "HEAD"), commit_at(tree, self._ref)
            if head is not None and head != tip and self._descends(tree, head, tip or self._base):
                tree.git("update-ref", self._ref, head)
            kept = rescue(tree, None, self._under)
            shutil.rmtree(own)
        add_alone(self._repository, self._path, self._branch, start, self._held)
        found = worktree_dir(self._repository, self._path)
        if found is None:
            raise GitFailed(f"The worktree {self._path} could not be made again.")
        self.words.append(
            "The agent had deleted its worktree. It was made again from its branch; what was in "
            "no commit is gone"
            + (f", but for what was staged. {looked_at(self._repository, kept)}" if kept else ".")
        )
        return self._tree(found)

    def _taken_back(self) -> Worktree:
        """Make a folder a worktree again that git has forgotten; its files stay."""
        aside = self._path.with_name(f".{self._path.name}.aside")
        delete_folder(aside)
        self._path.rename(aside)
        try:
            tree = self._made_again(None)
            self.words.pop()
        except BaseException:
            delete_folder(self._path)
            aside.rename(self._path)
            raise
        pointer = (self._path / ".git").read_bytes()
        delete_folder(self._path)
        aside.rename(self._path)
        self.words.append("Git no longer knew the worktree; it was made known again.")
        self._set_aside_git(tree)
        (self._path / ".git").write_bytes(pointer)
        return tree

    def _right_pointer(self, tree: Worktree) -> None:
        """Write the worktree's ``.git`` again when it does not lead to its repository."""
        dot_git = self._path / ".git"
        with contextlib.suppress(OSError):
            if not dot_git.is_symlink() and dot_git.is_file():
                said = os.fsdecode(dot_git.read_bytes()).removeprefix("gitdir:").strip()
                if os.path.realpath(self._path / said) == os.path.realpath(tree.own):
                    return
        self._set_aside_git(tree)
        dot_git.write_bytes(b"gitdir: " + os.fsencode(tree.own) + b"\n")
        self.words.append("The worktree's .git was not its own any more and was written again.")

    def _set_aside_git(self, tree: Worktree) -> None:
        """Move whatever is called ``.git`` out of the folder, with its commits kept."""
        dot_git = self._path / ".git"
        if not os.path.lexists(dot_git):
            return
        if dot_git.is_symlink() or not dot_git.is_dir():
            dot_git.unlink()
            return
        refs = [keep(tree, sha, self._under) for sha in fetch_own(tree, self._path)]
        aside = self._path.with_name(f".{self._path.name}.git-of-agent-{time.time_ns()}")
        dot_git.rename(aside)
        self.words.append(
            f"The agent had made the worktree a repository of its own; its .git is now {aside}."
            + "".join(f" {looked_at(self._repository, ref)}" for ref in refs)
        )

    def _clear_locks(self, tree: Worktree) -> None:
        """Take away locks of the worktree that a killed git has left."""
        locks = [
            tree.own / "index.lock",
            tree.own / "HEAD.lock",
            common_dir(self._repository) / f"{self._ref}.lock",
        ]
        until = time.monotonic() + LOCK_SECONDS
        while any(lock.exists() for lock in locks) and time.monotonic() < until:
            time.sleep(0.05)
        left = [lock for lock in locks if lock.exists()]
        for lock in left:
            lock.unlink(missing_ok=True)
        if left:
            self.words.append(
                "A git that was killed had left the worktree locked; it was unlocked."
            )

    def _follow(self, tree: Worktree, state: WorktreeState, tip: str) -> str:
        """Move the branch to where the agent went on; returns its tip."""
        head = state.head
        where = f"branch {state.branch}" if state.branch else "no branch"
        if head is None or head == tip or not self._descends(tree, head):
            self.words.append(f"The agent had left its branch and was on {where}.")
            return tip
        if self._descends(tree, tip, head):
            self.words.append(f"The agent was on {where}, behind its own branch.")
            return tip
        if self._descends(tree, head, tip):
            self.words.append(
                f"The agent committed on {where}; {self._branch} was brought to {head[:10]}."
            )
        else:
            kept = keep(tree, tip, self._under)
            self.words.append(
                f"The agent went on from elsewhere, on {where}; {self._branch} was brought to "
                f"{head[:10]}, where it ended. What the branch had before is not in that. "
                f"{looked_at(self._repository, kept)}"
            )
        tree.git("update-ref", self._ref, head, tip)
        return head

    def _switch(self, tree: Worktree, state: WorktreeState) -> None:
        """Check the branch out, with what is uncommitted where git can carry it along."""
        carried = tree.git("checkout", "--quiet", self._branch, "--", check=False)
        if carried.exit_code == 0:
            if (
                state.branch is None
                and state.head is not None
                and (kept := _kept(tree, state.head, self._under))
            ):
                self.words.append(looked_at(self._repository, kept))
            return
        kept_all = rescue(tree, state, self._under, leave=self._leave)
        tree.git("checkout", "--quiet", "--force", self._branch, "--")
        self._delete_kept(tree, state)
        if kept_all:
            self.words.append(
                "What was uncommitted there does not fit the branch. "
                + looked_at(self._repository, kept_all)
            )

    def _delete_kept(self, tree: Worktree, state: WorktreeState) -> None:
        """Delete new files that have just been kept, so that they are not committed as well."""
        for path in state.untracked:
            with contextlib.suppress(OSError):
                tree.place(path).unlink()
        for path in state.inner:
            delete_folder(tree.place(path))

    def _descends(self, tree: Worktree, commit: str, start: str | None = None) -> bool:
        ancestor = start or self._base
        return (
            ancestor == commit
            or tree.git("merge-base", "--is-ancestor", ancestor, commit, check=False).exit_code == 0
        )

    def _last_known(self, tree: Worktree) -> str:
        """Return the newest commit the worktree was at that goes on from the base."""
        try:
            lines = (tree.own / "logs" / "HEAD").read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        for line in reversed(lines):
            sha = line.split(" ", 2)[1] if line.count(" ") > 1 else ""
            if (found := commit_at(tree, sha) if sha else None) and self._descends(tree, found):
                return found
        return self._base


def _kept(tree: Worktree, commit: str, under: RescueName) -> str | None:
    """Keep a commit that no branch has; None when one has it."""
    return None if is_on_a_branch(tree, commit) else keep(tree, commit, under)
