"""A policy written in a file: read strictly, since a misspelt rule would be none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import msgspec

from planner.errors import Refused
from planner.runs.policy import (
    ApprovalRules,
    HouseRules,
    Limits,
    Policy,
    checked_policy,
    policy_from_json,
)

_PARTS: dict[str, type[msgspec.Struct]] = {
    "limits": Limits,
    "approval": ApprovalRules,
    "rules": HouseRules,
}


def read_policy_file(data: bytes) -> Policy:
    """Read a whole policy: what ``policy_to_json`` gives, or what ``policy show --json`` prints.

    Raises:
        Refused: It is no policy, or holds a name or value that no policy has.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"This is not valid JSON: {error}.") from error
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"].get("policy")
    if not isinstance(document, dict):
        raise Refused("A policy is a JSON object, as planner-tui policy show --json prints it.")
    _known(document, Policy.__struct_fields__, "A policy")
    for name, part in _PARTS.items():
        if isinstance(document.get(name), dict):
            _known(document[name], part.__struct_fields__, name)
    return checked_policy(policy_from_json(document))


def _known(document: dict[str, Any], names: Iterable[str], what: str) -> None:
    known = [*names]
    for name in document:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}."
            raise Refused(f"{what} has no {name!r:.80}; {hint}")
