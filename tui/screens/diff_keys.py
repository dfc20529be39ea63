"""The keys of the diff screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

DIFF_KEYS: list[BindingType] = [
    Binding(
        "n,right_square_bracket",
        "hunk(1)",
        "Next change",
        id="diff.next",
        tooltip="Go to the next change, in the next file after the last; n goes to what is searched for",
    ),
    Binding(
        "p,left_square_bracket",
        "hunk(-1)",
        "Change before",
        id="diff.before",
        tooltip="Go to the change before; p goes to what is searched for",
        show=False,
    ),
    Binding(
        "J,shift+down",
        "file(1)",
        "Next file",
        id="diff.next_file",
        tooltip="Show the next file",
    ),
    Binding(
        "K,shift+up",
        "file(-1)",
        "File before",
        id="diff.file_before",
        tooltip="Show the file before",
        show=False,
    ),
    Binding(
        "tab",
        "other_pane",
        "Files",
        id="diff.pane",
        tooltip="Go from the diff to the files, or back",
    ),
    Binding(
        "c",
        "comment",
        "Comment",
        id="diff.comment",
        tooltip="Say something about the selected line; the agent is told with its next turn",
    ),
    Binding(
        "e",
        "edit",
        "Edit",
        id="diff.edit",
        tooltip="Edit your comment; on a line, open the file in your editor at that line",
    ),
    Binding(
        "d,delete",
        "delete_comment",
        "Delete comment",
        id="diff.delete",
        tooltip="Delete your comment, as long as no agent was told",
        show=False,
    ),
    Binding(
        "u",
        "undo_delete",
        "Bring back",
        id="diff.undo",
        tooltip="Bring back the comment that was deleted last",
        show=False,
    ),
    Binding(
        "slash",
        "search",
        "Search",
        id="diff.search",
        key_display="/",
        tooltip="Search in all files of the diff",
    ),
    Binding(
        "s",
        "side_by_side",
        "Side by side",
        id="diff.split",
        tooltip="Show what was beside what is, or one below the other",
    ),
    Binding(
        "w",
        "whole_file",
        "Whole file",
        id="diff.whole",
        tooltip="Show all lines of the file, or only those around what changed",
    ),
    Binding(
        "exclamation_mark",
        "shell",
        "Shell",
        id="diff.shell",
        key_display="!",
        tooltip="Open a shell in the worktree",
    ),
    Binding(
        "escape",
        "back",
        "Back",
        id="diff.back",
        tooltip="End the search; then go back to where you were",
    ),
]
"""What can be done on the diff screen, whichever pane has the keys."""
