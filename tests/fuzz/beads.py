"""Beads: every issue becomes a card, and what is spoiled or broken is refused or read, never half."""

from random import Random
from typing import Any

from planner.importers.beads import DEPENDENCIES, read_beads
from tests.fuzz._json import DAYS, some, spoiled, written
from tests.fuzz.making import broken, brought, brought_or_refused, read_or_refused, said, text


def issue(random: Random, at: int) -> dict[str, Any]:
    """Make an issue that depends on others, in circles as well."""
    depends = [
        {
            "issue_id": f"la-{at}",
            "depends_on_id": f"la-{random.randint(0, 9)}",
            "type": random.choice([*DEPENDENCIES, "parent-child", "parent-child", "own"]),
        }
        for _ in range(random.randint(0, 3))
    ]
    more = some(
        random,
        description=text(random),
        status=random.choice(["open", "in_progress", "blocked", "closed", "pinned", text(random)]),
        priority=random.choice([0, 1, 2, 3, 4, 9, -1, "P1"]),
        issue_type=random.choice(["epic", "epic", "task", "bug", text(random)]),
        acceptance_criteria=f"- [x] {text(random)}\n{text(random)}\n  {text(random)}",
        design=text(random),
        notes=text(random),
        labels=[text(random) for _ in range(3)],
        created_at=random.choice(DAYS),
        updated_at=random.choice(DAYS),
        estimated_minutes=random.choice([0, 90, -4]),
        comments=[{"author": text(random), "text": text(random), "created_at": DAYS[0]}],
        dependencies=depends,
    )
    return {"id": f"la-{at}", "title": said(random), **more}


def one_try(random: Random) -> None:
    """Import issues, then the same spoiled, then their bytes broken."""
    issues = [issue(random, at) for at in range(random.randint(1, 9))]
    lines = random.random() < 0.7
    data = written(random, issues, lines=lines)
    report = brought(read_beads, data)
    assert report.counts["card"].made == len(issues)
    changed = spoiled(random, [*issues, issue(random, len(issues))])
    brought_or_refused(read_beads, data, written(random, changed, lines=lines))
    brought_or_refused(read_beads, broken(random, data))
    read_or_refused(random, read_beads, data)
