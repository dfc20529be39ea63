"""What an agent committed, and what it left: its own commits found, the rest committed for it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from planner.runs.git import GitFailed, git, in_short, path_from_git
from planner.runs.mending import Mender
from planner.runs.raw_changes import SUBMODULE, read_raw
from planner.runs.rescue import (
    IDENTITY,
    ONLY_CONFIGURED,
    RescueName,
    add_everything,
    commit_at,
    commit_tree,
    everything_but,
    keep,
    looked_at,
)
from planner.runs.worktree_state import (
    Worktree,
    WorktreeState,
    alone,
    flagged,
    head_ref,
    operation,
)
from store.records import CommitMaker

LONGEST_SUBJECT = 100
LONGEST_MESSAGE = 4000
"""Characters kept of a commit's message."""

MOST_NAMED = 5

_OURS = re.compile(r", committed by planner-tui\.\s*\Z")


class FoundCommit(msgspec.Struct, frozen=True):
    """A commit of an assignment, with who made it."""

    sha: str
    message: str
    committed_at: str
    made_by: CommitMaker


class Settled(msgspec.Struct, frozen=True):
    """How a worktree was left: everything in commits, on its branch.

    Attributes:
        head: The commit the branch is at.
        commits: All since the base, oldest first.
        words: What was found and done besides, a sentence each.
        is_clean: Whether it is known that nothing else is there, but for what git ignores.
    """

    head: str
    commits: tuple[FoundCommit, ...]
    words: tuple[str, ...]
    is_clean: bool = True


def settle(
    repository: Path,
    worktree: Path,
    branch: str,
    base: str,
    *,
    message: str,
    agent: str,
    leave: Collection[str] = (),
) -> Settled:
    """See to it that all an agent did is in commits on its branch, and find them.

    What it left uncommitted is committed for it. A worktree that it deleted, a branch it left, a
    history it rewrote, a merge it did not finish are put right; what can't be on the branch goes
    to a rescue ref. Done again it finds the same.

    Args:
        repository: Whose worktree it is.
        worktree: Where the agent was at work.
        branch: The branch it was to be on.
        base: The commit it began at.
        message: What a commit made for it is about: the card.
        agent: The name of its profile.
        leave: Paths that are nobody's work, such as files copied in before the agent began.

    Raises:
        Refused: Git can't do it; nothing is lost.
    """
    left_alone = frozenset(path.encode("utf-8", "surrogateescape") for path in leave)
    with alone(worktree) as held:
        mender = Mender(repository, worktree, branch, base, held=held, leave=left_alone)
        tree = mender.worktree()
        about = _subject(message)
        said = f"{about}\n\nLeft uncommitted by {_one_line(agent)}, committed by planner-tui.\n"
        count = _add_plainly(tree, branch, left_alone)
        is_clean = count is not None
        if count is None:
            state = mender.state(tree)
            if state.operation or state.unmerged:
                state = mender.operation_ended(tree, state)
            if state.branch != branch or state.head is None:
                state = mender.back_on_branch(tree, state)
            if not state.is_clean:
                mender.words += _commit_left(tree, state, said, branch, left_alone)
        elif count:
            is_clean, words = _commit(tree, said, count, is_sure=True)
            mender.words += words
        head, rewritten, commits = _found(repository, base, branch)
        if rewritten:
            said = f"{about}\n\nMade by {_one_line(agent)} elsewhere, committed by planner-tui.\n"
            mender.on_base(tree, head, said)
            head, _, commits = _found(repository, base, branch)
    return Settled(head, commits, tuple(mender.words), is_clean)


def _commit_left(
    tree: Worktree,
    state: WorktreeState,
    message: str,
    branch: str,
    leave: Collection[bytes],
) -> list[str]:
    """Commit what is in no commit; returns what there is to say of it."""
    words = []
    problems, tips = add_everything(tree, state, leave=leave)
    if state.hidden:
        words.append(
            f"The agent had told git not to look at {_named(state.hidden)}; it was looked at."
        )
    if state.inner:
        kept = [keep(tree, sha, RescueName.of(branch)) for sha in tips]
        words.append(
            f"{_named(state.inner)} had a repository of its own: the files were committed, without "
            "its history."
            + "".join(f" {looked_at(tree.repository, ref)}" for ref in dict.fromkeys(kept))
        )
    if state.submodules:
        words.append(
            f"In {_named(state.submodules)}, a submodule, the agent changed something; only the "
            "commit that it is at can be told here."
        )
    words += (f"Git could not take a file: {problem}" for problem in problems[:MOST_NAMED])
    count = len({*state.changed, *state.untracked, *state.hidden})
    return words + _commit(tree, message, count, operation=state.operation)[1]


