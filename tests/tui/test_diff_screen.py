"""The diff: files and lines, comments on them, search, and texts that mean harm."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.binding import Binding

from store.records import DiffComment
from tests.tui import built as rows
from tests.tui.board import OpenBoard, a_plan, opened_on
from tests.tui.built import Built
from tui.screens.diff import DiffScreen
from tui.widgets.diff_tree import DiffTree
from tui.widgets.diff_view import DiffView

EVIL = "[red]\x1b[2J\u202eevil[/]"

HARM: dict[str, str | bytes | None] = {
    "-rf; $(touch x) “ü”": f"{EVIL}\tx\r\nwide 漢字\n",
    f"a/{EVIL}/b\nc.py": "import os\n" + "x = '" + "y" * 10_000 + "'\n",
    "/".join(["deep"] * 60): "deep\n",
    "huge.txt": "".join(f"line {n}\n" for n in range(5_000)),
    "src/app.py": rows.HEAD["src/app.py"],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built") / "lantern")


@pytest.fixture(scope="module")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> Built:
    repository = tmp_path_factory.mktemp("harm") / "lantern; $(x)"
    base: dict[str, str | bytes | None] = {"src/app.py": rows.APP}
    return Built(repository, base, HARM)


class OpenDiff:
    """The diff screen of a card that was built."""

    def __init__(self, board: OpenBoard, screen: DiffScreen, run_id: str) -> None:
        self.board, self.screen, self.run_id = board, screen, run_id
        self.press, self.write, self.db = board.press, board.write, board.db

    @property
    def lines(self) -> list[str]:
        return self.screen.lines.lines_seen

    @property
    def selected(self) -> str:
        """The line that is selected, without its mark."""
        view = self.screen.lines
        line = view.render_line(view.index - view.scroll_offset.y).text
        assert line[0] == "▌"
        return line[1:].rstrip()

    @property
    def files(self) -> list[str]:
        return [line for line in self.screen.file_tree.lines_seen if line.strip()]

    @property
    def path(self) -> str:
        assert self.screen.file is not None
        return self.screen.file.path

    @property
    def status(self) -> str:
        return self.screen.status.render_line(0).text

    @property
    def comments(self) -> list[DiffComment]:
        return self.db.list(DiffComment)

    async def go(self, path: str, line: str = "") -> None:
        """Show a file, and select a line of it."""
        files = self.screen.file_tree.files
        self.screen.show_file(next(n for n, file in enumerate(files) if file.path == path))
        assert self.screen.lines.text is not None
        for index, each in enumerate(self.screen.lines.text.lines):
            if line and line in each.text:
                self.screen.lines.select_line(index)
        self.screen.set_focus(self.screen.lines)
        await self.board.settle()

    async def say(self, text: str) -> None:
        await self.press("c")
        await self.write(text)
        await self.press("enter")
        await self.board.until(lambda: any(text in line for line in self.lines))


@asynccontextmanager
async def open_diff(
    built: Built, path: Path, *, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[OpenDiff]:
    with a_plan(path, workflows=1, activities=1, cards=3) as plan:
        run_id = built.rows(plan)
        rows.add_turn(plan, run_id)
        async with opened_on(plan, path, size=size) as board:
            screen = DiffScreen(board.screen._plan, run_id)
            board.app.push_screen(screen)
            await board.until(lambda: screen.compared is not None)
            yield OpenDiff(board, screen, run_id)


async def test_the_tree_and_a_file(built: Built, database_path: Path) -> None:
    async with open_diff(built, database_path) as diff:
        assert [" ".join(line.split()) for line in diff.files] == [
            "▾ docs/ +1 -1",
            "▌ ~ ▲ guide.md +1 -1",
            "▾ scripts/ +1 -1",
            "~ ■ check.sh +1 -1",
            "▾ src/ +7 -5",
            "▾ link/ +2",
            "+ ✓ made.py +2",
            "~ ✓ app.py +4 -3",
            "- ▲ gone.txt -1",
            "→ ▲ new_name.py +1 -1",
            "~ ▲ logo.bin binary",
        ]
        assert diff.screen.head.said == "1/7 docs/guide.md modified +1 -1 ▲ not planned"
        await diff.go("src/app.py", "LIMIT = 90")
        assert [line[1:] for line in diff.lines[1:8]] == [
            " 2  2",
            " 3  3   import time",
            " 4  4",
            " 5    - LIMIT = 30",
            "    5 + LIMIT = 90  # days",
            " 6  6",
            " 7  7",
        ]
        assert "    13 + →   time.sleep(2)···" in diff.lines
        await diff.go("src/new_name.py")
        assert "It was renamed from src/old_name.py." in diff.lines[0]
        assert "← src/old_name.py renamed" in diff.screen.head.said
        await diff.go("logo.bin")
        assert "It is binary or too big" in diff.lines[0]


async def test_side_by_side_where_it_is_wide(built: Built, database_path: Path) -> None:
    async with open_diff(built, database_path, size=(180, 30)) as diff:
        await diff.go("src/app.py", "LIMIT = 90")
        left, right = diff.selected.split("│")
        assert left.strip() == "5 - LIMIT = 30"
        assert right.strip() == "5 + LIMIT = 90  # days"
        added = next(line for line in diff.lines if "log(address)" in line)
        assert added.split("│")[0].strip() == ""
        await diff.press("s")
        assert diff.selected.strip() == "5 + LIMIT = 90  # days"


# Every key

Check = Callable[[OpenDiff, str], Awaitable[None]]
CHECKS: dict[str, Check] = {}


def checks(binding_id: str) -> Callable[[Check], Check]:
    def remember(check: Check) -> Check:
        CHECKS[binding_id] = check
        return check

    return remember


@checks("diff.next")
async def _next(diff: OpenDiff, key: str) -> None:
    await diff.go("src/app.py", "import time")
    found = []
    for _ in range(4):
        await diff.press(key)
        found.append((diff.path, diff.selected.split(" ", 5)[-1].strip()))
    assert [path for path, _ in found] == ["src/app.py"] * 3 + ["src/gone.txt"]
    assert "- LIMIT = 30" in found[0][1]
    await diff.go("logo.bin")
    await diff.press(key)
    assert "This is the last change." in diff.status


@checks("diff.before")
async def _before(diff: OpenDiff, key: str) -> None:
    await diff.go("src/app.py", "LIMIT = 30")
    await diff.press(key)
    assert diff.path == "src/link/made.py"
    await diff.go("docs/guide.md")
    await diff.press("home", key)
    assert "This is the first change." in diff.status


@checks("diff.next_file")
async def _next_file(diff: OpenDiff, key: str) -> None:
    await diff.go("docs/guide.md")
    await diff.press(key)
    assert diff.path == "scripts/check.sh"
    await diff.go("logo.bin")
    await diff.press(key)
    assert diff.path == "logo.bin"
    assert "This is the last file." in diff.status


@checks("diff.file_before")
async def _file_before(diff: OpenDiff, key: str) -> None:
    await diff.go("scripts/check.sh")
    await diff.press(key, key)
    assert diff.path == "docs/guide.md"
    assert "This is the first file." in diff.status


@checks("diff.pane")
async def _pane(diff: OpenDiff, key: str) -> None:
    await diff.go("docs/guide.md")
    await diff.press(key)
    assert isinstance(diff.board.app.focused, DiffTree)
    await diff.press("down", "down")
    assert diff.path == "scripts/check.sh"
    await diff.press("left", "left", "up")
    assert diff.path == "docs/guide.md"
    await diff.press("home", "space")
    assert [line[1:12].strip() for line in diff.files[:2]] == ["▸ docs/", "▸ scripts/"]
    await diff.press("right", "down", "down", "space", "end", "enter")
    assert diff.path == "logo.bin"
    assert isinstance(diff.board.app.focused, DiffView)


@checks("diff.comment")
async def _comment(diff: OpenDiff, key: str) -> None:
    await diff.go("src/app.py", "LIMIT = 90")
    await diff.press(key)
    assert "Comment on line 5" in diff.board.dialog
    await diff.write("Why not sixty? j")
    await diff.press("enter")
    (comment,) = diff.comments
    assert (comment.path, comment.side, comment.line) == ("src/app.py", "new", 5)
    assert comment.quoted == "LIMIT = 90  # days"
    assert (comment.author, comment.execution_id) == ("ana", None)
    assert diff.selected.strip().startswith("✎ ana, just now · not sent yet")
    await diff.go("src/app.py", "time.sleep(1)")
    await diff.press(key)
    assert "Comment on line 13 as it was" in diff.board.dialog
    await diff.press("escape")
    assert len(diff.comments) == 1
    await diff.press("home", key)
    assert "Select a line of the file first" in diff.status


@checks("diff.edit")
async def _edit(diff: OpenDiff, key: str) -> None:
    await diff.go("docs/guide.md", "or with a link")
    await diff.say("Too long")
    await diff.press(key, "end", "!", "enter")
    await diff.board.until(lambda: any("Too long!" in line for line in diff.lines))
    assert "Too long!" in [comment.text for comment in diff.comments]
    await diff.press("enter", "end", "?", "enter")
    await diff.board.until(lambda: any("Too long!?" in line for line in diff.lines))


@checks("diff.delete")
async def _delete(diff: OpenDiff, key: str) -> None:
    await diff.go("src/gone.txt", "this goes")
    before = len(diff.comments)
    await diff.press(key)
    assert "Select a comment first" in diff.status
    await diff.say("Keep it")
    assert len(diff.comments) == before + 1
    await diff.press(key)
    await diff.board.until(lambda: not any("Keep it" in line for line in diff.lines))
    assert len(diff.comments) == before


@checks("diff.undo")
async def _undo(diff: OpenDiff, key: str) -> None:
    await diff.go("src/gone.txt", "this goes")
    await diff.say("Keep that")
    await diff.press("d", key)
    await diff.board.until(lambda: any("Keep that" in line for line in diff.lines))
    await diff.press("d")


@checks("diff.search")
async def _search(diff: OpenDiff, key: str) -> None:
    await diff.go("docs/guide.md")
    await diff.press(key)
    await diff.write("ADDRESS")
    assert diff.path == "src/app.py"
    assert "1 of 5" in diff.board.dialog
    await diff.press("enter", "n", "n")
    assert "3 of 5" in diff.board.dialog
    assert "find(address)" in diff.selected
    await diff.press("p")
    assert "2 of 5" in diff.board.dialog
    await diff.press(key)
    await diff.write("zzz")
    assert "no line holds it" in diff.board.dialog
    await diff.press("escape", "n")
    assert "of 5" not in diff.board.dialog


@checks("diff.split")
async def _split(diff: OpenDiff, key: str) -> None:
    await diff.go("src/app.py", "LIMIT = 90")
    await diff.press(key)
    assert diff.selected.count("│") == 1
    await diff.press(key)
    assert diff.selected.count("│") == 0


@checks("diff.whole")
async def _whole(diff: OpenDiff, key: str) -> None:
    await diff.go("src/app.py", "LIMIT = 90")
    before = diff.selected
    await diff.press(key)
    await diff.board.until(lambda: "Who may come in" in "".join(diff.lines))
    assert diff.selected == before
    assert not any("@@" in line for line in diff.lines)
    shown = [line for line in diff.lines if line.strip() and "✎" not in line]
    numbers = [line[4:6].strip() for line in shown if line[4:6].strip().isdigit()]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    await diff.press(key)
    assert any("@@" in line for line in diff.lines)
    assert diff.selected == before


@checks("diff.shell")
async def _shell(diff: OpenDiff, key: str) -> None:
    """A terminal under test can't be left: see ``test_outside``."""
    await diff.press(key)
    assert "This terminal can't make room for another program." in diff.status


