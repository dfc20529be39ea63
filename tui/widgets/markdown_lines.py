"""Markdown as lines to draw. Imported when the first description is read, never before.

Rich lays it out. What would reach the terminal as more than text is taken out on the way:
links are told, not linked, and escapes that entities spell (``&#27;``) show as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import ClassVar

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, ImageItem, Markdown, MarkdownElement
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from tui.text import visible, visible_lines
from tui.widgets.card_lines import Line, Piece, wrapped

LEAST_WIDTH = 20
"""Cells below which a text is wrapped as it was typed: there is no room for lists in lists."""

LONGEST = 8_000
"""Characters in one piece above which a text is wrapped as it was typed: it would take too long."""

STYLES = ("heading", "text", "faint", "code", "strong", "em", "strike", "link")
"""The component styles a Markdown text is drawn with."""

_NAMED = {
    "heading": ("h1", "h2", "h3", "h4", "h5", "h6", "h7", "table.header"),
    "text": ("paragraph", "text", "item", "list", "block"),
    "faint": ("hr", "item.bullet", "item.number", "block_quote", "table.border", "link_url"),
    "code": ("code", "code_block", "kbd"),
    "strong": ("strong",),
    "em": ("em", "emph"),
    "strike": ("s",),
    "link": ("link",),
}


class _Heading(Heading):
    """A heading, on the left; its level is told by its marks, since all sizes are one."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        yield text


class _Code(CodeBlock):
    """A block of code, as it was typed."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = console.get_style("markdown.code_block")
        yield Padding(Text(str(self.text).rstrip("\n"), style), (0, 0, 0, 2))


class _Image(ImageItem):
    """A picture, in words."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        name = self.text.plain or self.destination.strip("/").rsplit("/", 1)[-1]
        yield Text(f"[picture: {name}]", console.get_style("markdown.link"), end="")


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "image": _Image,
    }


def markdown_lines(text: str, width: int, styles: Mapping[str, Style]) -> tuple[Line, ...]:
    """Return a Markdown text's lines, none wider than so many cells.

    Args:
        text: What ``visible_lines`` gave.
        width: How wide it may be.
        styles: The style of each name in ``STYLES``.
    """
    lines: list[Line] = []
    if width >= LEAST_WIDTH and len(text) <= LONGEST:
        try:
            lines = _rendered(text, width, styles)
        except Exception:
            # What Rich can't lay out is shown as it was typed: better than no card at all.
            lines = []
    return tuple(lines) or tuple(((line, "text"),) for line in wrapped(text, width))


def _rendered(text: str, width: int, styles: Mapping[str, Style]) -> list[Line]:
    named = {f"markdown.{part}": styles[style] for style, parts in _NAMED.items() for part in parts}
    console = Console(
        file=StringIO(),
        width=width,
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
        theme=Theme(named),
        _environ={},
    )
    markdown = _Markdown(text, hyperlinks=False)
    markdown.parsed = _safe(markdown.parsed)
    rendered = console.render_lines(markdown, pad=False)
    lines = [tuple(_pieces(line)) for line in rendered]
    while lines and not _says_something(lines[-1]):
        lines.pop()
    while lines and not _says_something(lines[0]):
        lines.pop(0)
    return lines


def _safe(tokens: list[Token]) -> list[Token]:
    """Return the tokens with nothing in them that could do more than be read."""
    kept: list[Token] = []
    for token in tokens:
        token.content = visible_lines(token.content)
        token.attrs = {
            name: visible(value) if isinstance(value, str) else value
            for name, value in token.attrs.items()
        }
        if token.children:
            token.children = _safe(token.children)
        kept.append(token)
    return _without_doubles(kept)


def _without_doubles(tokens: list[Token]) -> list[Token]:
    """Return the tokens without links that say nothing but where they go."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if (
            token.type == "link_open"
            and index + 2 < len(tokens)
            and tokens[index + 2].type == "link_close"
            and tokens[index + 1].content == token.attrs.get("href")
        ):
            kept.append(tokens[index + 1])
            index += 3
            continue
        kept.append(token)
        index += 1
    return kept


def _pieces(line: list[Segment]) -> list[Piece]:
    return [
        (visible(segment.text), segment.style or "text")
        for segment in line
        if segment.text and not segment.control
    ]


def _says_something(line: Line) -> bool:
    return any(text.strip() for text, _ in line)
