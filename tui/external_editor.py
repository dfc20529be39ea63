"""A long text in the person's own editor: ``$VISUAL`` or ``$EDITOR``, and back.

The text goes into a file of its own in a private folder, with one line break added at its
end, as editors like it; when it comes back, one line break at the end is taken off. So a
text that was not touched comes back exactly as it was, whatever the editor does about the
last line.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.app import App, SuspendNotSupported

NO_EDITOR = "No editor is named: set $VISUAL or $EDITOR (or editor in the config), then start the board again."
"""What is said when none is named."""

_VARIABLES = ("VISUAL", "EDITOR")


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of it.

    Attributes:
        text: The new text; None when the old one stays.
        problem: What went wrong, in words; empty when nothing did.
        rescued: What the editor had written before it failed; None when there is nothing.
    """

    text: str | None = None
    problem: str = ""
    rescued: str | None = None


class NoEditor(Exception):
    """There is no editor to open; the message says why."""


def editor_command(environment: Mapping[str, str], configured: Sequence[str] = ()) -> list[str]:
    """Return the editor as a list of arguments; the configured one comes first.

    Raises:
        NoEditor: None is named, or what is named can't be read.
    """
    if configured:
        return list(configured)
    for name in _VARIABLES:
        where, command = f"${name}", environment.get(name, "")
        if not command.strip():
            continue
        try:
            return shlex.split(command)
        except ValueError as error:
            raise NoEditor(f"{where} can't be read: {error}: {command}") from None
    raise NoEditor(NO_EDITOR)


def edit_text(app: App[None], text: str, configured: Sequence[str] = ()) -> Edited:
    """Open a text in the person's editor and wait for it; the board rests meanwhile."""
    try:
        command = editor_command(os.environ, configured)
    except NoEditor as error:
        return Edited(problem=str(error))
    if shutil.which(command[0]) is None:
        return Edited(problem=f"There is no program {command[0]}. {_HOW_NAMED}")
    try:
        folder = Path(tempfile.mkdtemp(prefix="planner-tui-"))
    except OSError as error:
        return Edited(problem=f"There is no room for the text: {error.strerror or error}.")
    kept = False
    try:
        path = folder / "text.md"
        _write(path, _as_file(text))
        try:
            with app.suspend(), deaf():
                status = subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603
        except SuspendNotSupported:
            return Edited(problem="This terminal can't make room for another program.")
        except OSError as error:
            return Edited(problem=f"{command[0]} can't be started: {error.strerror or error}.")
        edited, kept = _come_back(command[0], path, text, status)
    except OSError as error:
        return Edited(problem=f"The text can't be handed over: {error.strerror or error}.")
    else:
        return edited
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


_HOW_NAMED = "It is named by $VISUAL, $EDITOR or editor in the config."


def _come_back(name: str, path: Path, before: str, status: int) -> tuple[Edited, bool]:
    """Return what is to become of what the editor left, and whether its file must stay."""
    try:
        came = path.read_bytes()
    except OSError as error:
        return Edited(problem=f"{name} left no text ({error.strerror}); the old one stays."), False
    try:
        text = before if came == _as_file(before) else _as_text(came)
    except UnicodeDecodeError:
        problem = f"What {name} wrote is not UTF-8; the old text stays, yours is still in {path}."
        return Edited(problem=problem), True
    if status == 0:
        return Edited(text), False
    how = f"was stopped by signal {-status}" if status < 0 else f"ended with status {status}"
    if text == before:
        return Edited(problem=f"{name} {how}; the text is as it was."), False
    problem = (
        f"{name} {how}; the text is as it was. What it had written is an unsaved text: "
        "D on the map shows it."
    )
    return Edited(problem=problem, rescued=text), False


def _as_file(text: str) -> bytes:
    # A lone surrogate is no character; it goes out and comes in as the bytes it would have.
    return (text + "\n" if text else "").encode("utf-8", "surrogatepass")


def _as_text(came: bytes) -> str:
    text = came.decode("utf-8", "surrogatepass")
    if text.endswith("\r\n"):
        return text[:-2]
    return text.removesuffix("\n")


def _write(path: Path, content: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(content)


@contextmanager
def deaf() -> Iterator[None]:
    """Leave ``ctrl+c`` to the editor: it reaches every program on the terminal.

    A handler that does nothing, rather than none: the editor would not hear it either.
    """
    before: list[tuple[signal.Signals, object]] = []
    try:
        for number in (signal.SIGINT, signal.SIGQUIT):
            before.append((number, signal.signal(number, lambda _number, _frame: None)))
    except ValueError:
        pass  # not the main thread, which alone hears signals
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)  # type: ignore[arg-type]
