"""A section of somebody else's file between two marks: made, brought up to date, nothing else touched."""

from __future__ import annotations

from typing import NamedTuple

from planner.errors import Refused

BEGIN = b"<!-- planner-tui guide: begin. planner-tui guide --install writes this section anew. -->"
END = b"<!-- planner-tui guide: end -->"

_BEGINS = b"<!-- planner-tui guide: begin"
_NOT_UTF8 = (b"\xff\xfe", b"\xfe\xff")


class Marked(NamedTuple):
    """What a file is to be, and what that is: ``made``, ``added``, ``updated`` or ``unchanged``."""

    content: bytes
    state: str


def with_section(before: bytes | None, text: str) -> Marked:
    """Return a file with its section as it is to be.

    Args:
        before: What the file holds; None where there is none.
        text: What is to stand between the marks.

    Raises:
        Refused: The marks are not one pair, or it is no text that the section could stand in.
    """
    old = before or b""
    if old.startswith(_NOT_UTF8) or b"\0" in old:
        raise Refused("It is not UTF-8 text, so a section can't be added to it.")
    # Where the lines end as Windows has it, so do ours.
    ending = b"\r\n" if b"\r\n" in old else b"\n"
    body = text.strip("\n").encode().replace(b"\n", ending)
    section = ending.join((BEGIN, body, END))
    lines = old.splitlines(keepends=True)
    begins = [at for at, line in enumerate(lines) if line.strip().startswith(_BEGINS)]
    ends = [at for at, line in enumerate(lines) if line.strip() == END]
    if not begins and not ends:
        gap = b"" if not old else ending if old.endswith(b"\n") else ending * 2
        return Marked(old + gap + section + ending, "made" if before is None else "added")
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        places = ", ".join(str(at + 1) for at in sorted(begins + ends))
        raise Refused(
            "Its marks of planner-tui's section are not one beginning and one end after it "
            f"(lines {places}). Mend or remove them, then try again."
        )
    last = lines[ends[0]]
    kept = last[len(last.rstrip(b"\r\n")) :]
    content = b"".join((*lines[: begins[0]], section, kept, *lines[ends[0] + 1 :]))
    return Marked(content, "unchanged" if content == old else "updated")
