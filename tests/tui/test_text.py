import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import UNSAFE, clip, visible, visible_lines, wrap

anything = st.text(st.characters(codec=None), max_size=60)
troublesome = st.text(
    st.one_of(
        st.sampled_from(
            "\x00\t\n\r\x1b\x7f\x85\x9b\u061c\u200d\u202e\u2066\u2028\ud800\ufe0f日👨é "
        ),
        st.characters(codec=None),
    ),
    max_size=60,
)
widths = st.integers(min_value=0, max_value=40)


def is_drawable(text: str) -> bool:
    return not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text)


def test_every_control_format_and_surrogate_is_caught() -> None:
    caught = ("Cc", "Cf", "Cs", "Zl", "Zp")
    missed = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in caught and not UNSAFE.search(chr(code))
    ]
    assert missed == []


def test_plain_text_comes_back_as_it_is() -> None:
    text = "Ein Plan: 日本語, עברית, [red]markup[/red] 🎉"
    assert visible(text) is text
    assert visible_lines(text) is text


def test_an_escape_sequence_shows_as_written() -> None:
    assert visible("\x1b[2J\x07\x9b") == "\\x1b[2J\\x07\\x9b"


def test_breaks_and_tabs_are_one_space_on_one_line() -> None:
    assert visible("a\r\nb\nc\td\re\u2028f") == "a b c d e f"


def test_breaks_stay_on_many_lines() -> None:
    assert visible_lines("a\r\nb\rc\u2029\td\x1b") == "a\nb\nc\n    d\\x1b"


def test_what_reorders_is_shown_and_what_joins_is_left_out() -> None:
    assert visible("abc\u202edef\u2066") == "abc\\u202edef\\u2066"
    assert visible("\u200fא\u200e\u061c") == "א"
    assert visible("👩\u200d🚀 ❤\ufe0f a\u00adb\u200b") == "👩🚀 ❤ ab"
    assert visible("\U000e0041") == "\\U000e0041"


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert visible("a\ud800") == "a\ufffd"


@given(troublesome)
def test_nothing_undrawable_comes_out(text: str) -> None:
    assert is_drawable(visible(text))
    assert all(is_drawable(line) for line in visible_lines(text).split("\n"))
    assert visible(visible(text)) == visible(text)


@given(troublesome, widths)
@example("日本語", 5)
def test_clip_is_never_wider_and_loses_nothing_that_fits(text: str, cells: int) -> None:
    clipped = clip(text, cells)
    assert cell_len(clipped) <= cells
    assert is_drawable(clipped)
    if cell_len(visible(text)) <= cells and cells:
        assert clipped == visible(text)
    elif cells:
        assert clipped.endswith("…")


@given(troublesome, widths, st.integers(min_value=0, max_value=4))
@example("日本語", 1, 2)
@example("a  b", 2, 2)
def test_wrap_is_never_larger_than_asked(text: str, cells: int, lines: int) -> None:
    wrapped = wrap(text, cells, lines)
    assert len(wrapped) <= lines
    assert all(cell_len(line) <= cells and is_drawable(line) for line in wrapped)
    letters = visible(text).replace(" ", "")
    shown = "".join(wrapped).replace(" ", "")
    if cells >= 2 and lines:
        assert shown == letters or (wrapped[-1].endswith("…") and letters.startswith(shown[:-1]))


@given(st.lists(st.text("abcdef", min_size=1, max_size=9), max_size=12))
def test_wrap_keeps_words_whole_when_they_fit(words: list[str]) -> None:
    wrapped = wrap(" ".join(words), 12, 100)
    assert [word for line in wrapped for word in line.split(" ")] == words


def test_wrap_fills_lines_and_ends_in_an_ellipsis() -> None:
    assert wrap("Add a card to the board", 10, 3) == ["Add a card", "to the", "board"]
    assert wrap("Add a card to the board", 10, 2) == ["Add a card", "to the…"]
    assert wrap("a" * 25, 10, 2) == ["a" * 10, "a" * 9 + "…"]
    assert wrap("日本語テスト", 5, 2) == ["日本", "語テ…"]
    assert wrap("日本語テスト", 5, 3) == ["日本", "語テ", "スト"]
    assert wrap("", 10, 2) == []
    assert wrap("   ", 10, 2) == []


def test_only_as_much_as_can_be_shown_is_looked_at() -> None:
    class Watched(str):
        looked = 0

        def __getitem__(self, key: object) -> str:
            piece = super().__getitem__(key)  # type: ignore[index]
            Watched.looked += len(piece)
            return piece

        def __iter__(self):  # type: ignore[no-untyped-def]
            msg = "the whole text was walked"
            raise AssertionError(msg)

    wrapped = wrap(Watched("word " * 2000), 20, 2)
    assert wrapped == ["word word word word", "word word word word…"]
    assert Watched.looked < 1000
    assert clip(Watched("x" * 10_000), 5) == "xxxx…"


def test_a_flood_of_marks_is_bounded() -> None:
    assert len(clip("a" + "\u0301" * 10_000, 5)) < 200
    assert len(wrap("a" + "\u0301" * 10_000, 5, 2)[0]) < 400
