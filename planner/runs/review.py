"""What a person looks at before they decide: what changed, held against what was planned.

Reading the database (``read_subject``) and reading git (``compare``) are two steps, since git can
take long: a screen does the first where it has its connection, and the second on a thread of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.candidates import repository_of
from planner.runs.diffs import Diff, DiffFile, read_diff
from planner.runs.folders import RunFolders
from planner.runs.git import git, path_to_bytes
from planner.runs.paths import changed_files, judge, planned_for
from planner.runs.policy import Policy, policy_from_json
from planner.runs.reads import AssignmentRead, RunRead, read_run
from planner.runs.run_input import planned_paths
from store.adapter import DbAdapter
from store.records import DiffComment, RunScope

BIGGEST = 150_000
"""Bytes of a file that is read whole."""

FileStanding = Literal["planned", "accepted", "allowed", "outside", "protected", "forbidden"]
"""How a changed file stands to the plan and the policy."""


class Part(msgspec.Struct, frozen=True):
    """One assignment of what is looked at: what it changed is told by its own two commits."""

    assignment_id: str
    name: str
    base: str
    head: str


class Subject(msgspec.Struct, frozen=True):
    """What is to be compared: an assignment's work, or that of a whole run.

    Attributes:
        run_id: The run.
        name: What it is called: ``#42 Sign in``.
        repository: Where git finds the commits.
        base: The commit the work began from.
        head: The commit, or the branch while nothing is recorded, that it ends at.
        branch: The branch it is on.
        base_branch: The branch it would be merged into.
        worktree: Where it stands in files; None when it was removed.
        policy: What the run is held to.
        planned: The files that were planned.
        accepted: The paths that a person has accepted beyond those.
        parts: The assignments that the work is made of.
        comments: What was said about lines of it, oldest first.
        turns: The number of each turn by its execution's id.
    """

    run_id: str
    name: str
    repository: Path
    base: str
    head: str
    branch: str
    base_branch: str
    worktree: Path | None
    policy: Policy
    planned: tuple[str, ...]
    accepted: tuple[str, ...]
    parts: tuple[Part, ...]
    comments: tuple[DiffComment, ...]
    turns: dict[str, int]


class Compared(msgspec.Struct, frozen=True):
    """What changed from one commit to another.

    Attributes:
        diff: The changes, line by line.
        standing: How each changed file stands to plan and policy, by its path.
        why: What the rules have against a file, in words, by its path.
        untouched: Planned files that no change touched.
        owners: The assignment that changed a file last, by its path.
    """

    diff: Diff
    standing: dict[str, FileStanding]
    why: dict[str, str]
    untouched: tuple[str, ...]
    owners: dict[str, str]


def read_subject(
    db: DbAdapter, run_id: str, assignment_id: str | None, folders: RunFolders | None
) -> Subject:
    """Read what is to be compared.

    Args:
        db: The open plan.
        run_id: The run.
        assignment_id: The assignment whose work it is; None for that of the whole run.
        folders: Where runs keep their files.

    Raises:
        Refused: It is gone, or there is nothing to compare yet.
    """
    with db.view():
        found = read_run(db, run_id)
        if found is None:
            raise Refused("This run has been deleted.")
        return subject_of(db, found, assignment_id, folders)


def subject_of(
    db: DbAdapter, found: RunRead, assignment_id: str | None, folders: RunFolders | None
) -> Subject:
    """As ``read_subject``, of a run that was read whole."""
    run = found.run
    meant = [a for a in found.assignments if assignment_id in (None, a.id)]
    if not meant:
        raise Refused("This run has no such assignment.")
    alone = meant[0] if assignment_id is not None or run.scope is RunScope.CARD else None
    if alone is not None:
        base, branch = alone.assignment.base_commit, alone.assignment.feature_branch
        head, name = alone.assignment.head_commit or branch, _name(alone)
        worktree = alone.assignment.worktree_path
    else:
        base, branch = run.base_commit, run.integration_branch or ""
        head, name = run.head_commit or branch, found.title
        worktree = str(folders.worktree(run.id, "integration")) if folders else None
    if base is None or not head:
        raise Refused("There is nothing to compare yet: the agent has not begun.")
    comments = [comment for a in meant for comment in db.list(DiffComment, assignment_id=a.id)]
    comments.sort(key=lambda comment: (comment.created_at, comment.id))
    there = worktree is not None and Path(worktree).is_dir()
    return Subject(
        run_id=run.id,
        name=name,
        repository=repository_of(db, run, folders),
        base=base,
        head=head,
        branch=branch,
        base_branch=run.base_branch,
        worktree=Path(worktree) if worktree is not None and there else None,
        policy=policy_from_json(run.system_policy_snapshot),
        planned=_once(path for a in meant for path in planned_in(a)),
        accepted=_once(str(path) for a in meant for path in a.assignment.accepted_paths),
        parts=tuple(_part(a) for a in meant if a.assignment.base_commit),
        comments=tuple(comments),
        turns={turn.id: turn.turn for a in meant for turn in a.executions},
    )


def planned_in(read: AssignmentRead) -> tuple[str, ...]:
    """Return the files that an assignment's card means to create or edit."""
    snapshot = read.assignment.assignment_input_snapshot
    return planned_paths(snapshot) if "planned_files" in snapshot else ()


