"""The key line: the keys that work right now, on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.keys import Deed, deeds, key_name
from tui.text import clip, visible

_GAP = 2


@dataclass(frozen=True, slots=True)
class _Item:
    """A key on the line, from one cell up to another."""

    start: int
    end: int
    key: str
    words: str
    deed: Deed


class KeyLine(Widget):
    """Shows as many of the screen's shown bindings as fit, Help always among them.

    Read again only when the screen says that its bindings changed; nothing is mounted.
    A click on a key does what the key does.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        & > .key-line--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        & > .key-line--words {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        & > .key-line--off {
            color: $text-disabled;
        }
        &:ansi > .key-line--off {
            text-style: dim;
        }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-line--key",
        "key-line--words",
        "key-line--off",
    }

    def __init__(
        self,
        *,
        words: Mapping[str, str] | None = None,
        id: str | None = None,  # noqa: A002  (Textual's word)
    ) -> None:
        """Show the screen's keys.

        Args:
            words: What to call a binding here, by its id; its description otherwise.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._words = dict(words or {})
        self._deeds: list[Deed] = []
        self._first: Sequence[str] = ()
        self._items: list[_Item] = []

    @property
    def text(self) -> str:
        """What the line says."""
        return (" " * _GAP).join(f"{item.key} {item.words}".strip() for item in self._items)

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    def on_resize(self) -> None:
        """Fit what is shown to the width."""
        self._arrange()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        ground = self.rich_style
        key = self.get_component_rich_style("key-line--key")
        words = self.get_component_rich_style("key-line--words")
        off = self.get_component_rich_style("key-line--off")
        segments: list[Segment] = []
        at = 0
        for item in self._items:
            segments.append(Segment(" " * (item.start - at), ground))
            segments.append(Segment(item.key, key if item.deed.enabled else off))
            if item.words:
                segments.append(Segment(" ", ground))
                segments.append(Segment(item.words, words if item.deed.enabled else off))
            at = item.end
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell what the key below the mouse does."""
        item = self._item_at(event.x)
        tooltip = item.deed.binding.tooltip if item else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    async def on_click(self, event: events.Click) -> None:
        """Do what the key below the mouse does."""
        item = self._item_at(event.x)
        if item is None:
            return
        event.stop()
        if item.deed.enabled:
            await self.app.run_action(item.deed.binding.action, item.deed.node)
        else:
            self.app.bell()

    def _item_at(self, x: int) -> _Item | None:
        return next((item for item in self._items if item.start <= x < item.end), None)

    def _read(self, screen: Screen[Any]) -> None:
        """Take the bindings that work now."""
        if not self.is_attached or screen is not self.screen:
            return
        found = deeds(screen)
        if found != self._deeds:
            self._deeds = found
            self._arrange()

    def call_things(self, words: Mapping[str, str]) -> None:
        """Call bindings by other words, by their ids."""
        self._words.update(words)
        self._arrange()

    def put_first(self, binding_ids: Sequence[str]) -> None:
        """Show these before the others, in this order, and even those that don't show by themselves.

        Args:
            binding_ids: What is most wanted right now.
        """
        if binding_ids is not self._first:
            self._first = binding_ids
            self._arrange()

    def _ordered(self) -> list[Deed]:
        """Return the deeds to show, the most wanted first."""
        ranks = {name: rank for rank, name in enumerate(self._first)}

        def rank(deed: Deed) -> int:
            name = deed.binding.id or ""
            # What any text can do comes after what is to be done with this one.
            return len(ranks) + 1 if name.startswith("area.") else ranks.get(name, len(ranks))

        shown = [d for d in self._deeds if d.binding.show or d.binding.id in ranks]
        return sorted(shown, key=rank)

    def _arrange(self) -> None:
        """Place as many keys as fit, keeping room for Help at the end."""
        width = self.size.width
        shown = self._ordered()
        helps = [deed for deed in shown if _is_help(deed)][:1]
        others = [deed for deed in shown if not _is_help(deed)]
        kept = sum(_GAP + self._cells(deed) for deed in helps)
        items: list[_Item] = []
        at = 1
        for deed in others:
            if at + self._cells(deed) + kept > width:
                break
            items.append(self._place(deed, at, width))
            at = items[-1].end + _GAP
        items.extend(self._place(deed, at, width) for deed in helps)
        if items != self._items:
            self._items = items
            self.refresh()

    def _place(self, deed: Deed, at: int, width: int) -> _Item:
        key = visible(key_name(deed.binding))
        words = clip(self._named(deed), max(0, width - at - cell_len(key) - 1))
        end = at + cell_len(key) + (cell_len(words) + 1 if words else 0)
        return _Item(at, end, key, words, deed)

    def _cells(self, deed: Deed) -> int:
        return cell_len(f"{visible(key_name(deed.binding))} {self._named(deed)}")

    def _named(self, deed: Deed) -> str:
        return visible(self._words.get(deed.binding.id or "", deed.binding.description))


def _is_help(deed: Deed) -> bool:
    return deed.binding.action == "help" or (deed.binding.id or "").endswith(".help")
