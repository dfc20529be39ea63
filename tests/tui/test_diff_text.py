"""A file of a diff: its rows, its words, its colours, the lines around, where comments stand."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from planner.runs.diffs import DiffFile, DiffLine
from store.records import DiffComment, DiffSide
from tui.code_colors import color_lines, lexer_for
from tui.diff_rows import NO_LINE, Comments, diff_rows
from tui.diff_text import DiffText, Sides, place_comments, whole_text
from tui.text import UNSAFE
from tui.widgets.code_line import code_pieces
from tui.widgets.diff_tree import branches


def differing(old: Sequence[str], new: Sequence[str], path: str = "a.py") -> DiffFile:
    """Return the difference between two files, as git would tell it."""
    lines: list[DiffLine] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        lines.append(DiffLine("hunk", None, None, "@@ @@"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                pairs = zip(range(i1, i2), range(j1, j2), strict=True)
                lines += [DiffLine("context", i + 1, j + 1, old[i]) for i, j in pairs]
                continue
            lines += [DiffLine("removed", i + 1, None, old[i]) for i in range(i1, i2)]
            lines += [DiffLine("added", None, j + 1, new[j]) for j in range(j1, j2)]
    counts = [sum(line.kind == kind for line in lines) for kind in ("added", "removed")]
    return DiffFile(path, None, "modified", *counts, is_binary=False, lines=tuple(lines))


FILE = st.lists(st.sampled_from(["a", "b", "c", "", "\ta = 1  "]), max_size=40)


@given(FILE, FILE)
def test_both_layouts_and_the_whole_file_lose_nothing(old: list[str], new: list[str]) -> None:
    text = DiffText(differing(old, new), is_colored=False)
    whole = whole_text(text, Sides(new, (), ()))
    assert (
        [line.text for line in whole.lines if line.new is not None] == new if text.lines else True
    )
    for file in (text, whole):
        changed = {n for n, line in enumerate(file.lines) if line.kind != "hunk"}
        for is_split in (False, True):
            rows = diff_rows(file, Comments({}), is_split=is_split, width=40)
            shown = [(row.left, row.right) for row in rows if row.line != NO_LINE]
            seen = [n for left, right in shown for n in {left, right} - {NO_LINE}]
            assert sorted(seen) == sorted(changed)
    if text.lines:
        numbers = [line.old for line in whole.lines if line.old is not None]
        assert numbers == list(range(1, len(old) + 1))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=3))
def test_a_line_is_safe_to_draw_and_its_pieces_are_all_of_it(
    was: str, now: str, needle: str
) -> None:
    was, now = was.replace("\n", " "), now.replace("\n", " ")
    text = DiffText(differing([was], [now]))
    for index, line in enumerate(text.lines):
        drawn = "".join(piece for piece, _, _ in code_pieces(text, index, needle))
        assert not UNSAFE.search(drawn)
        assert line.text.isprintable() is False or len(drawn) >= len(line.text) - 8
        assert cell_len(drawn) < 20 * (len(line.text) + 1)


def test_colours_of_a_whole_file_know_where_a_text_began() -> None:
    old = ['"""A text', *["that goes on"] * 9, '"""', "x = 1"]
    new = [*old[:-1], "x = 2"]
    text = DiffText(differing(old, new))
    quote = next(n for n, line in enumerate(text.lines) if line.text == '"""')
    last = len(text.lines) - 1
    assert [style for _, _, style in text.colors(last)] != ["number"]  # taken for a text
    lexer = lexer_for("a.py")
    text.sides = Sides(new, color_lines(lexer, old), color_lines(lexer, new))
    assert [style for _, _, style in text.colors(last)] == ["number"]
    assert {style for _, _, style in text.colors(quote)} == {"comment"}
    assert lexer_for("no idea.xyz") is None
    assert lexer_for("x" * 10_000 + ".py") is not None


def test_words_that_differ_within_a_line() -> None:
    text = DiffText(differing(["a = old_name(1)"], ["a = new_name(1)"]))
    found = [
        [piece for piece, _, mark in code_pieces(text, index) if mark == "word"] for index in (1, 2)
    ]
    assert found == [["old_name"], ["new_name"]]


def test_a_comment_follows_its_line_as_long_as_it_is_there() -> None:
    text = DiffText(differing(["a", "b", "c"], ["a", "x", "b", "x", "c"]))

    def comment(name: str, **values: object) -> DiffComment:
        row: dict[str, object] = {"path": "a.py", "side": DiffSide.NEW, "commit_sha": "now"}
        row |= {"line": 1, "quoted": "", **values}
        return DiffComment(id=name, assignment_id="a", text="", author="ana", **row)  # type: ignore[arg-type]

    comments = [
        comment("here", line=2),
        comment("moved", commit_sha="then", line=9, quoted="x"),
        comment("gone", commit_sha="then", line=2, quoted="y"),
        comment("old", side=DiffSide.OLD, line=3),
        comment("outside", line=99),
    ]
    placed, lost = place_comments(text, comments, "now")
    lines = {text.lines[index].new: [c.id for c in found] for index, found in placed.items()}
    assert lines == {2: ["here"], 4: ["moved"], 5: ["old"]}
    assert [comment.id for comment in lost] == ["gone", "outside"]


def test_the_tree_shares_lines_folds_and_bears_any_depth() -> None:
    paths = ["z", "a/b/c/1", "a/b/c/2", "a/d", "/".join(["x"] * 3_000)]
    files = [DiffFile(path, None, "added", 1, 2, is_binary=False) for path in paths]
    found = branches(files)
    assert [(branch.depth, branch.name) for branch in found if "x" not in branch.name] == [
        (0, "a/"),
        (1, "b/c/"),
        (2, "1"),
        (2, "2"),
        (1, "d"),
        (0, "z"),
    ]
    assert sum(branch.file is not None for branch in found) == len(paths)
    (folded,) = (b for b in branches(files, frozenset({"a/"})) if b.path == "a/")
    assert (folded.added, folded.removed, folded.files) == (3, 6, (1, 2, 3))
    assert "b/c/" not in {branch.name for branch in branches(files, frozenset({"a/"}))}
