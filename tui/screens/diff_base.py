"""What the parts of the diff screen share."""

from __future__ import annotations

from planner.runs.review import Compared, Subject
from tui.diff_text import DiffText
from tui.plan_thread import PlanThread
from tui.screens.project_screen import ProjectScreen
from tui.widgets.diff_tree import DiffTree
from tui.widgets.diff_view import DiffView


class DiffBase(ProjectScreen):
    """A screen that shows a diff, a file at a time."""

    def __init__(self, plan: PlanThread) -> None:
        """Show a diff of the project that is open on ``plan``."""
        super().__init__(plan)
        self.subject: Subject | None = None
        """What is compared."""
        self.compared: Compared | None = None
        """What changed, once git has told."""
        self.number = 0
        """The number of the file that is shown."""

    @property
    def lines(self) -> DiffView:
        """The diff of the file that is shown."""
        return self.query_one(DiffView)

    @property
    def file_tree(self) -> DiffTree:
        """The files."""
        return self.query_one(DiffTree)

    def text_of(self, number: int) -> DiffText:
        """Return a file with what is found out about its lines, by its number."""
        raise NotImplementedError

    def show_file(self, number: int) -> None:
        """Show a file by its number."""
        raise NotImplementedError

    def show_again(self) -> None:
        """Show what is known by now of the file that is shown."""
        raise NotImplementedError

    def search_again(self) -> None:
        """Find anew what is searched for: lines have come or gone."""


def same_work(was: Subject, now: Subject) -> bool:
    """Say whether two subjects are compared alike: only what was said may differ."""
    return (was.base, was.head, was.accepted) == (now.base, now.head, now.accepted)
