"""``planner-tui card``: one card, as far as a run needs it without the board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import Group, answer, json_option
from tui.command_line.where import Where, project_option, user, where_option

if TYPE_CHECKING:
    from planner.holdings import CardHoldings
    from store.adapter import DbAdapter
    from store.records import CardQuestion, Project


@click.group(cls=Group)
def card() -> None:
    """Look at a card, answer its questions, finalize it.

    CARD is #42, 42, its id, or how its title begins.

    \b
    Examples:
      planner-tui card show '#42'
      planner-tui card answer '#42' 'In English alone.'
    """


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
    with where.plan(as_json) as (db, project):
        held = _held(db, project, name)
        words = "" if as_json else "\n".join(_lines(held))
        answer({"card": _document(held)}, words, as_json=as_json)


@card.command(name="answer")
@click.argument("name", metavar="CARD")
@click.argument("text", metavar="ANSWER")
@click.option("--question", type=click.IntRange(min=1), metavar="N", help="Which open question.")
@click.option("--as-known-fact", is_flag=True, help="Keep it among the known facts, too.")
@project_option
@json_option
@where_option
def answer_question(
    where: Where,
    name: str,
    text: str,
    question: int | None,
    as_known_fact: bool,
    as_json: bool,
) -> None:
    """Answer an open question of CARD: the only one, or the one that card show numbers N.

    \b
    Example:
      planner-tui card answer '#42' --question 2 'In English alone.'
    """
    from planner.actions import Planner

    with where.plan(as_json) as (db, project):
        held = _held(db, project, name)
        asked = _chosen(held, question)
        payload = {"id": asked.id, "answer": text, "as_known_fact": as_known_fact}
        action = {
            "action_type": "answerCardQuestion",
            "target_ref": {"card_id": held.card.id},
            "payload": payload,
        }
        Planner(db, actor=user()).apply(project.id, [action])
        left = len(_open(held)) - 1
        more = f" {left} more {'is' if left == 1 else 'are'} open." if left else ""
        data = {"card_id": held.card.id, "question_id": asked.id, "open_questions": left}
        answer(data, f"Answered: {asked.text}{more}", as_json=as_json)


@card.command()
@click.argument("name", metavar="CARD")
@project_option
@json_option
@where_option
def finalize(where: Where, name: str, as_json: bool) -> None:
    """Mark CARD as one that may be built; refused while it lacks something.

    \b
    Example:
      planner-tui card finalize '#42'
    """
    from planner.actions import Planner

    with where.plan(as_json) as (db, project):
        held = _held(db, project, name)
        target = {"card_id": held.card.id}
        action = {"action_type": "finalizeCard", "target_ref": target}
        done = Planner(db, actor=user()).apply(project.id, [{**action, "payload": {}}])
        answer(target, f"Done: {done.message}", as_json=as_json)


def _held(db: DbAdapter, project: Project, name: str) -> CardHoldings:
    from planner.errors import Refused
    from planner.holdings import read_holdings
    from planner.naming import find_card

    held = read_holdings(db, find_card(db, project.id, name).id)
    if held is None:
        raise Refused("This card has been deleted.")
    return held


def _open(held: CardHoldings) -> list[CardQuestion]:
    from store.records import KnowledgeStatus

    return [asked for asked in held.questions if asked.status == KnowledgeStatus.DRAFT]


def _chosen(held: CardHoldings, number: int | None) -> CardQuestion:
    """Return the open question that is meant."""
    from planner.errors import Refused

    asked = _open(held)
    if not asked:
        raise Refused("No question of this card is open.")
    if number is None and len(asked) > 1:
        listed = "".join(f"\n  {n}. {each.text}" for n, each in enumerate(asked, start=1))
        raise Refused(f"Say which with --question N:{listed}")
    if number is not None and number > len(asked):
        raise Refused(f"This card has {len(asked)} open questions, not {number}.")
    return asked[(number or 1) - 1]


def _document(held: CardHoldings) -> dict[str, Any]:
    return {
        "card": held.card,
        "requirements": held.requirements,
        "known_facts": held.known_facts,
        "assumptions": held.assumptions,
        "questions": held.questions,
        "planned_files": held.planned_files,
        "artifacts": held.artifacts,
        "checklist": [
            {"met": rule.met, "words": rule.words, "missing": rule.missing}
            for rule in held.checklist
        ],
        "finalized": held.card.finalized_at is not None,
    }


def _lines(held: CardHoldings) -> Iterator[str]:
    from planner.holdings import planned_path

    card = held.card
    yield f"#{card.number} {card.title}" if card.number is not None else card.title
    lacks = [rule.missing for rule in held.checklist if not rule.met]
    mark = "finalized" if card.finalized_at else f"not finalized: {', '.join(lacks) or 'ready'}"
    built = f", build {card.build_state}" if card.build_state else ""
    yield f"{card.status}{built}, {mark}"
    if card.description:
        yield from ("", card.description)
    numbers = {asked.id: number for number, asked in enumerate(_open(held), start=1)}
    for heading, items in (
        ("Requirements", held.requirements),
        ("Known facts", held.known_facts),
        ("Assumptions", held.assumptions),
    ):
        yield from _section(heading, [f"{item.status:<9} {item.text}" for item in items])
    asked = [
        f"{f'open {numbers[one.id]}' if one.id in numbers else one.status:<9} {one.text}"
        + (f"\n{'':<12}{one.answer}" if one.answer else "")
        for one in held.questions
    ]
    yield from _section("Questions", asked)
    planned = [f"{one.status:<9} {one.action} {planned_path(one)}" for one in held.planned_files]
    yield from _section("Planned files", planned)
    artifacts = [f"{one.type:<9} {one.title or one.name}" for one in held.artifacts]
    yield from _section("Context", artifacts)


def _section(heading: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from ("", heading, *(f"  {item}" for item in items))
