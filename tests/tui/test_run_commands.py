"""``planner-tui run``, ``approve`` and ``reject``: everything about runs without the board."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from store.records import ApprovalRequest, Card
from tests.e2e.runs.workshop import PATIENCE, Workshop, run_until, workshop
from tests.planner.runs.repositories import tip
from tests.tui.commands import CommandLine
from tui.command_line.run_logs import Printer

AGENTS = {
    "builder": "printf 'on \\033[31mred\\033[0m\\n'; echo \"done $PLANNER_TURN\" > src/list.txt; cat > /dev/null",
    "idle": "cat > /dev/null",
    "slow": "echo begun; sleep 60",
    "failing": "echo no luck; exit 3",
    "roaming": "echo x > elsewhere.txt",
}


@pytest.fixture
def shop(tmp_path: Path, home: Path) -> Iterator[Workshop]:
    with workshop(tmp_path / "shop") as shop:
        config = tmp_path / "shop" / "home" / "config" / "planner-tui" / "config.toml"
        config.parent.mkdir(parents=True)
        lines = ['[board]\nagent = "builder"\n']
        for name, script in AGENTS.items():
            program = shop.agent(name, script).command[0]
            lines.append(f'[agents.{name}]\ncommand = ["{program}"]\n')
        config.write_text("".join(lines))
        yield shop


class OverTheShop(CommandLine):
    """Commands within the test's own process, which has let go of the database meanwhile.

    A file's locks belong to the process: opening the database anew would take them from the
    connection that is open already, and the supervisors would take the file for their own.
    """

    def __init__(self, shop: Workshop) -> None:
        super().__init__(shop.root / "plan.db")
        self._database: Any = shop.db._database  # type: ignore[attr-defined]

    def __call__(self, *arguments: object, given: str | None = None) -> Result:
        within = [*self._database._state.ctx]
        self._database.close()
        try:
            return super().__call__(*arguments, given=given)
        finally:
            self._database.connect()
            self._database._state.ctx[:] = within


@pytest.fixture
def run(shop: Workshop) -> CommandLine:
    return OverTheShop(shop)


def status_of(run: CommandLine, name: str) -> Any:
    return run.data("run", "show", name)["run"]


def started(run: CommandLine, *arguments: str) -> str:
    """Start a run and return its id."""
    run_id: str = run.data("run", "start", *arguments)["run"]["id"]
    return run_id


def ended(run: CommandLine, *arguments: str) -> tuple[int, Any]:
    """Run a command that waits; return its exit status, and the run as it then is."""
    done = run(*arguments, "--wait", "--json")
    document = json.loads(done.stdout)
    assert document["ok"], document
    return done.exit_code, document["data"]["run"]


def test_from_a_card_to_production_without_a_board(shop: Workshop, run: CommandLine) -> None:
    shop.card('Sign; $(touch pwned) "in" \x1b[31m', planned=["src/list.txt"])
    status, built = ended(run, "run", "start", "#1")
    assert (status, built["status"], built["waits_for"]) == (0, "blocked", "approval")
    assert [check["status"] for check in built["assignments"][0]["checks"]] == ["passed"] * 2
    name = built["name"]
    assert built["id"].endswith(name)
    line = run.words("run", "list")
    assert line.startswith(f"{name}  ■ blocked")
    assert "\x1b" not in line
    shown = run.words("run", "show", name)
    assert f"next: planner-tui approve {name}" in shown
    assert "check unit passed" in shown
    # Raw into a pipe, which this is.
    assert run("run", "logs", name).stdout_bytes == b"on \x1b[31mred\x1b[0m\n"
    (log,) = run.data("run", "logs", name)["logs"]
    assert Path(log["path"]).stat().st_size == log["bytes"]

    words = run.words("approve", name, "--note", "Fine.", "--wait")
    assert "was pushed to" in words
    request = status_of(run, name)["approvals"][-1]
    assert (request["type"], request["status"]) == ("merge_pr", "pending")
    status, merged = ended(run, "approve", request["id"][:30])
    assert (status, merged["status"]) == (0, "completed")
    assert tip(shop.repository) == merged["candidate"]["merged_commit"]
    card = shop.db.list(Card)[0]
    assert card.status == "production"
    assert "is completed" in run.refusal("approve", name)
    assert "1 more are over" in run.words("run", "list")
    assert name in run.words("run", "list", "--all")
    assert "Removed worktree 1" in run.words("run", "clean", "--all")
    assert not Path(merged["assignments"][0]["worktree"]).exists()
    assert not (shop.repository / "pwned").exists()


def test_rejected_with_a_note_the_agent_goes_on_and_closed_it_ends(
    shop: Workshop, run: CommandLine
) -> None:
    shop.card("Sign in", planned=["src/list.txt"])
    _, built = ended(run, "run", "start", "1")
    name = built["name"]
    assert "--note" in run.misused("reject", name)
    status, again = ended(run, "reject", name, "--note", "Shorter; $(x)")
    assert status == 0
    assert [turn["turn"] for turn in again["assignments"][0]["turns"]] == [1, 2]
    first, second = shop.db.list(ApprovalRequest)
    assert (first.status, first.notes, second.status) == ("rejected", "Shorter; $(x)", "pending")
    assert "was closed" in run.words("reject", name, "--close")
    assert status_of(run, name)["status"] == "cancelled"


def test_exit_statuses_tell_what_a_run_waits_for(shop: Workshop, run: CommandLine) -> None:
    shop.card("Sign in", planned=["src/list.txt"])
    shop.card("Sign out", planned=["src/list.txt"])
    status, idle = ended(run, "run", "start", "1", "--agent", "idle")
    assert (status, idle["waits_for"]) == (3, "change")
    assert "is being built" in run.refusal("run", "start", "1")
    run.words("run", "cancel", idle["name"], "--yes")
    status, failed = ended(run, "run", "start", "1", "--agent", "failing")
    assert (status, failed["status"]) == (4, "failed")
    assert f"next: planner-tui run resume {failed['name']}" in run.words(
        "run", "show", failed["id"]
    )
    status, again = ended(run, "run", "resume", failed["name"], "--note", "Once more.")
    assert status == 4
    assert [turn["exit_code"] for turn in again["assignments"][0]["turns"]] == [3, 3]
    status, built = ended(run, "run", "start", "#2", "--agent", "roaming")
    assert (status, built["waits_for"]) == (3, "decision")
    name = built["name"]
    assert "waits for a decision" in run.refusal("run", "resume", name)
    status, _ = ended(run, "run", "refuse-files", name, "--note", "Stay in src.")
    assert status == 3
    status, accepted = ended(run, "run", "accept-files", name)
    assert (status, accepted["waits_for"]) == (0, "approval")


def test_a_log_is_followed_until_the_run_rests(shop: Workshop, run: CommandLine) -> None:
    shop.card("Sign in", planned=["src/list.txt"])
    gate = shop.root / "gate"
    shop.agent("slow", f"echo begun\nwhile [ ! -e '{gate}' ]; do sleep 0.02; done\necho over")
    run_id = started(run, "1", "--agent", "slow")
    command = [sys.executable, "-m", "tui.cli", "--db", str(shop.root / "plan.db")]
    follow = subprocess.Popen(
        [*command, "run", "logs", "-f", run_id],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert follow.stdout is not None
    with follow:
        assert follow.stdout.readline() == b"begun\n"
        gate.touch()
        assert follow.stdout.read() == b"over\n"
        assert follow.wait(PATIENCE) == 0


def test_a_run_of_the_dead_goes_on_and_cancelling_asks(shop: Workshop, run: CommandLine) -> None:
    shop.card("Sign in")
    run_id = started(run, "1", "--agent", "slow")
    deadline = time.monotonic() + PATIENCE
    while shop.assignment(run_id).step != "agent":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    supervisor = shop.run(run_id).supervisor_pid
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    told = ""
    while "#1 “Sign in”" not in told:
        assert time.monotonic() < deadline
        told = run("run", "list").stderr
    assert status_of(run, run_id)["status"] in ("running", "failed")
    assert "add --yes" in run.refusal("run", "cancel", run_id)
    refused = json.loads(run("run", "cancel", run_id, "--json").stdout)
    assert (refused["ok"], refused["error"]["code"]) == (False, "unconfirmed")
    run.words("run", "cancel", run_id, "--yes")
    run_until(shop.db, run_id, lambda at: at.status == "cancelled")


def test_names_are_found_or_their_like_is_listed(shop: Workshop, run: CommandLine) -> None:
    shop.card("Sign in", planned=["src/list.txt"])
    shop.card("Sign out")
    assert "may be several cards" in run.refusal("run", "start", "Sign")
    assert "There is no card '#9'" in run.refusal("run", "start", "#9")
    assert "no workflow" in run.refusal("run", "start", "--workflow", "Writing")
    assert "There is no agent" in run.refusal("run", "start", "1", "--agent", "nobody")
    assert "no run" in run.refusal("run", "show", "nothing")
    assert "no run" in run.refusal("approve", "nothing")
    assert "Name a card" in run.misused("run", "start")
    refused = json.loads(run("run", "show", "nothing", "--json").stdout)
    assert (refused["version"], refused["ok"]) == (1, False)
    status, built = ended(run, "run", "start", "sign i")
    assert (status, built["number"]) == (0, 1)
    assert "integration" in run.refusal("run", "start", "--workflow", "read")


@pytest.mark.parametrize("command", ["start", "list", "show", "logs", "cancel", "resume", "clean"])
def test_help_has_an_example(command: str) -> None:
    words = CommandLine(Path("plan.db")).words("run", command, "--help")
    assert f"planner-tui run {command}" in words


def test_a_terminal_is_shown_what_escapes_are(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(is_terminal=True)
    printer.heading("turn 1")
    text = "é \x1b[31mred\x1b]0;title\x07\r\nend\n".encode()
    for at in range(len(text)):
        printer.block(text[at : at + 1])
    printer.heading("turn 2")
    shown = capsys.readouterr().out
    assert shown == "— turn 1 —\né \\x1b[31mred\\x1b]0;title\\x07\nend\n— turn 2 —\n"
