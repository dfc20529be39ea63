"""What an import did, in words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from planner.importers.backlog import ImportReport
from planner.importers.backlog_files import ImportRefused
from tui.text import visible

MOST_NAMED = 20
"""Files or tasks named one by one; the rest are counted."""

_PLURALS = {"activity": "activities"}


def import_in_words(report: ImportReport) -> str:
    """Return what an import made, changed, left alone and skipped, a line each."""
    return "\n".join(_lines(report))


def refusal_in_words(refusal: ImportRefused) -> str:
    """Return every file in the way of an import with its reason."""
    named = [f"  {visible(p.path)}: {visible(p.reason)}" for p in refusal.problems[:MOST_NAMED]]
    more = len(refusal.problems) - MOST_NAMED
    rest = [f"  and {more:,} more"] if more > 0 else []
    files = "file is" if len(refusal.problems) == 1 else "files are"
    head = f"{len(refusal.problems):,} {files} in the way. Nothing was imported."
    return "\n".join([head, *named, *rest])


def _lines(report: ImportReport) -> Iterator[str]:
    name = visible(report.project.name)
    if report.actions == 0 and not report.project_made:
        yield f"“{name}” is up to date: nothing has changed there."
    else:
        done = "Would import" if report.dry_run else "Imported"
        made = ", a new project" if report.project_made else ""
        yield f"{done} into “{name}”{made}, in {report.actions:,} planning actions:"
        for kind, counts in report.counts.items():
            told = [
                f"{count:,} {what}"
                for count, what in (
                    (counts.made, "made"),
                    (counts.changed, "changed"),
                    (counts.deleted, "deleted"),
                    (counts.unchanged, "as before"),
                )
                if count
            ]
            if told:
                plural = _PLURALS.get(kind, f"{kind}s").replace("_", " ")
                yield f"  {plural}: {', '.join(told)}"
    if report.overwritten:
        yield f"  {report.overwritten:,} values that you had changed as well now are the folder's"
    if report.marks_lost:
        cards = "1 card is" if report.marks_lost == 1 else f"{report.marks_lost:,} cards are"
        yield f"  {cards} no longer finalized, since what was approved is not what it was"
    yield from _named("left alone, since you deleted them here", report.left_alone)
    yield from _named("no longer in the folder, and kept here", report.no_longer_there)
    yield from _named(
        "skipped", tuple(f"{problem.path} ({problem.reason})" for problem in report.skipped)
    )


def _named(what: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        shown = ", ".join(visible(name) for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        yield f"  {what}: {shown}{more}"
