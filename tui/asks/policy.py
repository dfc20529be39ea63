"""What the policy's form asks of the plan: the policy and the repository, read and saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import Refused
from planner.requests import ProjectChange, UpdateProject
from planner.runs.folders import RunFolders
from planner.runs.policy import (
    Policy,
    change_policy,
    checked_policy,
    policy_from_json,
    policy_to_json,
    read_stored_policy,
)
from planner.runs.repository import absolute_repo_url, commit_of, is_url, open_repository
from store.records import Project
from tui.session import Session

REPOSITORY, BRANCH = "repo_url", "default_branch"


@dataclass(frozen=True, slots=True)
class PolicyRead:
    """A project with its policy; ``unreadable`` is what of it nobody can read.

    ``exists`` says whether it was saved before.
    """

    project: Project
    policy: Policy
    exists: bool
    unreadable: tuple[str, ...] = ()


class FieldRefused(Refused):
    """What stands in a field of the form can't be saved."""

    def __init__(self, field: str, reason: object) -> None:
        """Refuse, naming the field."""
        super().__init__(str(reason))
        self.field = field


class Overtaken(Refused):
    """Others changed the same meanwhile; ``now`` is what stands there."""

    def __init__(self, names: list[str], now: PolicyRead) -> None:
        """Say what they changed."""
        super().__init__(f"Changed by others meanwhile: {', '.join(names)}.")
        self.now = now


def read_policy_of(session: Session, project_id: str) -> PolicyRead:
    """Read a project with its policy."""
    project = session.db.get(Project, project_id)
    if project is None:
        raise Refused("This project has been deleted meanwhile.")
    stored = read_stored_policy(session.db, project_id)
    if stored is None:
        return PolicyRead(project, Policy(), exists=False)
    return PolicyRead(project, stored.policy, exists=True, unreadable=stored.unreadable)


def save_policy_of(
    session: Session, base: PolicyRead, address: str, branch: str, policy: Policy
) -> str:
    """Save what was typed; what others changed elsewhere in it meanwhile stays.

    Args:
        session: The person's work on the plan.
        base: What the typing began with.
        address: The repository's path or URL, as typed.
        branch: Its branch.
        policy: What the policy is to be.

    Returns:
        What was done, in words.

    Raises:
        FieldRefused: The repository or its branch can't be.
        Overtaken: Others changed the same meanwhile.
        Refused: The project is gone, or the policy can't be.
    """
    policy = checked_policy(policy)
    address, branch = _looked_at(session, base.project, address, branch)
    with session.db.transaction():
        now = read_policy_of(session, base.project.id)
        merged = _merged(base, now, policy)
        changed: dict[str, Any] = {
            name: value or None
            for name, value, was in (
                (REPOSITORY, address, base.project.repo_url or ""),
                (BRANCH, branch, base.project.default_branch),
            )
            if value != was
        }
        clashes = [
            _words(name)
            for name, value in changed.items()
            if getattr(now.project, name) not in (getattr(base.project, name), value)
        ]
        if clashes:
            raise Overtaken(clashes, now)
        if merged != now.policy or not now.exists or now.unreadable:
            change_policy(session.db, base.project.id, lambda _: merged, actor=session.actor)
        if changed:
            session.apply(
                [UpdateProject(payload=ProjectChange(**changed))],
                note=f"Connected {address}" if address else "No repository is connected",
                project_id=base.project.id,
            )
    return _said(policy, address)


def _looked_at(session: Session, project: Project, typed: str, branch: str) -> tuple[str, str]:
    """Return the address to keep, once git has found the branch there; a URL is not fetched."""
    address, branch = absolute_repo_url(typed, Path.cwd()), branch.strip()
    if (address, branch) == (project.repo_url or "", project.default_branch) or not address:
        return address, branch
    if is_url(address):
        return address, branch
    folders = session.supervisors.folders if session.supervisors else RunFolders(Path())
    try:
        repository = open_repository(address, folders)
    except Refused as refusal:
        raise FieldRefused(REPOSITORY, refusal) from None
    try:
        commit_of(repository, branch)
    except Refused as refusal:
        raise FieldRefused(BRANCH, refusal) from None
    return address, branch


def _merged(base: PolicyRead, now: PolicyRead, wanted: Policy) -> Policy:
    """Return the policy with what the person changed, and what others changed elsewhere."""
    was, is_now, mine = (_leaves(p) for p in (base.policy, now.policy, wanted))
    clashes, document = [], policy_to_json(now.policy)
    for path in dict.fromkeys([*was, *is_now, *mine]):
        ours, theirs, before = mine.get(path), is_now.get(path), was.get(path)
        if ours in (before, theirs):
            continue
        if theirs != before:
            clashes.append(_words(path[-1]))
        _put(document, path, ours)
    if clashes:
        raise Overtaken(clashes, now)
    return policy_from_json(document)


def _leaves(policy: Policy) -> dict[tuple[str, ...], Any]:
    return dict(_each(policy_to_json(policy), ()))


def _each(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _each(inner, (*path, name))
    elif path == ("required_checks",):
        yield from (((*path, check), True) for check in value)
    else:
        yield path, value


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *above, name = path
    for one in above:
        inner = document[one]
        if isinstance(inner, list):  # the required checks
            others = [check for check in inner if check != name]
            document[one] = [*others, name] if value else others
            return
        document = inner
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value


def _words(name: str) -> str:
    return {REPOSITORY: "the repository"}.get(name, name.replace("_", " "))


def _said(policy: Policy, address: str) -> str:
    """Say that it is saved, and what is still missing before anything may be built."""
    missing = []
    if not address:
        missing.append("no repository is connected")
    if not policy.required_checks:
        missing.append("no check is required")
    bare = [
        check
        for check in policy.required_checks
        if check != "policy" and check not in policy.check_commands
    ]
    if bare:
        missing.append(f"{', '.join(bare)} {'has' if len(bare) == 1 else 'have'} no command")
    return "The policy is saved" + (
        f"; nothing can be built yet: {'; '.join(missing)}" if missing else ""
    )