def _add_plainly(tree: Worktree, branch: str, leave: Collection[bytes]) -> int | None:
    """Put what was left into the index; returns how many paths then differ from HEAD.

    None where something is out of the ordinary and has to be looked at first: all that git tells
    of the files costs as much again as adding them.
    """
    if head_ref(tree) != f"refs/heads/{branch}" or operation(tree.own):
        return None
    if (tree.own / "modules").exists() or (tree.path / ".gitmodules").exists():
        return None
    try:
        if any(flagged(tree)):
            return None
        tree.git("add", "--all", "--", *everything_but(leave))
        differing = tree.git("diff-index", "--cached", "--raw", "-z", "--no-renames", "HEAD", "--")
    except GitFailed:
        return None
    changes, _ = read_raw(differing.fields)
    if any(change.new_mode == SUBMODULE for change in changes):
        # A repository within the worktree, of which git would note a commit and nothing else.
        tree.git("reset", "--quiet")
        return None
    return len(changes)


def _commit(
    tree: Worktree,
    message: str,
    count: int,
    *,
    operation: str | None = None,
    is_sure: bool = False,
) -> tuple[bool, list[str]]:
    """Commit what is in the index; returns whether it is in HEAD now, and what to say of it."""
    try:
        if operation is not None:
            # It knows what else a merge or a cherry-pick takes.
            _concluded(tree, message)
        else:
            content = tree.git("write-tree").text
            if not is_sure and content == commit_at(tree, "HEAD", kind="tree"):
                return True, []
            made = commit_tree(tree, content, "HEAD", message)
            tree.git("update-ref", "-m", "commit: left uncommitted", "HEAD", made)
    except GitFailed as failed:
        return False, [f"What the agent left could not be committed: {in_short(failed.said)}"]
    if not count:
        return True, []
    what = (
        "files left uncommitted by the agent were"
        if count != 1
        else ("file left uncommitted by the agent was")
    )
    return True, [f"{count:,} {what} committed for it."]


def _concluded(tree: Worktree, message: str) -> None:
    arguments = ("commit", "--quiet", "--no-verify", "--cleanup=whitespace", "-F", "-")
    text = message.encode("utf-8", "replace")
    done = tree.git(*arguments, stdin=text, settings=ONLY_CONFIGURED, check=False)
    if done.exit_code:
        tree.git(*arguments, stdin=text, environ=IDENTITY)


def _found(repository: Path, base: str, branch: str) -> tuple[str, bool, tuple[FoundCommit, ...]]:
    """Return a branch's tip, whether the base is not below it, and the commits since the base."""
    ref = f"refs/heads/{branch}"
    said = git(
        repository,
        "log",
        "-z",
        "--reverse",
        "--topo-order",
        "--encoding=UTF-8",
        "--format=%m %H %ct%n%B",
        "--end-of-options",
        f"{base}...{ref}",
        "--",
    )
    rewritten = False
    commits = []
    for entry in said.fields:
        line, _, message = entry.partition(b"\n")
        side, sha, moment = line.decode().split(" ")
        if side == "<":
            rewritten = True
            continue
        text = message.decode("utf-8", "replace").strip()
        commits.append(
            FoundCommit(
                sha=sha,
                message=text[:LONGEST_MESSAGE],
                committed_at=_moment(int(moment)),
                made_by=CommitMaker.SUPERVISOR if _OURS.search(text) else CommitMaker.AGENT,
            )
        )
    if commits and not rewritten:
        return commits[-1].sha, False, tuple(commits)
    head = git(repository, "rev-parse", "--verify", "--end-of-options", ref).text
    return head, rewritten, tuple(commits)


def _moment(seconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        moment = datetime.fromtimestamp(0, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _subject(message: str) -> str:
    text = _one_line(message)
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"


def _one_line(text: str) -> str:
    """Return a text as one line without control characters; never an empty one."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text[:4000])
    return " ".join(kept.split()) or "Card"


def _named(paths: Collection[bytes]) -> str:
    names = [path_from_git(path) for path in paths]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
