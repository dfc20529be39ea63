"""What the fuzzers of JSON formats share: odd values, spoiled documents, ways to write them."""

import json
import re
from random import Random
from typing import Any

from tests.fuzz.making import text

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 10**18, 10**30, 1.5, -0.0, 1e300),
    *("", " ", "\ud83d", "\0", "x" * 3000, "2026-01-31", "99999999T999999Z"),
    *([], {}, [None], [[]], [{}], {"": ""}, {"id": {}}, ["a", 1, None, {"name": "b"}]),
)
HALF = re.compile("[\ud800-\udfff]")
DAYS = ("2025-12-01T10:00:00Z", "2025-12-01T10:00:00.123456789+11:00", "0001-01-01T00:00:00+10:00")


def odd(random: Random) -> Any:
    """Make a value that no one expects."""
    return text(random) if random.random() < 0.3 else random.choice(ODD)


def some(random: Random, **chances: Any) -> dict[str, Any]:
    """Return some of these fields."""
    return {name: value for name, value in chances.items() if random.random() < 0.7}


def spoiled(random: Random, value: Any, chance: float = 0.04) -> Any:
    """Return a document in which here and there something is another, missing, more or twice."""
    if random.random() < chance / 2:
        return odd(random)
    if isinstance(value, dict):
        made = {
            name: spoiled(random, one, chance)
            for name, one in value.items()
            if random.random() > chance
        }
        if random.random() < chance:
            made[random.choice(["own", "", "\ud83d", "a\nb", "status", "id"])] = odd(random)
        return made
    if isinstance(value, list):
        made_list = [spoiled(random, one, chance) for one in value]
        if made_list and random.random() < chance:
            made_list.append(random.choice(made_list))
        if random.random() < chance:
            random.shuffle(made_list)
        return made_list
    return value


def written(random: Random, value: Any, *, lines: bool = False) -> bytes:
    """Write a document, or a list's entries a line each, in one encoding or another."""
    ascii_only = random.random() < 0.5
    if lines and isinstance(value, list):
        end = random.choice(["\n", "\r\n", "\n\n", ",\n"])
        made = end.join(json.dumps(one, ensure_ascii=ascii_only) for one in value)
    else:
        indent = random.choice([None, None, 1])
        made = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    made = HALF.sub(lambda found: f"\\u{ord(found[0]):x}", made)
    return made.encode(random.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))
