"""The sample plan is a story map worth looking at, and shows all that a map can hold."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from planner.board import read_board
from planner.knowledge_actions import KNOWLEDGE
from planner.projects import create_project
from planner.sample import SAMPLE_NAME, load_sample
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    CardStatus,
    ContextArtifact,
    PlanningAction,
    Project,
    WorkflowActivity,
)
from tests.planner.plans import counting, dump, opened, ticking


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def test_is_a_map_of_three_workflows(db: DbAdapter) -> None:
    board = read_board(db, load_sample(db))

    assert len(board.lanes) == 3
    assert 30 <= board.size <= 36
    for lane in board.lanes:
        assert len(lane.columns) in (3, 4)
        assert all(column.color and column.cards for column in lane.columns)


def test_shows_every_status_priority_and_kind_of_knowledge(db: DbAdapter) -> None:
    load_sample(db)

    cards = db.list(Card)
    assert {card.status for card in cards} == set(CardStatus)
    assert {card.priority for card in cards} == {0, 1, 2, 3, 4}
    assert any(card.quick_answer for card in cards)
    assert any("\n- " in (card.description or "") for card in cards)
    assert all(db.count(table) for table in KNOWLEDGE.values())
    assert {row.status for row in db.list(CardRequirement)} == {"approved", "draft"}
    assert all(fact.evidence_source for fact in db.list(CardKnownFact))
    assert db.count(CardQuestion, status="draft")
    assert {row.status for row in db.list(CardPlannedFile)} == {"approved", "proposed"}
    assert db.count(ContextArtifact) == 3
    linked = {link.context_artifact_id for link in db.list(CardContextArtifact)}
    assert linked == {artifact.id for artifact in db.list(ContextArtifact)}


def test_titles_differ_and_some_are_long_enough_to_wrap(db: DbAdapter) -> None:
    load_sample(db)
    titles = [card.title for card in db.list(Card)]
    assert len(set(titles)) == len(titles)
    assert sum(len(title) > 60 for title in titles) >= 3
    assert sum(len(title) < 20 for title in titles) >= 3
    assert all(len(activity.title) < 30 for activity in db.list(WorkflowActivity))


def test_ids_are_chosen_so_that_later_actions_can_name_them() -> None:
    script = json.loads(files("planner").joinpath("sample.json").read_bytes())
    for action in script["actions"]:
        if action["action_type"].startswith(("create", "upsert")):
            assert action["payload"]["id"].startswith("lantern-"), action


def test_loading_it_twice_gives_the_same_project(database_path: Path) -> None:
    with opened(database_path) as db:
        first = load_sample(db)
        before = dump(db, first.id)
    with opened(database_path) as db:
        assert load_sample(db) == first
        assert dump(db, first.id) == before
        assert db.count(Project) == 1
        assert first.action_sequence == db.count(PlanningAction)
        assert first.card_sequence == db.count(Card)


def test_stands_beside_other_projects(db: DbAdapter) -> None:
    create_project(db, "Atlas")
    assert load_sample(db).name == SAMPLE_NAME
    assert db.count(Project) == 2


def test_is_the_same_wherever_clock_and_ids_are(tmp_path: Path) -> None:
    dumps = []
    for name in ("one.db", "two.db"):
        with opened(tmp_path / name) as db:
            project = load_sample(db, clock=ticking(), new_id=counting("id"))
            dumps.append(dump(db, project.id))
    assert dumps[0] == dumps[1]
