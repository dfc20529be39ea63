"""Saving what was typed, with two people at one card and no screen in between."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.message import Message

from planner.conflicts import same
from store.records import Card, CardRequirement, CardStatus, PlanningAction
from tests.planner.plans import Plan, on, opened, request
from tui.asks.saving import Conflict, Gone, NotSaved, Saved, read_meanwhile, save, save_as_new
from tui.edits import Edit, card_edit, knowledge_edit
from tui.session import BoardRead, Session

FIELDS = ("title", "description", "quick_answer", "status", "priority")


class Person:
    """Someone with a board of their own on the plan."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.told: list[Message] = []
        self.session = Session(plan.db, self.told.append, actor=name, project=plan.project_id)
        self.session.open()
        self.session.complete()
        self.edit: Edit | None = None

    def open(self) -> None:
        card = self.session.db.get(Card, "w1a1c1")
        assert card is not None
        self.edit = card_edit(card)

    @property
    def notes(self) -> list[str]:
        return [told.note for told in self.told if isinstance(told, BoardRead) and told.note]


@contextmanager
def a_plan(path: Path) -> Iterator[Plan]:
    with opened(path) as db:
        plan = Plan(db)
        plan.build(workflows=1, activities=1, cards=2)
        yield plan


def card(plan: Plan) -> Card:
    found = plan.db.get(Card, "w1a1c1")
    assert found is not None
    return found


values = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", "b", "c"]),
        "description": st.sampled_from(["", "a", "b\nc"]),
        "quick_answer": st.sampled_from(["", "a"]),
        "status": st.sampled_from(list(CardStatus)[:3]),
        "priority": st.integers(0, 2),
    },
)
deeds = st.lists(
    st.tuples(st.sampled_from(["ana", "ben"]), st.one_of(st.just("open"), values)), max_size=12
)


@settings(max_examples=40)
@given(deeds)
def test_nothing_that_was_saved_is_written_over_unseen(
    done: list[tuple[str, str | dict[str, Any]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, a_plan(Path(folder) / "plan.db") as plan:
        people = {name: Person(plan, name) for name in ("ana", "ben")}
        for name, deed in done:
            person = people[name]
            if isinstance(deed, str) or person.edit is None:
                person.open()
                continue
            before, base = card(plan), person.edit.base
            assert base is not None
            typed = person.edit.stored(deed)
            answer = save(person.session, person.edit, typed)
            after = card(plan)
            changed = {n for n, v in typed.items() if not same(v, getattr(base, n))}
            if isinstance(answer, Saved):
                for field in FIELDS:
                    now = getattr(after, field)
                    assert same(now, typed[field] if field in changed else getattr(before, field))
                    if not same(now, getattr(before, field)):
                        # What was written over is what the person had seen.
                        assert same(getattr(before, field), getattr(base, field))
                person.open()
            else:
                assert isinstance(answer, Conflict)
                assert after == before
                assert {clash.field for clash in answer.clashes} <= changed
                person.edit = replace(person.edit, base=answer.now)  # the person has seen it


def test_what_others_changed_is_said(tmp_path: Path) -> None:
    with a_plan(tmp_path / "plan.db") as plan:
        ana, ben = Person(plan, "ana"), Person(plan, "ben")
        ana.open()
        ben.open()
        assert ana.edit is not None
        assert ben.edit is not None
        assert read_meanwhile(ana.session, ana.edit) == ""
        answer = save(ben.session, ben.edit, {"status": CardStatus.REVIEW, "title": "B"})
        assert isinstance(answer, Saved)
        assert read_meanwhile(ana.session, ana.edit).startswith("ben changed title, status")
        answer = save(ana.session, ana.edit, {"description": "D"})
        assert isinstance(answer, Saved)
        assert ana.notes[-1].endswith("· ben changed title, status meanwhile")
        answer = save(ana.session, ana.edit, {"title": "A"})
        assert isinstance(answer, Conflict)
        assert answer.authors["title"].actor == "ben"
        assert save(ana.session, ana.edit, {"title": "B"}) == Saved(
            "ben changed description, status meanwhile".replace("ben", "ana and ben"), {}
        )


def test_nothing_changed_asks_nothing_of_the_plan(tmp_path: Path) -> None:
    with a_plan(tmp_path / "plan.db") as plan:
        ana = Person(plan, "ana")
        ana.open()
        assert ana.edit is not None
        before = plan.project.action_sequence
        answer = save(ana.session, ana.edit, {"title": "Card 1.1.1", "description": None})
        assert answer == Saved("Nothing was changed", {})
        assert plan.project.action_sequence == before


def test_a_refusal_changes_nothing_and_is_in_the_log(tmp_path: Path) -> None:
    with a_plan(tmp_path / "plan.db") as plan:
        ana = Person(plan, "ana")
        ana.open()
        assert ana.edit is not None
        answer = save(ana.session, ana.edit, {"title": " ", "status": CardStatus.REVIEW})
        assert isinstance(answer, NotSaved)
        assert "blank" in answer.reason
        assert card(plan).status == CardStatus.TODO
        (refused,) = plan.db.list(PlanningAction, validation_status="rejected")
        assert refused.actor == "ana"


def test_what_is_gone_is_made_anew(tmp_path: Path) -> None:
    with a_plan(tmp_path / "plan.db") as plan:
        made = {"kind": "requirement", "id": "r", "text": "Pay", "status": "approved"}
        plan.apply(request("upsertCardKnowledgeItem", on("w1a1c1"), **made))
        item = plan.db.get(CardRequirement, "r")
        assert item is not None
        edit = knowledge_edit(item, card(plan), plan.project_id)
        ana = Person(plan, "ana")
        gone = request("deleteCardKnowledgeItem", on("w1a1c1"), kind="requirement", id="r")
        plan.as_actor("ben").apply(plan.project_id, [gone])
        answer = save(ana.session, edit, {"text": "Pay!"})
        assert isinstance(answer, Gone)
        assert answer.by is not None
        assert answer.by.actor == "ben"
        assert "ben deleted this meanwhile" in read_meanwhile(ana.session, edit)
        assert isinstance(save_as_new(ana.session, edit, {"text": "Pay!"}), Saved)
        (new,) = plan.db.list(CardRequirement, card_id="w1a1c1")
        assert (new.text, new.status) == ("Pay!", "draft")  # nobody approved this text
        plan.apply(request("deleteCard", on("w1a1c1")))
        answer = save_as_new(ana.session, edit, {"text": "Pay!"})
        assert isinstance(answer, NotSaved)
        assert "no card" in answer.reason
