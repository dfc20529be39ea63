"""What a planning action changed, in words, from its stored payload and inverse.

An inverse holds what was before (``planner/changes.py`` describes it), the payload what came
after. Together they give, for each row that an action reached, the columns that changed, the
row that was made, or the rows that went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from planner.describe import LONGEST_TITLE, clipped, describe, in_past
from planner.differences import Line, differences, value_lines
from store.adapter import DbAdapter
from store.records import (
    BY_TABLE,
    PRIORITIES,
    Card,
    PlanningAction,
    Workflow,
    WorkflowActivity,
)

Names = Callable[[str, str], str | None]
"""Gives the name of a row now, by its table and id; None when it is gone."""

MOST_ACTIONS = 100
"""Actions of one batch that are told; a batch of more says how many are left."""

MOST_ROWS = 40
"""Rows that an action is said to have made or taken; one of more says how many are left."""

LABELS = {
    "name": "name",
    "title": "title",
    "description": "description",
    "repo_url": "repository",
    "default_branch": "default branch",
    "color": "colour",
    "status": "status",
    "priority": "priority",
    "quick_answer": "quick answer",
    "created_at": "created",
    "updated_at": "updated",
    "type": "type",
    "content": "content",
    "uri": "address",
    "locator": "place in it",
    "mime_type": "media type",
    "integration_ref": "integration",
    "checksum": "checksum",
    "linked_by": "linked by",
    "usage_hint": "what for",
    "logical_file_name": "file",
    "module_hint": "module",
    "artifact_kind": "kind",
    "action": "to do",
    "intent_summary": "intent",
    "contract_notes": "contract notes",
    "text": "text",
    "evidence_source": "evidence",
    "source": "source",
    "confidence": "confidence",
    "answer": "answer",
    "build_state": "build",
    "last_built_at": "last built",
    "last_build_ref": "last build",
    "position": "place",
}
"""What a column or a payload's field is called."""

NOT_TOLD = frozenset(
    {
        # Said in other words, or said by the heading; or of no interest to anybody.
        "id",
        "project_id",
        "workflow_id",
        "workflow_activity_id",
        "card_id",
        "context_artifact_id",
        "kind",
        "number",
        "finalized_at",
        "run_id",
        "as_known_fact",
    }
)
"""Fields without a line of their own."""

TABLES = {
    "project": ("project", "projects"),
    "workflow": ("workflow", "workflows"),
    "workflow_activity": ("activity", "activities"),
    "card": ("card", "cards"),
    "card_requirement": ("requirement", "requirements"),
    "card_known_fact": ("known fact", "known facts"),
    "card_assumption": ("assumption", "assumptions"),
    "card_question": ("question", "questions"),
    "card_planned_file": ("planned file", "planned files"),
    "context_artifact": ("context artifact", "context artifacts"),
    "card_context_artifact": ("link to a context artifact", "links to context artifacts"),
    "orchestration_run": ("run", "runs"),
}
"""What a row of a table is called, and several of them."""

_IMPLIED = {
    "approveCardPlannedFile": {"status": "approved"},
    "answerCardQuestion": {"status": "approved"},
    "upsertCardPlannedFile": {"status": "user_edited"},
}
"""What an action sets that its payload does not name."""

_TITLES = ("title", "name", "text", "logical_file_name")
"""The columns that a row goes by."""

_UNKNOWN = object()


class Change(msgspec.Struct, frozen=True):
    """One row that an action reached: columns before and after, or the row made or gone.

    ``before`` is None for a row that was made, ``after`` for one that went.
    """

    table: str
    key: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def turned(self) -> Change:
        """The same change taken back."""
        return Change(self.table, self.key, self.after, self.before)


def names_in(db: DbAdapter) -> Names:
    """Return what looks names up in a database, each once."""
    known: dict[tuple[str, str], str | None] = {}

    def name(table: str, row_id: str) -> str | None:
        if (table, row_id) not in known:
            known[table, row_id] = _name(db, table, row_id)
        return known[table, row_id]

    return name


def batch_in_words(
    actions: Sequence[PlanningAction],
    names: Names,
    *,
    count: int | None = None,
    taken_back: bool = False,
) -> list[Line]:
    """Say what a batch changed, action by action.

    Args:
        actions: The batch's actions in order, or the first of them.
        names: Gives the names of rows.
        count: How many actions the batch has, when these are not all.
        taken_back: Say it the other way round, as an undo did it.
    """
    lines: list[Line] = []
    for action in reversed(actions) if taken_back else actions:
        if lines:
            lines.append(Line("", ()))
        lines += action_in_words(action, names, taken_back=taken_back)
    left = (count or 0) - len(actions)
    if left > 0:
        lines += [Line("", ()), Line("", ((f"and {left:,} more", False),), "faint")]
    return lines


