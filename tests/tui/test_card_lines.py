"""Rows, lines and Markdown of a card: nothing is wider than there is room for, nothing is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from planner.holdings import planned_path
from planner.runs.card_build import CardBuild, Standing
from store.records import BuildState, CardPlannedFile, RunScope, WaitsFor
from tests.tui.maps import TITLES, is_drawable
from tui.text import visible_lines
from tui.widgets.build_rows import build_rows
from tui.widgets.card_lines import guess, lay_out
from tui.widgets.card_rows import Row, chunks
from tui.widgets.file_tree import tree_rows
from tui.widgets.markdown_lines import STYLES, markdown_lines

PLAIN = {name: Style() for name in STYLES}


def markdown(text: str, width: int = 40) -> list[str]:
    lines = markdown_lines(visible_lines(text), width, PLAIN)
    return ["".join(piece for piece, _ in line).rstrip() for line in lines]


@given(
    kind=st.sampled_from(["title", "facts", "text", "faint", "heading", "item", "folder", "rule"]),
    text=TITLES,
    meta=TITLES,
    notes=st.lists(TITLES, max_size=2),
    depth=st.integers(0, 4),
    width=st.integers(8, 90),
)
def test_no_line_of_a_row_is_too_wide(
    kind: str, text: str, meta: str, notes: list[str], depth: int, width: int
) -> None:
    told = tuple(("faint", visible_lines(note)) for note in notes)
    row = Row(kind, "id", "requirement", text, "✓", "draft", meta[:20], told, depth)
    lines = lay_out(row, width)
    assert lines
    assert guess(row, width) >= 1
    for line in lines:
        whole = "".join(piece for piece, _ in line)
        assert is_drawable(whole)
        if depth == 0:
            assert cell_len(whole) <= width


@given(
    st.text(st.sampled_from("ab *_`#>-+1.[]()!|~\\\n\t&;<:/\x1b\u202e日👩\u200d🚀"), max_size=300),
    st.integers(1, 60),
)
def test_markdown_is_always_drawable(text: str, width: int) -> None:
    for line in markdown(text, width):
        assert is_drawable(line)


def test_a_build_says_how_it_stands_and_which_keys_lead_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.when.present", lambda: datetime(2026, 1, 31, 8, 5, tzinfo=UTC))
    moment = "2026-01-31T08:00:00.000Z"
    asks = Standing(BuildState.BLOCKED, None, WaitsFor.ANSWERS, "Which port?\x1b[2J", moment)
    build = CardBuild(
        run_id="r",
        assignment_id="a",
        scope=RunScope.CARD,
        agent="claude",
        turns=2,
        own=asks,
        run=asks,
    )
    rows = list(build_rows(build, answer="A", go="r"))
    lines = ["".join(text for text, _ in line) for row in rows for line in lay_out(row, 70)]
    assert lines == [
        "",
        "Build  claude · turn 2 · 5 min ago",
        "■ blocked: the agent has questions",
        "Which port?\\x1b[2J",
        "A on a question answers it · r shows the run, which goes on from there",
    ]
    assert [*build_rows(build, asks=False)][-1].text.startswith("all is answered: r shows the run")


def test_markdown_is_rendered() -> None:
    assert markdown(
        "# Head\n\nSome *em* and `code`.\n\n1. one\n2. two\n\n> said\n\n```py\nx = 1\n```"
    ) == [
        "Head",
        "",
        "Some em and code.",
        "",
        " 1 one",
        " 2 two",
        "",
        "▌ said",
        "",
        "  x = 1",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[here](https://a.b/c)", "here (https://a.b/c)"),
        ("<https://a.b/c>", "https://a.b/c"),
        ("![a cat](cat.png)", "[picture: a cat]"),
        ("![](way/cat.png)", "[picture: cat.png]"),
        ("&#27;[2J &#x202e;x", "�[2J \\u202ex"),
        ("<b>bold</b>", "bold"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
        ("> " * 300 + "deep", "> > > > > > > > > > > > > > > > > > > >"),
        ("", ""),
    ],
)
def test_nothing_in_markdown_does_anything(text: str, shown: str) -> None:
    assert markdown(text)[0] == shown
    for line in markdown_lines(visible_lines(text), 40, PLAIN):
        for _, style in line:
            assert isinstance(style, str) or style.link is None


def test_a_text_too_long_to_lay_out_is_wrapped_as_it_was_typed() -> None:
    assert markdown("*" * 20_000)[0] == "*" * 40


@given(
    st.lists(st.sampled_from(["word " * 60, "", "- item", "  more", "```", "# Head", "    code"]))
)
def test_chunks_are_all_of_a_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = list(chunks(text))
    assert "".join(parts).strip() == text.strip()
    for part in parts[1:]:
        assert part[0] not in " \t"
        assert part.strip()


def test_chunks_never_part_a_block_of_code() -> None:
    code = "```\n" + "x = 1\n\n" * 1_000 + "```\n\nafter\n"
    parts = list(chunks("word\n\n" + code * 3))
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert len(parts) == 4


def planned(name: str, **more: Any) -> CardPlannedFile:
    return CardPlannedFile(
        id=name, card_id="c", logical_file_name=name, artifact_kind="job", action="edit",
        intent_summary="x", **more,
    )  # fmt: skip


def test_the_tree_has_folders_first_and_shared_ones_on_one_line() -> None:
    files = [
        planned("readme.md"),
        planned("mail.py", module_hint="src/api/"),
        planned("src/api/link.py"),
        planned("src/web/page.ts", module_hint="src"),
        planned("/deep/er/down/x.py"),
    ]
    assert planned_path(files[3]) == "src/web/page.ts"
    drawn = [f"{depth}{name}{'' if file else '/'}" for depth, name, file in tree_rows(files)]
    assert drawn == [
        "1deep/er/down/",
        "2x.py",
        "1src/",
        "2api/",
        "3link.py",
        "3mail.py",
        "2web/",
        "3page.ts",
        "1readme.md",
    ]
