"""``planner-tui agents``: which there are, how they are run, and whether they work."""

import json
from pathlib import Path

import pytest

from tests.tui.commands import CommandLine


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line with an agent of one's own, ``mine``, which is on the PATH."""
    config = home / "config" / "planner-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[board]\nagent = "mine"\n[agents.mine]\ncommand = ["my-agent", "a b"]\n'
        '[agents.broken]\ncommand = ["nothing-like-it"]\n'
    )
    program = tmp_path / "bin" / "my-agent"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho my-agent 1.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    return CommandLine(tmp_path / "plan.db")


def test_agents_are_listed_with_where_they_are(run: CommandLine) -> None:
    lines = run.words("agents").splitlines()
    assert any(line.startswith("* mine ") and line.endswith("bin/my-agent") for line in lines)
    assert any("broken" in line and "is not on your PATH" in line for line in lines)
    rows = {row["name"]: row for row in run.data("agents")["agents"]}
    assert rows["mine"]["default"]
    assert rows["mine"]["from"] == "config"
    assert rows["claude"]["from"] == "preset"
    assert not run.database.exists()


def test_an_agent_is_shown(run: CommandLine) -> None:
    assert "command:     my-agent 'a b'\n" in run.words("agents", "show")
    assert "resume:      not possible\n" in run.words("agents", "show", "mine")
    assert run.data("agents", "show", "claude")["resume_command"][0] == "claude"
    assert "Did you mean mine?" in run.refusal("agents", "show", "min")
    assert "did you mean show?" in run.misused("agents", "shwo")


def test_an_agent_that_can_not_work_ends_with_1(run: CommandLine, home: Path) -> None:
    assert "mine works here.\n" in run.words("agents", "check")
    assert run.data("agents", "check", "mine")["works"]
    broken = run("agents", "check", "broken", "--json")
    assert broken.exit_code == 1
    assert not json.loads(broken.stdout)["data"]["works"]
    (home / "config" / "planner-tui" / "config.toml").unlink()
    assert "Say which agent" in run.refusal("agents", "check")
    assert "None builds by itself" in run.words("agents")


def test_a_config_that_is_wrong_is_told(run: CommandLine, home: Path) -> None:
    (home / "config" / "planner-tui" / "config.toml").write_text("[agents.x]\n")
    refused = run("agents", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "config"
    assert "[agents.x] needs a command" in refused.stderr
