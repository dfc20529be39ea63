"""What a filter that is being typed may go on with, and what to say of it meanwhile."""

from __future__ import annotations

from typing import NamedTuple

from planner.filter_keys import KEYS
from planner.filter_terms import WORD, Written, quoted, read_terms
from planner.filter_values import Vocabulary, fold


class Completion(NamedTuple):
    """A way to go on: ``text`` in place of what stands from ``start`` to ``end``.

    ``shown`` is what to call it; ``rest`` is what it adds after the cursor, and is empty
    where it replaces what was typed instead.
    """

    text: str
    start: int
    end: int
    shown: str
    rest: str

    def taken(self, line: str) -> tuple[str, int]:
        """Return the line with this in it, and where the cursor is then."""
        return line[: self.start] + self.text + line[self.end :], self.start + len(self.text)


def completions(line: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """Return what may be typed next, best first; nothing within a word or between words."""
    written = _term_at(line, cursor)
    if written is None:
        return []
    term = written.term
    if term.key == WORD:
        start = written.start + term.negated
        typed = line[start:cursor]
        if not typed.isalpha():
            return []
        names = [f"{name}:" for name in KEYS if name.startswith(fold(typed))]
        return [Completion(name, start, cursor, name, name[len(typed) :]) for name in names]
    key = KEYS.get(term.key)
    value = next((each for each in written.values if each.end == cursor), None)
    if key is None or value is None:
        return []
    others = {fold(each.text) for each in written.values if each is not value}
    typed, folded = value.text, fold(value.text)
    begun: list[Completion] = []
    held: list[Completion] = []
    for offer in key.values.offers(vocabulary, typed):
        plain = fold(offer)
        if plain == folded or plain in others:
            continue
        if fold(offer[: len(typed)]) == folded:
            rest = offer[len(typed) :]
            begun.append(Completion(quoted(offer), value.start, cursor, offer, rest))
        elif folded in plain:
            held.append(Completion(quoted(offer), value.start, cursor, offer, ""))
    return begun + held if key.values.anywhere or not begun else begun


def hint(line: str, cursor: int) -> str:
    """Return what to say of the term that is being typed, and of the filter where there is none."""
    written = _term_at(line, cursor)
    key = KEYS.get(written.term.key) if written is not None else None
    if key is not None:
        return f"{key.name}: {key.says.replace('`', '')} · {key.help}"
    return f"words and {' '.join(f'{name}:' for name in KEYS)} #42 · - before one turns it round"


def begins_a_key(line: str) -> int | None:
    """Return where the last word begins if it may become a key; None if it may not."""
    written = _term_at(line, len(line))
    if written is None or written.term.key != WORD:
        return None
    typed = line[written.start + written.term.negated :]
    begins = typed.isalpha() and any(name.startswith(fold(typed)) for name in KEYS)
    return written.start if begins else None


def _term_at(line: str, cursor: int) -> Written | None:
    """Return the term that typing at the cursor goes on with."""
    if line[cursor : cursor + 1].strip(" ,"):
        return None
    at = [written for written in read_terms(line) if written.start < cursor <= written.end]
    return at[0] if at else None
