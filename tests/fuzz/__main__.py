"""``python -m tests.fuzz NAME --seconds 120``: tries until the time is up or something is wrong.

The failing try is printed with the command that does it again.
"""

import argparse
import pkgutil
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from random import Random

NAMES = sorted(
    found.name
    for found in pkgutil.iter_modules([str(Path(__file__).parent)])
    if not found.name.startswith("_") and found.name != "making"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", default=str(time.time_ns()), help="where chance begins")
    parser.add_argument("--only", type=int, metavar="N", help="do the Nth try alone")
    asked = parser.parse_args()
    one_try = import_module(f"tests.fuzz.{asked.name}").one_try
    end = time.monotonic() + asked.seconds
    number = asked.only or 0
    while True:
        try:
            one_try(Random(f"{asked.seed}:{number}"))
        except Exception:
            traceback.print_exc()
            again = f"python -m tests.fuzz {asked.name} --seed {asked.seed} --only {number}"
            sys.stdout.write(f"\nTry {number} went wrong. Again: {again}\n")
            return 1
        number += 1
        if asked.only is not None or time.monotonic() > end:
            break
    sys.stdout.write(f"{number:,} tries of {asked.name}, seed {asked.seed}: nothing went wrong.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
