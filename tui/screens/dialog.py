"""What every dialog has in common."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT], Generic[ResultT]):
    """A box in the middle of the screen that gives one result.

    Its look is in ``dialog.tcss``, which each dialog names in its ``CSS_PATH``.
    """

    DEFAULT_CLASSES = "dialog-screen"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1",
            "app.help",
            "Help",
            id="dialog.help",
            tooltip="Every key of this dialog, searchable; f1 also while typing",
        ),
    ]

    def finish(self, result: ResultT) -> None:
        """Close with a result.

        A second key or click that was on its way already does nothing: dismissing a screen
        that is no longer on top would close the one below.
        """
        if self.is_active:
            self.dismiss(result)
