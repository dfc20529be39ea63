"""Where the command line works: which database, which project, and where what lasts is kept."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.command_line.output import fail, told

if TYPE_CHECKING:
    from planner.runs.supervisors import Supervisors
    from store.adapter import DbAdapter
    from store.migrate import MigrationReport
    from store.records import Project
    from tui.config import Config
    from tui.places import Places

NO_PROJECT = "The database holds no project yet: planner-tui project add NAME makes one."
"""What is said of an empty database."""

F = TypeVar("F", bound=Callable[..., Any])


class Where:
    """Which database and project the command line is about, and how to draw them."""

    def __init__(self, db: str | None, project: str | None, ascii_: bool = False) -> None:
        """Begin with what stands before the command's name."""
        self.db = db
        self.project = project
        self.ascii = ascii_

    def target(self) -> str:
        """Return the database to open: ``--db``, else ``$PLANNER_DB``, else the user's own.

        The user's data directory is made when it is the one.
        """
        if self.db or os.environ.get("PLANNER_DB"):
            return self.db or os.environ["PLANNER_DB"]
        from platformdirs import user_data_path

        folder = user_data_path("planner-tui")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fail(f"The data directory {folder} can't be made: {error.strerror}. Give --db PATH.")
        return str(folder / "plan.db")

    def open(self, as_json: bool = False, *, copy: bool = True) -> DbAdapter:
        """Open the database, telling of migrations; a clear message and an exit when it can't.

        Args:
            as_json: Whether a failure is told as JSON, too.
            copy: Whether today's copy is made of what was there, where there is none yet.
        """
        from store.errors import StoreError
        from store.open import open_store

        target = self.target()
        is_copied = copy and _is_copy_due(target)
        try:
            db = open_store(target, on_migrated=_tell_migrated)
        except StoreError as error:
            fail(str(error), "database", {}, as_json)
        if is_copied:  # only by now it is known to be ours: nothing is left beside another's
            _copy_of_the_day(target)
        return db

    @contextmanager
    def plan(self, as_json: bool = False) -> Iterator[tuple[DbAdapter, Project]]:
        """Give the open plan and its project; what is refused within ends in a message."""
        db = self.open(as_json)
        with told(as_json), db.connection():
            yield db, find_project(db, self.project, as_json)

    def supervisors(self) -> Supervisors:
        """Make what sees to the runs of the database; their files are kept in the state folder."""
        from planner.runs.folders import RunFolders
        from planner.runs.supervisors import Supervisors
        from store.open import local_path

        state = places().state
        assert state is not None  # noqa: S101  (found at the edge, it is always somewhere)
        return Supervisors(RunFolders(state / "runs"), str(local_path(self.target()).resolve()))


where_option = click.make_pass_decorator(Where)


def project_option(command: F) -> F:
    """Give a command ``--project`` of its own, as the one before the command's name."""

    def choose(context: click.Context, _: click.Parameter, name: str | None) -> None:
        where = context.find_object(Where)
        if name is not None and where is not None:
            where.project = name

    return click.option(
        "--project",
        metavar="NAME",
        help="The project, by name or id.",
        expose_value=False,
        callback=choose,
    )(command)


def find_project(db: DbAdapter, name: str | None, as_json: bool = False) -> Project:
    """Return the project by name or id, or the only one."""
    from store.records import Project

    if name is not None:
        from planner import naming

        with told(as_json):
            return naming.find_project(db, name)
    projects = db.list(Project)
    if not projects:
        fail(NO_PROJECT, "not_found", {}, as_json)
    if len(projects) != 1:
        names = ", ".join(project.name for project in projects)
        details = {"candidates": [{"id": each.id, "title": each.name} for each in projects]}
        words = f"Say which project with --project NAME. There are {names}."
        fail(words, "ambiguous", details, as_json)
    return projects[0]


def user() -> str:
    """Return the name that changes bear."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "user"


def config_path() -> Path:
    """Return where the config is, whether or not there is one."""
    from platformdirs import user_config_path

    return user_config_path("planner-tui") / "config.toml"


def places() -> Places:
    """Find where the config and what is remembered are kept; make neither."""
    from platformdirs import user_state_path

    from tui.places import Places

    return Places(config=config_path(), state=user_state_path("planner-tui"))


def read_config(as_json: bool = False) -> Config:
    """Read the config; a message for each thing that is wrong, and an exit, when any is."""
    from tui.config import ConfigError
    from tui.config import read_config as read

    try:
        return read(config_path())
    except ConfigError as error:
        fail(str(error), "config", {}, as_json)


def _is_copy_due(target: str) -> bool:
    """Say whether there is a database of which today's copy is still to be made."""
    from store.daily import is_copy_due
    from store.errors import StoreError
    from store.open import local_path

    try:
        path = local_path(target)
        return is_copy_due(path) and path.stat().st_size > 0
    except (StoreError, OSError):
        return False  # opening it says what is the matter


def _copy_of_the_day(target: str) -> None:
    """Make today's copy of the database; why there is none is told, and no more."""
    from store.daily import copy_of_the_day
    from store.errors import StoreError
    from store.open import local_path

    try:
        copy_of_the_day(local_path(target), keep=read_config().daily_copies)
    except (StoreError, OSError) as error:
        click.echo(f"planner-tui: No copy of today was made. {error}", err=True)


def _tell_migrated(report: MigrationReport) -> None:
    if report.backup is not None:
        click.echo(
            f"The tables were brought up to date; a copy from before is {report.backup}.", err=True
        )
