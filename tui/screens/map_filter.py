"""The map's filter: what was typed, what it lets through, and what it looks into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from planner.board import Board, CardFace, Lane
from tui.plan_thread import PlanThread
from tui.session import DetailsRead
from tui.widgets.filter_line import FilterLine

if TYPE_CHECKING:
    from planner.card_details import CardDetail
    from planner.filter_values import Vocabulary
    from planner.filtering import CardFilter, Narrower


class MapFilter:
    """Narrows the board to what is typed into the filter line.

    What it needs of the planner is imported, and what it looks into is read, when the line
    is first opened; from then on only what a change touched is read again.
    """

    def __init__(self, plan: PlanThread, line: Callable[[], FilterLine]) -> None:
        """Filter by what is typed into ``line``, with what ``plan`` tells of the cards."""
        self._plan = plan
        self._line = line
        self._filter: CardFilter | None = None
        self._narrower: Narrower | None = None
        self._vocabulary: Vocabulary | None = None
        self._details: dict[str, CardDetail] | None = None
        self._reads = False

    @property
    def is_on(self) -> bool:
        """Whether the filter asks for anything."""
        return self._filter is not None and not self._filter.is_empty

    @property
    def shown(self) -> Callable[[CardFace], bool] | None:
        """Says whether a card is let through, in an activity that is; None where all are."""
        if self._filter is None or not self.is_on:
            return None
        return self._filter.tester(self._details)

    def open(self, board: Board | None) -> None:
        """Let the person type."""
        self.take_board(board)
        self._read()
        self._line().open()

    @property
    def text(self) -> str:
        """What is typed in the line."""
        return self._line().text.strip()

    def use(self, query: str, board: Board | None) -> None:
        """Filter by something that was typed another time; the focus stays where it is."""
        self.take_board(board)
        self._line().bring_back(query)

    def close(self) -> None:
        """Let go of what was looked into."""
        self._filter = self._narrower = self._details = None
        if self._reads:
            self._reads = False
            self._plan.ask(lambda session: session.tell_details(False))

    def type(self, query: str, board: Board | None) -> None:
        """Ask for something else."""
        from planner.filtering import CardFilter

        if query.strip():
            self._read()
        if self._vocabulary is None:
            self.take_board(board)
        vocabulary = self._vocabulary
        if vocabulary is not None:
            vocabulary = replace(vocabulary, now=datetime.now(UTC))
        self._filter = CardFilter(query, vocabulary) if query.strip() else None

    def take_board(self, board: Board | None) -> None:
        """Take the words of a board: what its activities are called may have changed."""
        from planner.filter_values import vocabulary_of

        if board is None:
            return
        self._vocabulary = self._line().vocabulary = vocabulary_of(board)
        if self._filter is not None:
            self.type(self._filter.query, board)
        if self._line().is_open:
            self._read()

    def show_answer(self, counts: str) -> None:
        """Say in the line how many cards match, and what could not be understood."""
        line = self._line()
        if line.is_open:
            line.show_count(counts, self._filter.mistakes if self._filter is not None else ())

    def take_details(self, message: DetailsRead) -> None:
        """Take what was read of the cards."""
        if not self._reads:
            return
        if message.whole:
            self._details = dict(_there(message.details))
            if self._narrower is not None:
                self._narrower.forget()
        elif self._details is not None:
            for card_id, detail in message.details.items():
                self._details.pop(card_id, None)
                if detail is not None:
                    self._details[card_id] = detail

    def narrow(self, lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
        """Return the lanes with the cards that are let through."""
        from planner.filter_completion import begins_a_key
        from planner.filtering import CardFilter, Narrower

        if self._filter is None:
            return lanes
        if self._narrower is None:
            self._narrower = Narrower()
        self._narrower.details = self._details
        narrowed = self._narrower.narrow(lanes, self._filter)
        typing = self._line().has_focus and not narrowed
        begun = begins_a_key(self._filter.query) if typing else None
        if begun is None:
            return narrowed
        # “statu” is on its way to “status:”; it must not blank the board meanwhile.
        before = CardFilter(self._filter.query[:begun], self._vocabulary)
        return self._narrower.narrow(lanes, before)

    def _read(self) -> None:
        if not self._reads:
            self._reads = True
            self._plan.ask(lambda session: session.tell_details(True))


def _there(details: Mapping[str, CardDetail | None]) -> list[tuple[str, CardDetail]]:
    return [(card_id, detail) for card_id, detail in details.items() if detail is not None]