def action_in_words(
    action: PlanningAction, names: Names, *, taken_back: bool = False
) -> Iterator[Line]:
    """Say what one action changed: a heading, then a line or more for each thing.

    Yields:
        The lines, of which the first is the heading.
    """
    said = in_past(describe(action))
    yield _plain(said[:1].upper() + said[1:], "heading")
    result = action.result or {}
    if result.get("card_id") is not None and result.get("number") is None:
        name = names("card", result["card_id"])
        yield _plain(f"on {name or 'a card that is gone since'}", "faint")
    if action.inverse is None:
        yield _plain("A version that kept no more of it made this.", "faint")
        return
    changes = changes_of(action)
    if taken_back:
        changes = [change.turned for change in changes]
    told = False
    for change in changes:
        if change.before is not None and change.after is not None:
            for line in _told_update(change.before, change.after, names):
                told = True
                yield line
    for sign, rows in (
        ("+", [(c.table, c.after) for c in changes if c.before is None]),
        ("-", [(c.table, c.before) for c in changes if c.after is None]),
    ):
        for line in _told_rows(sign, rows, is_first=not told):
            yield line
        told = told or bool(rows)
    if not told:
        yield _plain("It changed nothing that shows.", "faint")


def changes_of(action: PlanningAction) -> list[Change]:
    """Return the rows that an action reached, as they were and as they became."""
    made: dict[tuple[str, ...], Change] = {}
    gone: list[Change] = []
    changed: dict[tuple[str, ...], dict[str, Any]] = {}
    for operation, table, *rest in reversed(action.inverse or []):
        if operation == "insert":
            row = rest[0]
            gone.append(Change(table, _key(table, row), row, None))
        elif operation == "delete":
            key = (table, *rest[0])
            made[key] = Change(table, key[1:], None, _made_row(action, table))
        elif operation == "update" and (table, *rest[0]) not in made:
            before = changed.setdefault((table, *rest[0]), {})
            for name, value in rest[1].items():
                before.setdefault(name, value)  # the first one told is what was
    updates = [
        Change(key[0], key[1:], before, _after(action, key[0], before))
        for key, before in changed.items()
    ]
    gone.reverse()
    gone.sort(key=lambda change: [*BY_TABLE].index(change.table))  # parents first
    return [*updates, *made.values(), *gone]


def _after(action: PlanningAction, table: str, before: dict[str, Any]) -> dict[str, Any]:
    """Return what the columns became, as far as the action tells."""
    implied = _IMPLIED.get(action.action_type, {})
    known = {**implied, **action.payload}
    if table == "card" and "finalized_at" in before:
        known["finalized_at"] = None if before["finalized_at"] else action.applied_at
    # Siblings that only made room are not what the action was about.
    about = action.payload.get("position") is not None
    return {
        name: known.get(name, _UNKNOWN)
        for name in before
        if name != "updated_at" and (name != "position" or about)
    }


def _made_row(action: PlanningAction, table: str) -> dict[str, Any]:
    """Return what is known of a row that an action made."""
    if action.action_type == "answerCardQuestion":
        return {"text": action.payload.get("answer")}
    if table == "card_context_artifact" and action.action_type != "linkContextArtifact":
        return {}
    return {name: value for name, value in action.payload.items() if name != "position"}


def _told_update(before: dict[str, Any], after: dict[str, Any], names: Names) -> Iterator[Line]:
    columns = [name for name in after if name in before]
    for column, above in (
        ("workflow_activity_id", "workflow_activity"),
        ("workflow_id", "workflow"),
    ):
        if column in columns:
            there = [_place(names, above, value) for value in (before[column], after[column])]
            yield _plain(f"moved from {there[0]} to {there[1]}")
            columns = [name for name in columns if name not in (column, "position")]
    for name in columns:
        was, now = before[name], after[name]
        if name == "finalized_at":
            yield _plain("finalized: it may be built" if now else "no longer finalized")
        elif name in NOT_TOLD or was == now:
            continue
        elif now is _UNKNOWN or was is _UNKNOWN:
            known = value_in_words(name, was if now is _UNKNOWN else now)
            word = "was" if now is _UNKNOWN else "now"
            yield _plain(f"{label_of(name)} {word} {_quoted(name, known)}")
        else:
            yield from differences(
                label_of(name),
                value_in_words(name, was),
                value_in_words(name, now),
                quoted=_is_text(name, was, now),
            )


