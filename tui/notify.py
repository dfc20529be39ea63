"""Telling someone who looks elsewhere that a run needs them.

A notification of the desktop is sent by a program where there is one for it, else by an escape
sequence (OSC 9) that many terminals turn into one, and the others ignore.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress

from tui.text import clip, visible

TITLE = "planner-tui"
LONGEST = 160
"""Cells of a notification's text."""

PATIENCE = 10.0
"""Seconds that the program which notifies may take."""

_OSASCRIPT = (
    *("osascript", "-e", "on run argv"),
    *("-e", "display notification (item 1 of argv) with title (item 2 of argv)"),
    *("-e", "end run", "--"),
)


def desktop_command(text: str, environ: Mapping[str, str]) -> list[str] | None:
    """Return the program that notifies here, with its arguments; None where there is none.

    Args:
        text: What to say; it is an argument of its own, whatever it holds.
        environ: The environment.
    """
    said = _said(text)
    path = environ.get("PATH")
    if sys.platform == "darwin":
        return [*_OSASCRIPT, said, TITLE] if shutil.which("osascript", path=path) else None
    shows = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    if shows and shutil.which("notify-send", path=path):
        return ["notify-send", "--app-name", TITLE, "--", TITLE, said]
    return None


def terminal_sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return what makes a terminal notify; tmux is asked to pass it on."""
    # A terminal takes what begins with a digit and a semicolon for something else.
    sequence = f"\x1b]9;{TITLE}: {_said(text)}\x07"
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def notify(text: str, environ: Mapping[str, str] | None = None) -> str:
    """Notify on the desktop.

    Returns:
        What is to be written to the terminal for it; nothing where a program does it.
    """
    environ = os.environ if environ is None else environ
    command = desktop_command(text, environ)
    if command is None:
        return terminal_sequence(text, environ)
    threading.Thread(target=_run, args=(command,), name="notify", daemon=True).start()
    return ""


def _run(command: list[str]) -> None:
    with suppress(OSError, subprocess.SubprocessError):  # it was told on the board as well
        subprocess.run(  # noqa: S603  (an argument list of ours)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )


def _said(text: str) -> str:
    return clip(visible(text), LONGEST)
