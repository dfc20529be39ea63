"""The keys of a log: moving about in it, following it, searching on."""

from __future__ import annotations

from textual.binding import Binding, BindingType

LOG_KEYS: list[BindingType] = [
    Binding("up,k", "move(-1)", "Up", id="output.up", tooltip="Show what is above", show=False),
    Binding(
        "down,j", "move(1)", "Down", id="output.down", tooltip="Show what is below", show=False
    ),
    Binding(
        "pageup",
        "page(-1)",
        "Page up",
        id="output.page_up",
        tooltip="Show the page above",
        show=False,
    ),
    Binding(
        "pagedown,space",
        "page(1)",
        "Page down",
        id="output.page_down",
        tooltip="Show the page below",
        show=False,
    ),
    Binding("home,g", "top", "Top", id="output.top", tooltip="Show the first line", show=False),
    Binding(
        "end,G",
        "bottom",
        "End",
        id="output.bottom",
        tooltip="Show the last line, and follow what is added",
        show=False,
    ),
    Binding(
        "f",
        "follow",
        "Follow",
        id="output.follow",
        tooltip="Stay at the end as the log grows, or stay here",
    ),
    Binding(
        "n",
        "next(1)",
        "Next match",
        id="output.next",
        tooltip="Go to the next line that holds what is searched",
        show=False,
    ),
    Binding(
        "N",
        "next(-1)",
        "Match before",
        id="output.previous",
        tooltip="Go to the line before that holds what is searched",
        show=False,
    ),
    Binding(
        "w",
        "fold",
        "Fold lines",
        id="output.fold",
        tooltip="Fold long lines, or cut them off: left and right show the rest",
        show=False,
    ),
    Binding(
        "number_sign",
        "numbers",
        "Line numbers",
        id="output.numbers",
        key_display="#",
        tooltip="Show the numbers of lines, or leave them out",
        show=False,
    ),
    Binding(
        "left",
        "sideways(-1)",
        "To the left",
        id="output.left",
        tooltip="Show what is to the left, where lines are cut off",
        show=False,
    ),
    Binding(
        "right",
        "sideways(1)",
        "To the right",
        id="output.right",
        tooltip="Show what is to the right, where lines are cut off",
        show=False,
    ),
]
