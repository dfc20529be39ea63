"""What differs between two commits, path by path, as git's trees have it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from planner.runs.git import GitFailed, git

Change = Literal["added", "modified", "deleted", "renamed", "copied", "mode", "kind"]
"""What happened to a file; ``kind`` when a file became a link, or the like."""

LINK, SUBMODULE = "120000", "160000"
"""How git writes that a path is a symlink, or a commit of another repository."""

_CHANGES: dict[str, Change] = {
    "A": "added",
    "C": "copied",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "kind",
}
# Neither a repository's settings nor its .gitattributes decide what is seen.
_AS_IT_IS = (
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--submodule=short",
    "--find-renames",
    "--no-color",
    "--no-relative",
)


class RawChange(msgspec.Struct, frozen=True):
    """A path that differs; modes are git's, six digits, ``000000`` where there is nothing."""

    path: bytes
    old_path: bytes | None
    change: Change
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str


def raw_changes(repository: Path, base: str, head: str) -> tuple[RawChange, ...]:
    """Return every path that differs between two commits, renames found, in git's order.

    Raises:
        GitFailed: Git doesn't know one of them.
    """
    said = git(repository, *comparing(base, head, "-z", "--raw"))
    return read_raw(said.fields)[0]


def comparing(base: str, head: str, *how: str, only: Sequence[bytes] = ()) -> list[str | bytes]:
    """Return the arguments that compare two commits as they are.

    Args:
        base: The commit to compare from.
        head: The commit to compare to.
        how: What to print.
        only: The paths to look at; all of them where there are none.

    Raises:
        GitFailed: One of the names can't be a commit's.
    """
    for name in (base, head):
        if not name or name.startswith("-"):
            raise GitFailed(f"{name!r} is no commit.")
    paths = [b":(top,literal)" + path for path in only]
    return ["diff-tree", "-r", *how, *_AS_IT_IS, base, head, "--", *paths]


def read_raw(fields: list[bytes]) -> tuple[tuple[RawChange, ...], list[bytes]]:
    """Read what ``--raw -z`` prints; returns what comes after it as well."""
    found = []
    at = 0
    while at + 1 < len(fields) and fields[at].startswith(b":"):
        old_mode, new_mode, old_id, new_id, status = fields[at][1:].decode("ascii").split(" ")
        old_path: bytes | None = None
        if status[0] in "RC":
            old_path, path = fields[at + 1], fields[at + 2]
            at += 3
        else:
            path = fields[at + 1]
            at += 2
        change = _CHANGES.get(status[0], "modified")
        if change == "modified" and old_id == new_id and old_mode != new_mode:
            change = "mode"
        found.append(RawChange(path, old_path, change, old_mode, new_mode, old_id, new_id))
    return tuple(found), fields[at:]
