"""The colours of a language, for lines of a diff. Imported when the first code is seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename
from pygments.token import Token, _TokenType

COLORS = (
    "keyword",
    "name",
    "type",
    "function",
    "string",
    "number",
    "comment",
    "tag",
)
"""The names of the styles that code is drawn in, besides that of plain text."""

_STYLES: dict[_TokenType, str] = {
    Token.Comment: "comment",
    Token.Comment.Preproc: "keyword",
    Token.Keyword: "keyword",
    Token.Keyword.Constant: "number",
    Token.Keyword.Type: "type",
    Token.Operator.Word: "keyword",
    Token.Literal.String: "string",
    Token.Literal.String.Doc: "comment",
    Token.Literal.Number: "number",
    Token.Name.Builtin: "name",
    Token.Name.Builtin.Pseudo: "keyword",
    Token.Name.Class: "type",
    Token.Name.Exception: "type",
    Token.Name.Constant: "number",
    Token.Name.Decorator: "tag",
    Token.Name.Attribute: "name",
    Token.Name.Function: "function",
    Token.Name.Tag: "tag",
    Token.Generic.Heading: "keyword",
    Token.Generic.Subheading: "keyword",
}

Ranges = tuple[tuple[int, int, str], ...]


@lru_cache(64)
def lexer_for(path: str) -> Lexer | None:
    """Return what knows the language of a file by its name; None where nothing does."""
    name = path.rsplit("/", 1)[-1][-200:]
    try:
        found = find_lexer_class_for_filename(name)
        return found() if found is not None and found.name != "Text only" else None
    except Exception:
        # A lexer that can't be loaded is no reason not to show the text.
        return None


def color_lines(lexer: Lexer | None, lines: Sequence[str]) -> list[Ranges]:
    """Return which parts of some lines that follow each other have which colour."""
    if lexer is None or not lines:
        return []
    # As long as they were, and no character in them ends a line but the one between two.
    text = "\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines) + "\n"
    found: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    line = start = 0
    try:
        for at, token, value in lexer.get_tokens_unprocessed(text):
            style, end = _style(token), at + len(value)
            if not style:
                continue
            while line < len(lines) and at < end:
                stop = start + len(lines[line])
                if at > stop:
                    start, line = stop + 1, line + 1
                    continue
                if at < min(end, stop):
                    found[line].append((at - start, min(end, stop) - start, style))
                at = stop + 1
    except Exception:
        # What a lexer stumbles over is shown without colours.
        return [() for _ in lines]
    return [tuple(ranges) for ranges in found]


@lru_cache(512)
def _style(token: _TokenType) -> str:
    at: _TokenType | None = token
    while at is not None:
        if at in _STYLES:
            return _STYLES[at]
        at = at.parent
    return ""
