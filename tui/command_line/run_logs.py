"""What a run's agents print, as it is there and as it comes."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.runs.reads import AssignmentRead
    from store.adapter import DbAdapter
    from store.records import AgentExecution

BLOCK = 65_536
"""Bytes that are read at once."""


class Printer:
    """Prints logs: as they are where programs read them, made safe to show on a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        """Begin to print on standard output."""
        self._is_terminal = is_terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_start = True
        self._held = ""

    def heading(self, words: str) -> None:
        """Say which log comes next; on a terminal alone, so that a pipe gets nothing of ours."""
        if self._is_terminal:
            self._write_text(("" if self._at_start else "\n") + f"— {words} —\n")

    def block(self, block: bytes) -> None:
        """Print bytes of a log."""
        if self._is_terminal:
            text = self._held + self._decoder.decode(block)
            # What goes back to the line's start is shown below; it may be half of a line's end.
            self._held = "\r" if text.endswith("\r") else ""
            text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
            self._write_text(text)
        else:
            sys.stdout.buffer.write(block)

    def flush(self) -> None:
        """See to it that what was printed is out."""
        sys.stdout.flush()

    def _write_text(self, text: str) -> None:
        from tui.safe_text import visible_lines

        shown = visible_lines(text)
        if shown:
            sys.stdout.write(shown)
            self._at_start = shown.endswith("\n")


class Turns:
    """The logs of an assignment's turns, printed one after another as far as they are there."""

    def __init__(
        self, db: DbAdapter, read: AssignmentRead, printer: Printer, turn: int | None
    ) -> None:
        """Print the logs of an assignment, or of one of its turns."""
        self._db = db
        self._assignment_id = read.id
        self._printer = printer
        self._turn = turn
        self._sizes: dict[str, int] = {}

    def documents(self) -> list[dict[str, Any]]:
        """Return where each log is, for programs."""
        return [
            {
                "turn": execution.turn,
                "status": execution.status,
                "path": execution.log_path,
                "bytes": _size(Path(execution.log_path or "")),
            }
            for execution in self._executions()
        ]

    def print_new(self) -> None:
        """Print what is there and was not printed yet."""
        for execution in self._executions():
            if execution.id not in self._sizes:
                self._printer.heading(f"turn {execution.turn}")
                self._sizes[execution.id] = 0
            self._sizes[execution.id] += _copy(
                Path(execution.log_path or ""), self._sizes[execution.id], self._printer.block
            )
        self._printer.flush()

    def _executions(self) -> list[AgentExecution]:
        from store.records import AgentExecution

        return [
            execution
            for execution in self._db.list(AgentExecution, assignment_id=self._assignment_id)
            if execution.log_path is not None and self._turn in (None, execution.turn)
        ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _copy(path: Path, start: int, write: Callable[[bytes], None]) -> int:
    """Hand over what a file holds from a place on; return how many bytes that was."""
    copied = 0
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # not there yet, or gone with its worktree
        return 0
    with os.fdopen(file, "rb", buffering=0) as log:
        log.seek(start)
        while block := log.read(BLOCK):
            write(block)
            copied += len(block)
    return copied
