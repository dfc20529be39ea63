"""A policy in words for the terminal: what it says, and what a change came to."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from planner.runs.policy import KINDS_OF_RULES, Policy, StoredPolicy, policy_to_json
from planner.runs.policy_values import command_in_words
from store.records import CheckType

_LABELS = {
    "required_checks": "Required checks",
    "check_commands": "Commands",
    "allowed_paths": "Allowed paths",
    "protected_paths": "Protected paths",
    "forbidden_paths": "Forbidden paths",
    "limits": "Limits",
    "approval": "Approval",
    "rules": "Rules",
}


def policy_in_words(stored: StoredPolicy) -> str:
    """Return a whole policy, a heading for each part."""
    policy = stored.policy
    lines = [f"{label}:\n{_part(policy, name)}" for name, label in _LABELS.items()]
    if stored.unreadable:
        listed = "\n".join(f"  {words}" for words in stored.unreadable)
        lines.append(
            f"Not understood, so that nothing is built until the policy is changed:\n{listed}"
        )
    lines += lacks(policy)
    return "\n".join(lines)


def changes_in_words(before: Policy | None, after: Policy) -> Iterator[str]:
    """Yield the parts that a change has changed, as they are now."""
    was = policy_to_json(before) if before is not None else policy_to_json(Policy())
    now = policy_to_json(after)
    changed = [name for name in now if now[name] != was[name]]
    if not changed:
        yield "Nothing to change: the policy says so already."
    for name in changed:
        yield f"{_LABELS[name]}:\n{_part(after, name)}"


def lacks(policy: Policy) -> Iterator[str]:
    """Yield what the policy lacks before anything is built by it, with what to do."""
    if not policy.required_checks:
        yield "Nothing can be built yet: planner-tui policy require unit requires a check."
    for check in policy.required_checks:
        if check != CheckType.POLICY and check not in policy.check_commands:
            yield (
                f"The check {check} needs a command: "
                f"planner-tui policy command {check} -- PROGRAM ARGUMENTS"
            )


def _part(policy: Policy, name: str) -> str:
    match name:
        case "required_checks":
            lines = [str(check) for check in policy.required_checks]
        case "check_commands":
            commands = policy.check_commands.items()
            lines = [f"{check}: {command_in_words(command)}" for check, command in commands]
        case "limits":
            limits = msgspec.structs.asdict(policy.limits).items()
            lines = [f"{limit.replace('_', '-')}: {value:g}" for limit, value in limits]
        case "approval":
            lines = [*_approval(policy)]
        case "rules":
            lines = [
                f"{kind}: {rule}" for kind in KINDS_OF_RULES for rule in getattr(policy.rules, kind)
            ]
        case _:
            lines = list(getattr(policy, name))
    return "\n".join(f"  {line}" for line in lines or ["none"])


def _approval(policy: Policy) -> Iterator[str]:
    rules = policy.approval
    yield f"by {', '.join(rules.approvers)}" if rules.approvers else "by anyone"
    if rules.another_person:
        yield "by another person than the one who started the run"
    yield "pushes the branch" if rules.push else "pushes nothing"
    made = {
        "draft": "makes a draft pull request",
        "open": "opens a pull request",
        "local": "writes a description only",
    }
    yield made[rules.pull_request]