@checks("diff.back")
async def _back(diff: OpenDiff, key: str) -> None:
    await diff.press("/", "x", "enter", key)
    assert diff.board.top == "DiffScreen"
    await diff.press(key)
    assert diff.board.top == "MapScreen"


def test_every_binding_has_a_check() -> None:
    bound = {b.id: b for b in DiffScreen.BINDINGS if isinstance(b, Binding)}
    assert bound.keys() == CHECKS.keys()
    assert all(b.description and b.tooltip for b in bound.values())


async def test_keys(built: Built, database_path: Path) -> None:
    keys = {b.id: b.key.split(",") for b in DiffScreen.BINDINGS if isinstance(b, Binding)}
    async with open_diff(built, database_path) as diff:
        for binding_id, check in CHECKS.items():
            try:
                await check(diff, keys[binding_id][0])
            except AssertionError as error:
                raise AssertionError(binding_id) from error


async def test_the_same_by_other_keys(built: Built, database_path: Path) -> None:
    async with open_diff(built, database_path) as diff:
        await diff.go("docs/guide.md")
        await diff.press("]")
        assert diff.path == "scripts/check.sh"
        await diff.press("[")
        assert diff.path == "docs/guide.md"
        await diff.press("shift+down", "shift+down")
        assert diff.path == "src/link/made.py"
        await diff.press("shift+up")
        assert diff.path == "scripts/check.sh"
        await diff.say("No")
        await diff.press("delete")
        await diff.board.until(lambda: not diff.comments)