def _told_rows(
    sign: str, rows: Sequence[tuple[str, dict[str, Any] | None]], *, is_first: bool
) -> Iterator[Line]:
    """Tell rows that were made or that went: the columns of the first, the names of the rest."""
    rest = [*rows]
    if is_first and rest:
        table, row = rest.pop(0)
        yield from _told_columns(sign, table, row or {})
    if len(rest) > 1:
        counts: dict[str, int] = {}
        for table, _ in rest:
            counts[table] = counts.get(table, 0) + 1
        word = "and with it" if is_first else "and"
        yield _plain(f"{word} {', '.join(_counted(*item) for item in counts.items())}", "faint")
    for table, row in rest[:MOST_ROWS]:
        title, number = _title(row or {}), (row or {}).get("number")
        numbered = f" #{number}" if number is not None else ""
        named = f" “{clipped(str(title), 200)}”" if title else ""
        yield Line(sign, ((f"{_counted(table)}{numbered}{named}", False),))
    if len(rest) > MOST_ROWS:
        yield _plain(f"and {len(rest) - MOST_ROWS:,} more", "faint")


def _told_columns(sign: str, table: str, row: dict[str, Any]) -> Iterator[Line]:
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(BY_TABLE[table])
        if not field.required
    }
    for name, value in row.items():
        if name in NOT_TOLD or name in ("position", "created_at", "updated_at"):
            continue
        if value is None or value == defaults.get(name) or name not in LABELS:
            continue
        is_title = name in _TITLES and len(str(value)) <= LONGEST_TITLE
        if not is_title:  # the heading has said a short one
            yield from value_lines(sign, label_of(name), value_in_words(name, value))


def _counted(table: str, count: int | None = None) -> str:
    one, many = TABLES.get(table, (table.replace("_", " "),) * 2)
    return one if count is None else f"{count:,} {one if count == 1 else many}"


def label_of(name: str) -> str:
    """Return what a column or field is called."""
    return LABELS.get(name, name.replace("_", " "))


def value_in_words(name: str, value: Any) -> str | None:
    """Return a column's value as text; None for nothing."""
    if value is None or value == "":
        return None
    if name == "priority" and isinstance(value, int) and 0 <= value < len(PRIORITIES):
        return PRIORITIES[value]
    if name == "position" and isinstance(value, int):
        return str(value + 1)
    if name == "confidence" and isinstance(value, int | float):
        return f"{value:.0%}"
    if isinstance(value, str):
        return value.replace("_", " ") if name == "status" else value
    return msgspec.json.encode(value).decode()


def _is_text(name: str, *values: Any) -> bool:
    """Whether a column's values are somebody's words, rather than one of a few."""
    few = ("status", "priority", "color", "position", "confidence", "type", "source")
    return name not in (*few, "artifact_kind", "action") and any(
        isinstance(value, str) for value in values
    )


def _quoted(name: str, value: str | None) -> str:
    if value is None:
        return "nothing"
    return f"“{clipped(value, 200)}”" if _is_text(name, value) else value


def _name(db: DbAdapter, table: str, row_id: str) -> str | None:
    if table == "card":
        card = db.get(Card, row_id)
        return f"#{card.number} “{clipped(card.title, 120)}”" if card else None
    if table == "workflow":
        workflow = db.get(Workflow, row_id)
        return workflow.title if workflow else None
    activity = db.get(WorkflowActivity, row_id)
    above = _name(db, "workflow", activity.workflow_id) if activity else None
    return f"{above} › {activity.title}" if activity else None


def _place(names: Names, table: str, row_id: Any) -> str:
    if not isinstance(row_id, str):
        return "elsewhere"
    name = names(table, row_id)
    gone = (
        "an activity that is gone since"
        if table == "workflow_activity"
        else "a workflow since gone"
    )
    return f"“{clipped(name, 120)}”" if name else gone


def _title(row: dict[str, Any]) -> Any:
    return next((row[name] for name in _TITLES if row.get(name)), None)


def _key(table: str, row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in BY_TABLE[table].KEY)


def _plain(text: str, style: str = "text") -> Line:
    return Line("", ((text, False),), style)
