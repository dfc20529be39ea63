import json
import sqlite3
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from planner.projects import create_project
from store.open import open_store
from store.records import Card, PlanningAction, Project, Workflow
from tui.cli import COMMANDS, main

SIGN_IN = {
    "action_type": "createWorkflow",
    "payload": {"id": "sign-in", "title": "Sign in"},
    "idempotency_key": "first",
}
SAMPLE = Path(__file__).parent.parent / "planner" / "backlog_sample"


def run(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=given)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.db"
    db = open_store(path)
    with db.connection():
        create_project(db, "Lantern")
    return path


def workflows(path: Path) -> list[str]:
    db = open_store(path)
    with db.connection():
        return [workflow.title for workflow in db.list(Workflow)]


def written(tmp_path: Path, document: Any) -> Path:
    file = tmp_path / "actions.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_actions_are_applied_from_a_file_and_from_standard_input(
    plan: Path, tmp_path: Path
) -> None:
    done = run("--db", plan, "apply", written(tmp_path, [SIGN_IN]))
    assert done.exit_code == 0
    assert done.stdout == "Done: Create workflow “Sign in”\n"
    second = {"action_type": "createWorkflow", "payload": {"title": "Read"}}
    assert run("--db", plan, "apply", "-", given=json.dumps(second)).exit_code == 0
    assert workflows(plan) == ["Sign in", "Read"]


def test_the_json_result_is_one_envelope(plan: Path, tmp_path: Path) -> None:
    file = written(tmp_path, SIGN_IN)
    first = json.loads(run("--db", plan, "apply", file, "--json").stdout)
    assert first["version"] == 1
    assert first["ok"] is True
    assert first["data"]["sequence"] == 1
    assert first["data"]["actions"][0]["result"]["workflow_id"] == "sign-in"
    again = json.loads(run("--db", plan, "apply", file, "--json").stdout)
    assert again["data"]["actions"] == [{**first["data"]["actions"][0], "replayed": True}]
    assert again["data"]["sequence"] == 1


def test_a_dry_run_says_what_it_would_do_and_does_nothing(plan: Path, tmp_path: Path) -> None:
    done = run("--db", plan, "apply", written(tmp_path, [SIGN_IN]), "--dry-run")
    assert done.stdout.startswith("Would do:")
    assert workflows(plan) == []


def test_a_refused_batch_names_the_action_and_changes_nothing(plan: Path, tmp_path: Path) -> None:
    wrong = {"action_type": "createWorkflow", "payload": {"titel": "x"}}
    refused = run("--db", plan, "apply", written(tmp_path, [SIGN_IN, wrong]), "--json")
    assert refused.exit_code == 1
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "refused"
    assert error["details"] == {"action": 2}
    assert "did you mean title?" in error["message"]
    assert "Nothing was changed." in refused.stderr
    assert workflows(plan) == []


def test_a_plan_that_moved_on_is_a_conflict_that_names_the_change(
    plan: Path, tmp_path: Path
) -> None:
    run("--db", plan, "apply", written(tmp_path, SIGN_IN), "--actor", "ana")
    stale = {"actions": [{**SIGN_IN, "idempotency_key": None}], "expected_sequence": 0}
    refused = run("--db", plan, "apply", written(tmp_path, stale), "--json")
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "conflict"
    assert "ana: create workflow “Sign in”" in error["message"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not valid JSON"),
        ("7", "Nothing was changed."),
        ('{"actions": 3}', "Nothing was changed."),
        ('["createCard"]', "A planning action is a JSON object, not a text."),
        ('[{"action_type": "createCrad"}]', "Did you mean createCard?"),
        ("\ufeff{}", "Nothing was changed."),
        ('[{"action_type": "createWorkflow", "payload": {"title": "\\ud800"}}]', "planner-tui:"),
    ],
)
def test_what_is_not_a_planning_action_is_refused_in_words(
    plan: Path, text: str, told: str
) -> None:
    refused = run("--db", plan, "apply", "-", given=text)
    assert refused.exit_code == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.output
    assert workflows(plan) == []


