"""The policy profile: what a project's runs are held to, as it is stored, changed and snapshot.

A run keeps the policy it started with (``policy_to_json``), so that later changes never touch it.
What may stand in a policy is decided in ``policy_values.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from planner.batch import new_id
from planner.errors import Refused
from planner.runs.policy_values import (
    check_named,
    checked_approver,
    checked_command,
    checked_limit,
    checked_pattern,
    checked_rule,
    each,
)
from store.adapter import DbAdapter
from store.records import CheckType, EventLog, Project, SystemPolicyProfile, utc_now

PullRequestKind = Literal["draft", "open", "local"]
"""What an approved candidate becomes: a draft on GitHub, an open one, or a local description."""

KINDS_OF_RULES = ("dependency", "security", "architecture")
"""The kinds of house rules, each with a column of its own."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long, how many, how much; ``policy_values.LIMITS`` has what each may be."""

    agent_minutes: float = 60.0
    check_minutes: float = 15.0
    agents_at_once: int = 2
    log_megabytes: int = 1024


class ApprovalRules(msgspec.Struct, frozen=True, kw_only=True):
    """Who may approve, and what approving leads to.

    Attributes:
        approvers: Who may approve, by name; anyone where there is none.
        another_person: Whether it must be another person than the one who started the run.
        push: Whether an approved branch is pushed to the repository's remote.
        pull_request: What an approved candidate becomes.
    """

    approvers: tuple[str, ...] = ()
    another_person: bool = False
    push: bool = True
    pull_request: PullRequestKind = "draft"


