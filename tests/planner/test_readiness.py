"""When a card may be built: the rules, the mark, and what takes it away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.board import find_card, read_board, read_lanes, read_outline
from planner.readiness import (
    RULES,
    Readiness,
    checklist,
    missing,
    read_readiness,
    readiness_of,
)
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    EventLog,
)
from tests.planner.plans import Plan, in_activity, on, opened, request
from tests.planner.test_actions import FILE

READY = Readiness(approved_requirements=1)
CARD = on("w1a1c1")


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    """A plan whose first card holds one of everything and is ready."""
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 2, 2)
        plan.apply(
            *(know(kind, id=kind[0], text="So.", status="approved") for kind in KINDS),
            know("known_fact", id="draft", text="Perhaps."),
            know("assumption", id="no", text="Never.", status="rejected"),
            request("upsertCardPlannedFile", CARD, **FILE),
            request("approveCardPlannedFile", CARD, id="f1"),
            request("createContextArtifact", CARD, id="x", name="x", type="doc", content="x"),
        )
        yield plan


KINDS = ("requirement", "known_fact", "assumption", "question")


def know(kind: str, **payload: Any) -> dict[str, Any]:
    return request("upsertCardKnowledgeItem", CARD, kind=kind, **payload)


def card_of(plan: Plan, card_id: str = "w1a1c1") -> Card:
    card = plan.db.get(Card, card_id)
    assert card is not None
    return card


def held(db: DbAdapter, card_id: str) -> list[Any]:
    tables = (CardRequirement, CardKnownFact, CardAssumption, CardQuestion, CardPlannedFile)
    return [item for table in tables for item in db.list(table, card_id=card_id)]


def events(plan: Plan, event_type: str) -> list[EventLog]:
    return plan.db.list(EventLog, event_type=event_type)


# --- the rules


def test_a_card_with_an_approved_requirement_and_nothing_undecided_is_ready() -> None:
    assert missing(READY) == []
    assert all(result.met and not result.missing for result in checklist(READY))
    assert [result.words for result in checklist(READY)] == [rule.words for rule in RULES]


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"approved_requirements": 0}, "no requirement is approved"),
        ({"draft_requirements": 1}, "1 requirement is a draft"),
        ({"draft_requirements": 2}, "2 requirements are drafts"),
        ({"open_questions": 1}, "1 question is open"),
        ({"open_questions": 3}, "3 questions are open"),
        ({"draft_assumptions": 1}, "1 assumption is a draft"),
        ({"draft_assumptions": 2}, "2 assumptions are drafts"),
        ({"unapproved_files": 1}, "1 planned file isn't approved"),
        ({"unapproved_files": 2000}, "2,000 planned files aren't approved"),
    ],
)
def test_each_rule_says_what_is_missing(lacking: dict[str, int], words: str) -> None:
    counts = Readiness(**{"approved_requirements": 1, **lacking})
    assert missing(counts) == [words]
    assert sum(not result.met for result in checklist(counts)) == 1


statuses = st.sampled_from(["draft", "approved", "rejected"])
things = st.lists(st.tuples(st.sampled_from(KINDS), statuses), max_size=6)


@given(items=things, approved=st.lists(st.booleans(), max_size=2))
def test_the_board_the_plan_and_the_items_count_alike(
    items: list[tuple[str, str]],
    approved: list[bool],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with opened(tmp_path_factory.mktemp("ready") / "plan.db") as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        batch = [know(kind, text="x", status=status) for kind, status in items]
        for n, is_approved in enumerate(approved):
            batch.append(request("upsertCardPlannedFile", CARD, **{**FILE, "id": f"f{n}"}))
            if is_approved:
                batch.append(request("approveCardPlannedFile", CARD, id=f"f{n}"))
        plan.apply(*batch)
        counts = read_readiness(db, "w1a1c1")
        assert counts == readiness_of(held(db, "w1a1c1"))
        outline = read_outline(db, plan.project)
        for board in (read_board(db, plan.project), read_lanes(db, outline, 9)):
            face = find_card(board, "w1a1c1")
            assert face is not None
            assert face.is_ready == (missing(counts) == [])
            assert face.approved_requirements == counts.approved_requirements
            assert face.undecided == (
                counts.draft_requirements + counts.draft_assumptions + counts.unapproved_files
            )


def test_the_page_tells_every_rule() -> None:
    page = (Path(__file__).parents[2] / "docs" / "readiness.md").read_text(encoding="utf-8")
    told = [
        line[2:].removesuffix(" and").rstrip(",.") for line in page.split("\n") if line[:2] == "- "
    ]
    assert told[: len(RULES)] == [rule.words for rule in RULES]


# --- the mark


def test_finalize_and_take_the_mark_off(plan: Plan) -> None:
    before = plan.dump()
    result = plan.apply(request("finalizeCard", CARD))
    told = {"card_id": "w1a1c1", "number": 1, "title": "Card 1.1.1"}
    assert result.actions[0].result == told
    assert result.message == "Finalize card #1 “Card 1.1.1”"
    card = card_of(plan)
    assert card.finalized_at == card.updated_at == plan.log()[-1].applied_at
    face = find_card(read_board(plan.db, plan.project), "w1a1c1")
    assert face is not None
    assert (face.is_finalized, face.is_ready) == (True, True)
    assert [event.payload for event in events(plan, "card.finalized")] == [told]

    plan.act("unfinalizeCard", CARD)
    assert card_of(plan).finalized_at is None
    assert [event.payload for event in events(plan, "card.unfinalized")] == [told]
    plan.undo()
    assert card_of(plan) == card
    plan.undo()
    assert plan.dump() == before


def test_finalizing_twice_keeps_the_first_mark(plan: Plan) -> None:
    plan.act("finalizeCard", CARD)
    card = card_of(plan)
    plan.act("finalizeCard", CARD)
    assert card_of(plan) == card
    assert len(events(plan, "card.finalized")) == 1
    plan.act("unfinalizeCard", on("w1a1c2"))
    assert events(plan, "card.unfinalized") == []


def test_a_card_that_is_not_ready_says_exactly_what_is_missing(plan: Plan) -> None:
    assert plan.refusal(request("finalizeCard", on("w1a1c2"))) == (
        "Card #2 can't be finalized yet: no requirement is approved."
    )
    plan.apply(
        know("question", text="?"),
        know("question", text="??"),
        know("assumption", text="!"),
        know("requirement", text="."),
        request("upsertCardPlannedFile", CARD, id="f1", intent_summary="Other"),
    )
    assert plan.refusal(request("finalizeCard", CARD)) == (
        "Card #1 can't be finalized yet: 1 requirement is a draft; 2 questions are open; "
        "1 assumption is a draft; 1 planned file isn't approved."
    )
    assert card_of(plan).finalized_at is None


TAKES_AWAY = {
    "the title": request("updateCard", CARD, title="New"),
    "the description": request("updateCard", CARD, description="New"),
    "the quick answer": request("updateCard", CARD, quick_answer="New"),
    "an approved text": know("requirement", id="r", text="New"),
    "an approved fact's evidence": know("known_fact", id="k", evidence_source="New"),
    "an approved confidence": know("assumption", id="a", confidence=0.5),
    "an answer": know("question", id="q", answer="New"),
    "a question answered again": request("answerCardQuestion", CARD, id="q", answer="New"),
    "a status": request(
        "setCardKnowledgeStatus", CARD, kind="requirement", id="r", status="rejected"
    ),
    "an approved item deleted": request("deleteCardKnowledgeItem", CARD, kind="assumption", id="a"),
    "a planned file edited": request("upsertCardPlannedFile", CARD, id="f1", intent_summary="New"),
    "a planned file deleted": request("deleteCardPlannedFile", CARD, id="f1"),
    "a planned file proposed": request("upsertCardPlannedFile", CARD, **{**FILE, "id": "f2"}),
    "a draft requirement": know("requirement", text="New", source="agent"),
    "a draft assumption": know("assumption", text="New", source="agent"),
    "an open question": know("question", text="New", source="agent"),
    "an approved requirement more": know("requirement", text="New", status="approved"),
    "a fact approved": request(
        "setCardKnowledgeStatus", CARD, kind="known_fact", id="draft", status="approved"
    ),
}
LEAVES = {
    "a draft fact": know("known_fact", text="New", source="agent"),
    "a draft fact edited": know("known_fact", id="draft", text="New"),
    "a draft fact rejected": request(
        "setCardKnowledgeStatus", CARD, kind="known_fact", id="draft", status="rejected"
    ),
    "a draft fact deleted": request("deleteCardKnowledgeItem", CARD, kind="known_fact", id="draft"),
    "a rejected item edited": know("assumption", id="no", text="New"),
    "a rejected item deleted": request("deleteCardKnowledgeItem", CARD, kind="assumption", id="no"),
    "a rejected item more": know("question", text="New", status="rejected"),
    "status and priority": request("updateCard", CARD, status="review", priority=4),
    "the same texts": request("updateCard", CARD, title="Card 1.1.1", description=None),
    "the same item": know("requirement", id="r", text="So.", status="approved"),
    "a place": know("known_fact", id="k", position=1),
    "the file's place": request("upsertCardPlannedFile", CARD, id="f1", position=0),
    "approved again": request("approveCardPlannedFile", CARD, id="f1"),
    "another place": request("moveCard", CARD, workflow_activity_id="w1a2"),
    "another order": request("reorderCard", CARD, position=1),
    "an artifact unlinked": request("unlinkContextArtifact", CARD, context_artifact_id="x"),
    "an artifact edited": request("updateContextArtifact", id="x", content="New"),
    "an artifact linked": request(
        "linkContextArtifact", CARD, context_artifact_id="x", usage_hint="New"
    ),
}


@pytest.mark.parametrize("change", TAKES_AWAY)
def test_changing_what_was_approved_takes_the_mark_away_and_says_so(
    plan: Plan, change: str
) -> None:
    plan.act("finalizeCard", CARD)
    before = plan.dump()
    result = plan.apply(TAKES_AWAY[change])
    assert card_of(plan).finalized_at is None
    assert result.actions[0].result["unfinalized"] is True
    assert result.message.endswith(", no longer finalized")
    assert result.lost_marks == "no longer finalized"
    (event,) = events(plan, "card.unfinalized")
    assert event.payload["number"] == 1
    assert event.payload["because"]
    plan.undo()
    assert plan.dump() == before
    plan.redo()
    assert card_of(plan).finalized_at is None


@pytest.mark.parametrize("change", LEAVES)
def test_other_changes_leave_the_mark(plan: Plan, change: str) -> None:
    plan.act("finalizeCard", CARD)
    marked = card_of(plan).finalized_at
    result = plan.apply(LEAVES[change])
    assert card_of(plan).finalized_at == marked
    assert "unfinalized" not in result.actions[0].result
    assert result.lost_marks == ""
    assert events(plan, "card.unfinalized") == []


def test_a_batch_knows_the_marks_it_gave(plan: Plan) -> None:
    result = plan.apply(
        request("createCard", in_activity("w1a1"), id="n", title="New"),
        request(
            "upsertCardKnowledgeItem",
            on("n"),
            kind="requirement",
            id="n",
            text="So.",
            status="approved",
        ),
        request("finalizeCard", on("n")),
        request("finalizeCard", CARD),
        request("upsertCardKnowledgeItem", on("n"), kind="question", text="?"),
        request("upsertCardKnowledgeItem", on("n"), kind="question", text="??"),
        know("question", text="?"),
    )
    assert [told.result.get("unfinalized", False) for told in result.actions] == [
        *[False] * 4,
        True,
        False,
        True,
    ]
    assert card_of(plan, "n").finalized_at is card_of(plan).finalized_at is None
    assert result.message == (
        "7 changes, the last: add question “?”, 2 cards are no longer finalized"
    )


# --- answers


def test_answering_a_question_keeps_the_answer_and_approves_it(plan: Plan) -> None:
    plan.apply(know("question", id="why", text="Why?", source="agent"))
    told = plan.act("answerCardQuestion", CARD, id="why", answer="Because.")
    assert told.result == {"card_id": "w1a1c1", "kind": "question", "id": "why", "title": "Why?"}
    question = plan.db.get(CardQuestion, "why")
    assert question is not None
    assert (question.answer, question.status, question.text) == ("Because.", "approved", "Why?")
    assert events(plan, "question.answered")[-1].payload["answer"] == "Because."
    facts = plan.db.count(CardKnownFact)

    plan.act("answerCardQuestion", CARD, id="why", answer="Just so.")
    question = plan.db.get(CardQuestion, "why")
    assert question is not None
    assert question.answer == "Just so."
    assert plan.db.count(CardKnownFact) == facts
    assert "answer is blank" in plan.refusal(
        request("answerCardQuestion", CARD, id="why", answer=" ")
    )
    assert plan.refusal(request("answerCardQuestion", CARD, id="who", answer="I")) == (
        "Card w1a1c1 has no question who."
    )


def test_an_answer_becomes_a_known_fact_when_asked(plan: Plan) -> None:
    before = plan.dump()
    plan.apply(know("question", id="why", text="Why?"))
    answer = request("answerCardQuestion", CARD, id="why", answer="Because.", as_known_fact=True)
    result = plan.apply(answer)
    assert result.message == "Answer question “Why?”"
    fact = plan.db.get(CardKnownFact, result.actions[0].result["known_fact_id"])
    assert fact is not None
    assert (fact.text, fact.evidence_source) == ("Because.", "The answer to “Why?”")
    assert (fact.status, fact.source, fact.card_id) == ("approved", "user", "w1a1c1")
    assert plan.order(CardKnownFact, card_id="w1a1c1")[-1] == fact.id

    # Another answer changes the fact that the first one became.
    again = request("answerCardQuestion", CARD, id="why", answer="Just so.", as_known_fact=True)
    assert plan.apply(again).actions[0].result["known_fact_id"] == fact.id
    fact = plan.db.get(CardKnownFact, fact.id)
    assert fact is not None
    assert fact.text == "Just so."
    for _ in range(3):
        plan.undo()
    assert plan.dump() == before


def test_an_answer_can_be_cleared_and_belongs_to_questions_alone(plan: Plan) -> None:
    plan.apply(know("question", id="q", answer="So."))
    plan.apply(know("question", id="q", answer=None))
    question = plan.db.get(CardQuestion, "q")
    assert question is not None
    assert (question.answer, question.status) == (None, "approved")
    assert "answer is blank" in plan.refusal(know("question", id="q", answer=" "))
    for kind in ("requirement", "known_fact", "assumption"):
        reason = plan.refusal(know(kind, text="x", answer=None))
        assert reason.endswith("has no answer; only a question does.")
