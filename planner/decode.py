"""From JSON to requests, with errors a person (or an agent) can act on."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from planner.errors import Refused
from planner.requests import BY_TYPE, Action


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of planning actions: the batch, and what it was planned against."""

    actions: list[Any]
    expected_sequence: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None


def read_script(data: bytes) -> Script:
    """Read one action, a list of them, or ``{"actions": […], "expected_sequence": …}``.

    The actions stay as they are written; ``decode`` looks at each when its turn comes.

    Raises:
        Refused: The data isn't JSON or has none of these forms.
    """
    try:
        document = msgspec.json.decode(data)
        if isinstance(document, list):
            return Script(actions=document)
        if isinstance(document, dict) and "actions" not in document:
            return Script(actions=[document])
        return msgspec.convert(document, Script)
    except msgspec.ValidationError as error:
        raise Refused(f"This is not a script of planning actions: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"This is not valid JSON: {error}.") from error
    except RecursionError as error:
        raise Refused("This is not a script of planning actions: it is nested too deep.") from error


def decode(request: Any) -> Action:
    """Turn one action as JSON gives it into its struct.

    Raises:
        Refused: It has no known ``action_type``, or its fields aren't what that type takes.
    """
    if not isinstance(request, dict):
        raise Refused(f"A planning action is a JSON object, not {_json_word(request)}.")
    action_type = request.get("action_type")
    if not isinstance(action_type, str) or action_type not in BY_TYPE:
        near = difflib.get_close_matches(str(action_type), BY_TYPE, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" It is one of {', '.join(BY_TYPE)}."
        raise Refused(f"There is no action_type {action_type!r}.{hint}")
    try:
        return msgspec.convert(request, BY_TYPE[action_type])
    except msgspec.ValidationError as error:
        raise Refused(_explained(str(error), action_type)) from error


@cache
def _field_names(action_type: str) -> dict[str, list[str]]:
    names = {"$": ["action_type", "target_ref", "payload", "idempotency_key"]}
    for field in msgspec.structs.fields(BY_TYPE[action_type]):
        if field.name in ("target_ref", "payload"):
            names[f"$.{field.name}"] = list(field.type.__struct_fields__)
    return names


def _explained(text: str, action_type: str) -> str:
    """Put msgspec's message in our words, with the field that was probably meant."""
    message, _, path = text.partition(" - at `")
    path = path.rstrip("`") or "$"
    place = path.removeprefix("$").removeprefix(".") or "the action"
    unknown = re.search(r"unknown field `(.*)`", message)
    if unknown:
        known = _field_names(action_type).get(path, [])
        near = difflib.get_close_matches(unknown[1], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known) or 'nothing'}."
        return f"{action_type}: {place} has no field {unknown[1]}; {hint}"
    missing = re.search(r"missing required field `(.*)`", message)
    if missing:
        return f"{action_type}: {place} needs {missing[1]}."
    return f"{action_type}: {place}: {message}."


def _json_word(value: Any) -> str:
    words = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number")
