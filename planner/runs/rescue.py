"""Rescue refs: what a worktree holds that no branch has, kept before anything is done to it.

A rescue commit is made beside the worktree's own index and branch, which stay as they are. Its
tree is all that was in the folder, save what git ignores; its parents are the commit it was on,
what was staged where that was something else, and the commits of a merge or rebase at work.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from planner.runs.git import GitFailed, git
from planner.runs.worktree_state import Worktree, WorktreeState

_NAME, _EMAIL = "planner-tui", "planner-tui@localhost"

NOTHING = "0" * 40
"""What a ref that must not exist yet is said to hold."""

IDENTITY = {
    "GIT_AUTHOR_NAME": _NAME,
    "GIT_AUTHOR_EMAIL": _EMAIL,
    "GIT_COMMITTER_NAME": _NAME,
    "GIT_COMMITTER_EMAIL": _EMAIL,
}
"""Who commits where nobody is configured, and whose the rescue commits are."""

ONLY_CONFIGURED = ("user.useConfigOnly=true",)
"""A setting by which git commits in nobody's name, rather than in one it has guessed."""

MOST_TIPS = 50
"""Branches of an inner repository that are kept."""

_NOT_NAME = re.compile(r"[^A-Za-z0-9-]+")
_DEEPEST = 8


class RescueName(msgspec.Struct, frozen=True):
    """What a rescue ref is named after: a run, and a worktree's name within it."""

    run: str
    name: str

    @classmethod
    def of(cls, branch: str) -> RescueName:
        """Return the name for a branch ``planner/<name>-<run>``."""
        name, _, run = branch.removeprefix("planner/").rpartition("-")
        return cls(run, name)


def what_would_be_lost(tree: Worktree, state: WorktreeState) -> str:
    """Say in words what no branch has of a worktree; nothing when all of it is on one."""
    found = []
    if state.operation:
        found.append(f"{state.operation} that was not finished")
    if state.changed or state.hidden:
        count = len(set(state.changed) | set(state.hidden))
        found.append(f"{count:,} changed file{'s' if count != 1 else ''} that were not committed")
    if state.untracked:
        count = len(state.untracked)
        found.append(f"{count:,} new file{'s' if count != 1 else ''} that were not committed")
    if state.inner:
        count = len(state.inner)
        found.append("a repository of its own" if count == 1 else f"{count:,} repositories")
    if state.branch is None and state.head is not None and not is_on_a_branch(tree, state.head):
        found.append("commits that no branch has")
    if count := len({name for name, _ in _own_commits(tree, populated_submodules(tree))}):
        found.append(f"commits of {count:,} submodule{'s' if count != 1 else ''} alone")
    return " and ".join(found)


def is_on_a_branch(tree: Worktree, commit: str) -> bool:
    """Say whether a branch has this commit."""
    found = tree.git("for-each-ref", "--count=1", f"--contains={commit}", "--", "refs/heads/")
    return bool(found.stdout)


def rescue(
    tree: Worktree,
    state: WorktreeState | None,
    under: RescueName,
    *,
    leave: Collection[bytes] = (),
) -> str | None:
    """Keep all that a worktree holds as ``refs/planner/rescue/<run>/<name>``.

    Args:
        tree: The worktree; its branch and index are not touched.
        state: How it stands; None when its folder is gone, and only its index is left.
        under: What the ref is named after.
        leave: Untracked paths that are nobody's work.

    Returns:
        The ref; None when there was nothing that needs one.

    Raises:
        GitFailed: It could not be kept, and nothing was changed.
    """
    head = state.head if state is not None else commit_at(tree, "HEAD")
    index = tree.own / "planner-rescue-index"
    with contextlib.suppress(FileNotFoundError):
        index.with_name(f"{index.name}.lock").unlink()
    using = {"GIT_INDEX_FILE": os.fspath(index)}
    try:
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(tree.own / "index", index)
        staged = tree.git("write-tree", environ=using, check=False)
        parents = [] if head is None else [head]
        whole = staged.text if staged.exit_code == 0 else None
        if state is not None:
            whole, inner_heads = _whole_tree(tree, state, using, leave)
        else:
            inner_heads = []
        base = commit_at(tree, f"{head}^{{tree}}", kind="tree") if head else None
        if staged.exit_code == 0 and staged.text not in (base, whole):
            parents.append(_commit(tree, staged.text, parents, "What was staged"))
    finally:
        with contextlib.suppress(FileNotFoundError):
            index.unlink()
    parents += [sha for sha in (*_at_work(tree), *inner_heads) if sha not in parents]
    if whole is None or (whole == base and len(parents) == 1):
        if head is None or is_on_a_branch(tree, head):
            return None
        kept = head
    else:
        kept = _commit(tree, whole, parents, f"What worktree {under.name} held")
    return keep(tree, kept, under)


