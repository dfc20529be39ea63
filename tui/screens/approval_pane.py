"""The approval pane: what waits for a person's word, and all they need to see to give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from planner.runs.decisions import Decision, Looked, Review, look
from tui.asks.decisions import Waiting, read_review, read_waiting
from tui.asks.diffs import in_words
from tui.decision_words import KIND, SIGN, STATE
from tui.plan_thread import PlanThread
from tui.screens.approving import Approving
from tui.spans import Span, Spans
from tui.when import when
from tui.widgets.key_line import KeyLine
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.review_page import ReviewPage
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

WIDE = 110
"""Cells from which what is selected stands beside the list."""

MOMENTS_PASS = 30.0
"""Seconds after which ``5 min ago`` is worded anew."""


class _Decisions(RowList[Decision], KeysInOrder):
    """A list over which dialogs open: what is typed ahead is for them."""


class _Page(ReviewPage, KeysInOrder):
    """A page over which dialogs open."""


class ApprovalPane(Approving):
    """What is asked, the oldest first; the selected one on one page beside or below it."""

    CSS_PATH: ClassVar = ["approval_pane.tcss"]
    PANE: ClassVar[str] = "approvals"
    AUTO_FOCUS = "#waiting"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a",
            "approve",
            "Approve",
            id="approval.approve",
            tooltip="Say yes to what is asked, after saying what that does",
        ),
        Binding(
            "x",
            "reject",
            "Reject",
            id="approval.reject",
            tooltip="Send it back to the agent with a note, or close the run",
        ),
        Binding("d", "diff", "Diff", id="approval.diff", tooltip="Show what changed, line by line"),
        Binding(
            "o",
            "open_card",
            "Card",
            id="approval.card",
            tooltip="Open the card that it is about",
        ),
        Binding(
            "tab",
            "other_pane",
            "Details",
            id="approval.pane",
            tooltip="Go to the page about the selected one, or back to the list",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            id="approval.back",
            tooltip="Back to the list, then to the map",
        ),
    ]

    @dataclass
    class LookedAt(Message):
        """Git has told what a decision is about, or why it can't."""

        review: Review
        looked: Looked | None
        problem: str = ""

    def __init__(self, plan: PlanThread) -> None:
        """Show what the project that is open on ``plan`` asks."""
        super().__init__(plan)
        self._waiting: Waiting | None = None
        self._looks: dict[tuple[str, str], Looked | str] = {}
        """What git told, by what was compared."""

    def compose(self) -> ComposeResult:
        """Lay the list beside or above the page."""
        with Container(id="approvals"):
            yield _Decisions(self._drawn, lambda decision: decision.id, lines=2, id="waiting")
            yield _Page(id="page")
        yield StatusLine(id="status")
        yield KeyLine(words={"list.open": "Diff"}, id="keys")

    def on_mount(self) -> None:
        """Word moments anew as they pass."""
        self.set_interval(MOMENTS_PASS, self._moments_pass)

    def on_resize(self, event: events.Resize) -> None:
        """Put the page below the list where there is no room beside it."""
        self.set_class(event.size.width < WIDE, "-narrow")

    @property
    def waiting(self) -> RowList[Decision]:
        """The list."""
        return self.query_one("#waiting", RowList)

    @property
    def decision(self) -> Decision | None:
        """The selected one."""
        return self.waiting.selected

    @property
    def looked(self) -> Looked | None:
        """What git has told of the selected decision."""
        found = self._looks.get(_compared(self.review)) if self.review is not None else None
        return found if isinstance(found, Looked) else None

    # What is read

    def on_screen_resume(self) -> None:
        """Read what was said on the diff meanwhile."""
        if self.project_id is not None:
            self.read_again()

    def read_again(self) -> None:
        """Read what is asked."""
        also = frozenset(self.given)
        self._plan.fetch_latest(
            self, "approvals", lambda session: read_waiting(session, also), self._take_waiting
        )

    def _take_waiting(self, found: Waiting | None) -> None:
        if found is None or self.project_id not in (None, found.project_id):
            return
        known = {each.id for each in self._waiting.decisions} if self._waiting else set()
        self.project_id, self._waiting = found.project_id, found
        asked = sum(decision.state == "waits" for decision in found.decisions)
        said = [f"{asked:,} for you to decide" if asked else "nothing to decide"]
        if found.elsewhere:
            runs = "run waits" if found.elsewhere == 1 else "runs wait"
            said.append(f"{found.elsewhere:,} more {runs}: {self.key_to('runs')} shows")
        self.status.show_project(found.project_name, " · ".join(said))
        wanted = self._wanted_decision(found.decisions, known)
        self.waiting.show(found.decisions, select=wanted, empty_note="")
        self.set_class(not found.decisions, "-empty")
        if not found.decisions:
            self.review = None
            self.page.say(self._nothing(found))

    def _wanted_decision(self, decisions: Sequence[Decision], known: set[str]) -> str | None:
        """Return the decision to select: the next one of a run that was just decided about here.

        Or the one of the run that was asked for when the pane was opened.
        """
        wanted, self.wanted_run = self.wanted_run, None
        selected = self.decision
        if wanted is None and selected is not None and selected.id in self.given:
            asked = [each for each in decisions if each.state == "waits" and each.id not in known]
            return next((each.id for each in asked if each.run.id == selected.run.id), None)
        return next((each.id for each in decisions if each.run.id == wanted), None)

    @on(RowList.Highlighted, "#waiting")
    def _on_highlighted(self) -> None:
        decision = self.decision
        if decision is None:
            return
        if self.review is not None and self.review.decision.id != decision.id:
            self.page.say([("Reading …", "faint")])
        run_id, decision_id = decision.run.id, decision.id
        self._plan.fetch_latest(
            self,
            "review",
            lambda session: read_review(session, run_id, decision_id),
            self._take_review,
        )

    def _take_review(self, review: Review | None) -> None:
        decision = self.decision
        if review is None or decision is None or review.decision.id != decision.id:
            return
        was, self.review = self.review, review
        self._show_page()
        # What others did to the branches since is looked at whenever one comes back to it.
        is_known = was is not None and _compared(was) == _compared(review)
        if review.subject is not None and not (is_known and self.looked is not None):
            self.run_worker(partial(self._look, review), thread=True, group="look", exclusive=True)

    def _look(self, review: Review) -> None:
        """Have git tell, on a thread of its own."""
        assert review.subject is not None  # noqa: S101  (narrows for the type checker)
        try:
            self.post_message(self.LookedAt(review, look(review.subject, review.commit)))
        except Exception as error:
            # The board must outlive a mistake of ours.
            self.post_message(self.LookedAt(review, None, in_words(error)))

    @on(LookedAt)
    def _on_looked_at(self, message: LookedAt) -> None:
        self._looks[_compared(message.review)] = message.looked or message.problem
        self._show_page()

    def _show_page(self) -> None:
        review = self.review
        if review is not None:
            found = self._looks.get(_compared(review))
            self.page.show_review(review, review.problem or found)
        self.refresh_bindings()

    def _moments_pass(self) -> None:
        self.waiting.draw_again()

    # What the list shows

    def _drawn(self, decision: Decision, width: int) -> list[Spans]:
        style = {"waits": "warn", "doing": "accent", "done": "good", "rejected": "bad"}
        sign: Span = (f"{SIGN[decision.state]} ", style[decision.state])
        state = "" if decision.state == "waits" else f" · {STATE[decision.state]}"
        facts = f"{KIND[decision.kind]}{state}"
        rest = " · ".join(filter(None, (when(decision.since), decision.agent)))
        return [
            [sign, (decision.name, "strong" if decision.state == "waits" else "text")],
            [("  ", "text"), (facts, style[decision.state]), (f" · {rest}", "faint")],
        ]

    def _nothing(self, found: Waiting) -> list[Span]:
        """Say what would make something appear."""
        words = (
            "Nothing waits for your word. A run that has passed its checks asks here before "
            "anything is pushed, and once more before it is merged; so does one whose agent "
            "changed files that nobody planned."
        )
        if found.elsewhere:
            runs = "run waits" if found.elsewhere == 1 else "runs wait"
            words += (
                f" {found.elsewhere:,} {runs} for something else: {self.key_to('runs')} shows them."
            )
        else:
            words += f" {self._key('run.build', 'b')} on the map builds a finalized card."
        return [(words, "faint")]

    # What the keys do

    @on(RowList.Chosen, "#waiting")
    def _on_chosen(self) -> None:
        self.action_diff()

    @on(RowList.Chosen, "#page")
    def _on_line_chosen(self) -> None:
        line = self.page.selected
        if line is None or self.review is None:
            return
        if line.deed in ("check", "output"):
            self.open_output(line.target)
        elif line.deed == "file":
            self.action_diff(line.target)
        else:
            self.action_diff()

    def action_other_pane(self) -> None:
        """Go from the list to the page, or back."""
        self.set_focus(self.waiting if self.page.has_focus else self.page)

    def action_back(self) -> None:
        """Go back to the list, then to the map."""
        if self.page.has_focus and self.waiting.rows:
            self.set_focus(self.waiting)
        else:
            self.action_to_screen("map")


def _compared(review: Review) -> tuple[str, str]:
    """Return what tells whether git has to look anew."""
    subject = review.subject
    if subject is None:
        return (review.decision.id, "")
    state = f"{subject.base} {subject.head} {subject.accepted} {review.decision.state}"
    return (review.decision.id, state)
