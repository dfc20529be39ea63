"""The keys of a card, the same beside the map and on a screen of its own.

Each has an id, a word for the key line and a sentence for help. What begins with ``screen.``
is up to the screen the card is on; the rest is done by the view itself.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.widgets.card_rows import SECTIONS


def _key(
    keys: str,
    action: str,
    words: str,
    name: str,
    tooltip: str,
    show: bool = False,
    display: str | None = None,
) -> Binding:
    return Binding(keys, action, words, show, display, tooltip=tooltip, id=f"card_view.{name}")


CARD_KEYS: list[BindingType] = [
    _key("n", "screen.card_add", "Add", "add", "Add to this section"),
    _key(
        "enter,e",
        "screen.card_edit",
        "Edit",
        "edit",
        "Edit what is selected where it stands; on a section, add to it",
        show=True,
    ),
    _key(
        "a",
        "screen.card_status_of('approved')",
        "Approve",
        "approve",
        "Approve what is selected; again makes it a draft",
    ),
    _key(
        "x",
        "screen.card_status_of('rejected')",
        "Reject",
        "reject",
        "Reject what is selected; again makes it a draft",
    ),
    _key(
        "d",
        "screen.card_delete",
        "Delete",
        "delete",
        "Delete what is selected; a context artifact is only taken off this card",
    ),
    _key("A", "screen.card_answer", "Answer", "answer", "Answer the question"),
    _key(
        "K",
        "screen.card_know",
        "Know",
        "know",
        "Make the question's answer a known fact",
    ),
    _key(
        "f",
        "screen.card_finalize",
        "Finalize",
        "finalize",
        "Say that the card may be built, or take that back",
        show=True,
    ),
    _key("b", "screen.card_build", "Build", "build", "Let the agent build the card", show=True),
    _key(
        "r", "screen.card_run", "Run", "run", "Go to the run that builds the card, or built it last"
    ),
    _key("u", "screen.undo", "Undo", "undo", "Take back the latest change", show=True),
    _key("ctrl+r", "screen.redo", "Redo", "redo", "Bring back what was undone"),
    _key("s", "screen.card_status(1)", "Status", "status", "Give the card its next status"),
    _key("S", "screen.card_status(-1)", "Status back", "status_back", "Give it the status before"),
    _key(
        "plus,equals_sign",
        "screen.card_priority(1)",
        "Priority",
        "priority_up",
        "Make the card more urgent",
        display="+",
    ),
    _key(
        "minus",
        "screen.card_priority(-1)",
        "Less urgent",
        "priority_down",
        "Make the card less urgent",
        display="-",
    ),
    _key("shift+up", "screen.card_reorder(-1)", "Move up", "move_up", "Move what is selected up"),
    _key(
        "shift+down",
        "screen.card_reorder(1)",
        "Move down",
        "move_down",
        "Move what is selected down",
    ),
    _key("l", "screen.card_link", "Link", "link", "Link a context artifact that is there already"),
    _key(
        "w",
        "screen.card_where",
        "Used by",
        "where",
        "Show which cards use the context artifact, and go to one",
    ),
    _key(
        "D",
        "screen.card_delete_artifact",
        "Delete everywhere",
        "delete_everywhere",
        "Delete the context artifact, for every card that uses it",
    ),
    _key(
        "ctrl+e",
        "screen.card_edit_outside",
        "Editor",
        "edit_outside",
        "Edit the selected text in $VISUAL or $EDITOR",
    ),
    _key("t", "tree", "Tree", "tree", "Show planned files as a tree, or as a list again"),
    _key("up,k", "step(-1)", "Up", "up", "Select what is above"),
    _key("down,j", "step(1)", "Down", "down", "Select what is below"),
    _key("pageup", "page(-1)", "Page up", "page_up", "Go up by what is in view"),
    _key("pagedown", "page(1)", "Page down", "page_down", "Go down by what is in view"),
    _key("home,g", "end(-1)", "First", "first", "Go to the title"),
    _key("end,G", "end(1)", "Last", "last", "Go to the end of the card"),
    _key(
        "left_square_bracket",
        "section(-1)",
        "Section before",
        "section_before",
        "Go to the section before",
        display="[",
    ),
    _key(
        "right_square_bracket",
        "section(1)",
        "Next section",
        "section_next",
        "Go to the next section",
        display="]",
    ),
    *(
        _key(str(number), f"jump('{section}')", heading, section, f"Go to {heading.lower()}")
        for number, (section, heading) in enumerate(SECTIONS.items(), start=1)
    ),
    _key(
        "tab",
        "screen.card_tab(1)",
        "On",
        "tab",
        "Go to the next section; beside the map, back to the map",
    ),
    _key(
        "shift+tab",
        "screen.card_tab(-1)",
        "Back",
        "tab_back",
        "Go to the section before; beside the map, back to the map",
    ),
    _key("escape,backspace", "screen.card_leave", "Map", "leave", "Go back to the map", show=True),
]

_ALWAYS = ("card_view.finalize", "card_view.build", "card_view.undo", "card_view.leave")


def _first(*names: str) -> tuple[str, ...]:
    return (*(f"card_view.{name}" for name in names), *_ALWAYS)


FIRST_KEYS: dict[str, tuple[str, ...]] = {
    "card": _first("edit", "status", "priority_up", "section_next"),
    "section": _first("add", "section_next"),
    "knowledge": _first("edit", "add", "approve", "reject", "delete"),
    "question": _first("answer", "know", "edit", "add", "delete", "approve", "reject"),
    "planned_file": _first("edit", "approve", "delete", "add", "tree"),
    "artifact": _first("edit", "link", "delete", "where", "add", "delete_everywhere"),
}
"""The keys to show first, by what is selected."""
