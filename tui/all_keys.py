"""Every key of every screen and widget, found by looking at them: nobody keeps a list.

Importing all of them takes a while, so only what needs them all asks: the check of a config
that gives keys anew, and the reference pages.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

EVERYWHERE = "Everywhere"
"""What the app's own keys are called: they work on every screen, dialogs apart."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The keys of a screen or a widget.

    Attributes:
        name: What it is called, such as ``Card form``.
        node: Its class.
        bindings: Those it adds itself, as they are written down; all have an id.
    """

    name: str
    node: type[DOMNode]
    bindings: tuple[Binding, ...]

    @property
    def is_screen(self) -> bool:
        """Whether it is a whole screen, on which the app's keys work as well."""
        return issubclass(self.node, Screen) and not issubclass(self.node, ModalScreen)

    @property
    def all_bindings(self) -> BindingsMap:
        """All it has by key, inherited ones too."""
        return self.node._merge_bindings()


def keyboards() -> list[Keyboard]:
    """Return every screen and widget with keys of its own: the map first, then the app."""
    from tui import screens, widgets
    from tui.app import PlannerApp
    from tui.screens.map import MapScreen

    nodes: list[type[DOMNode]] = [MapScreen, PlannerApp]
    for package in (screens, widgets):
        for module in _modules(package):
            nodes += [node for node in _nodes(module) if node not in nodes]
    found = [Keyboard(_name(node), node, _own(node)) for node in nodes]
    return [keyboard for keyboard in found if keyboard.bindings]


def binding_ids() -> dict[str, Binding]:
    """Return every binding that can be given another key, by its id."""
    return {str(binding.id): binding for board in keyboards() for binding in board.bindings}


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        yield importlib.import_module(f"{package.__name__}.{module.name}")


def _nodes(module: ModuleType) -> Iterator[type[DOMNode]]:
    """Yield the classes a module defines that can have keys, in the order they stand there."""
    for value in vars(module).values():
        is_node = isinstance(value, type) and issubclass(value, DOMNode)
        if is_node and value.__module__ == module.__name__:
            yield value


def _own(node: type[DOMNode]) -> tuple[Binding, ...]:
    bindings = node.__dict__.get("BINDINGS", ())
    return tuple(one for one in bindings if isinstance(one, Binding) and one.id)


def _name(node: type[DOMNode]) -> str:
    if issubclass(node, App):
        return EVERYWHERE
    bare = node.__name__.strip("_")
    if bare.endswith("Screen") and bare != "PlanScreen":
        bare = bare.removesuffix("Screen")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).capitalize()
