"""Writes the reference pages and the README's picture from the program itself.

Run ``python docs/generate.py`` after changing a key or a planning action; a test fails
until the pages agree.
"""

from __future__ import annotations

import asyncio
import enum
import tempfile
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from textual.binding import Binding, BindingType

from planner.requests import ACTIONS, Action
from tui.app import PlannerApp
from tui.keys import key_name
from tui.screens.history import HistoryScreen
from tui.screens.map_keys import MAP_KEYS
from tui.widgets.row_list import RowList

DOCS = Path(__file__).parent
SCREENS: dict[str, Sequence[BindingType]] = {
    "In any list": RowList.BINDINGS,
    "On the history": HistoryScreen.BINDINGS,
}
"""The keys of what opens over the map, by what to call it."""

MARK = "<!-- Written by docs/generate.py; change the program, then run it. -->\n"


def keys_page() -> str:
    """Return docs/keys.md: every key of the map and the app by group, and of each screen."""
    lines = ["# Keys\n", MARK]
    lines.append(
        "Every action here is in the command palette (`ctrl+p`) and in `?` help as well. "
        "The first word of an id is its group.\n"
    )
    groups: dict[str, list[Binding]] = {}
    for binding in [*MAP_KEYS, *PlannerApp.BINDINGS]:
        assert isinstance(binding, Binding)
        assert binding.id
        groups.setdefault(binding.id.partition(".")[0], []).append(binding)
    for group, bindings in groups.items():
        lines += [f"## {group.capitalize()}\n", *_keys(bindings)]
    for name, bindings in SCREENS.items():
        lines += [f"## {name}\n", *_keys(bindings)]
    return "\n".join(lines)


def _keys(bindings: Sequence[BindingType]) -> list[str]:
    lines = ["| key | what it does | id |", "|---|---|---|"]
    for binding in bindings:
        assert isinstance(binding, Binding)
        shown = " ".join(
            dict.fromkeys(f"`{key_name(one)}`" for one in Binding.make_bindings([binding]))
        )
        what = f"{binding.description}: {binding.tooltip[0].lower()}{binding.tooltip[1:]}"
        lines.append(f"| {shown} | {what} | `{binding.id}` |")
    return [*lines, ""]


def actions_page() -> str:
    """Return docs/planning-actions.md: every planning action with its fields."""
    lines = ["# Planning actions\n", MARK]
    lines.append(
        "Every change to the map is one of these. `planner-tui apply FILE` takes one action, a list of "
        'them, or `{"actions": […], "expected_sequence": n}`, and applies all of them or none.\n'
    )
    lines.append(
        "- Every action may carry an `idempotency_key`: the same key in the same project returns the first "
        "result and changes nothing.\n"
        "- `target_ref` names what is acted on; things below a card or a project are named by the payload's "
        "`id`. A creator may choose the new `id`, so that a later action of the batch can name it.\n"
        "- In an update, a field left out keeps its value, and `null` clears it.\n"
        "- A field that an action does not know is refused, never ignored.\n"
    )
    for action in ACTIONS:
        lines += _action(action)
    return "\n".join(lines)


def _action(action: type[Action]) -> list[str]:
    lines = [f"## {action.__struct_config__.tag}\n", f"{(action.__doc__ or '').strip()}\n"]
    parts = {field.name: field for field in msgspec.structs.fields(action)}
    lines += ["| field | value | |", "|---|---|---|"]
    for part in ("target_ref", "payload"):
        for field in msgspec.structs.fields(parts[part].type):
            note = "needed" if field.required else ""
            lines.append(f"| `{part}.{field.name}` | {_type(field.type)} | {note} |")
    lines.append("")
    return lines


def _type(annotation: Any) -> str:
    """Return a field's type in words."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *metas = typing.get_args(annotation)
        meta = metas[0]
        if meta.ge is not None and meta.le is not None:
            return f"{_type(base)} from {meta.ge} to {meta.le}"
        if meta.ge is not None:
            return f"{_type(base)} from {meta.ge}"
        return "UTC text such as `2026-01-31T08:00:00Z`" if meta.pattern else _type(base)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(
            _type(arg) for arg in typing.get_args(annotation) if arg is not msgspec.UnsetType
        )
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ", ".join(f"`{value}`" for value in annotation)
    words = {str: "text", int: "whole number", float: "number", type(None): "`null`"}
    return words.get(annotation, "object")


async def picture() -> str:
    """Return an SVG of the board on the sample plan, 120×36."""
    from itertools import count

    from planner.sample import load_sample
    from store.open import open_store

    ids = count(1)
    with tempfile.TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "sample.db")
        with db.connection():
            load_sample(
                db, clock=lambda: "2026-01-31T08:00:00.000Z", new_id=lambda: f"id-{next(ids)}"
            )
        app = PlannerApp(db, actor="you", project=None, database="sample.db")
        async with app.run_test(size=(120, 36)) as pilot:
            for _ in range(20):
                await pilot.pause(0.1)
            await pilot.press("down", "right")
            for _ in range(5):
                await pilot.pause(0.1)
            svg = app.export_screenshot(title="planner-tui")
        app.finish()
    return svg


PAGES = {"keys.md": keys_page, "planning-actions.md": actions_page}
"""What is written, by file name; a test compares these with what is there."""


def main() -> None:
    """Write every page and the picture."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    (DOCS / "board.svg").write_text(asyncio.run(picture()), encoding="utf-8")


if __name__ == "__main__":
    main()
