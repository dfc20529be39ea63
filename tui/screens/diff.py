"""The diff: what an assignment, or a whole run, changed; its files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from planner.runs.diffs import DiffFile
from planner.runs.review import Compared, Subject, compare
from tui.asks.diffs import in_words, read_subject
from tui.diff_rows import Comments
from tui.diff_text import DiffText, place_comments
from tui.plan_thread import PlanThread
from tui.screens.diff_base import same_work
from tui.screens.diff_comments import DiffComments
from tui.screens.diff_keys import DIFF_KEYS
from tui.screens.diff_reading import DiffReading
from tui.screens.diff_search import DiffSearch
from tui.widgets.diff_head import DiffHead
from tui.widgets.diff_tree import DiffTree
from tui.widgets.diff_view import DiffView
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

NARROW, BROAD = 100, 150
"""Cells up to which files and diff are shown one at a time, and from which files get more room."""


class _View(DiffView, KeysInOrder):
    """A diff on whose screen comments are typed: no letter of them is a key."""


class _Tree(DiffTree, KeysInOrder):
    """Files on whose screen comments are typed."""


class DiffScreen(DiffReading, DiffComments, DiffSearch):
    """A tree of the files that changed, and the selected one's diff."""

    CSS_PATH: ClassVar = ["diff.tcss"]
    AUTO_FOCUS = "DiffView"
    BINDINGS: ClassVar[list[BindingType]] = DIFF_KEYS

    @dataclass
    class Read(Message):
        """Git has told what changed, or why it can't."""

        subject: Subject
        compared: Compared | None
        problem: str = ""

    def __init__(
        self,
        plan: PlanThread,
        run_id: str,
        assignment_id: str | None = None,
        *,
        path: str | None = None,
    ) -> None:
        """Show what changed.

        Args:
            plan: The plan's thread.
            run_id: The run.
            assignment_id: The assignment whose work it is; None for that of the whole run.
            path: The file to show first.
        """
        super().__init__(plan)
        self._run_id, self._assignment_id, self._path = run_id, assignment_id, path
        self.forget_texts()

    def compose(self) -> ComposeResult:
        """Lay the files beside the diff."""
        with Horizontal(id="diff"):
            yield _Tree(id="files")
            with Vertical(id="file"):
                yield DiffHead(id="head")
                yield _View(id="lines")
        yield FilterLine(id="filter")
        yield StatusLine(id="status")
        yield KeyLine(words={"list.open": "Show"}, id="keys")

    def on_mount(self) -> None:
        """Say what is going on."""
        self.head.say("Reading what changed …")

    def on_resize(self, event: events.Resize) -> None:
        """Show files and diff one at a time where there is no room for both."""
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.width >= BROAD, "-broad")

    @property
    def head(self) -> DiffHead:
        """The line about the file that is shown."""
        return self.query_one(DiffHead)

    # What is read

    def read_again(self) -> None:
        """Read what is to be compared, and what was said about it."""
        run_id, assignment_id = self._run_id, self._assignment_id
        self._plan.fetch_latest(
            self,
            "diff",
            lambda session: (
                session.project_id,
                session.board.project.name if session.board else "",
                read_subject(session, run_id, assignment_id),
            ),
            self._take_subject,
        )

    def _take_subject(self, found: tuple[str, str, Subject]) -> None:
        project_id, project_name, subject = found
        if self.project_id not in (None, project_id):
            return
        self.project_id = project_id
        was, self.subject = self.subject, subject
        self.status.show_project(project_name, f"changes of {subject.name}")
        if was is not None and same_work(was, subject) and self.compared is not None:
            self.show_comments()
            return
        self.run_worker(partial(self._compare, subject), thread=True, group="diff", exclusive=True)

    def _compare(self, subject: Subject) -> None:
        """Have git tell what changed, on a thread of its own."""
        try:
            self.post_message(self.Read(subject, compare(subject)))
        except Exception as error:
            # The board must outlive a mistake of ours.
            self.post_message(self.Read(subject, None, in_words(error)))

    @on(Read)
    def _on_read(self, message: Read) -> None:
        if self.subject is None or not same_work(message.subject, self.subject):
            return  # something newer is on its way
        if message.compared is None:
            self.head.say("What changed can't be told.")
            self.lines.show(None, Comments({}), [message.problem])
            self.status.say(message.problem, failed=True)
            return
        shown = self.file.path if self.file is not None else self._path
        self.compared = message.compared
        self.forget_texts()
        files = message.compared.diff.files
        self.file_tree.show_files(files, message.compared.standing, self._counts())
        if not files:
            self.lines.show(None, Comments({}))
            self.head.say("Nothing was changed.")
            return
        at = next(
            (n for n, file in enumerate(files) if file.path == shown), self.file_tree.order[0]
        )
        self.show_file(at)

    # What is shown

    @property
    def file(self) -> DiffFile | None:
        """The file that is shown."""
        return self.lines.text.file if self.lines.text is not None else None

    def show_file(self, number: int) -> None:
        """Show a file by its number."""
        self.number = number
        text = self.text_of(number)
        self.file_tree.go_to(number)
        self.lines.show(text, self._comments_on(text), notes_on(text.file))
        assert self.compared is not None  # noqa: S101  (narrows for the type checker)
        place = f"{self.file_tree.order.index(number) + 1}/{len(self.file_tree.order)}"
        self.head.show(text.file, place, self.compared.standing.get(text.file.path, ""))
        self.read_more(number)

    def show_again(self) -> None:
        """Show what is known by now of the file that is shown."""
        text = self.text_of(self.number)
        self.lines.show(text, self._comments_on(text), notes_on(text.file))
        self.search_again()

    def show_comments(self) -> None:
        """Show what is said by now about the file that is shown."""
        if self.compared is None or not self.compared.diff.files:
            return
        self.file_tree.show_files(self.compared.diff.files, self.compared.standing, self._counts())
        self.show_again()

    def _comments_on(self, text: DiffText) -> Comments:
        assert self.subject is not None  # noqa: S101  (narrows for the type checker)
        paths = {text.file.path, text.file.old_path}
        said = [comment for comment in self.subject.comments if comment.path in paths]
        placed, lost = place_comments(text, said, self.subject.head)
        return Comments(placed, lost, self.subject.turns)

    def _counts(self) -> Mapping[str, int]:
        files = self.compared.diff.files if self.compared is not None else ()
        names = {file.old_path: file.path for file in files if file.old_path is not None}
        found: dict[str, int] = {}
        for comment in self.subject.comments if self.subject is not None else ():
            path = names.get(comment.path, comment.path)
            found[path] = found.get(path, 0) + 1
        return found

    # What the keys do

    @on(RowList.Highlighted)
    def _on_highlighted(self) -> None:
        number = self.file_tree.file
        if number is not None and self.file_tree.has_focus and number != self.number:
            self.show_file(number)

    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        if self.file_tree.file is None:
            self.file_tree.action_fold()
        else:
            self.show_file(self.file_tree.file)
            self._go_to_pane(is_tree=False)

    @on(DiffView.Ended)
    def _on_ended(self) -> None:
        self.action_file(1)

    def action_file(self, by: int) -> None:
        """Show the next file, or the one before."""
        order = self.file_tree.order
        if not order:
            return
        at = order.index(self.number) + by
        if 0 <= at < len(order):
            self.show_file(order[at])
        else:
            self.status.say("This is the last file." if by > 0 else "This is the first file.")

    def action_hunk(self, by: int) -> None:
        """Go to the next change, or the one before: in another file after the last."""
        if self.lines.needle:
            self.go_match(by)
            return
        if self.compared is None or self.lines.go_hunk(by):
            return
        order = self.file_tree.order
        at = order.index(self.number) + by if order else -1
        if 0 <= at < len(order):
            self.show_file(order[at])
            self.lines.go_edge_hunk(by)
        else:
            self.status.say("This is the last change." if by > 0 else "This is the first change.")

    def action_other_pane(self) -> None:
        """Go from the diff to the files, or back."""
        self._go_to_pane(is_tree=not self.file_tree.has_focus)

    def _go_to_pane(self, *, is_tree: bool) -> None:
        self.set_class(is_tree, "-tree")
        self.set_focus(self.file_tree if is_tree else self.lines)

    def action_side_by_side(self) -> None:
        """Show what was beside what is, or one below the other."""
        self.lines.split(not self.lines.is_split)

    def action_back(self) -> None:
        """End the search; then go back."""
        if not self.end_search():
            super().action_back()


