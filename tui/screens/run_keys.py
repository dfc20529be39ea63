"""The keys of the run pane, and which of them its key line shows first."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from store.records import BuildState, WaitsFor
from tui.run_rows import RunRow
from tui.run_sections import SECTIONS

_SECTION_WORDS = {
    "State": "How it stands, what it waits for and what you can do",
    "Log": "What the agent prints, as it prints it",
    "Checks": "Each check with its command, how it ended and what it printed",
    "Commits": "What was committed, and by whom",
    "Report": "What the agent says of its work",
    "Prompt": "What the agent was told, and the policy it is held to",
    "Events": "What happened, newest first",
}
SECTION_KEYS = dict(zip(SECTIONS, "4567890", strict=True))
"""The key of each section: 1, 2 and 3 lead to other screens."""

RUN_KEYS: list[BindingType] = [
    Binding(
        "r",
        "resume",
        "Resume",
        id="runs.resume",
        tooltip="Let the agent go on, with the answers or a note for it",
    ),
    Binding(
        "c",
        "cancel",
        "Cancel",
        id="runs.cancel",
        tooltip="End the run and all its processes; its work stays",
    ),
    Binding(
        "l",
        "log",
        "Whole log",
        id="runs.log",
        tooltip="Show the log of a turn or of a check on a screen of its own",
    ),
    Binding("d", "diff", "Diff", id="runs.diff", tooltip="Show what it changes, line by line"),
    Binding(
        "A",
        "accept",
        "Accept files",
        id="runs.accept",
        tooltip="Accept the files it changed that nobody planned, and go on",
        show=False,
    ),
    Binding(
        "R",
        "send_back",
        "Send back",
        id="runs.send_back",
        tooltip="Don't accept these files: send it back to the agent with a note",
        show=False,
    ),
    Binding("o", "card", "Card", id="runs.card", tooltip="Open the card that is built"),
    Binding(
        "slash",
        "search",
        "Search",
        id="runs.search",
        key_display="/",
        tooltip="Search the log",
        show=False,
    ),
    Binding(
        "f",
        "follow",
        "Follow",
        id="runs.follow",
        tooltip="Stay at the end of the log as it grows, or stay where it is",
        show=False,
    ),
    Binding(
        "exclamation_mark",
        "shell",
        "Shell",
        id="runs.shell",
        key_display="!",
        tooltip="Open a shell in the worktree",
    ),
    Binding(
        "e",
        "editor",
        "Editor",
        id="runs.editor",
        tooltip="Open the worktree in your editor",
        show=False,
    ),
    Binding(
        "x",
        "clean",
        "Clean up",
        id="runs.clean",
        tooltip="Remove the worktrees of a run that is over, after saying which",
        show=False,
    ),
    *(
        Binding(
            key,
            f"section('{section}')",
            section,
            id=f"runs.{section.lower()}" if section != "Log" else "runs.live_log",
            tooltip=_SECTION_WORDS[section],
            show=False,
        )
        for section, key in SECTION_KEYS.items()
    ),
    Binding(
        "left",
        "step_section(-1)",
        "Section before",
        id="runs.section_before",
        tooltip="Show the section before this one",
        show=False,
    ),
    Binding(
        "right",
        "step_section(1)",
        "Next section",
        id="runs.section_after",
        tooltip="Show the section after this one",
        show=False,
    ),
    Binding(
        "tab",
        "other_pane",
        "Details",
        id="runs.pane",
        tooltip="Go to the details of the selected run, or back to the list",
    ),
    Binding(
        "escape",
        "back",
        "Back",
        id="runs.back",
        tooltip="Search no more, go back to the list, then to the map",
        show=False,
    ),
]

_NOTHING: tuple[str, ...] = ("screen.map",)
_OPEN_KEYS = ("list.open", "runs.log", "runs.cancel", "runs.shell", "runs.pane")
_BLOCKED: dict[WaitsFor | None, tuple[str, ...]] = {
    WaitsFor.ANSWERS: ("list.open", "runs.resume", "runs.log", "runs.pane", "runs.cancel"),
    WaitsFor.DECISION: ("runs.diff", "runs.accept", "runs.send_back", "runs.log", "runs.cancel"),
    WaitsFor.APPROVAL: ("list.open", "runs.diff", "runs.log", "runs.pane", "runs.cancel"),
}
_RESUMES = ("runs.resume", "runs.log", "runs.diff", "runs.shell", "runs.pane", "runs.cancel")
_OVER = ("runs.log", "runs.diff", "runs.clean", "runs.card", "runs.pane")


def first_keys(row: RunRow | None) -> tuple[str, ...]:
    """Return what the key line shows first, by what is selected."""
    if row is None:
        return _NOTHING
    match row.status:
        case BuildState.QUEUED | BuildState.RUNNING:
            return _OPEN_KEYS
        case BuildState.BLOCKED:
            return _BLOCKED.get(row.waits_for, _RESUMES)
        case BuildState.FAILED | BuildState.CANCELLED:
            return _RESUMES
        case _:
            return _OVER


def enter_word(row: RunRow | None) -> str:
    """Return what enter does to what is selected."""
    if row is not None and row.status is BuildState.BLOCKED:
        if row.waits_for is WaitsFor.ANSWERS:
            return "Answer"
        if row.waits_for is WaitsFor.APPROVAL:
            return "Approve"
    return "Log"
