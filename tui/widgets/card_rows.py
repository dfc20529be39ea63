"""A card and all it holds as rows: what the card view lists, before it is wrapped or drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from planner.holdings import planned_path
from store.records import (
    Card,
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
)
from tui.glyphs import (
    ARTIFACT,
    BUILD,
    FINALIZED,
    ITEM_STATE,
    MET,
    MISSING,
    OPEN_QUESTION,
    READY,
    STATUS,
    priority_word,
)
from tui.text import visible_lines
from tui.widgets.file_tree import tree_rows

if TYPE_CHECKING:
    from planner.holdings import CardHoldings

KnowledgeItem = CardRequirement | CardKnownFact | CardAssumption | CardQuestion

Item = KnowledgeItem | CardPlannedFile | ContextArtifact
"""What a section lists."""

SECTIONS: dict[str, str] = {
    "requirement": "Requirements",
    "known_fact": "Known facts",
    "assumption": "Assumptions",
    "question": "Questions",
    "planned_file": "Planned files",
    "artifact": "Context artifacts",
}
"""What a card's sections are headed, by the word for what is in them; ``1`` to ``6`` go there."""

MOST_LINES = 400
"""Lines of one text that the view shows."""

MOST_CHARACTERS = 100_000
"""Characters of one text that the view looks at."""

CHUNK = 1_200
"""Characters of Markdown that are laid out in one go, where there is a place to part them."""


class Row(msgspec.Struct, frozen=True):
    """A row of the card view.

    ``kind`` is how it is drawn. Rows with the same ``id`` are selected together, those without
    one never. ``sign`` and ``state`` tell an item's status, ``meta`` more about it, and each of
    ``notes`` is a line below, with the name of its style before it.
    """

    kind: str
    id: str = ""
    section: str = "card"
    text: str = ""
    sign: str = ""
    state: str = ""
    meta: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    depth: int = 0


GAP = Row("gap")


def heading_id(section: str) -> str:
    """Return the id of a section's heading."""
    return f"section.{section}"


def section_items(holdings: CardHoldings, section: str) -> Sequence[Item]:
    """Return what a section of a card lists."""
    found: dict[str, Sequence[Item]] = {
        "requirement": holdings.requirements,
        "known_fact": holdings.known_facts,
        "assumption": holdings.assumptions,
        "question": holdings.questions,
        "planned_file": holdings.planned_files,
        "artifact": holdings.artifacts,
    }
    return found[section]


def item_title(item: Item) -> str:
    """Return what an item is called in messages."""
    if isinstance(item, CardPlannedFile):
        return item.logical_file_name
    return item.name if isinstance(item, ContextArtifact) else item.text


def card_rows(
    holdings: CardHoldings,
    *,
    reads: bool,
    tree: bool = False,
    rules: bool = True,
    add: str = "n",
    edit: str = "enter",
    answer: str = "A",
    go: str = "r",
) -> list[Row]:
    """Return a card's rows, in order.

    Args:
        holdings: The card.
        reads: Whether someone is at it: Markdown is rendered, and what is empty says which key
            fills it. On the map, where cards only pass by, it isn't.
        tree: Whether planned files are shown as a tree.
        rules: Whether to tell the rules of readiness too.
        add: The key that adds to a section.
        edit: The key that edits what is selected.
        answer: The key that answers a question.
        go: The key that leads to the card's run.
    """
    card = holdings.card
    number = f"#{card.number} " if card.number is not None else ""
    rows = [Row("title", "title", text=f"{number}{card.title}")]
    rows.append(Row("facts", text=" · ".join(_facts(holdings))))
    if reads and rules and not card.finalized_at and not holdings.is_ready:
        lacks = "; ".join(result.missing for result in holdings.checklist if not result.met)
        rows.append(Row("faint", text=f"not ready: {lacks}"))
    if holdings.build is not None:
        from tui.widgets.build_rows import build_rows  # few cards are built at a time

        asks = any(question.status == "draft" for question in holdings.questions)
        rows += build_rows(holdings.build, asks=asks, answer=answer, go=go)
    rows += _description(card, reads=reads, edit=edit)
    if card.quick_answer or reads:
        none = "" if card.quick_answer else f"none: {edit} writes one"
        rows += [GAP, Row("heading", "quick_answer", text="Quick answer", meta=none)]
    if card.quick_answer:
        rows += paragraphs("quick_answer", card.quick_answer)
    for number_key, (section, heading) in enumerate(SECTIONS.items(), start=1):
        items = section_items(holdings, section)
        if not items and not reads:
            continue
        sign = str(number_key) if reads else ""
        meta = _counted(section, items) if items else f"none: {add} adds one"
        rows += [GAP, Row("heading", heading_id(section), section, heading, sign, meta=meta)]
        if section == "planned_file" and tree:
            rows += _tree(holdings.planned_files)
        else:
            rows += [_item(section, item, holdings) for item in items]
    if reads and rules:
        rows += [GAP, *readiness_rows(holdings)]
    told = f"created {_moment(card.created_at)} · updated {_moment(card.updated_at)}"
    return [*rows, GAP, Row("faint", text=told)]


def readiness_rows(holdings: CardHoldings) -> Iterator[Row]:
    """Return the rules that a card is held to before it may be built, and what it lacks."""
    lacks = sum(not result.met for result in holdings.checklist)
    if holdings.card.finalized_at:
        told = f"{FINALIZED} finalized {_moment(holdings.card.finalized_at)}"
    else:
        told = f"{READY} ready" if not lacks else f"lacks {lacks} of {len(holdings.checklist)}"
    yield Row("heading", text="Readiness", meta=told)
    for result in holdings.checklist:
        if result.met:
            yield Row("rule", text=result.words, sign=MET, state="approved")
        else:
            yield Row("rule", text=result.missing, sign=MISSING, state="rejected")


