"""Markdown: what is exported comes back, and what is broken is refused or read, never half."""

from random import Random

from planner.exporters.markdown import export_markdown
from planner.importers.importing import import_plan
from planner.importers.markdown import read_markdown
from tests.fuzz.making import broken, brought_or_refused, build, store, text
from tests.planner.carried import in_markdown
from tests.planner.plans import Plan


def one_try(random: Random) -> None:
    """Export a plan and read it back, break it, and read what is no outline at all."""
    with store() as db:
        plan = Plan(db)
        build(random, plan)
        written = "".join(export_markdown(db, plan.project)).encode()
        own = import_plan(db, read_markdown(written), project_name=plan.project_id)
        assert own.actions == 0, own
        report = import_plan(db, read_markdown(written), project_name="Copy")
        assert in_markdown(db, report.project.id) == in_markdown(db, plan.project_id)
        assert report.project.description == plan.project.description
        assert not report.skipped
        assert not report.noted
    brought_or_refused(read_markdown, broken(random, written))
    lines = "\n".join(" " * random.randint(0, 6) + text(random, 5) for _ in range(30))
    brought_or_refused(read_markdown, lines.encode())
