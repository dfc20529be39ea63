"""What is read of a file once it is shown: its colours, and the lines the diff alone leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec
from textual import on
from textual.message import Message

from planner.runs.diffs import DiffFile, DiffLine, read_file_diff
from planner.runs.review import Subject, read_sides
from tui.asks.diffs import in_words
from tui.diff_text import DiffText, Sides, whole_text
from tui.screens.diff_base import DiffBase, same_work


class DiffReading(DiffBase):
    """The part of the diff screen that reads single files, on a thread of its own."""

    is_whole = False
    """Whether all lines of a file are shown, rather than those around what changed."""

    _texts: dict[int, DiffText]
    _wholes: dict[int, DiffText]

    @dataclass
    class MoreRead(Message):
        """Git has told more of a file."""

        subject: Subject
        number: int
        lines: tuple[DiffLine, ...] | None
        sides: Sides | None

    def forget_texts(self) -> None:
        """Let go of what was read: something else is compared."""
        self._texts, self._wholes = {}, {}

    def text_of(self, number: int) -> DiffText:
        """Return a file with what is found out about its lines, by its number."""
        assert self.compared is not None  # noqa: S101  (narrows for the type checker)
        found = self._texts.get(number)
        if found is None:
            plain = self.app.no_color or self.app.current_theme.ansi
            file = self.compared.diff.files[number]
            found = self._texts[number] = DiffText(file, is_colored=not plain)
        if not self.is_whole or found.sides is None:
            return found
        if number not in self._wholes:
            self._wholes[number] = whole_text(found, found.sides)
        return self._wholes[number]

    def read_more(self, number: int) -> None:
        """Have read what is not known yet of a file that is shown."""
        text, subject = self._texts[number], self.subject
        needs_lines = text.file.is_cut and not text.lines
        needs_sides = text.sides is None and (text.is_colored or self.is_whole)
        if subject is not None and (needs_lines or (needs_sides and not text.file.is_cut)):
            read = partial(self._read, subject, number, text.file, needs_lines=needs_lines)
            self.run_worker(read, thread=True, group="file", exclusive=True)

    def _read(self, subject: Subject, number: int, file: DiffFile, *, needs_lines: bool) -> None:
        lines: tuple[DiffLine, ...] | None = None
        sides: Sides | None = None
        try:
            if needs_lines:
                lines = read_file_diff(subject.repository, subject.base, subject.head, file)
            else:
                sides = _sides(subject, file)
        except Exception as error:
            # The board must outlive a mistake of ours; without its colours a diff can be read too.
            lines = (DiffLine("note", None, None, in_words(error)),) if needs_lines else None
        self.post_message(self.MoreRead(subject, number, lines, sides))

    @on(MoreRead)
    def _on_more_read(self, message: MoreRead) -> None:
        if self.subject is None or not same_work(message.subject, self.subject):
            return
        number, text = message.number, self._texts.get(message.number)
        if text is None:
            return
        if message.lines is not None:
            is_cut = bool(message.lines) and text.file.is_cut
            file = msgspec.structs.replace(text.file, lines=message.lines, is_cut=is_cut)
            self._texts[number] = DiffText(file, is_colored=text.is_colored)
        elif message.sides is not None:
            text.sides = message.sides
        elif self.is_whole and number == self.number:
            self.status.say("Only texts of a usual size are shown whole.")
        if number == self.number:
            self.show_again()

    def action_whole_file(self) -> None:
        """Show all lines of the file, or only those around what changed."""
        self.is_whole = not self.is_whole
        if self.compared is not None and self.compared.diff.files:
            self.text_of(self.number)
            self.show_again()
            self.read_more(self.number)


def _sides(subject: Subject, file: DiffFile) -> Sides | None:
    """Read a file whole, and find the colours of its language."""
    from tui.code_colors import color_lines, lexer_for

    found = read_sides(subject, file)
    if found is None:
        return None
    lexer = lexer_for(file.path)
    old, new = found
    return Sides(new, color_lines(lexer, old), color_lines(lexer, new))
