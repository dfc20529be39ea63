"""What can be wrong with a plan's database, and what of it can be mended without losing anything.

The adapter keeps all of this right by itself. It goes wrong where another program wrote with plain
SQL, a disk failed, or a file was copied while something wrote.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from store.daily import daily_copies
from store.errors import MigrationRefused, StoreError
from store.migrate import discover, status
from store.open import open_store, raw_connection
from store.records import RECORDS

ROOM_WANTED = 100_000_000
"""Bytes that should be free where the database is: a copy and what is written next need room."""

MOST_TOLD = 5
"""Mistakes of one kind that are told one by one."""

_ORDERED = {
    record.TABLE: (next(iter(record.PARENTS)), ", ".join(record.ORDER))
    for record in RECORDS
    if "position" in record.__struct_fields__
}

# Numbers go to cards without one, and to all but the oldest of those that share one.
_NUMBERED = """
SELECT card.id, card.number, workflow.project_id, row_number() OVER (
  PARTITION BY workflow.project_id, card.number ORDER BY card.created_at, card.id
) AS place
FROM card
JOIN workflow_activity ON workflow_activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = workflow_activity.workflow_id
"""


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        what: Its name, such as ``positions``.
        ok: Whether it is as it should be.
        words: What it is like.
        remedy: What mends it; empty where nothing is to be mended.
        mendable: Whether ``mend`` does that.
    """

    what: str
    ok: bool
    words: str
    remedy: str = ""
    mendable: bool = False


def look_over(path: Path) -> tuple[Finding, ...]:
    """Look at a database from every side; nothing is changed.

    Args:
        path: The database's file.

    Returns:
        What was found, in the order in which it matters. What can't be looked at because of what
        stands above it is left out.
    """
    found = [*_file(path)]
    if not path.exists():
        return tuple(found)
    try:
        with raw_connection(path) as connection:
            for look in _LOOKS:
                found += look(connection)
                if look is not _search and not found[-1].ok and not found[-1].mendable:
                    break
    except StoreError as error:
        found.append(Finding("database", False, str(error), _restore_words(path)))
    return tuple(found)


def mend(path: Path) -> tuple[str, ...]:
    """Mend what ``look_over`` says can be mended, in one transaction, after the tables' update.

    Args:
        path: The database's file; a copy of it was made before.

    Returns:
        What was done, a sentence each.

    Raises:
        StoreError: It can't be written, or another program holds it; nothing was changed.
    """
    done = []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)
        done.append("The file is its owner's alone.")
    open_store(
        path, on_migrated=lambda report: done.append(f"Applied {', '.join(report.applied)}.")
    )
    with raw_connection(path) as connection:
        connection.execute("PRAGMA foreign_keys = 0")  # what is to go would take more with it
        connection.execute("BEGIN IMMEDIATE")
        for repair in _REPAIRS:
            done += repair(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tuple(done)


# Looking


def _file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding("file", True, f"There is no database {path} yet. Opening the board makes it.")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        words = f"Others than its owner may get at {path} (mode {mode:o})."
        yield Finding("file", False, words, "Make it its owner's alone.", mendable=True)
    else:
        yield Finding("file", True, f"{path}, {path.stat().st_size:,} bytes, is its owner's alone.")
    free = shutil.disk_usage(path.absolute().parent).free
    wanted = max(ROOM_WANTED, 2 * path.stat().st_size)
    remedy = "" if free >= wanted else f"Make room: {wanted:,} bytes are wanted."
    yield Finding("disk", free >= wanted, f"{free:,} bytes are free beside it.", remedy)
    copies = daily_copies(path)
    words = (
        f"The newest of {len(copies)} daily copies is {copies[0].name}." if copies else "None yet."
    )
    yield Finding("copies", True, words)


def _integrity(connection: sqlite3.Connection) -> Iterator[Finding]:
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    try:
        found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MOST_TOLD})")]
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise
        found = [str(error)]
    if found == ["ok"]:
        yield Finding("integrity", True, "SQLite finds it whole.")
    else:
        yield Finding(
            "integrity", False, f"It is damaged: {'; '.join(found)}", _restore_words(path)
        )


