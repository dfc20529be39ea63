"""Changed files held against the rules: forbidden, protected, outside of what was planned.

All of a diff is looked at, both ends of a rename among it. A symlink counts for where it leads to as
well, a submodule for all below it. What is forbidden or protected is so in any case and spelling
of its letters, since it is the same file on many disks.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from planner.runs.git import git, path_from_git
from planner.runs.patterns import Patterns, spelled
from planner.runs.policy import Policy
from planner.runs.raw_changes import LINK, SUBMODULE, Change, RawChange, raw_changes

LONGEST_TARGET = 4096
"""Bytes of a symlink's target; a longer one leads nowhere."""

_MOST_LINKS = 40
_MOST_NAMED = 5


class ChangedFile(msgspec.Struct, frozen=True):
    """A file that differs from the base; ``old_path`` is what it was called before a rename."""

    path: str
    old_path: str | None
    change: Change


class Verdict(msgspec.Struct, frozen=True):
    """What changed, and what of it the rules have something against.

    Attributes:
        files: Every changed file.
        forbidden: Paths that nobody can accept.
        protected: Paths that wait for a decision, since the policy protects them.
        outside: Paths that wait for a decision, since nobody planned them.
        why: Why each of those is among them, in words, by its path.
    """

    files: tuple[ChangedFile, ...]
    forbidden: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    why: Mapping[str, str] = {}

    def in_words(self) -> str:
        """Say in a sentence for each what the rules have against it; nothing when it is nothing."""
        return " ".join(
            f"{_named(paths)} {'is' if len(paths) == 1 else 'are'} {what}."
            for paths, what in (
                (self.forbidden, "forbidden"),
                (self.protected, "protected"),
                (self.outside, "outside of the planned files"),
            )
            if paths
        )


def changed_files(repository: Path, base: str, head: str) -> tuple[ChangedFile, ...]:
    """Return the files that differ between two commits.

    Raises:
        GitFailed: Git doesn't know one of them.
    """
    return _files(raw_changes(repository, base, head))


def judge(
    repository: Path,
    base: str,
    head: str,
    *,
    policy: Policy,
    planned: Sequence[str],
    accepted: Sequence[str],
) -> Verdict:
    """Hold the whole difference between two commits against the rules.

    Args:
        repository: Where the commits are.
        base: The commit the work began at.
        head: The commit it came to.
        policy: The patterns of what is allowed, protected and forbidden.
        planned: The planned files: a name alone is meant anywhere, a path from the root or at the
            end of a longer one. With none of them and no allowed paths everything is planned.
        accepted: Paths that a person has accepted; that does not help what is forbidden.

    Raises:
        GitFailed: Git doesn't know one of the commits.
    """
    changes = raw_changes(repository, base, head)
    targets = _targets(repository, head, changes)
    forbidden = Patterns(policy.forbidden_paths, folded=True)
    protected = Patterns(policy.protected_paths, folded=True)
    plan = _Plan(planned, policy.allowed_paths)
    found: dict[str, dict[str, str]] = {"forbidden": {}, "protected": {}, "outside": {}}
    for change in changes:
        for raw, is_folder in _ends(change):
            shown = path_from_git(raw)
            path = _text(raw)
            leads = targets.get(raw, ()) if raw == change.path else ()
            if why := _against(forbidden, path, is_folder, leads):
                found["forbidden"][shown] = f"the policy forbids {why}"
            elif name := _git_own(path, leads):
                found["forbidden"][shown] = f"{name} could be taken for git's own folder"
            elif shown in accepted:
                continue
            elif why := _against(protected, path, is_folder, leads):
                found["protected"][shown] = f"the policy protects {why}"
            elif None in leads:
                found["protected"][shown] = "it is a link out of the repository"
            elif not plan.holds(path, is_folder=is_folder):
                found["outside"][shown] = "it is not among the planned files"
    return Verdict(
        _files(changes),
        forbidden=tuple(found["forbidden"]),
        protected=tuple(found["protected"]),
        outside=tuple(found["outside"]),
        why={path: why for paths in found.values() for path, why in paths.items()},
    )


