"""The colours of pictures and pages: those of the light theme, for paper and for the web."""

from __future__ import annotations

PAPER = "#ffffff"
CARD = "#f6f7f9"
EDGE = "#d5d9e0"
INK = "#1b1d22"
FAINT = "#50555f"
PLAIN = "#c3c7cf"

ACTIVITY: dict[str | None, str] = {
    "yellow": "#d0a000",
    "blue": "#4794dd",
    "purple": "#a57ce4",
    "green": "#44a767",
    "orange": "#e07f2e",
    "pink": "#dd6aa0",
    None: PLAIN,
}
"""The colour of an activity by the name it has in the plan."""

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono', monospace"
"""A font whose letters are all as wide: what is drawn has been measured in them."""
