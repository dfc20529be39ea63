"""What an import of whole projects did, in words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from planner.importers.rows_writing import RowsReport
from tui import import_words
from tui.safe_text import visible


def import_in_words(reports: Sequence[RowsReport]) -> str:
    """Return what was added and changed, project by project."""
    return "\n".join(line for report in reports for line in _lines(report))


def report_as_data(reports: Sequence[RowsReport]) -> dict[str, Any]:
    """Return the same for programs."""
    return {"projects": [_data(report) for report in reports]}


def _data(report: RowsReport) -> dict[str, Any]:
    return {
        "project_id": report.project.id,
        "project": report.project.name,
        "project_made": report.project_made,
        "dry_run": report.dry_run,
        "added": report.added,
        "plan": None if report.plan is None else import_words.report_as_data(report.plan),
        "skipped": [{"where": one.path, "reason": one.reason} for one in report.skipped],
        "noted": [{"where": one.path, "reason": one.reason} for one in report.noted],
    }


def _lines(report: RowsReport) -> Iterator[str]:
    name = visible(report.project.name)
    if report.plan is not None:
        yield import_words.import_in_words(report.plan)
    else:
        done = "Would import" if report.dry_run else "Imported"
        yield f"{done} “{name}”, a new project, with all it holds:"
    if report.plan is not None and report.added:
        yield "  added as they are:"
    for table, count in report.added.items():
        yield f"  {table}: {count:,}"
    yield from import_words.told("skipped", report.skipped)
    yield from import_words.told("to know", report.noted)
