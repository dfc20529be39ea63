"""Unsaved text, kept while it is typed: a crash or a kill leaves it for the next start.

``Drafts`` writes what is being typed into a file of its own (``draft_folder.py``), on a thread
of its own, a moment after the first key. Two boards never take each other's text; what one
left that has ended, however it ended, is offered to the next.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from planner.conflicts import same
from store.records import utc_now
from tui.draft_folder import Draft, DraftFolder, DraftKey
from tui.when import when

__all__ = ["Draft", "DraftKey", "Drafts", "Typing"]

WRITTEN_AFTER = 0.2
"""Seconds after a key until what was typed is written, at most."""

Values = Mapping[str, Any]
"""What stands in the fields of an editor, by name: texts, numbers, None."""


class Typing:
    """One editor's way to its draft."""

    def __init__(self, drafts: Drafts, key: DraftKey, base: Values, found: Draft | None) -> None:
        self._drafts = drafts
        self.key = key
        self.found = found
        """What was left of an earlier typing, to be offered; None when nothing was."""
        self._saved = dict(base)
        self._is_over = False
        self.base: dict[str, Any] = dict(found.base) if found is not None else dict(base)
        """What the fields held when the typing began, for a draft that may be long ago."""

    def offer(self) -> str:
        """Say what was left of an earlier typing; nothing when nothing was."""
        if self.found is None:
            return ""
        base, saved = self.found.base, self._saved
        since = (
            ", begun before others changed it"
            if any(not same(base[name], saved[name]) for name in base.keys() & saved.keys())
            else ""
        )
        return f"Unsaved text, {when(self.found.at)}{since} · ctrl+r takes what is saved back"

    def note(self, values: Values) -> None:
        """Keep what is typed by now; what is as it was saved needs no keeping."""
        if self._is_over:
            return  # told late of what came before the end
        if _bare(values) == _bare(self._saved):
            self.base = dict(self._saved)
            self._drafts.drop(self.key)
        else:
            self._drafts.put(self.key, values, self.base)

    def restart(self) -> None:
        """Begin anew from the saved text, letting go of what was found."""
        self.found = None
        self.base = dict(self._saved)
        self._drafts.drop(self.key)

    def leave(self, values: Values) -> bool:
        """Stop typing, keeping what is unsaved; returns whether there is anything."""
        self.note(values)
        self._is_over = True
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
        self._board = uuid.uuid4().hex[:12]
        mark = hashlib.sha256(str(Path(database).absolute()).encode()).hexdigest()[:16]
        self.folder = (
            DraftFolder(folder / "drafts" / mark, self._board) if folder is not None else None
        )
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._known: dict[str, Draft] = {}
        self._typing: set[str] = set()
        self._dirty: set[str] = set()
        self._hurry = self._closing = False
        self._thread: threading.Thread | None = None
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
            known = self._known.get(name)
            self._typing.add(name)
            if known is None or (known.values, known.base) != (draft.values, draft.base):
                self._known[name] = draft
                self._write_soon(name)

    def leave(self, key: DraftKey) -> bool:
        """Let the next editor have what is kept of this one; returns whether anything is."""
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
        """Return an unsaved text of something: this board's own, else the latest."""
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
            self._attempt(self._take_over)
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
        ours = self._known.get(self._name(key))
        if ours is not None and ours.name not in self._typing:
            return ours  # before any other board's, which would take its place
        found = [
            draft
            for name, draft in self._known.items()
            if draft.key == key and name not in self._typing
        ]
        return max(found, key=lambda draft: draft.at, default=None)

    def _adopt(self, draft: Draft) -> None:
        """Make a draft that a board left which has ended one of ours."""
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
                closing = self._closing
            for draft in written.values():
                self._attempt(partial(_write, draft))
            for name in dirty - written.keys():
                self._attempt(partial(_remove, name))
            for job in jobs:
                job()
            if closing and not self._dirty:
                self._attempt(DraftFolder.let_go)
                return

    def _attempt(self, deed: Callable[[DraftFolder], object]) -> None:
        if self.folder is None:
            return
        try:
            deed(self.folder)
        except OSError as error:
            tell, self._on_failure = self._on_failure, None
            if tell is not None:
                tell(
                    "Unsaved text can't be kept outside this board: "
                    f"{error.strerror or error}: {self.folder.path}"
                )

    def _take_over(self, folder: DraftFolder) -> None:
        """Know what boards left that have ended."""
        found = folder.left_behind()
        with self._changed:
            ours = {n: d for n, d in self._known.items() if n.endswith(f"-{self._board}.json")}
            self._known = {**{n: d for n, d in found.items() if n not in self._dirty}, **ours}


def _bare(values: Values) -> dict[str, Any]:
    """Return values with nothing in place of blanks alone, which are no text to keep."""
    return {n: "" if isinstance(v, str) and not v.strip() else v for n, v in values.items()}


def _write(draft: Draft, folder: DraftFolder) -> None:
    folder.write(draft)


def _remove(name: str, folder: DraftFolder) -> None:
    folder.remove(name)