def keep(tree: Worktree, commit: str, under: RescueName) -> str:
    """Give a commit a rescue ref of its own; the one that has it already, where there is one."""
    wanted = f"refs/planner/rescue/{_plain(under.run)}/{_plain(under.name)}"
    lines = tree.git(
        "for-each-ref",
        "--format=%(refname) %(objectname) %(tree) %(parent)",
        "--",
        f"{wanted}*",
    ).text.splitlines()
    taken = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
    same = tree.git("log", "-1", "--format=%T %P", "--end-of-options", commit).text
    for ref, held in taken.items():
        sha, _, rest = held.partition(" ")
        if sha == commit or rest == same:
            return ref
    ref = next(
        ref
        for number in range(1, len(taken) + 2)
        if (ref := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )
    tree.git("update-ref", "-m", "planner-tui: rescued", ref, commit, NOTHING)
    return ref


def looked_at(repository: Path, ref: str) -> str:
    """Return the sentence that says what was kept, and how to look at it."""
    return f"It is kept as {ref}; look at it with: git -C {repository} show {ref}"


def commit_at(tree: Worktree, name: str, kind: str = "commit") -> str | None:
    """Return the id of a commit (or tree) by any name git knows it by, or None."""
    found = tree.git(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{{kind}}}", check=False
    )
    return found.text if found.exit_code == 0 else None


def add_everything(
    tree: Worktree,
    state: WorktreeState,
    *,
    environ: dict[str, str] | None = None,
    leave: Collection[bytes] = (),
) -> tuple[tuple[str, ...], list[str]]:
    """Put all that is in the folder into an index, save what git ignores.

    Repositories within it go in as the files they hold: git itself would only note a commit
    that nobody else has.

    Returns:
        What git could not take, in its words; the commits the inner repositories are at.
    """
    if state.hidden:
        paths = b"".join(path + b"\0" for path in state.hidden)
        for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
            tree.git("update-index", "-z", flag, "--stdin", stdin=paths, environ=environ)
    # A settled conflict is whatever the file now says.
    done = tree.git(
        *("add", "--all", "--ignore-errors", "--"),
        *everything_but((*leave, *state.inner)),
        environ=environ,
        check=False,
    )
    problems = [
        line.removeprefix("error: ").removeprefix("fatal: ")
        for line in done.said.splitlines()
        if done.exit_code and line.startswith(("error:", "fatal:"))
    ]
    heads: list[str] = []
    for folder in state.inner:
        paths = b"".join(path + b"\0" for path in _files_within(tree, folder))
        if paths:
            tree.git("update-index", "--add", "-z", "--stdin", stdin=paths, environ=environ)
    heads += [sha for _, sha in _own_commits(tree, state.inner)]
    return tuple(problems), heads


def everything_but(paths: Collection[bytes]) -> list[bytes]:
    """Return how git is told to take every path of a worktree but these."""
    return [b":/", *(b":(top,exclude,literal)" + path for path in paths)]


def commit_tree(tree: Worktree, content: str, parent: str, message: str) -> str:
    """Make a commit of a tree, in the name that is configured, or else in ours."""
    arguments = ("commit-tree", "-p", parent, "-F", "-", content)
    words = message.encode("utf-8", "replace")
    made = tree.git(*arguments, stdin=words, settings=ONLY_CONFIGURED, check=False)
    if made.exit_code:
        made = tree.git(*arguments, stdin=words, environ=IDENTITY)
    return made.text


