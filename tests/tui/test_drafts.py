"""Unsaved texts: written while they are typed, offered again, never another board's."""

import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planner.plans import Plan
from tests.tui.board import PATIENCE, a_plan, open_board, opened_on, plan_thread
from tui.drafts import Draft, DraftKey, Drafts
from tui.places import Places

KEY = DraftKey("requirement", ("card", "r1"), "", "p", "requirement of card #1")
OTHER = DraftKey("requirement", ("card", ""), "", "p", "new requirement of card #1")
SAVED = {"text": "Pay"}


def refreshed(drafts: Drafts) -> list[Draft]:
    """Look at the folder again, and return what is offered."""
    done = threading.Event()
    drafts.refresh(done.set)
    assert done.wait(PATIENCE)
    return drafts.all()


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*-*.json"))


def killed(drafts: Drafts) -> None:
    """Let a board end as if it had been killed: its lock goes, its files stay."""
    drafts.flush()
    assert drafts.folder is not None
    assert drafts.folder._lock_file is not None
    os.close(drafts.folder._lock_file)
    drafts.folder._lock_file = None


def test_what_is_typed_is_written_privately_and_soon(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path, "plan.db")
    typing = drafts.start(KEY, SAVED)
    assert typing.found is None
    for text in ("Pay b", "Pay by", "Pay by link"):
        typing.note({"text": text})
    drafts.flush()
    (file,) = files(tmp_path)
    assert json.loads(file.read_bytes())["values"] == {"text": "Pay by link"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not [path for path in file.parent.iterdir() if path.suffix == ".new"]
    drafts.close()


def test_it_goes_when_it_is_saved_or_as_it_was(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path, "plan.db")
    typing = drafts.start(KEY, SAVED)
    typing.note({"text": "Pay!"})
    drafts.flush()
    typing.note(SAVED)
    drafts.flush()
    assert not files(tmp_path)
    assert not typing.leave(SAVED)
    typing.note({"text": "Pay!"})
    drafts.drop(KEY)
    drafts.close()
    assert not files(tmp_path)
    assert not list(tmp_path.rglob("*.lock"))


def test_what_was_left_is_offered_again(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path, "plan.db")
    assert drafts.start(KEY, SAVED).leave({"text": "Pay!"})
    assert [draft.key.about for draft in drafts.all()] == ["requirement of card #1"]
    typing = drafts.start(KEY, {"text": "Pay now"})
    assert typing.found is not None
    assert typing.found.values == {"text": "Pay!"}
    assert typing.base == SAVED  # what it was begun on, not what is there now
    assert drafts.all() == []  # it is being typed at
    typing.restart()
    typing.note({"text": "Pay now!"})
    assert typing.base == {"text": "Pay now"}
    drafts.close()


def test_a_killed_board_s_texts_come_to_the_next(tmp_path: Path) -> None:
    dead = Drafts(tmp_path, "plan.db")
    dead.start(KEY, SAVED).note({"text": "Pay\ud800\x1b"})
    killed(dead)
    drafts = Drafts(tmp_path, "plan.db")
    (draft,) = refreshed(drafts)
    assert (draft.key, draft.values, draft.base) == (KEY, {"text": "Pay\ud800\x1b"}, SAVED)
    typing = drafts.start(KEY, SAVED)
    assert typing.found is not None
    drafts.flush()
    (file,) = files(tmp_path)  # it is this board's by now
    assert file.name != draft.name
    drafts.drop(KEY)
    drafts.close()
    assert not files(tmp_path)
    assert not list(tmp_path.rglob("*.lock"))


def test_two_boards_keep_their_own(tmp_path: Path) -> None:
    here, there = Drafts(tmp_path, "plan.db"), Drafts(tmp_path, "plan.db")
    here.start(KEY, SAVED).note({"text": "here"})
    here.flush()
    assert refreshed(there) == []  # somebody types at it
    there.start(KEY, SAVED).note({"text": "there"})
    there.flush()
    assert len(files(tmp_path)) == 2
    there.drop(KEY)
    there.flush()
    (file,) = files(tmp_path)
    assert json.loads(file.read_bytes())["values"] == {"text": "here"}
    here.leave(KEY)
    here.flush()
    assert refreshed(there) == []  # it is the other's, as long as that board is open
    here.close()
    assert [draft.values for draft in refreshed(there)] == [{"text": "here"}]
    there.close()
    assert len(files(tmp_path)) == 1


def test_another_database_s_are_not_offered(tmp_path: Path) -> None:
    dead = Drafts(tmp_path, "plan.db")
    dead.start(KEY, SAVED).note({"text": "Pay!"})
    killed(dead)
    drafts = Drafts(tmp_path, "other.db")
    assert refreshed(drafts) == []
    drafts.close()


def test_without_a_folder_they_last_as_long_as_the_board() -> None:
    drafts = Drafts(None)
    drafts.start(KEY, SAVED).leave({"text": "Pay!"})
    assert refreshed(drafts)[0].values == {"text": "Pay!"}
    assert drafts.find(KEY) is not None
    assert drafts.find(OTHER) is None
    drafts.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"kind": 1}',
        b"\xff",
        b'{"kind": "card", "ids": 3}',
        b"[" * 9999,
    ],
)
def test_what_is_no_draft_is_let_be(tmp_path: Path, content: bytes) -> None:
    dead = Drafts(tmp_path, "plan.db")
    dead.start(KEY, SAVED).note({"text": "Pay!"})
    killed(dead)
    broken = files(tmp_path)[0].with_name("broken-x.json")
    broken.write_bytes(content)
    drafts = Drafts(tmp_path, "plan.db")
    assert len(refreshed(drafts)) == 1
    assert broken.read_bytes() == content
    drafts.close()


