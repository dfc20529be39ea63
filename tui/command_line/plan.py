"""Commands about the plan as a whole: its tables, and the planning actions that change it."""

from __future__ import annotations

from typing import Any

import click

from tui.command_line.output import answer, fail, json_option, told
from tui.command_line.where import Where, find_project, project_option, user, where_option


@click.command()
@click.option("--status", is_flag=True, help="Only show what is applied and what is not.")
@json_option
@where_option
def migrate(where: Where, status: bool, as_json: bool) -> None:
    """Bring the database's tables up to date, with a copy made first.

    \b
    Examples:
      planner-tui --db plan.db migrate
      planner-tui --db plan.db migrate --status
    """
    from store.migrate import discover
    from store.migrate import status as migration_status
    from store.open import local_path, raw_connection

    if not status:
        where.open(as_json)
    with told(as_json):
        path = local_path(where.target())
        if not path.exists():
            words = f"{path} does not exist yet. Opening the board makes it."
            fail(words, "not_found", {}, as_json)
        with raw_connection(path) as connection:
            rows = migration_status(connection, discover())
    lines = [f"{row.applied_at or 'pending':<26}{row.name}" for row in rows]
    words = "\n".join(lines) if status else "The tables are up to date."
    migrations = [{"name": row.name, "applied_at": row.applied_at} for row in rows]
    answer({"database": str(path), "migrations": migrations}, words, as_json=as_json)


@click.command()
@click.argument("file", type=click.File("rb"))
@project_option
@click.option("--actor", metavar="NAME", help="Whose name the actions bear. Default: yours.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@json_option
@where_option
def apply(where: Where, file: Any, actor: str | None, dry_run: bool, as_json: bool) -> None:
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

    db = where.open(as_json)
    try:
        with db.connection():
            script = read_script(file.read())
            chosen = find_project(db, where.project, as_json)
            result = Planner(db, actor=actor or user()).apply(
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
    data = {
        "project_id": chosen.id,
        "batch_id": result.batch_id,
        "sequence": result.sequence,
        "dry_run": dry_run,
        "actions": result.actions,
    }
    answer(data, f"{'Would do' if dry_run else 'Done'}: {result.message}", as_json=as_json)
