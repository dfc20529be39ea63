from hypothesis import given
from hypothesis import strategies as st

from tui.bars import SPARKS, Part, length_of, shares, short_number, spark, stacked

counts = st.lists(st.integers(0, 100_000), min_size=1, max_size=6)


@given(counts, st.integers(0, 60))
def test_cells_are_shared_out_whole(counts: list[int], cells: int) -> None:
    given = shares(counts, cells)
    assert sum(given) == (cells if sum(counts) else 0)
    assert all(share >= 0 for share in given)
    for count, share in zip(counts, given, strict=True):
        assert not (count == 0 and share)
    if cells >= len(counts):
        assert all(share for count, share in zip(counts, given, strict=True) if count)
        for count, share in zip(counts, given, strict=True):
            assert abs(share - count * cells / max(1, sum(counts))) <= len(counts)


def test_each_part_has_its_own_glyph_and_the_chosen_one_stands_out() -> None:
    parts = [Part("o", "faint", 2, "todo"), Part("x", "good", 0, "none"), Part("*", "warn", 1, "a")]
    assert stacked(parts, 6) == [("oooo", "faint"), ("**", "warn")]
    assert stacked(parts, 6, 2) == [("oooo", "faint"), ("**", "match")]


def test_heights_lengths_and_numbers() -> None:
    assert [spark(count, 8) for count in (0, 1, 4, 8)] == [" ", SPARKS[0], SPARKS[3], SPARKS[7]]
    assert [length_of(count, 10, 20) for count in (0, 1, 5, 10)] == [0, 2, 10, 20]
    assert length_of(1, 10_000, 20) == 1
    numbers = [short_number(count) for count in (0, 999, 1_000, 30_180, 2_000_000)]
    assert numbers == ["0", "999", "1k", "30k", "2M"]
