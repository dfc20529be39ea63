"""A program in a real pseudo-terminal: keys in, bytes out, with the times they came."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import psutil
from ptyprocess import PtyProcess

ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronized output: known, and off
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # resizes told in band: not known
    b"\x1b[c": b"\x1b[?62;22c",
}
"""What a terminal answers to the questions that programs ask it at their start."""

ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;:?<=>$ ]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>])"
)
"""What moves the cursor and colours the text, between the letters on the screen."""

MOST_AT_ONCE = 65536


class Burst(NamedTuple):
    """What a program wrote after something happened, and when its last byte came."""

    output: bytes
    seconds: float


class Terminal:
    """A child process on a pseudo-terminal of its own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        home: Path,
        columns: int = 200,
        rows: int = 50,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start a program.

        Args:
            command: The program and its arguments.
            home: The folder it takes for its user's.
            columns: How wide the terminal is.
            rows: How high it is.
            env: Environment variables to set besides the terminal's.
        """
        around = {
            "HOME": str(home),
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "LOGNAME": "sam",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **(env or {}),
        }
        self.started = time.perf_counter()
        self._process = PtyProcess.spawn(list(command), env=around, dimensions=(rows, columns))
        self._memory = psutil.Process(self._process.pid)
        self._tail = b""
        self._peak = 0
        self.is_over = False

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._process.pid)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, keys: str | bytes) -> None:
        """Press keys."""
        self._process.write(keys.encode() if isinstance(keys, str) else keys)

    def read(self, timeout: float) -> bytes:
        """Return what comes first within so many seconds; nothing when nothing does."""
        if self.is_over:
            return b""
        ready, _, _ = select.select([self._process.fd], [], [], max(0.0, timeout))
        if not ready:
            return b""
        try:
            output = os.read(self._process.fd, MOST_AT_ONCE)
        except OSError:
            output = b""
        if not output:
            self.is_over = True
        self._answer(output)
        return output

    def wait_for(self, text: str, timeout: float = 30.0) -> float:
        """Return the seconds from the start until a text is on the screen in one piece.

        Raises:
            TimeoutError: It never came.
        """
        wanted, seen = text.encode(), b""
        until = time.perf_counter() + timeout
        while (now := time.perf_counter()) < until and not self.is_over:
            seen += self.read(until - now)
            now = time.perf_counter()
            if wanted in ESCAPES.sub(b"", seen):
                return now - self.started
        shown = ESCAPES.sub(b"", seen)[-400:].decode(errors="replace")
        raise TimeoutError(f"{text!r} was not shown; the end of what was: {shown}")

    def press(self, keys: str | bytes, *, quiet: float = 0.04, ceiling: float = 1.0) -> Burst:
        """Press keys and take in what they bring about, until it has been quiet for a while."""
        pressed = time.perf_counter()
        self.write(keys)
        return self.settle(quiet=quiet, ceiling=ceiling, since=pressed)

    def settle(
        self, *, quiet: float = 0.2, ceiling: float = 1.0, since: float | None = None
    ) -> Burst:
        """Read until nothing came for ``quiet`` seconds, or at all for ``ceiling`` seconds.

        ``seconds`` of the result counts from ``since`` to the last byte, 0 when none came.
        """
        since = time.perf_counter() if since is None else since
        pieces: list[bytes] = []
        last = since
        while piece := self.read(quiet if pieces else ceiling):
            last = time.perf_counter()
            pieces.append(piece)
        return Burst(b"".join(pieces), last - since)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is sent SIGWINCH."""
        self._process.setwinsize(rows, columns)

    def peak_memory(self) -> int:
        """Return the most memory it has held so far, in bytes.

        Where the system does not keep count, it is what was held when it was asked.
        """
        self._peak = max(self._peak, self._memory.memory_info().rss)
        status = Path(f"/proc/{self._process.pid}/status")
        if status.exists():
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            if found:
                self._peak = max(self._peak, int(found.group(1)) * 1024)
        return self._peak

    def wait(self, timeout: float = 10.0) -> int:
        """Return its exit status, once it has ended by itself.

        Raises:
            TimeoutError: It goes on.
        """
        until = time.perf_counter() + timeout
        while time.perf_counter() < until:
            if not self.is_over:
                self.read(0.05)
            if not self._process.isalive():
                return int(self._process.exitstatus or 0)
            if self.is_over:
                time.sleep(0.005)
        raise TimeoutError("the program goes on")

    def close(self) -> None:
        """End it, by force when it must be."""
        self._process.close(force=True)

    def _answer(self, output: bytes) -> None:
        seen = self._tail + output
        for question, answer in ANSWERS.items():
            for _ in range(seen.count(question)):
                self._process.write(answer)
        # A question may come in two pieces; one already answered must not be seen again.
        end = max((seen.rfind(q) + len(q) for q in ANSWERS if q in seen), default=0)
        self._tail = seen[max(end, len(seen) - 12) :]
