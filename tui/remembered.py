"""What the board remembers between starts, besides the plan: one small file of state.

Nothing here is precious. A file that can't be read is put aside, one that can't be written
is told of once, and the board starts as if it were the first time.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 1
"""Which form the file has; one of another form is put aside."""

MOST_PLANS, MOST_VIEWS = 100, 50
"""Databases, and projects of each, that are remembered: the ones last looked at."""

PATIENCE, TRY_EVERY = 0.5, 0.01
"""Seconds that the last write waits for another board's, and between its tries."""


class View(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a person was in a project.

    Attributes:
        selected: The id of what was selected.
        collapsed: The ids of the folded workflows.
        filter: What the filter line held.
        scroll: The first column and line of the map that was in view.
    """

    selected: str | None = None
    collapsed: tuple[str, ...] = ()
    filter: str = ""
    scroll: tuple[int, int] = (0, 0)


class _Plan(msgspec.Struct, omit_defaults=True):
    """What is remembered of one database."""

    project: str | None = None
    views: dict[str, View] = {}


class _Document(msgspec.Struct, omit_defaults=True):
    """The whole file."""

    version: int
    theme: str | None = None
    theme_instead_of: str | None = None
    tour_dismissed: bool = False
    agent: str | None = None
    agent_instead_of: str | None = None
    saved_filters: dict[str, str] = {}
    plans: dict[str, _Plan] = {}


_Path = tuple[str, ...]
"""Where in the file a value stands, such as ``("saved_filters", "mine")``."""


class Remembered:
    """What is remembered, for one board on one database.

    Reading is from memory and setting is at once; ``write`` brings what was set to the
    disk, and belongs on another thread than the screen's. Several boards may share the file:
    each writes only what it has set itself, and the last one to set a thing wins.
    """

    def __init__(self, folder: Path | None, database: str) -> None:
        """Read what is remembered.

        Args:
            folder: Where the file is kept; nothing is read or written when None.
            database: The path of the database that is open.
        """
        self.trouble: str | None = None
        """Why something could not be kept, in words; None while all is well."""
        self._file = folder / "state.json" if folder is not None else None
        # A path need not be text; a key in the file must.
        path = os.fsencode(os.path.realpath(database))
        self._plan = path.decode("utf-8", "backslashreplace")
        self._changes: dict[_Path, Any] = {}
        self._lock = threading.Lock()
        self._document = self._read()[1]

    @property
    def lasts(self) -> bool:
        """Whether anything is kept beyond this run."""
        return self._file is not None

    # Of the program

    @property
    def theme(self) -> str | None:
        """The theme that was chosen last."""
        return self._document.theme

    @property
    def theme_instead_of(self) -> str | None:
        """The theme that was the default when that one was chosen."""
        return self._document.theme_instead_of

    def keep_theme(self, theme: str, instead_of: str) -> None:
        """Remember a theme, and which default it was chosen over."""
        self._document.theme, self._document.theme_instead_of = theme, instead_of
        self._set(theme, "theme")
        self._set(instead_of, "theme_instead_of")

    @property
    def agent(self) -> str | None:
        """The name of the agent that was chosen last."""
        return self._document.agent

    @property
    def agent_instead_of(self) -> str | None:
        """The name of the agent that was the config's when that one was chosen."""
        return self._document.agent_instead_of

    def keep_agent(self, name: str, instead_of: str | None) -> None:
        """Remember an agent, and which one of the config's it was chosen over."""
        self._document.agent, self._document.agent_instead_of = name, instead_of
        self._set(name, "agent")
        self._set(instead_of, "agent_instead_of")

    @property
    def tour_dismissed(self) -> bool:
        """Whether the tour is not to be shown by itself again."""
        return self._document.tour_dismissed

    def dismiss_tour(self) -> None:
        """Remember that the tour was seen."""
        self._document.tour_dismissed = True
        self._set(True, "tour_dismissed")

    @property
    def saved_filters(self) -> dict[str, str]:
        """The filters that were saved, by name; the last one saved is the last."""
        return dict(self._document.saved_filters)

    def save_filter(self, name: str, query: str) -> None:
        """Remember a filter by a name; one of that name is replaced."""
        self._document.saved_filters.pop(name, None)
        self._document.saved_filters[name] = query
        self._set(query, "saved_filters", name)

    def forget_filter(self, name: str) -> None:
        """Remember a filter no longer."""
        self._document.saved_filters.pop(name, None)
        self._set(None, "saved_filters", name)

    # Of this database

    @property
    def project(self) -> str | None:
        """The id of the project that was open last."""
        plan = self._document.plans.get(self._plan)
        return plan.project if plan is not None else None

    def view(self, project_id: str) -> View | None:
        """Return where the person was in a project; None in one never looked at."""
        plan = self._document.plans.get(self._plan)
        return plan.views.get(project_id) if plan is not None else None

    def keep_view(self, project_id: str, view: View) -> None:
        """Remember where the person is, and that the project is the open one."""
        plan = self._document.plans.setdefault(self._plan, _Plan())
        if plan.project == project_id and plan.views.get(project_id) == view:
            return
        plan.project = project_id
        plan.views[project_id] = view
        self._set(project_id, "plans", self._plan, "project")
        self._set(view, "plans", self._plan, "views", project_id)

    # The file

    def write(self, *, last: bool = False) -> None:
        """Bring what was set to the disk; do nothing when nothing was.

        While another board writes, it is left for the next time.

        Args:
            last: There is no next time.
        """
        if self._file is None or not self._changes:
            return
        with self._lock:
            changes, self._changes = self._changes, {}
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._file.with_name("state.lock"), last) as is_ours:
                if not is_ours and not last:
                    self._put_back(changes)
                    return
                raw, _ = self._read()
                for path, value in changes.items():
                    _apply(raw, path, value)
                _prune(raw)
                _replace(self._file, msgspec.json.format(msgspec.json.encode(raw), indent=1))
        except OSError as error:
            # Tried again with whatever is set next, and told of once.
            self._put_back(changes)
            if self.trouble is None:
                self.trouble = (
                    f"Where you are can't be remembered: {self._file}: {error.strerror or error}. "
                    "The plan itself is safe."
                )

    def _put_back(self, changes: dict[_Path, Any]) -> None:
        with self._lock:
            self._changes = {**changes, **self._changes}

    def _set(self, value: Any, *path: str) -> None:
        with self._lock:
            self._changes.pop(path, None)
            self._changes[path] = value

    def _read(self) -> tuple[dict[str, Any], _Document]:
        """Return the file as it stands, and as what it means; one that is broken is put aside."""
        empty = {"version": VERSION}
        if self._file is None:
            return empty, _Document(VERSION)
        try:
            raw = msgspec.json.decode(self._file.read_bytes(), type=dict[str, Any])
            document = msgspec.convert(raw, _Document)
            if document.version == VERSION:
                return raw, document
        except OSError:
            return empty, _Document(VERSION)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        with suppress(OSError):
            self._file.replace(self._file.with_name("state.json.broken"))
        return empty, _Document(VERSION)


