"""What the screens over the map look like, as pictures to compare with; see ``test_snapshots``."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from planner.actions import Planner
from planner.errors import ActionRefused
from planner.sample import load_sample
from store.open import open_store
from store.records import Card
from tests.planner.plans import counting, on, request, ticking
from tests.tui.board import make_app
from tests.tui.test_snapshots import NARROW, WIDE, after
from tui.app import PlannerApp

SCREENS = {
    "history": ("y", "down"),
    "find": ("ctrl+f", *"page", "down"),
    "overview": ("o", "down", "right"),
    "events": ("Y", "down"),
    "card": ("enter", "1", "down"),
    "projects": ("p",),
    "policy": ("P", "ctrl+n", "y", "tab", *"pip-audit"),
    "help": ("question_mark",),
}


@pytest.fixture
def app(database_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannerApp]:
    """Open the board on a sample plan that people have worked on, all of it at a fixed time."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for module in ("tui.when", "tui.asks.overview"):
        monkeypatch.setattr(f"{module}.present", lambda: datetime(2026, 1, 31, 9, tzinfo=UTC))
    db = open_store(database_path)
    with db.connection():
        clock, new_id = ticking(), counting("lantern")
        project = load_sample(db, clock=clock, new_id=new_id)
        cards = {card.number or 0: card.id for card in db.list(Card)}
        by = {who: Planner(db, actor=who, clock=clock, new_id=new_id) for who in ("ana", "ben")}
        text = "Asks the sender first, and keeps what was asked with the article itself."
        for who, batch in (
            ("ana", [request("updateCard", on(cards[4]), title="Read aloud", priority=3)]),
            ("ben", [request("updateCard", on(cards[6]), description=text)]),
            ("ben", [request("deleteCard", on(cards[9]))]),
            (
                "ana",
                [request("updateCard", on(cards[6]), description=text.replace("first", "twice"))],
            ),
            ("ana", [request("updateCard", on(cards[n]), status="review") for n in (1, 2, 3)]),
        ):
            by[who].apply(project.id, batch)
        by["ben"].undo(project.id)
        with pytest.raises(ActionRefused):
            by["ana"].apply(project.id, [request("deleteCard", on("nobody"))])
    app = make_app(db, Path("plan.db"))
    try:
        yield app
    finally:
        app.finish()
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("theme", ["planner-dark", "planner-light"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x36"])
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(
    app: PlannerApp, snap_compare: Any, screen: str, size: tuple[int, int], theme: str
) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await after(*SCREENS[screen], theme=theme)(pilot)
        for typed in (*app.screen.query(Input), *app.screen.query(TextArea)):
            typed.cursor_blink = False
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
