"""The rows of the overview: what each says at a width, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from planner.filter_terms import quoted
from planner.overview import OpenQuestion, Overview, StatusCounts
from planner.runs.card_build import WAITING
from store.records import CardStatus
from tui.bars import Part, length_of, short_number, spark, stacked
from tui.glyphs import BAR_DONE, BUILD, FINALIZED, QUESTIONS, READY, STATUS
from tui.spans import Span, Spans, pad_spans

NOTHING_KNOWN = "-has:requirements,facts,assumptions,questions,files,artifacts,description"
"""The map's filter for cards that hold nothing but a title."""

STATUS_STYLES = {
    CardStatus.TODO: "faint",
    CardStatus.ACTIVE: "heading",
    CardStatus.QUESTIONS: "warn",
    CardStatus.REVIEW: "accent",
    CardStatus.PRODUCTION: "good",
}
"""The style of each status, as on the map."""

_BUILD_STYLES = {"failed": "bad", "blocked": "bad", "completed": "good", "running": "accent"}
_NOT_YET = "·"
_MOST_BAR = 48
_LEAST_BAR = 8


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A row: what it says in so many cells with a part of its bar chosen, and where it leads.

    Attributes:
        key: Names it; None for one that only says something.
        draw: Gives its spans for a width and the index of the chosen part, -1 for none.
        parts: What can be chosen of its bar.
        filter: The map's filter for all of it; None where there is none.
        card_id: The card it leads to, where it leads to one.
        item: What it leads to of the card.
    """

    key: str | None
    draw: Callable[[int, int], Spans]
    parts: Sequence[Part] = ()
    filter: str | None = None
    card_id: str | None = None
    item: str | None = None

    def filter_of(self, chosen: int) -> str | None:
        """Return the map's filter for what is chosen of the row."""
        return self.parts[chosen].filter if 0 <= chosen < len(self.parts) else self.filter


@dataclass(slots=True)
class OverviewColumns:
    """The rows of the overview, in the two columns that a wide screen has room for."""

    left: list[OverviewRow] = field(default_factory=list)
    right: list[OverviewRow] = field(default_factory=list)


def overview_rows(overview: Overview) -> OverviewColumns:
    """Return the rows of an overview."""
    left = [
        *_statuses(overview),
        _blank(),
        *_readiness(overview),
        *([_blank(), *_builds(overview)] if overview.builds else []),
    ]
    return OverviewColumns(left, [*_changes(overview), _blank(), *_questions(overview)])


def _statuses(overview: Overview) -> Iterator[OverviewRow]:
    yield _heading("Cards by status")
    rows = (
        [overview.all, *overview.workflows] if len(overview.workflows) != 1 else overview.workflows
    )
    most = max((row.total for row in overview.workflows), default=0)
    digits = max(2, len(str(max((count for _, count in overview.all.counts), default=0))))
    for row in rows:
        yield _status_row(row, most, digits)
    if not overview.workflows:
        yield _words("No workflow yet: w on the map makes one.", "faint")


