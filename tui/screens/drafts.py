"""The unsaved texts: to open where they belong, or to throw away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.asks.editing import Opened, open_draft
from tui.drafts import Draft, Drafts
from tui.plan_thread import PlanThread
from tui.screens.chooser import AROUND
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.text import clip
from tui.when import when
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList

if TYPE_CHECKING:
    from tui.asks.saving import Saved
    from tui.screens.record_form import RecordForm

NONE = "Nothing is unsaved: all you typed is in the plan."
"""What is said when there is no unsaved text."""

_FIRST_WORDS = 200


class DraftList(Dialog[Draft | None]):
    """Lists the unsaved texts; the result is the one to open."""

    CSS_PATH: ClassVar = ["dialog.tcss", "drafts.tcss"]
    AUTO_FOCUS = "PickList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d,delete", "discard", "Throw away", id="drafts.discard", tooltip="Forget this text"
        ),
        Binding("escape", "close", "Close", id="drafts.close", tooltip="Back to where you were"),
    ]

    def __init__(self, drafts: Drafts) -> None:
        """List what is kept."""
        super().__init__()
        self._drafts = drafts
        self._shown: list[Draft] = []

    def compose(self) -> ComposeResult:
        """Lay the texts in a list."""
        with Vertical(classes="dialog"):
            yield Static("Unsaved texts", classes="dialog-title", markup=False)
            yield PickList()
            yield KeyLine(words={"list.open": "Open"})

    def on_mount(self) -> None:
        """Show what is known, and look for what ended boards left."""
        self._show()
        self._drafts.refresh(lambda: self.call_later(self._show))

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as high as there is room for."""
        self._fit(event.size.height)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key that throws away what is not there."""
        return bool(self._shown) if action == "discard" else True

    @on(PickList.Chosen)
    def _on_chosen(self) -> None:
        draft = self._selected
        if draft is not None:
            self.finish(draft)

    def action_discard(self) -> None:
        """Throw the selected text away, once the person is sure."""
        draft = self._selected
        if draft is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._drafts.discard(draft.name)
                self._show()

        self.app.push_screen(
            Confirm(
                "Throw this text away?",
                [draft.key.about, _words(draft), "Nothing brings it back."],
                yes="Throw away",
                no="Keep",
            ),
            answered,
        )

    def action_close(self) -> None:
        """Leave them."""
        self.finish(None)

    @property
    def _selected(self) -> Draft | None:
        key = self.query_one(PickList).selected_key
        return next((draft for draft in self._shown if draft.name == key), None)

    def _show(self) -> None:
        self._shown = self._drafts.all()
        picks = [
            Pick(draft.name, draft.key.about or draft.key.kind, when(draft.at), (_words(draft),))
            for draft in self._shown
        ]
        self.query_one(PickList).offer(picks, empty_note=NONE)
        self._fit(self.size.height)
        self.refresh_bindings()

    def _fit(self, height: int) -> None:
        room = max(1, height - AROUND)
        self.query_one(PickList).styles.height = max(1, min(2 * len(self._shown), room))


def show_drafts(screen: Screen[Any], plan: PlanThread) -> None:
    """List the unsaved texts over a screen, and open the one that is chosen."""
    drafts = cast("Drafts", getattr(screen.app, "drafts"))  # noqa: B009  (the app's own)

    def chosen(draft: Draft | None) -> None:
        if draft is not None:
            plan.fetch(screen, lambda session: open_draft(session, draft), opened)

    def opened(found: Opened) -> None:
        screen.app.push_screen(_form(plan, found), closed)

    def closed(saved: Saved | None) -> None:
        if saved is None and drafts.all():
            show_drafts(screen, plan)

    screen.app.push_screen(DraftList(drafts), chosen)


def _form(plan: PlanThread, found: Opened) -> RecordForm:
    """Return the form for a draft, which is filled in there."""
    from tui.screens.artifact_form import ArtifactForm
    from tui.screens.card_form import CardForm
    from tui.screens.planned_file_form import PlannedFileForm
    from tui.screens.record_form import RecordForm

    key = found.draft.key
    form: RecordForm
    if found.edit is not None:
        form = RecordForm(plan, found.edit)
    elif found.policy is not None:
        from tui.screens.policy_form import PolicyForm

        form = PolicyForm(plan, found.policy)
    elif key.kind == "artifact":
        form = ArtifactForm(plan, found.artifact, found.card, key.project_id)
    elif key.kind == "planned_file" and found.card is not None:
        form = PlannedFileForm(plan, found.card, found.planned, key.project_id)
    else:
        assert found.card is not None  # noqa: S101  (narrows for the type checker)
        form = CardForm(plan, found.card, key.project_id)
    form.edit = replace(form.edit, key=key)
    return form


def _words(draft: Draft) -> str:
    """Return the first words of what was typed, the changed fields first."""
    values = [v for n, v in draft.values.items() if v != draft.base.get(n) and isinstance(v, str)]
    return clip(" · ".join(values), _FIRST_WORDS) or "(emptied)"