def planned_for(paths: Iterable[str], planned: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each path, the planned files that it can be; see ``judge``."""
    plans = [(one, _Plan([one], ())) for one in planned]
    return {
        path: tuple(one for one, plan in plans if plan.holds(path, is_folder=False))
        for path in paths
    }


class _Plan:
    """What a card meant to change, and what the policy lets change besides."""

    def __init__(self, planned: Sequence[str], allowed: Sequence[str]) -> None:
        self._everything = not planned and not allowed
        self._allowed = Patterns(allowed)
        written = [spelled(path.strip().replace("\\", "/"), folded=False) for path in planned]
        self._ends = {f"/{end}" for path in written if (end := _normal(path))}
        self._folders = tuple(f"/{_normal(path)}/" for path in written if path.endswith("/"))

    def holds(self, path: str, *, is_folder: bool) -> bool:
        if self._everything or self._allowed.first(path, is_folder=is_folder):
            return True
        whole = f"/{spelled(path, folded=False)}"
        at = whole.rfind("/")
        while at >= 0:
            if whole[at:] in self._ends:
                return True
            at = whole.rfind("/", 0, at) if at else -1
        return any(folder in f"{whole}/" for folder in self._folders if folder != "//")


def _against(
    patterns: Patterns, path: str, is_folder: bool, leads: Sequence[str | None]
) -> str | None:
    """Say what a pattern has against a path, or against where it leads to as a link."""
    if pattern := patterns.first(path, has_below=is_folder):
        return pattern
    for target in leads:
        if target and (pattern := patterns.first(target, is_folder=True)):
            return f"{pattern}, and it is a link to {target}"
    return None


def _git_own(path: str, leads: Sequence[str | None]) -> str | None:
    """Return a name within a path that some disk or program takes for ``.git``."""
    for place in (path, *(target for target in leads if target)):
        for name in place.split("/"):
            plain = spelled(name, folded=True).rstrip(" .")
            if plain in (".git", "git~1") or plain.startswith(".git:"):
                return name
    return None


def _ends(change: RawChange) -> Iterator[tuple[bytes, bool]]:
    yield change.path, SUBMODULE in (change.new_mode, change.old_mode)
    if change.old_path is not None and change.change == "renamed":
        yield change.old_path, change.old_mode == SUBMODULE


def _targets(
    repository: Path, head: str, changes: Sequence[RawChange]
) -> dict[bytes, tuple[str | None, ...]]:
    """Return where each changed link leads to, as written and through other links.

    None stands for out of the repository.
    """
    links = {change.path: change.new_id for change in changes if change.new_mode == LINK}
    if not links:
        return {}
    listed = git(repository, "ls-tree", "-r", "-z", "--full-tree", head, "--").fields
    ids: dict[bytes, str] = {}
    for line in listed:
        if line.startswith(b"120000"):
            about, _, path = line.partition(b"\t")
            ids[path] = about.split(b" ")[2].decode("ascii")
    contents = _contents(repository, [*dict.fromkeys((*ids.values(), *links.values()))])
    tree = {_text(path): contents.get(sha, "") for path, sha in ids.items()}
    return {path: _leads(_text(path), contents.get(sha, ""), tree) for path, sha in links.items()}


def _leads(link: str, target: str, tree: Mapping[str, str]) -> tuple[str | None, ...]:
    if not target or len(target) > LONGEST_TARGET:
        return (None,)
    if target.startswith("/"):
        return (None,)
    written = posixpath.normpath(posixpath.join(posixpath.dirname(link), target))
    found = [None if written.split("/", 1)[0] == ".." else written, _resolved(link, target, tree)]
    return tuple(dict.fromkeys(found))


def _resolved(link: str, target: str, tree: Mapping[str, str]) -> str | None:
    """Follow a link name by name, through the other links of the tree."""
    at = link.split("/")[:-1]
    left = target.split("/")[::-1]
    followed = 0
    while left:
        name = left.pop()
        if name in ("", "."):
            continue
        if name == "..":
            if not at:
                return None
            at.pop()
            continue
        at.append(name)
        further = tree.get("/".join(at))
        if further is not None:
            followed += 1
            if followed > _MOST_LINKS or further.startswith("/") or len(further) > LONGEST_TARGET:
                return None
            at.pop()
            left += further.split("/")[::-1]
    return "/".join(at) or "."


def _contents(repository: Path, ids: Sequence[str]) -> dict[str, str]:
    """Read some small objects at once."""
    asked = "".join(f"{sha}\n" for sha in ids).encode()
    out = git(repository, "cat-file", "--batch", stdin=asked).stdout
    found: dict[str, str] = {}
    at = 0
    for sha in ids:
        end = out.index(b"\n", at)
        header = out[at:end].split(b" ")
        at = end + 1
        if len(header) < 3:
            continue
        size = int(header[2])
        found[sha] = _text(out[at : at + size])
        at += size + 1
    return found


def _files(changes: Sequence[RawChange]) -> tuple[ChangedFile, ...]:
    return tuple(
        ChangedFile(
            path_from_git(change.path),
            path_from_git(change.old_path) if change.old_path is not None else None,
            change.change,
        )
        for change in changes
    )


def _normal(path: str) -> str:
    """Return a planned path as git would write it; nothing when it leads out of the repository."""
    plain = posixpath.normpath(path.lstrip("/")) if path.strip("/") else ""
    return "" if plain in ("", ".") or plain.split("/", 1)[0] == ".." else plain


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_NAMED
    named = ", ".join(
        "".join(letter if letter.isprintable() else "�" for letter in path)
        for path in paths[:_MOST_NAMED]
    )
    return named + (f" and {more:,} more" if more > 0 else "")
