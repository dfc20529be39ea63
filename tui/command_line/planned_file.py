"""``planner-tui file``: the files that a card means to create or edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.changing import (
    TAKEN_BACK,
    Change,
    changing,
    need_something,
    text_option,
    values_given,
)
from tui.command_line.output import Group, Listing, answer_rows, listing_options
from tui.command_line.where import Where, project_option, where_option

if TYPE_CHECKING:
    from store.records import Card

KINDS = (
    "component",
    "endpoint",
    "service",
    "schema",
    "hook",
    "util",
    "middleware",
    "job",
    "config",
)
STATUSES = ("proposed", "user_edited", "approved")

_MODULE = click.option("--module", metavar="PATH", help="The folder or module; '' is none.")
_CONTRACT = text_option("--contract", words="What others may rely on; '' is none.")
_POSITION = click.option(
    "--position", type=click.IntRange(min=0), metavar="N", help="Its place in the section, from 0."
)


@click.group(cls=Group, name="file")
def file_group() -> None:
    """List, add and change planned files: what a card means to create or edit.

    CARD is #42, 42, its id, its title, or how one of them begins. FILE is its number on the card, its id,
    or how one of id and name begins.

    \b
    Examples:
      planner-tui file add '#42' keys.py --module src/auth --intent "Makes and checks keys."
      planner-tui file approve '#42' --all
    """


@file_group.command(name="list")
@click.argument("card", metavar="CARD")
@click.option("--status", type=click.Choice(STATUSES), help="Only those.")
@project_option
@listing_options
@where_option
def list_(where: Where, card: str, status: str | None, listing: Listing) -> None:
    """List the planned files of CARD, each with its number there.

    \b
    Example:
      planner-tui file list '#42' --fields path,action,status
    """
    import msgspec

    from planner.holdings import planned_path
    from planner.naming import find_card
    from store.records import CardPlannedFile

    with where.plan(listing.as_json) as (db, project):
        held = db.list(CardPlannedFile, card_id=find_card(db, project.id, card).id)
        rows = [
            {"number": number, "path": planned_path(each), **msgspec.to_builtins(each)}
            for number, each in enumerate(held, start=1)
            if status in (None, each.status)
        ]
        answer_rows(
            "planned_files",
            rows,
            listing,
            columns=("number", "status", "action", "path", "intent_summary"),
            empty=f"The card has no {status + ' ' if status else ''}planned file.",
        )


@file_group.command()
@click.argument("card", metavar="CARD")
@click.argument("name", metavar="NAME")
@text_option("--intent", words="What it is for (needed); - reads standard input.")
@click.option(
    "--action", type=click.Choice(("create", "edit")), default="create", help="Default: create."
)
@click.option("--kind", type=click.Choice(KINDS), default="util", help="Default: util.")
@_MODULE
@_CONTRACT
@_POSITION
@changing
def add(
    change: Change,
    card: str,
    name: str,
    intent: str | None,
    action: str,
    kind: str,
    module: str | None,
    contract: str | None,
    position: int | None,
) -> None:
    """Plan the file NAME on CARD.

    \b
    Example:
      planner-tui file add '#42' keys.py --module src/auth --kind service --intent "Makes keys."
    """
    if intent is None:
        raise click.UsageError("Say what the file is for with --intent TEXT.")
    from planner.naming import find_card
    from store.records import CardPlannedFile

    payload = {
        "logical_file_name": name,
        "intent_summary": intent,
        "action": action,
        "artifact_kind": kind,
        **values_given(module_hint=module, contract_notes=contract, position=position),
    }
    with change.plan() as (db, project):
        found = find_card(db, project.id, card)
        count = db.count(CardPlannedFile, card_id=found.id)
        number = 1 + (count if position is None else min(position, count))
        words = f", number {number} on card #{found.number}"
        made = _action("upsertCardPlannedFile", found, payload)
        change.apply(db, project, [made], words=words, numbers=[number])


@file_group.command()
@click.argument("card", metavar="CARD")
@click.argument("item", metavar="FILE")
@click.option("--name", metavar="NAME", help="What it is called from now on.")
@text_option("--intent", words="What it is for; - reads standard input.")
@click.option("--action", type=click.Choice(("create", "edit")), help="What is to be done.")
@click.option("--kind", type=click.Choice(KINDS), help="What sort of code it is.")
@_MODULE
@_CONTRACT
@_POSITION
@changing
def edit(
    change: Change,
    card: str,
    item: str,
    name: str | None,
    intent: str | None,
    action: str | None,
    kind: str | None,
    module: str | None,
    contract: str | None,
    position: int | None,
) -> None:
    """Change a planned file of CARD; an approved one is user_edited from then on.

    \b
    Example:
      planner-tui file edit '#42' 1 --action edit
    """
    values = values_given(
        action=action,
        artifact_kind=kind,
        module_hint=module,
        contract_notes=contract,
        position=position,
    )
    for field, text in (("logical_file_name", name), ("intent_summary", intent)):
        if text is not None:
            values[field] = text
    need_something(values, "--intent TEXT")
    _do(change, card, (item,), "upsertCardPlannedFile", values)


@file_group.command()
@click.argument("card", metavar="CARD")
@click.argument("items", metavar="[FILE...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every one.")
@changing
def approve(change: Change, card: str, items: tuple[str, ...], everything: bool) -> None:
    """Approve one planned file of CARD or several, or all with --all.

    \b
    Examples:
      planner-tui file approve '#42' 1 2
      planner-tui file approve '#42' --all
    """
    if bool(items) is everything:
        raise click.UsageError("Say which file, or --all.")
    _do(change, card, None if everything else items, "approveCardPlannedFile", {})


@file_group.command()
@click.argument("card", metavar="CARD")
@click.argument("items", metavar="FILE...", nargs=-1, required=True)
@changing
def delete(change: Change, card: str, items: tuple[str, ...]) -> None:
    """Delete one planned file of CARD or several; planner-tui undo brings them back.

    \b
    Example:
      planner-tui file delete '#42' keys.py
    """
    _do(change, card, items, "deleteCardPlannedFile", {}, words=f". {TAKEN_BACK}")


def _do(
    change: Change,
    card: str,
    items: Sequence[str] | None,
    action_type: str,
    values: dict[str, Any],
    *,
    words: str = "",
) -> None:
    """Do the same to some planned files of a card, or to all; all or none."""
    from planner.errors import Refused
    from planner.naming import find_card, find_held
    from store.records import CardPlannedFile

    with change.plan() as (db, project):
        found = find_card(db, project.id, card)
        if items is None:
            held = db.list(CardPlannedFile, card_id=found.id)
            if not held:
                raise Refused(f"The card #{found.number} has no planned file.")
            ids = [each.id for each in held if each.status != "approved"]
        else:
            named = (find_held(db, CardPlannedFile, found, item).id for item in items)
            ids = list(dict.fromkeys(named))
        actions = [_action(action_type, found, {"id": each, **values}) for each in ids]
        verb = "Approve" if action_type == "approveCardPlannedFile" else "Delete"
        told = f"{verb} {len(ids):,} planned files of card #{found.number}"
        change.apply(db, project, actions, told=told if len(ids) > 1 else None, words=words)


def _action(action_type: str, card: Card, payload: dict[str, Any]) -> dict[str, Any]:
    return {"action_type": action_type, "target_ref": {"card_id": card.id}, "payload": payload}
