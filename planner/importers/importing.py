"""Brings a project up to date with a source, through planning actions, all or nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from planner import requests as ask
from planner.actions import Planner
from planner.batch import new_id
from planner.errors import ActionRefused, Refused
from planner.importers.comparison import Comparison, Counts
from planner.importers.log import actor_of
from planner.importers.wanted import ImportRefused, Kind, Problem, Source
from planner.projects import create_project, find_project
from store.adapter import DbAdapter
from store.records import Project, utc_now


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do.

    ``counts`` is by kind of item. ``overwritten`` counts the values that both a person and the
    source had changed, where the source's went in, ``marks_lost`` the cards that are no longer
    finalized, since what was approved changed. ``left_alone`` and ``no_longer_there`` name cards
    as the source does: those a person deleted, and those the source no longer has. ``skipped``
    is what was passed over, ``noted`` what is imported otherwise than the source has it.
    """

    project: Project
    project_made: bool
    counts: dict[Kind, Counts]
    actions: int
    overwritten: int
    marks_lost: int = 0
    left_alone: tuple[str, ...]
    no_longer_there: tuple[str, ...]
    skipped: tuple[Problem, ...]
    noted: tuple[Problem, ...] = ()
    dry_run: bool


class _DryRun(Exception):
    """Rolls a dry run back."""


def import_plan(
    db: DbAdapter,
    source: Source,
    *,
    project_name: str | None = None,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Bring a project up to date with a source, or make it from one.

    Args:
        db: The database.
        source: What a format's reader read.
        project_name: The project's name or id; the source names it otherwise.
        clock: Tells the time.
        new_id: Makes the ids of actions and of the project.
        dry_run: Work everything out, then leave the database as it was.
        progress: Told how many planning actions of how many are done, now and then.

    Returns:
        What was done.

    Raises:
        ImportRefused: What the plan can't take, with reasons; nothing was imported.
        StoreError: The database could not be used.
    """
    name = project_name or source.name
    report: ImportReport | None = None
    try:
        with db.bulk(), db.transaction():
            project = find_project(db, name)
            made = project is None
            if project is None:
                project = _make_project(db, name, source, clock, new_id)
            report = bring_up_to_date(
                db,
                project,
                source,
                made=made,
                clock=clock,
                new_id=new_id,
                dry_run=dry_run,
                progress=progress,
            )
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    if report is None:  # pragma: no cover  (the transaction ended without an error)
        raise AssertionError
    return report


def bring_up_to_date(
    db: DbAdapter,
    project: Project,
    source: Source,
    *,
    made: bool = False,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Change a project to what a source asks for, within a transaction of the caller's.

    The arguments are those of ``import_plan``; ``made`` and ``dry_run`` are only reported.

    Raises:
        ImportRefused: What the plan can't take, with reasons; the transaction must be given up.
        StoreError: The database could not be used.
    """
    work = Comparison(db, project.id, source)
    pairs = list(work.requests())
    lost = _apply(db, project.id, source, pairs, clock, new_id, progress) if pairs else 0
    return ImportReport(
        project=db.get(Project, project.id) or project,
        project_made=made,
        counts=work.counts,
        actions=len(pairs),
        overwritten=work.overwritten,
        marks_lost=lost,
        left_alone=tuple(work.left_alone),
        no_longer_there=tuple(work.no_longer_there()),
        skipped=source.skipped,
        noted=(*source.noted, *work.not_finalized),
        dry_run=dry_run,
    )


def _make_project(
    db: DbAdapter,
    name: str,
    source: Source,
    clock: Callable[[], str],
    new_id: Callable[[], str],
) -> Project:
    try:
        return create_project(
            db,
            name,
            description=source.description,
            clock=clock,
            new_id=new_id,
            actor=actor_of(source.format),
        )
    except Refused as refusal:
        raise ImportRefused([Problem(source.name or "the project", str(refusal))]) from refusal


def _apply(
    db: DbAdapter,
    project_id: str,
    source: Source,
    pairs: list[tuple[ask.Action, str]],
    clock: Callable[[], str],
    new_id: Callable[[], str],
    progress: Callable[[int, int], None] | None,
) -> int:
    """Apply the batch; a refusal names the place that its action came from.

    Returns:
        How many cards lost their finalized mark.
    """

    def told(done: int, total: int) -> None:
        if progress is not None and (done + 1 == total or done % 250 == 249):
            progress(done + 1, total)

    planner = Planner(db, actor=actor_of(source.format), clock=clock, new_id=new_id, progress=told)
    try:
        done = planner.apply(project_id, [action for action, _ in pairs])
    except ActionRefused as refusal:
        path = pairs[refusal.index][1] if refusal.index is not None else ""
        raise ImportRefused([Problem(path, refusal.reason)]) from refusal
    lost: set[str] = set()
    for action in done.actions:
        if action.action_type == "finalizeCard":
            lost.discard(action.result["card_id"])
        elif action.result.get("unfinalized"):
            lost.add(action.result["card_id"])
    return len(lost)
