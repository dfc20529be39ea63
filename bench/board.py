"""What a person at the board waits for, measured in real pseudo-terminals."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench.empty_app import READY
from bench.figures import Figure, median, percentile
from bench.plans import FIRST_TITLE, Plans
from bench.terminal import Terminal

SIZES = (100, 1_000, 10_000)
"""Cards on the boards that are measured."""

MEGABYTE = 1024 * 1024

DOWN, UP, RIGHT, LEFT = "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[D"
SHIFT_DOWN, SHIFT_UP, SHIFT_RIGHT, SHIFT_LEFT = "\x1b[1;2B", "\x1b[1;2A", "\x1b[1;2C", "\x1b[1;2D"

WALK = (DOWN, DOWN, RIGHT, DOWN, RIGHT, UP, DOWN, LEFT, DOWN, RIGHT, "l", "j", DOWN, LEFT, LEFT)
"""A walk over the cards, again and again; ``g`` and ``G`` and page keys leave it for other lanes."""

QUERIES = ("offline", "reading list", "guests 42", "support weekly", "#77", "zebra")
"""What is typed into the filter, letter by letter."""

SETTLE = 1.5
"""Seconds without output after which a board that has just opened is at rest."""


def start_board(
    plans: Plans, database: Path, *, home: Path | None = None, project: str | None = None
) -> Terminal:
    """Open the board in a terminal; in a fresh home, unless it is told which."""
    command = [sys.executable, "-m", "tui.cli", "--db", str(database)]
    if project is not None:
        command += ["--project", project]
    return Terminal(command, home=home or plans.home())


def start_empty(plans: Plans) -> Terminal:
    """Open the empty app in a terminal."""
    return Terminal([sys.executable, "-m", "bench.empty_app"], home=plans.home())


def first_paint(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure from the start of the program to its first card on the screen."""
    databases = {size: plans.database(size) for size in SIZES}
    times: dict[int, list[float]] = {size: [] for size in (0, *SIZES)}
    for number in range(-1, rounds):
        for size in times:
            terminal = start_board(plans, databases[size]) if size else start_empty(plans)
            with terminal:
                shown = terminal.wait_for(FIRST_TITLE if size else READY)
                terminal.settle(quiet=0.3)
            if number >= 0:  # the first round warms the disk's cache and the bytecode
                times[size].append(shown * 1000)
    yield Figure("first paint: empty app", median(times[0]), "ms")
    for size in SIZES:
        yield Figure(f"first paint: {size:,} cards", median(times[size]), "ms")
    most, fewest = SIZES[-1], SIZES[0]
    yield _paired(f"first paint: {most:,} cards / empty app", times[most], times[0], 1.5)
    yield _paired(f"first paint: {most:,} / {fewest:,} cards", times[most], times[fewest], 1.2)


def at_work(plans: Plans, presses: int) -> Iterator[Figure]:
    """Measure keys on an open board, then how much memory it came to."""
    most, fewest = SIZES[-1], SIZES[0]
    database = plans.database(most)
    with start_board(plans, plans.database(fewest)) as small, start_board(plans, database) as big:
        for terminal in (small, big):
            terminal.wait_for(FIRST_TITLE)
            terminal.settle(quiet=SETTLE)
        yield from _select(small, big, presses)
        yield _backlog(big)
        yield from _move(big, database, presses)
        yield from _filter(big)
        _wander(big)
        memory = big.peak_memory()
    with start_empty(plans) as empty:
        empty.wait_for(READY)
        empty.settle(quiet=SETTLE)
        bare = empty.peak_memory()
    told = f"{memory / MEGABYTE:.0f} MB; the empty app {bare / MEGABYTE:.0f} MB"
    yield Figure(
        f"peak memory above the empty app: {most:,} cards",
        (memory - bare) / MEGABYTE,
        "MB",
        40,
        told,
    )


