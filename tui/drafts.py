"""Unsaved text, kept while it is typed: a crash or a kill leaves it for the next start.

``Drafts`` writes what is being typed into a file of its own in the state folder, on a thread
of its own, a moment after the last key. A file belongs to the board that writes it, told by
a lock that the system lets go of when the board ends, however it ends; so two boards never
take each other's text, and what a dead one left is offered to the next.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from store.records import utc_now

WRITTEN_AFTER = 0.2
"""Seconds after a key until what was typed is written, at most."""

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that can be a draft of ours."""

_VERSION = 1

Values = Mapping[str, Any]
"""What stands in the fields of an editor, by name: texts, numbers, None."""


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


class Typing:
    """One editor's way to its draft."""

    def __init__(self, drafts: Drafts, key: DraftKey, base: Values, found: Draft | None) -> None:
        self._drafts = drafts
        self.key = key
        self.found = found
        """What was left of an earlier typing, to be offered; None when nothing was."""
        self._saved = dict(base)
        self.base: dict[str, Any] = dict(found.base) if found is not None else dict(base)
        """What the fields held when the typing began, for a draft that may be long ago."""

    def note(self, values: Values) -> None:
        """Keep what is typed by now; what is as it was saved needs no keeping."""
        if dict(values) == self._saved:
            self.base = dict(self._saved)
            self._drafts.drop(self.key)
        else:
            self._drafts.put(self.key, values, self.base)

    def restart(self) -> None:
        """Begin anew from the saved text, letting go of what was found."""
        self.found = None
        self.base = dict(self._saved)
        self._drafts.drop(self.key)

    def rebase(self, base: Values) -> None:
        """Go on from another saved text, such as one that others have changed."""
        self._saved = dict(base)
        self.base = dict(base)

    def leave(self, values: Values) -> bool:
        """Stop typing, keeping what is unsaved; returns whether there is anything."""
        self.note(values)
        return self._drafts.leave(self.key)


