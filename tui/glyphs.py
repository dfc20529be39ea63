"""The signs that tell a card's state, each with the word it stands for.

Every sign is one cell wide in every terminal, and none is told by colour alone.
"""

from __future__ import annotations

from store.records import PRIORITIES, BuildState, CardStatus

STATUS: dict[str, str] = {
    CardStatus.TODO: "○",
    CardStatus.ACTIVE: "◐",
    CardStatus.QUESTIONS: "?",
    CardStatus.REVIEW: "◎",
    CardStatus.PRODUCTION: "●",
}
"""A card's status."""

PRIORITY = ("", "↓", "!", "!!", "!!!")
"""A card's priority, from none to urgent."""

BUILD: dict[str, str] = {
    BuildState.QUEUED: "…",
    BuildState.RUNNING: "▸",
    BuildState.BLOCKED: "■",
    BuildState.FAILED: "✗",
    BuildState.COMPLETED: "✓",
    BuildState.CANCELLED: "⊘",
}
"""How far a run has come."""

WAITS = "■"
"""A run that goes on only when a person does something."""

FINALIZED = "◆"
"""A card that may be built: someone finalized it."""

READY = "◇"
"""A card that lacks nothing and may be finalized."""

MARKED = "✚"
"""A card that is marked, to be changed together with others."""

MET, MISSING = "✓", "✗"
"""A rule of readiness, met or not."""

ITEM_STATE: dict[str, str] = {
    "draft": "·",
    "approved": "✓",
    "rejected": "✗",
    "proposed": "·",
    "user_edited": "~",
}
"""How settled a knowledge item or a planned file is."""

ARTIFACT = "▪"
"""A context artifact."""

OPEN_QUESTION = "?"
"""A question that nobody has answered."""

REQUIREMENTS, QUESTIONS, PLANNED_FILES = "r", "?", "f"
"""What the counts on a card count."""

BAR_DONE, BAR_LEFT = "━", "─"
"""A progress bar's cells: what is done, what is left."""


def priority_sign(priority: int) -> str:
    """Return the sign of a priority; one above urgent shows as its number."""
    return PRIORITY[priority] if 0 <= priority < len(PRIORITY) else f"!{priority}"


def priority_word(priority: int) -> str:
    """Return the word of a priority."""
    return PRIORITIES[priority] if 0 <= priority < len(PRIORITIES) else str(priority)


CHANGE: dict[str, str] = {
    "added": "+",
    "deleted": "-",
    "modified": "~",
    "renamed": "→",
    "copied": "»",
    "mode": "=",
    "kind": "#",
}
"""What became of a file."""

COMMENT = "✎"
"""What somebody said about a line of a diff."""

FILE_MARK: dict[str, tuple[str, str, str]] = {
    "planned": ("✓", "good", "planned"),
    "accepted": ("✓", "good", "accepted by a person"),
    "allowed": ("·", "faint", "allowed"),
    "outside": ("▲", "warn", "not planned"),
    "protected": ("■", "warn", "protected"),
    "forbidden": ("✗", "bad", "forbidden"),
    "untouched": ("○", "faint", "planned, not touched"),
}
"""How a changed file stands to the plan and the policy: its sign, its style, and in words."""