async def test_moving_about_in_a_file(harmful: Built, database_path: Path) -> None:
    async with open_diff(harmful, database_path) as diff:
        await diff.go("huge.txt")
        view = diff.screen.lines
        await diff.press("end")
        assert "line 4999" in diff.selected
        await diff.press("pageup", "up", "home", "down", "pagedown")
        assert view.index == 2 + view.size.height - 2
        await diff.go("-rf; $(touch x) “ü”")
        await diff.press("end", "space")
        assert diff.path == "huge.txt"


async def test_harm_in_paths_lines_and_comments(harmful: Built, database_path: Path) -> None:
    async with open_diff(harmful, database_path, size=(80, 24)) as diff:
        assert len(diff.screen.file_tree.order) == len(HARM)
        for number in diff.screen.file_tree.order:
            diff.screen.show_file(number)
            await diff.board.settle()
            for _ in range(2):
                screen = diff.board.dialog
                assert "\x1b" not in screen
                assert "\u202e" not in screen
                assert all(len(line) <= 80 for line in screen.splitlines())
                await diff.press("tab")
        await diff.go("-rf; $(touch x) “ü”", "evil")
        assert "[red]\\x1b[2J\\u202eevil[/]" in diff.selected
        assert diff.selected.endswith("x\\r")
        await diff.press("c")
        diff.board.app.screen.query_one("PlainArea").take(EVIL)  # type: ignore[attr-defined]
        await diff.press("enter")
        await diff.board.until(lambda: diff.comments)
        assert diff.comments[0].text == EVIL
        assert diff.comments[0].path == "-rf; $(touch x) “ü”"
        await diff.board.until(lambda: any("✎ ana" in line for line in diff.lines))
        assert "\x1b" not in diff.board.dialog
        await diff.go(f"a/{EVIL}/b\nc.py", "yyy")
        assert diff.selected.endswith("›")
        await diff.press("right", "l")
        assert "‹yyy" in diff.selected.replace(" ", "")
        await diff.press("left", "h")
        assert "x = 'yyy" in diff.selected


