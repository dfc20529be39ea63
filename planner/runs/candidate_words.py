"""What a run would push and merge, described for whoever decides about it.

The description is Markdown and goes to places that act on what they read: GitHub links ``#1``,
tells ``@someone`` and closes what ``Fixes #1`` names. So every text that is not ours stands in a
code span or a fenced block, longer than any within it, and stays literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.candidates import LONGEST_TITLE, printable, repository_of, title_of
from planner.runs.paths import ChangedFile, changed_files
from store.adapter import DbAdapter
from store.records import (
    AgentCommit,
    AgentExecution,
    Card,
    CardAssignment,
    CommitMaker,
    OrchestrationRun,
    RunCheck,
    RunScope,
)

LONGEST_BODY = 60_000
"""Characters of a description; GitHub refuses more than 65,536."""

LONGEST_WORDS = 8_000
"""Characters of what an agent says about a card."""

LONGEST_LINE = 500
"""Characters of a requirement or a path."""

MOST_FILES = 300
"""Files that are listed."""


def describe_candidate(db: DbAdapter, run: OrchestrationRun, commit: str) -> str:
    """Describe in Markdown what a run would have merged, from what is known of it by now.

    Args:
        db: The open plan.
        run: The run.
        commit: What would be merged.
    """
    assignments = db.list(CardAssignment, run_id=run.id)
    lines: list[str] = [*_heading(db, run, assignments, commit)]
    for assignment in assignments:
        lines += _card(db, run, assignment)
    lines += _checks(db, run, assignments, commit)
    lines += _files(db, run, assignments, commit)
    lines += _built(db, run, assignments)
    body = "\n".join(lines).strip() + "\n"
    if len(body) > LONGEST_BODY:
        body = body[:LONGEST_BODY].rsplit("\n", 1)[0]
        fence = _open_fence(body)
        body += f"{fence}\n\n… and more, which planner-tui shows.\n"
    return body


def code(text: str, longest: int = LONGEST_LINE) -> str:
    """Return a text as a code span on one line: it is shown as it is and means nothing."""
    line = clipped(printable(text), longest)
    ticks = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def block(text: str, longest: int = LONGEST_WORDS) -> list[str]:
    """Return a text as a fenced block, a line each."""
    kept = text if len(text) <= longest else text[: longest - 1] + "…"
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", kept)), default=0) + 1)
    return [f"{fence}text", *(printable(line) for line in kept.strip().splitlines()), fence]


def _open_fence(body: str) -> str:
    """Return what closes the fenced block that a text ends within."""
    fence = ""
    for line in body.splitlines():
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if not fence and len(ticks) >= 3:
            fence = ticks
        elif fence and line == fence:
            fence = ""
    return f"\n{fence}" if fence else ""


def _heading(
    db: DbAdapter, run: OrchestrationRun, assignments: list[CardAssignment], commit: str
) -> Iterator[str]:
    """Say in a sentence what was built and by what."""
    agent = code(run.agent_profile or (assignments[0].agent_profile if assignments else "?"), 60)
    if run.scope is RunScope.CARD:
        yield f"Card {code(title_of(db, run))}, built by the agent {agent}."
    else:
        cards = f"{len(assignments)} card{'s' * (len(assignments) != 1)}"
        yield f"Workflow {code(title_of(db, run))}: {cards}, built by the agent {agent}."
    yield f"Checked at {code(commit)}."
    yield ""


def _card(db: DbAdapter, run: OrchestrationRun, assignment: CardAssignment) -> Iterator[str]:
    """Tell what one card wanted and what its agent says."""
    snapshot = assignment.assignment_input_snapshot
    depth = "##"
    if run.scope is RunScope.WORKFLOW:
        yield f"## Card {code(_card_title(db, assignment), LONGEST_TITLE)}"
        yield ""
        depth = "###"
    wanted = [*_texts(snapshot.get("requirements"))]
    if wanted:
        yield f"{depth} Requirements"
        yield ""
        yield from (f"- {code(text)}" for text in wanted)
        yield ""
    turns = db.list(AgentExecution, assignment_id=assignment.id)
    said = next((turn.summary for turn in reversed(turns) if (turn.summary or "").strip()), None)
    if said:
        yield f"{depth} What the agent says"
        yield ""
        yield from block(said)
        yield ""


def _texts(items: Any) -> Iterator[str]:
    """Return the texts of a snapshot's list that a person stands behind."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("status", "approved") == "approved":
            text = item.get("text")
            if isinstance(text, str) and text.strip():
                yield text


