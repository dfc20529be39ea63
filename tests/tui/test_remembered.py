"""What the board remembers: kept by several at once, and never in the way."""

import json
import os
import threading
from pathlib import Path

import pytest

from tui.remembered import MOST_PLANS, MOST_VIEWS, Remembered, View


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not yet" / "state"


def test_what_was_kept_is_there_the_next_time(folder: Path) -> None:
    first = Remembered(folder, "plan.db")
    assert (first.theme, first.tour_dismissed, first.project) == (None, False, None)
    assert first.saved_filters == {}
    view = View("card-1", ("w2", "w1"), "status:review", (3, 40))
    first.keep_view("p1", View())
    first.keep_view("p1", view)
    first.keep_theme("nord", "planner-dark")
    first.dismiss_tour()
    first.save_filter("mine", "status:todo")
    first.save_filter("late", "priority:4")
    first.save_filter("mine", "status:active")
    first.save_filter("gone", "x")
    first.forget_filter("gone")
    first.write()

    again = Remembered(folder, str(Path("plan.db").resolve()))
    assert again.project == "p1"
    assert again.view("p1") == view
    assert again.view("p2") is None
    assert (again.theme, again.theme_instead_of) == ("nord", "planner-dark")
    assert again.tour_dismissed
    assert list(again.saved_filters.items()) == list(first.saved_filters.items())
    assert list(again.saved_filters.items()) == [("late", "priority:4"), ("mine", "status:active")]
    assert again.trouble is None
    assert (folder / "state.json").stat().st_mode & 0o777 == 0o600


def test_each_database_has_a_place_of_its_own(folder: Path) -> None:
    for name in ("a.db", "b.db"):
        remembered = Remembered(folder, name)
        remembered.keep_view(f"project of {name}", View("x"))
        remembered.write()
    assert Remembered(folder, "a.db").project == "project of a.db"
    assert Remembered(folder, "b.db").project == "project of b.db"


def test_boards_at_once_keep_what_the_other_set(folder: Path) -> None:
    one, two = Remembered(folder, "plan.db"), Remembered(folder, "plan.db")
    one.save_filter("one", "1")
    one.keep_view("p", View("by one"))
    two.save_filter("two", "2")
    two.keep_view("p", View("by two"))
    two.keep_theme("nord", "planner-dark")
    one.write()
    two.write()
    last = Remembered(folder, "plan.db")
    assert last.saved_filters == {"one": "1", "two": "2"}
    assert last.view("p") == View("by two")
    assert last.theme == "nord"


def test_boards_writing_all_the_time_never_break_the_file(folder: Path) -> None:
    boards = [Remembered(folder, f"{number}.db") for number in range(4)]

    def work(board: Remembered, number: int) -> None:
        for round_ in range(25):
            board.keep_view("p", View(str(round_)))
            board.save_filter(f"{number}-{round_}", "x")
            board.write()
        board.write(last=True)

    threads = [
        threading.Thread(target=work, args=(board, number)) for number, board in enumerate(boards)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = Remembered(folder, "0.db")
    assert last.view("p") == View("24")
    assert len(last.saved_filters) == 100
    assert sorted(path.name for path in folder.iterdir()) == ["state.json", "state.lock"]


def test_what_another_board_holds_up_is_written_the_next_time(folder: Path) -> None:
    import fcntl

    remembered = Remembered(folder, "plan.db")
    remembered.dismiss_tour()
    folder.mkdir(parents=True)
    with (folder / "state.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        remembered.write()
        assert not (folder / "state.json").exists()
        remembered.keep_theme("nord", "planner-dark")
    remembered.write()
    assert Remembered(folder, "plan.db").tour_dismissed
    assert Remembered(folder, "plan.db").theme == "nord"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b"{}",
        b'{"version": 2}',
        b'{"version": 1, "theme": 5}',
        b'{"version": 1, "plans": {"/x": {"views": {"p": {"scroll": "far"}}}}}',
        b"[" * 100_000,
    ],
    ids=lambda content: str(content[:30]),
)
def test_a_file_that_means_nothing_is_put_aside(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_bytes(content)
    remembered = Remembered(folder, "plan.db")
    assert remembered.theme is None
    assert (folder / "state.json.broken").read_bytes() == content
    remembered.dismiss_tour()
    remembered.write()
    assert Remembered(folder, "plan.db").tour_dismissed


def test_what_a_newer_program_added_stays(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_text('{"version": 1, "zoom": 3}')
    remembered = Remembered(folder, "plan.db")
    remembered.dismiss_tour()
    remembered.write()
    written = json.loads((folder / "state.json").read_text())
    assert written == {"version": 1, "zoom": 3, "tour_dismissed": True}


def test_what_can_not_be_kept_is_told_once_and_survived(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered = Remembered(tmp_path / "file", "plan.db")
    remembered.dismiss_tour()
    remembered.write()
    assert remembered.trouble is not None
    assert "state.json" in remembered.trouble
    assert "The plan itself is safe." in remembered.trouble
    remembered.write(last=True)
    assert remembered.tour_dismissed


def test_without_a_folder_nothing_lasts(tmp_path: Path) -> None:
    remembered = Remembered(None, "plan.db")
    remembered.keep_view("p", View("x"))
    remembered.write(last=True)
    assert remembered.view("p") == View("x")
    assert not remembered.lasts
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_no_text(folder: Path) -> None:
    path = os.fsdecode(b"/tmp/\xff\xe9.db")
    remembered = Remembered(folder, path)
    remembered.keep_view("p", View("x"))
    remembered.write()
    assert Remembered(folder, path).view("p") == View("x")


def test_only_what_was_looked_at_lately_is_kept(folder: Path) -> None:
    remembered = Remembered(folder, "plan.db")
    for number in range(MOST_VIEWS + 5):
        remembered.keep_view(f"p{number}", View("x"))
    remembered.keep_view("p0", View("again"))
    remembered.write()
    for number in range(MOST_PLANS):
        other = Remembered(folder, f"{number}.db")
        other.keep_view("p", View("x"))
        other.write()
        if number == MOST_PLANS // 2:
            again = Remembered(folder, "plan.db")
            assert again.view("p0") == View("again")
            assert again.view("p5") is None
            assert again.view("p6") == View("x")
    assert Remembered(folder, "plan.db").project is None
    assert Remembered(folder, "0.db").project == "p"
