"""What an import wants the plan to be: the words every format and the core share.

A format reads its source into a ``Source``; the core makes ids of its keys, compares what is
wanted with what earlier imports wrote, and asks for the difference.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from store.records import Record

if TYPE_CHECKING:
    from planner.importers.log import Written
    from store.adapter import DbAdapter

Kind = Literal[
    "workflow",
    "activity",
    "card",
    "requirement",
    "known_fact",
    "assumption",
    "question",
    "planned_file",
    "context_artifact",
    "link",
]
"""What an item of the plan is; a ``link`` lets a card use a context artifact made elsewhere."""

KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind, from the map's top down."""

MOST_ITEMS = 250_000
"""The most that one import may bring: more is no plan, and would need memory without bounds."""

# A UUID's bits that a name gives (all but those of the variant and the version), and the others.
_NAME_BITS = ~(0xC000 << 48 | 0xF000 << 64)
_VERSION_5 = 0x8000 << 48 | 5 << 76


class Problem(msgspec.Struct, frozen=True):
    """A place in a source (a file's path, ``line 12``), and what is the matter with it."""

    path: str
    reason: str


class ImportRefused(Exception):
    """Nothing was imported; ``problems`` names all that is in the way and its reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.reason}" for p in problems))
        self.problems = problems


def check_count(count: int, path: str) -> None:
    """Make sure that a source doesn't hold more than a plan may take. Raises ``ImportRefused``."""
    if count > MOST_ITEMS:
        reason = f"there are more than {MOST_ITEMS:,} items; import it in parts"
        raise ImportRefused([Problem(path, reason)])


class Item(msgspec.Struct, frozen=True):
    """A row the plan has, or should have.

    ``parent`` is the workflow of an activity, the activity of a card, the card of the
    rest; empty for a context artifact of the whole project. ``fields`` are the columns that
    its source says something about. ``path`` is the place in the source it is from.
    """

    kind: Kind
    id: str
    parent: str
    fields: dict[str, Any]
    path: str = ""


class WantedCard(msgspec.Struct, frozen=True):
    """A card with what belongs to it.

    ``finalized`` tells whether its source says that it may be built; None where it says nothing.
    """

    card: Item
    below: list[Item]
    finalized: bool | None = False


class Wanted(msgspec.Struct, frozen=True):
    """The plan a source asks for.

    ``map`` holds workflows and activities, ``project`` the context artifacts of no one card,
    ``deleted`` the names of cards that a person deleted, and of which nothing else is known.
    New siblings go behind the one before them in the source where ``in_order``, last where
    not; where ``reordered``, all siblings are brought into the source's order; a new workflow goes before ``last_workflow`` where there is one.
    """

    map: list[Item]
    cards: list[WantedCard]
    project: list[Item] = []
    deleted: list[str] = []
    in_order: bool = False
    reordered: bool = False
    last_workflow: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """What earlier imports of a format wrote and nobody has undone.

    ``below`` has the items that belong to a card, by its id (those of the project by ``""``),
    ``finalized`` the cards they finalized, ``rows`` the workflows, activities and cards that stand in
    the plan now. ``take_over`` makes rows of the plan count as written by an import, as they are.
    """

    project_id: str
    items: dict[str, Item]
    below: dict[str, list[Item]]
    finalized: set[str]
    rows: dict[str, Record]
    take_over: Callable[[list[str]], None]

    def gone(self, item_id: str) -> bool:
        """Tell whether a person deleted a workflow, activity or card that an import made."""
        return item_id in self.items and item_id not in self.rows


class Entry(msgspec.Struct, frozen=True):
    """Something a source asks for, before it has an id.

    ``key`` is what it is known by within its kind when it is imported again; what belongs to a card
    may go without, and is then known by its text, or by its place once that was reworded.
    ``parent`` is the key of the workflow, activity or card it belongs to, and empty for a context
    artifact of the whole project. A link's ``key`` is its context artifact's, one of the whole project.

    ``row`` is the id, or ``#`` and the number, of the card that an entry is in the plan that its
    source was exported from. An ``implied`` workflow or activity is not named by the source: it is there
    for what is new, and cards that stand elsewhere stay.
    """

    kind: Kind
    key: str
    parent: str
    fields: dict[str, Any]
    path: str = ""
    finalized: bool | None = False
    row: str = ""
    implied: bool = False


