"""``planner-tui card``: cards, looked at and changed without the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.command_line.changing import (
    LONG_TEXT,
    TAKEN_BACK,
    Change,
    Place,
    Priority,
    changing,
    need_something,
    place_options,
    text_option,
    values_given,
)
from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    json_option,
    listing_options,
)
from tui.command_line.where import Where, project_option, where_option

if TYPE_CHECKING:
    from planner.holdings import CardHoldings
    from store.adapter import DbAdapter
    from store.records import Card, CardQuestion, Project

STATUSES = ("todo", "active", "questions", "review", "production")

_STATUS = click.option("--status", type=click.Choice(STATUSES), help="Where it stands.")
_PRIORITY = click.option(
    "--priority", type=Priority(), metavar="P", help="none, low, medium, high or urgent; 0 to 4."
)
_DESCRIPTION = text_option(
    "--description", words="What it is about; - reads standard input, '' is none."
)
_QUICK_ANSWER = text_option("--quick-answer", words="The short answer; '' is none.")


@click.group(cls=Group)
def card() -> None:
    """List, show, add and change cards.

    CARD is #42, 42, its id, its title, or how one of them begins.

    \b
    Examples:
      planner-tui card list --filter "status:review -finalized:yes"
      planner-tui card add "Sign in with a key" --activity "With a key"
      planner-tui card show '#42'
    """


@card.command(name="list")
@click.option(
    "--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="With this status."
)
@click.option("--workflow", metavar="NAME", help="Of this workflow.")
@click.option("--activity", metavar="NAME", help="Of this activity.")
@click.option("--filter", "query", metavar="TEXT", help="That the board's filter would show.")
@project_option
@listing_options
@where_option
def list_(
    where: Where,
    statuses: tuple[str, ...],
    workflow: str | None,
    activity: str | None,
    query: str | None,
    listing: Listing,
) -> None:
    """List cards in the order of the map: all, or those that meet all that is asked.

    \b
    Examples:
      planner-tui card list --status todo --status active
      planner-tui card list --filter "priority:>=high has:questions" --fields number,title --json
    """
    from tui.command_line.card_lists import card_rows

    asked: dict[str, Any] = {"workflow": workflow, "activity": activity, "query": query}
    with where.plan(listing.as_json) as (db, project):
        rows = card_rows(db, project, statuses=statuses, **asked)
        if not listing.as_json:
            from store.records import PRIORITIES

            rows = [{**row, "priority": PRIORITIES[row["priority"]]} for row in rows]
        answer_rows(
            "cards",
            rows,
            listing,
            columns=("number", "title", "status", "priority", "activity"),
            empty="There is no such card.",
        )


@card.command()
@click.argument("name", metavar="CARD")
@project_option
@json_option
@where_option
def show(where: Where, name: str, as_json: bool) -> None:
    """Show CARD with all it holds, and what it lacks.

    \b
    Example:
      planner-tui card show '#42' --json
    """
    from tui.command_line.card_words import card_document, card_in_words

    with where.plan(as_json) as (db, project):
        held = _held(db, project, name)
        words = "" if as_json else "\n".join(card_in_words(held))
        answer({"card": card_document(held)}, words, as_json=as_json)


@card.command()
@click.argument("title")
@click.option("--activity", metavar="NAME", help="The activity; may be left out of only one.")
@_STATUS
@_PRIORITY
@_DESCRIPTION
@_QUICK_ANSWER
@place_options("card")
@changing
def add(
    change: Change,
    title: str,
    activity: str | None,
    status: str | None,
    priority: int | None,
    description: str | None,
    quick_answer: str | None,
    place: Place,
) -> None:
    """Make a card called TITLE, the last one of its activity unless a place is said.

    \b
    Examples:
      planner-tui card add "Sign in with a key" --activity "With a key" --priority high
      planner-tui card add "Sign out" --after '#42' --description - < description.md
    """
    texts = values_given(description=description, quick_answer=quick_answer)
    payload = {"title": title, **texts, **values_given(status=status, priority=priority)}
    with change.plan() as (db, project):
        activity_id, position = _place(db, project, activity, place)
        action = {
            "action_type": "createCard",
            "target_ref": {"workflow_activity_id": activity_id},
            "payload": {**payload, "position": position},
        }
        change.apply(db, project, [action], workflow_activity_id=activity_id)


@card.command()
@click.argument("name", metavar="CARD")
@click.option("--title", metavar="TEXT", help="What it is called from now on.")
@_STATUS
@_PRIORITY
@_DESCRIPTION
@_QUICK_ANSWER
@changing
def edit(
    change: Change,
    name: str,
    title: str | None,
    status: str | None,
    priority: int | None,
    description: str | None,
    quick_answer: str | None,
) -> None:
    """Change the texts, the status or the priority of CARD.

    \b
    Examples:
      planner-tui card edit '#42' --title "Sign in with a passkey" --priority urgent
      planner-tui card edit '#42' --description - < description.md
    """
    values = values_given(description=description, quick_answer=quick_answer)
    values |= values_given(status=status, priority=priority)
    if title is not None:
        values["title"] = title
    need_something(values, "--title TEXT")
    _apply_to_all(change, (name,), "updateCard", values, verb="Change")


@card.command()
@click.argument("names", nargs=-1, required=True, metavar="CARD... STATUS")
@changing
def status(change: Change, names: tuple[str, ...]) -> None:
    """Give one CARD or several a status: todo, active, questions, review, production.

    \b
    Examples:
      planner-tui card status '#42' review
      planner-tui card status 42 43 44 production
    """
    *cards, word = names
    if not cards or word not in STATUSES:
        raise click.UsageError(
            f"The status comes last: {', '.join(STATUSES)}. Not {word!r}."
            if cards
            else "Say the card and its status, such as 42 review."
        )
    _apply_to_all(change, tuple(cards), "updateCard", {"status": word}, verb=f"Set to {word}:")


@card.command()
@click.argument("name", metavar="CARD")
@click.option("--activity", metavar="NAME", help="The activity that it goes to.")
@place_options("card")
@changing
def move(change: Change, name: str, activity: str | None, place: Place) -> None:
    """Move CARD within its activity or to another.

    \b
    Examples:
      planner-tui card move '#42' --first
      planner-tui card move '#42' --activity "Sign in/With a key" --after '#40'
    """
    if activity is None and not place.is_given:
        raise click.UsageError("Say where it goes, such as --first or --activity NAME.")
    from planner.naming import find_card

    with change.plan() as (db, project):
        moved = find_card(db, project.id, name)
        activity_id, position = _place(db, project, activity, place, moved)
        action = {
            "action_type": "moveCard",
            "target_ref": {"card_id": moved.id},
            "payload": {"workflow_activity_id": activity_id, "position": position},
        }
        change.apply(db, project, [action], workflow_activity_id=activity_id)


@card.command()
@click.argument("names", nargs=-1, required=True, metavar="CARD...")
@changing
def delete(change: Change, names: tuple[str, ...]) -> None:
    """Delete one CARD or several with all they hold; planner-tui undo brings them back.

    \b
    Example:
      planner-tui card delete '#42' '#43'
    """
    _apply_to_all(change, names, "deleteCard", {}, verb="Delete", words=f". {TAKEN_BACK}")


@card.command()
@click.argument("names", nargs=-1, required=True, metavar="CARD...")
@changing
def finalize(change: Change, names: tuple[str, ...]) -> None:
    """Mark one CARD or several as ones that may be built; refused while one lacks something.

    \b
    Example:
      planner-tui card finalize '#42'
    """
    _apply_to_all(change, names, "finalizeCard", {}, verb="Finalize")


@card.command()
@click.argument("names", nargs=-1, required=True, metavar="CARD...")
@changing
def unfinalize(change: Change, names: tuple[str, ...]) -> None:
    """Take the mark away that one CARD or several may be built.

    \b
    Example:
      planner-tui card unfinalize '#42'
    """
    _apply_to_all(change, names, "unfinalizeCard", {}, verb="Take the finalized mark off")


@card.command(name="answer")
@click.argument("name", metavar="CARD")
@click.argument("text", metavar="ANSWER", type=LONG_TEXT)
@click.option(
    "--question", metavar="N", help="Which: its number on the card, its id or how it begins."
)
@click.option("--as-known-fact", is_flag=True, help="Keep it among the known facts, too.")
@changing
def answer_question(
    change: Change, name: str, text: str, question: str | None, as_known_fact: bool
) -> None:
    """Answer a question of CARD: the open one, or the one that card show numbers N.

    \b
    Example:
      planner-tui card answer '#42' --question 2 'In English alone.'
    """
    with change.plan() as (db, project):
        held = _held(db, project, name)
        asked = _chosen(db, held, question)
        payload = {"id": asked.id, "answer": text, "as_known_fact": as_known_fact}
        action = {
            "action_type": "answerCardQuestion",
            "target_ref": {"card_id": held.card.id},
            "payload": payload,
        }
        left = sum(each.id != asked.id for _, each in _open(held))
        words = f". {left} more {'is' if left == 1 else 'are'} open." if left else ""
        change.apply(db, project, [action], words=words, question_id=asked.id, open_questions=left)


def _held(db: DbAdapter, project: Project, name: str) -> CardHoldings:
    from planner.errors import Unknown
    from planner.holdings import read_holdings
    from planner.naming import find_card

    held = read_holdings(db, find_card(db, project.id, name).id)
    if held is None:
        raise Unknown("This card has been deleted.")
    return held


def _open(held: CardHoldings) -> list[tuple[int, CardQuestion]]:
    """Return the questions that are open, each with its number on the card."""
    from store.records import KnowledgeStatus

    numbered = enumerate(held.questions, start=1)
    return [(n, asked) for n, asked in numbered if asked.status == KnowledgeStatus.DRAFT]


def _chosen(db: DbAdapter, held: CardHoldings, name: str | None) -> CardQuestion:
    """Return the question that is meant."""
    from planner.errors import Ambiguous, Candidate, Refused
    from planner.naming import find_held
    from store.records import CardQuestion

    if name is not None:
        return find_held(db, CardQuestion, held.card, name)
    asked = _open(held)
    if not asked:
        raise Refused("No question of this card is open.")
    if len(asked) > 1:
        listed = "".join(f"\n  {n}. {each.text}" for n, each in asked)
        raise Ambiguous(
            f"Say which with --question N:{listed}",
            [Candidate(each.id, each.text, n) for n, each in asked],
        )
    return asked[0][1]


def _apply_to_all(
    change: Change,
    names: tuple[str, ...],
    action_type: str,
    payload: dict[str, Any],
    *,
    verb: str,
    words: str = "",
) -> None:
    """Do the same to some cards, all of them or none; a card that is named twice counts once."""
    from planner.naming import find_card

    with change.plan() as (db, project):
        found = [find_card(db, project.id, name) for name in names]
        cards = {each.id: each for each in found}
        actions = [
            {"action_type": action_type, "target_ref": {"card_id": each}, "payload": payload}
            for each in cards
        ]
        listed = ", ".join(f"#{each.number}" for each in cards.values())
        told = f"{verb} {len(cards):,} cards ({listed})" if len(cards) > 1 else None
        change.apply(db, project, actions, told=told, words=words)


def _place(
    db: DbAdapter,
    project: Project,
    activity: str | None,
    place: Place,
    moved: Card | None = None,
) -> tuple[str, int | None]:
    """Return the activity that a card goes to, and its position there."""
    from planner.naming import find_activity, find_card
    from store.records import Card

    into = find_activity(db, project.id, activity).id if activity is not None else None
    beside = find_card(db, project.id, place.beside) if place.beside is not None else None
    if beside is not None:
        if moved is not None and beside.id == moved.id:
            raise click.UsageError("A card can't go beside itself.")
        if into not in (None, beside.workflow_activity_id):
            raise click.UsageError(f"The card {place.beside} is not in that activity.")
        into = beside.workflow_activity_id
    if into is None and moved is not None:
        into = moved.workflow_activity_id
    if into is None:
        from tui.command_line.activity import activity_rows

        rows = activity_rows(db, project.id)
        if len(rows) != 1:
            raise click.UsageError("Say which activity with --activity NAME.")
        into = rows[0]["id"]
    if beside is None:
        return into, place.among(())
    ids = [each.id for each in db.list(Card, workflow_activity_id=into)]
    others = [each for each in ids if moved is None or each != moved.id]
    return into, place.among(others, beside.id)
