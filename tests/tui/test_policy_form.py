"""The policy's form: what is typed in it is what runs are held to, and mistakes have their place."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.runs.policy import ApprovalRules, HouseRules, Limits, Policy, read_policy, save_policy
from store.records import CheckType, Project
from tests.tui.board import OpenBoard, a_plan, open_board, opened_on
from tui.command_text import command_text, read_command
from tui.places import Places
from tui.policy_texts import FieldWrong, choices_of, policy_of, texts_of
from tui.screens.policy_form import PARTS, PolicyForm
from tui.screens.record_form import FormArea

arguments = st.text(st.characters(exclude_characters="\0"), max_size=12)

FULL = Policy(
    required_checks=(CheckType.POLICY, CheckType.LINT),
    check_commands={"lint": ("ruff", "check", "a b", "$(x); 'q'"), "unit": ("pytest",)},
    allowed_paths=("docs/**", "*.lock"),
    protected_paths=("migrations/",),
    forbidden_paths=(".github/**",),
    limits=Limits(agent_minutes=1.5, agents_at_once=3),
    approval=ApprovalRules(approvers=("ana", "Ben Q."), another_person=True, pull_request="local"),
    rules=HouseRules(security=("Never log a token.",)),
)


@given(st.lists(arguments, min_size=1))
def test_a_command_is_read_as_it_is_shown(command: list[str]) -> None:
    assert read_command(command_text(command)) == tuple(command)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pytest 'a", "A quotation mark has no other that ends what it begins."),
        ("pytest \\", "The last \\ quotes nothing; write \\\\ for a backslash."),
        ("lint && unit", "No shell runs this, so & means nothing"),
        ("echo $HOME", "no variable would be put in its place. Quote it ('$')"),
        ("pytest tests/*.py", "no files would be put in its place"),
        ('echo "$HOME" `date`', "so ` means nothing"),
        ("x > out", "nothing would be written to a file"),
    ],
)
def test_what_needs_a_shell_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_command(text)


def test_what_is_quoted_needs_no_shell() -> None:
    assert read_command("""grep -E 'a|b*' "c; $d" e\\&f '' """) == (
        *("grep", "-E", "a|b*", "c; $d", "e&f", ""),
    )
    assert read_command("  ") == ()


def test_a_policy_stands_in_the_form_as_it_is() -> None:
    for policy in (Policy(), FULL):
        assert policy_of({**texts_of(policy), **choices_of(policy)}) == policy


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("command_lint", "'", "quotation mark"),
        ("forbidden_paths", "docs\n/etc", "absolute"),
        ("agents_at_once", "1.5", "whole number"),
        ("agent_minutes", "an hour", "“an hour” is no number"),
        ("approvers", "x" * 300, "longer than"),
    ],
)
def test_a_mistake_belongs_to_a_field(field: str, text: str, said: str) -> None:
    with pytest.raises(FieldWrong, match=said) as wrong:
        policy_of({**texts_of(FULL), **choices_of(FULL), field: text})
    assert wrong.value.field == field


def make_repository(path: Path, branch: str = "trunk") -> Path:
    path.mkdir()
    git = ("git", "-C", str(path), "-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    subprocess.run([*git, "init", "-q", "-b", branch], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "First"], check=True)
    return path


class Form:
    """Hands on the form."""

    def __init__(self, board: OpenBoard) -> None:
        self.board = board

    @property
    def screen(self) -> PolicyForm:
        screen = self.board.app.screen
        assert isinstance(screen, PolicyForm)
        return screen

    async def type_into(self, field: str, text: str) -> None:
        area = self.screen.query_one(f"#{field}_field", FormArea)
        area.focus()
        area.take(text)
        await self.board.settle()

    @property
    def refusal(self) -> str:
        return str(self.screen.query_one("#refusal").render())

    @property
    def focused(self) -> str:
        assert self.screen.focused is not None
        return str(self.screen.focused.id).removesuffix("_field")


async def test_a_policy_is_made_and_a_repository_connected(
    database_path: Path, tmp_path: Path
) -> None:
    repository = make_repository(tmp_path / "shop 'n $x")
    async with open_board(database_path, size=(80, 24)) as board:
        await board.press("P")
        form = Form(board)
        assert form.focused == "repo_url"
        await form.type_into("repo_url", str(tmp_path))
        await form.type_into("command_lint", "ruff 'check")
        await board.press("ctrl+s")
        assert "lint: command: A quotation mark" in form.refusal
        assert form.focused == "command_lint"
        await board.press("'")
        assert "-shown" not in form.screen.query_one("#refusal").classes
        await board.press("ctrl+s")
        assert "is not in a git repository" in form.refusal
        assert form.focused == "repo_url"
        await form.type_into("repo_url", str(repository))
        await board.press("ctrl+s")
        assert "has no branch 'main'. It has: trunk." in form.refusal
        assert form.focused == "default_branch"
        await form.type_into("default_branch", "trunk")
        # Through the parts with keys alone.
        for part in (*PARTS[1:], PARTS[0]):
            await board.press("ctrl+n")
            assert PARTS[form.screen._part_of(form.screen.focused)] == part
        await board.press("ctrl+n")
        assert form.focused == "required_dependency"
        await board.press("tab", "tab", "tab", "tab", "tab")
        assert form.focused == "required_lint"
        assert form.screen.choices()["required_lint"] == "yes"  # it was given a command
        await board.press(" ", "y")
        await board.press("ctrl+n", *"docs/**")
        await board.press("ctrl+s")
        assert board.top == "MapScreen"
        assert "The policy is saved" in board.status
        policy = read_policy(board.db, board.plan.project_id)
        assert policy is not None
        assert policy.required_checks == (CheckType.LINT,)
        assert policy.check_commands == {"lint": ("ruff", "check")}
        assert policy.allowed_paths == ("docs/**",)
        project = board.db.get(Project, board.plan.project_id)
        assert project is not None
        assert (project.repo_url, project.default_branch) == (str(repository), "trunk")
        await board.press("P")
        assert form.screen.text_of("command_lint") == "ruff check"
        await board.press("escape")
        # What is missing is said, and undo disconnects.
        await board.press("u")
        project = board.db.get(Project, board.plan.project_id)
        assert project is not None
        assert project.repo_url is None


async def test_what_others_change_meanwhile_stays_and_the_same_is_asked_about(
    database_path: Path, tmp_path: Path
) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        save_policy(plan.db, plan.project_id, FULL, actor="ben")
        async with opened_on(plan, database_path, places=Places(state=tmp_path)) as board:
            await board.press("p", "P")
            form = Form(board)
            await form.type_into("protected_paths", "migrations/\n*.sql")
            await form.type_into("forbidden_paths", "secret")
            theirs = {**texts_of(FULL), "forbidden_paths": "keys", "agents_at_once": "7"}
            save_policy(
                plan.db, plan.project_id, policy_of({**theirs, **choices_of(FULL)}), actor="ben"
            )
            await board.press("ctrl+s")
            assert "Changed by others meanwhile: forbidden paths." in form.refusal
            assert form.screen.text_of("agents_at_once") == "7"
            await board.press("escape")
            assert board.top == "Projects"
            await board.press("escape", "D")
            assert "policy of “Atlas”" in board.dialog
            await board.press("enter")
            assert form.screen.text_of("forbidden_paths") == "secret"
            await board.press("ctrl+s")
            policy = read_policy(plan.db, plan.project_id)
            assert policy is not None
            assert policy.protected_paths == ("migrations/", "*.sql")
            assert policy.forbidden_paths == ("secret",)
            assert policy.limits.agents_at_once == 7
            assert policy.required_checks == FULL.required_checks
            assert policy.check_commands == FULL.check_commands
