"""What the run pane's keys do to the selected run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from store.records import BuildState, RunScope, WaitsFor
from tui.asks import runs as asks
from tui.asks.runs import read_first_question
from tui.run_rows import RunRow
from tui.screens.panes import Panes
from tui.screens.project_screen import ProjectScreen
from tui.session import Session

_OVER = (BuildState.COMPLETED, BuildState.CANCELLED)


class RunActs(Panes, ProjectScreen):
    """The part of the run pane that does something about runs."""

    @property
    def row(self) -> RunRow | None:
        """What is selected."""
        raise NotImplementedError

    def _wanted_row(self) -> RunRow | None:
        """Return what is selected; say that it takes a run where nothing is."""
        row = self.row
        if row is None:
            self.status.say("There is no run to do this with.", failed=True)
        return row

    def _do(self, act: Callable[[Session], object], what: str, done: str = "") -> None:
        """Have something done to a run, and show what came of it everywhere."""

        def job(session: Session) -> object:
            found = act(session)
            session.reload()
            return found

        def then(found: object) -> None:
            words = [str(one) for one in found] if isinstance(found, Sequence) else []
            said = " · ".join(words) or done
            self.status.say(said)
            if not self.status.shows_all:
                self.toast(said)

        self._plan.fetch(self, job, then, what)

    # Going on, ending

    def action_resume(self) -> None:
        """Let the agent go on."""
        row = self._wanted_row()
        if row is None:
            return
        if row.waits_for is WaitsFor.APPROVAL and row.status is BuildState.BLOCKED:
            go = self._key("screen.approvals", "3")
            self.status.say(f"It waits for your approval: {go} leads there.", failed=True)
        elif row.run.run.status is BuildState.COMPLETED:
            self.status.say("It is completed: there is nothing to resume.", failed=True)
        elif row.waits_for is WaitsFor.ANSWERS and row.assignment is not None:
            assignment_id = row.assignment.id
            self._plan.fetch(
                self,
                lambda session: asks.count_unanswered(session, assignment_id),
                partial(self._resume_answered, row),
            )
        else:
            self._ask_note(row)

    def _resume_answered(self, row: RunRow, still_open: int) -> None:
        if still_open:
            many = "A question is" if still_open == 1 else f"{still_open} questions are"
            self.status.say(f"{many} still open: enter leads there.", failed=True)
        else:
            self._ask_note(row)

    def _ask_note(self, row: RunRow) -> None:
        from tui.screens.ask_text import AskText

        def given(note: str | None) -> None:
            if note is not None:
                run_id, own = row.run.id, row.assignment if row.is_part else None
                cards = [own.assignment.card_id] if own is not None else []
                self._do(
                    lambda session: asks.resume(session, run_id, note or None, cards),
                    "resuming",
                    f"{row.name} goes on",
                )

        self.app.push_screen(
            AskText(
                f"Let the agent go on with {row.name}?",
                placeholder="A note for it, if there is something to say",
                yes="Resume",
                one_line=False,
                optional=True,
            ),
            given,
        )

    def action_cancel(self) -> None:
        """End the run, once the person agreed."""
        from tui.screens.confirm import Confirm

        row = self._wanted_row()
        if row is None:
            return
        run = row.run
        if run.run.status in _OVER:
            self.status.say(f"It is {run.run.status} already.", failed=True)
            return
        details = [
            "Its agent, and all that it started, is ended.",
            "What it did stays where it is.",
        ]
        if row.is_part:
            details.insert(0, f"All of “{run.title}” is cancelled, not this card alone.")

        def answered(yes: bool | None) -> None:
            if yes:
                run_id = run.id
                self._do(
                    lambda session: asks.cancel(session, run_id),
                    "cancelling",
                    "It is being cancelled",
                )

        name = RunRow(run, run.assignments[0] if run.assignments else None).name
        self.app.push_screen(Confirm(f"Cancel the run of {name}?", details, "Cancel it"), answered)

    def action_clean(self) -> None:
        """Remove worktrees, once the person has seen which."""
        from tui.screens.confirm import Confirm

        row = self._wanted_row()
        if row is None:
            return
        if row.run.is_open:
            cancel = self._key("runs.cancel", "c")
            self.status.say(f"It is not over: {cancel} cancels it first.", failed=True)
            return
        folders = [path for path in folders_of(RunRow(row.run, None)) if path.is_dir()]
        if not folders:
            self.status.say("There is no worktree left to remove.")
            return
        details = [
            *(str(folder) for folder in folders),
            "Its branches stay. What is on none of them is kept under refs/planner/rescue first, "
            "and you are told where.",
        ]
        many = "its worktree" if len(folders) == 1 else f"{len(folders)} worktrees"

        def answered(yes: bool | None) -> None:
            if yes:
                run_id = row.run.id
                self._do(
                    lambda session: asks.clean(session, run_id), "removing worktrees", "Removed"
                )

        self.app.push_screen(Confirm(f"Remove {many} of {row.name}?", details, "Remove"), answered)

    # Deciding about files

    def action_accept(self) -> None:
        """Accept the files that nobody planned."""
        self._decide(accept=True)

    def action_send_back(self) -> None:
        """Send it back with a note."""
        self._decide(accept=False)

    def _decide(self, *, accept: bool) -> None:
        from tui.screens.ask_text import AskText

        row = self._wanted_row()
        if row is None:
            return
        parts = [row.assignment] if row.assignment is not None else row.run.assignments
        waiting = [part for part in parts if part.assignment.waits_for is WaitsFor.DECISION]
        if not waiting:
            self.status.say("It waits for no decision about files.", failed=True)
            return
        assignment_id = waiting[0].id
        if accept:
            self._do(
                lambda session: asks.decide(session, assignment_id, True, None),
                "accepting",
                "Accepted: the checks come next",
            )
            return

        def given(note: str | None) -> None:
            if note:
                self._do(
                    lambda session: asks.decide(session, assignment_id, False, note),
                    "sending back",
                    "Sent back to the agent",
                )

        self.app.push_screen(
            AskText(
                "What is the agent to do instead?",
                placeholder="Leave the tests alone; …",
                yes="Send back",
                one_line=False,
            ),
            given,
        )

    # Where it leads

    def action_diff(self) -> None:
        """Show what it changes."""
        from tui.screens.diff import DiffScreen

        row = self._wanted_row()
        if row is None:
            return
        own = row.assignment.id if row.assignment is not None else None
        self.app.push_screen(DiffScreen(self._plan, row.run.id, own))

    def action_card(self) -> None:
        """Open the card."""
        row = self._wanted_row()
        if row is None:
            return
        if row.assignment is None:
            self.status.say("Select one of its cards first.", failed=True)
        else:
            self.open_card(row.assignment.assignment.card_id)

    def open_card(self, card_id: str, item: str | None = None) -> None:
        """Show a card on a screen of its own, something of what it holds selected."""
        from tui.screens.card import CardScreen

        self._plan.fetch(
            self,
            lambda session: session.board,
            lambda board: self.app.push_screen(
                CardScreen(self._plan, card_id, board=board, item=item)
            ),
        )

    def open_question(self, card_id: str) -> None:
        """Show a card at its first question that is open."""
        self._plan.fetch(
            self,
            lambda session: read_first_question(session, card_id),
            partial(self.open_card, card_id),
        )

    def action_shell(self) -> None:
        """Open a shell in the worktree."""
        from tui.outside import open_shell

        self._in_worktree(lambda folder: open_shell(self.app, folder))

    def action_editor(self) -> None:
        """Open the worktree in the person's editor."""
        from tui.outside import open_folder

        editor = self.planner_app.config.editor
        self._in_worktree(lambda folder: open_folder(self.app, folder, editor))

    def _in_worktree(self, opens: Callable[[Path], str]) -> None:
        row = self._wanted_row()
        if row is None:
            return
        folders = folders_of(row)
        if not folders:
            self.status.say(
                "Select one of its cards first: each has its own worktree.", failed=True
            )
            return
        problem = opens(folders[0])
        if problem:
            self.status.say(problem, failed=True)
            if not self.status.shows_all:
                self.toast(problem, failed=True)


def folders_of(row: RunRow) -> list[Path]:
    """Return the worktrees of what is selected; of a workflow's run all of them."""
    run = row.run
    parts = [row.assignment] if row.assignment is not None else run.assignments
    folders = [
        Path(part.assignment.worktree_path) for part in parts if part.assignment.worktree_path
    ]
    if row.assignment is None and run.run.scope is RunScope.WORKFLOW and run.run.worktree_root:
        folders.insert(0, Path(run.run.worktree_root) / "integration")
    return folders
