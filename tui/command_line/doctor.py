"""``planner-tui doctor``: whether all is well with the plan and with what it needs around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.command_line.output import EXIT_REFUSED, answer, json_option, told
from tui.command_line.where import Where, config_path, where_option

if TYPE_CHECKING:
    from store.doctor import Finding

GIT_SECONDS = 10.0
"""How long git may take to say its version."""


@click.command()
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, after a backup.")
@json_option
@where_option
def doctor(where: Where, fix: bool, as_json: bool) -> None:
    """Look for what is wrong with the plan, its disk, the terminal, git and the agents.

    Nothing is changed without --fix, and a backup is made before anything is. The exit status is 1
    while something is wrong.

    \b
    Examples:
      planner-tui --db plan.db doctor
      planner-tui --db plan.db doctor --fix
    """
    from store.doctor import look_over, mend
    from store.open import local_path

    done: tuple[str, ...] = ()
    copy: Path | None = None
    with told(as_json):
        path = local_path(where.target())
        found = look_over(path)
        if fix and any(not one.ok and one.mendable for one in found):
            copy = _copied(path)
            done = mend(path)
            found = look_over(path)
        found = (*found, *_around(where, path, all(one.ok for one in found)))
    lines = []
    for one in found:
        lines.append(f"{'ok   ' if one.ok else 'wrong'} {one.what}: {one.words}")
        lines += [f"      → {one.remedy}"] if one.remedy else []
    if copy is not None:
        lines = [f"Copied to {copy} first.", *done, "", *lines]
    wrong = [one for one in found if not one.ok]
    if any(one.mendable for one in wrong):
        lines.append("planner-tui doctor --fix mends what can be mended.")
    data = {
        "healthy": not wrong,
        "findings": [one._asdict() for one in found],
        "backup": str(copy) if copy is not None else None,
        "mended": [*done],
    }
    answer(data, "\n".join(lines), as_json=as_json)
    if wrong:
        raise SystemExit(EXIT_REFUSED)


def _copied(path: Path) -> Path:
    from store.backup import backup, stamped
    from store.open import raw_connection
    from store.records import utc_now

    copy = stamped(path, "before-fix-", utc_now())
    with raw_connection(path) as connection:
        backup(connection, copy)
    return copy


def _around(where: Where, database: Path, is_sound: bool) -> Iterator[Finding]:
    """Look at what the plan needs around it."""
    yield _terminal()
    yield _git()
    yield from _config_and_agents()
    if is_sound and database.exists():
        yield _runs(where)


def _terminal() -> Finding:
    from store.doctor import Finding
    from tui.drawing import speaks_utf8

    size = shutil.get_terminal_size()
    words = f"{os.environ.get('TERM') or 'TERM is not set'}, {size.columns}×{size.lines}"
    if not sys.stdout.isatty():
        return Finding("terminal", True, f"{words}; this is none: the board needs one.")
    if not speaks_utf8(os.environ):
        words += ", not UTF-8: it is drawn in ASCII"
    if size.columns < 80 or size.lines < 24:
        return Finding("terminal", False, f"{words}.", "Make it 80×24 or larger for the board.")
    return Finding("terminal", True, f"{words}.")


def _git() -> Finding:
    from store.doctor import Finding

    git = shutil.which("git")
    remedy = "Install git: runs build on branches of a repository. The board works without."
    if git is None:
        return Finding("git", False, "git was not found.", remedy)
    try:
        told = subprocess.run(  # noqa: S603  (an argument list)
            [git, "--version"], capture_output=True, text=True, timeout=GIT_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("git", False, f"{git} can't be run: {error}", remedy)
    return Finding("git", True, f"{told.strip()}.")


def _config_and_agents() -> Iterator[Finding]:
    from planner.runs.agent_checks import check_agent, program_of, works
    from store.doctor import Finding
    from tui.config import ConfigError, read_config

    path = config_path()
    try:
        config = read_config(path)
    except ConfigError as error:
        yield Finding("config", False, str(error), f"Mend it in {path}.")
        return
    words = f"{path} is right." if path.exists() else "There is none."
    yield Finding("config", True, words)
    here = [one for one in config.profiles().values() if program_of(one, os.environ) is not None]
    if not here:
        yield Finding("agents", True, "No coding agent was found: cards can be planned, not built.")
    for profile in here:
        lines = check_agent(profile, os.environ)
        words = " ".join(line.words for line in lines if not line.ok) or "works here."
        remedy = "" if works(lines) else f"planner-tui agents check {profile.name}"
        yield Finding("agents", works(lines), f"{profile.name}: {words}", remedy)


def _runs(where: Where) -> Finding:
    """Say whether a run goes on that nobody sees to."""
    from planner.runs.reconcile import has_work, name_of
    from store.doctor import Finding
    from store.open import open_store
    from store.records import OrchestrationRun

    db, supervisors = open_store(where.target()), where.supervisors()
    alone = []
    with db.connection():
        runs = db.list(OrchestrationRun, status=["queued", "running", "blocked"])
        for run in runs:
            with supervisors.unsupervised(run.id) as nobody:
                if nobody and has_work(db, run.id):
                    alone.append(name_of(db, run))
    if alone:
        words = f"Nobody sees to {', '.join(alone)}."
        return Finding("runs", False, words, "planner-tui run list takes them up.")
    return Finding("runs", True, f"{len(runs)} are open, none is left alone.")
