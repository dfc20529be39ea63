from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.spans import Spans, clip_spans, pad_spans, width_of, wrap_spans
from tui.text import UNSAFE

texts = st.text(st.sampled_from("ab 漢é\u200d\x1b\n\u202e[]"), max_size=40)
lines_of_spans = st.lists(st.tuples(texts, st.sampled_from(["text", "match"])), max_size=5)


def said(spans: Spans) -> str:
    return "".join(text for text, _ in spans)


@given(lines_of_spans, st.integers(0, 30))
def test_what_is_clipped_fits_and_is_safe(spans: Spans, cells: int) -> None:
    clipped = clip_spans(spans, cells)
    assert width_of(clipped) <= cells
    assert not UNSAFE.search(said(clipped))
    assert width_of(pad_spans(spans, cells)) == cells


@given(lines_of_spans, st.integers(2, 30), st.integers(1, 5))
def test_what_is_wrapped_fits_and_is_safe(spans: Spans, cells: int, most: int) -> None:
    wrapped = wrap_spans(spans, cells, most)
    assert len(wrapped) <= most
    for line in wrapped:
        assert width_of(line) <= cells
        assert not UNSAFE.search(said(line))


@given(lines_of_spans, st.integers(2, 30))
def test_nothing_but_spaces_is_lost_in_wrapping(spans: Spans, cells: int) -> None:
    whole = clip_spans(spans, 10_000)
    wrapped = wrap_spans(spans, cells, 1_000)
    assert "".join(map(said, wrapped)).replace(" ", "") == said(whole).replace(" ", "")
    styled = [(c, style) for line in wrapped for text, style in line for c in text if c != " "]
    assert styled == [(c, style) for text, style in whole for c in text if c != " "]


def test_a_cut_says_so() -> None:
    spans = [("one two", "text"), (" three", "match")]
    assert said(clip_spans(spans, 9)) == "one two…"
    assert clip_spans(spans, 10)[-1] == ("…", "match")
    assert [said(line) for line in wrap_spans(spans, 8, 1)] == ["one two…"]
    assert [said(line) for line in wrap_spans(spans, 8, 2)] == ["one two", "three"]
    assert [said(line) for line in wrap_spans([("  in\tdented", "text")], 8, 3)] == [
        "  in",
        "dented",
    ]
    assert cell_len(said(clip_spans([("漢字", "text")], 3))) == 3
