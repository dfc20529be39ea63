"""Reads a Trello board's JSON export for an import."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from planner.importers.gathering import (
    Gathered,
    Gathering,
    by_key,
    conversation,
    priority_of,
    status_of,
    when,
)
from planner.importers.json_reading import Fields, JsonSource
from planner.importers.reading import Given, refused
from planner.importers.wanted import Source, check_count
from planner.importers.words import read_status
from store.records import CardStatus

FORMAT = "trello"
"""What the importer is called, and part of all its ids."""

BOARD = "Board"
"""The workflow of a board without a name."""

NO_BOARD = "it has no lists and cards; is it the JSON export of a Trello board?"
"""What is said of a file that is something else."""

ARCHIVED = "Archived"
NO_LIST = "No list"

COMMENTS = ("commentCard", "copyCommentCard")
"""Types of actions that hold a comment; all others are the board's history."""


def read_trello(given: Given) -> Source:
    """Read a board: its lists, cards, checklists, labels, comments and attachments.

    Raises:
        ImportRefused: It can't be read, isn't a board, or two cards have one id.
    """
    source = JsonSource(given)
    document = source.document()
    parts = source.parts(document, NO_BOARD)
    if "lists" not in parts or "cards" not in parts:
        raise refused(given, NO_BOARD)
    name = source.part(parts, "name", "the board").text("name")
    about = source.part(parts, "desc", "the board").text("desc")
    reading = _Reading(Gathering(FORMAT, source), source, document, parts)
    reading.read(name if name.strip() else BOARD)
    return reading.gathering.finished(name=name, description=about)


