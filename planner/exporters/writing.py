"""Writes a file whole or not at all: whatever happens, the old one is intact until the new one stands."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from planner.errors import Refused

WRITTEN_AT_ONCE = 1 << 20
"""Bytes that are collected before they are written."""

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "there is no such folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EFBIG: "it would be larger than a file may be",
}


def write_file(path: Path, pieces: Iterable[str | bytes]) -> int:
    """Write a file, in place of the one there is.

    It is written beside, reaches the disk, and only then takes the name. A link is followed; what is
    no file (a pipe, a terminal) is written to as it is. A new file gets the rights that new files
    have, one that was there keeps its own.

    Args:
        path: Where it goes.
        pieces: What it holds, text as UTF-8, piece by piece.

    Returns:
        How many bytes it holds.

    Raises:
        Refused: It can't be written, with the reason; what was there before is as it was.
    """
    try:
        return _write(path, pieces)
    except OSError as error:
        raise Refused(cannot_write(path, error)) from error


def cannot_write(path: Path, error: OSError) -> str:
    """Say what could not be written, why, and what is left."""
    left = " What was there before is as it was." if _is_there(path) else " Nothing was written."
    return f"{path} can't be written: {reason(error)}.{left}"


def reason(error: OSError) -> str:
    """Say why something can't be written."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()


def collected(pieces: Iterable[str | bytes]) -> Iterable[bytes]:
    """Put small pieces together, so that few writes do."""
    waiting, size = [], 0
    for piece in pieces:
        data = piece.encode() if isinstance(piece, str) else piece
        waiting.append(data)
        size += len(data)
        if size >= WRITTEN_AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _write(path: Path, pieces: Iterable[str | bytes]) -> int:
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    written = 0
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb", buffering=0) as file:
            for data in collected(pieces):
                written += _all(file.fileno(), data)
        return written
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.new")
    number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        try:
            for data in collected(pieces):
                written += _all(number, data)
            if mode is not None:
                os.fchmod(number, stat.S_IMODE(mode))
            os.fsync(number)
        finally:
            os.close(number)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)
    return written


def _all(number: int, data: bytes) -> int:
    """Write all of it: a system may take less at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(number, view) :]
    return len(data)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Let the new name reach the disk, too, where a folder can be synced."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
