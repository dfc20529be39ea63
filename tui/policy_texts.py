"""A policy as the texts and choices of its form, and back: each mistake belongs to a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.errors import Refused
from planner.runs.policy import KINDS_OF_RULES, ApprovalRules, HouseRules, Limits, Policy
from planner.runs.policy_values import (
    LIMITS,
    checked_approver,
    checked_command,
    checked_limit,
    checked_pattern,
    checked_rule,
)
from store.records import CheckType
from tui.command_text import command_text, read_command

COMMANDS = tuple(check for check in CheckType if check is not CheckType.POLICY)
"""The checks that a command makes; ``policy`` is built in."""

PATHS = ("allowed_paths", "protected_paths", "forbidden_paths")
PULL_REQUESTS = ("draft", "open", "local")
NO_YES = ("no", "yes")


class FieldWrong(Exception):
    """What stands in a field can't be.

    Attributes:
        field: The field's name.
    """

    def __init__(self, field: str, words: object) -> None:
        """Say why, in words."""
        super().__init__(str(words))
        self.field = field


def texts_of(policy: Policy) -> dict[str, str]:
    """Return what the form's fields begin with, by their names."""
    commands = {check: policy.check_commands.get(check, ()) for check in COMMANDS}
    return {
        **{f"command_{check}": command_text(command) for check, command in commands.items()},
        **{name: "\n".join(getattr(policy, name)) for name in PATHS},
        **{name: f"{getattr(policy.limits, name):g}" for name in LIMITS},
        "approvers": "\n".join(policy.approval.approvers),
        **{f"rules_{kind}": "\n".join(getattr(policy.rules, kind)) for kind in KINDS_OF_RULES},
    }


def choices_of(policy: Policy) -> dict[str, str]:
    """Return what the form's choices begin with, by their names."""
    return {
        **{f"required_{c}": NO_YES[c in policy.required_checks] for c in CheckType},
        "another_person": NO_YES[policy.approval.another_person],
        "push": NO_YES[policy.approval.push],
        "pull_request": policy.approval.pull_request,
    }


def policy_of(values: Mapping[str, Any]) -> Policy:
    """Return the policy that stands in the form.

    Args:
        values: What its fields and choices hold, by their names.

    Raises:
        FieldWrong: Something in it can't be.
    """
    commands = {}
    for check in COMMANDS:
        command = _command(f"command_{check}", check, str(values[f"command_{check}"]))
        if command:
            commands[check.value] = command
    return Policy(
        required_checks=tuple(c for c in CheckType if values[f"required_{c}"] == "yes"),
        check_commands=commands,
        **{name: _lines(values, name, checked_pattern) for name in PATHS},
        limits=Limits(**{name: _limit(name, str(values[name])) for name in LIMITS}),
        approval=ApprovalRules(
            approvers=_lines(values, "approvers", checked_approver),
            another_person=values["another_person"] == "yes",
            push=values["push"] == "yes",
            pull_request=values["pull_request"],
        ),
        rules=HouseRules(
            **{kind: _lines(values, f"rules_{kind}", checked_rule) for kind in KINDS_OF_RULES}
        ),
    )


def _command(field: str, check: str, text: str) -> tuple[str, ...]:
    try:
        arguments = read_command(text)
        return checked_command(check, arguments) if arguments else ()
    except (ValueError, Refused) as mistake:
        raise FieldWrong(field, mistake) from None


def _lines(values: Mapping[str, Any], field: str, read: Callable[[Any], str]) -> tuple[str, ...]:
    """Return what stands in a field, a line each; blank ones are left out."""
    found = []
    for line in str(values[field]).splitlines():
        if line.strip():
            try:
                found.append(read(line.strip()))
            except Refused as refusal:
                raise FieldWrong(field, refusal) from None
    return tuple(dict.fromkeys(found))


def _limit(field: str, text: str) -> Any:
    number: Any = text
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        limit = LIMITS[field]
        raise FieldWrong(
            field, f"“{text.strip()}” is no number: the {limit.words}, such as {limit.least:g}."
        ) from None
    try:
        return checked_limit(field, number)
    except Refused as refusal:
        raise FieldWrong(field, refusal) from None
