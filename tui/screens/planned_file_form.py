"""Editing a planned file: its name, what is to be done to it, and what for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from store.records import Card, CardPlannedFile, PlannedFileAction, PlannedFileKind
from tui.edits import planned_file_edit
from tui.plan_thread import PlanThread
from tui.screens.record_form import RecordForm
from tui.widgets.choice import EnumChoice


class PlannedFileForm(RecordForm):
    """Edits a planned file of a card, or writes a new one."""

    def __init__(
        self,
        plan: PlanThread,
        card: Card,
        planned: CardPlannedFile | None = None,
        project_id: str = "",
    ) -> None:
        """Edit a planned file.

        Args:
            plan: Where it is saved.
            card: The card that plans it.
            planned: The planned file as it is now; a new one when None.
            project_id: The project it is in.
        """
        super().__init__(plan, planned_file_edit(planned, card, project_id))
        self._planned = planned

    def rows(self) -> Iterable[Widget]:
        """Yield the name, what is done to it, its kind, the module and the longer texts."""
        name, module, intent, contract = self.edit.fields
        planned = self._planned
        yield self.area(name)
        yield EnumChoice(
            "Action",
            PlannedFileAction,
            planned.action if planned else PlannedFileAction.CREATE,
            id="action_field",
        )
        yield EnumChoice(
            "Kind",
            PlannedFileKind,
            planned.artifact_kind if planned else PlannedFileKind.COMPONENT,
            id="artifact_kind_field",
        )
        yield self.area(module)
        yield self.area(intent)
        yield self.area(contract)

    def choices(self) -> dict[str, Any]:
        """Return the action and the kind."""
        return {name: self._choice(name).value for name in ("action", "artifact_kind")}

    def choose(self, values: dict[str, Any]) -> None:
        """Set the action and the kind."""
        for name in ("action", "artifact_kind"):
            self._choice(name).take(values.get(name))

    def _choice(self, name: str) -> EnumChoice[Any]:
        return self.query_one(f"#{name}_field", EnumChoice)
