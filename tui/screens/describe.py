"""Describing a workflow, an activity or a project: one text of many lines."""

from __future__ import annotations

from typing import ClassVar

from store.records import Project, Workflow, WorkflowActivity
from tui.edits import description_edit
from tui.plan_thread import PlanThread
from tui.screens.record_form import RecordForm
from tui.text import clip

_MOST_CELLS = 50


class DescribeForm(RecordForm):
    """Edits a description; nothing is lost when it is left."""

    CSS_PATH: ClassVar = ["dialog.tcss", "record_form.tcss", "describe.tcss"]

    def __init__(
        self, plan: PlanThread, row: Workflow | WorkflowActivity | Project, project_id: str
    ) -> None:
        """Describe ``row`` of a project."""
        super().__init__(plan, description_edit(row, project_id))
        self._described = row.name if isinstance(row, Project) else row.title

    def heading(self) -> tuple[str, str]:
        """Return what stands on the frame."""
        what = self.edit.what.partition(" of the ")[2].capitalize()
        return f"{what} “{clip(self._described, _MOST_CELLS)}”", ""