def _select(small: Terminal, big: Terminal, presses: int) -> Iterator[Figure]:
    times: dict[Terminal, list[float]] = {small: [], big: []}
    keys = [WALK[i % len(WALK)] for i in range(presses)]
    for i in range(9, presses, 20):
        keys[i] = ("\x1b[6~", "G", "\x1b[5~", "g")[i // 20 % 4]
    for start in range(0, presses, 10):
        # In turns, so that whatever else the machine does slows both down.
        for terminal, found in times.items():
            found += _pressed(terminal, keys[start : start + 10])
    most, fewest = SIZES[-1], SIZES[0]
    yield Figure(f"select a card: p50, {fewest:,} cards", median(times[small]), "ms")
    yield Figure(f"select a card: p50, {most:,} cards", median(times[big]), "ms")
    yield Figure(f"select a card: p95, {most:,} cards", percentile(times[big], 0.95), "ms", 30)
    yield _ratio(f"select a card: p50, {most:,} / {fewest:,} cards", times[big], times[small], 1.5)


def _backlog(terminal: Terminal) -> Figure:
    terminal.press("g")
    keys = [DOWN] * 12 + [RIGHT] * 4 + [DOWN] * 12 + [UP] * 12
    last = 0.0
    pressed = time.perf_counter()
    for number, key in enumerate(keys):
        due = pressed + number / 30
        while (left := due - time.perf_counter()) > 0:
            terminal.read(left)
        last = time.perf_counter()
        terminal.write(key)
    rest = terminal.settle(quiet=0.15, since=last)
    return Figure("40 presses at 30 a second: idle after the last", rest.seconds * 1000, "ms", 100)


def _move(terminal: Terminal, database: Path, presses: int) -> Iterator[Figure]:
    keys = (SHIFT_DOWN, SHIFT_RIGHT, SHIFT_DOWN, SHIFT_DOWN, SHIFT_LEFT, SHIFT_UP, SHIFT_RIGHT)
    painted: list[float] = []
    durable: list[float] = []
    terminal.press("g")
    for _ in range(4):
        terminal.press(DOWN)
    with closing(sqlite3.connect(database)) as other:
        for number in range(presses // 2):
            before = _sequence(other)
            pressed = time.perf_counter()
            burst = terminal.press(keys[number % len(keys)])
            while (after := _sequence(other)) == before:
                if time.perf_counter() - pressed > 2:
                    break
            if after == before:  # at an edge there is nowhere to go
                continue
            painted.append(burst.seconds * 1000)
            durable.append(time.perf_counter() - pressed)
    if len(painted) < presses // 4:
        raise RuntimeError(f"only {len(painted)} of {presses // 2} moves were made")
    name = f"{SIZES[-1]:,} cards"
    told = f"{len(painted)} moves, each found in the database by another connection"
    yield Figure(f"move a card: p50, {name}", median(painted), "ms")
    yield Figure(f"move a card: p95, {name}", percentile(painted, 0.95), "ms", 60, told)


def _filter(terminal: Terminal) -> Iterator[Figure]:
    terminal.press("/")
    terminal.settle(quiet=0.5)
    times: list[float] = []
    for query in QUERIES * 2:
        times += _pressed(terminal, [*query, "\x7f", "\x7f", "\x15"])
    terminal.press("\x1b")
    terminal.settle(quiet=0.3)
    name = f"{SIZES[-1]:,} cards"
    yield Figure(f"a filter key: p50, {name}", median(times), "ms")
    yield Figure(f"a filter key: p95, {name}", percentile(times, 0.95), "ms", 100)


def _wander(terminal: Terminal) -> None:
    for key in ("G", *[UP] * 20, "g", *["\x1b[6~"] * 40):
        terminal.press(key, ceiling=0.1)


def _pressed(terminal: Terminal, keys: Sequence[str]) -> list[float]:
    """Return what each key took; a key at the map's edge changes nothing, and isn't counted."""
    bursts = [terminal.press(key, ceiling=0.5) for key in keys]
    return [burst.seconds * 1000 for burst in bursts if burst.output]


def _sequence(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT max(action_sequence) FROM project").fetchone()[0])


def _ratio(name: str, above: Sequence[float], below: Sequence[float], limit: float) -> Figure:
    return Figure(name, median(above) / median(below), "×", limit)


def _paired(name: str, above: Sequence[float], below: Sequence[float], limit: float) -> Figure:
    """Compare what was measured in turns: the machine's moods last longer than one round."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    told = f"{min(ratios):.2f} to {max(ratios):.2f} × in {len(ratios)} rounds"
    return Figure(name, median(ratios), "×", limit, told)
