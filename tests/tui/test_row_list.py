"""The list all screens share: virtual, selected by key, all text literal."""

from collections.abc import Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.spans import Spans
from tui.widgets.row_list import RowList

KEYS = {"list.up", "list.down", "list.page_up", "list.page_down", "list.first", "list.last"}


class Host(App[None]):
    """A list of numbers; every tenth is a heading, which can't be selected."""

    def __init__(self, *, tall: bool = False) -> None:
        super().__init__()
        self.drawn: list[int] = []
        self.chosen: list[int] = []
        self.wanted: list[bool] = []
        self.tall = tall

    def compose(self) -> ComposeResult:
        height = (lambda n: 1 + n % 3) if self.tall else 1
        yield RowList[int](self.draw, lambda n: None if n % 10 == 0 else f"k{n}", lines=height)

    def draw(self, n: int, width: int) -> Sequence[Spans]:
        self.drawn.append(n)
        return [[(f"{n}: [red]\x1b[2J", "strong")], [("second", "faint")], [("third", "faint")]]

    @property
    def rows(self) -> RowList[Any]:
        return self.query_one(RowList)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.chosen.append(message.row_list.selected)

    def on_row_list_wanted(self, message: RowList.Wanted) -> None:
        self.wanted.append(message.everything)


async def shown(pilot: Pilot[None], rows: Sequence[int], **how: Any) -> None:
    app = pilot.app
    assert isinstance(app, Host)
    app.rows.focus()
    app.rows.show(rows, **how)
    await pilot.pause()


async def test_keys_move_the_selection_over_headings() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(1000))
        assert app.rows.selected == 1
        for keys, there in (
            (["down"], 2),
            (["j", "k"], 2),
            ([*["down"] * 8], 11),
            (["up"], 9),
            (["pagedown"], 16),
            (["pageup"], 9),
            (["end"], 999),
            (["G", "down"], 999),
            (["pageup"], 992),
            (["home"], 1),
            (["g", "up"], 1),
        ):
            await pilot.press(*keys)
            assert app.rows.selected == there, keys
            assert any(line.startswith(f"▌{there}:") for line in app.rows.lines_seen)
        assert app.rows.lines_seen[0].startswith(" 0:"), "the heading above comes into view"
        assert {b.id for _, b in app.rows._bindings} == {*KEYS, "list.open"}


async def test_only_what_is_seen_is_drawn_and_text_is_literal() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(100_000))
        assert max(app.drawn) < 20
        assert app.rows.lines_seen[1] == r"▌1: [red]\x1b[2J"
        await pilot.press("end")
        assert len(set(app.drawn)) < 40


async def test_enter_and_a_double_click_open() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(100))
        await pilot.press("down", "enter")
        assert app.chosen == [2]
        await pilot.click(RowList, offset=(3, 4))
        assert app.rows.selected == 4
        await pilot.click(RowList, offset=(3, 0))
        assert app.rows.selected == 4
        await pilot.click(RowList, offset=(3, 5), times=2)
        assert app.chosen == [2, 5]


async def test_the_selection_follows_its_key_and_stays_where_it_is() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(100))
        app.rows.select("k45")
        at = next(i for i, line in enumerate(app.rows.lines_seen) if line[0] == "▌")
        await shown(pilot, [101, 102, 103, *range(100)])
        assert app.rows.selected == 45
        assert app.rows.lines_seen[at].startswith("▌45:")
        await shown(pilot, [n for n in range(100) if n != 45])
        assert app.rows.selected == 49, "what stands in its place"
        await shown(pilot, [1, 2, 3], select="k2")
        assert app.rows.selected == 2
        await shown(pilot, [], empty_note="Nothing [here]")
        assert app.rows.selected is None
        assert "Nothing [here]" in "\n".join(app.rows.lines_seen)
        await pilot.press("down", "pagedown", "end", "enter")
        assert app.chosen == []


async def test_more_is_asked_for_once_near_the_end() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(100), has_more=True)
        await pilot.press("pagedown")
        assert app.wanted == []
        app.rows.select("k85")
        await pilot.press("down", "down")
        assert app.wanted == [False]
        await shown(pilot, range(200), has_more=True)
        await pilot.press("end")
        assert app.wanted == [False, True]
        await shown(pilot, range(500))
        assert app.rows.selected == 499, "the last is where it went"
        await shown(pilot, range(600))
        assert app.rows.selected == 499


async def test_rows_may_be_of_different_heights() -> None:
    app = Host(tall=True)
    async with app.run_test(size=(40, 8)) as pilot:
        await shown(pilot, range(1000))
        assert [line[:3] for line in app.rows.lines_seen[:4]] == [" 0:", "▌1:", "▌se", " 2:"]
        await pilot.press("end")
        assert app.rows.lines_seen[-1].startswith("▌999")
        await pilot.press("pageup")
        assert app.rows.selected == 995
        await pilot.resize_terminal(40, 4)
        await pilot.pause()
        assert any(line.startswith("▌995:") for line in app.rows.lines_seen)
