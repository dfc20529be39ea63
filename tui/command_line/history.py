"""``planner-tui log``, ``undo`` and ``redo``: who changed what, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.changing import Change, changing
from tui.command_line.output import Listing, answer, answer_rows, listing_options
from tui.command_line.where import Where, project_option, where_option

if TYPE_CHECKING:
    from planner.actions import BatchResult, Planner
    from planner.log import LogEntry
    from store.adapter import DbAdapter
    from store.records import Project

FEW = 20
"""What ``log`` shows without ``--limit``."""


@click.command()
@click.argument("words", nargs=-1)
@click.option("--card", metavar="CARD", help="Only what changed this card, by #42, id or title.")
@click.option("--events", is_flag=True, help="The event log: what happened, refusals among it.")
@click.option("--type", "kind", metavar="TYPE", help="Events whose type begins so.")
@click.option("--actor", metavar="NAME", help="Only what was done by who is called so.")
@click.option("--archived", is_flag=True, help="With the events of deleted projects.")
@project_option
@listing_options
@where_option
def log(
    where: Where,
    words: tuple[str, ...],
    card: str | None,
    events: bool,
    kind: str | None,
    actor: str | None,
    archived: bool,
    listing: Listing,
) -> None:
    """List what was changed, by whom and when, newest first; WORDS narrow it.

    The number before each change names it: undo --to takes it back with all that came after.

    \b
    Examples:
      planner-tui --db plan.db log
      planner-tui log --card "#42" --limit 5
      planner-tui log --events --type card --actor ana --json
    """
    if not events and (kind is not None or archived):
        raise click.UsageError("--type and --archived are about events; say --events, too.")
    if events and card is not None:
        raise click.UsageError("--card is about changes, --events about what happened: say one.")
    limit = FEW if listing.limit is None else listing.limit
    with where.plan(listing.as_json) as (db, project):
        if events:
            _list_events(db, project, words, (kind, actor, archived), limit, listing)
        else:
            _list_changes(db, project, words, (card, actor), limit, listing)


@click.command()
@click.option(
    "--to", metavar="CHANGE", help="Take back this change and all since, by log's number."
)
@changing
def undo(change: Change, to: str | None) -> None:
    """Take back the latest change that still stands, whoever made it; redo brings it back.

    A change is a batch of planning actions; all of it is taken back. --to takes all of them or
    none, each as an undo of its own.

    \b
    Examples:
      planner-tui --db plan.db undo --dry-run
      planner-tui undo --to 17
    """
    with change.plan() as (db, project):
        if to is None:
            _take(change, db, project, lambda planner: planner.undo(project.id))
            return
        from planner.log import find_change, plan_undo_to

        with db.transaction():  # nobody changes anything between counting and taking back
            batch_id = find_change(db, project.id, to)
            by = plan_undo_to(db, project.id, batch_id).by
            whose = ", ".join(f"{count:,} by {name}" for name, count in by)
            _take(
                change,
                db,
                project,
                lambda planner: planner.undo_to(project.id, batch_id),
                words=f" ({whose})" if len(by) > 1 else "",
                by=[{"actor": name, "changes": count} for name, count in by],
            )


@click.command()
@changing
def redo(change: Change) -> None:
    """Bring back what the latest undo took, unless something new was done since.

    \b
    Example:
      planner-tui --db plan.db redo
    """
    with change.plan() as (db, project):
        _take(change, db, project, lambda planner: planner.redo(project.id))


class _Rehearsed(Exception):
    """Ends the transaction of what is only to be seen."""


def _take(
    change: Change,
    db: DbAdapter,
    project: Project,
    take: Callable[[Planner], BatchResult],
    words: str = "",
    **more: Any,
) -> None:
    """Take back or bring back changes, and say what was done; rolled back when only to be seen."""
    from planner.actions import Planner

    done: list[BatchResult] = []
    try:
        with db.transaction():
            done.append(take(Planner(db, actor=change.actor)))
            if change.dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    result = done[0]
    message = f"{result.message}{words}"
    data = {
        "message": message,
        "dry_run": change.dry_run,
        "project_id": project.id,
        "batch_id": None if change.dry_run else result.batch_id,
        "sequence": result.sequence,
        "results": [each.result for each in result.actions],
        **more,
    }
    answer(data, f"Would do: {message}" if change.dry_run else message, as_json=change.as_json)


def _list_changes(
    db: DbAdapter,
    project: Project,
    words: tuple[str, ...],
    chosen: tuple[str | None, str | None],
    limit: int,
    listing: Listing,
) -> None:
    from planner.log import EVERYTHING, LogReader
    from planner.naming import find_card

    card, actor = chosen
    card_id = find_card(db, project.id, card).id if card is not None else None
    page = LogReader(db, project.id).read(limit=EVERYTHING, words=" ".join(words), card_id=card_id)
    entries = [each for each in page.entries if actor is None or _is_by(each.actor, actor)]
    shown = entries[:limit]
    answer_rows(
        "changes",
        [_change_row(each) for each in shown],
        listing,
        columns=("number", "at", "actor", "what"),
        empty="Nothing was changed yet."
        if not (words or card or actor)
        else "No change is like that.",
        lines=[_change_line(each) for each in shown],
        total=len(entries),
    )


def _list_events(
    db: DbAdapter,
    project: Project,
    words: tuple[str, ...],
    chosen: tuple[str | None, str | None, bool],
    limit: int,
    listing: Listing,
) -> None:
    from planner.events import read_events

    kind, actor, archived = chosen
    keyed = [f"type:{kind}"] if kind else []
    keyed += [f"actor:{actor}"] if actor else []
    events, has_more = read_events(
        db, project.id, limit=limit, typed=" ".join([*keyed, *words]), archived=archived
    )
    rows = [
        {
            "at": event.moment,
            "actor": event.actor,
            "type": event.type,
            "what": event.what,
            "source": event.source,
            "reason": event.reason,
            "payload": event.payload,
            "target": event.target,
            "run_id": event.run_id,
            "project": event.project,
            "id": event.id,
        }
        for event in events
    ]
    answer_rows(
        "events",
        rows,
        listing,
        columns=("at", "actor", "type", "what"),
        empty="Nothing happened yet." if not (words or keyed) else "No event is like that.",
        more={"has_more": has_more},
    )
    if has_more and events and not listing.as_json:
        click.echo(f"The newest {len(events):,}; --limit says how many.", err=True)


def _is_by(actor: str, wanted: str) -> bool:
    return actor.casefold().startswith(wanted.casefold())


def _change_row(entry: LogEntry) -> dict[str, Any]:
    return {
        "number": entry.last,
        "at": entry.moment,
        "actor": entry.actor,
        "what": entry.what,
        "action_type": entry.action_type,
        "actions": entry.count,
        "batch_id": entry.batch_id,
        "about": entry.subject,
        "undoes": entry.undoes,
        "undone_by": entry.undone_by,
        "undone_at": entry.undone_at,
    }


def _change_line(entry: LogEntry) -> str:
    from tui.command_line.tables import cut_to_terminal
    from tui.safe_text import visible
    from tui.when import exactly

    gone = f"  (undone by {entry.undone_by})" if entry.undone_by is not None else ""
    line = f"{entry.last:>5}  {exactly(entry.moment)}  {entry.actor}  {entry.what}{gone}"
    return cut_to_terminal(visible(line))
