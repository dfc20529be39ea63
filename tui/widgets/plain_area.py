"""Editing text exactly: what is not touched comes back as it was, whatever it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from tui.key_gate import KeyGate, do_at_once, pass_on
from tui.text import UNSAFE, visible

_FIRST_CODE = 0x10F000
_LAST_CODE = 0x10FFFD
_CODES = f"[{chr(_FIRST_CODE)}-{chr(_LAST_CODE)}]"
_CODED = re.compile(_CODES)
_HIDDEN = re.compile(f"{UNSAFE.pattern}|{_CODES}")
_BREAK = re.compile("\r\n|[\r\n]")
_SIGN_STYLE = Style(reverse=True)
_NEW_LINES = frozenset({"shift+enter", "alt+enter", "ctrl+j"})


class PlainArea(TextArea):
    """A text area for text of any kind, without markup, highlighting or surprises.

    What can't be drawn (escapes, lone surrogates, format characters) stands as one sign a
    character, which can be walked over, deleted and copied like any other. Inside, each
    has a code of its own from the end of the private use planes; ``value`` is the text.
    """

    DEFAULT_CSS = """
    PlainArea:ansi > .text-area--placeholder { text-style: dim; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+e",
            "external",
            "Editor",
            id="area.external",
            tooltip="Open this text in $VISUAL or $EDITOR",
        ),
    ]

    @dataclass
    class Rescued(Message):
        """An editor of the person's failed after it had written ``value``."""

        area: PlainArea
        value: str

        @property
        def control(self) -> PlainArea:
            """The area."""
            return self.area

    @dataclass
    class Failed(Message):
        """The person's own editor did not do what was asked of it; ``reason`` says why."""

        area: PlainArea
        reason: str

        @property
        def control(self) -> PlainArea:
            """The area."""
            return self.area

    @dataclass
    class Submitted(Message):
        """``enter`` was pressed in an area that submits, which then held ``value``."""

        area: PlainArea
        value: str

        @property
        def control(self) -> PlainArea:
            """The area."""
            return self.area

    def __init__(
        self,
        value: str = "",
        *,
        one_line: bool = False,
        submits: bool = False,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002  (Textual's word)
    ) -> None:
        """Edit a text.

        Args:
            value: The text.
            one_line: Typing and pasting make no new line; ``enter`` submits.
            submits: ``enter`` submits a text of many lines as well; ``shift+enter`` and
                ``ctrl+j`` make a new line.
            placeholder: What to show while there is no text.
            id: The widget's id.
        """
        self._codes: dict[str, str] = {}
        self._characters: dict[str, str] = {}
        self._one_line = one_line
        self._submits = submits or one_line
        super().__init__(
            self._encode(value),
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content(visible(placeholder)),
            id=id,
        )

    @property
    def value(self) -> str:
        """The text as it would be stored."""
        return self._decode(self.document.text)

    def on_mount(self) -> None:
        """Start at the end of a line, at the top of many."""
        if self._one_line:
            self.move_cursor(self.document.end)

    def take(self, value: str) -> None:
        """Put another text in place of this one; ``ctrl+z`` brings it back."""
        if value != self.value:
            self.replace(value, self.document.start, self.document.end)
            self.move_cursor(self.document.end)

    def action_external(self) -> None:
        """Open the text in the person's own editor and bring it back."""
        from tui.configured_app import ConfiguredApp
        from tui.external_editor import edit_text

        configured = self.app.config.editor if isinstance(self.app, ConfiguredApp) else ()
        edited = edit_text(self.app, self.value, configured)
        if edited.text is not None:
            self.take(edited.text)
        if edited.rescued is not None:
            self.post_message(self.Rescued(self, edited.rescued))
        if edited.problem:
            self.post_message(self.Failed(self, edited.problem))

    async def _on_key(self, event: events.Key) -> None:
        """Do what a key is bound to at once: a bubbling one would come after the next letters."""
        gate = self.app if isinstance(self.app, KeyGate) else None
        is_kept = gate is not None and gate.keeps_keys
        if not is_kept and event.key == "enter" and self._submits:
            self.submit()
            pass_on(self)
        elif not is_kept and event.key in _NEW_LINES:
            self.new_line()
        else:
            await do_at_once(self, event, letters=False)
            return
        event.stop()
        event.prevent_default()

    def new_line(self) -> None:
        """Begin a new line, where there may be more than one."""
        if not self._one_line:
            self._replace_via_keyboard("\n", *self.selection)

    def submit(self) -> None:
        """Hand the text on."""
        self.post_message(self.Submitted(self, self.value))

    def render_line(self, y: int) -> Strip:
        """Return a line; where there is no room at all, a placeholder can't even be folded."""
        if self.content_size.width < 1:
            return Strip.blank(0)
        return super().render_line(y)

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is drawn."""
        line = self.document.get_line(line_index)
        if not _CODED.search(line):
            return super().get_line(line_index)
        text = Text(_CODED.sub(self._sign, line), end="", no_wrap=True)
        for match in _CODED.finditer(line):
            text.stylize(_SIGN_STYLE, match.start(), match.end())
        return text

    def get_text_range(self, start: Location, end: Location) -> str:
        """Return the text between two places, as it would be stored."""
        return self._decode(super().get_text_range(start, end))

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        """Replace what is between two places by a text of any kind."""
        text = self._encode(_BREAK.sub(" " if self._one_line else "\n", insert))
        return super().replace(
            text, start, end, maintain_selection_offset=maintain_selection_offset
        )

    def _encode(self, text: str) -> str:
        """Return a text with a code for each character that can't be drawn."""
        breaks = set(_BREAK.findall(text))
        kept = {"\t", "\n", "\r\n"} if breaks == {"\r\n"} else {"\t", "\n"}

        def coded(match: re.Match[str]) -> str:
            found = match.group()
            if found in kept:
                return found
            return "".join(c if c == "\n" else self._code(c) for c in found)

        return _HIDDEN.sub(coded, text)

    def _decode(self, text: str) -> str:
        return _CODED.sub(lambda match: self._characters.get(match.group(), match.group()), text)

    def _code(self, character: str) -> str:
        code = self._codes.get(character)
        if code is None:
            code = chr(min(_FIRST_CODE + len(self._codes), _LAST_CODE))
            self._codes[character] = code
            self._characters[code] = character
        return code

    def _sign(self, match: re.Match[str]) -> str:
        character = self._characters.get(match.group(), match.group())
        code = ord(character)
        if code < 0x20:
            return chr(0x2400 + code)
        if code == 0x7F:
            return "␡"
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else "·"
