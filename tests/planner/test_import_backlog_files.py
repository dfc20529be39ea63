import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from planner.importers import front_matter
from planner.importers.backlog_body import Criterion, Section, read_body
from planner.importers.backlog_files import (
    MAX_BYTES,
    BacklogFolder,
    BacklogTask,
    read_backlog,
)
from planner.importers.backlog_words import BacklogConfig, read_date, statuses_of
from planner.importers.wanted import ImportRefused, Problem
from store.records import CardStatus

SAMPLE = Path(__file__).parent / "backlog_sample"
Write = Callable[[str, str | bytes], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "completed").mkdir()
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    def write(path: str, content: str | bytes) -> None:
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def task_text(item_id: str = "task-1", *more: str, body: str = "") -> str:
    return "\n".join(["---", f"id: {item_id}", "title: Bread", *more, "---", body])


def tasks(read: BacklogFolder) -> dict[str, BacklogTask]:
    return {task.id: task for task in read.tasks}


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(ImportRefused) as refused:
        read_backlog(folder)
    return refused.value.problems


def test_the_folder_above_and_the_folder_itself_are_both_accepted() -> None:
    assert read_backlog(SAMPLE) == read_backlog(SAMPLE / "backlog")


def test_a_hidden_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / ".backlog" / "tasks").mkdir(parents=True)
    (tmp_path / ".backlog" / "tasks" / "task-1 - x.md").write_text(task_text())
    assert [task.id for task in read_backlog(tmp_path).tasks] == ["task-1"]


def test_the_sample_is_read() -> None:
    read = read_backlog(SAMPLE)
    assert read.config.project_name == "Bakery"
    assert [task.id for task in read.tasks] == ["BAKE-2", "BAKE-3.1", "BAKE-9", "BAKE-10"]
    (milestone,) = read.milestones
    assert milestone.title == "Opening day"
    assert milestone.description == "Everything the first morning needs.\n\nDue date: 2026-09-01"
    dough = tasks(read)["BAKE-9"]
    assert dough.status is CardStatus.ACTIVE
    assert dough.priority == 3
    assert (dough.created_at, dough.updated_at) == (
        "2026-01-02T08:30:00.000Z",
        "2026-01-03T00:00:00.000Z",
    )
    assert dough.dependencies == ("bake-2", "bake-77")
    assert dough.other == (("Assignee", "@ada"),)
    assert dough.description == (
        "Ten minutes by hand.\n\n```markdown\n## Not a heading\n```\n\n## Nor this one"
    )
    assert dough.criteria == (
        Criterion("The dough is smooth", done=True),
        Criterion("It springs back:\n- within two seconds\n- without a crack", done=False),
    )
    assert dough.sections == (
        Section("Definition of Done", "- [ ] #1 The bowl is clean"),
        Section("Implementation Notes", "[red]Cold[/red] water works better."),
    )


def test_older_files_without_marks_are_read() -> None:
    read = tasks(read_backlog(SAMPLE))
    flour = read["BAKE-2"]
    assert flour.status is CardStatus.PRODUCTION
    assert flour.created_at == "2026-01-02T00:00:00.000Z"
    assert flour.other == (("Assignee", "@bob"),)
    assert flour.criteria == (
        Criterion("#45 in the shop's list is ticked", done=True),
        Criterion("The sacks are dry\nand stacked", done=False),
    )
    oven = read["BAKE-10"]
    assert oven.description == "A line before any heading.\n\nUse the *lower* rack."
    assert [section.title for section in oven.sections] == ["Baker's remarks"]
    assert "neither is this" in oven.sections[0].content
    assert (oven.ordinal, oven.milestone) == (500, "Opening day")


def test_unknown_front_matter_is_kept() -> None:
    assert ("Story points", "3") in tasks(read_backlog(SAMPLE))["BAKE-3.1"].other