def _facts(holdings: CardHoldings) -> Iterator[str]:
    card = holdings.card
    yield f"{STATUS[card.status]} {card.status}"
    yield f"priority {priority_word(card.priority)}"
    if card.build_state:
        yield f"{BUILD[card.build_state]} build {card.build_state}"
    if card.finalized_at:
        yield f"{FINALIZED} finalized"
    elif holdings.is_ready:
        yield f"{READY} ready"


def _description(card: Card, *, reads: bool, edit: str) -> Iterator[Row]:
    if card.description and card.description.strip():
        yield GAP
        if reads:
            yield from _markdown(card.description)
        else:
            yield from paragraphs("description", card.description)
    elif reads:
        yield GAP
        yield Row("faint", "description", text=f"No description yet: {edit} writes one.")


def paragraphs(row_id: str, text: str) -> Iterator[Row]:
    """Return a text's rows, as it was typed."""
    lines = visible_lines(text[:MOST_CHARACTERS]).rstrip("\n").split("\n")
    for line in lines[:MOST_LINES]:
        yield Row("text", row_id, text=line)
    if len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS:
        yield Row("faint", row_id, text="… there is more: edit it to see all of it")


def _markdown(text: str) -> Iterator[Row]:
    for chunk in chunks(visible_lines(text[:MOST_CHARACTERS])):
        yield Row("markdown", "description", text=chunk)
    if len(text) > MOST_CHARACTERS:
        yield Row("faint", "description", text="… there is more: edit it to see all of it")


def chunks(text: str) -> Iterator[str]:
    """Part a Markdown text where that changes nothing: between blocks that begin at the margin.

    What is out of sight then need not be laid out.
    """
    start = at = 0
    fence = ""
    blank = False
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if fence:
            fence = "" if bare.startswith(fence) and not bare.strip(fence[0]) else fence
        elif bare.startswith(("```", "~~~")):
            fence = bare[:3]
        if (
            blank
            and at - start >= CHUNK
            and line[0] not in " \t"
            and (not fence or bare[0] in "`~")
        ):
            yield text[start:at]
            start = at
        blank = not bare and not fence
        at += len(line)
    if text[start:].strip():
        yield text[start:]


def _counted(section: str, items: Sequence[Item]) -> str:
    """Return how many items a section has, and how many of them wait for a word."""
    if section == "artifact":
        return str(len(items))
    waiting = sum(item.status in ("draft", "proposed", "user_edited") for item in items)  # type: ignore[union-attr]
    if not waiting:
        return str(len(items))
    word = {"question": "open", "planned_file": "not approved"}.get(section, "draft")
    return f"{len(items)} · {waiting} {word}"


def _item(section: str, item: Item, holdings: CardHoldings) -> Row:
    if isinstance(item, ContextArtifact):
        return _artifact(item, holdings)
    if isinstance(item, CardPlannedFile):
        return file_row(item, planned_path(item))
    is_open = isinstance(item, CardQuestion) and item.status == "draft"
    words = ["open" if is_open else str(item.status), str(item.source)]
    if item.confidence is not None:
        words.append(f"{item.confidence * 100:.0f} %")
    notes: list[tuple[str, str]] = []
    if isinstance(item, CardKnownFact) and item.evidence_source:
        notes.append(("faint", f"from {item.evidence_source}"))
    if isinstance(item, CardQuestion) and item.answer:
        notes.append(("text", f"→ {item.answer}"))
    return Row(
        "item",
        item.id,
        section,
        item.text,
        OPEN_QUESTION if is_open else ITEM_STATE[item.status],
        item.status,
        " · ".join(words),
        tuple(notes),
    )


def file_row(planned: CardPlannedFile, name: str, depth: int = 0) -> Row:
    """Return a planned file's row."""
    words = f"{planned.status.replace('_', ' ')} · {planned.action} {planned.artifact_kind}"
    notes = [("text", planned.intent_summary)]
    if planned.contract_notes:
        notes.append(("faint", planned.contract_notes))
    sign = ITEM_STATE[planned.status]
    return Row(
        "item",
        planned.id,
        "planned_file",
        name,
        sign,
        planned.status,
        words,
        tuple(notes) if not depth else (),
        depth,
    )


def _tree(files: Sequence[CardPlannedFile]) -> Iterator[Row]:
    for depth, name, planned in tree_rows(files):
        if planned is None:
            yield Row("folder", "", "planned_file", f"{name}/", depth=depth)
        else:
            yield file_row(planned, name, depth)


def _artifact(artifact: ContextArtifact, holdings: CardHoldings) -> Row:
    notes: list[tuple[str, str]] = []
    if artifact.title and artifact.title != artifact.name:
        notes.append(("text", artifact.title))
    where = artifact.uri or _first_line(artifact.content or "")
    if where:
        notes.append(("faint", where))
    link = holdings.link_to(artifact.id)
    if link is not None and link.usage_hint:
        notes.append(("faint", f"for: {link.usage_hint}"))
    uses = holdings.uses.get(artifact.id, 1)
    used = "used here alone" if uses == 1 else f"used by {uses} cards"
    words = f"{artifact.type} · {used}"
    return Row(
        "item", artifact.id, "artifact", artifact.name, ARTIFACT, "facts", words, tuple(notes)
    )


def _first_line(text: str) -> str:
    return next((line.strip("# ") for line in text[:2_000].splitlines() if line.strip("# ")), "")


def _moment(moment: str) -> str:
    return moment[:16].replace("T", " ")