class _Reading:
    """A board; what its cards refer to is read before them."""

    def __init__(
        self,
        gathering: Gathering,
        source: JsonSource,
        document: bytes,
        parts: dict[str, msgspec.Raw],
    ) -> None:
        self.gathering, self.source = gathering, source
        self.document, self.parts = document, parts

    def each(self, name: str, noun: str) -> list[Fields]:
        """Return the objects of one of the board's lists."""
        part = self.parts.get(name)
        if part is None or bytes(memoryview(part)[:5]).strip() == b"null":
            return []
        found: list[Fields] = []
        for one in self.source.listed(self.document, part, noun):
            if noun == "action" and one.values.get("type") not in COMMENTS:
                continue
            found.append(one)
            check_count(len(found), one.place)
        return found

    def read(self, name: str) -> None:
        """Read everything into a workflow of this name; lists and cards stand by their positions, archived cards last."""
        self.name = name
        lists = sorted(self.each("lists", "list"), key=lambda one: one.number("pos"))
        self.lists = by_key(lists, "id")
        self.labels = by_key(self.each("labels", "label"), "id")
        self.members = by_key(self.each("members", "member"), "id")
        self.fields = by_key(self.each("customFields", "custom field"), "id")
        self.checklists: dict[str, list[Fields]] = {}
        for one in self.each("checklists", "checklist"):
            self.checklists.setdefault(one.text("idCard"), []).append(one)
        self.comments: dict[str, list[tuple[str, str | None, str]]] = {}
        for one in self.each("actions", "action"):
            data, author = one.one("data"), one.one("memberCreator")
            said = (author.text("fullName", "username"), one.time("date"), data.text("text"))
            self.comments.setdefault(data.one("card").text("id"), []).append(said)
        cards: list[tuple[bool, int, float, Fields]] = []
        places = {key: at for at, key in enumerate(self.lists)}
        for card in self.each("cards", "card"):
            archived = card.flag("closed") or self.is_closed(card.text("idList"))
            at = places.get(card.text("idList"), len(places))
            cards.append((archived, at, card.number("pos"), card))
        for key, one in self.lists.items():  # lists without cards are part of the board
            if not self.is_closed(key):
                self.activity(key, one.place, archived=False)
        for archived, _, _, card in sorted(cards, key=lambda one: one[:3]):
            self.card(card, archived=archived)

    def is_closed(self, list_id: str) -> bool:
        found = self.lists.get(list_id)
        return found is not None and found.values.get("closed") is True

    def list_name(self, list_id: str) -> str:
        found = self.lists.get(list_id)
        name = found.text("name") if found is not None else ""
        return name if name.strip() else NO_LIST

    def activity(self, list_id: str, place: str, *, archived: bool) -> str:
        """Return the key of a list's activity, made where it is new."""
        key, title = ("archived", ARCHIVED) if archived else ("board", self.name)
        workflow = self.gathering.workflow(key, title, place)
        known = list_id if list_id in self.lists else ""
        return self.gathering.activity(known, workflow, self.list_name(list_id), place)

    def card(self, row: Fields, *, archived: bool) -> None:
        title, card_id = row.text("name"), row.text("id")
        if not title.strip():
            self.gathering.source.misfit(row.place, "a card without a name")
            return
        key = self.gathering.key(card_id, title, row.place)
        if key is None:
            return
        labels, url = self.labels_of(row), row.text("shortUrl", "url")
        due = row.time("due")
        made = self.gathering.card(
            key,
            self.activity(row.text("idList"), row.place, archived=archived),
            row.place,
            url,
            title=title,
            description=row.text("desc"),
            status=self.status(row, labels, archived=archived),
            priority=priority_of(labels) or 0,
            created_at=_created(card_id),
            updated_at=row.time("dateLastActivity"),
        )
        self.requirements(row, card_id, made)
        made.named_fact("Trello card", url)
        made.named_fact("Labels", ", ".join(labels))
        made.named_fact("Members", ", ".join(self.members_of(row)))
        made.named_fact("Start", when(row.time("start")))
        made.named_fact("Due", when(due) + (", done" if due and row.flag("dueComplete") else ""))
        if archived:
            made.fact(
                "archived", f"Archived in Trello; its list: {self.list_name(row.text('idList'))}"
            )
        for item in row.each("customFieldItems"):
            self.custom(item, made)
        for one in row.each("attachments"):
            self.attachment(one, made)
        said = sorted(self.comments.get(card_id, ()), key=lambda one: one[1] or "")
        number = row.text("idShort")
        made.document("Comments", conversation(said), f"#{number}" if number else title[:80])

    def status(self, row: Fields, labels: list[str], *, archived: bool) -> CardStatus:
        """Return a card's status: of the archive, its due date, its labels, or its list's name."""
        if archived:
            return self.gathering.notes.status(row.place, "archived")
        if row.values.get("dueComplete") is True:
            return CardStatus.PRODUCTION
        status, known = read_status(self.list_name(row.text("idList")))
        return status if known else status_of(labels) or CardStatus.TODO

    def labels_of(self, row: Fields) -> list[str]:
        """Return the names of a card's labels; one without a name goes by its colour."""
        found = [one.text("name").strip() or one.text("color") for one in row.each("labels")]
        if not found:
            known = [self.labels[key] for key in row.texts("idLabels") if key in self.labels]
            found = [one.text("name").strip() or one.text("color") for one in known]
        return [label for label in dict.fromkeys(found) if label.strip()]

    def members_of(self, row: Fields) -> list[str]:
        known = [self.members.get(key) for key in row.texts("idMembers")]
        names = [one.text("fullName", "username") for one in known if one is not None]
        return [name for name in dict.fromkeys(names) if name.strip()]

    def requirements(self, row: Fields, card_id: str, made: Gathered) -> None:
        """Add the items of a card's checklists; what is checked is approved."""
        own = {one.text("id"): one for one in row.each("checklists")}
        lists = [*self.checklists.get(card_id, ()), *own.values()]
        known = list({one.text("id") or str(at): one for at, one in enumerate(lists)}.values())
        known.sort(key=lambda one: one.number("pos"))
        for checklist in known:
            name = checklist.text("name").strip() if len(known) > 1 else ""
            for item in sorted(checklist.each("checkItems"), key=lambda one: one.number("pos")):
                text = item.text("name")
                if text.strip():
                    made.requirement(
                        f"{name}: {text}" if name else text,
                        done=item.text("state") == "complete",
                        key=item.text("id"),
                    )

    def custom(self, item: Fields, made: Gathered) -> None:
        """Add a custom field's value as a known fact."""
        field = self.fields.get(item.text("idCustomField"))
        if field is None:
            return
        value = item.one("value")
        text = value.text("text", "number") or when(value.time("date"))
        if chosen := item.text("idValue"):
            option = by_key(field.each("options"), "id").get(chosen)
            text = option.one("value").text("text") if option is not None else ""
        elif checked := value.text("checked"):
            text = "yes" if checked == "true" else "no"
        made.fact(
            f"custom:{item.text('idCustomField')}", f"{field.text('name')}: {text}" if text else ""
        )

    def attachment(self, one: Fields, made: Gathered) -> None:
        url = one.text("url")
        if not url.strip():
            self.gathering.skipped.add(one.place, "an attachment without an address")
            return
        made.link(
            f"attachment:{one.text('id') or url}", one.text("name"), url, one.text("mimeType")
        )


def _created(card_id: str) -> str | None:
    """Return when a card was made, which its id begins with."""
    try:
        seconds = int(card_id[:8], 16) if len(card_id) == 24 else 0
        made = datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
    return f"{made.isoformat()[:19]}.000Z" if made else None
