from typing import Any, cast

import pytest
from textual import events
from textual.app import App
from textual.widgets import Static

from planner.conflicts import merge
from store.records import Card, CardStatus
from tui.asks.saving import Saved
from tui.plan_thread import PlanThread
from tui.screens.card_form import CardForm
from tui.widgets.choice import PriorityChoice, StatusChoice
from tui.widgets.key_line import KeyLine
from tui.widgets.plain_area import PlainArea

BLANK = "Title can't be blank."
NOW = "2026-01-31T08:00:00.000Z"


def card(**values: Any) -> Card:
    fields = {"id": "c", "workflow_activity_id": "a", "title": "Pay", "number": 12}
    return Card(**{**fields, "created_at": NOW, "updated_at": NOW, **values})


def written(form: CardForm) -> dict[str, Any]:
    """What the form would have written."""
    base = form.edit.base
    assert base is not None
    return merge(base, base, form.edit.stored(form.values)).write


class Host(App[None]):
    def __init__(self, edited: Card) -> None:
        super().__init__()
        self.form = CardForm(cast("PlanThread", None), edited)
        self.form.keep = lambda _: self.form.saved(  # type: ignore[method-assign]
            Saved("", written(self.form))
        )
        self.results: list[dict[str, Any] | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.form, lambda saved: self.results.append(self._written(saved)))

    def _written(self, saved: Saved | None) -> dict[str, Any] | None:
        return dict(saved.ids) or None if saved is not None else None

    def area(self, field: str) -> PlainArea:
        return self.form.query_one(f"#{field}_field", PlainArea)


@pytest.mark.parametrize(
    ("keys", "changes"),
    [
        (["x"], {"title": "Payx"}),
        (["enter", "x"], {"description": "x"}),
        (["tab", "x", "enter", "y"], {"description": "x\ny"}),
        (["tab", "tab", "right"], {"status": CardStatus.ACTIVE}),
        (["tab", "tab", "r"], {"status": CardStatus.REVIEW}),
        (["tab", "tab", "p", "left"], {"status": CardStatus.REVIEW}),
        (["tab", "tab", "tab", "4"], {"priority": 4}),
        (["tab", "tab", "tab", "right", "right"], {"priority": 2}),
        (["shift+tab", "y"], {"quick_answer": "y"}),
        (["x", "tab", "tab", "t", "tab", "0"], {"title": "Payx"}),
    ],
)
async def test_only_what_changed_is_saved(keys: list[str], changes: dict[str, Any]) -> None:
    app = Host(card())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys, "ctrl+s")
        await pilot.pause()
        assert app.results == [changes]


async def test_saving_what_is_as_it_was_gives_nothing() -> None:
    app = Host(card(description="", quick_answer=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "backspace", "space", "ctrl+s")
        await pilot.pause()
        assert app.results == [None]


async def test_an_emptied_text_is_cleared() -> None:
    app = Host(card(description="a", quick_answer="b"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "delete", "shift+tab", "shift+tab", "delete", "ctrl+s")
        await pilot.pause()
        assert app.results == [{"description": None, "quick_answer": None}]


async def test_a_title_must_not_be_blank() -> None:
    app = Host(card(title="P"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("backspace", "space", "tab", "ctrl+s")
        refusal = app.form.query_one("#refusal", Static)
        assert app.results == []
        assert refusal.has_class("-shown")
        assert BLANK in str(refusal.content)
        assert app.form.focused is app.area("title")
        await pilot.press("Q", "ctrl+s")
        await pilot.pause()
        assert app.results == [{"title": "Q"}]


async def test_hostile_text_comes_back_as_it_was() -> None:
    hostile = " a\tb\n\x1b[2J\u202e\x85\ud800[red] "
    app = Host(card(title=hostile, description=f"{hostile}\r\nx\n", quick_answer=hostile))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "\x1b" not in app.export_screenshot()
        await pilot.press("tab", "tab", "a", "ctrl+s")
        await pilot.pause()
        assert app.results == [{"status": CardStatus.ACTIVE}]


async def test_a_title_keeps_its_line_break_when_something_else_is_typed() -> None:
    app = Host(card(title="one\ntwo\x1b"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "ctrl+s")
        await pilot.pause()
        assert app.results == [{"title": "one\ntwo\x1bx"}]


async def test_a_paste_into_the_title_stays_on_its_line() -> None:
    app = Host(card())
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste(" one\ntwo"))
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.results == [{"title": "Pay one two"}]


async def test_escape_closes_at_once_when_nothing_changed() -> None:
    app = Host(card())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "escape")
        await pilot.pause()
        assert app.results == [None]


async def test_the_mouse_chooses() -> None:
    app = Host(card())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = "".join(str(app.form.query_one(StatusChoice).render()))
        await pilot.click(StatusChoice, offset=(row.index("review") + 2, 0))
        row = str(app.form.query_one(PriorityChoice).render())
        await pilot.click(PriorityChoice, offset=(row.index("high") + 2, 0))
        await pilot.pause()
        assert written(app.form) == {"status": CardStatus.REVIEW, "priority": 3}
        line = app.form.query_one(KeyLine)
        await pilot.click(KeyLine, offset=(line.text.index("Save") + 2, 0))
        await pilot.pause()
        assert app.results == [{"status": CardStatus.REVIEW, "priority": 3}]


async def test_it_tells_number_and_times_and_fits() -> None:
    app = Host(card(description="long\n" * 50))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "Card #12" in picture
        assert "created 2026-01-31 08:00 · updated 2026-01-31 08:00" in picture
        assert app.form.query_one("#fields").max_scroll_y == 0
        for field in ("title", "description", "status", "priority", "quick_answer"):
            region = app.form.query_one(f"#{field}_field").region
            assert app.form.region.contains_region(region)
        assert app.form.region.contains_region(app.form.query_one(KeyLine).region)


async def test_a_low_terminal_scrolls_to_the_field() -> None:
    app = Host(card())
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("shift+tab")
        await pilot.pause()
        answer = app.area("quick_answer")
        assert app.form.focused is answer
        assert app.form.query_one("#fields").region.contains_region(answer.region)


async def test_a_priority_beyond_the_known_stays() -> None:
    app = Host(card(priority=9))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert written(app.form) == {}
        await pilot.press("tab", "tab", "tab", "1", "ctrl+s")
        await pilot.pause()
        assert app.results == [{"priority": 1}]
