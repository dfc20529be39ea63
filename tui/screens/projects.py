"""The projects of the plan: going to one, making, renaming, describing and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from planner.projects import ProjectFace
from store.records import Project
from tui.asks.projects import read_project, read_projects
from tui.glyphs import FINALIZED, READY
from tui.keys import key_now
from tui.plan_thread import PlanThread
from tui.screens.ask_text import AskText
from tui.screens.chooser import AROUND
from tui.screens.dialog import Dialog
from tui.session import BoardRead, Failed
from tui.text import visible_lines
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList, QueryLine

if TYPE_CHECKING:
    from tui.app import PlannerApp
    from tui.asks.saving import NotSaved, Saved

NONE_YET = "There is no project yet: {} makes one."
TAKEN = "There is a project of this name already."


@dataclass(frozen=True, slots=True)
class NewProject:
    """Make a project of this name."""

    name: str


class Projects(Dialog[None]):
    """The projects, each with how much it holds. It stays open while one works in it."""

    CSS_PATH: ClassVar = ["dialog.tcss", "projects.tcss"]
    AUTO_FOCUS = "PickList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="projects.new", tooltip="Make a project and go to it"),
        Binding("R", "rename", "Rename", id="projects.rename", tooltip="Rename the project"),
        Binding(
            "i",
            "describe",
            "Describe",
            id="projects.describe",
            tooltip="Say what the project is about",
        ),
        Binding(
            "P",
            "policy",
            "Policy",
            id="projects.policy",
            tooltip="Connect its repository; say which checks must pass and which files may change",
        ),
        Binding(
            "d",
            "delete",
            "Delete",
            id="projects.delete",
            tooltip="Delete the project for good, once its name is typed",
        ),
        Binding(
            "escape",
            "close",
            "Close",
            id="projects.close",
            tooltip="Show all projects again; back to the map",
        ),
        Binding(
            "slash",
            "narrow",
            "Narrow",
            id="projects.narrow",
            key_display="/",
            tooltip="Show only the projects whose name holds what is typed",
        ),
    ]

    def __init__(
        self, plan: PlanThread, faces: Sequence[ProjectFace], current_id: str | None
    ) -> None:
        """Offer projects.

        Args:
            plan: Where they are changed.
            faces: The projects, in the order to show them.
            current_id: The one that is open.
        """
        super().__init__()
        self._plan = plan
        self._faces = list(faces)
        self._current_id = current_id

    def compose(self) -> ComposeResult:
        """Lay the projects in a list."""
        with Vertical(classes="dialog"):
            yield Static("Projects", classes="dialog-title", markup=False)
            yield QueryLine("Type to narrow the projects")
            yield PickList()
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            yield KeyLine(words={"list.open": "Open"})

    def on_mount(self) -> None:
        """Show the projects and begin to hear of the plan."""
        self._app.hear(self)
        self._show()

    def on_unmount(self) -> None:
        """Hear no more."""
        self._app.unhear(self)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as high as there is room for."""
        self._fit()

    @property
    def _app(self) -> PlannerApp:
        return cast("PlannerApp", self.app)

    @property
    def picks(self) -> PickList:
        """The list."""
        return self.query_one(PickList)

    @property
    def _face(self) -> ProjectFace | None:
        """The selected project."""
        return next((f for f in self._faces if f.id == self.picks.selected_key), None)

    # What comes from the plan

    def on_board_read(self, message: BoardRead) -> None:
        """Read the projects again: one of them has changed, here or elsewhere."""
        self._current_id = message.board.project.id
        self._read()

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done."""
        self._refuse(message.reason)

    def _read(self) -> None:
        self._plan.fetch_latest(self, "projects", read_projects, self._take)

    def _take(self, faces: list[ProjectFace]) -> None:
        self._faces = faces
        self._show()

    def _show(self) -> None:
        picks = [_pick(face, self._current_id) for face in self._faces]
        self.picks.offer(picks, empty_note=NONE_YET.format(key_now(self.app, "projects.new", "n")))
        self.query_one(QueryLine).show(self.picks)
        self._fit()

    def _fit(self) -> None:
        room = max(1, self.size.height - AROUND)
        lines = sum(1 + len(pick.notes) for pick in self.picks.all)
        self.picks.styles.height = max(1, min(lines, room))

    # What the keys do

    @on(PickList.Chosen)
    def _on_chosen(self) -> None:
        face = self._face
        if face is not None:
            self.finish(None)
            if face.id != self._current_id:
                self._plan.ask(lambda session: session.open_project(face.id), "opening a project")

    def action_new(self) -> None:
        """Make a project, once it has a name, and go to it."""

        def named(name: str | None) -> None:
            if name is not None:
                self.finish(None)
                self._plan.ask(lambda session: session.create_project(name))

        self.app.push_screen(
            AskText("New project", placeholder="Its name", yes="Make it", refuse=self._taken()),
            named,
        )

    def action_rename(self) -> None:
        """Rename the selected project."""
        self._fetch(self._rename)

    def _rename(self, project: Project) -> None:
        from tui.edits import title_edit
        from tui.screens.saving import save_typed

        def named(name: str | None) -> None:
            if name is not None and name != project.name:
                edit = title_edit(project, project.id)
                save_typed(self, self._plan, edit, {"name": name}, self._saved)

        refuse = self._taken(project.name)
        self.app.push_screen(
            AskText("Rename the project", value=project.name, refuse=refuse), named
        )

    def action_describe(self) -> None:
        """Describe the selected project."""
        self._fetch(self._describe)

    def _describe(self, project: Project) -> None:
        from tui.screens.describe import DescribeForm

        self.app.push_screen(DescribeForm(self._plan, project, project.id), lambda _: self._read())

    def action_policy(self) -> None:
        """Edit what the selected project's runs are held to."""
        from tui.screens.policy_form import edit_policy

        face = self._face
        if face is not None:
            edit_policy(self, self._plan, face.id, lambda _words: self._read())
            self._app.keep_keys(self.picks, lambda: self.app.screen is not self)

    def action_delete(self) -> None:
        """Delete the selected project, once its name was typed."""
        from tui.screens.delete_project import DeleteProject

        self.query_one("#refusal").remove_class("-shown")
        face = self._face
        if face is None:
            return

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            if len(self._faces) == 1:
                self.finish(None)  # what comes next is a start, not a list
            self._plan.ask(
                lambda session: session.delete_project(face.id), f"deleting “{face.name}”"
            )

        self.app.push_screen(DeleteProject(face), answered)

    def action_narrow(self) -> None:
        """Type what the names to show must hold."""
        self.query_one(QueryLine).add_class("-shown")
        self.picks.type_into(True)

    def action_close(self) -> None:
        """Show all projects again; then go back to the map."""
        if self.picks.types:
            self.query_one(QueryLine).remove_class("-shown")
            self.picks.type_into(False)
        else:
            self.finish(None)

    @on(PickList.Narrowed)
    def _on_narrowed(self) -> None:
        self.query_one(QueryLine).show(self.picks)

    def _fetch(self, then: Callable[[Project], None]) -> None:
        """Read the selected project as it is now."""
        self.query_one("#refusal").remove_class("-shown")
        face = self._face
        if face is not None:
            self._plan.fetch(self, lambda session: read_project(session, face.id), then)
            self._app.keep_keys(self.picks, lambda: self.app.screen is not self)

    def _saved(self, answer: Saved | NotSaved) -> None:
        reason = getattr(answer, "reason", "")
        if reason:
            self._refuse(reason)
        else:
            self._read()

    def _taken(self, but: str = "") -> Callable[[str], str | None]:
        """Return what says that a name is taken by another project."""
        names = {face.name for face in self._faces} - {but}
        return lambda name: TAKEN if name in names else None

    def _refuse(self, words: str) -> None:
        shown = self.query_one("#refusal", Static)
        shown.update(Content(f"✗ {visible_lines(words)}"))
        shown.add_class("-shown")


def counts_in_words(face: ProjectFace) -> list[str]:
    """Return what a project holds: its parts, and then how far its cards are."""
    far = [
        _count(face.open_questions, "open question", "open questions")
        if face.open_questions
        else "",
        f"{READY} {face.ready:,} ready" if face.ready else "",
        f"{FINALIZED} {face.finalized:,} finalized" if face.finalized else "",
    ]
    parts = (
        _count(face.workflows, "workflow", "workflows"),
        _count(face.activities, "activity", "activities"),
        _count(face.cards, "card", "cards"),
    )
    return [" · ".join(parts), *filter(None, [" · ".join(filter(None, far))])]


def _pick(face: ProjectFace, current_id: str | None) -> Pick:
    notes = counts_in_words(face)
    if face.description and face.description.strip():
        notes.append(face.description.strip().splitlines()[0])
    here = face.id == current_id
    aside = "open now" if here else ""
    return Pick(face.id, face.name, aside=aside, notes=tuple(notes), here=here)


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