def test_a_folder_that_takes_nothing_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("not a folder")
    told: list[str] = []
    drafts = Drafts(tmp_path, "plan.db", on_failure=told.append)
    typing = drafts.start(KEY, SAVED)
    for text in ("a", "b"):
        typing.note({"text": text})
        drafts.flush()
    (words,) = told
    assert "can't be kept" in words
    assert typing.leave({"text": "b"})  # on this board it is
    drafts.close()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from(["type", "leave", "save", "kill"]),
            st.text(max_size=5),
        ),
        max_size=12,
    )
)
def test_no_text_is_lost_whatever_two_boards_do(deeds: list[tuple[int, str, str]]) -> None:
    """Every text that was typed last and not saved is offered by somebody, in the end."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        boards = [Drafts(folder, "plan.db") for _ in range(2)]
        typings: list[Any] = [None, None]
        wanted: list[str | None] = [None, None]
        lost_to_find: list[str] = []
        for who, deed, text in deeds:
            board = boards[who]
            if deed == "type":
                if typings[who] is None:
                    refreshed(board)
                    typings[who] = board.start(KEY, SAVED)
                    found = typings[who].found
                    if found is not None:
                        taken = found.values["text"]
                        if taken in lost_to_find:
                            lost_to_find.remove(taken)
                typings[who].note({"text": f"typed {who} {text}"})
                wanted[who] = f"typed {who} {text}"
            elif typings[who] is None:
                continue
            elif deed == "save":
                board.drop(KEY)
                typings[who] = wanted[who] = None
            elif deed == "leave":
                typings[who].leave({"text": wanted[who]})
                board.flush()
                lost_to_find.append(str(wanted[who]))
                typings[who] = wanted[who] = None
            elif deed == "kill":
                killed(board)
                lost_to_find.append(str(wanted[who]))
                typings[who] = wanted[who] = None
                board._closing = True
                with board._changed:
                    board._changed.notify()
                boards[who] = Drafts(folder, "plan.db")
        for board in boards:
            board.close()
        last = Drafts(folder, "plan.db")
        offered = [draft.values["text"] for draft in refreshed(last)]
        last.close()
        still = [text for text in wanted if text is not None]
        for text in (*lost_to_find, *still):
            assert text in offered


async def test_a_form_is_offered_again_after_a_crash(tmp_path: Path, database_path: Path) -> None:
    state = Places(state=tmp_path / "state")
    with a_plan(database_path, workflows=1, activities=1, cards=2) as plan:
        async with opened_on(plan, database_path, places=state) as board:
            await board.open_form()
            await board.hit("end", *" mine", "tab", "tab", "r")
            board.app.drafts.flush()
            killed(board.app.drafts)
        async with opened_on(plan, database_path, places=state, size=(80, 24)) as board:
            await board.until(lambda: "There is an unsaved text: D shows it" in board.status)
            await board.open_form()
            assert "Card 1.1.1 mine" in board.dialog
            assert "Unsaved text, just now · ctrl+r takes what is saved back" in board.dialog
            await board.press("ctrl+s")
            card = board.card("w1a1c1")
            assert (card.title, card.status) == ("Card 1.1.1 mine", "review")
            board.app.drafts.flush()
            assert not files(tmp_path)


async def test_the_list_opens_and_throws_away(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        for text in ("one", "two"):
            await board.open_form()
            await board.hit("end", *text, "escape")
            await board.press("down")
        await board.press("D")
        assert "card #2" in board.dialog
        assert "Card 1.1.2two" in board.dialog
        await board.press("d", "n", "d", "y")
        assert "card #2" not in board.dialog
        await board.press("enter", "escape")  # opened, let be, and back in the list
        assert board.top == "DraftList"
        await board.press("delete", "y")
        assert "Nothing is unsaved" in board.dialog
        await board.press("d", "escape")
        assert board.top == "MapScreen"


async def test_a_text_of_another_project_opens_that_project(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.open_form()
        await board.hit("end", "!", "escape")
        other = Plan(board.db, "Borealis")
        plan_thread(board.app).ask(lambda session: session.open_project(other.project_id))
        await board.settle()
        assert "Borealis" in board.status
        await board.press("D", "enter")
        assert "Card 1.1.1!" in board.dialog
        await board.press("ctrl+s")
        assert "Atlas" in board.status
        assert board.card("w1a1c1").title == "Card 1.1.1!"
