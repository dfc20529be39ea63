"""Exports a project as a Markdown outline: workflows, activities, cards and what must be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.csv_cells import MARKS
from planner.exporters.reading import Holdings, detail_of, read_map, with_holdings
from planner.knowledge_actions import KnowledgeItem
from planner.markdown_text import export_mark, inline, quoted
from store.adapter import DbAdapter
from store.records import (
    PRIORITIES,
    Card,
    CardPlannedFile,
    CardStatus,
    KnowledgeStatus,
    PlannedFileStatus,
    Project,
    WorkflowActivity,
)


def export_markdown(db: DbAdapter, project: Project) -> Iterator[str]:
    """Yield a project as Markdown, piece by piece; ``planner-tui import markdown`` reads it back."""
    mark = export_mark(project.id)
    if mark:
        yield _lines([mark, ""])
    if project.description is not None:
        yield _lines([*quoted(project.description), ""])
    for lane in read_map(db, project.id):
        yield _heading("#", inline(lane.workflow.title), lane.workflow.description)
        for activity, cards in lane.activities:
            yield _heading("##", _activity(activity), activity.description)
            for card, held in with_holdings(db, cards):
                yield _lines(_card(card, held))
            if cards:
                yield "\n"


def _heading(marks: str, title: str, description: str | None) -> str:
    lines = [f"{marks} {title}", ""]
    if description is not None:
        lines += [*quoted(description), ""]
    return _lines(lines)


def _activity(activity: WorkflowActivity) -> str:
    return f"{inline(activity.title)} {{{activity.color or 'no color'}}}"


def _card(card: Card, held: Holdings) -> Iterator[str]:
    """Yield a card's lines."""
    about = [f"#{card.number}"] if card.number is not None else []
    if card.status is not CardStatus.TODO:
        about.append(card.status)
    if card.priority:
        about.append(PRIORITIES[card.priority])
    if card.finalized_at:
        about.append("finalized")
    yield f"- {inline(card.title)}" + (f" {{{', '.join(about)}}}" if about else "")
    if card.description is not None:
        yield from quoted(card.description, "  ")
    if card.quick_answer is not None:
        yield f"  - Quick answer: {inline(card.quick_answer)}"
    yield from _items("", held.requirements)
    yield from _items("Known fact: ", held.known_facts)
    yield from _items("Assumption: ", held.assumptions)
    yield from _items("Question: ", held.questions)
    for planned in held.planned_files:
        yield from _file(planned)


def _items(label: str, items: Iterable[KnowledgeItem]) -> Iterator[str]:
    for item in items:
        yield f"  - {MARKS[item.status]} {label}{inline(item.text)}"
        more = detail_of(item)
        if more is not None:
            yield from quoted(more, "    ")


def _file(planned: CardPlannedFile) -> Iterator[str]:
    approved = planned.status is PlannedFileStatus.APPROVED
    mark = MARKS[KnowledgeStatus.APPROVED if approved else KnowledgeStatus.DRAFT]
    name = inline(planned.logical_file_name)
    yield f"  - {mark} File: {planned.action} {planned.artifact_kind} {name}"
    yield from quoted(planned.intent_summary, "    ")
    if planned.module_hint is not None:
        yield f"    - Module: {inline(planned.module_hint)}"
    if planned.contract_notes is not None:
        yield f"    - Contract: {inline(planned.contract_notes)}"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