class Drafts:
    """The unsaved texts of one board on one database.

    What is known of them is in memory, so that asking waits for nothing; reading and writing
    the folder is the work of a thread.
    """

    def __init__(
        self,
        folder: Path | None,
        database: str = "",
        *,
        on_failure: Callable[[str], object] | None = None,
    ) -> None:
        """Keep unsaved texts.

        Args:
            folder: The state folder; None keeps them in memory, as long as the board runs.
            database: The database's path.
            on_failure: Told once, from another thread, when they can't be written.
        """
        mark = hashlib.sha256(str(Path(database).absolute()).encode()).hexdigest()[:16]
        self.folder = folder / "drafts" / mark if folder is not None else None
        self._board = uuid.uuid4().hex[:12]
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._known: dict[str, Draft] = {}
        self._typing: set[str] = set()
        self._dirty: set[str] = set()
        self._hurry = self._closing = False
        self._thread: threading.Thread | None = None
        self._lock_file: int | None = None
        self._jobs: list[Callable[[], None]] = []

    # What an editor does

    def start(self, key: DraftKey, base: Values) -> Typing:
        """Begin to type something whose fields hold ``base``."""
        with self._changed:
            found = self._find(key)
            if found is not None:
                self._adopt(found)
                found = self._known[self._name(key)]
            self._typing.add(self._name(key))
        return Typing(self, key, base, found)

    def put(self, key: DraftKey, values: Values, base: Values) -> None:
        """Keep what is typed."""
        name = self._name(key)
        draft = Draft(key, dict(values), dict(base), utc_now(), name)
        with self._changed:
            self._known[name] = draft
            self._typing.add(name)
            self._write_soon(name)

    def leave(self, key: DraftKey) -> bool:
        """Let another editor have what is kept of this one; returns whether anything is."""
        name = self._name(key)
        with self._changed:
            self._typing.discard(name)
            if name in self._known:
                self._write_soon(name, hurry=True)
            return name in self._known

    def drop(self, key: DraftKey) -> None:
        """Let go of what was typed: it is saved, or not wanted."""
        self.discard(self._name(key))

    # What the list of unsaved texts does

    def all(self) -> list[Draft]:
        """Return the unsaved texts that nobody is typing at, the latest first."""
        with self._changed:
            drafts = [d for name, d in self._known.items() if name not in self._typing]
        return sorted(drafts, key=lambda draft: draft.at, reverse=True)

    def find(self, key: DraftKey) -> Draft | None:
        """Return the latest unsaved text of something."""
        with self._changed:
            return self._find(key)

    def ours(self, key: DraftKey) -> Draft | None:
        """Return what this board keeps of something, whether it is being typed or not."""
        with self._changed:
            return self._known.get(self._name(key))

    def discard(self, name: str) -> None:
        """Let go of an unsaved text, by its file's name."""
        with self._changed:
            self._typing.discard(name)
            if self._known.pop(name, None) is not None or name in self._dirty:
                self._write_soon(name, hurry=True)

    def refresh(self, then: Callable[[], object]) -> None:
        """Look again for what boards that have ended left; ``then`` is called on the thread."""

        def job() -> None:
            self._read_folder()
            then()

        with self._changed:
            self._jobs.append(job)
            self._wake()

    def flush(self) -> None:
        """Wait until everything typed so far is written."""
        done = threading.Event()
        with self._changed:
            self._jobs.append(done.set)
            self._hurry = True
            self._wake()
        done.wait(10)

    def close(self) -> None:
        """Write what is left, and end."""
        with self._changed:
            thread, self._closing = self._thread, True
            self._changed.notify()
        if thread is not None:
            thread.join(10)

    def _name(self, key: DraftKey) -> str:
        text = json.dumps([key.kind, key.ids, key.field])
        return f"{hashlib.sha256(text.encode()).hexdigest()[:20]}-{self._board}.json"

    def _find(self, key: DraftKey) -> Draft | None:
        found = [
            draft
            for name, draft in self._known.items()
            if draft.key == key and name not in self._typing
        ]
        return max(found, key=lambda draft: draft.at, default=None)

    def _adopt(self, draft: Draft) -> None:
        """Make a draft that another board left one of ours."""
        name = self._name(draft.key)
        if draft.name != name:
            del self._known[draft.name]
            self._known[name] = replace(draft, name=name)
            self._dirty |= {draft.name}
            self._write_soon(name, hurry=True)

    def _write_soon(self, name: str, *, hurry: bool = False) -> None:
        self._dirty.add(name)
        self._hurry = self._hurry or hurry
        self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
            self._thread.start()
        self._changed.notify()

    # On the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._dirty or self._jobs or self._closing)
                if self._dirty and not self._jobs:
                    self._changed.wait_for(
                        lambda: self._hurry or self._jobs or self._closing, WRITTEN_AFTER
                    )
                dirty, self._dirty = self._dirty, set()
                jobs, self._jobs = self._jobs, []
                self._hurry = False
                # New ones first: between the two, a text is there twice rather than not at all.
                written = {n: self._known[n] for n in dirty if n in self._known}
                typing = set(self._typing)
                closing = self._closing
            for name, draft in written.items():
                self._attempt(partial(self._write, draft, name in typing))
            for name in dirty - written.keys():
                self._attempt(partial(self._remove, name))
            for job in jobs:
                job()
            if closing and not self._dirty:
                self._let_go()
                return

    def _attempt(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OSError as error:
            tell, self._on_failure = self._on_failure, None
            if tell is not None:
                tell(
                    "Unsaved text can't be kept outside this board: "
                    f"{error.strerror or error}: {self.folder}"
                )

    def _write(self, draft: Draft, is_typing: bool) -> None:
        if self.folder is None:
            return
        self._take_lock(self.folder)
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
                "typing": is_typing,
            }
        )
        beside = self.folder / f"{draft.name}.new"
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(number)
        beside.replace(self.folder / draft.name)

    def _remove(self, name: str) -> None:
        if self.folder is not None:
            (self.folder / name).unlink(missing_ok=True)

    def _take_lock(self, folder: Path) -> None:
        """Show that this board is alive, as long as it is."""
        if self._lock_file is None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Locked before it has its name: nobody may find it without its lock.
            making = folder / f"{self._board}.making"
            number = os.open(making, os.O_RDWR | os.O_CREAT, 0o600)
            with contextlib.suppress(OSError):  # some file systems know no locks
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            making.replace(folder / f"{self._board}.lock")
            self._lock_file = number

    def _let_go(self) -> None:
        if self._lock_file is not None and self.folder is not None:
            (self.folder / f"{self._board}.lock").unlink(missing_ok=True)
            os.close(self._lock_file)
            self._lock_file = None

    def _read_folder(self) -> None:
        if self.folder is None or not self.folder.is_dir():
            return
        found: dict[str, Draft] = {}
        alive: dict[str, bool] = {}
        for path in sorted(self.folder.glob("*.json")):
            board = path.stem.rpartition("-")[2]
            if board == self._board:
                continue
            if board not in alive:
                alive[board] = self._is_alive(board)
            draft, is_typing = _read(path)
            if draft is not None and not (is_typing and alive[board]):
                found[path.name] = draft
        for board in {path.stem for path in self.folder.glob("*.lock")} - alive.keys():
            if board != self._board:
                self._is_alive(board)
        with self._changed:
            ours = {n: d for n, d in self._known.items() if n.endswith(f"-{self._board}.json")}
            self._known = {**{n: d for n, d in found.items() if n not in self._dirty}, **ours}

    def _is_alive(self, board: str) -> bool:
        """Return whether a board still runs; the lock of one that doesn't is cleared away."""
        assert self.folder is not None  # noqa: S101  (narrows for the type checker)
        path = self.folder / f"{board}.lock"
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


def _read(path: Path) -> tuple[Draft | None, bool]:
    """Return the draft in a file and whether it is being typed at; None for what is none."""
    try:
        if path.stat().st_size > LARGEST:
            return None, False
        held = json.loads(path.read_bytes())
        key = DraftKey(
            str(held["kind"]),
            tuple(str(each) for each in held["ids"]),
            str(held["field"]),
            str(held["project_id"]),
            str(held["about"]),
        )
        draft = Draft(key, dict(held["values"]), dict(held["base"]), str(held["at"]), path.name)
        return draft, bool(held["typing"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None, False
