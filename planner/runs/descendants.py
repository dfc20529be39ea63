"""Descendants: every process that this one has started, and those that they have.

The kernel makes this process the parent of what its descendants leave behind (``adopt``), so that
none can get away by way of a parent that ends. Where there is no such rule, what is in a program's
own process group is ended.

A shim loads this, so nothing is imported that takes time.
"""

import os
import sys
import time

TYPE_CHECKING = False  # typing takes longer to import than all there is here
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
else:
    try:
        import _signal as signal  # without the enums of signal.py, a third of the time to start
    except ImportError:
        import signal

STUBBORN = 10.0
"""Seconds after which what can't be killed is told of, and left."""

_LINUX = sys.platform == "linux"


def _find_prctl() -> "Callable[..., object]":
    """Return the kernel's ``prctl``; all of ctypes takes a third of the time that a shim has."""
    try:
        import _ctypes

        address = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
        call = _ctypes.call_function
        return lambda *arguments: call(address, arguments)
    except (ImportError, AttributeError, OSError):
        import ctypes

        return ctypes.CDLL(None).prctl


_PRCTL = _find_prctl() if _LINUX else None
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends."""
    if _PRCTL is not None:
        _PRCTL(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(number: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def reap(codes: dict[int, int]) -> bool:
    """Take note of every child that has ended; say whether there are others."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        codes[pid] = os.waitstatus_to_exitcode(status)


def end_all(grace: float, group: int = 0, codes: dict[int, int] | None = None) -> list[int]:
    """End every descendant, and return the pids of those that could not be ended.

    Args:
        grace: Seconds between asking them and killing them; 0 to kill at once.
        group: The process group of the program, where there is no adopting.
        codes: Takes what ended with which code.
    """
    codes = {} if codes is None else codes
    asked = time.monotonic()
    killed = asked + grace
    if not _remain(codes, group):
        return []
    if grace:
        _signal_all(group, signal.SIGTERM, signal.SIGCONT)
    pause = 0.001
    while time.monotonic() < killed + STUBBORN:
        if time.monotonic() >= killed:
            _signal_all(group, signal.SIGKILL)
        time.sleep(pause)
        pause = min(0.02, pause * 1.5)
        if not _remain(codes, group):
            return []
    return [pid for pid, _ in _descendants()] or [group]


def _remain(codes: dict[int, int], group: int) -> bool:
    children = reap(codes)
    if _LINUX or not group:
        return children
    try:
        os.killpg(group, 0)
    except OSError:
        return children
    return True


def _signal_all(group: int, *numbers: int) -> None:
    if not _LINUX and group:
        for number in numbers:
            try:
                os.killpg(group, number)
            except OSError:
                return
    for pid, started in _descendants():
        for number in numbers:
            if _stat(pid)[1] == started:
                send(pid, number)


def _descendants() -> list[tuple[int, bytes]]:
    """Return every living descendant with the moment it was started, parents first."""
    if not _LINUX:
        return []
    children: dict[int, list[tuple[int, bytes]]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            parent, started = _stat(int(name))
            children.setdefault(parent, []).append((int(name), started))
    found = children.get(os.getpid(), [])
    for pid, _ in found:
        found.extend(children.get(pid, ()))
    return found


def _stat(pid: int) -> tuple[int, bytes]:
    """Return a process's parent and the moment it was started; (-1, b"") when there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return -1, b""
    return (int(fields[1]), fields[19]) if len(fields) > 19 else (-1, b"")


def send(pid: int, number: int) -> None:
    """Send a process a signal; one that has gone, or is another user's, is let be."""
    try:
        os.kill(pid, number)
    except OSError:
        return
