"""Finding, who changed what, and taking it back, by commands."""

import json
import shutil
from pathlib import Path

import pytest

from tests.tui.commands import CommandLine

HOSTILE = "[red]Token\x1b[2J\n\u202eend"


@pytest.fixture(scope="module")
def lantern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = CommandLine(tmp_path_factory.mktemp("lantern") / "plan.db")
    run.words("project", "add", "Lantern")
    run.words("workflow", "add", "Read", "--actor", "ana")
    run.words("activity", "add", "Choose", "--actor", "ana")
    run.words("card", "add", HOSTILE, "--actor", "ana")
    run.words("card", "add", "Sign in", "--actor", "bot")
    run.words("requirement", "add", "#2", "The token is kept.", "--actor", "bot")
    return run.database


@pytest.fixture
def run(lantern: Path, tmp_path: Path) -> CommandLine:
    return CommandLine(Path(shutil.copy(lantern, tmp_path)))


def test_find_looks_where_it_is_told_and_shows_texts_as_they_are(run: CommandLine) -> None:
    run.words("project", "add", "Other")
    words = run.words("find", "toke")
    assert "\x1b" not in words
    assert r"card          #1 [red]Token\x1b[2J \u202eend" in words.splitlines()
    assert "Lantern › Read › Choose › #2 Sign in" in words
    found = run.data("find", "toke", "--all")
    assert [one["kind"] for one in found["found"]] == ["card", "requirement"]
    assert (found["total"], found["has_more"], found["project_id"]) == (2, False, None)
    first = run.data("find", "toke", "--limit", "1", "--fields", "kind,number,title")
    title = HOSTILE.replace("\n", " ")
    assert first["found"] == [{"kind": "card", "number": 1, "title": title}]
    assert first["has_more"]
    assert run("find", "toke", "--limit", "1").stderr == "The best 1; --limit says how many.\n"
    assert run.data("find", "#2")["found"][0]["title"] == "Sign in"
    assert run.data("find", "toke", "--project", "other")["found"] == []
    assert len(run.data("--project", "other", "find", "toke", "--all")["found"]) == 2
    assert "Nothing in Other holds “toke”" in run.words("--project", "Other", "find", "toke")
    assert "did you mean title" in run.misused("find", "sign", "--fields", "titel")
    run.misused("find")


def test_the_log_tells_who_changed_what_newest_first(run: CommandLine) -> None:
    lines = run.words("log").splitlines()
    assert [line.split()[0] for line in lines] == ["5", "4", "3", "2", "1"]
    assert lines[0].endswith("bot  added requirement “The token is kept.”")
    assert lines[2].endswith(r"ana  created card #1 “[red]Token\x1b[2J \u202eend”")
    assert [one["number"] for one in run.data("log", "--card", "sign")["changes"]] == [5, 4]
    assert [one["number"] for one in run.data("log", "--actor", "AN")["changes"]] == [3, 2, 1]
    assert [one["number"] for one in run.data("log", "kept")["changes"]] == [5]
    short = run.data("log", "--limit", "2", "--fields", "number,actor")
    assert short["changes"] == [{"number": 5, "actor": "bot"}, {"number": 4, "actor": "bot"}]
    assert short["total"] == 5
    assert "No change is like that." in run.words("log", "nowhere")
    assert "--events, too" in run.misused("log", "--type", "card")
    assert "say one" in run.misused("log", "--events", "--card", "1")


def test_the_event_log_tells_what_happened_and_what_was_refused(run: CommandLine) -> None:
    refused = '{"action_type": "deleteCard", "target_ref": {"card_id": "none"}}'
    assert run("apply", "-", "--actor", "eve", given=refused).exit_code == 1
    run.words("card", "delete", "1", "--actor", "ana")
    events = run.data("log", "--events")["events"]
    assert [one["source"] for one in events][:2] == ["event", "refused"]
    assert events[1]["actor"] == "eve"
    only = run.data("log", "--events", "--type", "card.del", "--actor", "ana")["events"]
    assert [one["type"] for one in only] == ["card.deleted"]
    assert "card.deleted" in run.words("log", "--events", "--limit", "1")
    assert run("log", "--events", "--limit", "1").stderr.startswith("The newest 1;")


def test_undo_says_whose_it_was_and_redo_brings_it_back(run: CommandLine) -> None:
    would = run.words("undo", "--dry-run", "--actor", "ana")
    assert would == "Would do: Undid: add requirement “The token is kept.” by bot\n"
    assert len(run.data("log")["changes"]) == 5
    assert run.words("undo", "--actor", "ana") == would.removeprefix("Would do: ")
    assert run.data("redo", "--actor", "ana")["message"].startswith("Redid: add requirement")
    assert run.refusal("redo") == "There is nothing to redo."


def test_undo_goes_back_to_a_change_by_number_or_id_all_or_nothing(run: CommandLine) -> None:
    third = next(one for one in run.data("log")["changes"] if one["number"] == 3)
    planned = run.data("undo", "--to", "3", "--dry-run")
    assert (len(planned["results"]), planned["dry_run"]) == (3, True)
    assert planned["by"] == [{"actor": "bot", "changes": 2}, {"actor": "ana", "changes": 1}]
    assert "(2 by bot, 1 by ana)" in planned["message"]
    assert len(run.data("card", "list")["cards"]) == 2
    run.words("undo", "--to", third["batch_id"])
    assert run.data("card", "list")["cards"] == []
    assert "does not stand any more" in run.refusal("undo", "--to", "3")
    assert "may be several changes" in run.refusal("undo", "--to", third["batch_id"][:6])
    assert "no change 'nothing'" in run.refusal("undo", "--to", "nothing")
    refused = run("undo", "--to", "99", "--json")
    assert json.loads(refused.stdout)["error"]["code"] == "refused"
    for _ in range(3):
        run.words("redo")
    assert len(run.data("card", "list")["cards"]) == 2
