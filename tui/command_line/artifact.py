"""``planner-tui artifact``: context artifacts, what is worth reading before a card is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tui.command_line.changing import (
    TAKEN_BACK,
    Change,
    changing,
    need_something,
    text_option,
    values_given,
)
from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    fail,
    json_option,
    listing_options,
)
from tui.command_line.where import Where, project_option, where_option

TYPES = (
    "doc",
    "design",
    "code",
    "research",
    "link",
    "image",
    "skill",
    "mcp",
    "cli",
    "api",
    "prompt",
    "spec",
    "runbook",
)

MOST_BYTES = 10_000_000
"""The longest file whose text is kept in the plan."""

_TEXTS = (
    click.option("--title", metavar="TEXT", help="What it is headed; '' is none."),
    text_option("--content", words="Its text; - reads standard input, '' is none."),
    click.option(
        "--file",
        "path",
        type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
        help="Take its text from this file, or - for standard input.",
    ),
    click.option("--uri", metavar="URI", help="Where it is; '' is none."),
    click.option("--locator", metavar="TEXT", help="Which part of it is meant; '' is none."),
    click.option("--mime-type", metavar="TYPE", help="Such as text/markdown; '' is none."),
)


def _texts(command: Any) -> Any:
    """Give a command the options for what an artifact holds."""
    for option in reversed(_TEXTS):
        command = option(command)
    return command


@click.group(cls=Group)
def artifact() -> None:
    """List, add and change context artifacts: texts and links that cards use.

    ARTIFACT is its name, its id, or how one of them begins; where a card is named, its number there as well.
    CARD is #42, 42, its id, its title, or how one of them begins.

    \b
    Examples:
      planner-tui artifact add "Key format" --type spec --file docs/keys.md --card '#42'
      planner-tui artifact link '#43' "Key format"
    """


@artifact.command(name="list")
@click.option("--card", metavar="CARD", help="Only those that it uses.")
@click.option("--type", "type_", type=click.Choice(TYPES), help="Only those.")
@project_option
@listing_options
@where_option
def list_(where: Where, card: str | None, type_: str | None, listing: Listing) -> None:
    """List the context artifacts of the project, or those that CARD uses.

    \b
    Example:
      planner-tui artifact list --card '#42' --fields number,name,uri
    """
    from planner.naming import find_card
    from store.records import CardContextArtifact, ContextArtifact

    with where.plan(listing.as_json) as (db, project):
        found = db.list(ContextArtifact, project_id=project.id)
        links: dict[str, CardContextArtifact] = {}
        if card is not None:
            held = db.list(CardContextArtifact, card_id=find_card(db, project.id, card).id)
            links = {each.context_artifact_id: each for each in held}
            found = [each for each in found if each.id in links]
        rows = [
            {
                **({"number": number} if card is not None else {}),
                "id": each.id,
                "name": each.name,
                "type": each.type,
                "title": each.title,
                "uri": each.uri,
                "locator": each.locator,
                "mime_type": each.mime_type,
                "characters": len(each.content or ""),
                **({"usage_hint": links[each.id].usage_hint} if card is not None else {}),
            }
            for number, each in enumerate(found, start=1)
            if type_ in (None, each.type)
        ]
        columns = ("name", "type", "title", "uri")
        answer_rows(
            "context_artifacts",
            rows,
            listing,
            columns=("number", *columns) if card is not None else columns,
            empty="There is no context artifact."
            if card is None
            else "The card uses no context artifact.",
        )


@artifact.command()
@click.argument("name", metavar="ARTIFACT")
@click.option("--card", metavar="CARD", help="The card whose artifact a number means.")
@project_option
@json_option
@where_option
def show(where: Where, name: str, card: str | None, as_json: bool) -> None:
    """Show ARTIFACT with its text and the cards that use it.

    \b
    Example:
      planner-tui artifact show "Key format"
    """
    from planner.naming import find_artifact, find_card
    from store.records import Card, CardContextArtifact

    with where.plan(as_json) as (db, project):
        of = find_card(db, project.id, card) if card is not None else None
        found = find_artifact(db, project.id, name, card=of)
        ids = [each.card_id for each in db.list(CardContextArtifact, context_artifact_id=found.id)]
        using = db.list(Card, id=ids) if ids else []
    told = (
        ("title", found.title),
        ("uri", found.uri),
        ("locator", found.locator),
        ("mime type", found.mime_type),
        ("used by", ", ".join(f"#{each.number} {each.title}" for each in using)),
    )
    lines = [found.name, f"{found.type}, id {found.id}"]
    lines += [f"{label}: {text}" for label, text in told if text]
    lines += ["", found.content] if found.content else []
    cards = [{"number": each.number, "id": each.id, "title": each.title} for each in using]
    answer({"context_artifact": found, "cards": cards}, "\n".join(lines), as_json=as_json)


@artifact.command()
@click.argument("name")
@click.option("--type", "type_", type=click.Choice(TYPES), default="doc", help="Default: doc.")
@_texts
@click.option("--card", metavar="CARD", help="A card that uses it from now on.")
@changing
def add(
    change: Change,
    name: str,
    type_: str,
    path: Path | None,
    card: str | None,
    **texts: str | None,
) -> None:
    """Make a context artifact called NAME, with a text or a place where it is.

    \b
    Examples:
      planner-tui artifact add "Key format" --type spec --file docs/keys.md --card '#42'
      planner-tui artifact add Design --type link --uri https://example.com/design
    """
    from planner.naming import find_card

    payload = {"name": name, "type": type_, **_held(change, path, texts)}
    with change.plan() as (db, project):
        target = {"card_id": find_card(db, project.id, card).id} if card is not None else {}
        action = {
            "action_type": "createContextArtifact",
            "target_ref": target,
            "payload": payload,
        }
        change.apply(db, project, [action])


@artifact.command()
@click.argument("name", metavar="ARTIFACT")
@click.option("--name", "new_name", metavar="NAME", help="What it is called from now on.")
@click.option("--type", "type_", type=click.Choice(TYPES), help="What it is.")
@_texts
@changing
def edit(
    change: Change,
    name: str,
    new_name: str | None,
    type_: str | None,
    path: Path | None,
    **texts: str | None,
) -> None:
    """Change ARTIFACT, for every card that uses it.

    \b
    Example:
      planner-tui artifact edit "Key format" --file docs/keys.md
    """
    from planner.naming import find_artifact

    values = _held(change, path, texts)
    if new_name is not None:
        values["name"] = new_name
    if type_ is not None:
        values["type"] = type_
    need_something(values, "--uri URI")
    with change.plan() as (db, project):
        found = find_artifact(db, project.id, name)
        action = {"action_type": "updateContextArtifact", "payload": {"id": found.id, **values}}
        change.apply(db, project, [action])


@artifact.command()
@click.argument("card", metavar="CARD")
@click.argument("name", metavar="ARTIFACT")
@click.option("--hint", metavar="TEXT", help="What the card uses it for.")
@changing
def link(change: Change, card: str, name: str, hint: str | None) -> None:
    """Let CARD use ARTIFACT; again changes the hint.

    \b
    Example:
      planner-tui artifact link '#43' "Key format" --hint "The second chapter."
    """
    from planner.naming import find_artifact, find_card

    with change.plan() as (db, project):
        found = find_artifact(db, project.id, name)
        action = {
            "action_type": "linkContextArtifact",
            "target_ref": {"card_id": find_card(db, project.id, card).id},
            "payload": {"context_artifact_id": found.id, "usage_hint": hint},
        }
        change.apply(db, project, [action])


@artifact.command()
@click.argument("card", metavar="CARD")
@click.argument("name", metavar="ARTIFACT")
@changing
def unlink(change: Change, card: str, name: str) -> None:
    """Take ARTIFACT off CARD; it stays for the others.

    \b
    Example:
      planner-tui artifact unlink '#43' 1
    """
    from planner.naming import find_artifact, find_card

    with change.plan() as (db, project):
        of = find_card(db, project.id, card)
        found = find_artifact(db, project.id, name, card=of)
        action = {
            "action_type": "unlinkContextArtifact",
            "target_ref": {"card_id": of.id},
            "payload": {"context_artifact_id": found.id},
        }
        change.apply(db, project, [action])


@artifact.command()
@click.argument("name", metavar="ARTIFACT")
@changing
def delete(change: Change, name: str) -> None:
    """Delete ARTIFACT and take it off every card; planner-tui undo brings it back.

    \b
    Example:
      planner-tui artifact delete "Key format"
    """
    from planner.naming import find_artifact
    from store.records import CardContextArtifact

    with change.plan() as (db, project):
        found = find_artifact(db, project.id, name)
        used = db.count(CardContextArtifact, context_artifact_id=found.id)
        action = {"action_type": "deleteContextArtifact", "payload": {"id": found.id}}
        words = f", which {used:,} cards used. {TAKEN_BACK}"
        change.apply(db, project, [action], words=words, used_by=used)


def _held(change: Change, path: Path | None, texts: dict[str, str | None]) -> dict[str, Any]:
    """Return what an artifact is to hold, its text read from a file where one is named."""
    if path is not None and texts["content"] is not None:
        raise click.UsageError("Either --content or --file.")
    values = values_given(**texts)
    if path is not None:
        values["content"] = _read(path, change.as_json)
    return values


def _read(path: Path, as_json: bool) -> str:
    """Return a file's text; a message and an exit where it has none that can be kept."""
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except OSError as error:
        fail(f"{path} can't be read: {error.strerror}.", "refused", {}, as_json)
    if len(data) > MOST_BYTES:
        words = f"{path} is longer than {MOST_BYTES:,} bytes. Say where it is with --uri instead."
        fail(words, "refused", {}, as_json)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = f"{path} is not text in UTF-8. Say where it is with --uri instead."
        fail(words, "refused", {}, as_json)
