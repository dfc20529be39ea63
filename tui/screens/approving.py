"""Giving one's word from the approval pane, and going from there to what it is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planner.runs.decisions import Decision, Looked, Review
from store.records import RunScope
from tui.asks.decisions import say_no, say_yes
from tui.decision_words import KIND, STATE, what_yes_does
from tui.drafts import DraftKey
from tui.plan_thread import PlanThread
from tui.screens.panes import Panes
from tui.screens.project_screen import ProjectScreen
from tui.session import Session
from tui.widgets.review_page import ReviewPage


class Approving(Panes, ProjectScreen):
    """The part of the approval pane that acts."""

    def __init__(self, plan: PlanThread) -> None:
        """Decide about runs of the project that is open on ``plan``."""
        super().__init__(plan)
        self.review: Review | None = None
        """What is known of the selected decision."""
        self.given: set[str] = set()
        """Ids of the decisions that were taken here: what becomes of them is still shown."""

    def action_approve(self) -> None:
        """Say yes, after saying what that does."""
        from tui.screens.decide import Decide, Way, Word

        review = self._asked("approves")
        if review is None:
            return
        if review.refusal:
            self._refuse(f"You can't approve this: {review.refusal}")
            return
        decision = review.decision
        title = f"{KIND[decision.kind].capitalize()}: {decision.name}?"
        key = self._note_key(decision, "yes")

        def given(word: Word | None) -> None:
            if word is not None:
                self._give(decision, key, lambda session: say_yes(session, decision, word.note))

        yes = "Accept" if decision.kind == "paths" else "Approve"
        said = [*what_yes_does(review, self.looked), *self.doubts(review)]
        self.app.push_screen(Decide(title, said, [Way(yes, yes)], draft=key), given)

    def action_reject(self) -> None:
        """Send it back to the agent with a note, or close the run."""
        from tui.screens.decide import Decide, Way, Word

        review = self._asked("rejects")
        if review is None:
            return
        decision = review.decision
        comments = review.subject.comments if review.subject is not None else ()
        unsent = [comment for comment in comments if comment.execution_id is None]
        many = decision.run.run.scope is RunScope.WORKFLOW and decision.request is not None
        needs = "Say in a note what is to be done differently."
        ways: list[tuple[Way, tuple[str, ...], bool]] = []
        cards = tuple(each.assignment.card_id for each in decision.run.assignments)
        if not many:
            ways.append((Way("send back to the agent", "Send back", needs), (), False))
        else:
            if unsent:
                ways.append((Way("to the cards commented on", "Send back", needs), (), False))
            ways.append((Way("to every card's agent", "Send back", needs), cards, False))
        ways.append((Way("close the run", "Close the run"), (), True))
        key = self._note_key(decision, "no")

        def given(word: Word | None) -> None:
            if word is not None:
                _, card_ids, close = ways[word.way]
                self._give(
                    decision,
                    key,
                    lambda session: say_no(
                        session, decision, word.note, close=close, card_ids=card_ids
                    ),
                )

        details = ["The agent goes on in the same worktree, told your note."]
        if unsent:
            count = f"{len(unsent)} comment{'' if len(unsent) == 1 else 's'}"
            details.append(f"{count} on the diff go with it.")
        details.append("Closing keeps the worktree and the branch, and builds nothing more.")
        self.app.push_screen(
            Decide(
                f"Reject {decision.name}?",
                details,
                [way for way, _, _ in ways],
                draft=key,
                placeholder="What is to be done differently",
            ),
            given,
        )

    def doubts(self, review: Review) -> list[str]:
        """Say what to think of before saying yes."""
        changed = [r for r in review.checks if r.check is not None and r.check.changed_files]
        said = [
            f"▲ The check {result.check_type} was changed by what it checked." for result in changed
        ]
        looked = self.looked
        if looked is not None:
            marks = [str(mark) for mark in looked.compared.standing.values()]
            for name, words in (("outside", "not planned"), ("protected", "protected")):
                count = marks.count(name)
                if count:
                    said.append(f"▲ {count:,} changed {'file' if count == 1 else 'files'} {words}.")
            if looked.moved:
                said.append(f"▲ {looked.moved}")
        return said

    @property
    def looked(self) -> Looked | None:
        """What git has told of the selected decision."""
        raise NotImplementedError

    def action_diff(self, path: str | None = None) -> None:
        """Show what changed, line by line."""
        from tui.screens.diff import DiffScreen

        review = self.review
        if review is None:
            self._refuse("Select what to decide about first: this shows what it changed.")
            return
        if review.subject is None:
            self._refuse(review.problem)
            return
        decision = review.decision
        about = decision.assignment
        is_part = decision.kind == "paths" and about is not None
        self.app.push_screen(
            DiffScreen(
                self._plan, decision.run.id, about.id if is_part and about else None, path=path
            )
        )

    def action_open_card(self) -> None:
        """Open the card that it is about."""
        from tui.screens.card import CardScreen

        review = self.review
        about = review.decision.assignment if review is not None else None
        if about is None:
            self._refuse(
                "This is about a workflow: 1 leads to the map with its cards."
                if review is not None
                else "Select what to decide about first: this opens its card."
            )
            return
        self.app.push_screen(CardScreen(self._plan, about.assignment.card_id))

    def open_output(self, check_id: str) -> None:
        """Show all that a check printed; what was kept of it where its file has gone."""
        from tui.screens.whole_log import WholeLog
        from tui.widgets.log_pane import LogSource

        review = self.review
        found = [r for r in review.checks if r.check and r.check.id == check_id] if review else []
        if review is None or not found or found[0].check is None:
            return
        check, name = found[0].check, review.decision.name
        if check.log_path is None or not Path(check.log_path).is_file():
            self.page.toggle(check_id)
            self.status.say("Its whole output has gone: this is what was kept of it.")
            return
        source = LogSource(check.id, f"{check.check_type}, {check.status}", Path(check.log_path))
        self.app.push_screen(WholeLog(self._plan, f"{check.check_type} of {name}", [source]))

    @property
    def page(self) -> ReviewPage:
        """The page about the selected one."""
        return self.query_one(ReviewPage)

    def _asked(self, does: str) -> Review | None:
        """Return what can be decided about; say why where nothing can."""
        review = self.review
        if review is None:
            self._refuse(f"Nothing is asked: this {does} what is.")
            return None
        if review.decision.state != "waits":
            self._refuse(f"This is {STATE[review.decision.state]} already.")
            return None
        return review

    def _note_key(self, decision: Decision, word: str) -> DraftKey:
        """Return what a note is kept by until the word has counted."""
        about = f"note to {decision.name}"
        return DraftKey("run_note", (decision.id,), word, self.project_id or "", about)

    def _give(self, decision: Decision, key: DraftKey, give: Callable[[Session], str]) -> None:
        """Have one's word recorded, and go on showing what becomes of it."""
        self.given.add(decision.id)

        def told(words: str) -> None:
            self.planner_app.drafts.drop(key)
            self.status.say(words)
            self.read_again()

        self._plan.fetch(self, give, told, "giving your word")

    def _refuse(self, words: str) -> None:
        self.status.say(words, failed=True)
