"""One of a few values, chosen on a row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from store.records import PRIORITIES, CardStatus
from tui.glyphs import STATUS, priority_word
from tui.key_gate import do_at_once

E = TypeVar("E", bound=StrEnum)

_STATUSES = tuple(CardStatus)
_NAME_CELLS = 10


class Choice(Widget, can_focus=True):
    """One of a few values, all of them in sight on one row."""

    DEFAULT_CSS = """
    Choice {
        height: auto;
        padding: 0 1;
        & > .choice--name { color: $text-muted; }
        & > .choice--value { color: $foreground; }
        & > .choice--chosen { text-style: bold; color: $text-primary; }
        &:focus > .choice--chosen {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        &:focus > .choice--name { color: $foreground; text-style: bold; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "choice--name",
        "choice--value",
        "choice--chosen",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Back", id="choice.previous", tooltip="The value before"),
        Binding("right", "step(1)", "Next", id="choice.next", tooltip="The next value"),
    ]

    chosen: reactive[int] = reactive(0)

    class Changed(Message):
        """Another value was chosen."""

    def __init__(
        self,
        name: str,
        values: Sequence[str],
        chosen: int,
        *,
        id: str,  # noqa: A002  (Textual's word)
    ) -> None:
        """Offer values.

        Args:
            name: What is chosen.
            values: What each value is called.
            chosen: The index of the one that is chosen.
            id: The widget's id.
        """
        super().__init__(id=id)
        self.auto_links = False
        self._name_text = name
        self._values = [value.replace(" ", "\u00a0") for value in values]
        self.set_reactive(Choice.chosen, chosen)

    def render(self) -> Content:
        """Return the row."""
        value = self.get_visual_style("choice--value")
        chosen = self.get_visual_style("choice--chosen")
        parts: list[str | tuple[str, Style]] = [
            (
                self._name_text.ljust(_NAME_CELLS),
                self.get_visual_style("choice--name"),
            )
        ]
        for index, name in enumerate(self._values):
            here = index == self.chosen
            shown = f"[{name}]" if here else f"\u00a0{name}\u00a0"
            click = Style.from_meta({"@click": f"choose({index})"})
            parts.append((shown, (chosen if here else value) + click))
            parts.append(" ")
        return Content.assemble(*parts[:-1])

    async def _on_key(self, event: events.Key) -> None:
        """Do what a key is bound to before the next one is looked at."""
        if not await do_at_once(self, event) and event.character and self.letter(event.character):
            event.stop()

    def letter(self, character: str) -> bool:
        """Choose by a letter that is bound to nothing; say whether it did."""
        return False

    def watch_chosen(self) -> None:
        """Tell."""
        self.post_message(self.Changed())

    def action_step(self, by: int) -> None:
        """Choose the next value, or the one before."""
        self.chosen = max(0, min(self.chosen + by, len(self._values) - 1))

    def action_choose(self, index: int) -> None:
        """Choose a value."""
        self.focus()
        self.chosen = index


class StatusChoice(Choice):
    """A card's status; its first letter chooses it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            status[0],
            f"choose({index})",
            status.capitalize(),
            id=f"choice.{status}",
            tooltip=f"The status {status}",
            show=False,
        )
        for index, status in enumerate(_STATUSES)
    ]

    def __init__(self, status: CardStatus) -> None:
        """Offer every status."""
        names = [f"{STATUS[each]} {each}" for each in _STATUSES]
        super().__init__("Status", names, _STATUSES.index(status), id="status_field")

    @property
    def value(self) -> CardStatus:
        """The chosen status."""
        return _STATUSES[self.chosen]

    def take(self, status: CardStatus) -> None:
        """Choose a status."""
        self.chosen = _STATUSES.index(status)


class PriorityChoice(Choice):
    """A card's priority; its digit chooses it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            str(priority),
            f"choose({priority})",
            word.capitalize(),
            id=f"choice.{word}",
            tooltip=f"The priority {word}",
            show=False,
        )
        for priority, word in enumerate(PRIORITIES)
    ]

    def __init__(self, priority: int) -> None:
        """Offer every priority, and the card's own if it is none of them."""
        known = list(range(len(PRIORITIES)))
        self._priorities = known if priority in known else [*known, priority]
        names = [
            f"{each} {priority_word(each)}" if each in known else str(each)
            for each in self._priorities
        ]
        super().__init__("Priority", names, self._priorities.index(priority), id="priority_field")

    @property
    def value(self) -> int:
        """The chosen priority."""
        return self._priorities[self.chosen]

    def take(self, priority: int) -> None:
        """Choose a priority, where it is offered."""
        if priority in self._priorities:
            self.chosen = self._priorities.index(priority)


class EnumChoice(Choice, Generic[E]):
    """One of the values a column may hold; its first letter chooses the next that begins so."""

    def __init__(
        self,
        name: str,
        values: type[E],
        chosen: E,
        *,
        id: str,  # noqa: A002  (Textual's word)
    ) -> None:
        """Offer every value.

        Args:
            name: What is chosen.
            values: All of them.
            chosen: The one that is chosen.
            id: The widget's id.
        """
        self._enum = tuple(values)
        names = [each.value.replace("_", " ") for each in self._enum]
        super().__init__(name, names, self._enum.index(chosen), id=id)

    @property
    def value(self) -> E:
        """The chosen value."""
        return self._enum[self.chosen]

    def take(self, value: object) -> None:
        """Choose a value, where it is offered."""
        if value in self._enum:
            self.chosen = self._enum.index(value)

    def letter(self, character: str) -> bool:
        """Choose the next value that begins with a letter."""
        count = len(self._enum)
        following = ((self.chosen + step) % count for step in range(1, count + 1))
        found = [n for n in following if self._enum[n].value.startswith(character.lower())]
        if found:
            self.chosen = found[0]
        return bool(found)
