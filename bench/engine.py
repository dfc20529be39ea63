"""What the planner takes without a screen: reading, applying, importing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.figures import Figure, median, percentile
from bench.plans import Plans, title
from planner import requests as ask
from planner.actions import Planner
from planner.board import Board, read_board
from store.open import open_store
from store.records import CardStatus, Project

CARDS = 10_000


def snapshot(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure reading a whole board."""
    db = open_store(plans.database(CARDS))
    times = []
    with db.connection():
        project = db.list(Project)[0]
        for _ in range(rounds):
            start = time.perf_counter()
            board = read_board(db, project)
            times.append((time.perf_counter() - start) * 1000)
    yield Figure(
        f"reading the snapshot: {CARDS:,} cards", median(times), "ms", told=f"{board.size}"
    )


def applying(plans: Plans, times: int) -> Iterator[Figure]:
    """Measure single planning actions, each in a transaction of its own."""
    db = open_store(plans.database(CARDS))
    dice = random.Random(3)
    taken = []
    with db.connection():
        project = db.list(Project)[0]
        board = read_board(db, project)
        planner = Planner(db, actor="bench")
        for number in range(times):
            action = _action(dice, board, number)
            start = time.perf_counter()
            planner.apply(project.id, [action])
            taken.append((time.perf_counter() - start) * 1000)
    yield Figure(f"applying an action: p50, {CARDS:,} cards", median(taken), "ms", 5)
    yield Figure(f"applying an action: p95, {CARDS:,} cards", percentile(taken, 0.95), "ms", 5)


def importing(plans: Plans) -> Iterator[Figure]:
    """Measure importing a Backlog.md folder, by the command line."""
    folder = plans.backlog(CARDS)
    home = plans.home()
    start = time.perf_counter()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tui.cli",
            "--db",
            str(home / "plan.db"),
            "import",
            "backlog",
            folder,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    taken = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    told = done.stdout.splitlines()[0] if done.stdout else ""
    yield Figure(f"importing {CARDS:,} Backlog.md tasks", taken, "s", 10, told[:80])


def _action(dice: random.Random, board: Board, number: int) -> ask.Action:
    columns = [column for lane in board.lanes for column in lane.columns]
    column = dice.choice(columns)
    card = ask.CardTarget(card_id=dice.choice(column.cards).id)
    kind = number % 5
    if kind == 0:
        return ask.UpdateCard(target_ref=card, payload=ask.CardChange(title=title(dice)))
    if kind == 1:
        status = dice.choice(list(CardStatus))
        return ask.UpdateCard(target_ref=card, payload=ask.CardChange(status=status))
    if kind == 2:
        place = ask.Move(position=dice.randrange(len(column.cards)))
        return ask.ReorderCard(target_ref=card, payload=place)
    if kind == 3:
        move = ask.CardMove(
            workflow_activity_id=dice.choice(columns).id, position=dice.randrange(9)
        )
        return ask.MoveCard(target_ref=card, payload=move)
    return ask.CreateCard(
        target_ref=ask.ActivityTarget(workflow_activity_id=column.id),
        payload=ask.NewCard(title=title(dice), position=dice.randrange(9)),
    )