def _apply(raw: dict[str, Any], path: _Path, value: Any) -> None:
    """Set a value in the file, or with None take it out; the last one set stands last."""
    *parents, name = path
    for parent in parents:
        raw[parent] = raw.pop(parent, {})
        raw = raw[parent]
    raw.pop(name, None)
    if value is not None:
        raw[name] = value


def _prune(raw: dict[str, Any]) -> None:
    """Leave out the databases and projects that were not looked at for longest."""
    plans: dict[str, dict[str, Any]] = raw.get("plans", {})
    for database in list(plans)[:-MOST_PLANS]:
        del plans[database]
    for plan in plans.values():
        views = plan.get("views", {})
        for project_id in list(views)[:-MOST_VIEWS]:
            del views[project_id]


def _replace(file: Path, content: bytes) -> None:
    """Put a new file in the place of an old one, so that a reader sees either, whole."""
    handle, name = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(file: Path, patient: bool) -> Iterator[bool]:
    """Keep other boards from writing; give whether that was granted."""
    with file.open("ab") as stream:
        until = time.monotonic() + (PATIENCE if patient else 0)
        while not (granted := _try_lock(stream)) and time.monotonic() < until:
            time.sleep(TRY_EVERY)
        yield granted


def _try_lock(stream: IO[bytes]) -> bool:
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
