"""The command palette's side of the board: what every key does, by name, and where one can go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from planner.projects import ProjectFace
from tui.keys import Deed, deeds
from tui.text import clip, visible

if TYPE_CHECKING:
    from tui.app import PlannerApp

PATIENCE = 2.0
"""Seconds the palette waits for the projects; without them it offers the rest."""

_LONGEST = 60

Offer = tuple[str, Callable[[], object], str]
"""What something is called in the palette, what running it does, and more words about it."""


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
                yield Hit(score, _lit(matcher, name), partial(self._run, deed), name, _help(deed))

    async def _run(self, deed: Deed) -> None:
        await self.app.run_action(deed.binding.action, deed.node)


class _Ways(Provider):
    """Offers what a subclass reads when the palette opens, each by name with what it does."""

    async def startup(self) -> None:
        """Read what there is."""
        self._offers = await self.read()

    async def read(self) -> list[Offer]:
        """Return what to offer."""
        raise NotImplementedError

    async def discover(self) -> Hits:
        """Offer everything.

        Yields:
            A hit for each offer, by name.
        """
        for name, run, words in self._offers:
            yield DiscoveryHit(Content(name), run, name, words)

    async def search(self, query: str) -> Hits:
        """Offer what the query matches by name.

        Args:
            query: What was typed.

        Yields:
            A hit for each offer that matches.
        """
        matcher = self.matcher(query)
        for name, run, words in self._offers:
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, _lit(matcher, name), run, name, words)

    @property
    def _planner_app(self) -> PlannerApp:
        return cast("PlannerApp", self.app)


class ProjectCommands(_Ways):
    """Offers to go to each project but the one that is open."""

    async def read(self) -> list[Offer]:
        """Read the projects."""
        found: asyncio.Future[list[ProjectFace]] = asyncio.get_running_loop().create_future()
        app = self._planner_app
        app.read_projects(lambda faces: None if found.done() else found.set_result(faces))
        try:
            faces = await asyncio.wait_for(found, PATIENCE)
        except TimeoutError:
            return []
        return [
            (
                f"Go to project {clip(face.name, _LONGEST)}",
                partial(app.go_to, None, face.id),
                _held(face),
            )
            for face in faces
            if face.id != app.project_id
        ]


class FilterCommands(_Ways):
    """Offers to filter the map by what was saved under a name."""

    async def read(self) -> list[Offer]:
        """Read the saved filters."""
        app = self._planner_app
        return [
            (
                f"Filter: {clip(name, _LONGEST)}",
                partial(app.filter_for, query),
                escape(visible(query)),
            )
            for name, query in app.remembered.saved_filters.items()
        ]


def _lit(matcher: Matcher, name: str) -> Content:
    """Return a name with what matches lit up; the matcher's own way would read it as markup."""
    lit = Content(name)
    _, offsets = matcher.fuzzy_search.match(matcher.query, name)
    for offset in offsets:
        if not name[offset].isspace():
            lit = lit.stylize(matcher.match_style, offset, offset + 1)
    return lit


def _held(face: ProjectFace) -> str:
    return f"{face.workflows:,} workflows · {face.activities:,} activities · {face.cards:,} cards"


def _name(deed: Deed) -> str:
    """Return what an action is called in the palette, such as ``Card: New card``."""
    prefix = (deed.binding.id or "").partition(".")[0].replace("_", " ").capitalize()
    return f"{prefix}: {deed.binding.description}"


def _help(deed: Deed) -> str:
    said = f"{deed.keys} · {deed.binding.tooltip}" if deed.binding.tooltip else deed.keys
    return escape(said)
