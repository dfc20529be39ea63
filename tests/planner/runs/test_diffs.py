import os
from pathlib import Path

import pytest

from planner.runs import diffs
from planner.runs.diffs import DiffFile, DiffLine, read_diff, read_file_diff
from tests.planner.runs.repositories import commit, make_repository, run_git, tip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = "".join(f"line {number}\n" for number in range(1, 101))
    files = {"long.txt": lines, "moved.txt": lines, "gone.txt": "1\n2\n", "mode.sh": "x\n"}
    files |= {"kind": "was a file\n", '-odd "name"\nat @@ -1 +1 @@': "a\n"}
    return make_repository(tmp_path_factory.mktemp("made") / "lantern", files)


@pytest.fixture
def work(made: Path) -> Path:
    run_git(made, "checkout", "--quiet", "--force", "--detach", "main")
    return made


def by_path(work: Path, head: str) -> dict[str, DiffFile]:
    """Read a diff, and hold what one file alone gives against it."""
    diff = read_diff(work, "main", head)
    plain = read_diff(work, "main", head, lines=False)
    for file, counted in zip(diff.files, plain.files, strict=True):
        kinds = [line.kind for line in file.lines]
        assert (file.added, file.removed) == (counted.added, counted.removed)
        if not file.is_cut and file.lines:
            assert (kinds.count("added"), kinds.count("removed")) == (file.added, file.removed)
        assert read_file_diff(work, "main", head, counted) == file.lines
    assert diff.added == sum(file.added for file in diff.files)
    return {file.path: file for file in diff.files}


def test_lines_have_their_numbers_on_both_sides(work: Path) -> None:
    text = (work / "long.txt").read_text()
    text = text.replace("line 2\n", "line two\nand more\n").replace("line 90\n", "")
    file = by_path(work, commit(work, "Work", {"long.txt": text}))["long.txt"]
    assert file.change == "modified"
    assert (file.added, file.removed, file.is_binary) == (2, 2, False)
    assert file.lines[:8] == (
        DiffLine("hunk", None, None, "@@ -1,5 +1,6 @@"),
        DiffLine("context", 1, 1, "line 1"),
        DiffLine("removed", 2, None, "line 2"),
        DiffLine("added", None, 2, "line two"),
        DiffLine("added", None, 3, "and more"),
        DiffLine("context", 3, 4, "line 3"),
        DiffLine("context", 4, 5, "line 4"),
        DiffLine("context", 5, 6, "line 5"),
    )
    assert file.lines[8].kind == "hunk"
    assert DiffLine("removed", 90, None, "line 90") in file.lines
    assert DiffLine("context", 91, 91, "line 91") in file.lines


def test_every_kind_of_change_is_read(work: Path) -> None:
    moved = (work / "moved.txt").read_text()
    (work / "moved.txt").unlink()
    (work / "gone.txt").unlink()
    (work / "mode.sh").chmod(0o755)
    (work / "kind").unlink()
    (work / "kind").symlink_to("long.txt")
    (work / "image.png").write_bytes(b"\x89PNG\0\0")
    (work / "empty").touch()
    (work / "to").mkdir()
    (work / "to/moved.txt").write_text(moved.replace("line 50\n", "line fifty\n"))
    run_git(work, "update-index", "--add", "--cacheinfo", f"160000,{tip(work)},sub")
    run_git(work, "add", "--all", "--", ":!sub")
    run_git(work, "commit", "--quiet", "-m", "Work")
    files = by_path(work, tip(work))
    assert {path: file.change for path, file in files.items()} == {
        "empty": "added",
        "gone.txt": "deleted",
        "image.png": "added",
        "kind": "kind",
        "mode.sh": "mode",
        "sub": "added",
        "to/moved.txt": "renamed",
    }
    assert files["to/moved.txt"].old_path == "moved.txt"
    assert (files["to/moved.txt"].added, files["to/moved.txt"].removed) == (1, 1)
    assert [line.text for line in files["gone.txt"].lines[1:]] == ["1", "2"]
    assert files["gone.txt"].lines[2] == DiffLine("removed", 2, None, "2")
    assert files["image.png"].is_binary
    assert files["image.png"].lines == files["empty"].lines == files["mode.sh"].lines == ()
    assert (files["mode.sh"].old_mode, files["mode.sh"].new_mode) == ("100644", "100755")
    assert files["kind"].is_link
    assert [line.text for line in files["kind"].lines if line.kind in ("added", "removed")] == [
        "was a file",
        "long.txt",
    ]
    assert files["sub"].is_submodule
    assert files["sub"].lines[1].text.startswith("Subproject commit ")


def test_nothing_in_a_file_or_its_name_is_taken_for_the_diff(work: Path) -> None:
    odd = '-odd "name"\nat @@ -1 +1 @@'
    written = {
        odd: "diff --git a b\n@@ -1 +1 @@\n-- x\n++ y\n\\ No newline at end of file\n",
        "a\tb\\c": "x",
        "crlf.txt": "one\r\ntwo\r\n",
    }
    (work / "bytes.txt").write_bytes(b"caf\xe9 \xff\nno end")
    (work / os.fsdecode(b"n\xe9")).write_text("x\n")
    head = commit(work, "Work", written)
    (work / os.fsdecode(b"n\xe9")).unlink()
    files = by_path(work, head)
    assert set(files) == {odd, "a\tb\\c", "crlf.txt", "bytes.txt", '"n\\351"'}
    assert [line.text for line in files[odd].lines if line.kind == "added"] == (
        written[odd].splitlines()
    )
    assert files["bytes.txt"].lines[1:] == (
        DiffLine("added", None, 1, "caf\\xe9 \\xff"),
        DiffLine("added", None, 2, "no end"),
        DiffLine("note", None, None, "No newline at end of file"),
    )
    assert [line.text for line in files["crlf.txt"].lines[1:]] == ["one\r", "two\r"]


def test_what_nobody_can_read_is_kept_in_part_and_counted(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diffs, "MOST_LINES", 50)
    monkeypatch.setattr(diffs, "MOST_LINES_IN_ALL", 60)
    many = "".join(f"{number}\n" for number in range(30_000))
    head = commit(
        work, "Work", {"a": "é" * 5_000_000 + "\nnext\n", "b": many, "c": "1\n", "d": "2\n"}
    )
    a, b, c, d = read_diff(work, "main", head).files
    assert [len(line.text) for line in a.lines[1:]] == [diffs.LONGEST_LINE, 4]
    assert not a.is_cut
    assert b.is_cut
    assert len(b.lines) == 51
    assert b.lines[-1] == DiffLine("note", None, None, "29,951 more lines not shown")
    assert (b.added, b.removed) == (30_000, 0)
    assert [line.text for line in c.lines[1:]] == ["1"]
    assert d.lines[1:] == (DiffLine("added", None, 1, "2"),)
    assert len(read_file_diff(work, "main", head, b, most=20_000)) == 20_001


def test_no_setting_of_the_repository_changes_what_is_seen(work: Path) -> None:
    head = commit(work, "Work", {"mode.sh": "y\n", ".gitattributes": "*.sh diff=odd\n"})
    for name, value in (
        ("diff.external", "false"),
        ("diff.odd.command", "false"),
        ("diff.odd.textconv", "false"),
        ("diff.noprefix", "true"),
        ("diff.context", "0"),
        ("color.ui", "always"),
    ):
        run_git(work, "config", name, value)
    assert by_path(work, head)["mode.sh"].lines[1:] == (
        DiffLine("removed", 1, None, "x"),
        DiffLine("added", None, 1, "y"),
    )
