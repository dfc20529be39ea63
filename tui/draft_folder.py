"""The files of unsaved texts: one a text, private, written whole or not at all.

A file belongs to the board that wrote it, told by a lock that the system lets go of when
the board ends, however it ends. What boards left that have ended is anybody's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that can be a draft of ours."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class DraftKey:
    """What is being typed: two editors with one key are about the same thing.

    Attributes:
        kind: What sort of thing, such as ``card`` or ``requirement``.
        ids: The ids that name it; the last is empty for one that is not there yet.
        field: Which part of it, where an editor is about one part alone.
        project_id: The project it is in.
        about: What it is called, for the list of unsaved texts.
    """

    kind: str
    ids: tuple[str, ...]
    field: str = ""
    project_id: str = dataclasses.field(default="", compare=False)
    about: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved text.

    Attributes:
        key: What it belongs to.
        values: What was typed.
        base: What the fields held when the typing began.
        at: When it was last typed at, as UTC text.
        name: The file's name, unique among all boards.
    """

    key: DraftKey
    values: dict[str, Any]
    base: dict[str, Any]
    at: str
    name: str


class DraftFolder:
    """The drafts of one database, as one board sees them."""

    def __init__(self, path: Path, board: str) -> None:
        """Work on a folder, which is made when it is first needed.

        Args:
            path: The folder.
            board: What this board's files are told by.
        """
        self.path = path
        self._board = board
        self._lock_file: int | None = None

    def write(self, draft: Draft) -> None:
        """Write a draft of this board's. Raises ``OSError``."""
        self._take_lock()
        key = draft.key
        text = json.dumps(
            {
                "version": _VERSION,
                "kind": key.kind,
                "ids": key.ids,
                "field": key.field,
                "project_id": key.project_id,
                "about": key.about,
                "values": draft.values,
                "base": draft.base,
                "at": draft.at,
            }
        )
        beside = self.path / f"{draft.name}.new"
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(number)
        beside.replace(self.path / draft.name)

    def remove(self, name: str) -> None:
        """Remove a draft by its file's name. Raises ``OSError``."""
        (self.path / name).unlink(missing_ok=True)

    def left_behind(self) -> dict[str, Draft]:
        """Return what boards left that have ended, by file name, clearing their traces away."""
        if not self.path.is_dir():
            return {}
        alive: dict[str, bool] = {self._board: True}
        found: dict[str, Draft] = {}
        for path in sorted(self.path.iterdir()):
            board = path.name.partition(".")[0].rpartition("-")[2]
            if board not in alive:
                alive[board] = self._is_alive(board)
            if alive[board]:
                continue
            if path.suffix == ".json":
                draft = _read(path)
                if draft is not None:
                    found[path.name] = draft
            elif path.name.endswith(".json.new"):
                path.unlink(missing_ok=True)  # half written when its board was killed
        return found

    def let_go(self) -> None:
        """End: what is left here is anybody's from now on."""
        if self._lock_file is not None:
            (self.path / f"{self._board}.lock").unlink(missing_ok=True)
            os.close(self._lock_file)
            self._lock_file = None

    def _take_lock(self) -> None:
        """Show that this board is alive, as long as it is."""
        if self._lock_file is None:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Locked before it has its name: nobody may find it without its lock.
            making = self.path / f"{self._board}.making"
            number = os.open(making, os.O_RDWR | os.O_CREAT, 0o600)
            with contextlib.suppress(OSError):  # some file systems know no locks
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            making.replace(self.path / f"{self._board}.lock")
            self._lock_file = number

    def _is_alive(self, board: str) -> bool:
        """Return whether a board still runs; the lock of one that doesn't is cleared away."""
        path = self.path / f"{board}.lock"
        try:
            number = os.open(path, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except OSError:
            return True
        finally:
            os.close(number)
        return False


def _read(path: Path) -> Draft | None:
    """Return the draft in a file; None for what is none."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        held = json.loads(path.read_bytes())
        key = DraftKey(
            str(held["kind"]),
            tuple(str(each) for each in held["ids"]),
            str(held["field"]),
            str(held["project_id"]),
            str(held["about"]),
        )
        return Draft(key, dict(held["values"]), dict(held["base"]), str(held["at"]), path.name)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
