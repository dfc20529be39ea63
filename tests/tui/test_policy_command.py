"""``planner-tui project``, ``repository`` and ``policy``: what a run needs, without the board."""

import json
import subprocess
from pathlib import Path

import pytest

from planner.runs.policy import read_policy
from store.open import open_store
from store.records import EventLog, Project, SystemPolicyProfile
from tests.tui.commands import CommandLine


@pytest.fixture
def run(tmp_path: Path) -> CommandLine:
    run = CommandLine(tmp_path / "plan.db")
    assert run.words("project", "new", "Lantern") == "Made project Lantern.\n"
    return run


def git(folder: Path, *arguments: str) -> None:
    ours = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=trunk")
    subprocess.run(["git", "-C", folder, *ours, *arguments], check=True, capture_output=True)


def test_projects_are_made_and_listed(tmp_path: Path) -> None:
    run = CommandLine(tmp_path / "plan.db")
    assert "planner-tui project add NAME" in run.words("project", "list")
    assert "planner-tui project add NAME" in run.refusal("policy", "show")
    made = run.data("project", "new", "$(x); 'y'", "--description", "Z")
    listed = run.data("project", "list")["projects"]
    assert [(one["id"], one["name"]) for one in listed] == [(made["project_id"], "$(x); 'y'")]
    assert "called $(x); 'y' already" in run.refusal("project", "new", "$(x); 'y'")
    assert "is blank" in run.refusal("project", "new", " ")


def test_a_policy_is_put_together_step_by_step(run: CommandLine) -> None:
    assert "There is no policy yet." in run.words("policy", "show")
    assert run.words("policy", "require", "unit", "policy") == (
        "Required checks:\n  policy\n  unit\n"
        "The check unit needs a command: planner-tui policy command unit -- PROGRAM ARGUMENTS\n"
    )
    assert run.words("policy", "command", "unit", "--", "pytest", "-q", "a b; $(c)") == (
        "Commands:\n  unit: pytest -q 'a b; $(c)'\n"
    )
    run.words("policy", "require", "lint", "--command", "--", "ruff", "check", "--", ".")
    run.words("policy", "allow", "tests/**", "CHANGELOG.md")
    run.words("policy", "protect", "*.lock")
    run.words("policy", "forbid", "--", "-secrets/**")
    run.words("policy", "limit", "agents-at-once", 4)
    run.words("policy", "limit", "agent_minutes", "0.5")
    run.words("policy", "rule", "security", "No secrets\nin \x1b[2J code.")
    run.words("policy", "approval", "--approver", "ana", "--approver", "bo", "--another-person")
    run.words("policy", "approval", "--no-approver", "bo", "--no-push", "--pull-request", "local")
    shown = run.words("policy", "show")
    assert "\x1b" not in shown
    assert shown.splitlines()[:6] == [
        *("Required checks:", "  policy", "  lint", "  unit"),
        *("Commands:", "  lint: ruff check -- ."),
    ]
    whole = run.data("policy", "show")["policy"]
    assert whole["check_commands"]["lint"] == ["ruff", "check", "--", "."]
    assert whole["forbidden_paths"] == ["-secrets/**"]
    assert whole["limits"]["agents_at_once"] == 4
    assert whole["rules"]["security"] == ["No secrets in \x1b[2J code."]
    assert whole["approval"] == {
        "approvers": ["ana"],
        "another_person": True,
        "push": False,
        "pull_request": "local",
    }
    db = open_store(run.database)
    with db.connection():
        assert db.count(EventLog, event_type="policy.changed") == 11

    assert "Nothing to change" in run.words("policy", "load", "-", given=json.dumps(whole))
    run.words("policy", "require", "--remove", "lint")
    run.words("policy", "allow", "--remove", "tests/**")
    run.words("policy", "rule", "--remove", "security", "No secrets in \x1b[2J code.")
    run.words("policy", "command", "--remove", "lint")
    less = run.data("policy", "show")["policy"]
    assert less["required_checks"] == ["policy", "unit"]
    assert less["allowed_paths"] == ["CHANGELOG.md"]
    assert less["rules"]["security"] == []
    printed = run("policy", "show", "--json").stdout
    assert "Nothing to change" in run.words("policy", "load", "-", given=printed)


