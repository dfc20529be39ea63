"""The map and what cards hold, made and changed by commands; looked at again by another connection."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from planner.actions import Planner
from store.open import open_store
from store.records import (
    Card,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    PlanningAction,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)
from tests.tui.commands import CommandLine
from tui.cli import main

HOSTILE = "[red]\x1b[2J\r\n\u202e\t“ä漢"


@pytest.fixture(scope="module")
def lantern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = CommandLine(tmp_path_factory.mktemp("lantern") / "plan.db")
    run.words("project", "add", "Lantern")
    run.words("workflow", "add", "Read")
    run.words("activity", "add", "Choose")
    run.words("card", "add", "Sign in")
    run.words("card", "add", "Sign out")
    return run.database


@pytest.fixture
def run(lantern: Path, tmp_path: Path) -> CommandLine:
    return CommandLine(Path(shutil.copy(lantern, tmp_path)))


def rows(run: CommandLine, table: type[Record]) -> list[Any]:
    db = open_store(run.database)
    with db.connection():
        return db.list(table)


def titles(run: CommandLine, table: type[Record]) -> list[str]:
    return [each.title for each in rows(run, table)]


def test_projects_are_made_changed_and_deleted_by_their_whole_name(run: CommandLine) -> None:
    assert run.data("project", "new", "Other", "--description", "Mine.")["name"] == "Other"
    assert run.words("project", "list").splitlines()[0].split()[:2] == ["name", "workflows"]
    shown = run.data("project", "show", "lant")
    assert (shown["project"]["name"], shown["holds"]["cards"]) == ("Lantern", 2)
    told = run.data("project", "edit", "--project", "other", "--name", "Else", "--actor", "bot")
    assert told["title"] == "Else"
    actors = {each.action_type: each.actor for each in rows(run, PlanningAction)}
    assert actors["updateProject"] == "bot"
    assert "whole name is 'Else'" in run.refusal("project", "delete", "els", "--yes")
    assert "add --yes" in run.refusal("project", "delete", "Else")
    assert "Deleted project Else" in run.words("project", "delete", "Else", "--yes")
    assert [each.name for each in rows(run, Project)] == ["Lantern"]


def test_workflows_and_activities_go_where_they_are_sent(run: CommandLine) -> None:
    run.words("workflow", "add", "Pay", "--first", "--description", "-", given="Two\nlines\n")
    run.words("workflow", "add", "Save", "--before", "read")
    assert titles(run, Workflow) == ["Pay", "Save", "Read"]
    assert rows(run, Workflow)[0].description == "Two\nlines"
    run.words("workflow", "move", "Pay", "--after", "Save")
    run.words("workflow", "move", "Save", "--last")
    assert titles(run, Workflow) == ["Pay", "Read", "Save"]
    run.words("workflow", "edit", "Pay", "--title", "Pay up", "--description", "")
    assert rows(run, Workflow)[0].description is None
    assert "Say which workflow" in run.misused("activity", "add", "Choose")
    run.words("activity", "add", "Choose", "--workflow", "Pay up", "--color", "pink")
    run.words("activity", "add", "Early", "--before", "Pay up/Choose")
    assert "several activities" in run.refusal("activity", "delete", "Choose")
    listed = run.data("activity", "list", "--fields", "title,color,workflow")
    assert listed["total"] == 3
    assert listed["activities"][:2] == [
        {"title": "Early", "color": None, "workflow": "Pay up"},
        {"title": "Choose", "color": "pink", "workflow": "Pay up"},
    ]
    run.words("activity", "move", "Early", "--workflow", "Read", "--first")
    run.words("activity", "edit", "Early", "--color", "none", "--title", "Soon")
    assert run.words("workflow", "show", "read").endswith("\n  Soon: 0 cards\n  Choose: 2 cards\n")
    assert "  #1 Sign in (todo)" in run.words("activity", "show", "Read/Choose")
    assert "beside itself" in run.misused("activity", "move", "Soon", "--after", "Soon")
    gone = run.data("workflow", "delete", "Read", "--dry-run")
    assert gone["went_with_it"] == {"activities": 2, "cards": 2}
    assert len(rows(run, Workflow)) == 3
    run.words("workflow", "delete", "Read")
    assert rows(run, Card) == []
    db = open_store(run.database)
    with db.connection():
        Planner(db).undo(gone["project_id"])
    assert titles(run, Card) == ["Sign in", "Sign out"]


def test_cards_are_made_moved_listed_and_deleted(run: CommandLine) -> None:
    run.words("activity", "add", "Later")
    made = run.data(
        *("card", "add", "x", "--after", "#1", "--priority", "urgent", "--status", "review"),
        *("--description", "-"),
        given="Why.\r\n",
    )
    assert (made["number"], made["dry_run"]) == (3, False)
    card = next(each for each in rows(run, Card) if each.number == 3)
    assert (card.title, card.priority, card.description) == ("x", 4, "Why.")
    assert [each.number for each in in_order(run)] == [1, 3, 2]
    run.words("card", "move", 2, "--first")
    run.words("card", "move", "#1", "--activity", "Later")
    run.words("card", "move", "#3", "--before", "#1")
    assert [each.number for each in in_order(run)] == [2, 3, 1]
    listed = run.data("card", "list", "--filter", "priority:>=high -ready:yes", "--limit", 1)
    assert [(each["number"], each["activity"]) for each in listed["cards"]] == [(3, "Later")]
    assert run.data("card", "list", "--status", "todo", "--activity", "Later")["total"] == 1
    assert run.data("card", "list", "--limit", 0) == {"cards": [], "total": 3}
    assert "did you mean status:?" in run.misused("card", "list", "--filter", "statsu:todo")
    assert "did you mean number?" in run.misused("card", "list", "--fields", "nummer")
    table = run.words("card", "list", "--workflow", "Read", "--fields", "number,priority")
    assert table.splitlines() == [
        "number  priority",
        "2       none",
        "3       urgent",
        "1       none",
    ]
    assert "(#1, #2)" in run.words("card", "status", 1, "Sign out", 2, "active")
    assert {each.status for each in rows(run, Card)} == {"active", "review"}
    run.words("card", "edit", 1, "--title", "In", "--quick-answer", "Yes.", "--priority", 0)
    assert "Say what is to change" in run.misused("card", "edit", 1)
    assert "urgent (or 0 to 4)" in run.misused("card", "edit", 1, "--priority", "5")
    run.words("requirement", "add", 1, "It works.", "--status", "approved")
    run.words("card", "finalize", 1)
    assert "(no longer" not in run.words("card", "status", 1, "review")
    run.words("card", "unfinalize", 1)
    assert rows(run, Card)[0].finalized_at is None
    refused = run.refusal("card", "finalize", 1, 2)
    assert "can't be finalized yet" in refused
    assert not any(each.finalized_at for each in rows(run, Card))
    run.words("card", "delete", 1, 3)
    assert [each.number for each in rows(run, Card)] == [2]


def in_order(run: CommandLine) -> list[Any]:
    places = {each.id: each.position for each in rows(run, WorkflowActivity)}
    return sorted(
        rows(run, Card), key=lambda each: (places[each.workflow_activity_id], each.position)
    )


def test_what_a_card_holds_is_added_settled_and_taken_away(run: CommandLine) -> None:
    assert run.data("requirement", "add", 1, "One.", "Two.")["numbers"] == [1, 2]
    assert "number 1 on card #1" in run.words("requirement", "add", 1, "Zero.", "--position", 0)
    run.words("requirement", "edit", 1, 2, "--text", "-", "--confidence", "0.5", given="New.\n")
    held = rows(run, CardRequirement)
    assert [each.text for each in held] == ["Zero.", "New.", "Two."]
    assert held[1].confidence == 0.5
    assert "Reject requirement “Zero.”" in run.words("requirement", "reject", 1, 1)
    assert "Approve 2 requirements" in run.words("requirement", "approve", 1, "--all")
    assert run.words("requirement", "approve", 1, "--all") == "Done: Nothing to change\n"
    assert "has no assumption" in run.refusal("assumption", "approve", 1, "--all")
    run.words("requirement", "draft", 1, "two")
    told = [each.status for each in rows(run, CardRequirement)]
    assert told == ["rejected", "approved", "draft"]
    listed = run.data("requirement", "list", 1, "--status", "draft", "--fields", "number,text")
    assert listed["requirements"] == [{"number": 3, "text": "Two."}]
    assert run.refusal("requirement", "delete", 1, 3, 4).startswith("There is no requirement '4'")
    assert len(rows(run, CardRequirement)) == 3
    run.words("requirement", "delete", 1, 3, 1)
    assert [each.text for each in rows(run, CardRequirement)] == ["New."]
    assert "has no assumption" in run.words("assumption", "list", 1)
    run.words("fact", "add", 1, "True.", "--evidence", "The manual.", "--source", "agent")
    assert rows(run, CardKnownFact)[0].evidence_source == "The manual."
    run.words("question", "add", 1, "Which?", "When?")
    assert run.data("question", "list")["questions"][1]["text"] == "When?"
    run.words("question", "answer", 1, 2, "Now.", "--as-known-fact")
    assert [each.answer for each in rows(run, CardQuestion)] == [None, "Now."]
    assert [each.text for each in rows(run, CardKnownFact)] == ["True.", "Now."]
    assert "Say which question, or --all" in run.misused("question", "approve", 1)


def test_planned_files_and_artifacts(run: CommandLine, tmp_path: Path) -> None:
    assert "--intent TEXT" in run.misused("file", "add", 1, "a.py")
    run.words("file", "add", 1, "a.py", "--module", "src", "--intent", "It is.", "--kind", "hook")
    run.words("file", "approve", 1, "--all")
    run.words("file", "edit", 1, "a.py", "--action", "edit", "--contract", "None.")
    (planned,) = rows(run, CardPlannedFile)
    assert (planned.status, planned.action, planned.module_hint) == ("user_edited", "edit", "src")
    assert "user_edited  edit    src/a.py" in run.words("file", "list", 1)
    run.words("file", "delete", 1, 1)
    assert "has no planned file" in run.words("file", "list", 1)
    text = tmp_path / "keys.md"
    text.write_text("\ufeffKeys\n", encoding="utf-8")
    run.words("artifact", "add", "Keys", "--type", "spec", "--file", text, "--card", 1)
    run.words("artifact", "add", "Look", "--uri", "https://example.com", "--type", "link")
    assert run.words("artifact", "show", 1, "--card", 1).endswith("used by: #1 Sign in\n\nKeys\n\n")
    assert "at least one of content" in run.refusal("artifact", "add", "None")
    text.write_bytes(b"\xff\xfe\x00")
    assert "not text in UTF-8" in run.refusal("artifact", "edit", "Keys", "--file", text)
    assert "not UTF-8" in str(invoke(run, "card", "edit", "1", "--description", "-", given=b"\xff"))
    run.words("artifact", "edit", "Keys", "--file", "-", "--title", "Of keys", given="New")
    run.words("artifact", "link", 2, "look", "--hint", "All.")
    used = run.data("artifact", "list", "--card", 2)["context_artifacts"]
    assert [(each["number"], each["name"], each["usage_hint"]) for each in used] == [
        (1, "Look", "All.")
    ]
    run.words("artifact", "unlink", 2, 1)
    assert run.data("artifact", "list", "--card", 2)["total"] == 0
    assert "which 1 cards used" in run.words("artifact", "delete", "Keys")
    assert [each.name for each in rows(run, ContextArtifact)] == ["Look"]


def invoke(run: CommandLine, *arguments: str, given: bytes) -> str:
    return CliRunner().invoke(main, ["--db", str(run.database), *arguments], input=given).output


def test_hostile_texts_are_kept_and_break_nothing(run: CommandLine) -> None:
    run.words("card", "edit", 1, "--title", HOSTILE, "--description", HOSTILE)
    run.words("workflow", "edit", "Read", "--title", HOSTILE)
    run.words("requirement", "add", 1, HOSTILE)
    assert rows(run, Card)[0].title == HOSTILE
    for command in (
        ("card", "list"),
        ("card", "show", 1),
        ("workflow", "list"),
        ("workflow", "show", "[red]"),
        ("activity", "list"),
        ("requirement", "list", 1),
        ("card", "status", 1, "todo"),
    ):
        told = run.words(*command)
        assert "[red]" in told or command[1] == "status"
        assert not set(told) & set("\x1b\r\u202e\t")
    assert len(run.words("card", "list").splitlines()) == 3
    data = run.data("card", "show", 1)["card"]
    assert (data["card"]["title"], data["requirements"][0]["text"]) == (HOSTILE, HOSTILE)
    lone = run("card", "edit", 1, "--title", "\udcff")
    assert lone.exit_code == 1
    assert "Traceback" not in lone.output


def test_mistakes_are_told_to_programs_too(run: CommandLine) -> None:
    for arguments, status, code in (
        (("card", "shwo"), 2, "usage"),
        (("card", "show"), 2, "usage"),
        (("card", "add", "x", "--status", "done"), 2, "usage"),
        (("card", "show", "Sign"), 1, "ambiguous"),
        (("card", "show", "#9"), 1, "not_found"),
        (("card", "edit", "1", "--title", " "), 1, "refused"),
        (("--project", "Nope", "card", "list"), 1, "not_found"),
    ):
        answered = run(*arguments, "--json")
        document = json.loads(answered.stdout)
        assert (answered.exit_code, document["error"]["code"]) == (status, code), arguments
        assert document["error"]["message"] in answered.stderr
    assert "A shell takes #42 for a comment" in run.misused("card", "show")
    nameless = json.loads(run("import", "csv", "\udcff.csv", "--json").stdout)
    assert nameless["error"]["details"]["problems"]  # though no text says where
    found = json.loads(run("card", "show", "Sign", "--json").stdout)["error"]["details"]
    assert [each["number"] for each in found["candidates"]] == [1, 2]
    assert found["candidates"][0]["within"] == "Read / Choose"


def test_tables_fit_the_terminal(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    import tui.command_line.tables as tables

    long = [
        {"number": 1, "title": "漢" * 60, "text": "x" * 90},
        {"number": 2, "title": "", "text": None},
    ]
    assert len(tables.table(long, ("number", "title", "text")).splitlines()[1]) > 150
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for columns in (20, 40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = tables.table(long, ("number", "title", "text")).splitlines()
        assert max(map(tables.width, lines)) <= columns
        assert len(lines) == 3
    monkeypatch.setenv("COLUMNS", "60")
    named = [{"title": "x" * 70, "status": "active", "activity": "Save from the browser"}]
    (_, line) = tables.table(named, ("title", "status", "activity")).splitlines()
    assert line.endswith("  Save from the browser")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="it is written to")
def test_an_output_that_takes_no_more_is_told(
    run: CommandLine,
) -> None:
    words = [sys.executable, "-P", "-m", "tui.cli", "--db", str(run.database), "card", "list"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, env=environ, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "planner-tui: Standard output can't be written: No space left on device. "
        "What was done is done.\n"
    )