def populated_submodules(tree: Worktree) -> tuple[bytes, ...]:
    """Return the submodules that are checked out in a worktree."""
    if not (tree.own / "modules").is_dir() and not (tree.path / ".gitmodules").exists():
        return ()
    return tuple(
        path
        for mode, _, path in (
            (line[:6], *line.partition(b"\t")[1:])
            for line in tree.git("ls-files", "--stage", "-z").fields
        )
        if mode == b"160000" and os.path.lexists(tree.place(path) / ".git")
    )


def _whole_tree(
    tree: Worktree, state: WorktreeState, using: dict[str, str], leave: Collection[bytes]
) -> tuple[str, list[str]]:
    try:
        _, heads = add_everything(tree, state, environ=using, leave=leave)
        whole = tree.git("write-tree", environ=using).text
    except GitFailed:
        # An index that can't be read is made anew; the files are what counts.
        Path(using["GIT_INDEX_FILE"]).unlink(missing_ok=True)
        if state.head is not None:
            tree.git("read-tree", "--end-of-options", state.head, environ=using)
        _, heads = add_everything(tree, state, environ=using, leave=leave)
        whole = tree.git("write-tree", environ=using).text
    submodules = populated_submodules(tree)
    return whole, [*heads, *(sha for _, sha in _own_commits(tree, submodules))]


def _own_commits(tree: Worktree, folders: Iterable[bytes]) -> list[tuple[bytes, str]]:
    """Fetch what inner repositories have that no remote of theirs has; returns the tips."""
    tips: list[tuple[bytes, str]] = []
    for folder in folders:
        tips += ((folder, sha) for sha in fetch_own(tree, tree.place(folder)))
    return tips


def fetch_own(tree: Worktree, inner: Path) -> list[str]:
    """Fetch the commits of another repository that no remote of it has; returns the tips."""
    alone = git(
        inner, "rev-list", "--max-count=1", "--all", "HEAD", "--not", "--remotes", check=False
    )
    if alone.exit_code or not alone.stdout.strip():
        return []
    listed = git(inner, "for-each-ref", "--format=%(objectname) %(refname)", "--", "refs/heads/")
    tips = dict(line.split(" ", 1) for line in listed.text.splitlines()[:MOST_TIPS])
    head = git(inner, "rev-parse", "--verify", "--quiet", "HEAD", check=False)
    if head.exit_code == 0:
        tips[head.text] = "HEAD"
    fetched = tree.git(
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--",
        os.fspath(inner),
        *tips.values(),
        check=False,
    )
    return list(tips) if fetched.exit_code == 0 else []


def _files_within(tree: Worktree, folder: bytes, depth: int = 0) -> list[bytes]:
    """Return the files of an inner repository that it does not ignore, as the worktree's paths."""
    inner = tree.place(folder)
    listed = git(inner, "ls-files", "-z", "--cached", "--others", "--exclude-standard", check=False)
    found: list[bytes] = []
    for path in dict.fromkeys(listed.fields):
        whole = folder + b"/" + path.rstrip(b"/")
        place = tree.place(whole)
        if place.is_dir() and not place.is_symlink():
            if depth < _DEEPEST:
                found += _files_within(tree, whole, depth + 1)
        elif os.path.lexists(place):
            found.append(whole)
    return found


def _at_work(tree: Worktree) -> list[str]:
    """Return the commits that a merge, rebase or cherry-pick at work knows and nothing else may."""
    found: list[str] = []
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge/orig-head"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            found += (tree.own / name).read_text().split()
    return [sha for name in found if (sha := commit_at(tree, name)) is not None]


def _commit(tree: Worktree, content: str, parents: Iterable[str], words: str) -> str:
    arguments = [argument for parent in parents for argument in ("-p", parent)]
    return tree.git(
        "commit-tree", *arguments, "-m", f"{words}, kept by planner-tui", content, environ=IDENTITY
    ).text


def _plain(name: str) -> str:
    return _NOT_NAME.sub("-", name).strip("-")[:80] or "unnamed"
