"""What can be done right now, and with which keys: read from the bindings, never written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen

_WORDED = {"enter": "enter", "plus": "+", "minus": "-", "home": "home", "end": "end"}
_ELSEWHERE = "Elsewhere"


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One thing that can be done: its keys, what it is called, what it does."""

    keys: str
    description: str
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action with all the keys that run it, in the order they are bound."""

    bindings: tuple[Binding, ...]
    node: DOMNode
    enabled: bool

    @property
    def binding(self) -> Binding:
        """The first of its bindings."""
        return self.bindings[0]

    @property
    def keys(self) -> str:
        """Its keys as people read them, such as ``↑ k``."""
        return " ".join(dict.fromkeys(key_name(binding) for binding in self.bindings))


def key_name(binding: Binding) -> str:
    """Return a binding's key as people read it: ``shift+←``, ``ctrl+r``, ``enter``."""
    if binding.key_display:
        return binding.key_display
    modifiers, key = binding.parse_key()
    return "+".join([*modifiers, _WORDED.get(key) or format_key(key)])


def key_of(screen: Screen[Any], binding_id: str) -> str:
    """Return the first key of a binding of a screen, as people read it; empty when it has none."""
    for active in screen.active_bindings.values():
        if active.binding.id == binding_id:
            return key_name(active.binding)
    return ""


def key_now(app: App[Any], binding_id: str, usual: str) -> str:
    """Return a binding's first key as people read it, wherever it is bound.

    Args:
        app: May have been given other keys.
        binding_id: The binding's id.
        usual: Its key where it was not given another.
    """
    given = app._keymap.get(binding_id)
    return key_name(Binding(given.partition(",")[0], "")) if given else usual


def key_for(screen: Screen[Any], action: str) -> str:
    """Return the first key that runs an action on a screen; empty when none does."""
    for active in screen.active_bindings.values():
        if active.binding.action.removeprefix("screen.") == action:
            return key_name(active.binding)
    return ""


def deeds(screen: Screen[Any]) -> list[Deed]:
    """Return what can be done on a screen right now, each once with all its keys."""
    found: dict[tuple[DOMNode, str], list[ActiveBinding]] = {}
    for active in _in_order(screen.active_bindings.values()):
        binding = active.binding
        if binding.description and not binding.system:
            found.setdefault((active.node, binding.action), []).append(active)
    return [
        Deed(tuple(active.binding for active in same), node, same[0].enabled)
        for (node, _action), same in found.items()
    ]


def help_groups(screen: Screen[Any]) -> dict[str, list[HelpRow]]:
    """Return every key that works on a screen, for ``Help``, in groups.

    A binding's group is its own, else the first word of its id (``card.new`` is in
    "Card"), else "Elsewhere": the keys that come with Textual.
    """
    groups: dict[str, list[HelpRow]] = {}
    last: list[HelpRow] = []
    for deed in deeds(screen):
        binding = deed.binding
        row = HelpRow(deed.keys, binding.description, binding.tooltip)
        if binding.group is not None and binding.group.description:
            groups.setdefault(binding.group.description, []).append(row)
        elif binding.id:
            groups.setdefault(_group_of(binding.id), []).append(row)
        else:
            last.append(row)
    if last:
        groups[_ELSEWHERE] = last
    return groups


def _in_order(actives: Iterable[ActiveBinding]) -> list[ActiveBinding]:
    """Return bindings as their nodes list them: a remapped key would come last otherwise."""
    nodes: dict[DOMNode, list[ActiveBinding]] = {}
    for active in actives:
        nodes.setdefault(active.node, []).append(active)
    return [active for node, bound in nodes.items() for active in sorted(bound, key=_rank(node))]


def _rank(node: DOMNode) -> Callable[[ActiveBinding], int]:
    """Return what says where in a node's lists a binding stands, by its id or its action.

    What comes with Textual stands after what is ours; a class's own after its base's.
    """
    ranks: dict[str, int] = {}
    classes = reversed(type(node).__mro__)
    for made_from in sorted(classes, key=lambda one: one.__module__.startswith("textual.")):
        for binding in made_from.__dict__.get("BINDINGS", ()):
            name = (binding.id or binding.action) if isinstance(binding, Binding) else binding[1]
            ranks.setdefault(name, len(ranks))
    return lambda active: ranks.get(active.binding.id or active.binding.action, len(ranks))


def _group_of(binding_id: str) -> str:
    return binding_id.partition(".")[0].replace("_", " ").capitalize()
