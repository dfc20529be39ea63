"""What it takes to open a card: how much it holds must not matter to who waits for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from bench.board import DOWN, SETTLE, UP, start_board
from bench.figures import Figure, median, percentile
from bench.plans import Plans, description
from bench.terminal import Terminal
from planner import requests as ask
from planner.actions import Planner
from planner.projects import create_project
from store.open import open_store

FEW, MANY = 2, 200
"""Items of the two cards that are opened in turns."""

PARAGRAPHS = 60
"""Paragraphs of the description of the card that holds much: about 25,000 characters."""

ENTER, ESCAPE, PAGE_DOWN = "\r", "\x1b", "\x1b[6~"


def opening(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure from the key that opens a card to the last byte of its first picture."""
    database = plans.folder("card") / "plan.db"
    _make_plan(database)
    few: list[float] = []
    many: list[float] = []
    first = 0.0
    with start_board(plans, database) as terminal:
        terminal.wait_for("Little")
        terminal.settle(quiet=SETTLE)
        first = _open(terminal)  # Markdown and the screen are imported with the first card
        for number in range(rounds):
            for key, found in ((DOWN, many), (UP, few)):
                terminal.press(key)
                terminal.settle(quiet=0.2, ceiling=0.2)
                took = _open(terminal)
                if number:
                    found.append(took)
        terminal.press(DOWN)
        keys = _walk(terminal)
    yield Figure("open a card: the first of all", first, "ms")
    yield Figure(f"open a card: p50, {FEW} items", median(few), "ms")
    yield Figure(f"open a card: p50, {MANY} items", median(many), "ms")
    ratio = median(many) / median(few)
    yield Figure(f"open a card: p50, {MANY} / {FEW} items", ratio, "×", 1.5)
    yield Figure(f"a key on a card of {MANY} items: p95", percentile(keys, 0.95), "ms")


def _open(terminal: Terminal) -> float:
    burst = terminal.press(ENTER, quiet=0.15)
    if b"Requirements" not in burst.output and b"Description" not in burst.output:
        raise RuntimeError("the card was not opened")
    terminal.press(ESCAPE, quiet=0.15)
    return burst.seconds * 1000


def _walk(terminal: Terminal) -> list[float]:
    """Return what keys take that go about in the card, and one that changes it."""
    terminal.press(ENTER, quiet=0.15)
    terminal.press("1", quiet=0.15)
    found: list[float] = []
    for number in range(60):
        key = ("a", DOWN, DOWN, "x", DOWN, "]", PAGE_DOWN, "1", DOWN, UP)[number % 10]
        burst = terminal.press(key, quiet=0.06)
        if burst.output:
            found.append(burst.seconds * 1000)
    return found


def _make_plan(path: Path) -> None:
    dice = random.Random(1)
    db = open_store(path)
    with db.connection():
        project = create_project(db, "Bench", actor="bench")
        Planner(db, actor="bench").apply(project.id, list(_actions(dice)))


def _actions(dice: random.Random) -> Iterator[ask.Action]:
    yield ask.CreateWorkflow(payload=ask.NewWorkflow(id="w", title="Workflow"))
    yield ask.CreateActivity(
        target_ref=ask.WorkflowTarget(workflow_id="w"),
        payload=ask.NewActivity(id="a", title="Activity"),
    )
    much = "\n\n".join(
        f"## Part {number}\n\n{description(dice)}" if number % 4 == 0 else f"- {description(dice)}"
        for number in range(PARAGRAPHS)
    )
    for name, title, items, text in (
        ("few", "Little", FEW, description(dice)),
        ("many", "Much", MANY, much),
    ):
        target = ask.CardTarget(card_id=name)
        yield ask.CreateCard(
            target_ref=ask.ActivityTarget(workflow_activity_id="a"),
            payload=ask.NewCard(id=name, title=title, description=text),
        )
        for number in range(items):
            kinds = ("requirement", "known_fact", "assumption", "question")
            yield ask.UpsertCardKnowledgeItem(
                target_ref=target,
                payload=ask.KnowledgeUpsert(
                    kind=kinds[number * 4 // items if items > len(kinds) else 0],  # type: ignore[arg-type]
                    text=description(dice),
                ),
            )
