"""``python -m bench``: measure, tell, and end with 1 when something is over its limit."""

from __future__ import annotations

import argparse
import compileall
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import board, card, commands, engine, runs
from bench.figures import Figure, heading, machine, row
from bench.plans import Plans

ROOT = Path(__file__).parent.parent

Measure = Callable[[Plans, bool], Iterator[Figure]]

MEASURES: dict[str, Measure] = {
    "start": lambda plans, quick: board.first_paint(plans, 3 if quick else 21),
    "keys": lambda plans, quick: board.at_work(plans, 60 if quick else 120),
    "card": lambda plans, quick: card.opening(plans, 6 if quick else 21),
    "snapshot": lambda plans, quick: engine.snapshot(plans, 5 if quick else 15),
    "apply": lambda plans, quick: engine.applying(plans, 100 if quick else 400),
    "import": lambda plans, quick: engine.importing(plans),
    "commands": lambda plans, quick: commands.starting(plans, 5 if quick else 21),
    "run": lambda plans, quick: runs.starting(plans, 3 if quick else 21),
    "many": lambda plans, quick: runs.many(plans, 1 if quick else 5),
    "meanwhile": lambda plans, quick: runs.meanwhile(plans, 2 if quick else 8),
}
"""What can be measured, by name."""


def main() -> int:
    """Measure what was asked for, telling each figure as it comes."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure planner-tui.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument(
        "--only", action="append", choices=sorted(MEASURES), help="measure this alone; repeatable"
    )
    wanted = parser.parse_args()
    for name in ("tui", "planner", "store", "migrations", "bench"):
        compileall.compile_dir(ROOT / name, quiet=2)
    print(machine(), heading(), sep="\n\n", flush=True)
    over = 0
    with tempfile.TemporaryDirectory(prefix="planner-bench-") as folder:
        plans = Plans(Path(folder))
        for name, measure in MEASURES.items():
            if wanted.only and name not in wanted.only:
                continue
            for figure in measure(plans, wanted.quick):
                print(row(figure), flush=True)
                over += figure.is_over
    print(f"\n{over} over their limits." if over else "\nAll within their limits.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