async def test_a_comment_that_was_sent_stays_and_follows_its_line(
    built: Built, database_path: Path
) -> None:
    async with open_diff(built, database_path) as diff:
        turn = f"{diff.run_id}/turn-1"
        common = {
            "assignment_id": f"{diff.run_id}/w1a1c1",
            "author": "ben",
            "path": "src/app.py",
            "side": "new",
            "execution_id": turn,
        }
        moved = DiffComment(
            id="moved",
            commit_sha="0" * 40,
            line=99,
            quoted="        log(address)",
            text="Log it?",
            **common,
        )  # type: ignore[arg-type]
        gone = DiffComment(
            id="gone", commit_sha="0" * 40, line=3, quoted="import this", text="Oh", **common
        )  # type: ignore[arg-type]
        diff.db.insert_many([moved, gone])
        await diff.go("src/app.py")
        await diff.board.until(lambda: any("Log it?" in line for line in diff.lines))
        at = next(n for n, line in enumerate(diff.lines) if "Log it?" in line)
        assert "log(address)" in diff.lines[at - 2]
        assert "ben" in diff.lines[at - 1]
        assert "sent with turn 1" in diff.lines[at - 1]
        assert "on line 3 as it is at 000000000" in diff.lines[0]
        diff.screen.lines.want_comment("moved")
        diff.screen.show_comments()
        for key in ("e", "d"):
            await diff.press(key)
            assert (
                "the agent was told this already" in diff.status.lower()
                or "ben said" in diff.status
            )
        assert len(diff.comments) == 2


async def test_what_git_can_not_tell_is_said(built: Built, database_path: Path) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        run_id = built.rows(plan, repo_url=str(database_path.parent / "nowhere"))
        async with opened_on(plan, database_path) as board:
            screen = DiffScreen(board.screen._plan, run_id)
            board.app.push_screen(screen)
            await board.until(lambda: screen.query("#status") and "✗" in board.dialog)
            assert "nowhere" in "".join(screen.lines.lines_seen)
            await board.press("n", "J", "c", "enter", "s", "tab", "d", "e", "escape")
            assert board.top == "MapScreen"


def test_nothing_was_touched(harmful: Built) -> None:
    assert not Path("x").exists()
    assert not (harmful.repository / "x").exists()