def compare(subject: Subject) -> Compared:
    """Read what changed, from git. It can take long.

    Raises:
        Refused: Git could not tell; the message says why.
    """
    repository, base, head = subject.repository, subject.base, subject.head
    verdict = judge(
        repository,
        base,
        head,
        policy=subject.policy,
        planned=subject.planned,
        accepted=subject.accepted,
    )
    against: tuple[tuple[FileStanding, frozenset[str]], ...] = (
        ("forbidden", frozenset(verdict.forbidden)),
        ("protected", frozenset(verdict.protected)),
        ("outside", frozenset(verdict.outside)),
    )
    standing: dict[str, FileStanding] = {}
    why: dict[str, str] = {}
    both = {f.path: [f.path, *([f.old_path] if f.old_path else [])] for f in verdict.files}
    held = planned_for((end for ends in both.values() for end in ends), subject.planned)
    for file in verdict.files:
        ends = both[file.path]
        found = next((kind for kind, paths in against if not paths.isdisjoint(ends)), None)
        if found is not None:
            standing[file.path] = found
            why[file.path] = next(verdict.why[end] for end in ends if end in verdict.why)
        elif any(end in subject.accepted for end in ends):
            standing[file.path] = "accepted"
        else:
            standing[file.path] = "planned" if any(held[end] for end in ends) else "allowed"
    touched = {one for names in held.values() for one in names}
    return Compared(
        read_diff(repository, base, head),
        standing,
        why,
        tuple(path for path in subject.planned if path not in touched),
        dict(_owners(subject)),
    )


def read_sides(subject: Subject, file: DiffFile) -> tuple[list[str], list[str]] | None:
    """Read all lines of a file as it was and as it is; None where it is too big, or not a text.

    Raises:
        Refused: Git could not tell.
    """
    if file.is_binary or file.is_link or file.is_submodule:
        return None
    sides: list[list[str]] = []
    for commit, path, is_there in (
        (subject.base, file.old_path or file.path, file.change != "added"),
        (subject.head, file.path, file.change != "deleted"),
    ):
        if not is_there:
            sides.append([])
            continue
        name = commit.encode() + b":" + path_to_bytes(path)
        size = git(subject.repository, "cat-file", "-s", name).text.strip()
        if int(size) > BIGGEST:
            return None
        whole = git(subject.repository, "cat-file", "blob", name).stdout
        sides.append(lines_of(whole))
    return sides[0], sides[1]


def lines_of(whole: bytes) -> list[str]:
    """Return the lines of a file, as ``read_diff`` tells them."""
    lines = whole.decode("utf-8", "backslashreplace").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def _owners(subject: Subject) -> Mapping[str, str]:
    """Return the assignment that changed each file last, where there are several."""
    if len(subject.parts) < 2:
        return {}
    found: dict[str, str] = {}
    for part in subject.parts:
        for file in changed_files(subject.repository, part.base, part.head):
            found[file.path] = part.assignment_id
    return found


def _part(read: AssignmentRead) -> Part:
    assignment = read.assignment
    head = assignment.head_commit or assignment.feature_branch
    return Part(assignment.id, _name(read), assignment.base_commit or "", head)


def _name(read: AssignmentRead) -> str:
    number = f"#{read.number} " if read.number is not None else ""
    return f"{number}{clipped(read.title)}"


def _once(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
