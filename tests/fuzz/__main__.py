"""``python -m tests.fuzz NAME --seconds 120``: tries until the time is up or something is wrong.

Without a name it lists all. The failing try is printed with the command that does it again, and with
the file or folder that its input is kept in. A try that takes too long counts as failing.
"""

import argparse
import pkgutil
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from random import Random
from types import FrameType

NAMES = sorted(
    found.name
    for found in pkgutil.iter_modules([str(Path(__file__).parent)])
    if not found.name.startswith("_") and found.name != "making"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=NAMES, nargs="?", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", default=str(time.time_ns()), help="where chance begins")
    parser.add_argument("--only", type=int, metavar="N", help="do the Nth try alone")
    parser.add_argument("--longest", type=int, default=60, help="seconds a try may take")
    asked = parser.parse_args()
    if asked.name is None:
        for name in NAMES:
            about = (import_module(f"tests.fuzz.{name}").__doc__ or "").partition("\n")[0]
            sys.stdout.write(f"{name:12} {about}\n")
        return 0
    one_try = import_module(f"tests.fuzz.{asked.name}").one_try
    signal.signal(signal.SIGALRM, too_long)
    began = time.monotonic()
    number = asked.only or 0
    while True:
        signal.alarm(asked.longest)
        try:
            one_try(Random(f"{asked.seed}:{number}"))
        except Exception as error:
            signal.alarm(0)
            traceback.print_exc()
            again = f"python -m tests.fuzz {asked.name} --seed {asked.seed} --only {number}"
            sys.stdout.write(f"\nTry {number} went wrong. Again: {again}\n")
            if kept := getattr(error, "kept", None):
                sys.stdout.write(f"Its input is kept in {kept}\n")
            return 1
        signal.alarm(0)
        number += 1
        took = time.monotonic() - began
        if asked.only is not None or took > asked.seconds:
            break
    if asked.only is not None:
        sys.stdout.write(f"Try {asked.only} of {asked.name}: nothing went wrong.\n")
        return 0
    sys.stdout.write(
        f"{number:,} tries of {asked.name}, {number / took:.1f} a second, seed {asked.seed}:"
        " nothing went wrong.\n"
    )
    return 0


def too_long(_number: int, _frame: FrameType | None) -> None:
    """End a try that hangs."""
    message = "The try takes too long."
    raise TimeoutError(message)


if __name__ == "__main__":
    sys.exit(main())
