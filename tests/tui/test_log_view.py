"""A log on the screen: every key of it, while it grows, is overwritten, cut and replaced."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.binding import Binding

from tests.tui.board import OpenBoard, open_board, plan_thread
from tui.screens.whole_log import WholeLog
from tui.widgets.log_pane import LogPane, LogSource, size_in_words
from tui.widgets.log_view import LogView

Check = Callable[[OpenBoard, LogView, str], Awaitable[None]]
CHECKS: dict[str, Check] = {}
LINES = 1_050_000
DOTS = "." * 86


def checks(binding_id: str) -> Callable[[Check], Check]:
    def remember(check: Check) -> Check:
        CHECKS[binding_id] = check
        return check

    return remember


@asynccontextmanager
async def a_log(
    tmp_path: Path, *paths: Path, size: tuple[int, int] = (60, 14)
) -> AsyncIterator[tuple[OpenBoard, LogView]]:
    async with open_board(tmp_path / "plan.db", size=size) as board:
        sources = [LogSource(p.name, f"turn {n}", p) for n, p in enumerate(paths, start=1)]
        screen = WholeLog(plan_thread(board.app), "Card", sources, select=paths[0].name)
        await board.app.push_screen(screen)
        await board.settle()
        yield board, screen.log_pane.view


def seen(view: LogView) -> list[str]:
    return [line.strip("▌ ") for line in view.lines_seen]


async def shows(board: OpenBoard, view: LogView, first: str, last: str | None = None) -> None:
    """Wait until the view begins with a line, and ends with one."""

    def holds() -> bool:
        lines = [line for line in seen(view) if line]
        return bool(lines) and lines[0] == first and (last is None or lines[-1] == last)

    await board.wait_for(holds)


# Every key, one after the other on one log of 100 MB


def test_every_binding_has_a_check() -> None:
    bound = [*LogView.BINDINGS, *LogPane.BINDINGS, *WholeLog.BINDINGS]
    ids = {binding.id for binding in bound if isinstance(binding, Binding)}
    assert len(ids) == len(bound)
    assert ids == CHECKS.keys()
    assert all(isinstance(b, Binding) and b.description and b.tooltip for b in bound)


async def test_every_key_on_a_hundred_megabytes(tmp_path: Path) -> None:
    big, other = tmp_path / "big", tmp_path / "other"
    chunk = b"".join(b"line %03d " % n + DOTS.encode() + b"\n" for n in range(1000))
    with big.open("wb") as log:
        for _ in range(LINES // 1000):
            log.write(chunk)
    other.write_text("other\n")
    keys = {
        binding.id: binding.key
        for binding in (*LogView.BINDINGS, *LogPane.BINDINGS, *WholeLog.BINDINGS)
        if isinstance(binding, Binding)
    }
    async with a_log(tmp_path, big, other, size=(110, 14)) as (board, view):
        await board.wait_for(lambda: view.count == LINES)
        for name, check in CHECKS.items():
            for key in keys[name or ""].split(","):
                await check(board, view, key)
        assert board.top == "MapScreen"


@checks("output.top")
async def _top(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("end", key)
    await shows(board, view, "line 000 " + DOTS)
    assert "stays here" in board.dialog
    assert "1,050,000 lines · 101 MB" in board.dialog


@checks("output.down")
async def _down(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", key, key)
    await shows(board, view, "line 002 " + DOTS)


@checks("output.up")
async def _up(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", "down", "down", "down", key)
    await shows(board, view, "line 002 " + DOTS)
    await board.press(key, key, key)
    await shows(board, view, "line 000 " + DOTS)


@checks("output.page_down")
async def _page_down(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", key)
    await shows(board, view, f"line {view.size.height - 1:03} " + DOTS)


@checks("output.page_up")
async def _page_up(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", "pagedown", "pagedown", key)
    await shows(board, view, f"line {view.size.height - 1:03} " + DOTS)


@checks("output.bottom")
async def _bottom(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", key)
    await shows(board, view, f"line {1000 - view.size.height} " + DOTS)
    assert view.follows


@checks("output.follow")
async def _follow(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("end", key)
    assert not view.follows
    await board.press("home", key)
    await shows(board, view, f"line {1000 - view.size.height} " + DOTS)
    assert "follows" in board.dialog


@checks("output.numbers")
async def _numbers(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("end", key)
    await shows(
        board, view, f"{LINES - view.size.height + 1} line {1000 - view.size.height} " + DOTS
    )
    await board.press("home")
    await shows(board, view, "1 line 000 " + DOTS)
    await board.press(key)


@checks("output.fold")
async def _fold(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", "#")
    await shows(board, view, "1 line 000 " + DOTS)
    await board.press(key, "#")
    assert not view.folds
    await board.press(key)
    assert view.folds


@checks("output.right")
async def _right(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", "w", key)
    await shows(board, view, "." * 79)
    await board.press("w")


@checks("output.left")
async def _left(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", "w", "right", key, key)
    await shows(board, view, "line 000 " + DOTS)
    await board.press("w")


@checks("output.search")
async def _search(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press("home", key, *"LINE 5")
    await board.wait_for(lambda: view.found_all)
    await board.settle()
    assert "no line" in board.dialog
    await board.press("ctrl+u", *"line 5n")
    await board.wait_for(lambda: view.found_all)
    await board.press("backspace")
    await board.wait_for(lambda: view.found_all and view.current == 500)
    await board.settle()
    assert "1 of 105,000" in board.dialog
    assert any(line.startswith("line 500") for line in seen(view))
    await board.press("enter")
    assert board.app.focused is view


@checks("output.next")
async def _next(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press(key, key)
    assert view.current == 502
    assert "3 of 105,000" in board.dialog
    await board.press("end", "/", "enter")
    view.current = LINES - 401
    await board.press(key)
    assert view.current == 500


@checks("output.previous")
async def _previous(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press(key)
    assert view.current == LINES - 401
    await board.press(key)
    assert view.current == LINES - 402
    await board.wait_for(lambda: "line 598 " + DOTS in seen(view))


@checks("output.after")
async def _after(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press(key)
    await shows(board, view, "other")
    assert "turn 2  ‹2 of 2›" in board.dialog
    assert not view.typed


@checks("output.before")
async def _before(board: OpenBoard, view: LogView, key: str) -> None:
    await board.press(key)
    await board.wait_for(lambda: view.count == LINES)
    assert "turn 1  ‹1 of 2›" in board.dialog


@checks("whole_log.back")
async def _back(board: OpenBoard, view: LogView, key: str) -> None:
    if key != "escape":
        await board.press("/", key)
        assert board.top == "WholeLog"
        await board.press("escape", key)
        return
    await board.press("/", "x", "enter", key)
    assert not view.typed
    assert board.top == "WholeLog"
    await board.press(key)
    assert board.top == "MapScreen"
    await board.app.push_screen(
        WholeLog(plan_thread(board.app), "Card", [LogSource("o", "turn 1", board.db.path)])  # type: ignore[attr-defined]
    )
    await board.settle()


# While others write


async def test_it_follows_what_is_written_and_stays_where_one_looks(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with a_log(tmp_path, path) as (board, view):
        assert "Nothing was printed yet." in board.dialog
        with path.open("wb", buffering=0) as log:
            log.write(b"first\n10%\r20%")
            await shows(board, view, "first", "20%")
            log.write(b"\r30%")
            await shows(board, view, "first", "30%")
            log.write(b"\n" + b"".join(b"%d\n" % n for n in range(500)))
            await shows(board, view, str(500 - view.size.height), "499")
            await board.press("up")
            first = seen(view)[0]
            log.write(b"more\n" * 100)
            await board.wait_for(lambda: view.count == 602)
            await board.settle()
            assert seen(view)[0] == first
            log.write(
                "\x1b[2J\x1b[31m\ud7ff \u202e\udcff".encode("utf-8", "surrogatepass") + b"\xff\n"
            )
            await board.press("end")
            await board.wait_for(lambda: "\\x1b[2J\ud7ff \\u202e" in seen(view)[-1])
            # One line of ten megabytes, and no end to it.
            log.write(b"z" * 10_000_000)
            await board.wait_for(lambda: seen(view)[0].startswith("zzz") and view.count > 9_000)
            await board.press("pageup", "pageup")
            assert seen(view)[5].startswith("zzz")
        path.write_bytes(b"cut\n")
        await shows(board, view, "cut", "cut")
        other = tmp_path / "other"
        other.write_bytes(b"replaced\nby this\n")
        other.rename(path)
        await shows(board, view, "replaced", "by this")
        path.unlink()
        await board.wait_for(lambda: view.count == 0)
        await board.settle()
        assert "Nothing was printed yet." in board.dialog


async def test_long_lines_are_moved_through_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(bytes([97 + n]) * 150 + b"\n" for n in range(26)))
    async with a_log(tmp_path, path, size=(52, 14)) as (board, view):
        await board.wait_for(lambda: view.count == 26)
        await shows(board, view, "w" * 50, "z" * 50)
        await board.press("up")
        await shows(board, view, "w" * 50, "z" * 50)
        assert view.lines_seen[-1].strip() == "z" * 50
        await board.press(*["up"] * 3)
        await shows(board, view, "v" * 50, "y" * 50)
        await board.press("end", "home")
        await shows(board, view, "a" * 50)
        await board.press("down")
        rows = seen(view)
        assert rows[:3] == ["a" * 50, "a" * 50, "b" * 50]


def test_sizes_are_worded() -> None:
    assert [size_in_words(n) for n in (0, 999, 1_000, 12_345, 104_000_000, 2_000_000_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "12 kB",
        "104 MB",
        "2.0 GB",
    ]
