"""``planner-tui requirement``, ``fact``, ``assumption`` and ``question``: what a card must know.

The four groups are made alike; a fact has evidence besides, and a question an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tui.command_line.changing import (
    LONG_TEXT,
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
    from store.adapter import DbAdapter
    from store.records import Card, Project

STATUSES = ("draft", "approved", "rejected")
SOURCES = ("user", "agent", "imported")


class Kind(NamedTuple):
    """A kind of knowledge: what its group is called, what an action calls it, and a text of it."""

    name: str
    kind: str
    is_what: str
    example: str

    @property
    def a(self) -> str:
        """The article before its name."""
        return "an" if self.name.startswith("a") else "a"


REQUIREMENT = Kind(
    "requirement", "requirement", "what the built card must do", "The key never leaves the device."
)
FACT = Kind("fact", "known_fact", "what is known to be true", "Browsers of 2023 know passkeys.")
ASSUMPTION = Kind("assumption", "assumption", "what is taken to be true", "Each has one device.")
QUESTION = Kind("question", "question", "what must be answered first", "What if a key is lost?")

_STATUS = click.option("--status", type=click.Choice(STATUSES), help="How settled it is.")
_SOURCE = click.option("--source", type=click.Choice(SOURCES), help="Who it came from.")
_CONFIDENCE = click.option(
    "--confidence", type=click.FloatRange(0, 1), metavar="C", help="How sure that is, from 0 to 1."
)
_POSITION = click.option(
    "--position", type=click.IntRange(min=0), metavar="N", help="Its place in the section, from 0."
)


def _own_options(kind: Kind) -> Callable[[Any], Any]:
    """Give a command the options that only one kind has."""
    if kind is FACT:
        return text_option("--evidence", "evidence_source", words="Where it is known from.")
    if kind is QUESTION:
        return text_option("--answer", words="The answer, where it has one; '' is none.")
    return lambda command: command


def _group(kind: Kind) -> click.Group:
    """Make the group of commands for a kind of knowledge."""
    name, upper = kind.name, kind.name.upper()

    @click.group(
        cls=Group,
        name=name,
        help=f"List, add and change a card's {name}s: {kind.is_what}.\n\n"
        f"CARD is #42, 42, its id, its title, or how one of them begins. {upper} is its number on the card, its id, "
        f"or how one of id and text begins.\n\n\b\nExamples:\n  planner-tui {name} add '#42' \"{kind.example}\"\n"
        f"  planner-tui {name} approve '#42' 1",
    )
    def group() -> None: ...

    _listing(group, kind)
    _adding(group, kind)
    _editing(group, kind)
    for verb, status in (("approve", "approved"), ("reject", "rejected"), ("draft", "draft")):
        _setting(group, kind, verb, status)
    if kind is QUESTION:
        _answering(group)
    _deleting(group, kind)
    return group


def _listing(group: click.Group, kind: Kind) -> None:
    is_question = kind is QUESTION
    whose = "[CARD]" if is_question else "CARD"
    without = " Without CARD, the open questions of the whole project." if is_question else ""

    @group.command(
        name="list",
        help=f"List the {kind.name}s of CARD, each with its number there.{without}\n\n"
        f"\b\nExample:\n  planner-tui {kind.name} list '#42' --json",
    )
    @click.argument("card", metavar=whose, required=not is_question)
    @click.option("--status", type=click.Choice(STATUSES), help="Only those.")
    @project_option
    @listing_options
    @where_option
    def command(where: Where, card: str | None, status: str | None, listing: Listing) -> None:
        from planner.naming import find_card

        with where.plan(listing.as_json) as (db, project):
            if card is None:
                _list_open_questions(db, project, listing)
                return
            rows = [
                row
                for row in _rows(db, find_card(db, project.id, card), kind)
                if status in (None, row["status"])
            ]
            columns = ("number", "status", "text", *(("answer",) if is_question else ()))
            empty = f"The card has no {status + ' ' if status else ''}{kind.name}."
            answer_rows(f"{kind.kind}s", rows, listing, columns=columns, empty=empty)


def _list_open_questions(db: DbAdapter, project: Project, listing: Listing) -> None:
    names = ("id", "text", "card_id", "card_number", "card", "workflow", "activity")
    rows = [
        dict(zip(names, row, strict=True)) for row in db.open_questions(project.id, limit=100_000)
    ]
    columns = ("card_number", "card", "text")
    answer_rows("questions", rows, listing, columns=columns, empty="No question is open.")


def _adding(group: click.Group, kind: Kind) -> None:
    @group.command(
        help=f"Add {kind.a} {kind.name} to CARD, or several: each TEXT is one. TEXT may be - for standard input.\n\n"
        f"\b\nExample:\n  planner-tui {kind.name} add '#42' \"{kind.example}\" --status approved",
    )
    @click.argument("card", metavar="CARD")
    @click.argument("texts", metavar="TEXT...", nargs=-1, required=True, type=LONG_TEXT)
    @_STATUS
    @_own_options(kind)
    @_SOURCE
    @_CONFIDENCE
    @_POSITION
    @changing
    def add(
        change: Change, card: str, texts: tuple[str, ...], position: int | None, **given: Any
    ) -> None:
        from planner.naming import find_card

        values = values_given(**given)
        with change.plan() as (db, project):
            found = find_card(db, project.id, card)
            count = len(_held(db, found, kind))
            first = count if position is None else min(position, count)
            actions = [
                _action(
                    "upsertCardKnowledgeItem",
                    found,
                    kind,
                    text=text,
                    position=first + at,
                    **values,
                )
                for at, text in enumerate(texts)
            ]
            numbers = [first + at + 1 for at in range(len(texts))]
            told, words = None, f", number {numbers[0]} on card #{found.number}"
            if len(texts) > 1:
                told = f"Add {len(texts):,} {kind.name}s"
                words = f", numbers {numbers[0]} to {numbers[-1]} on card #{found.number}"
            change.apply(db, project, actions, told=told, words=words, numbers=numbers)


def _editing(group: click.Group, kind: Kind) -> None:
    @group.command(
        help=f"Change {kind.a} {kind.name} of CARD.\n\n\b\nExample:\n"
        f"  planner-tui {kind.name} edit '#42' 1 --text \"{kind.example}\"",
    )
    @click.argument("card", metavar="CARD")
    @click.argument("item", metavar=kind.name.upper())
    @text_option("--text", words="What it says from now on; - reads standard input.")
    @_STATUS
    @_own_options(kind)
    @_SOURCE
    @_CONFIDENCE
    @_POSITION
    @changing
    def edit(change: Change, card: str, item: str, text: str | None, **given: Any) -> None:
        values = values_given(**given)
        if text is not None:
            values["text"] = text
        need_something(values, "--text TEXT")
        _do(change, card, (item,), kind, "upsertCardKnowledgeItem", values)


def _setting(group: click.Group, kind: Kind, verb: str, status: str) -> None:
    is_draft = verb == "draft"
    words = f"{'Make drafts again of' if is_draft else verb.capitalize()} {kind.name}s of CARD"

    @group.command(
        name=verb,
        help=f"{words}: those named, or with --all every one that is not rejected.\n\n"
        f"\b\nExamples:\n  planner-tui {kind.name} {verb} '#42' 1 2\n"
        f"  planner-tui {kind.name} {verb} '#42' --all",
    )
    @click.argument("card", metavar="CARD")
    @click.argument("items", metavar=f"[{kind.name.upper()}...]", nargs=-1)
    @click.option("--all", "everything", is_flag=True, help="Every one that is not rejected.")
    @changing
    def command(change: Change, card: str, items: tuple[str, ...], everything: bool) -> None:
        if bool(items) is everything:
            raise click.UsageError(f"Say which {kind.name}, or --all.")
        chosen = None if everything else items
        said = "Make a draft again of" if is_draft else verb.capitalize()
        _do(change, card, chosen, kind, "setCardKnowledgeStatus", {"status": status}, verb=said)


def _answering(group: click.Group) -> None:
    @group.command(name="answer")
    @click.argument("card", metavar="CARD")
    @click.argument("item", metavar="QUESTION")
    @click.argument("text", metavar="ANSWER", type=LONG_TEXT)
    @click.option("--as-known-fact", is_flag=True, help="Keep it among the known facts, too.")
    @changing
    def command(change: Change, card: str, item: str, text: str, as_known_fact: bool) -> None:
        """Answer a question of CARD, which approves it; again changes the answer.

        \b
        Examples:
          planner-tui question answer '#42' 1 "They ask for a new one by mail."
          planner-tui question answer '#42' "What if" - --as-known-fact < answer.txt
        """
        values = {"answer": text, "as_known_fact": as_known_fact}
        _do(change, card, (item,), QUESTION, "answerCardQuestion", values)


def _deleting(group: click.Group, kind: Kind) -> None:
    @group.command(
        help=f"Delete one {kind.name} of CARD or several; planner-tui undo brings them back.\n\n"
        f"\b\nExample:\n  planner-tui {kind.name} delete '#42' 2",
    )
    @click.argument("card", metavar="CARD")
    @click.argument("items", metavar=f"{kind.name.upper()}...", nargs=-1, required=True)
    @changing
    def delete(change: Change, card: str, items: tuple[str, ...]) -> None:
        words = f". {TAKEN_BACK}"
        _do(change, card, items, kind, "deleteCardKnowledgeItem", {}, words=words)


def _do(
    change: Change,
    card: str,
    items: Sequence[str] | None,
    kind: Kind,
    action_type: str,
    values: dict[str, Any],
    *,
    verb: str | None = None,
    words: str = "",
) -> None:
    """Do the same to some items of a card, or to all that aren't rejected; all or none."""
    from planner.describe import clipped
    from planner.errors import Refused
    from planner.naming import find_card, find_held

    with change.plan() as (db, project):
        found = find_card(db, project.id, card)
        if items is None:
            held = _held(db, found, kind)
            if not held:
                raise Refused(f"The card #{found.number} has no {kind.name}.")
            settled = ("rejected", values["status"])
            chosen = [each for each in held if each.status not in settled]
        else:
            chosen = [find_held(db, _table(kind), found, item) for item in items]
        texts = {each.id: each.text for each in chosen}
        actions = [_action(action_type, found, kind, id=each, **values) for each in texts]
        told: str | None = None
        if len(texts) > 1:
            told = f"{verb or 'Delete'} {len(texts):,} {kind.name}s of card #{found.number}"
        elif verb is not None and texts:
            told = f"{verb} {kind.name} “{clipped(*texts.values())}”"
        change.apply(db, project, actions, told=told, words=words)


def _action(action_type: str, card: Card, kind: Kind, **payload: Any) -> dict[str, Any]:
    if action_type != "answerCardQuestion":
        payload["kind"] = kind.kind
    return {"action_type": action_type, "target_ref": {"card_id": card.id}, "payload": payload}


def _table(kind: Kind) -> Any:
    from planner.knowledge_actions import KNOWLEDGE

    return KNOWLEDGE[kind.kind]  # type: ignore[index]


def _held(db: DbAdapter, card: Card, kind: Kind) -> list[Any]:
    return db.list(_table(kind), card_id=card.id)


def _rows(db: DbAdapter, card: Card, kind: Kind) -> list[dict[str, Any]]:
    import msgspec

    return [
        {"number": number, **msgspec.to_builtins(each)}
        for number, each in enumerate(_held(db, card, kind), start=1)
    ]


requirement = _group(REQUIREMENT)
fact = _group(FACT)
assumption = _group(ASSUMPTION)
question = _group(QUESTION)
