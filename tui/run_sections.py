"""What there is to tell of a run, in sections: its state, checks, commits, report, prompts, events."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from planner.events import Event
from store.records import (
    AgentExecution,
    ApprovalRequest,
    BuildState,
    CheckStatus,
    CommitMaker,
    EventLog,
    KnowledgeStatus,
    RunCheck,
    WaitsFor,
)
from tui.asks.runs import Details
from tui.glyphs import BUILD, OPEN_QUESTION
from tui.run_rows import STYLE, RunRow, silence_of, standing
from tui.spans import Span
from tui.when import exactly, lasting, seconds_between, when
from tui.widgets.text_pane import Paragraph

SECTIONS = ("State", "Log", "Checks", "Commits", "Report", "Prompt", "Events")
"""What a run's details are told in."""

MOST_TEXT_LINES = 1_500
"""Lines of one text that are shown; all of it is in the database."""

MOST_OUTPUT_LINES = 200
"""Lines of what a check printed that are shown; its log has all of them."""

SHORT_SHA = 10

_CHECK_SIGN: dict[str, tuple[str, str]] = {
    CheckStatus.PASSED: ("✓", "good"),
    CheckStatus.FAILED: ("✗", "bad"),
    CheckStatus.SKIPPED: ("⊘", "warn"),
}

Keys = Callable[[str, str], str]
"""Returns the key of a binding, given its id and its usual key."""


def told(section: str, row: RunRow, details: Details, key: Keys) -> list[Paragraph]:
    """Return what a section tells of a run or assignment.

    Args:
        section: Which, of ``SECTIONS``; the log is told by the log itself.
        row: What is selected.
        details: All there is to tell of it.
        key: Gives the keys that are named.
    """
    tell: Callable[..., Iterator[Paragraph]] = {
        "State": _state,
        "Checks": _checks,
        "Commits": _commits,
        "Report": _report,
        "Prompt": _prompts,
        "Events": _events,
    }[section]
    return [*tell(row, details, key)]


# How it stands


