"""The command line: ``planner-tui`` opens the board, its commands work without one.

Nothing here imports textual, rich or an importer before it is needed, so that ``--help``
and the commands start at once.
"""

from __future__ import annotations

import getpass
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from planner.runs.supervisors import Supervisors
    from store.adapter import DbAdapter
    from store.migrate import MigrationReport
    from store.records import Project
    from tui.config import Config
    from tui.places import Places

EXIT_REFUSED = 1
"""The exit status when what was asked could not be done."""


class Where:
    """Which database and project the command line is about, and how to draw them."""

    def __init__(self, db: str | None, project: str | None, ascii_: bool = False) -> None:
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

    def open(self) -> DbAdapter:
        """Open the database, telling of migrations; a clear message and an exit when it can't."""
        from store.errors import StoreError
        from store.open import open_store

        try:
            return open_store(self.target(), on_migrated=_tell_migrated)
        except StoreError as error:
            fail(str(error))


where_option = click.make_pass_decorator(Where)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="PATH", help="The plan's file. Default: $PLANNER_DB, else your own.")
@click.option("--project", metavar="NAME", help="The project to open, by name or id.")
@click.option("--ascii", "ascii_", is_flag=True, help="Draw with ASCII characters alone.")
@click.version_option(package_name="planner-tui", prog_name="planner-tui")
@click.pass_context
def main(context: click.Context, db: str | None, project: str | None, ascii_: bool) -> None:
    """Plan software in the terminal: workflows, activities and cards on one board.

    Without a command it opens the board.

    \b
    Examples:
      planner-tui                          open your plan
      planner-tui --db plan.db             open the plan in a file
      planner-tui --db plan.db apply -     apply planning actions from standard input
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a quotation mark is no reason to fail
    context.obj = Where(db, project, ascii_)
    if context.invoked_subcommand is None:
        _open_board(context.obj)


@main.command()
@where_option
def demo(where: Where) -> None:
    """Open the board on the sample plan, adding it to the database when it isn't there.

    \b
    Example:
      planner-tui --db sample.db demo
    """
    _open_board(where, sample=True)


@main.command()
@click.option("--status", is_flag=True, help="Only show what is applied and what is not.")
@where_option
def migrate(where: Where, status: bool) -> None:
    """Bring the database's tables up to date, with a copy made first.

    \b
    Example:
      planner-tui --db plan.db migrate --status
    """
    if not status:
        where.open()
        click.echo("The tables are up to date.")
        return
    from store.migrate import discover
    from store.migrate import status as migration_status
    from store.open import local_path, raw_connection

    with _told():
        path = local_path(where.target())
        if not path.exists():
            fail(f"{path} does not exist yet. Opening the board makes it.")
        with raw_connection(path) as connection:
            rows = migration_status(connection, discover())
    for row in rows:
        click.echo(f"{row.applied_at or 'pending':<26}{row.name}")


@main.command()
@click.option("--check", is_flag=True, help="Say whether all of it is right.")
@click.option("--init", is_flag=True, help="Write one to start from, where there is none.")
def config(check: bool, init: bool) -> None:
    """Say where the config is: theme, keys, editor and other choices about the board.

    \b
    Examples:
      planner-tui config --init
      planner-tui config --check
    """
    path = _config_path()
    if init:
        _write_config(path)
    if check or init:
        _read_config(path)
        click.echo(f"{path} is right." if path.exists() else f"{path} is not there, which is fine.")
    else:
        there = "" if path.exists() else "  (not there: planner-tui config --init writes one)"
        click.echo(f"{path}{there}")


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--project", metavar="NAME", help="The project to change, by name or id.")
@click.option("--actor", metavar="NAME", help="Whose name the actions bear. Default: yours.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@where_option
def apply(
    where: Where, file: Any, project: str | None, actor: str | None, dry_run: bool, as_json: bool
) -> None:
    """Apply planning actions from FILE (- for standard input): all of them or none.

    FILE holds one action, a list of them, or {"actions": […], "expected_sequence": n}.

    \b
    Example:
      echo '{"action_type": "createWorkflow", "payload": {"title": "Sign in"}}' |
        planner-tui --db plan.db apply - --project Lantern
    """
    from planner.actions import Planner
    from planner.decode import read_script
    from planner.errors import ActionRefused, Refused, SequenceConflict
    from store.errors import StoreError

    db = where.open()
    try:
        with db.connection():
            script = read_script(file.read())
            chosen = _project(db, project or where.project)
            result = Planner(db, actor=actor or _user()).apply(
                chosen.id,
                script.actions,
                expected_sequence=script.expected_sequence,
                dry_run=dry_run,
            )
    except ActionRefused as refusal:
        code = "conflict" if isinstance(refusal, SequenceConflict) else "refused"
        number = None if refusal.index is None else refusal.index + 1
        place = "" if number is None else f"Action {number}: "
        fail(f"{place}{refusal.reason} Nothing was changed.", code, {"action": number}, as_json)
    except Refused as refusal:
        fail(f"{refusal} Nothing was changed.", "refused", {}, as_json)
    except StoreError as error:
        fail(str(error), "database", {}, as_json)
    if as_json:
        _print_json(
            {
                "version": 1,
                "ok": True,
                "data": {
                    "project_id": chosen.id,
                    "batch_id": result.batch_id,
                    "sequence": result.sequence,
                    "dry_run": dry_run,
                    "actions": result.actions,
                },
            }
        )
    else:
        click.echo(f"{'Would do' if dry_run else 'Done'}: {result.message}")


@main.group(name="import")
def import_group() -> None:
    """Bring in a plan made elsewhere, through planning actions, all or nothing."""


@import_group.command(name="backlog")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--project", metavar="NAME", help="The project to import into. Default: its own name."
)
@click.option("--dry-run", is_flag=True, help="Report what would change, change nothing.")
@where_option
def import_backlog_command(where: Where, folder: Path, project: str | None, dry_run: bool) -> None:
    """Import the Backlog.md folder DIR; again, and only what changed there is changed here.

    \b
    Example:
      planner-tui --db plan.db import backlog path/to/repository
    """
    from planner.importers.backlog import import_backlog
    from planner.importers.backlog_files import ImportRefused
    from tui.import_words import import_in_words, refusal_in_words

    db = where.open()
    try:
        with _told(), db.connection(), _keeping_garbage(), _progress() as progress:
            report = import_backlog(
                db,
                folder,
                project_name=project or where.project,
                dry_run=dry_run,
                progress=progress,
            )
    except ImportRefused as refusal:
        fail(refusal_in_words(refusal))
    click.echo(import_in_words(report))


@contextmanager
def _keeping_garbage() -> Iterator[None]:
    """Look for no reference cycles: among all that an import holds, that takes a tenth of its time."""
    import gc

    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def fail(
    message: str,
    code: str = "failed",
    details: dict[str, Any] | None = None,
    as_json: bool = False,
) -> NoReturn:
    """Say what went wrong and end with a non-zero exit status.

    Args:
        message: What happened, to what, and what to do next.
        code: What sort of failure it is, for programs.
        details: More for programs.
        as_json: Print it as JSON on standard output, too.
    """
    if as_json:
        error = {"code": code, "message": message, "details": details or {}}
        _print_json({"version": 1, "ok": False, "error": error})
    click.echo(f"planner-tui: {message}", err=True)
    raise SystemExit(EXIT_REFUSED)


def _open_board(where: Where, *, sample: bool = False) -> None:
    """Open the board, on the sample plan when asked to; end with its exit status."""
    import gc

    from tui.drawing import asked_in, how_to_draw

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail("The board needs a terminal. planner-tui --help lists what works without one.")
    # Collecting garbage among what the imports make costs a tenth of the first frame.
    gc.disable()
    # Textual paints on a grid of so many frames a second, and what a key did waits for the next
    # one; nothing of ours moves by itself, so that a finer grid costs no frame more. It looks
    # once, when it is imported.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    config = _read_config(_config_path())
    asked = where.ascii or asked_in(os.environ)
    drawing = how_to_draw(config.ascii if asked is None else asked, os.environ)
    db = where.open()
    if sample:
        from planner.sample import load_sample

        with _told(), db.connection():
            where.project = load_sample(db).id
    elif where.project is not None:
        with _told(), db.connection():
            where.project = _project(db, where.project).id
    from tui.app import PlannerApp

    places = _places()
    app = PlannerApp(
        db,
        actor=_user(),
        project=where.project,
        database=where.target(),
        places=places,
        config=config,
        drawing=drawing,
        supervisors=_supervisors(places, where.target()),
    )
    try:
        app.run(mouse=config.mouse)
    finally:
        app.finish()
    raise SystemExit(app.return_code or 0)


def _config_path() -> Path:
    """Return where the config is, whether or not there is one."""
    from platformdirs import user_config_path

    return user_config_path("planner-tui") / "config.toml"


def _places() -> Places:
    """Find where the config and what is remembered are kept; make neither."""
    from platformdirs import user_state_path

    from tui.places import Places

    return Places(config=_config_path(), state=user_state_path("planner-tui"))


def _supervisors(places: Places, database: str) -> Supervisors:
    """Make what sees to the runs of a database; their files are kept with what is remembered."""
    from planner.runs.folders import RunFolders
    from planner.runs.supervisors import Supervisors
    from store.open import local_path

    assert places.state is not None  # noqa: S101  (found at the edge, it is always somewhere)
    return Supervisors(RunFolders(places.state / "runs"), str(local_path(database).resolve()))


def _read_config(path: Path) -> Config:
    """Read the config; a message for each thing that is wrong, and an exit, when any is."""
    from tui.config import ConfigError, read_config

    try:
        return read_config(path)
    except ConfigError as error:
        fail(str(error))


def _write_config(path: Path) -> None:
    """Write a config to start from; never over one that is there."""
    from tui.config_options import example

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(example())
    except FileExistsError:
        fail(f"{path} is there already; nothing was changed.")
    except OSError as error:
        fail(f"{path} can't be written: {error.strerror}.")


def _project(db: DbAdapter, name: str | None) -> Project:
    """Return the project by name or id, or the only one."""
    from planner.projects import find_project
    from store.records import Project

    if name is not None:
        project = find_project(db, name)
        if project is None:
            fail(f"There is no project {name!r}. {_projects_in_words(db)}")
        return project
    projects = db.list(Project)
    if len(projects) != 1:
        fail(f"Say which project with --project NAME. {_projects_in_words(db)}")
    return projects[0]


def _projects_in_words(db: DbAdapter) -> str:
    from store.records import Project

    names = [project.name for project in db.list(Project)]
    return f"There are {', '.join(names)}." if names else "The database holds no project yet."


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the store or the planner refuses into a message and an exit."""
    from planner.errors import ActionRefused, Refused
    from store.errors import StoreError

    try:
        yield
    except (StoreError, ActionRefused, Refused) as error:
        fail(str(error))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how far an import is, on a terminal alone."""
    with click.progressbar(
        length=1, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _tell_migrated(report: MigrationReport) -> None:
    if report.backup is not None:
        click.echo(
            f"The tables were brought up to date; a copy from before is {report.backup}.", err=True
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "user"


def _print_json(document: Any) -> None:
    import msgspec

    click.echo(msgspec.json.encode(document))


if __name__ == "__main__":
    main()
