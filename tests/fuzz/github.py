"""GitHub: every issue becomes a card, and what is spoiled or broken is refused or read, never half."""

from random import Random
from typing import Any

from planner.importers.github import read_github
from tests.fuzz._json import DAYS, some, spoiled, written
from tests.fuzz.making import broken, brought, brought_or_refused, read_or_refused, said, text

LABELS = ("bug", "P1", "in progress", "priority: high", "status/blocked", "question")


def issue(random: Random, at: int) -> dict[str, Any]:
    """Make an issue with whichever fields."""
    body = (
        f"{text(random)}\n- [x] {text(random)}\nDepends on #{random.randint(0, 9)} {text(random)}"
    )
    labels = [{"name": random.choice([*LABELS, text(random)])} for _ in range(random.randint(0, 4))]
    status = random.choice(["Todo", "In progress", "QA", text(random)])
    more = some(
        random,
        number=at,
        body=body,
        state=random.choice(["OPEN", "CLOSED", text(random)]),
        stateReason=random.choice(["", "NOT_PLANNED", "COMPLETED", "DUPLICATE"]),
        labels=labels,
        milestone=random.choice([None, {"title": text(random), "dueOn": DAYS[0]}]),
        assignees=[{"login": text(random)}],
        author={"login": text(random)},
        comments=[{"author": {"login": text(random)}, "body": text(random), "createdAt": DAYS[1]}],
        url=random.choice([f"https://github.com/acme/lantern/issues/{at}", text(random)]),
        createdAt=random.choice(DAYS),
        closedAt=random.choice([*DAYS, None]),
        projectItems=[{"title": text(random), "status": {"name": status}} for _ in range(2)],
        closedByPullRequestsReferences=[{"number": 5}, {"number": 5}],
    )
    return {"title": said(random), **more}


def one_try(random: Random) -> None:
    """Import issues, then the same spoiled, then their bytes broken."""
    issues = [issue(random, at) for at in range(random.randint(1, 9))]
    data = written(random, issues)
    report = brought(read_github, data)
    assert report.counts["card"].made == len(issues)
    changed = spoiled(random, [*issues, issue(random, len(issues))])
    brought_or_refused(read_github, data, written(random, changed))
    brought_or_refused(read_github, broken(random, data))
    read_or_refused(random, read_github, data)
