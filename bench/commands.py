"""What a command takes from the shell's prompt to the next, beside starting what it can't do without."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, median
from bench.plans import Plans

CARDS = 10_000
ROOT = Path(__file__).parent.parent
BESIDE = ("-c", "import click, peewee")
"""What every command is measured beside: Python with the two libraries that each needs."""


def starting(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure commands of the whole program, each in turn with what it is measured beside."""
    database = str(plans.database(CARDS))
    program = ("-m", "tui.cli", "--db", database)
    measured = {
        "planner-tui --version": (*program, "--version"),
        "planner-tui --help": (*program, "--help"),
        "planner-tui card show 42 --json": (*program, "card", "show", "42", "--json"),
        "planner-tui card list --limit 20": (*program, "card", "list", "--limit", "20"),
    }
    limits = dict.fromkeys(("planner-tui --version", "planner-tui card show 42 --json"), 2.5)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(plans.home())}
    times: dict[str, list[float]] = {name: [] for name in measured}
    beside: list[float] = []
    for turn in range(rounds + 1):
        first = _took(BESIDE, environ)
        taken = {name: _took(arguments, environ) for name, arguments in measured.items()}
        if turn:  # the first one fills the disk's cache
            beside.append(first)
            for name, seconds in taken.items():
                times[name].append(seconds)
    for name, taken_by in times.items():
        ratios = [one / other for one, other in zip(taken_by, beside, strict=True)]
        told = f"{median(taken_by) * 1000:.0f} ms beside {median(beside) * 1000:.0f} ms"
        yield Figure(f"{name}: {CARDS:,} cards", median(ratios), "×", limits.get(name), told)


def _took(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environ, capture_output=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return taken
