"""JSON of whole projects: the same bytes come back, and what is spoiled is refused or brought, never half."""

import contextlib
from random import Random

import msgspec

from planner.errors import ActionRefused
from planner.exporters.json import export_json
from planner.importers.json import read_json
from planner.importers.restoring import import_documents
from planner.importers.wanted import ImportRefused
from store.adapter import DbAdapter
from store.records import Card, Project, Record
from tests.fuzz._json import spoiled, written
from tests.fuzz.making import broken, build, keeping, said, store, traces
from tests.planner.plans import Plan, on
from tests.planner.runs.run_rows import add_run
from tests.store.rows import full_plan


def exported(db: DbAdapter, project_id: str) -> bytes:
    project = db.get(Project, project_id)
    assert project is not None
    return b"".join(export_json(db, project))


def change(random: Random, plan: Plan) -> None:
    """Change something of a plan, if it has any cards."""
    for card in random.sample(plan.db.list(Card), k=min(2, plan.db.count(Card))):
        with contextlib.suppress(ActionRefused):  # it is being built
            if random.random() < 0.3:
                plan.act("deleteCard", on(card.id))
            else:
                plan.act("updateCard", on(card.id), title=said(random))


def one_try(random: Random) -> None:
    """Bring a project into another store, change it on both sides, bring it again; then spoil it."""
    with store() as db, store() as other:
        plan = Plan(db)
        build(random, plan)
        cards = [card.id for card in db.list(Card)]
        if cards and random.random() < 0.5:
            add_run(plan, random.choice(cards))
        data = exported(db, plan.project_id)
        with keeping(data):
            import_documents(other, read_json(data))
            assert exported(other, plan.project_id) == data
        change(random, plan)
        there = Plan.__new__(Plan)
        there.__dict__ |= {**plan.__dict__, "db": other}
        there.planner = there.as_actor("ben")
        change(random, there)
        again(other, exported(db, plan.project_id))
    with store() as db:
        rows: list[Record] = [row for row in full_plan() if row.TABLE != "event_archive"]
        if random.random() < 0.5:
            db.insert_many(rows)
            data = exported(db, "project-1")
        with store() as other:
            decoded = spoiled(random, msgspec.json.decode(data), 0.01)
            brought_or_refused(other, written(random, decoded))
            brought_or_refused(other, broken(random, data))


def again(db: DbAdapter, data: bytes) -> None:
    """Bring a document twice: the second time nothing is changed."""
    with keeping(data):
        import_documents(db, read_json(data))
        (report,) = import_documents(db, read_json(data))
        assert report.plan is not None
        assert not report.plan.actions
        assert not report.added


def brought_or_refused(db: DbAdapter, data: bytes) -> None:
    """Bring what may be broken: refused with reasons and no trace, or whole."""
    with keeping(data):
        before, problems = traces(db), []
        try:
            (report,) = import_documents(db, read_json(data))
        except ImportRefused as refused:
            problems = refused.problems
        if problems:
            assert all(problem.reason for problem in problems)
            assert traces(db) == before
        else:
            assert exported(db, report.project.id)
