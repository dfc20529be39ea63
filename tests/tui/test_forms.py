"""The forms of planned files and context artifacts, and the picker that links artifacts."""

from pathlib import Path
from typing import Any

import pytest

from store.records import (
    CardContextArtifact,
    CardPlannedFile,
    ContextArtifact,
    Record,
    WorkflowActivity,
)
from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, open_board, plan_thread
from tui.edits import description_edit
from tui.screens.artifact_form import ArtifactForm
from tui.screens.artifact_picker import ArtifactPicker
from tui.screens.planned_file_form import PlannedFileForm
from tui.screens.record_form import RecordForm
from tui.text_files import LARGEST, NoText, read_text_file
from tui.widgets.key_line import KeyLine

SMALL = (80, 24)


def whole(board: OpenBoard) -> bool:
    """Whether the form and its keys fit on the screen."""
    screen = board.app.screen
    dialog, keys = screen.query_one(".dialog").region, screen.query_one(KeyLine).region
    return screen.region.contains_region(dialog) and screen.region.contains_region(keys)


def only(board: OpenBoard, table: type[Any], **where: str) -> Any:
    (row,) = board.db.list(table, **where)
    assert isinstance(row, Record)
    return row


async def planned_file(board: OpenBoard, planned: CardPlannedFile | None = None) -> None:
    card, project = board.card("w1a1c1"), board.plan.project_id
    board.app.push_screen(PlannedFileForm(plan_thread(board.app), card, planned, project))
    await board.settle()


async def artifact(board: OpenBoard, edited: ContextArtifact | None = None) -> None:
    card, project = board.card("w1a1c1"), board.plan.project_id
    board.app.push_screen(ArtifactForm(plan_thread(board.app), edited, card, project))
    await board.settle()