def _migrations(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        pending = [row.name for row in status(connection, discover()) if row.applied_at is None]
    except MigrationRefused as error:
        yield Finding("migrations", False, str(error))
        return
    if pending:
        words = f"{len(pending)} have not run: {', '.join(pending)}."
        yield Finding("migrations", False, words, "Run them.", mendable=True)
    else:
        yield Finding("migrations", True, "The tables are up to date.")


def _orphans(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    counts = Counter((table, parent) for table, _, parent, _ in rows)
    if not counts:
        yield Finding("orphans", True, "Every row has what it refers to.")
        return
    listed = ", ".join(f"{count} of {a} without their {b}" for (a, b), count in counts.items())
    remedy = "Take them out: nothing can show them. The copy keeps them."
    yield Finding("orphans", False, f"Rows refer to what is not there: {listed}.", remedy, True)


def _positions(connection: sqlite3.Connection) -> Iterator[Finding]:
    wrong = {
        table: count
        for table in _ORDERED
        if (count := connection.execute(_misplaced(table, "SELECT count(*)")).fetchone()[0])
    }
    if not wrong:
        yield Finding("positions", True, "Everything stands in a place of its own.")
        return
    listed = ", ".join(f"{count} of {table}" for table, count in wrong.items())
    words = f"Places have gaps or are taken twice: {listed}."
    yield Finding("positions", False, words, "Number them anew, in the order they have.", True)


def _numbers(connection: sqlite3.Connection) -> Iterator[Finding]:
    count = connection.execute(
        f"SELECT count(*) FROM ({_NUMBERED}) WHERE number IS NULL OR place > 1"  # noqa: S608
    ).fetchone()[0]
    behind = connection.execute(
        f"SELECT count(*) FROM project WHERE card_sequence < (SELECT coalesce(max(number), 0) "  # noqa: S608
        f"FROM ({_NUMBERED}) WHERE project_id = project.id)"
    ).fetchone()[0]
    if not (count or behind):
        yield Finding("numbers", True, "Every card has a number of its own.")
        return
    words = f"{count} cards have no number of their own"
    words += f", and {behind} projects would give out one that is taken." if behind else "."
    yield Finding("numbers", False, words, "Give them the next ones.", mendable=True)


def _sequences(connection: sqlite3.Connection) -> Iterator[Finding]:
    count = connection.execute(
        "SELECT count(*) FROM project WHERE action_sequence < (SELECT coalesce(max(sequence), 0) "
        "FROM planning_action WHERE project_id = project.id)"
    ).fetchone()[0]
    if count:
        words = f"The log of {count} projects is ahead of what they say is their last change."
        yield Finding("log", False, words, "Say what the log says.", mendable=True)
    else:
        yield Finding("log", True, "Each project knows its last change.")


def _search(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        connection.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        words = f"The index of search is damaged: {error}."
        yield Finding("search", False, words, "Make it again from the texts.", mendable=True)
    else:
        yield Finding("search", True, "The index of search is whole.")


_LOOKS: tuple[Callable[[sqlite3.Connection], Iterator[Finding]], ...] = (
    _integrity,
    _migrations,
    _orphans,
    _positions,
    _numbers,
    _sequences,
    _search,
)


def _restore_words(path: Path) -> str:
    copies = daily_copies(path)
    newest = f"planner-tui restore {copies[0]}" if copies else "planner-tui restore COPY"
    return f"Bring a copy back: {newest}"


def _misplaced(table: str, verb: str) -> str:
    parent, order = _ORDERED[table]
    return (
        f"{verb} FROM (SELECT id, position, row_number() OVER "  # noqa: S608
        f"(PARTITION BY {parent} ORDER BY {order}) - 1 AS place FROM {table}) AS placed "
        "WHERE position <> place"
    )


# Mending


def _take_orphans_out(connection: sqlite3.Connection) -> Iterator[str]:
    counts: Counter[str] = Counter()
    # What goes may be what others refer to.
    while rows := connection.execute("PRAGMA foreign_key_check").fetchall():
        for table, rowid in {(table, rowid) for table, rowid, _, _ in rows}:
            connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))  # noqa: S608
            counts[table] += 1
    for table, count in counts.items():
        yield f"Took {count} of {table} out, whose rows referred to nothing."


def _number_places(connection: sqlite3.Connection) -> Iterator[str]:
    for table in _ORDERED:
        rows = connection.execute(_misplaced(table, "SELECT place, id")).fetchall()
        connection.executemany(f"UPDATE {table} SET position = ? WHERE id = ?", rows)  # noqa: S608
        if rows:
            yield f"Gave {len(rows)} of {table} a place of their own."


def _number_cards(connection: sqlite3.Connection) -> Iterator[str]:
    highest = f"(SELECT coalesce(max(number), 0) FROM ({_NUMBERED}) WHERE project_id = project.id)"  # noqa: S608
    behind = connection.execute(
        f"UPDATE project SET card_sequence = {highest} WHERE card_sequence < {highest}"  # noqa: S608
    ).rowcount
    if behind:
        yield f"{behind} projects know the last number they gave out again."
    rows = connection.execute(
        f"SELECT id, project_id FROM ({_NUMBERED}) WHERE number IS NULL OR place > 1 ORDER BY id"  # noqa: S608
    ).fetchall()
    for card_id, project_id in rows:
        connection.execute(
            "UPDATE project SET card_sequence = card_sequence + 1 WHERE id = ?", (project_id,)
        )
        connection.execute(
            "UPDATE card SET number = (SELECT card_sequence FROM project WHERE id = ?) WHERE id = ?",
            (project_id, card_id),
        )
    if rows:
        yield f"Gave {len(rows)} cards a number of their own."


def _follow_log(connection: sqlite3.Connection) -> Iterator[str]:
    count = connection.execute(
        "UPDATE project SET action_sequence = (SELECT max(sequence) FROM planning_action "
        "WHERE project_id = project.id) WHERE action_sequence < (SELECT coalesce(max(sequence), 0) "
        "FROM planning_action WHERE project_id = project.id)"
    ).rowcount
    if count:
        yield f"{count} projects know their last change again."


def _make_index_again(connection: sqlite3.Connection) -> Iterator[str]:
    if not all(finding.ok for finding in _search(connection)):
        connection.execute("INSERT INTO search_index (search_index) VALUES ('rebuild')")
        connection.execute("UPDATE search_document SET is_waiting = 0")
        yield "Made the index of search again."


_REPAIRS: tuple[Callable[[sqlite3.Connection], Iterator[str]], ...] = (
    _take_orphans_out,
    _number_places,
    _number_cards,
    _follow_log,
    _make_index_again,
)
