"""The card's screen and the pane: what others do meanwhile, hostile texts, the mouse, sizes."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from store.records import Project
from tests.planner.plans import in_activity, on, request
from tests.tui.board import open_board
from tests.tui.cards import CardHands, beside, fill, look, open_card
from tui.widgets.card_head import CardHead
from tui.widgets.card_side import CardSide

HOSTILE = (
    "[red]x[/red] \x1b[2J\x1b]8;;http://e\x07 \u202egnorw\u202c \ud83d\ude00 👩\u200d👩 `code` <b>"
)
HOSTILE = HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16")


def requirement(card_id: str, name: str, text: str) -> dict[str, object]:
    item_id = f"{card_id}-{name}"
    return request(
        "upsertCardKnowledgeItem", on(card_id), kind="requirement", id=item_id, text=text
    )


async def test_what_others_change_shows_and_the_selection_stays(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card = await open_card(board, fill(board.plan, "card"))
        await card.select("r2")
        board.plan.apply(
            request("updateCard", on("card"), title="From afar", status="review"),
            {
                **requirement("card", "r0", "Zeroth"),
                "payload": {
                    "kind": "requirement",
                    "id": "card-r0",
                    "text": "Zeroth",
                    "position": 0,
                },
            },
        )
        await board.until(lambda: "From afar" in card.text)
        assert card.selected == "r2"
        assert "◎ review" in card.text
        assert "Zeroth" in card.text
        board.plan.act("deleteCardKnowledgeItem", on("card"), kind="requirement", id="card-r2")
        await board.until(lambda: "Second one" not in card.text)
        assert card.selected == "r1"
        await board.press("a")
        assert card.held.requirements[1].status == "approved"


async def test_a_card_deleted_meanwhile_leads_back_to_the_map(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await open_card(board, "w1a1c1")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.until(lambda: board.top == "MapScreen")
        assert "deleted meanwhile" in board.status
        assert board.selected == "w1a1c2"
        await open_card(board, "w1a1c2")
        await board.press("?")
        board.plan.act("deleteCard", on("w1a1c2"))
        await board.until(lambda: "w1a1c2" not in board.shown["w1a1"])
        assert board.top == "Help"
        await board.press("escape")
        assert board.top == "MapScreen"
        assert "deleted meanwhile" in board.status
        card = await beside(board, "w1a1c3")
        board.plan.act("deleteCard", on("w1a1c3"))
        await board.until(lambda: "w1a1c3" not in board.shown["w1a1"])
        assert board.app.focused is board.map
        assert "Card 1.1.3" not in card.text


async def test_a_card_deleted_while_its_title_is_typed_can_be_made_anew(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        await open_card(board, "w1a1c1")
        await board.press("enter", "end", "!")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.until(lambda: "w1a1c1" not in board.shown["w1a1"])
        assert board.top == "CardScreen"
        await board.press("enter")
        assert "while you typed" in board.dialog
        await board.press("y")
        assert board.top == "MapScreen"
        assert "Card 1.1.1!" in board.text


async def test_a_project_deleted_meanwhile_leads_back_as_well(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await open_card(board, "w1a1c1")
        board.db.delete(Project, board.plan.project_id)
        await board.until(lambda: board.top == "Welcome")
        await board.press("s")
        assert board.top == "MapScreen"
        assert "Lantern" in board.status


async def test_what_is_typed_stays_while_others_change_the_card(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card = await open_card(board, fill(board.plan, "card"))
        await board.press("3", "enter", "end", "!")
        board.plan.apply(requirement("card", "r3", "Third"))
        await board.until(lambda: "Third" in card.text)
        await board.press("?", "enter")
        assert card.texts["assumption"] == ["It rains!?"]


async def test_what_is_pushed_down_stays_in_view(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        card = await open_card(board, fill(board.plan, "card"))
        await board.press("3")
        for number in range(12):
            board.plan.apply(requirement("card", f"more{number}", f"More {number}"))
        await look(board)
        assert any("It rains" in line for line in card.lines)
        await board.pilot.resize_terminal(40, 12)
        await board.settle()
        assert any("It rains" in line for line in card.lines)


async def test_cards_beside_in_the_activity(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card = await open_card(board, "w1a1c1")
        head = board.app.screen.query_one(CardHead)
        assert head.render_line(0).text.split() == [
            "Workflow",
            "1",
            "›",
            "Step",
            "1",
            "1",
            "of",
            "3",
        ]
        await board.press("(")
        assert "first card of its activity" in card.status
        await board.press(")", "G", ")")
        assert "Card 1.1.3" in card.text
        assert card.view.scroll_offset.y == 0
        assert card.selected == "title"
        await board.press(")")
        assert "last card of its activity" in card.status
        await board.press("s", "escape")
        assert board.card("w1a1c3").status == "active"
        assert board.selected == "w1a1c3"


async def test_quick_keys_add_up(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card = await open_card(board, fill(board.plan, "card"))
        for number in range(6):
            board.plan.apply(requirement("card", f"more{number}", f"More {number}"))
        await board.until(lambda: "More 5" in card.text)
        board.rush("1", "shift+down", "shift+down", "shift+down", "a", "a", "a", "+", "+", "s")
        await board.settle()
        assert card.texts["requirement"][3] == "First one"
        assert card.held.requirements[3].status == "approved"
        assert (card.held.card.priority, card.held.card.status) == (2, "active")
        board.rush("3", "n", *"q d K", "enter", "a")
        await board.settle()
        assert card.texts["assumption"] == ["It rains", "q d K"]
        assert card.held.assumptions[1].status == "approved"


async def test_keys_typed_ahead_are_for_the_card_that_comes(database_path: Path) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        for name in ("c1", "c2", "c3", "c4"):
            fill(board.plan, name)
        await look(board)
        status = {name: CardHands(board, name) for name in ("c1", "c2", "c3", "c4")}
        await board.select("w1a1c3")
        board.rush("down", "tab", "3", "a", "escape", "down", "enter", "3", "x", ")", "3", "a")
        await board.settle()
        told = {name: card.held.assumptions[0].status for name, card in status.items()}
        assert told == {"c1": "approved", "c2": "rejected", "c3": "approved", "c4": "draft"}


@pytest.mark.parametrize("size", [(140, 30), (50, 16)], ids=["wide", "narrow"])
async def test_hostile_texts_do_nothing(database_path: Path, size: tuple[int, int]) -> None:
    async with open_board(database_path, size=size) as board:
        text = f"{HOSTILE}\n\n# {HOSTILE}\n\n- {HOSTILE}\n\n| a | {HOSTILE} |\n|---|---|\n| 1 | 2 |"
        target = on("w1a1c1")
        board.plan.apply(
            request("updateCard", target, title=HOSTILE, description=text, quick_answer=text),
            requirement("w1a1c1", "r", text),
            request(
                "upsertCardPlannedFile",
                target,
                logical_file_name=f"{HOSTILE}/{HOSTILE}",
                artifact_kind="job",
                action="edit",
                intent_summary=text,
            ),
            request("createContextArtifact", target, name=HOSTILE, type="doc", content=text),
        )
        card = await open_card(board, "w1a1c1")
        await board.press("down", "t", "G", "g")
        for _ in range(12):
            for line in range(card.view.size.height):
                strip = card.view.render_line(line)
                assert strip.cell_length == card.view.scrollable_content_region.width
                assert not any(s.control or (s.style and s.style.link) for s in strip)
                for bad in ("\x1b", "\x07", "\u202e", "\u200d"):
                    assert bad not in strip.text
            await board.hit("pagedown")
        assert "[red]x[/red] \\x1b[2J" in card.text
        await board.press("g", "enter", "escape", "d", "a")
        assert board.card("w1a1c1").title == HOSTILE


async def test_the_mouse_selects_and_opens(database_path: Path) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        card = await open_card(board, fill(board.plan, "card"))
        line = next(y for y, text in enumerate(card.lines) if "Second one" in text)
        await board.pilot.click(card.view, Offset(6, line))
        await board.settle()
        assert card.selected == "r2"
        await board.pilot.double_click(card.view, Offset(6, line))
        await board.settle()
        await board.press("end", "!", "enter")
        assert card.texts["requirement"][1] == "Second one!"
        side = board.app.screen.query_one(CardSide)
        row = next(y for y, (text, *_) in enumerate(side._lines) if "Questions" in text)
        await board.pilot.click(side, Offset(4, row + 1))
        await board.settle()
        assert card.selected == "q1"
        await board.press("escape")
        pane = board.screen.card_view
        await board.until(lambda: "card" in board.shown["w1a1"])
        await board.select("card")
        line = next(y for y in range(30) if "It rains" in pane.render_line(y).text)
        await board.pilot.click(pane, Offset(6, line))
        await board.settle()
        assert board.app.focused is pane
        await board.press("x")
        assert card.held.assumptions[0].status == "rejected"


async def test_a_text_longer_than_the_screen_is_scrolled_through(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        long = "\n\n".join(f"Paragraph {number}" for number in range(400))
        board.plan.act("updateCard", on("w1a1c1"), description=long)
        card = await open_card(board, "w1a1c1")
        await board.press("down")
        assert card.selected == "description"
        assert "Paragraph 0" in "".join(card.lines)
        top = card.view.scroll_offset.y
        await board.press("down", "down", "j")
        assert card.selected == "description"
        assert card.view.scroll_offset.y == top + 3
        assert len(card.view._tops) < 30  # the rest is not laid out before it is seen
        await board.press("]")
        assert card.selected == "section.requirement"
        assert "Requirements" in "".join(card.lines)
        await board.press("up", "up")
        assert card.selected == "description"
        await board.press("g", "G", "pageup")
        assert card.view.scroll_offset.y > 700


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (20, 8), (4, 3)])
async def test_every_size(database_path: Path, size: tuple[int, int]) -> None:
    async with open_board(database_path) as board:
        card = await open_card(board, fill(board.plan, "card"))
        await board.pilot.resize_terminal(*size)
        await board.settle()
        keys = ("down", "G", "pageup", "t", "1", "2", "3", "4", "5", "6", "]", "[", "g")
        await board.press(*keys, "4", "A", *"So.", "enter", "f")
        assert card.held.questions[0].answer == "So."
        await board.pilot.resize_terminal(120, 36)
        await board.settle()
        assert "→ So." in card.text


async def test_tab_opens_the_card_where_the_pane_is_below(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        await board.press("tab")
        assert board.top == "CardScreen"
        await board.press("escape")
        await board.select("w1a1")
        await board.press("tab")
        assert "Select a card first" in board.status


async def test_moving_over_the_map_renders_no_markdown(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        board.plan.act("updateCard", on("w1a1c2"), description="It *must* work.")
        await board.press("down")
        assert "It *must* work." in board.detail
        await board.press("tab")
        assert "It must work." in board.detail
        await board.press("tab")
        assert "It *must* work." in board.detail


async def test_a_new_activity_name_shows_above(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await open_card(board, "w1a1c1")
        board.plan.act("updateActivity", in_activity("w1a1"), title="[b]Anew")
        head = board.app.screen.query_one(CardHead)
        await board.until(lambda: "› [b]Anew" in head.render_line(0).text)
