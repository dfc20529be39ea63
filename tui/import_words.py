"""What an import did, in words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.importers.comparison import Counts
from planner.importers.importing import ImportReport
from planner.importers.wanted import ImportRefused, Problem
from tui.safe_text import visible

MOST_NAMED = 20
"""Places or cards named one by one; the rest are counted."""

_PLURALS = {"activity": "activities"}


def import_in_words(report: ImportReport) -> str:
    """Return what an import made, changed, left alone and skipped, a line each."""
    return "\n".join(_lines(report))


def refusal_in_words(refusal: ImportRefused) -> str:
    """Return all that is in the way of an import, each with its reason."""
    return "\n".join([_count_in_words(len(refusal.problems)), *_each(tuple(refusal.problems))])


def report_as_data(report: ImportReport) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "project_id": report.project.id,
        "project": report.project.name,
        "project_made": report.project_made,
        "dry_run": report.dry_run,
        "actions": report.actions,
        "counts": {kind: count for kind, count in report.counts.items() if count != Counts()},
        "overwritten": report.overwritten,
        "marks_lost": report.marks_lost,
        "left_alone": report.left_alone,
        "no_longer_there": report.no_longer_there,
        "skipped": [{"where": one.path, "reason": one.reason} for one in report.skipped],
        "noted": [{"where": one.path, "reason": one.reason} for one in report.noted],
    }


def _count_in_words(count: int) -> str:
    things = "thing is" if count == 1 else "things are"
    return f"{count:,} {things} in the way. Nothing was imported."


def _lines(report: ImportReport) -> Iterator[str]:
    name = visible(report.project.name)
    if report.actions == 0 and not report.project_made:
        yield f"“{name}” is up to date: nothing has changed there."
    else:
        done = "Would import" if report.dry_run else "Imported"
        made = ", a new project" if report.project_made else ""
        yield f"{done} into “{name}”{made}, in {report.actions:,} planning actions:"
        for kind, counts in report.counts.items():
            counted = [
                f"{count:,} {what}"
                for count, what in (
                    (counts.made, "made"),
                    (counts.changed, "changed"),
                    (counts.moved, "in another place"),
                    (counts.deleted, "deleted"),
                    (counts.unchanged, "as before"),
                )
                if count
            ]
            if counted:
                plural = _PLURALS.get(kind, f"{kind}s").replace("_", " ")
                yield f"  {plural}: {', '.join(counted)}"
    if report.overwritten:
        yield f"  {report.overwritten:,} values that you had changed as well now are the source's"
    if report.marks_lost:
        cards = "1 card is" if report.marks_lost == 1 else f"{report.marks_lost:,} cards are"
        yield f"  {cards} no longer finalized, since what was approved is not what it was"
    yield from _named("left alone, since you deleted them here", report.left_alone)
    yield from _named("no longer in the source, and kept here", report.no_longer_there)
    yield from told("skipped", report.skipped)
    yield from told("imported otherwise than written", report.noted)


def _named(what: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        shown = ", ".join(visible(name) for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        yield f"  {what}: {shown}{more}"


def told(what: str, problems: tuple[Problem, ...]) -> Iterator[str]:
    """Yield lines that tell of problems, of none when there are none."""
    if problems:
        yield f"  {what}:"
        yield from (f"  {line}" for line in _each(problems))


def _each(problems: tuple[Problem, ...]) -> Iterator[str]:
    for problem in problems[:MOST_NAMED]:
        place = f"{visible(problem.path)}: " if problem.path else ""
        yield f"  {place}{visible(problem.reason)}"
    if len(problems) > MOST_NAMED:
        yield f"  and {len(problems) - MOST_NAMED:,} more"
