"""The command palette's side of the keys: everything a key does can be run by name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.keys import Deed, deeds


class KeyCommands(Provider):
    """Offers every binding with an id of the screen the palette was opened on.

    The list is read when the palette opens, and an action runs where it is bound.
    """

    async def startup(self) -> None:
        """Read what can be done now."""
        self._deeds = [deed for deed in deeds(self.screen) if deed.binding.id and deed.enabled]

    async def discover(self) -> Hits:
        """Offer everything.

        Yields:
            A hit for each binding, by name.
        """
        for deed in sorted(self._deeds, key=_name):
            yield DiscoveryHit(
                Content(_name(deed)), partial(self._run, deed), _name(deed), _help(deed)
            )

    async def search(self, query: str) -> Hits:
        """Offer what the query matches, by name or by what it does.

        Args:
            query: What was typed.

        Yields:
            A hit for each binding that matches.
        """
        matcher = self.matcher(query)
        for deed in self._deeds:
            name, tooltip = _name(deed), deed.binding.tooltip
            score = matcher.match(name)
            if score <= 0 and query.casefold() in tooltip.casefold():
                score = 0.1
            if score > 0:
                shown = matcher.highlight(name)
                yield Hit(score, shown, partial(self._run, deed), name, _help(deed))

    async def _run(self, deed: Deed) -> None:
        await self.app.run_action(deed.binding.action, deed.node)


def _name(deed: Deed) -> str:
    """Return what an action is called in the palette, such as ``Card: New card``."""
    prefix = (deed.binding.id or "").partition(".")[0].replace("_", " ").capitalize()
    return f"{prefix}: {deed.binding.description}"


def _help(deed: Deed) -> str:
    return f"{deed.keys} · {deed.binding.tooltip}" if deed.binding.tooltip else deed.keys
