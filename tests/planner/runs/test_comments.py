from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.errors import Refused
from planner.runs.comments import add_comment, delete_comment, mark_sent, unsent
from store.records import AgentExecution, BuildState, Card, DiffComment, DiffSide, EventLog
from tests.planner.plans import Plan, opened
from tests.planner.runs.run_rows import add_run

ABOUT: dict[str, Any] = {
    "path": "src/list.py",
    "side": DiffSide.NEW,
    "line": 3,
    "commit": "a" * 40,
    "quoted": "return []",
    "author": "ana",
}


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        yield plan


@pytest.fixture
def assignment_id(plan: Plan) -> str:
    card_id = plan.db.list(Card)[0].id
    return f"{add_run(plan, card_id)}/{card_id}"


def test_a_comment_waits_for_the_next_turn_and_can_be_taken_back_until_then(
    plan: Plan, assignment_id: str
) -> None:
    db = plan.db
    first = add_comment(db, assignment_id, text=" Why empty?\n", **ABOUT)
    second = add_comment(
        db, assignment_id, text="; $(rm) \x1b[2J", **{**ABOUT, "quoted": "x" * 9999}
    )
    assert first.text == "Why empty?"
    assert len(second.quoted) == 1_000
    assert unsent(db, assignment_id) == (first, second)
    db.insert(AgentExecution(id="turn", assignment_id=assignment_id, status=BuildState.RUNNING))
    assert mark_sent(db, assignment_id, "turn", [first]) == 1
    assert unsent(db, assignment_id) == (second,)
    with pytest.raises(Refused, match="can't be taken back"):
        delete_comment(db, first.id)
    assert delete_comment(db, second.id, actor="ben") == second
    with pytest.raises(Refused, match="deleted already"):
        delete_comment(db, second.id)
    third = add_comment(db, assignment_id, text="And this", **ABOUT)
    assert mark_sent(db, assignment_id, "turn") == 1
    sent = db.get(DiffComment, third.id)
    assert sent is not None
    assert sent.execution_id == "turn"
    told = [event for event in db.list(EventLog) if event.event_type.startswith("comment.")]
    assert [(event.event_type, event.actor) for event in told] == [
        ("comment.added", "ana"),
        ("comment.added", "ana"),
        ("comment.deleted", "ben"),
        ("comment.added", "ana"),
    ]
    assert told[0].payload["text"] == "Why empty?"
    assert told[0].run_id == assignment_id.partition("/")[0]


def test_what_can_not_be_a_comment_is_refused(plan: Plan, assignment_id: str) -> None:
    for values, words in (
        ({"text": " \n"}, "blank"),
        ({"text": "x" * 10_001}, "longer than"),
        ({"text": "x", "line": 0}, "counted from 1"),
    ):
        with pytest.raises(Refused, match=words):
            add_comment(plan.db, assignment_id, **{**ABOUT, **values})
    with pytest.raises(Refused, match="has been deleted"):
        add_comment(plan.db, "nobody", text="x", **ABOUT)