def notes_on(file: DiffFile) -> list[str]:
    """Say of a file as a whole what no line of it tells."""
    notes: list[str] = []
    if file.old_path is not None and file.old_path != file.path:
        was = "copied from" if file.change == "copied" else "renamed from"
        notes.append(f"It was {was} {file.old_path}.")
    kinds = [KINDS.get(mode, f"a thing of mode {mode}") for mode in (file.old_mode, file.new_mode)]
    if file.change == "added" and file.new_mode != PLAIN:
        notes.append(f"It is {kinds[1]}.")
    elif file.change == "deleted" and file.old_mode != PLAIN:
        notes.append(f"It was {kinds[0]}.")
    elif kinds[0] != kinds[1] and file.change not in ("added", "deleted"):
        notes.append(f"It was {kinds[0]}, and is {kinds[1]} now.")
    elif file.is_link or file.is_submodule:
        notes.append(f"It is {kinds[1]}.")
    if file.is_link:
        notes.append("A line below is where the link leads to, not what stands there.")
    if file.is_submodule:
        notes.append("A line below is the commit of the other repository.")
    if file.is_binary:
        notes.append("It is binary or too big: there are no lines to show.")
    elif not file.lines and not file.is_cut:
        notes.append("No line of it changed.")
    elif not file.lines:
        notes.append("Reading its lines …")
    return notes


PLAIN = "100644"
"""How git writes that a path is an ordinary file."""

KINDS = {
    PLAIN: "an ordinary file",
    "100755": "a file that can be run",
    "120000": "a symlink",
    "160000": "another repository, a submodule",
}
"""What git's modes mean."""
