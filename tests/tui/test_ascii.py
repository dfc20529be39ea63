"""Drawing with ASCII alone: who gets it, and that nothing is lost or moved by it."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.planner.plans import on
from tests.tui.board import a_plan, make_app, settle, watch_asked
from tui import glyphs
from tui.ascii import AsciiOnly
from tui.ascii_signs import SIGNS, in_ascii
from tui.drawing import Drawing, asked_in, how_to_draw, speaks_utf8

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("environment", "speaks"),
    [
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "de_DE.utf8@euro"}, True),
        ({"LANG": "", "LC_ALL": ""}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "en_US.ISO-8859-1"}, False),
        ({"LANG": "de_DE@euro"}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
        ({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ({"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, True),
        # What Python makes of an empty environment, and of one that says C.
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "UTF-8", "LANG": "POSIX"}, False),
        ({"LC_CTYPE": "UTF-8", "LANG": "en_US.UTF-8"}, True),
    ],
)
def test_whether_the_locale_speaks_utf8(environment: dict[str, str], speaks: bool) -> None:
    assert speaks_utf8(environment) is speaks


def test_what_is_asked_for_comes_before_the_locale() -> None:
    utf8, c = {"LANG": "C.UTF-8"}, {"LANG": "C"}
    assert how_to_draw(None, utf8) is Drawing.UNICODE
    assert how_to_draw(None, c) is Drawing.ASCII_ONLY
    assert how_to_draw(True, utf8) is Drawing.ASCII_SIGNS
    assert how_to_draw(True, c) is Drawing.ASCII_ONLY
    assert how_to_draw(False, c) is Drawing.UNICODE
    assert asked_in({}) is asked_in({"PLANNER_ASCII": ""}) is None
    assert asked_in({"PLANNER_ASCII": "1"}) is True
    assert asked_in({"PLANNER_ASCII": "0"}) is False


def test_every_sign_stays_as_wide_as_it_was() -> None:
    for code, plain in SIGNS.items():
        assert plain.isascii()
        assert plain.isprintable()
        assert len(plain) == cell_len(chr(code)), chr(code)


def test_no_two_states_share_a_sign() -> None:
    signs = [
        *glyphs.STATUS.values(),
        *glyphs.BUILD.values(),
        glyphs.FINALIZED,
        glyphs.READY,
        glyphs.MARKED,
        *(sign for sign in glyphs.PRIORITY if len(sign) == 1),
    ]
    drawn = [in_ascii(sign, True) for sign in signs]
    assert len(set(drawn)) == len(set(signs)) == len(signs)
    assert all(sign.isascii() for sign in drawn)


def is_drawn(character: str) -> bool:
    return character.isprintable() and cell_len(character) > 0


def test_every_sign_of_ours_has_a_character() -> None:
    """A sign that a screen draws and this does not know would show as a question mark."""
    unknown: dict[str, str] = {}
    for file in [*ROOT.glob("tui/**/*.py"), *ROOT.glob("planner/*.py")]:
        if file.name in ("text.py", "csv_cells.py"):
            continue  # what it names is never drawn
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strange = (c for c in node.value if not c.isascii() and ord(c) not in SIGNS)
                unknown |= {c: f"{file.name}:{node.lineno}" for c in strange if is_drawn(c)}
    assert unknown == {}


@given(st.text())
def test_any_text_is_drawn_as_wide_as_it_is(text: str) -> None:
    drawn = in_ascii(text, True)
    assert drawn.isascii()
    assert len(drawn) == cell_len(drawn) or not drawn.isprintable()
    if text.isprintable():
        assert len(drawn) == cell_len(text)


def test_texts_stay_where_only_signs_were_asked_for() -> None:
    red = Style(color="red")
    line = [Segment("● ", red), Segment("Größe 日本 “x”…", red), Segment("plain", red)]
    white = Color(255, 255, 255)
    asked = AsciiOnly(texts=False).apply(line, white)
    assert [part.text for part in asked] == ["* ", 'Größe 日本 "x".', "plain"]
    forced = AsciiOnly(texts=True).apply(line, white)
    assert [part.text for part in forced] == ["* ", 'Gr??e ???? "x".', "plain"]
    assert all(part.style == red for part in forced)


async def test_a_board_in_ascii_shows_nothing_else(database_path: Path) -> None:
    from store.open import open_store

    with a_plan(database_path, workflows=2, activities=2, cards=3) as plan:
        plan.act("updateCard", on("w1a1c1"), title="Größe 日本", status="review", priority=1)
        app = make_app(
            open_store(database_path), database_path, plan.project_id, drawing=Drawing.ASCII_ONLY
        )
        try:
            async with app.run_test(size=(120, 40)) as pilot:
                asked = watch_asked(app)
                await settle(pilot, asked)
                for key in ("", "question_mark", "escape", "d", "escape", "n", "escape", "p"):
                    if key:
                        await pilot.press(key)
                    await settle(pilot, asked)
                    shown = "\n".join(
                        "".join(segment.text for segment in strip)
                        for strip in app.screen._compositor.render_strips()
                    )
                    assert shown.isascii(), {c for c in shown if not c.isascii()}
                    if not key:
                        assert "# Gr??e ????" in shown
                        assert "@ review v" in shown
                        assert "v Workflow 2" in shown
        finally:
            app.finish()
