"""Texts of a plan within Markdown: what the exporter writes and the importer reads back exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

LABELS = {
    "requirement": "requirement",
    "known fact": "known_fact",
    "fact": "known_fact",
    "assumption": "assumption",
    "question": "question",
    "file": "planned_file",
    "planned file": "planned_file",
    "quick answer": "quick_answer",
    "module": "module_hint",
    "contract": "contract_notes",
}
"""What may stand before an item's text, and what the item then is; without any, a requirement."""

LABEL = re.compile(rf"({'|'.join(LABELS)}):(?:[ \t]+|$)", re.IGNORECASE)

_ANYWHERE = re.compile(
    r"[\\`*\[\]<{}~\n\r\0]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it means nothing
    r"|&(?=#|[A-Za-z])"
    r"|(?<!\S)\#"
)
_AT_START = re.compile(r"[-+>=:|]|\d{1,9}(?=[.)])")
_LABELLED = re.compile(rf"(?:{'|'.join(LABELS)})(?=:)", re.IGNORECASE)
_ID = re.compile(r"[\w-]{1,200}")
_EXPORTED = re.compile(rf"<!-- planner-tui, project ({_ID.pattern}) -->")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_IN_QUOTE = re.compile(r"&(?=#|amp;)|[\r\0]")
_FROM_QUOTE = re.compile(r"&amp;(?=#|amp;)|&#13;|&#0;")
_BACK = {"&amp;": "&", "&#13;": "\r", "&#0;": "\0"}


def export_mark(project_id: str) -> str:
    """Return the comment that says which project's numbers those in an outline are."""
    return f"<!-- planner-tui, project {project_id} -->" if _ID.fullmatch(project_id) else ""


def exported_from(text: str) -> str:
    """Return the id of the project that an outline was exported from, empty for any other."""
    found = _EXPORTED.match(text)
    return found[1] if found else ""


def inline(text: str) -> str:
    """Return a title or a text on one line, so that nothing in it is taken for markup."""
    body = text.strip(" \t")
    start = len(text) - len(text.lstrip(" \t"))
    ends = [text[:start], text[start + len(body) :]] if body else [text, ""]
    before, after = ("".join(f"&#{ord(char)};" for char in end) for end in ends)
    written = _ANYWHERE.sub(_escape, body)
    if not before:
        written = (
            _AT_START.sub(_at_start, written, count=1) if _AT_START.match(written) else written
        )
        written = (
            _LABELLED.sub(r"\g<0>\\", written, count=1) if _LABELLED.match(written) else written
        )
    return f"{before}{written}{after}"


def plain_text(written: str) -> str:
    """Return the text that stands on a line: escapes and entities are what they stand for."""
    return _ESCAPED.sub(_unescape, written.strip(" \t"))


def quoted(text: str, indent: str = "") -> Iterator[str]:
    """Yield the lines of a block quote that holds a text, whatever Markdown is in it."""
    for line in _IN_QUOTE.sub(lambda m: "&amp;" if m[0] == "&" else f"&#{ord(m[0])};", text).split(
        "\n"
    ):
        yield f"{indent}> {line}" if line else f"{indent}>"


def unquoted(lines: list[str]) -> str:
    """Return the text of a block quote, of whose lines the ``>`` was taken away."""
    return _FROM_QUOTE.sub(lambda found: _BACK[found[0]], "\n".join(lines))


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return f"&#{ord(char)};" if char in "\n\r\0" else f"\\{char}"


def _at_start(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    name = found[2]
    if not name.startswith("#"):
        return html5.get(f"{name};", found[0])
    number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    fits = number < 0x110000 and not 0xD800 <= number < 0xE000
    return chr(number) if fits else "\ufffd"