def _state(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    run, own = details.run, details.assignment
    yield Paragraph([(row.name, "strong")])
    yield Paragraph(standing(row), (f"{BUILD[row.status]} ", STYLE[row.status]))
    yield from _ways_on(row, details, key)
    yield _line("")
    if silence_of(row):
        yield _line("Whoever opens the board next sees to it, or planner-tui run list.", "faint")
    yield from _facts(
        ("agent", run.agent_profile),
        ("started by", f"{run.initiated_by}, {exactly(run.created_at)}"),
    )
    if own is not None:
        it = own.assignment
        yield from _facts(
            ("branch", it.feature_branch),
            ("worktree", it.worktree_path),
            ("from", _commit(it.base_commit or run.base_commit, run.base_branch)),
            ("at", _commit(it.head_commit)),
            *((f"turn {turn.turn}", _turn(turn)) for turn in own.executions),
            ("accepted", ", ".join(str(path) for path in it.accepted_paths)),
        )
    else:
        yield from _facts(
            ("branch", run.integration_branch),
            ("from", _commit(run.base_commit, run.base_branch)),
            ("at", _commit(run.head_commit)),
        )
    candidate = row.run.candidate
    if candidate is not None:
        yield from _facts(
            ("candidate", f"{candidate.status.replace('_', ' ')}: {candidate.title}"),
            ("address", candidate.pr_url),
            ("pushed to", candidate.pushed_to),
            ("merged as", _commit(candidate.merged_commit)),
        )
    yield from _facts(*(("approval", _approval(asked)) for asked in row.run.approvals))


def _approval(asked: ApprovalRequest) -> str:
    by = f" by {asked.resolved_by}" if asked.resolved_by else ""
    note = f": {asked.notes}" if asked.notes else ""
    what = asked.approval_type.replace("_", " ")
    return f"{what} {asked.status}{by}, {when(asked.requested_at)}{note}"


def _ways_on(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    """Say what a person can do about it."""
    resume = key("runs.resume", "r")
    if row.status in (BuildState.FAILED, BuildState.CANCELLED):
        yield _line(f"{resume} lets the agent try again, in the same worktree.", "faint")
    if row.status is not BuildState.BLOCKED:
        return
    match row.waits_for:
        case WaitsFor.ANSWERS:
            yield from _questions(details, key, resume)
        case WaitsFor.DECISION:
            accept, back = key("runs.accept", "A"), key("runs.send_back", "R")
            yield _line(f"{accept} accepts these files; {back} sends it back with a note.", "faint")
        case WaitsFor.CHANGE:
            cancel = key("runs.cancel", "c")
            yield _line(f"{resume} sends the agent a note; {cancel} gives the card up.", "faint")
        case WaitsFor.CONFLICT:
            yield _line(f"{resume} tries again, once one of them is another.", "faint")
        case WaitsFor.APPROVAL:
            go = key("screen.approvals", "3")
            yield _line(f"enter or {go} shows what waits for your approval.", "faint")


def _questions(details: Details, key: Keys, resume: str) -> Iterator[Paragraph]:
    yield _line("")
    for one in details.questions:
        is_open = one.status is KnowledgeStatus.DRAFT
        if not is_open and one.answer is None:
            continue
        yield Paragraph([(one.text, "strong")], (f"{OPEN_QUESTION if is_open else '✓'} ", "warn"))
        if one.answer is not None:
            yield Paragraph([(one.answer, "text")], ("  → ", "faint"))
    if details.unanswered:
        many = "it" if details.unanswered == 1 else f"{details.unanswered} of them"
        yield _line(f"enter opens the card, to answer {many}; then {resume} goes on.", "faint")
    else:
        yield _line(f"All is answered: {resume} goes on.", "good")


def _turn(turn: AgentExecution) -> str:
    took = lasting(seconds_between(turn.started_at, turn.ended_at))
    code = f", exit code {turn.exit_code}" if turn.exit_code is not None else ""
    error = f": {turn.error}" if turn.error else ""
    return f"{turn.status}{f', {took}' if took else ''}{code}{error}"


# What it did


def _checks(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    checks, head = checks_of(details)
    if not checks:
        yield _line("No check has been run yet.", "faint")
    for check in checks:
        sign, style = _CHECK_SIGN[check.status]
        spans: list[Span] = [(f"{check.check_type} {check.status}", style)]
        if check.commit_sha:
            spans.append((f"  at {check.commit_sha[:SHORT_SHA]}", "faint"))
            if head is not None and check.commit_sha != head:
                spans.append(("  stale: there is a newer commit", "warn"))
        if check.seconds is not None:
            took = f"{check.seconds:.1f} s" if check.seconds < 60 else lasting(check.seconds)
            spans.append((f"  {took}", "faint"))
        if check.exit_code:
            spans.append((f"  exit code {check.exit_code}", "faint"))
        yield Paragraph(spans, (f"{sign} ", style))
        if check.command:
            yield Paragraph([(shlex.join(map(str, check.command)), "accent")], ("  $ ", "faint"))
        if check.changed_files:
            files = ", ".join(str(path) for path in check.changed_files)
            yield Paragraph(
                [(f"Its own files were changed: {files}. Look at them.", "warn")], ("  ! ", "warn")
            )
        for text in _text_lines(check.output or "", MOST_OUTPUT_LINES):
            yield Paragraph([(text, "text")], ("  │ ", "faint"))
        yield _line("")
    if any(check.log_path for check in checks):
        yield _line(f"{key('runs.log', 'l')} shows all that a check printed.", "faint")


def checks_of(details: Details) -> tuple[Sequence[RunCheck], str | None]:
    """Return the checks to tell of, newest first, and the commit that they must be of."""
    if details.assignment is not None:
        own = details.assignment
        return own.checks[::-1], own.assignment.head_commit
    return details.checks[::-1], details.run.head_commit


def _commits(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    own = [details.assignment] if details.assignment is not None else row.run.assignments
    commits = [commit for one in own for commit in one.commits][::-1]
    if not commits:
        yield _line("There is no commit yet.", "faint")
        return
    for commit in commits:
        first, *more = commit.message.strip().splitlines() or [""]
        by_us = commit.made_by is CommitMaker.SUPERVISOR
        whose = "  committed for the agent" if by_us else ""
        yield Paragraph(
            [(first, "strong"), (whose, "warn"), (f"  {when(commit.committed_at)}", "faint")],
            (f"{commit.sha[:SHORT_SHA]} ", "accent"),
        )
        for text in _text_lines("\n".join(more).strip()):
            yield Paragraph([(text, "text")], (" " * (SHORT_SHA + 1), "text"))
    yield _line("")
    yield _line(f"{key('runs.diff', 'd')} shows what they change.", "faint")


def _report(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    turns = details.assignment.executions if details.assignment is not None else ()
    reported = [turn for turn in turns if turn.report is not None or turn.summary or turn.error]
    if not reported:
        yield _line("The agent has reported nothing yet.", "faint")
    for turn in reversed(reported):
        if len(turns) > 1:
            yield _line(f"Turn {turn.turn}", "heading")
        if turn.error:
            yield _line(turn.error, "bad")
        report: dict[str, Any] = turn.report or {}
        if report.get("problem"):
            yield _line(f"Its report could not be read: {report['problem']}", "warn")
        yield from _text(str(report.get("summary") or turn.summary or ""))
        for name in ("questions", "facts", "assumptions", "learnings"):
            items = report.get(name)
            if isinstance(items, list) and items:
                yield _line("")
                yield _line(name.capitalize(), "heading")
                for item in items:
                    yield Paragraph([(_item(item), "text")], ("- ", "faint"))
        yield _line("")


def _item(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    title, evidence = item.get("title"), item.get("evidence")
    text = f"{title}: {item.get('text', '')}" if title else str(item.get("text", ""))
    return f"{text} ({evidence})" if evidence else text


def _prompts(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    turns = details.assignment.executions if details.assignment is not None else ()
    if details.assignment is None:
        yield _line("Each card has its own prompt: select one below the workflow.", "faint")
    elif not turns:
        yield _line("This is what the agent will be told first:", "faint")
        yield from _text(
            str(details.assignment.assignment.assignment_input_snapshot.get("prompt", ""))
        )
    for turn in reversed(turns):
        yield _line(f"Turn {turn.turn}, as it was told", "heading")
        if turn.command:
            yield Paragraph([(shlex.join(map(str, turn.command)), "accent")], ("$ ", "faint"))
        yield from _text(turn.prompt or "")
        yield _line("")
    yield _line("Policy, as it was when the run began", "heading")
    policy = msgspec.json.format(msgspec.json.encode(details.run.system_policy_snapshot), indent=2)
    yield from _text(policy.decode())


def _events(row: RunRow, details: Details, key: Keys) -> Iterator[Paragraph]:
    if not details.events:
        yield _line("Nothing has happened yet.", "faint")
    for event in details.events:
        what = _as_event(event).what
        spans: list[Span] = [(what[:1].upper() + what[1:], "text"), (f"  {event.actor}", "accent")]
        yield Paragraph(spans, (f"{when(event.created_at):>12}  ", "faint"))


def _as_event(event: EventLog) -> Event:
    return Event(
        source="event",
        id=event.id,
        type=event.event_type,
        actor=event.actor,
        moment=event.created_at,
        payload=event.payload,
        target={},
        run_id=None,
        reason=None,
        project=None,
    )


# Texts


def _text(text: str) -> Iterator[Paragraph]:
    for line in _text_lines(text):
        yield _line(line)


def _text_lines(text: str, most: int = MOST_TEXT_LINES) -> Iterator[str]:
    """Yield the lines of a text; of one that is too long its beginning and its end."""
    lines = text.splitlines()
    left_out = len(lines) - most
    if left_out <= 0:
        yield from lines
        return
    yield from lines[: most // 2]
    yield f"… {left_out:,} lines left out …"
    yield from lines[-(most - most // 2) :]


def _facts(*facts: tuple[str, str | None]) -> Iterator[Paragraph]:
    for name, value in facts:
        if value:
            yield Paragraph([(value, "text")], (f"{name:<11} ", "faint"))


def _commit(sha: str | None, branch: str = "") -> str | None:
    if sha is None:
        return branch or None
    return f"{sha[:SHORT_SHA]} on {branch}" if branch else sha[:SHORT_SHA]


def _line(text: str, style: str = "text") -> Paragraph:
    return Paragraph([(text, style)] if text else [])
