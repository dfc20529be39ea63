"""Taskwarrior: every task becomes a card, and what is spoiled or broken is refused or read, never half."""

from random import Random
from typing import Any

from planner.importers.taskwarrior import read_taskwarrior
from tests.fuzz._json import odd, some, spoiled, written
from tests.fuzz.making import broken, brought, brought_or_refused, read_or_refused, said, text

MOMENTS = ("20260105T101500Z", "20260105T101500", "00010101T000000Z", "soon")


def uuid(at: int) -> str:
    return f"{at:08x}-315c-4366-b70c-ea7e7520b749"


def task(random: Random, at: int) -> dict[str, Any]:
    """Make a task that depends on others, in circles as well."""
    depends = [uuid(random.randint(0, 9)) for _ in range(random.randint(0, 3))]
    more = some(
        random,
        status=random.choice(["pending", "waiting", "completed", text(random)]),
        project=random.choice(["Home", "Home.Kitchen", ".", "..a", text(random)]),
        priority=random.choice(["H", "M", "L", text(random)]),
        tags=random.choice([[text(random), "next"], "a,b"]),
        annotations=[{"entry": one, "description": text(random)} for one in MOMENTS],
        depends=random.choice([depends, ",".join(depends)]),
        entry=random.choice(MOMENTS),
        due=random.choice(MOMENTS),
        start=random.choice(MOMENTS),
        recur=text(random),
        urgency=3.5,
    )
    if random.random() < 0.3:
        more[said(random)] = odd(random)
    return {"uuid": uuid(at), **more, "description": said(random)}


def one_try(random: Random) -> None:
    """Import tasks, then the same spoiled, then their bytes broken."""
    tasks = [task(random, at) for at in range(random.randint(1, 9))]
    for one in tasks:
        if one.get("status") in ("deleted", "recurring"):
            del one["status"]
    lines = random.random() < 0.3
    data = written(random, tasks, lines=lines)
    report = brought(read_taskwarrior, data)
    assert report.counts["card"].made == len(tasks)
    changed = spoiled(random, [*tasks, task(random, len(tasks))])
    brought_or_refused(read_taskwarrior, data, written(random, changed, lines=lines))
    brought_or_refused(read_taskwarrior, broken(random, data))
    read_or_refused(random, read_taskwarrior, data)
