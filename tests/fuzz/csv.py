"""CSV: what is exported comes back, and what is broken is refused or read, never half."""

from random import Random
from typing import Any

from planner.exporters.csv import export_csv
from planner.importers.csv import read_csv
from planner.importers.importing import import_plan
from tests.fuzz.making import broken, brought_or_refused, build, said, store
from tests.planner.carried import in_csv
from tests.planner.plans import Plan


def as_csv_has_it(rows: list[Any]) -> list[str]:
    """Return cards in an order of their own, with what CSV can't tell apart made one.

    Workflows and activities of one title are one, and an empty text is none.
    """
    return sorted(
        repr([*(" ".join(title.split()) for title in row[:2]), *row[3:]]).replace("''", "None")
        for row in rows
    )


def one_try(random: Random) -> None:
    """Export a plan and read it back, then break it."""
    with store() as db:
        plan = Plan(db)
        build(random, plan)
        written = "".join(export_csv(db, plan.project)).encode()
        report = import_plan(db, read_csv(written), project_name="Copy")
        assert as_csv_has_it(in_csv(db, report.project.id)) == as_csv_has_it(
            in_csv(db, plan.project_id)
        )
        assert not report.skipped
    brought_or_refused(read_csv, broken(random, written))
    names = random.choices(["title", "Summary", "epic", "id", "Status", "prio", "#", "x"], k=4)
    rows = [names, *([said(random) for _ in names] for _ in range(5))]
    separator = random.choice(",;\t|")
    sheet = "\r\n".join(separator.join(cells) for cells in rows)
    brought_or_refused(read_csv, sheet.encode(random.choice(["utf-8", "utf-16", "utf-8-sig"])))