def test_the_project_must_be_named_when_there_are_several(plan: Path, tmp_path: Path) -> None:
    db = open_store(plan)
    with db.connection():
        create_project(db, "Harbour")
    file = written(tmp_path, SIGN_IN)
    unclear = run("--db", plan, "apply", file)
    assert unclear.exit_code == 1
    assert "--project" in unclear.stderr
    assert "Harbour" in unclear.stderr
    assert "Lantern" in unclear.stderr
    unknown = run("--db", plan, "apply", file, "--project", "Lanten")
    assert "There is no project 'Lanten'" in unknown.stderr
    assert run("--db", plan, "apply", file, "--project", "Harbour").exit_code == 0


def test_the_database_is_planner_db_then_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert run("migrate").exit_code == 0
    own = tmp_path / "data" / "planner-tui" / "plan.db"
    assert own.exists()
    assert own.parent.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("PLANNER_DB", str(tmp_path / "named.db"))
    assert run("migrate").exit_code == 0
    assert (tmp_path / "named.db").exists()


def test_migrate_status_tells_where_a_database_stands(plan: Path, tmp_path: Path) -> None:
    status = run("--db", plan, "migrate", "--status")
    lines = status.stdout.splitlines()
    assert [line.split()[-1] for line in lines][:2] == ["001_schema.sql", "002_orchestration.sql"]
    assert not any("pending" in line for line in lines)
    missing = run("--db", tmp_path / "none.db", "migrate", "--status")
    assert missing.exit_code == 1
    assert not (tmp_path / "none.db").exists()


def test_a_database_of_a_newer_version_is_left_alone(plan: Path) -> None:
    with sqlite3.connect(plan) as connection:
        connection.execute("INSERT INTO _migrations VALUES ('999_later.sql', 'x', 'then')")
    connection.close()
    before = plan.read_bytes()
    refused = run("--db", plan, "migrate")
    assert refused.exit_code == 1
    assert "999_later.sql" in refused.stderr
    assert plan.read_bytes() == before


def test_the_board_needs_a_terminal(plan: Path) -> None:
    refused = run("--db", plan)
    assert refused.exit_code == 1
    assert "needs a terminal" in refused.stderr


def test_a_backlog_folder_is_imported_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "plan.db"
    first = run("--db", path, "import", "backlog", SAMPLE)
    assert first.exit_code == 0, first.output
    assert "a new project" in first.stdout
    assert "cards:" in first.stdout
    again = run("--db", path, "import", "backlog", SAMPLE)
    assert "is up to date" in again.stdout
    db = open_store(path)
    with db.connection():
        assert db.count(Card) > 0
        assert {row.actor for row in db.list(PlanningAction)} == {"import backlog"}


def test_files_in_the_way_are_named_and_nothing_is_imported(tmp_path: Path) -> None:
    tasks = tmp_path / "backlog" / "tasks"
    tasks.mkdir(parents=True)
    (tmp_path / "backlog" / "config.yml").write_text('project_name: "X"\n')
    (tasks / "task-1 - fine.md").write_text("---\nid: TASK-1\ntitle: Fine\nstatus: To Do\n---\n")
    (tasks / "task-2 - bad.md").write_bytes(b"---\nid: TASK-2\ntitle: \xff\n---\n")
    refused = run("--db", tmp_path / "plan.db", "import", "backlog", tmp_path)
    assert refused.exit_code == 1
    assert "task-2 - bad.md" in refused.stderr
    assert "Nothing was imported" in refused.stderr
    db = open_store(tmp_path / "plan.db")
    with db.connection():
        assert db.list(Project) == []


def test_nothing_is_left_in_the_working_folder(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    run("--help")
    run("--db", plan, "migrate", "--status")
    assert list(folder.iterdir()) == []


def test_what_is_mistyped_is_answered_with_the_nearest_command() -> None:
    mistyped = run("aply")
    assert mistyped.exit_code == 2
    assert "There is no command 'aply'; did you mean apply?" in mistyped.stderr
    assert "No such command 'zzzz'" in run("zzzz").stderr
    assert "did you mean backlog?" in run("import", "backlogs").stderr


def test_every_command_is_there_and_says_what_it_does() -> None:
    context = click.Context(main)
    for name, later in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert f"  {name}  " in run("--help").stdout
        assert later.words in " ".join(run("--help").stdout.split())