def test_a_policy_that_cannot_be_is_refused_in_words_and_changes_nothing(run: CommandLine) -> None:
    for arguments, words in (
        (("require", "untit"), "There is no check 'untit'; did you mean unit?"),
        (("command", "policy", "--", "x"), "policy is built in"),
        (("command", "unit", "--", ""), "The command of unit is blank"),
        (("forbid", "/etc/**"), "is absolute"),
        (("allow", "../x"), "climbs out"),
        (("allow", "--remove", "x"), "The policy does not have 'x'. There is none."),
        (("limit", "agents-at-onc", "3"), "did you mean agents_at_once?"),
        (("limit", "agents-at-once", "many"), "from 1 to 64, not 'many'"),
        (("limit", "agent-minutes", "-1"), "agent_minutes must be a number from 0.01"),
        (("limit", "agent-minutes", "nan"), "agent_minutes must be a number from 0.01"),
        (("rule", "securty", "x"), "did you mean security?"),
        (("rule", "security", " "), "A rule is blank"),
        (("approval", "--approver", " "), "An approver's name is blank"),
    ):
        told = run.refusal("policy", *arguments)
        assert words in told, arguments
    for text, words in (
        ("{", "not valid JSON"),
        ("[]", "is a JSON object"),
        ('{"required_chekcs": []}', "did you mean required_checks?"),
        ('{"limits": {"agents": 1}}', "limits has no 'agents'"),
        ('{"check_commands": {"unit": "pytest -q"}}', "not a policy"),
        ('{"check_commands": {"smoke": ["x"]}}', "There is no check 'smoke'"),
        ('{"approval": {"pull_request": "soon"}}', "not a policy"),
    ):
        assert words in run.refusal("policy", "load", "-", given=text), text
    refused = run("policy", "forbid", "/etc", "--json")
    assert json.loads(refused.stdout)["error"]["code"] == "refused"
    assert "did you mean require?" in run.misused("policy", "requir", "unit")
    assert "Say the command" in run.misused("policy", "command", "unit")
    assert "After --command" in run.misused("policy", "require", "unit", "--command")
    assert "Say what is to change" in run.misused("policy", "approval")
    assert run.data("policy", "show")["policy"] is None


def test_what_another_program_wrote_and_nobody_understands_is_shown(run: CommandLine) -> None:
    run.words("policy", "require", "policy")
    db = open_store(run.database)
    with db.connection():
        row = db.list(SystemPolicyProfile)[0]
        db.update(SystemPolicyProfile, row.id, required_checks=["policy", "smoke"])
        assert read_policy(db, row.project_id) is not None
    assert "nothing is built until" in run.words("policy", "show")
    assert "There is no check 'smoke'" in run.data("policy", "show")["unreadable"][0]
    run.words("policy", "forbid", "x")
    assert run.data("policy", "show")["unreadable"] == []


def test_a_repository_is_connected(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a $(b) 'c'"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    assert "has no repository" in run.words("repository")
    assert "not in a git repository" in run.refusal("repository", folder.name)
    assert "does not exist" in run.refusal("repository", "nowhere")
    git(folder, "init")
    assert "no commit yet" in run.refusal("repository", folder.name)
    git(folder, "commit", "--allow-empty", "-m", "x")
    git(folder, "branch", "next")
    assert run.data("repository", folder.name) == {
        **run.data("repository"),
        "repo_url": str(folder),
        "default_branch": "trunk",
    }
    assert run.data("repository", "--branch", "next")["default_branch"] == "next"
    assert "It has: next, trunk" in run.refusal("repository", "--branch", "nxt")
    address = "git@example.com:team/lantern.git"
    assert run.data("repository", address, "--branch", "main")["repo_url"] == address
    assert "--none" in run.misused("repository", address, "--none")
    assert "has no repository" in run.words("repository", "--none")
    db = open_store(run.database)
    with db.connection():
        assert db.list(Project)[0].repo_url is None
