"""Editing a card: everything about it that a person types or chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from store.records import Card, CardStatus
from tui.glyphs import PRIORITY_WORDS, STATUS, priority_word
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.screens.plain_area import PlainArea
from tui.text import clip
from tui.widgets.key_line import KeyLine

BLANK_TITLE = "A card needs a title."
"""What is said of a blank title."""

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
        for priority, word in enumerate(PRIORITY_WORDS)
    ]

    def __init__(self, priority: int) -> None:
        """Offer every priority, and the card's own if it is none of them."""
        known = list(range(len(PRIORITY_WORDS)))
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


class CardForm(Dialog[dict[str, Any] | None]):
    """Edits a card.

    The result holds the changed fields alone, as ``updateCard`` takes them; it is None when
    nothing was changed or the person cancelled.
    """

    CSS_PATH: ClassVar = ["dialog.tcss", "card_form.tcss"]
    AUTO_FOCUS = "#title_field"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "save",
            "Save",
            id="card_form.save",
            tooltip="Save what was changed",
        ),
        Binding(
            "escape",
            "cancel",
            "Cancel",
            id="card_form.cancel",
            tooltip="Leave the card as it was",
        ),
        Binding(
            "tab",
            "app.focus_next",
            "Next field",
            id="card_form.next",
            tooltip="Go to the next field; shift+tab goes back",
        ),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Field before",
            id="card_form.previous",
            tooltip="Go to the field before",
            show=False,
        ),
    ]

    def __init__(self, card: Card) -> None:
        """Edit a card."""
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        """Lay the fields below each other."""
        card = self._card
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=False, id="fields"):
                title = PlainArea(card.title, one_line=True, id="title_field")
                title.border_title = "Title"
                yield title
                description = PlainArea(
                    card.description or "",
                    placeholder="What it is about",
                    id="description_field",
                )
                description.border_title = "Description"
                yield description
                yield StatusChoice(card.status)
                yield PriorityChoice(card.priority)
                answer = PlainArea(
                    card.quick_answer or "",
                    placeholder="The answer in a sentence, if there is one",
                    id="quick_answer_field",
                )
                answer.border_title = "Quick answer"
                yield answer
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Name the card on the frame."""
        card = self._card
        dialog = self.query_one(".dialog")
        number = f"#{card.number}" if card.number is not None else "without a number"
        dialog.border_title = f"Card {number}"
        dialog.border_subtitle = Content(
            f"created {_moment(card.created_at)} · updated {_moment(card.updated_at)}"
        )

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that are no longer as the card has them."""
        card = self._card
        found: dict[str, Any] = {}
        title = self._text("title")
        if card.title not in (title, title.strip()):
            found["title"] = title.strip()
        for field in ("description", "quick_answer"):
            text = self._text(field)
            if text != (getattr(card, field) or ""):
                found[field] = text or None
        status = self.query_one(StatusChoice).value
        if status != card.status:
            found["status"] = status
        priority = self.query_one(PriorityChoice).value
        if priority != card.priority:
            found["priority"] = priority
        return found

    def _text(self, field: str) -> str:
        return self.query_one(f"#{field}_field", PlainArea).value

    @on(PlainArea.Submitted)
    def _on_submitted(self) -> None:
        self.focus_next()

    @on(PlainArea.Changed)
    def _on_changed(self) -> None:
        self.query_one("#refusal").remove_class("-shown")

    def action_save(self) -> None:
        """Hand on what was changed."""
        if not self._text("title").strip():
            refusal = self.query_one("#refusal", Static)
            refusal.update(f"✗ {BLANK_TITLE}")
            refusal.add_class("-shown")
            self.query_one("#title_field").focus()
            return
        self.finish(self.changes or None)

    def action_cancel(self) -> None:
        """Leave the card as it was; asks first when something was changed."""
        if not self.changes:
            self.finish(None)
            return

        def answered(discard: bool | None) -> None:
            if discard:
                self.finish(None)

        self.app.push_screen(
            Confirm(
                "Discard changes?",
                ["What you typed here is not saved yet."],
                yes="Discard",
                no="Go on editing",
            ),
            answered,
        )


def _moment(timestamp: str) -> str:
    """Return a timestamp as people read it, in UTC as it is stored."""
    return clip(timestamp[:16].replace("T", " "), 16)
