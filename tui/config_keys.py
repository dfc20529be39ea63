"""The ``[keys]`` of a config, held against every binding there is."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key

from tui.all_keys import EVERYWHERE, Keyboard, keyboards

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""What may stand before a key, in the order that Textual tells them in."""

_OTHER_NAMES = {
    "backtab": "shift+tab",
    "del": "delete",
    "esc": "escape",
    "ins": "insert",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "pgup": "pageup",
    "return": "enter",
}
_NEVER = frozenset({"ignore", "return"})
_TEXTUALS_OWN = {"ctrl+q": "it quits everywhere", "ctrl+c": "it copies"}
"""What Textual does itself, whatever else a key is bound to."""

Complaint = tuple[str, str]
"""The id of a binding, and what is wrong with the keys given to it."""


class NoKey(Exception):
    """A name that no key has; says what it could mean."""


def check_keys(given: dict[str, str]) -> tuple[dict[str, str], list[Complaint]]:
    """Return keys by binding id as a keymap, and what is wrong with them.

    Args:
        given: Keys with commas between, by the id of their binding.
    """
    boards = keyboards()
    known = {str(binding.id): binding for board in boards for binding in board.bindings}
    keymap: dict[str, str] = {}
    complaints: list[Complaint] = []
    for binding_id, names in given.items():
        if binding_id not in known:
            near = get_close_matches(binding_id, known, 1)
            hint = f"did you mean {near[0]}?" if near else "docs/keys.md lists all."
            complaints.append((binding_id, f"there is no key id '{binding_id}'; {hint}"))
            continue
        try:
            keys = [parse_key(name.strip()) for name in names.split(",")]
        except NoKey as wrong:
            complaints.append((binding_id, str(wrong)))
            continue
        keymap[binding_id] = ",".join(dict.fromkeys(keys))
    if not complaints:
        complaints = list(_clashes(boards, keymap))
    return keymap, complaints


def parse_key(name: str) -> str:
    """Return a key's name as Textual tells it: ``question_mark`` for ``?``.

    Raises:
        NoKey: No key has that name.
    """
    if not name:
        raise NoKey("there is an empty key here; a comma is called comma.")
    *modifiers, key = name.split("+") if len(name) > 1 else (name,)
    if not key and name.endswith("+"):  # such as ctrl++
        modifiers, key = [one for one in modifiers if one], "+"
    wrong = [one for one in modifiers if one not in MODIFIERS]
    if wrong:
        near = get_close_matches(wrong[0], MODIFIERS, 1, 0.5)
        hint = f"did you mean {'+'.join([*near, key])}?" if near else "there are alt, ctrl, shift."
        raise NoKey(f"'{name}' is no key; {hint}")
    if "shift" in modifiers and len(key) == 1:
        raise NoKey(f"'{name}' is written as the character itself: {key.upper()}.")
    base = _character_to_key(key) if len(key) == 1 else key
    if base not in _names() and not (len(key) == 1 and key.isprintable()):
        near = [_OTHER_NAMES.get(base, ""), *get_close_matches(base, _names(), 1)]
        hint = next((f"did you mean {'+'.join([*modifiers, one])}?" for one in near if one), "")
        raise NoKey(f"'{name}' is no key; {hint or 'write it as a character or by its name.'}")
    return "+".join([*sorted(set(modifiers)), base])


def _names() -> set[str]:
    """Return every name of a key without modifiers."""
    named = {key.value for key in Keys if key.value.replace("_", "").isalnum()}
    ascii_ = {_character_to_key(chr(code)) for code in range(0x21, 0x7F)}
    return (named | ascii_ | set(KEY_NAME_REPLACEMENTS.values())) - _NEVER


def _clashes(boards: list[Keyboard], keymap: dict[str, str]) -> Iterator[Complaint]:
    """Yield the keys that would do two things on one screen, where the config made it so."""
    for binding_id, keys in keymap.items():
        for key in keys.split(","):
            if key in _TEXTUALS_OWN and binding_id != "app.quit":
                yield binding_id, f"{key} is taken: {_TEXTUALS_OWN[key]}; choose another key."
    everywhere = [board for board in boards if board.name == EVERYWHERE]
    told: set[tuple[str, frozenset[str]]] = set()
    for board in boards:
        holders: dict[str, list[str]] = {}
        for part in [board, *(everywhere if board.is_screen else ())]:
            for key, binding_id in _effective(part, keymap):
                ids = holders.setdefault(key, [])
                if binding_id not in ids:
                    ids.append(binding_id)
        for key, ids in holders.items():
            given = [binding_id for binding_id in keymap if binding_id in ids]
            if len(ids) < 2 or not given or (key, frozenset(ids)) in told:
                continue
            told.add((key, frozenset(ids)))
            place = "everywhere" if board in everywhere else f"on {board.name}"
            words = f"{key} is given to {' and '.join(ids)} {place}; give one another key."
            yield given[-1], words


def _effective(board: Keyboard, keymap: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a screen with the ids of what they do, once the keymap holds."""
    for key, binding in board.all_bindings:
        if binding.id in keymap:
            yield from ((other, binding.id) for other in keymap[binding.id].split(","))
        elif binding.id:
            yield key, binding.id
