"""``planner-tui import`` and ``export``: any format by one line, words or JSON, all or nothing."""

import json
from pathlib import Path

import pytest

from tests.tui.commands import CommandLine
from tui.command_line.exports import FORMATS as OUT
from tui.command_line.imports import FORMATS as IN

SHEET = "workflow;activity;title;owner\nSign in;Password;Forgot it;Ana\n;;;\nSign in;;;x\n"


@pytest.fixture
def run(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "plan.db")


def test_a_sheet_from_standard_input_is_told_in_words(run: CommandLine) -> None:
    words = run.words("import", "csv", "-", "--project", "Atlas", "--dry-run", given=SHEET)
    assert words.splitlines() == [
        "Would import into “Atlas”, a new project, in 3 planning actions:",
        "  workflows: 1 made",
        "  activities: 1 made",
        "  cards: 1 made",
        "  skipped:",
        "    line 4: a row without a title",
        "  imported otherwise than written:",
        "    line 1: the column 'owner' is not known, not imported",
    ]
    assert run("export", "csv").exit_code == 1  # there is no project yet
    assert "Imported into “Imported plan”" in run.words("import", "csv", "-", given=SHEET)
    assert "up to date" in run.words("import", "csv", "-", given=SHEET)


def test_programs_are_told_the_same(run: CommandLine, tmp_path: Path) -> None:
    sheet = tmp_path / "Atlas.csv"
    sheet.write_text(SHEET)
    told = run.data("import", "csv", sheet)
    assert (told["project"], told["project_made"], told["actions"]) == ("Atlas", True, 3)
    assert told["counts"]["card"]["made"] == 1
    assert told["skipped"] == [{"where": "line 4", "reason": "a row without a title"}]
    sheet.write_text('title\n"never closed')
    refused = run("import", "csv", sheet, "--json")
    assert refused.exit_code == 1
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "import"
    assert error["details"]["problems"][0]["where"] == "line 2"
    assert "Nothing was imported" in run.refusal("import", "csv", sheet)
    assert "Nothing was imported" in run.refusal("import", "markdown", tmp_path / "no.md")


def test_a_project_is_written_to_a_file_or_to_standard_output(
    run: CommandLine, tmp_path: Path
) -> None:
    run.words("import", "csv", "-", "--project", "Atlas", given=SHEET)
    out = tmp_path / "out.md"
    out.write_text("old")
    assert run.words("export", "markdown", out).strip() == f"Exported “Atlas” to {out}."
    project_id = run.data("project", "list")["projects"][0]["id"]
    mark = f"<!-- planner-tui, project {project_id} -->"
    text = mark + "\n\n# Sign in\n\n## Password {yellow}\n\n- Forgot it {#1}\n\n"
    assert out.read_text() == run.words("export", "markdown") == text
    assert run.data("export", "markdown") == {"project": "Atlas", "content": text}
    assert run.data("export", "markdown", out)["bytes"] == len(text)
    assert "is a folder" in run.refusal("export", "csv", tmp_path)
    nowhere = tmp_path / "nowhere" / "plan.csv"
    assert "no such folder. Nothing was written" in run.refusal("export", "csv", nowhere)
    assert "There is no project" in run.refusal("export", "csv", "--project", "Zebra")


def test_every_format_says_what_it_is(run: CommandLine) -> None:
    for group, formats in (("import", IN), ("export", OUT)):
        overview = " ".join(run.words(group, "--help").split())
        for name, made in formats.items():
            assert made.words in overview
            shown = run.words(group, name, "--help")
            assert f"{group} {name} {made.example}" in shown
            assert "--json" in shown
    assert "did you mean markdown?" in run.misused("export", "markdwon")