def test_what_is_passed_over_is_named_with_its_reason() -> None:
    assert read_backlog(SAMPLE).skipped == (
        Problem("milestones/readme.md", "not a milestone"),
        Problem("tasks/readme.md", "not a task: its name does not start with bake-"),
        Problem("drafts/", "1 file: drafts are not part of the plan"),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no front matter\n", "it does not start with front matter (a line with only ---)"),
        (b"", "it does not start with front matter (a line with only ---)"),
        (b"---\nid: x\n", "its front matter is never closed (a second line with only ---)"),
        (b"---\n---\n", "its YAML is not a mapping (key: value lines)"),
        (b"---\n- a\n---\n", "its YAML is not a mapping (key: value lines)"),
        (b"---\nid: task-1\n---\n", "its front matter has no title"),
        (b"---\ntitle: Bread\n---\n", "its front matter has no id"),
        (b"---\nid: a\nid: b\n---\n", "its YAML names 'id' twice"),
        (b"---\nid: &x 1\ntitle: *x\n---\n", "its YAML uses an alias (*), which is not read"),
        (b"---\n[a]: b\n---\n", "its YAML has a key that is not text"),
        (b"---\nid: " + b"[" * 30 + b"]" * 30 + b"\n---\n", "its YAML is nested too deeply"),
        (b"---\nid: \xff\n---\n", "it is not UTF-8 (byte 8)"),
        ("---\nid: 1\n---\n".encode("utf-16"), "it is not UTF-8 (byte 0)"),
        (b"---\nid: 1\n---\n\0", "it holds a zero byte, so it is not a text file"),
        pytest.param(b"x" * (MAX_BYTES + 1), "it is larger than 10 MB", id="large"),
        (
            task_text("task-1", "status: Elsewhere").encode(),
            "its status 'Elsewhere' is neither in config.yml nor known",
        ),
        (
            task_text("task-1", "priority: soon").encode(),
            "its priority 'soon' is none of low, medium, high, critical",
        ),
        (
            task_text("task-1", "created_date: 2025-02-30").encode(),
            "its created_date '2025-02-30' is not a date",
        ),
        (task_text("task-1", "ordinal: nan").encode(), "its ordinal 'nan' is not a number"),
        (
            task_text("task-1", f"note: {'x' * 100_001}").encode(),
            "its title, a criterion or a front matter value is longer than can be kept",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, write: Write, content: bytes, reason: str
) -> None:
    write("tasks/task-1 - x.md", content)
    assert problems(folder) == [Problem("tasks/task-1 - x.md", reason)]


def test_a_yaml_mistake_says_where(folder: Path, write: Write) -> None:
    write("tasks/task-1 - x.md", "---\nid: task-1\ntitle: Bread: white: big\n---\n")
    (problem,) = problems(folder)
    assert problem.reason.startswith("its YAML can't be read: mapping values are not allowed")
    assert problem.reason.endswith("(line 3)")


def test_all_unreadable_files_are_named_at_once(folder: Path, write: Write) -> None:
    write("config.yml", "statuses: [")
    write("milestones/m-1.md", "nothing")
    write("tasks/task-1 - x.md", "nothing")
    write("tasks/task-2 - x.md", task_text("task-2", "priority: soon", "status: Nowhere"))
    assert [problem.path for problem in problems(folder)] == [
        "config.yml",
        "milestones/m-1.md",
        "tasks/task-1 - x.md",
        "tasks/task-2 - x.md",
        "tasks/task-2 - x.md",
    ]


def test_the_same_id_twice_names_both_files(folder: Path, write: Write) -> None:
    write("tasks/task-1 - x.md", task_text("task-1"))
    write("completed/task-1 - y.md", task_text("TASK-1"))
    assert problems(folder) == [
        Problem("completed/task-1 - y.md", "its id TASK-1 is also that of tasks/task-1 - x.md")
    ]


def test_no_folder_is_a_problem_with_a_reason(tmp_path: Path) -> None:
    assert problems(tmp_path / "none")[0].reason == "not a folder"
    assert problems(tmp_path)[0].reason.startswith("no Backlog.md folder")


def test_an_alias_bomb_and_deep_nesting_end_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in (bomb, "a: " + "[" * 100_000):
        with pytest.raises(front_matter.YamlRefused):
            front_matter.read_mapping(text)


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_backlog(SAMPLE)
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    assert read_backlog(SAMPLE) == read


def test_links_and_odd_names_are_passed_over(folder: Path, write: Write, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(task_text("task-9"))
    (folder / "tasks" / "task-9 - x.md").symlink_to(outside)
    (folder / "tasks" / "task-8 - x.md").mkdir()
    os.mkfifo(folder / "tasks" / "task-7 - x.md")
    write("tasks/.hidden", "x")
    write("tasks/task-6.txt", "x")
    write("tasks/TASK-5 - x.md", task_text("task-5"))
    read = read_backlog(folder)
    assert [task.id for task in read.tasks] == ["task-5"]
    assert [(skipped.path, skipped.reason) for skipped in read.skipped] == [
        ("tasks/task-6.txt", "its name does not end with .md"),
        ("tasks/task-7 - x.md", "not a file"),
        ("tasks/task-8 - x.md", "not a file"),
        ("tasks/task-9 - x.md", "a link, which is not followed"),
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_read(folder: Path, write: Write) -> None:
    text = task_text("task-1", body="\n## Description\n\nOne.\nTwo.\n\n## Notes\n\nThree.\n")
    write("tasks/task-1 - x.md", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (task,) = read_backlog(folder).tasks
    assert task.description == "One.\nTwo."
    assert task.sections == (Section("Notes", "Three."),)


def test_hostile_text_passes_untouched(folder: Path, write: Write) -> None:
    title = r"[bold]\x1b[2J'; DROP TABLE card; --"
    body = "\n## Description\n\n\x1b[2J[red]<script>\u202e\n"
    write(
        "tasks/task-1 - x.md",
        f"---\nid: task-1\ntitle: '{title.replace(chr(39), chr(39) * 2)}'\n---\n{body}",
    )
    (task,) = read_backlog(folder).tasks
    assert task.title == title
    assert task.description == "\x1b[2J[red]<script>\u202e"


def test_scalars_stay_the_text_they_are() -> None:
    values = front_matter.read_mapping("a: no\nb: 2025-08-03\nc: 010\nd: ~\ne: [1, @x]\nf: @y\n")
    assert values == {
        "a": "no",
        "b": "2025-08-03",
        "c": "010",
        "d": "~",
        "e": ["1", "@x"],
        "f": "@y",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-08-03", "2025-08-03T00:00:00.000Z"),
        ("2025-08-03 18:10", "2025-08-03T18:10:00.000Z"),
        ("2025-08-03T18:10:05Z", "2025-08-03T18:10:05.000Z"),
        ("2025-08-03T18:10:05.123+02:00", "2025-08-03T16:10:05.000Z"),
        ("03.08.25", "2025-08-03T00:00:00.000Z"),
        ("2025-13-01", None),
        ("0001-01-01 00:00+01:00", None),
        ("yesterday", None),
        ("٢٠٢٥-٠٨-٠٣", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    assert read_date(text) == expected


def test_statuses_go_by_word_and_then_by_place() -> None:
    by_word = statuses_of(
        BacklogConfig(statuses=("Idea", "IN_PROGRESS", "Cooking", "Blocked", "Eaten"))
    )
    assert by_word["idea"] is CardStatus.TODO
    assert by_word["in progress"] is CardStatus.ACTIVE
    assert by_word["cooking"] is CardStatus.ACTIVE
    assert by_word["blocked"] is CardStatus.QUESTIONS
    assert by_word["eaten"] is CardStatus.PRODUCTION
    assert by_word["review"] is CardStatus.REVIEW
    assert by_word[""] is CardStatus.TODO


def test_criteria_with_other_text_are_kept_as_a_section_too() -> None:
    body = read_body("## Acceptance Criteria\n\n### Oven\n- [x] Hot\n\n### Table\n- [ ] Laid\n")
    assert [criterion.text for criterion in body.criteria] == ["Hot", "Laid"]
    assert body.sections == (
        Section("Acceptance Criteria", "### Oven\n- [x] Hot\n\n### Table\n- [ ] Laid"),
    )


def test_plain_list_items_count_where_there_is_no_check_box() -> None:
    body = read_body("## Acceptance Criteria\n- Hot\n- Laid\n")
    assert body.criteria == (Criterion("Hot", done=False), Criterion("Laid", done=False))


def test_a_mark_without_its_end_hides_nothing() -> None:
    body = read_body("## Description\n<!-- SECTION:DESCRIPTION:BEGIN -->\nText\n\n## Notes\nMore\n")
    assert body.description == "Text"
    assert body.sections == (Section("Notes", "More"),)


def test_many_odd_lines_take_no_time() -> None:
    lines = ["<!-- AC:BEGIN -->", "```x", "- [ ] ", "## ", "~~~~", "<!-- X:END -->"] * 50_000
    read_body("\n".join(lines))
    spaces = " " * 1_000_000
    read_body(f"## a{spaces}b\n- [ ] a{spaces}b\n```{'`' * 1_000_000} `\n")
    for value in (f"@{spaces}x", "[" + "@" * 1_000_000, "@" * 1_000_000):
        with contextlib.suppress(front_matter.YamlRefused):
            front_matter.read_mapping(f"a: {value}\nb: '\n")