async def test_a_planned_file_is_made_and_edited(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        await planned_file(board)
        assert whole(board)
        assert "New planned file" in board.dialog
        await board.press("ctrl+s")
        assert "File can't be blank." in board.dialog
        board.rush(*"src/pay.ts", "tab", "e", "tab", "s", "s", "tab", *"src", "enter", *"Pay")
        board.rush("tab", *"pay(): Receipt", "enter", *"throws", "ctrl+s")
        await board.settle()
        made = only(board, CardPlannedFile, card_id="w1a1c1")
        assert (made.logical_file_name, made.action, made.artifact_kind) == (
            "src/pay.ts",
            "edit",
            "schema",
        )
        assert (made.module_hint, made.intent_summary) == ("src", "Pay")
        assert made.contract_notes == "pay(): Receipt\nthrows"
        await planned_file(board, made)
        await board.press("tab", "left", "tab", "right", "tab", *["backspace"] * 3)
        await board.press("ctrl+s")
        edited = only(board, CardPlannedFile, card_id="w1a1c1")
        assert (edited.action, edited.artifact_kind) == ("create", "hook")
        assert edited.module_hint is None
        assert edited.contract_notes == made.contract_notes


async def test_a_planned_file_is_kept_and_clashes_as_cards_do(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        await planned_file(board)
        board.rush(*"a.py", "tab", "e", "escape")
        await board.settle()
        await board.press("D", "enter")
        assert "[edit]" in board.dialog
        await board.press("tab", "tab", "tab", "tab", *"What for", "ctrl+s")
        made = only(board, CardPlannedFile, card_id="w1a1c1")
        assert (made.logical_file_name, made.action) == ("a.py", "edit")

        await planned_file(board, made)
        await board.hit("end", "!", "tab", "left")
        change = {"id": made.id, "logical_file_name": "b.py", "action": "create"}
        ben = board.plan.as_actor("ben")
        ben.apply(board.plan.project_id, [request("upsertCardPlannedFile", on("w1a1c1"), **change)])
        await board.press("ctrl+s")
        assert board.top == "ConflictScreen"
        assert "the planned file" in board.dialog
        assert "b.py" in board.dialog
        await board.press("m", "enter")
        edited = only(board, CardPlannedFile, card_id="w1a1c1")
        assert (edited.logical_file_name, edited.action) == ("a.py!", "create")


async def test_an_artifact_is_pasted_and_linked(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        await artifact(board)
        assert whole(board)
        board.rush(*"API", "tab", "a", "ctrl+s")
        await board.settle()
        assert "Give its content or its URL" in board.dialog
        board.rush("tab", "tab", *"https://example.org/api", "tab", *"GET /", "ctrl+s")
        await board.settle()
        made = only(board, ContextArtifact)
        assert (made.name, made.type, made.uri, made.content) == (
            "API",
            "api",
            "https://example.org/api",
            "GET /",
        )
        assert only(board, CardContextArtifact).card_id == "w1a1c1"
        await artifact(board, made)
        await board.press("end", "!", "tab", "d", "d", "ctrl+s")
        edited = only(board, ContextArtifact)
        assert (edited.name, edited.type, edited.content) == ("API!", "design", "GET /")


async def test_an_artifact_from_a_file(database_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "the api.md"
    file.write_text("# API\nGET /\n")
    async with open_board(database_path, size=SMALL) as board:
        await artifact(board)
        await board.press("ctrl+o")
        assert "Take the content of a file" in board.dialog
        await board.press("escape", "ctrl+o")
        board.rush(*str(tmp_path / "none.md"), "enter")
        await board.until(lambda: "There is no file" in board.dialog)
        await board.press("ctrl+o")
        board.rush(*str(file), "enter")
        await board.until(lambda: "# API" in board.dialog)
        await board.press("ctrl+s")
        made = only(board, ContextArtifact)
        assert (made.name, made.content) == ("the api.md", "# API\nGET /\n")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"caf\xe9", "is not UTF-8 text (byte 3)"),
        (b"a\0b", "zero bytes"),
        (b"a" * (LARGEST + 1), "1.0 MB, and 1 MB is the most"),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "f"
    file.write_bytes(content)
    with pytest.raises(NoText) as refused:
        read_text_file(str(file))
    assert why in str(refused.value)


def test_files_by_many_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b.md").write_bytes(b"\xef\xbb\xbfhi\r\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("~/a b.md", f"'{tmp_path}/a b.md'", f"{tmp_path}/a\\ b.md ", "~/a\\ b.md"):
        path, text = read_text_file(name)
        assert (path.name, text) == ("a b.md", "hi\r\n")
    for name, why in ((str(tmp_path), "is a folder"), ("/dev/null", "no ordinary file")):
        with pytest.raises(NoText, match=why):
            read_text_file(name)
    for name in ("a\0b", "~nobody-here/x", "x" * 5000):
        with pytest.raises(NoText):
            read_text_file(name)


async def test_the_picker_links_and_makes(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        ids = {name: f"id-{name.casefold()}" for name in ("Pay", "API", "Brand")}
        for name, artifact_id in ids.items():
            values = {"id": artifact_id, "name": name, "type": "doc", "content": "x"}
            board.plan.apply(request("createContextArtifact", on("w1a1c2"), **values))
        card, project = board.card("w1a1c1"), board.plan.project_id

        async def pick(*keys: str) -> None:
            board.app.push_screen(ArtifactPicker(plan_thread(board.app), card, project))
            await board.settle()
            await board.press(*keys)

        await pick()
        assert "API" in board.dialog
        assert "doc · 1 card" in board.dialog
        await board.press(*"bra", "enter")
        assert only(board, CardContextArtifact, card_id=card.id).context_artifact_id == "id-brand"
        await pick()
        assert "linked to this card already" in board.dialog
        await board.press("escape")
        await pick("ctrl+n", *"Note", "tab", "tab", "tab", "tab", *"Text", "ctrl+s")
        assert board.top == "MapScreen"
        linked = board.db.list(CardContextArtifact, card_id=card.id)
        assert len(linked) == 2
        await pick(*"zzz", "enter")
        assert "Nothing matches" in board.dialog
        await board.press("escape")


async def test_any_edit_has_a_form(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        edit = description_edit(board.activity("w1a1"), board.plan.project_id)
        board.app.push_screen(RecordForm(plan_thread(board.app), edit))
        await board.settle()
        assert whole(board)
        board.rush(*"About", "enter", *"it", "ctrl+s")
        await board.settle()
        assert only(board, WorkflowActivity, id="w1a1").description == "About\nit"


async def test_what_the_planner_refuses_stays_in_the_form(database_path: Path) -> None:
    async with open_board(database_path, size=SMALL) as board:
        await planned_file(board)
        board.rush(*"x" * 10, "tab", "tab", "tab", "tab", *"y")
        await board.settle()
        board.plan.apply(request("deleteCard", on("w1a1c1")))
        await board.press("ctrl+s")
        assert board.top == "PlannedFileForm"
        assert "no card w1a1c1" in board.dialog
        await board.press("escape", "D")
        assert "new planned file of card #1" in board.dialog
