"""Programs of the person's in a worktree: a shell, or their editor at a line. The board rests meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from textual.app import App, SuspendNotSupported

from tui.external_editor import NoEditor, deaf, editor_command

_WITH_GOTO = frozenset({"code", "codium", "code-insiders", "cursor", "windsurf"})
"""Editors that are told the line by ``--goto FILE:LINE``."""

_WITH_COLON = frozenset({"hx", "helix", "subl", "zed"})
"""Editors that are told the line by ``FILE:LINE``."""


def at_line(command: Sequence[str], path: Path, line: int | None) -> list[str]:
    """Return the arguments that open a file in an editor, at a line where one is named.

    Args:
        command: The editor.
        path: The file, absolute: no name can be an option then.
        line: The line, from 1 on.
    """
    if line is None:
        return [*command, str(path)]
    name = Path(command[0]).name
    if name in _WITH_GOTO:
        return [*command, "--goto", f"{path}:{line}"]
    if name in _WITH_COLON:
        return [*command, f"{path}:{line}"]
    return [*command, f"+{line}", str(path)]


def open_in_editor(
    app: App[None], path: Path, line: int | None = None, configured: Sequence[str] = ()
) -> str:
    """Open a file of a worktree in the person's editor; return what went wrong, in words."""
    try:
        command = editor_command(os.environ, configured)
    except NoEditor as error:
        return str(error)
    return _run(app, at_line(command, path, line), path.parent)


def open_folder(app: App[None], folder: Path, configured: Sequence[str] = ()) -> str:
    """Open a worktree in the person's editor; return what went wrong, in words."""
    try:
        command = editor_command(os.environ, configured)
    except NoEditor as error:
        return str(error)
    return _run(app, [*command, "."], folder)


def open_shell(app: App[None], folder: Path) -> str:
    """Open the person's shell in a folder; return what went wrong, in words."""
    return _run(app, [os.environ.get("SHELL") or "/bin/sh"], folder)


def _run(app: App[None], command: list[str], folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder} is not there any more."
    if shutil.which(command[0]) is None:
        return f"There is no program {command[0]}."
    try:
        with app.suspend(), deaf():
            subprocess.run(command, cwd=folder, check=False)  # noqa: S603
    except SuspendNotSupported:
        return "This terminal can't make room for another program."
    except OSError as error:
        return f"{command[0]} can't be started: {error.strerror or error}."
    return ""
