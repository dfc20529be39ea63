"""The filter line: one line of typed text that narrows the map as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.key_gate import KeyGate
from tui.text import clip, visible

if TYPE_CHECKING:
    from planner.filter_completion import Completion
    from planner.filter_values import Vocabulary
    from planner.filtering import Mistake

_PROMPT = " / "
_BLANKS = " \t"


class FilterLine(Widget, can_focus=True):
    """Holds the query. Lighter than an ``Input``: a key repaints two lines, lays out nothing.

    Where it helps, a line above it tells, while it is typed into, what a term may go on
    with and what is wrong with one.
    """

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; background: $panel-lighten-1; color: $foreground; }
    FilterLine.-open { display: block; }
    FilterLine:focus { background: $primary-muted; }
    FilterLine.-helps:focus { height: 2; }
    FilterLine > .filter--faint { background: $panel-lighten-1; color: $text-muted; }
    FilterLine:focus > .filter--faint { background: $primary-muted; color: $text-muted; }
    FilterLine > .filter--hint { background: $panel; color: $text-muted; }
    FilterLine > .filter--chosen { background: $panel; color: $foreground; text-style: bold; }
    FilterLine > .filter--mistake { background: $panel; color: $text-error; text-style: bold; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "filter--faint",
        "filter--hint",
        "filter--chosen",
        "filter--mistake",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "keep",
            "To the map",
            id="filter.keep",
            tooltip="Keep the filter, go to the map",
        ),
        Binding(
            "tab",
            "complete",
            "Complete",
            id="filter.complete",
            tooltip="Take what is shown faintly",
        ),
        Binding("ctrl+s", "save", "Save", id="filter.save", tooltip="Save the filter under a name"),
        Binding(
            "escape", "clear", "Clear", id="filter.clear", tooltip="Clear the filter and close it"
        ),
        *(
            Binding(key, action, name, id=f"filter.{word}", tooltip=tooltip, show=False)
            for key, action, name, word, tooltip in (
                ("down", "choose(1)", "Next", "next", "What else may follow; else to the map"),
                ("up", "choose(-1)", "Before", "before", "What else may follow, backwards"),
                ("left", "go(-1)", "Left", "left", "Go a letter to the left"),
                ("right", "go(1)", "Right", "right", "Go to the right; at the end, complete"),
                ("home", "go_to(False)", "Beginning", "home", "Go before the first letter"),
                ("end", "go_to(True)", "End", "end", "Go behind the last letter"),
                ("backspace", "delete_left", "Delete", "delete_left", "Delete the letter before"),
                ("delete", "delete_right", "Delete next", "delete_right", "Delete the letter here"),
                ("ctrl+w", "delete_word", "Delete word", "delete_word", "Delete the word before"),
                ("ctrl+u", "delete_all", "Delete all", "delete_all", "Delete all before this"),
            )
        ),
    ]

    @dataclass
    class Changed(Message):
        """The query is another."""

        filter_line: FilterLine
        query: str

    @dataclass
    class Done(Message):
        """The person goes back to the map."""

        filter_line: FilterLine

    @dataclass
    class Saved(Message):
        """The query is to be saved."""

        filter_line: FilterLine
        query: str

    def __init__(self, *, helps: bool = False, id: str | None = None) -> None:  # noqa: A002
        """Take a query.

        Args:
            helps: Whether what is typed is in the map's filter language, and is helped with.
            id: The widget's id.
        """
        super().__init__(id=id, classes="-helps" if helps else "")
        self._helps = helps
        self.text = ""
        self.cursor = 0
        self.vocabulary: Vocabulary | None = None
        """The project's own words, to complete with."""
        self._count = ""
        self._mistakes: Sequence[Mistake] = ()
        self._chosen = 0
        self._found: tuple[tuple[str, int, Vocabulary | None], list[Completion]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return self.has_class("-open")

    @property
    def completions(self) -> list[Completion]:
        """What may be typed next."""
        asked = (self.text, self.cursor, self.vocabulary)
        if self._found is None or self._found[0] != asked:
            self._found = (asked, self._complete())
            self._chosen = 0
        return self._found[1]

    @property
    def completion(self) -> Completion | None:
        """What is offered faintly behind the cursor."""
        found = self.completions
        return found[self._chosen % len(found)] if found else None

    @property
    def mistake(self) -> str:
        """What is wrong with the query, save for what is only unfinished at the cursor."""
        for mistake in self._mistakes:
            typing = mistake.unfinished and self.has_focus and mistake.end == self.cursor
            if not typing:
                return mistake.reason
        return ""

    @property
    def left_out(self) -> str:
        """Why some of the query has no effect; empty where all of it has."""
        return self._mistakes[0].reason if self._mistakes else ""

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-open")
        self.cursor = len(self.text)
        # At once, not once the app gets to it: what is typed next is meant for this line.
        self.screen.set_focus(self)

    def bring_back(self, text: str) -> None:
        """Show the line with a filter of an earlier time; the focus stays where it is."""
        self.add_class("-open")
        self._change(text, len(text))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say that what can be printed is typed here, whatever else it is bound to."""
        return character is not None and character.isprintable()

    def show_count(self, count: str, mistakes: Sequence[Mistake] = ()) -> None:
        """Say how many cards match, and what could not be understood."""
        self._count, self._mistakes = count, mistakes
        self.refresh()

    # The keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to complete and to save only what is in the map's language."""
        return self._helps or action not in ("complete", "save")

    async def on_key(self, event: events.Key) -> None:
        """Take what is typed; do the rest at once, in the order of the keys."""
        gate = self._gate
        if gate is not None and gate.keeps_keys:
            # Typed after the one that leaves this line, and on its way here already.
            gate.keep_key(event)
        elif event.is_printable and event.character:
            self._insert(event.character)
        else:
            active = self.screen.active_bindings.get(event.key)
            if active is None or active.node is not self:
                return
            await self.app.run_action(active.binding.action, self)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted, as one line."""
        event.stop()
        self._insert(" ".join(event.text.split()))

    def action_keep(self) -> None:
        """Keep the filter and go to the map; an empty one closes."""
        if not self.text.strip():
            self._change("", 0)
            self.remove_class("-open")
        self._leave()

    def action_clear(self) -> None:
        """Clear the filter and close the line."""
        self._change("", 0)
        self.remove_class("-open")
        self._leave()

    def _leave(self) -> None:
        """Say that the person goes on, and keep what is typed next for where they go."""
        self.post_message(self.Done(self))
        if self.has_focus and self._gate is not None:
            self._gate.keep_keys(self, lambda: self.screen.focused is not self)

    @property
    def _gate(self) -> KeyGate | None:
        return self.app if isinstance(self.app, KeyGate) else None

    def action_save(self) -> None:
        """Have the query saved."""
        self.post_message(self.Saved(self, self.text.strip()))

    def action_complete(self) -> None:
        """Take what is offered."""
        completion = self.completion
        if completion is not None:
            self._change(*completion.taken(self.text))

    def action_choose(self, by: int) -> None:
        """Offer something else; down goes to the map where there is nothing else."""
        found = self.completions
        if len(found) > 1:
            self._chosen = (self._chosen + by) % len(found)
            self.refresh()
        elif by > 0 and not found:
            self.action_keep()

    def action_go(self, by: int) -> None:
        """Move the cursor; to the right of the end is what is offered."""
        if by > 0 and self.cursor == len(self.text):
            self.action_complete()
        else:
            self._go_to(self.cursor + by)

    def action_go_to(self, end: bool) -> None:
        """Move the cursor before the first letter or behind the last."""
        self._go_to(len(self.text) if end else 0)

    def action_delete_left(self) -> None:
        """Delete the letter before the cursor."""
        self._delete_from(self.cursor - 1)

    def action_delete_right(self) -> None:
        """Delete the letter at the cursor."""
        self._change(self.text[: self.cursor] + self.text[self.cursor + 1 :], self.cursor)

    def action_delete_word(self) -> None:
        """Delete the word before the cursor, with the blank before it."""
        before = self.text[: self.cursor].rstrip(_BLANKS)
        self._delete_from(max(before.rfind(" "), 0))

    def action_delete_all(self) -> None:
        """Delete all that stands before the cursor."""
        self._delete_from(0)

    def _insert(self, text: str) -> None:
        at = self.cursor
        self._change(self.text[:at] + text + self.text[at:], at + len(text))

    def _delete_from(self, start: int) -> None:
        start = max(0, start)
        self._change(self.text[:start] + self.text[self.cursor :], start)

    def _go_to(self, cursor: int) -> None:
        self.cursor = max(0, min(cursor, len(self.text)))
        self.refresh()

    def _change(self, text: str, cursor: int) -> None:
        self.cursor = max(0, min(cursor, len(text)))
        self.refresh()
        if text != self.text:
            self.text = text
            self.post_message(self.Changed(self, text))

    def _complete(self) -> list[Completion]:
        if not self._helps:
            return []
        from planner.filter_completion import completions
        from planner.filter_values import Vocabulary

        return completions(self.text, self.cursor, self.vocabulary or Vocabulary())

    # What it looks like

    def render_line(self, y: int) -> Strip:
        """Return the line; while it is typed into, the line above it first."""
        return self._hint_line() if y == 0 and self.size.height > 1 else self._text_line()

    def _text_line(self) -> Strip:
        width, style = self.size.width, self.rich_style
        faint = self.get_component_rich_style("filter--faint")
        # While it is typed into, the line above tells what is left out.
        wrong = f"✗ {visible(self.left_out)} · " if self.left_out and not self.has_focus else ""
        count = clip(wrong, width // 2) + clip(self._count, max(0, width - 12))
        room = max(1, width - cell_len(count) - 1)
        before, after = visible(self.text[: self.cursor]), visible(self.text[self.cursor :])
        segments = [Segment(_PROMPT, style)]
        if not self.has_focus:
            segments.append(Segment(clip(before + after, room - len(_PROMPT)), style))
        else:
            segments += self._typed(before, after, room - len(_PROMPT))
        left = Strip(segments).adjust_cell_length(room, style)
        return Strip([*left, Segment(f"{count} ", faint)]).adjust_cell_length(width, style)

    def _typed(self, before: str, after: str, room: int) -> list[Segment]:
        """Return the query with its cursor, and what is offered behind it."""
        style = self.rich_style
        while before and cell_len(before) >= room:
            before = before[1 + len(before) // 8 :]
        rest = self._rest() if not after else ""
        at, behind = (after[0], after[1:]) if after else (" ", "")
        if rest:
            at, behind = rest[0], rest[1:]
            faint = self.get_component_rich_style("filter--faint") + Style(italic=True)
        else:
            faint = style
        return [
            Segment(before, style),
            Segment(at, faint + Style(reverse=True)),
            Segment(behind, faint),
        ]

    def _rest(self) -> str:
        completion = self.completion
        if completion is None:
            return ""
        return visible(completion.rest) or f" ⇥ {visible(completion.shown)}"

    def _hint_line(self) -> Strip:
        width = self.size.width
        style = self.get_component_rich_style("filter--hint")
        segments = [Segment(" " * len(_PROMPT), style)]
        found, room = self.completions, width - len(_PROMPT) - 1
        if self.mistake:
            wrong = self.get_component_rich_style("filter--mistake")
            segments.append(Segment(clip(f"✗ {visible(self.mistake)}", room), wrong))
        elif len(found) > 1:
            segments += self._alternatives(found, room)
        else:
            from planner.filter_completion import hint

            segments.append(Segment(clip(hint(self.text, self.cursor), room), style))
        return Strip(segments).adjust_cell_length(width, style)

    def _alternatives(self, found: list[Completion], room: int) -> list[Segment]:
        """Return the ways to go on that fit, the chosen one among them."""
        style = self.get_component_rich_style("filter--hint")
        chosen = self.get_component_rich_style("filter--chosen")
        names = [clip(completion.shown, 24) for completion in found]
        first = 0
        while first < self._chosen and cell_len("  ".join(names[first : self._chosen + 1])) > room:
            first += 1
        segments = []
        for index, name in enumerate(names[first:], first):
            is_chosen = index == self._chosen
            mark = "▸" if is_chosen else " "
            segments.append(Segment(f"{mark}{name} ", chosen if is_chosen else style))
        return segments