class HouseRules(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences that an agent is told, by kind."""

    dependency: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    architecture: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's runs are held to.

    Attributes:
        required_checks: What must pass before anybody is asked to approve.
        check_commands: The command of a check, an argument list, by the check's name.
        allowed_paths: Patterns of files that may change besides a card's planned ones.
        protected_paths: Patterns of files whose change waits for a person's decision.
        forbidden_paths: Patterns of files whose change fails the build.
        limits: How long, how many, how much.
        approval: Who may approve, and what it leads to.
        rules: Sentences for the agent.
    """

    required_checks: tuple[CheckType, ...] = ()
    check_commands: dict[str, tuple[str, ...]] = {}
    allowed_paths: tuple[str, ...] = ()
    protected_paths: tuple[str, ...] = ()
    forbidden_paths: tuple[str, ...] = ()
    limits: Limits = Limits()
    approval: ApprovalRules = ApprovalRules()
    rules: HouseRules = HouseRules()


class StoredPolicy(msgspec.Struct, frozen=True):
    """A project's policy as its row has it.

    ``unreadable`` names, a sentence each, what another program wrote there and nobody here can
    read. Nothing may be built while there is any: it may have been a rule.
    """

    id: str
    policy: Policy
    unreadable: tuple[str, ...] = ()


def read_stored_policy(db: DbAdapter, project_id: str) -> StoredPolicy | None:
    """Read a project's policy with what could not be read of it; None when it has none."""
    rows = db.list(SystemPolicyProfile, project_id=project_id)
    return _Reading(rows[0]).stored() if rows else None


def read_policy(db: DbAdapter, project_id: str) -> Policy | None:
    """Read a project's policy, as far as it can be read; None when it has none."""
    stored = read_stored_policy(db, project_id)
    return stored.policy if stored is not None else None


def save_policy(
    db: DbAdapter,
    project_id: str,
    policy: Policy,
    *,
    actor: str,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> None:
    """Make this the project's policy, and tell the event log what changed.

    What other programs keep beside it in the same columns stays.

    Raises:
        Refused: Something in it can't be, or the project is gone.
        StoreError: The database could not be used.
    """
    change_policy(db, project_id, lambda _: policy, actor=actor, clock=clock, new_id=new_id)


def change_policy(
    db: DbAdapter,
    project_id: str,
    change: Callable[[Policy], Policy],
    *,
    actor: str,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> Policy:
    """Change the project's policy from what it is at this moment, and return what it is then.

    Args:
        db: The open plan.
        project_id: Whose policy.
        change: Makes the new policy from the present one (an empty one where there is none).
        actor: Whose name the event bears.
        clock: Tells the time.
        new_id: Makes ids.

    Raises:
        Refused: Something in it can't be, or the project is gone.
        StoreError: The database could not be used.
    """
    with db.transaction():
        if db.get(Project, project_id) is None:
            raise Refused("This project has been deleted; its policy can't be changed.")
        rows = db.list(SystemPolicyProfile, project_id=project_id)
        row = rows[0] if rows else SystemPolicyProfile(id=new_id(), project_id=project_id)
        before = _Reading(row).stored()
        policy = checked_policy(change(before.policy))
        was, now = policy_to_json(before.policy), policy_to_json(policy)
        names = [name for name in now if now[name] != was[name]]
        if rows and not names and not before.unreadable:
            return policy
        moment = clock()
        columns = {**_columns(policy, row), "updated_at": moment}
        if rows:
            db.update(SystemPolicyProfile, row.id, **columns)
        else:
            db.insert(msgspec.structs.replace(row, **columns))
        payload: dict[str, Any] = {
            "title": ", ".join(name.replace("_", " ") for name in names),
            "changed": {name: {"before": was[name], "after": now[name]} for name in names},
        }
        if before.unreadable:
            payload["left_out"] = list(before.unreadable)
        db.insert(
            EventLog(
                id=new_id(),
                project_id=project_id,
                event_type="policy.changed",
                actor=actor,
                payload=payload,
                created_at=moment,
            )
        )
    return policy


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """Return a policy as JSON has it: the form of a run's snapshot and of ``policy load``."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(policy))
    return document


def policy_from_json(document: dict[str, Any]) -> Policy:
    """Return the policy that ``policy_to_json`` wrote, whichever version did.

    Raises:
        Refused: It is something else.
    """
    try:
        return msgspec.convert(document, Policy)
    except msgspec.ValidationError as error:
        raise Refused(f"This is not a policy: {error}.") from error


def checked_policy(policy: Policy) -> Policy:
    """Return a policy that may be kept, without what stands in it twice.

    Raises:
        Refused: Something in it can't be; says what, and what may be.
    """
    checks = each("required checks", policy.required_checks, check_named)
    commands = {
        check_named(name).value: checked_command(name, command)
        for name, command in policy.check_commands.items()
    }
    approval, limits = policy.approval, policy.limits
    if approval.pull_request not in PullRequestKind.__args__:  # type: ignore[attr-defined]
        raise Refused("A pull request is draft, open or local.")
    rules = {
        kind: each(f"{kind} rules", getattr(policy.rules, kind), checked_rule)
        for kind in KINDS_OF_RULES
    }
    return Policy(
        required_checks=tuple(check for check in CheckType if check in checks),
        check_commands={check.value: commands[check] for check in CheckType if check in commands},
        allowed_paths=each("allowed paths", policy.allowed_paths, checked_pattern),
        protected_paths=each("protected paths", policy.protected_paths, checked_pattern),
        forbidden_paths=each("forbidden paths", policy.forbidden_paths, checked_pattern),
        limits=Limits(
            **{
                name: checked_limit(name, getattr(limits, name))
                for name in Limits.__struct_fields__
            }
        ),
        approval=msgspec.structs.replace(
            approval, approvers=each("approvers", approval.approvers, checked_approver)
        ),
        rules=HouseRules(**rules),
    )


def _columns(policy: Policy, row: SystemPolicyProfile) -> dict[str, Any]:
    """Return the columns of a policy, each with what others keep there."""
    written = policy_to_json(policy)
    known = {check.value for check in CheckType}
    others = {name: value for name, value in _dict(row.check_commands).items() if name not in known}
    return {
        "required_checks": written["required_checks"],
        "check_commands": {**others, **written["check_commands"]},
        "allowed_paths": written["allowed_paths"] or None,
        "protected_paths": written["protected_paths"] or None,
        "forbidden_paths": written["forbidden_paths"] or None,
        "limits": {**_dict(row.limits), **written["limits"]},
        "approval_policy": {**_dict(row.approval_policy), **written["approval"]},
        **{
            f"{kind}_policy": _with_rules(_dict(getattr(row, f"{kind}_policy")), rules)
            for kind, rules in written["rules"].items()
        },
    }


def _with_rules(column: dict[str, Any], rules: list[str]) -> dict[str, Any]:
    others = {name: value for name, value in column.items() if name != "rules"}
    return {**others, "rules": rules} if rules else others


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Reading:
    """A row while it is read: whatever it holds, nothing here fails."""

    def __init__(self, row: SystemPolicyProfile) -> None:
        self._row = row
        self._unreadable: list[str] = []

    def stored(self) -> StoredPolicy:
        row = self._row
        policy = Policy(
            required_checks=self._each("required_checks", row.required_checks, check_named),
            check_commands=self._commands(),
            allowed_paths=self._each("allowed_paths", row.allowed_paths, checked_pattern),
            protected_paths=self._each("protected_paths", row.protected_paths, checked_pattern),
            forbidden_paths=self._each("forbidden_paths", row.forbidden_paths, checked_pattern),
            limits=self._limits(),
            approval=self._approval(),
            rules=HouseRules(**{kind: self._rules(f"{kind}_policy") for kind in KINDS_OF_RULES}),
        )
        return StoredPolicy(row.id, policy, tuple(self._unreadable))

    def _complain(self, place: str, words: object) -> None:
        self._unreadable.append(f"{place}: {words}")

    def _each(self, place: str, value: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        if value is not None and not isinstance(value, list):
            self._complain(place, "this is no list.")
        found = []
        for item in value if isinstance(value, list) else ():
            try:
                found.append(read(item))
            except Refused as refusal:
                self._complain(place, refusal)
        return tuple(dict.fromkeys(found))

    def _table(self, place: str) -> dict[str, Any]:
        value = getattr(self._row, place)
        if value is not None and not isinstance(value, dict):
            self._complain(place, "this is no table of names and values.")
        return _dict(value)

    def _commands(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, command in self._table("check_commands").items():
            if name in set(CheckType):
                try:
                    found[name] = checked_command(name, command)
                except Refused as refusal:
                    self._complain("check_commands", refusal)
        return found

    def _limits(self) -> Limits:
        table, found = self._table("limits"), {}
        for name in Limits.__struct_fields__:
            if name in table:
                try:
                    found[name] = checked_limit(name, table[name])
                except Refused as refusal:
                    self._complain("limits", refusal)
        return Limits(**found)

    def _approval(self) -> ApprovalRules:
        table, found = self._table("approval_policy"), dict[str, Any]()
        if "approvers" in table:
            approvers = table["approvers"]
            found["approvers"] = self._each("approval_policy", approvers, checked_approver)
        for name in ("another_person", "push", "pull_request"):
            if name in table:
                try:
                    found[name] = getattr(msgspec.convert({name: table[name]}, ApprovalRules), name)
                except msgspec.ValidationError:
                    self._complain("approval_policy", f"{name} can't be {table[name]!r:.60}.")
        return ApprovalRules(**found)

    def _rules(self, place: str) -> tuple[str, ...]:
        return self._each(place, self._table(place).get("rules"), checked_rule)
