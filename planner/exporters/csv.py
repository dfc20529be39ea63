"""Exports a project's cards as CSV for spreadsheets, one row a card."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from planner.csv_cells import COLUMNS, cell, item_lines
from planner.exporters.reading import Holdings, detail_of, read_map, with_holdings
from planner.knowledge_actions import KnowledgeItem
from store.adapter import DbAdapter
from store.records import PRIORITIES, Card, Project, Workflow, WorkflowActivity

MARK = "\ufeff"
"""The byte order mark, without which spreadsheets take UTF-8 for something else."""


def export_csv(db: DbAdapter, project: Project) -> Iterator[str]:
    """Yield a project as CSV, a row at a time; ``planner-tui import csv`` reads it back."""
    yield MARK + _row(COLUMNS)
    for lane in read_map(db, project.id):
        for activity, cards in lane.activities:
            for card, held in with_holdings(db, cards):
                yield _row(_cells(lane.workflow, activity, card, held))


def _cells(
    workflow: Workflow, activity: WorkflowActivity, card: Card, held: Holdings
) -> Iterable[str]:
    """Return a card's cells, in the order of ``COLUMNS``."""
    return (
        card.id,
        str(card.number or ""),
        workflow.title,
        activity.title,
        activity.color or "",
        card.title,
        card.status,
        PRIORITIES[card.priority],
        "yes" if card.finalized_at else "",
        card.description or "",
        card.quick_answer or "",
        _lines(held.requirements),
        _lines(held.known_facts, "source"),
        _lines(held.assumptions),
        _lines(held.questions, "answer"),
    )


def _lines(items: Iterable[KnowledgeItem], detail: str = "") -> str:
    return item_lines(((item.status, item.text, detail_of(item)) for item in items), detail)


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([cell(one) for one in cells])
    return written.getvalue()
