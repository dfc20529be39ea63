"""Typing in place: an editor laid over a row of the screen, growing with its text."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from tui.drafts import DraftKey, Drafts, Typing
from tui.edits import EditField
from tui.key_gate import KeyGate
from tui.text import visible
from tui.widgets.plain_area import PlainArea
from tui.widgets.status_line import StatusLine

__all__ = ["EditField", "TextEditor", "type_over"]

KEPT = "Kept as an unsaved text: D on the map shows it"
"""What is said when typing ends without saving."""

LEAST_WIDTH, LEAST_HEIGHT = 24, 3

LINES_BELOW = 2
"""Lines of a screen that are left free below: what it says, and its keys."""

Values = dict[str, str]
Done = Callable[[Values | None], object]


class _Area(PlainArea):
    """An area whose ``enter`` saves at once, before the letters after it are looked at."""

    def submit(self) -> None:
        """Save."""
        for node in self.ancestors:
            if isinstance(node, TextEditor):
                node.action_save()
                return


class TextEditor(Vertical):
    """One or more texts, typed where they stand; ``enter`` saves, ``escape`` keeps for later.

    The screen it is laid over needs ``layers: base above``. It takes the focus, and gives
    it back when it is done.
    """

    DEFAULT_CSS = """
    TextEditor {
        layer: above;
        position: absolute;
        height: auto;
        max-height: 100%;
        background: $surface;
        & > PlainArea {
            height: auto;
            min-height: 3;
            border: tall $accent 40%;
            border-title-color: $text-muted;
            background: $surface;
            &:focus { border: tall $accent; border-title-color: $text; }
        }
        & > Static {
            display: none;
            height: auto;
            padding: 0 1;
            background: $surface;
            color: $text-warning;
            &.-shown { display: block; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Save", id="editor.save", tooltip="Save this text"),
        Binding(
            "ctrl+j,shift+enter",
            "new_line",
            "New line",
            id="editor.new_line",
            tooltip="Go on in a new line",
        ),
        Binding(
            "escape",
            "leave",
            "Leave",
            id="editor.leave",
            tooltip="Stop typing; what is not saved is kept as an unsaved text",
        ),
        Binding(
            "tab",
            "next_field(1)",
            "Next field",
            id="editor.next",
            tooltip="Go to the next field; shift+tab goes back",
        ),
        Binding(
            "shift+tab",
            "next_field(-1)",
            "Field before",
            id="editor.previous",
            show=False,
            tooltip="Go to the field before",
        ),
        Binding(
            "ctrl+r",
            "restart",
            "Saved text",
            id="editor.restart",
            tooltip="Take the saved text back; ctrl+z brings what was typed",
        ),
    ]

    def __init__(
        self,
        region: Region,
        fields: Sequence[EditField],
        done: Done,
        *,
        draft: DraftKey | None = None,
        on_changed: Callable[[], object] | None = None,
        enter_saves: bool = True,
    ) -> None:
        """Type over a region of the screen.

        Args:
            region: What it is laid over; it grows downwards, then upwards.
            fields: The texts.
            done: Takes the values by name, or None when nothing is to be saved. It removes
                the draft once they are saved; ``tui/screens/saving.py`` does all of that.
            draft: What the draft is kept by; nothing is kept when None.
            on_changed: Called when the plan has changed meanwhile; what it finds, ``warn`` says.
            enter_saves: Whether ``enter`` saves a text of many lines too, rather than
                making a new one.
        """
        super().__init__()
        self._region = region
        self._fields = list(fields)
        self._done: Done | None = done
        self._key = draft
        self._look = on_changed
        self._enter_saves = enter_saves
        self._typing: Typing | None = None
        self._before: Widget | None = None
        self._is_other = False
        self._placed = (-1, -1, -1)

    @property
    def values(self) -> Values:
        """What was typed, by name; blanks around it left out where it was changed."""
        found: Values = {}
        for field, area in zip(self._fields, self._areas, strict=True):
            value = area.value
            found[field.name] = value if value == field.value else value.strip()
        return found

    @property
    def _areas(self) -> list[_Area]:
        return list(self.query(_Area))

    def compose(self) -> ComposeResult:
        """Lay the texts below each other."""
        typed = self._start_typing()
        for field in self._fields:
            area = _Area(
                field.value,
                one_line=field.one_line,
                submits=self._enter_saves,
                placeholder=field.placeholder,
            )
            if field.name in typed:
                area.take(typed[field.name])
            area.border_title = Content(visible(field.label))
            yield area
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Take the keys."""
        self._before = self.screen.focused
        self._areas[0].focus()
        self._place()
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _screen: self._place())
        if self._typing is not None:
            self.say(self._typing.offer())
        hear = getattr(self.app, "hear", None)
        if hear is not None:
            hear(self)

    def say(self, words: str) -> None:
        """Say something below the texts; nothing hides the line."""
        line = self.query_one(Static)
        line.update(Content(visible(words)))
        line.set_class(bool(words), "-shown")

    def on_unmount(self) -> None:
        """Hear no more."""
        unhear = getattr(self.app, "unhear", None)
        if unhear is not None:
            unhear(self)

    def on_board_read(self) -> None:
        """Look whether it is about what is typed at."""
        if self._done is not None and self._look is not None:
            self._look()

    def warn(self, words: str) -> None:
        """Say what others did meanwhile."""
        if words and self._done is not None:
            self.say(words)

    def on_descendant_focus(self) -> None:
        """Give the text that is typed at the room."""
        self._place()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that have nothing to do."""
        if action == "next_field":
            return len(self._fields) > 1
        if action == "new_line":
            return any(not field.one_line for field in self._fields)
        return self._is_other if action == "restart" else True

    @on(PlainArea.Changed)
    def _on_changed(self, event: PlainArea.Changed) -> None:
        event.stop()
        typed = self._typed()
        if self._typing is not None and self._done is not None:
            self._typing.note(typed)
        self._place()
        is_other = any(typed[field.name] != field.value for field in self._fields)
        if is_other != self._is_other:
            self._is_other = is_other
            self.refresh_bindings()

    @on(PlainArea.Failed)
    def _on_failed(self, event: PlainArea.Failed) -> None:
        event.stop()
        self.say(event.reason)

    @on(PlainArea.Rescued)
    def _on_rescued(self, event: PlainArea.Rescued) -> None:
        event.stop()
        index = self._areas.index(event.area)  # type: ignore[arg-type]
        rescue(self.app, self._key, self._fields[index].name, event.value)

    async def on_descendant_blur(self) -> None:
        """Going elsewhere leaves the text for later; a look at another window doesn't."""
        focused = self.screen.focused
        if self.app.app_focus and focused is not None and focused not in self._areas:
            self.action_leave()

    def action_save(self) -> None:
        """Hand the values on, unless one is blank that must say something."""
        if self._done is None:
            return
        values = self.values
        for field, area in zip(self._fields, self._areas, strict=True):
            if field.required and not values[field.name].strip():
                if len(self._fields) == 1 and not field.value:
                    self.action_leave()  # nothing was typed: nothing to save
                    return
                self.say(f"{field.label} can't be blank.")
                self.screen.set_focus(area)
                return
        if self._typing is not None:
            self._typing.leave(self._typed())
        self._finish(values)

    def open_outside(self) -> None:
        """Open the first text in the person's own editor."""
        self._areas[0].action_external()

    def action_new_line(self) -> None:
        """Go on in a new line."""
        for area in self._areas:
            if area is self.screen.focused:
                area.new_line()

    def action_leave(self) -> None:
        """Stop typing, keeping what is unsaved."""
        if self._done is None:
            return
        if self._typing is not None and self._typing.leave(self._typed()):
            for line in self.screen.query(StatusLine):
                line.say(KEPT)
        self._finish(None)

    def action_next_field(self, by: int) -> None:
        """Go to another field."""
        areas = self._areas
        at = next((i for i, area in enumerate(areas) if area is self.screen.focused), 0)
        # At once, not once the app gets to it: what is typed next is meant for that one.
        self.screen.set_focus(areas[(at + by) % len(areas)])

    def action_restart(self) -> None:
        """Take the saved text back."""
        for field, area in zip(self._fields, self._areas, strict=True):
            area.take(field.value)
        if self._typing is not None:
            self._typing.restart()
        self.say("")

    def _start_typing(self) -> Mapping[str, str]:
        drafts: Drafts | None = getattr(self.app, "drafts", None)
        if self._key is None or drafts is None:
            return {}
        saved = {field.name: field.value for field in self._fields}
        self._typing = drafts.start(self._key, saved)
        found = self._typing.found
        return {} if found is None else {n: str(v or "") for n, v in found.values.items()}

    def _typed(self) -> Values:
        """Return what stands in the fields, as it is."""
        pairs = zip(self._fields, self._areas, strict=True)
        return {field.name: area.value for field, area in pairs}

    def _place(self) -> None:
        """Stay over the region as far as there is room, and above the screen's last lines."""
        screen, region = self.screen.size, self._region
        room = max(LEAST_HEIGHT, screen.height - LINES_BELOW)
        width = min(max(LEAST_WIDTH, region.width), screen.width)
        x = max(0, min(region.x, screen.width - width))
        y = max(0, min(region.y, room - max(LEAST_HEIGHT, self.size.height)))
        if self._placed != (x, y, width):
            self._placed = (x, y, width)
            self.styles.width, self.styles.offset = width, (x, y)
        self._share(room - self.query_one(Static).size.height)

    def _share(self, room: int) -> None:
        """Give the text that is typed at what the others don't need."""
        areas = self._areas
        heights = [area.wrapped_document.height + 2 for area in areas]
        is_tight = sum(heights) > room
        for area, height in zip(areas, heights, strict=True):
            others = LEAST_HEIGHT * (len(areas) - 1)
            rests = is_tight and area is not self.screen.focused
            most = LEAST_HEIGHT if rests else min(height, room - others)
            most = max(most, LEAST_HEIGHT)
            if area.styles.max_height is None or area.styles.max_height.value != most:
                area.styles.max_height = most
                area.call_after_refresh(area.scroll_cursor_visible)

    def _finish(self, values: Values | None) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        focused = self.screen.focused
        area = next((area for area in self._areas if area is focused), self._areas[0])
        if focused in (None, area):
            self.screen.set_focus(self._before)
        self.display = False
        app = self.app
        if isinstance(app, KeyGate):
            # It stays until the keys typed after the last one have gone where they are meant.
            app.keep_keys(area, lambda: app.screen.focused not in (None, area), self.remove)
        else:
            self.remove()
        done(values)


def type_over(source: Widget, editor: TextEditor) -> None:
    """Open an editor over a widget's screen; keys typed meanwhile wait for it."""
    app = source.app
    source.screen.mount(editor)
    if isinstance(app, KeyGate):
        app.keep_keys(source, lambda: app.screen.focused not in (None, source))


def rescue(app: object, key: DraftKey | None, name: str, text: str) -> None:
    """Keep what an editor of the person's had written when it failed."""
    drafts: Drafts | None = getattr(app, "drafts", None)
    if drafts is None or key is None:
        return
    about = f"{key.about}, from your editor"
    part = f"{key.field}~{name}~{uuid.uuid4().hex[:8]}"
    apart = DraftKey(key.kind, key.ids, part, key.project_id, about)
    drafts.put(apart, {name: text}, {})
    drafts.leave(apart)
