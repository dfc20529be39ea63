"""The themes of our own, and the colours of activities in all the others.

What the screens need besides Textual's colours are ``$activity-yellow`` and so on, with
``$activity-text`` for what stands on them; ``activity_colors`` gives them for any theme.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT = "planner-dark"
"""The theme of a first start."""

IN_16_COLORS = "planner-16"
"""The theme of one in a terminal that has 16 colours."""

_ON_DARK = {
    "activity-yellow": "#e3c04a",
    "activity-blue": "#5fa8e6",
    "activity-purple": "#b08ae6",
    "activity-green": "#6fc08a",
    "activity-orange": "#e69b5a",
    "activity-pink": "#e68ab4",
    "activity-text": "#14151a",
    "activity-plain": "#4a4f5c",
    "activity-plain-text": "#f1f2f5",
}
_ON_LIGHT = {
    "activity-yellow": "#d0a000",
    "activity-blue": "#4794dd",
    "activity-purple": "#a57ce4",
    "activity-green": "#44a767",
    "activity-orange": "#e07f2e",
    "activity-pink": "#dd6aa0",
    "activity-text": "#101014",
    "activity-plain": "#c3c7cf",
    "activity-plain-text": "#1b1d22",
}
_OF_16 = {
    "activity-yellow": "ansi_yellow",
    "activity-blue": "ansi_cyan",
    "activity-purple": "ansi_magenta",
    "activity-green": "ansi_green",
    "activity-orange": "ansi_bright_red",
    "activity-pink": "ansi_bright_magenta",
    "activity-text": "ansi_black",
    "activity-plain": "ansi_white",
    "activity-plain-text": "ansi_black",
}

PLANNER_DARK = Theme(
    name="planner-dark",
    dark=True,
    background="#14161b",
    surface="#1f222a",
    panel="#292d37",
    foreground="#e4e6eb",
    primary="#2f6cb5",
    secondary="#6157b8",
    accent="#b590f0",
    warning="#e6b450",
    error="#b8324d",
    success="#67c08a",
    variables={
        **_ON_DARK,
        "primary-muted": "#27405f",
        "foreground-muted": "#adb2be",
        "text-muted": "#adb2be",
        "text-primary": "#8fbcf0",
        "text-secondary": "#b9b1f2",
        "text-error": "#f28fa2",
        "footer-key-foreground": "#e6b450",
        "scrollbar": "#3d4556",
        "scrollbar-hover": "#4d5870",
        "scrollbar-active": "#5b9be6",
        "scrollbar-background": "#191c22",
    },
)

PLANNER_LIGHT = Theme(
    name="planner-light",
    dark=False,
    background="#e9ebef",
    surface="#ffffff",
    panel="#dadde4",
    foreground="#1b1d22",
    primary="#1f5fae",
    secondary="#5a4fb0",
    accent="#6b3fb0",
    warning="#8a5a00",
    error="#b0283f",
    success="#1f6e3d",
    variables={
        **_ON_LIGHT,
        "primary-muted": "#c3d8f2",
        "foreground-muted": "#50555f",
        "text-muted": "#50555f",
        "text-primary": "#174c8f",
        "text-secondary": "#473d99",
        "text-accent": "#5a3398",
        "text-warning": "#744a00",
        "text-error": "#9c1f36",
        "text-success": "#175a30",
        "footer-key-foreground": "#174c8f",
        "scrollbar": "#a9b2c0",
        "scrollbar-hover": "#8f9aab",
        "scrollbar-active": "#1f5fae",
        "scrollbar-background": "#dfe2e8",
    },
)

PLANNER_16 = Theme(
    name="planner-16",
    dark=True,
    ansi=True,
    background="ansi_black",
    foreground="ansi_white",
    primary="ansi_blue",
    secondary="ansi_magenta",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    # Textual leaves the ground to the terminal, which may be of any colour; here it is known.
    variables={
        **_OF_16,
        **dict.fromkeys(
            ("surface", "panel", "panel-lighten-1", "footer-background", "boost"), "ansi_black"
        ),
        **dict.fromkeys(
            (
                "text-muted",
                "text-disabled",
                "foreground-muted",
                "footer-foreground",
                "footer-description-foreground",
                "button-foreground",
                "input-cursor-background",
                "input-selection-foreground",
            ),
            "ansi_white",
        ),
        **dict.fromkeys(
            ("text", "text-accent", "block-cursor-foreground", "block-cursor-blurred-foreground"),
            "ansi_bright_white",
        ),
        **dict.fromkeys(
            (
                "primary-muted",
                "block-cursor-background",
                "block-cursor-blurred-background",
                "input-selection-background",
                "scrollbar",
            ),
            "ansi_blue",
        ),
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border": "ansi_cyan",
        "border-blurred": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "text-primary": "ansi_bright_cyan",
        "text-secondary": "ansi_bright_magenta",
        "text-warning": "ansi_bright_yellow",
        "text-error": "ansi_bright_red",
        "text-success": "ansi_bright_green",
        "footer-key-foreground": "ansi_bright_yellow",
        "footer-description-background": "ansi_black",
        "scrollbar-background": "ansi_black",
        "scrollbar-corner-color": "ansi_black",
    },
)

OWN = (PLANNER_DARK, PLANNER_LIGHT, PLANNER_16)
"""The themes of our own."""


def known_themes() -> list[str]:
    """Return the names of all themes there are."""
    return [*(theme.name for theme in OWN), *BUILTIN_THEMES]


def activity_colors(theme: Theme) -> dict[str, str]:
    """Return the colours of activities for a theme that brings none."""
    if theme.ansi:
        return _OF_16
    return _ON_DARK if theme.dark else _ON_LIGHT