def _status_row(row: StatusCounts, most: int, digits: int) -> OverviewRow:
    above = f"workflow:{quoted(row.title)} " if row.title is not None else ""
    parts = [
        Part(STATUS[status], STATUS_STYLES[status], count, str(status), f"{above}status:{status}")
        for status, count in row.counts
    ]
    title = row.title if row.title is not None else "All workflows"

    def draw(width: int, chosen: int) -> Spans:
        numbers = _numbers(parts, digits, chosen)
        used = (4 + digits) * len(parts) + digits + 2
        bar = max(_LEAST_BAR, min(_MOST_BAR, (width - used) // 2))
        named = max(8, min(max(28, width // 4), width - used - bar - 2))
        told = sum(count > 0 for _, count in row.counts)
        cells = bar if row.title is None else max(told, length_of(row.total, most, bar))
        name: Span = (title, "strong" if row.title is None else "text")
        total: Span = (f"{row.total:>{digits}}  ", "strong")
        return [
            *pad_spans([name], named),
            (" ", "text"),
            *numbers,
            total,
            *stacked(parts, cells, chosen),
        ]

    return OverviewRow(f"workflow {row.id}", draw, parts, above.strip())


def _readiness(overview: Overview) -> Iterator[OverviewRow]:
    yield _heading("Ready to build")
    parts = [
        Part(FINALIZED, "good", overview.finalized, "finalized", "finalized:yes"),
        Part(READY, "accent", overview.ready, "ready", "ready:yes finalized:no"),
        Part(_NOT_YET, "faint", overview.not_yet, "not yet", "ready:no"),
    ]
    yield _worded_bar("readiness", parts)
    filters = {"a question is open": "has:questions finalized:no"}
    for words, count in overview.missing:
        yield _counted(f"missing {words}", words, count, filters.get(words, "ready:no"))
    if overview.bare:
        yield _counted("bare", "nothing is known but the title", overview.bare, NOTHING_KNOWN)


def _builds(overview: Overview) -> Iterator[OverviewRow]:
    yield _heading("Builds")
    parts = [
        Part(BUILD[state], _BUILD_STYLES.get(state, "text"), count, str(state), f"build:{state}")
        for state, count in overview.builds
    ]
    yield _worded_bar("builds", parts)
    for what, count in overview.waits:
        yield _counted(f"waits {what}", WAITING[what], count, f"waits:{what}")


def _changes(overview: Overview) -> Iterator[OverviewRow]:
    counts = [count for _, count in overview.days]
    week, most = sum(counts[-7:]), max(counts, default=0)
    yield _heading(f"Changes · {week:,} in the last 7 days, {sum(counts):,} in {len(counts)}")
    days = [date.fromisoformat(day) for day, _ in overview.days]
    yield _line([(f"{spark(count, most) * 2:>3}", "accent") for count in counts])
    yield _line([(f"{short_number(count) if count else '·':>3}", "text") for count in counts])
    yield _line([(f"{f'{day:%a}'[:2]:>3}", "faint") for day in days])
    largest = max((count for _, count in overview.actors), default=0)
    for actor, count in overview.actors[:5]:
        bar = BAR_DONE * length_of(count, largest, 20)
        yield _line(
            [*pad_spans([(actor, "text")], 14), (f"{count:>6,} ", "strong"), (bar, "accent")]
        )
    if len(overview.actors) > 5:
        yield _words(f"and {len(overview.actors) - 5} others", "faint")


def _questions(overview: Overview) -> Iterator[OverviewRow]:
    count = overview.question_count
    yield _heading(f"Open questions · {count:,}" if count else "Open questions")
    for question in overview.questions:
        yield _question(question)
    if not overview.questions:
        yield _words("None: every question is answered.", "faint")
    elif count > len(overview.questions):
        yield _words(
            f"and {count - len(overview.questions):,} more: has:questions on the map", "faint"
        )


def _question(question: OpenQuestion) -> OverviewRow:
    spans: list[Span] = [
        (f"{QUESTIONS} ", "warn"),
        (f"#{question.number} " if question.number is not None else "", "accent"),
        (question.text, "text"),
    ]
    return OverviewRow(
        f"question {question.id}",
        lambda _width, _chosen: spans,
        card_id=question.card_id,
        item=question.id,
    )


def _worded_bar(key: str, parts: Sequence[Part]) -> OverviewRow:
    def draw(width: int, chosen: int) -> Spans:
        words: list[Span] = []
        for index, part in enumerate(parts):
            style = "match" if index == chosen else part.style
            words += [(f"{part.glyph} {part.count:,} {part.word}", style), ("  ", "text")]
        used = sum(len(text) for text, _ in words)
        return [*words, *stacked(parts, max(0, min(_MOST_BAR, width - used)), chosen)]

    return OverviewRow(key, draw, parts)


def _counted(key: str, words: str, count: int, filter_text: str) -> OverviewRow:
    spans: list[Span] = [(f"{count:>6,} ", "strong"), (words, "text")]
    return OverviewRow(key, lambda _width, _chosen: spans, filter=filter_text)


def _numbers(parts: Sequence[Part], digits: int, chosen: int) -> list[Span]:
    numbers: list[Span] = []
    for index, part in enumerate(parts):
        style = "match" if index == chosen else part.style if part.count else "faint"
        numbers += [(f"{part.glyph} {part.count:<{digits}}", style), ("  ", "text")]
    return numbers


def _heading(text: str) -> OverviewRow:
    return _words(text, "heading")


def _words(text: str, style: str) -> OverviewRow:
    return _line([(text, style)])


def _line(spans: Spans) -> OverviewRow:
    return OverviewRow(None, lambda _width, _chosen: spans)


def _blank() -> OverviewRow:
    return _line([])
