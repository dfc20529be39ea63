"""A card with something in every section, opened beside the map or on a screen of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from planner.holdings import CardHoldings, read_holdings
from tests.planner.plans import Plan, in_activity, on, request
from tests.tui.board import OpenBoard, plan_thread, whole_card
from tui.screens.card_base import CardBase
from tui.session import Session
from tui.widgets.card_view import CardView


def fill(plan: Plan, card_id: str, **card: Any) -> str:
    """Make a card with some of everything; the ids of its items begin with its own."""
    values = {"title": f"The card {card_id}", "description": "It *must* work.", **card}
    target = on(card_id)

    def knows(kind: str, name: str, text: str, **more: Any) -> dict[str, Any]:
        item_id = f"{card_id}-{name}"
        return request("upsertCardKnowledgeItem", target, kind=kind, id=item_id, text=text, **more)

    def plans(name: str, path: str, **more: Any) -> dict[str, Any]:
        return request(
            "upsertCardPlannedFile",
            target,
            id=f"{card_id}-{name}",
            logical_file_name=path,
            artifact_kind="service",
            action="create",
            intent_summary=f"What {path} is for",
            **more,
        )

    plan.apply(
        request("createCard", in_activity("w1a1"), id=card_id, **values),
        knows("requirement", "r1", "First one", source="agent", confidence=0.8),
        knows("requirement", "r2", "Second one", status="approved"),
        knows("known_fact", "k1", "Water is wet", evidence_source="the sea"),
        knows("assumption", "a1", "It rains"),
        knows("question", "q1", "Why?"),
        plans("f1", "src/api/link.py", contract_notes="def link()"),
        plans("f2", "src/api/mail.py"),
        request(
            "createContextArtifact",
            target,
            id=f"{card_id}-x1",
            name=f"Brief of {card_id}",
            type="doc",
            content="# Everything\n\nabout it",
        ),
        request(
            "createContextArtifact",
            id=f"{card_id}-x2",
            name=f"Apart from {card_id}",
            type="link",
            uri="https://example.org/apart",
        ),
    )
    return card_id


class CardHands:
    """Hands on the card that is open."""

    def __init__(self, board: OpenBoard, card_id: str) -> None:
        self.board = board
        self.card_id = card_id
        self.press = board.press
        self.write = board.write

    @property
    def screen(self) -> CardBase:
        """The screen the card is on, whatever stands over it."""
        return next(s for s in reversed(self.board.app.screen_stack) if isinstance(s, CardBase))

    @property
    def view(self) -> CardView:
        return self.screen.card_view

    async def select(self, row_id: str) -> None:
        """Select something by the end of its id, or by all of it."""
        ids = self.view._ids()
        wanted = row_id if row_id in ids else f"{self.card_id}-{row_id}"
        assert wanted in ids, (row_id, ids)
        self.view.select(wanted)
        await self.board.settle()

    @property
    def selected(self) -> str:
        """The id of what is selected, without the card's."""
        return str(self.view.selected_id).removeprefix(f"{self.card_id}-")

    @property
    def status(self) -> str:
        return self.screen.status.render_line(0).text

    @property
    def lines(self) -> list[str]:
        """What can be seen of the card, line by line."""
        return [self.view.render_line(y).text for y in range(self.view.size.height)]

    @property
    def text(self) -> str:
        """All of the card, whether in sight or not."""
        return whole_card(self.view)

    @property
    def held(self) -> CardHoldings:
        """What the database holds."""
        held = read_holdings(self.board.db, self.card_id)
        assert held is not None
        return held

    @property
    def texts(self) -> dict[str, list[str]]:
        """What each kind of item says, as the database has it."""
        held = self.held
        return {
            "requirement": [item.text for item in held.requirements],
            "known_fact": [item.text for item in held.known_facts],
            "assumption": [item.text for item in held.assumptions],
            "question": [item.text for item in held.questions],
            "planned_file": [file.logical_file_name for file in held.planned_files],
            "artifact": [artifact.name for artifact in held.artifacts],
        }


async def look(board: OpenBoard) -> None:
    """Have the board see at once what was done to the plan beside it."""
    plan_thread(board.app).ask(Session.look)
    await board.settle()


async def open_card(board: OpenBoard, card_id: str) -> CardHands:
    """Open a card on a screen of its own."""
    await look(board)
    board.screen.open_card(card_id)
    await board.settle()
    assert board.top == "CardScreen"
    return CardHands(board, card_id)


async def beside(board: OpenBoard, card_id: str) -> CardHands:
    """Go to a card beside the map."""
    await look(board)
    await board.select(card_id)
    await board.press("tab")
    assert board.app.focused is board.screen.card_view
    return CardHands(board, card_id)


Check = Callable[[CardHands, str], Awaitable[None]]

CHECKS: dict[str, Check] = {}
"""What each binding must do, by its id: given a card that has just been opened, and a key."""


def checks(name: str) -> Callable[[Check], Check]:
    """Remember a check for a binding of the card."""

    def remember(check: Check) -> Check:
        CHECKS[f"card_view.{name}"] = check
        return check

    return remember
