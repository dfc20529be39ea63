from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.when import LONGEST_WORDS, exactly, last_days, local_day, when

NOW = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-01-31T23:29:30.000Z", "just now"),
        ("2026-01-31T23:30:20.000Z", "just now"),
        ("2026-01-31T23:25:00.000Z", "5 min ago"),
        ("2026-01-31T21:00:00.000Z", "2 h ago"),
        ("2026-01-30T23:59:00.000Z", "yesterday"),
        ("2026-01-03T08:05:00.000Z", "3 Jan 08:05"),
        ("2026-02-03T08:05:00.000Z", "3 Feb 08:05"),
        ("2025-12-31T08:05:00.000Z", "2025-12-31"),
        ("some other day, then", "some other d"),
    ],
)
def test_when(moment: str, said: str) -> None:
    assert when(moment, now=NOW, zone=UTC) == said
    assert len(said) <= LONGEST_WORDS


def test_days_are_those_of_the_reader() -> None:
    assert when("2026-01-31T21:59:00.000Z", now=NOW, zone=EAST) == "yesterday"
    assert exactly("2026-01-31T22:00:05.000Z", zone=EAST) == "2026-02-01 00:00:05"
    assert exactly("never") == "never"
    assert local_day("2026-01-31T22:00:05.000Z", zone=EAST) == "2026-02-01"
    assert local_day("never") == ""
    assert last_days(3, now=NOW, zone=EAST) == ["2026-01-30", "2026-01-31", "2026-02-01"]
