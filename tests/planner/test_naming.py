"""What a name stands for: exactly one thing, or a refusal that says what was meant."""

from pathlib import Path

import pytest

from planner import naming
from planner.actions import Planner
from planner.errors import Ambiguous, Unknown
from planner.projects import create_project
from store.adapter import DbAdapter
from store.open import open_store
from store.records import CardQuestion, CardRequirement

LANES = {"w1": "Read", "w2": "Pay"}


@pytest.fixture
def plan(database_path: Path):
    db = open_store(database_path)
    with db.connection():
        project = create_project(db, "Lantern").id
        create_project(db, "lantern-two")
        actions = [
            {"action_type": "createWorkflow", "payload": {"id": i, "title": t}}
            for i, t in LANES.items()
        ]
        for workflow in LANES:
            for title in ("Choose", f"Only {workflow}"):
                actions.append(
                    {
                        "action_type": "createActivity",
                        "target_ref": {"workflow_id": workflow},
                        "payload": {"id": f"{workflow}-{title[0]}", "title": title},
                    }
                )
        for card, title in {
            "77": "Sign in",
            "c2": "Sign out",
            "c3": "sign IN",
            "c4": "[red]\x1b[2J",
            "d5": "Ärger",
        }.items():
            actions.append(
                {
                    "action_type": "createCard",
                    "target_ref": {"workflow_activity_id": "w1-C"},
                    "payload": {"id": card, "title": title},
                }
            )
        for kind, text in (("requirement", "It works."), ("requirement", "It is safe.")):
            actions.append(
                {
                    "action_type": "upsertCardKnowledgeItem",
                    "target_ref": {"card_id": "c2"},
                    "payload": {"kind": kind, "text": text, "id": f"2{text[-3]}"},
                }
            )
        for name in ("API notes", "Api key"):
            actions.append(
                {
                    "action_type": "createContextArtifact",
                    "target_ref": {"card_id": "c2"} if name == "Api key" else {},
                    "payload": {"name": name, "type": "doc", "content": "x"},
                }
            )
        Planner(db).apply(project, actions)
        yield db, project


Plan = tuple[DbAdapter, str]


def test_a_card_is_its_number_its_id_its_title_or_how_one_begins(plan: Plan) -> None:
    db, project = plan

    def card(name: str) -> str:
        return naming.find_card(db, project, name).id

    named = ("#2", "2", " #2 ", "c2", "Sign out", "sign o", "SIGN OUT")
    assert {card(name) for name in named} == {"c2"}
    assert card("77") == "77"  # no card has that number, so it is an id
    assert card("Sign in") == "77"
    assert card("sign IN") == "c3"
    assert card("[red]") == "c4"
    assert card("ärger") == card("d") == "d5"


def test_a_name_of_several_lists_them(plan: Plan) -> None:
    db, project = plan
    with pytest.raises(Ambiguous) as several:
        naming.find_card(db, project, "SIGN IN")
    told = [(each.id, each.number, each.within) for each in several.value.candidates]
    assert told == [("77", 1, "Read / Choose"), ("c3", 3, "Read / Choose")]
    assert "\n  77  #1 Sign in  (Read / Choose)" in str(several.value)
    with pytest.raises(Ambiguous, match="several activities"):
        naming.find_activity(db, project, "choose")
    with pytest.raises(Ambiguous):
        naming.find_project(db, "lan")
    with pytest.raises(Ambiguous):
        naming.find_artifact(db, project, "api")


def test_a_name_of_none_says_what_is_near(plan: Plan) -> None:
    db, project = plan
    for name, told in (
        ("#9", "There is no card '#9'. The last card made is #5."),
        ("#" + "9" * 30, "The last card made is #5."),
        ("Sing out", "Did you mean #2 Sign out?"),
        ("", "There is no card ''. There are #1 Sign in"),
    ):
        with pytest.raises(Unknown) as none:
            naming.find_card(db, project, name)
        assert told in str(none.value)
    Planner(db).apply(project, [{"action_type": "deleteCard", "target_ref": {"card_id": "c2"}}])
    with pytest.raises(Unknown, match="It has been deleted"):
        naming.find_card(db, project, "#2")
    with pytest.raises(Unknown, match=r"no workflow 'Raed'\. Did you mean Read") as none:
        naming.find_workflow(db, project, "Raed")
    assert [each.id for each in none.value.nearest] == ["w1"]
    with pytest.raises(Unknown, match="There are Lantern, lantern-two"):
        naming.find_project(db, "x")
    other = naming.find_project(db, "lantern-two")
    for name in ("#1", "77", "Sign in"):
        with pytest.raises(Unknown):
            naming.find_card(db, other.id, name)


def test_the_map_is_named_by_title_too(plan: Plan) -> None:
    db, project = plan
    assert naming.find_project(db, "LANTERN").id == project
    assert naming.find_workflow(db, project, "pay").id == "w2"
    for name in ("Pay/Choose", "w2 / choose", "w2-C"):
        assert naming.find_activity(db, project, name).id == "w2-C"
    assert naming.find_activity(db, project, "Choose", workflow_id="w1").id == "w1-C"
    with pytest.raises(Unknown):
        naming.find_activity(db, project, "Only w2", workflow_id="w1")
    with pytest.raises(Unknown, match="no workflow 'Nope'"):
        naming.find_activity(db, project, "Nope/Choose")


def test_what_a_card_holds_is_named_by_its_number_there(plan: Plan) -> None:
    db, project = plan
    card = naming.find_card(db, project, "c2")
    for name in ("2", "#2", "It is", "2f"):
        found = naming.find_held(db, CardRequirement, card, name)
        assert found.text == "It is safe."
    assert naming.find_held(db, CardRequirement, card, "1").text == "It works."
    with pytest.raises(Ambiguous, match="several requirements"):
        naming.find_held(db, CardRequirement, card, "it")
    with pytest.raises(Unknown, match=r"There are It works\., It is safe\.$"):
        naming.find_held(db, CardRequirement, card, "3")
    with pytest.raises(Unknown, match=r"no question '1'\. There is none"):
        naming.find_held(db, CardQuestion, card, "1")
    assert naming.find_artifact(db, project, "1", card=card).name == "Api key"
    assert naming.find_artifact(db, project, "API notes").name == "API notes"
    with pytest.raises(Unknown):
        naming.find_artifact(db, project, "1")