def _card_title(db: DbAdapter, assignment: CardAssignment) -> str:
    card = db.get(Card, assignment.card_id)
    return f"#{card.number} {card.title}" if card is not None else assignment.card_id


def _checks(
    db: DbAdapter, run: OrchestrationRun, assignments: list[CardAssignment], commit: str
) -> Iterator[str]:
    """List each check's last result: at the commit that would be merged, then each card's own."""
    checks = db.list(RunCheck, run_id=run.id)
    yield "## Checks"
    yield ""
    whole = [check for check in checks if check.commit_sha == commit]
    latest = {check.check_type: check for check in whole}
    yield from (_check(check) for check in latest.values())
    if run.scope is RunScope.WORKFLOW:
        for assignment in assignments:
            own = {
                check.check_type: check
                for check in checks
                if check.assignment_id == assignment.id
                and check.commit_sha == assignment.head_commit
            }
            name = code(_card_title(db, assignment), 80)
            yield from (f"{_check(check)}, {name}" for check in own.values())
    yield ""


def _check(check: RunCheck) -> str:
    command = f": {code(' '.join(map(str, check.command)))}" if check.command else ""
    took = f" in {check.seconds:.1f} s" if check.seconds is not None else ""
    changed = (
        f" (its own files were changed: {', '.join(code(str(p)) for p in check.changed_files[:9])})"
        if check.changed_files
        else ""
    )
    return f"- {check.check_type} {check.status}{took}{command}{changed}"


def _files(
    db: DbAdapter, run: OrchestrationRun, assignments: list[CardAssignment], commit: str
) -> Iterator[str]:
    """Hold the planned files against those that changed."""
    yield "## Files"
    yield ""
    planned = [*dict.fromkeys(path for a in assignments for path in _planned(a))]
    try:
        base = run.base_commit or commit
        changed = changed_files(repository_of(db, run), base, commit)
    except Refused as why:
        yield f"Which files changed could not be read: {code(str(why))}"
        yield ""
        return
    lines = [*_compared(planned, changed)]
    yield from lines[:MOST_FILES]
    if len(lines) > MOST_FILES:
        yield f"- and {len(lines) - MOST_FILES:,} more"
    yield ""


def _planned(assignment: CardAssignment) -> Iterator[str]:
    files = assignment.assignment_input_snapshot.get("planned_files")
    for item in files if isinstance(files, list) else ():
        name = item.get("path") if isinstance(item, dict) else None
        if isinstance(name, str):
            yield name


def _compared(planned: list[str], changed: Sequence[ChangedFile]) -> Iterator[str]:
    wanted, paths = {*planned}, {path for file in changed for path in (file.path, file.old_path)}
    for file in changed:
        was = f" from {code(file.old_path)}" if file.old_path is not None else ""
        told = "planned" if {file.path, file.old_path} & wanted else "not planned"
        yield f"- {code(file.path)}: {file.change}{was}{f', {told}' if planned else ''}"
    yield from (f"- {code(path)}: planned, not changed" for path in planned if path not in paths)


def _built(
    db: DbAdapter, run: OrchestrationRun, assignments: list[CardAssignment]
) -> Iterator[str]:
    """Say how it came about: from where, in how many turns, who committed."""
    turns = sum(db.count(AgentExecution, assignment_id=a.id) for a in assignments)
    commits = [commit for a in assignments for commit in db.list(AgentCommit, assignment_id=a.id)]
    ours = sum(commit.made_by is CommitMaker.SUPERVISOR for commit in commits)
    yield "## How it was built"
    yield ""
    yield f"- from {code(run.base_branch)} at {code(run.base_commit or '?')}"
    yield f"- started by {code(run.initiated_by, 80)} as run {code(run.id)}"
    yield f"- {turns} turn{'s' * (turns != 1)} of the agent"
    left = f", {ours} of them of what it had left uncommitted" if ours else ""
    yield f"- {len(commits)} commit{'s' * (len(commits) != 1)}{left}"
