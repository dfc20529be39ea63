"""``planner-tui backup`` and ``restore``: copies of the whole database."""

from __future__ import annotations

from pathlib import Path

import click

from tui.command_line.output import answer, confirm, fail, json_option, told
from tui.command_line.where import Where, where_option


@click.command(name="backup")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
@where_option
def backup_command(where: Where, file: Path | None, as_json: bool) -> None:
    """Copy the database to FILE, while others may go on writing; the copy is checked.

    Without FILE the copy goes beside the database and is named for the moment. A FILE that is there
    already is replaced once the copy is whole.

    \b
    Examples:
      planner-tui --db plan.db backup
      planner-tui --db plan.db backup copy.db
    """
    from store.backup import backup, stamped
    from store.migrate import discover, status
    from store.open import local_path, raw_connection
    from store.records import utc_now

    with told(as_json):
        path = local_path(where.target())
        if not path.exists():
            fail(f"There is no database {path} to copy.", "not_found", {}, as_json)
        target = file if file is not None else stamped(path, "", utc_now())
        with raw_connection(path) as connection:
            status(connection, discover())
            backup(connection, target)
    size = target.stat().st_size
    words = f"Copied to {target}, {size:,} bytes, whole and checked."
    answer({"database": str(path), "copy": str(target), "bytes": size}, words, as_json=as_json)


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@where_option
def restore_command(where: Where, file: Path, yes: bool, as_json: bool) -> None:
    """Make the database what the copy FILE holds, and keep what it held beside it.

    A board that has it open shows the restored plan within a second.

    \b
    Example:
      planner-tui --db plan.db restore copy.db --yes
    """
    from store.open import local_path
    from store.restore import restore

    with told(as_json):
        path = local_path(where.target())
        if path.exists():
            confirm(f"Replace what {path} holds with {file}?", yes, as_json)
        done = restore(file, path)
    lines = [f"{path} holds what {file} holds."]
    if done.kept is not None:
        lines.append(f"What it held before is kept in {done.kept}.")
    if done.migrated:
        lines.append(f"The tables were brought up to date: {', '.join(done.migrated)}.")
    data = {
        "database": str(path),
        "restored": str(file),
        "kept": str(done.kept) if done.kept is not None else None,
        "migrated": [*done.migrated],
    }
    answer(data, "\n".join(lines), as_json=as_json)