class Source(msgspec.Struct, kw_only=True):
    """What was read of one source.

    ``format`` names the importer, ``name`` and ``description`` a project made from it.
    ``skipped`` is what was passed over, ``noted`` what is imported otherwise than it was written.

    A source that ``takes_over`` puts its cards into workflows and activities of the same titles, and
    is about the cards that its entries name by ``row``; ``exported_from`` is the id of the project that
    the numbers there are of, and with ``in_order`` its siblings are brought into the order that
    they have in the source. ``kinds`` are those that the source speaks of: of a card's others, nothing
    is deleted because the source doesn't have it.
    """

    format: str
    name: str
    description: str | None = None
    entries: list[Entry] = []
    skipped: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()
    takes_over: bool = False
    exported_from: str = ""
    in_order: bool = False
    kinds: tuple[Kind, ...] = KINDS

    def written(self, db: DbAdapter, project_id: str) -> Written:
        """Return what earlier imports wrote and nobody has undone: what is wanted is compared with it."""
        from planner.importers.log import read_written

        return read_written(db, project_id, self.format)

    def want(self, standing: Standing) -> Wanted:
        """Work out the plan that this source asks for.

        Raises:
            ImportRefused: It can't be a plan: two with one key, or a parent that isn't there.
        """
        from planner.importers.entries import want

        return want(self, standing)

    def name_of(self, card: Item, below: list[Item]) -> str:
        """Return what the source calls a card that an earlier import wrote."""
        return str(card.fields["title"])


class Ids:
    """Makes the ids that a second import of the same source finds again."""

    def __init__(self, project_id: str, format_name: str) -> None:
        """Make ids for a project's items of one format."""
        namespace = uuid.uuid5(uuid.NAMESPACE_OID, project_id)
        self._namespace = hashlib.sha1(namespace.bytes, usedforsecurity=False)
        self._namespace.update(f"{format_name}:".encode())

    def made(self, what: str, key: str) -> str:
        """Return a name's UUID of version 5; ``uuid.uuid5`` takes three times as long."""
        made = self._namespace.copy()
        made.update(f"{what}:{key}".encode("utf-8", "surrogatepass"))
        number = int.from_bytes(made.digest()[:16]) & _NAME_BITS | _VERSION_5
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def standing(self, standing: Standing, what: str, key: str) -> str:
        """Return a workflow's or activity's id: a new one where a person deleted the last."""
        found, again = self.made(what, key), 1
        while standing.gone(found):
            again += 1
            found = self.made(what, f"{key}#{again}")
        return found

    def deleted(self, standing: Standing, what: str, key: str) -> Iterable[str]:
        """Yield the ids that a workflow or an activity had before a person deleted it."""
        found, again = self.made(what, key), 1
        while standing.gone(found):
            yield found
            again += 1
            found = self.made(what, f"{key}#{again}")


def known_by_text(
    texts: list[str], before: list[tuple[str, str]], make: Callable[[str, int], str]
) -> list[str]:
    """Give each text of a list its id: that of the same text, else of the one in its place.

    Args:
        texts: What the source says now, in order.
        before: The id and text of each one that the last import wrote, in order.
        make: Makes an id of a text and a count, from 1 on.
    """
    free: dict[str, list[str]] = {}
    for item_id, text in reversed(before):
        free.setdefault(text, []).append(item_id)
    ids: list[str | None] = [same.pop() if (same := free.get(text)) else None for text in texts]
    taken = set(ids)
    rest = [item_id for item_id, _ in before if item_id not in taken]
    if len(rest) == ids.count(None):  # as many as before: these were reworded
        reworded = iter(rest)
        ids = [known or next(reworded) for known in ids]
    used = {item_id for item_id, _ in before} | {item_id for item_id in ids if item_id}
    found: list[str] = []
    for text, known in zip(texts, ids, strict=True):
        made, again = known or make(text, 1), 1
        while known is None and made in used:
            again += 1
            made = make(text, again)
        used.add(made)
        found.append(made)
    return found
