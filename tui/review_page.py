"""All that a person looks at before they decide, as lines of one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from planner.describe import clipped
from planner.runs.decisions import CheckResult, Decision, Looked, Review
from planner.runs.diffs import DiffFile
from store.records import CheckStatus, CommitMaker, RunCheck
from tui.decision_words import KIND, what_came_of_it, what_yes_does
from tui.glyphs import CHANGE, COMMENT, FILE_MARK
from tui.spans import Span, Spans, wrap_spans
from tui.when import when

MOST_LINES = 300
"""Lines that one text may take."""

MOST_FILES = 500
"""Files that are listed; the diff has them all."""

LAST_LINES = 40
"""Lines of a check's output that are shown on the page: all of it opens on a screen of its own."""

KEPT_LINES = 400
"""Lines that are shown where all of it has gone."""

CHECK = {"passed": ("✓", "good"), "failed": ("✗", "bad"), "skipped": ("⊘", "bad")}
"""The sign and the style of what a check came to; skipped is not passed."""

Deed = Literal["", "file", "check", "output", "diff"]
"""What opening a line does."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of the page.

    Attributes:
        key: What it goes by; the same line has the same key when the page is made anew.
        spans: What stands there.
        deed: What opening it does.
        target: With what: the path of a file, the id of a check.
    """

    key: str
    spans: Spans
    deed: Deed = ""
    target: str = ""


class _Page:
    """Lines as they are added, folded to a width."""

    def __init__(self, width: int) -> None:
        self.width = max(20, width)
        self.lines: list[PageLine] = []
        self._section, self._count = "", 0

    def begin(self, section: str, *heading: Span) -> None:
        self._section, self._count = section, 0
        if self.lines:
            self.add([])
        if heading:
            self.add(heading)

    def add(self, spans: Spans, deed: Deed = "", target: str = "", key: str = "") -> None:
        name = f"{self._section}:{key or self._count}"
        self._count += 1
        self.lines.append(PageLine(name, spans, deed, target))

    def text(self, text: str, style: str = "text", *, indent: str = "  ", lead: str = "") -> None:
        """Add a text of many lines; a lead stands before the first."""
        room = self.width - len(indent) - len(lead)
        for paragraph in text.split("\n")[:MOST_LINES]:
            for line in wrap_spans([(paragraph, style)], room, MOST_LINES) or [[]]:
                self.add([(indent + lead, style), *line] if lead or indent else line)
                lead = " " * len(lead)


def page_lines(
    review: Review, looked: Looked | str | None, width: int, unfolded: frozenset[str]
) -> list[PageLine]:
    """Return the lines of the page.

    Args:
        review: What the database knows.
        looked: What git has told; in words why it can't; None while it has not told yet.
        width: Cells of a line.
        unfolded: Ids of the checks whose output is shown.
    """
    page = _Page(width)
    _head(page, review, looked)
    _warnings(page, review, looked)
    _said(page, review.decision)
    _files(page, looked)
    _checks(page, review, unfolded)
    _commits(page, review.decision)
    _candidate(page, review)
    _who(page, review)
    return page.lines


def _head(page: _Page, review: Review, looked: Looked | str | None) -> None:
    decision, run = review.decision, review.decision.run.run
    page.begin(
        "head", (f"{KIND[decision.kind].capitalize()}? ", "heading"), (decision.name, "strong")
    )
    facts = [
        f"built by {decision.agent}" if decision.agent else "",
        f"started by {run.initiated_by}",
    ]
    page.text(" · ".join([*filter(None, facts), f"asked {when(decision.since)}"]), "faint")
    told = looked if isinstance(looked, Looked) else None
    if review.subject is not None:
        subject = review.subject
        still = ", which has not moved since" if told is not None and told.behind == 0 else ""
        page.text(f"{subject.branch} → {subject.base_branch}{still}", "faint")
    came = what_came_of_it(decision)
    if came and decision.state == "waits":
        page.text(came, "bad", lead="✗ ")
    elif came:
        page.text(came, "good" if decision.state == "done" else "accent")
        if decision.request is not None and decision.request.notes:
            page.text(f"“{decision.request.notes}”", "faint")
    elif decision.assignment is not None and decision.kind == "paths":
        page.text(decision.assignment.assignment.reason or "", "text")
    if decision.state == "waits":
        for number, sentence in enumerate(what_yes_does(review, told)):
            page.text(sentence, lead="  " if number else "→ ")


def _warnings(page: _Page, review: Review, looked: Looked | str | None) -> None:
    """Say loudly what makes the rest less worth."""
    warnings: list[tuple[str, str]] = []
    if review.refusal and review.decision.state == "waits":
        warnings.append(("bad", f"You can't approve this: {review.refusal}"))
    for result in review.checks:
        if result.check is not None and result.check.changed_files:
            paths = ", ".join(map(str, result.check.changed_files[:9]))
            warnings.append(
                (
                    "bad",
                    f"The check {_called(result)} was changed by what it checked: {paths}. "
                    "Its result is worth what that change is worth: read it.",
                )
            )
    if isinstance(looked, Looked):
        if looked.moved and review.decision.state == "waits":
            warnings.append(("bad", looked.moved))
        for name in ("forbidden", "protected", "outside"):
            count = sum(kind == name for kind in looked.compared.standing.values())
            if count:
                style = "bad" if name == "forbidden" else "warn"
                were = f"{_counted(count, 'changed file')} {'was' if count == 1 else 'were'}"
                warnings.append((style, f"{were} {FILE_MARK[name][2]}."))
        if looked.behind and review.decision.state == "waits":
            base = review.subject.base_branch if review.subject is not None else "the base"
            warnings.append(
                ("warn", f"{base} has moved since: {_counted(looked.behind, 'commit')} more.")
            )
    if not warnings:
        return
    page.begin("warnings")
    for style, words in warnings:
        page.text(words, style, lead="▲ ")


def _said(page: _Page, decision: Decision) -> None:
    reads = decision.run.assignments
    if decision.assignment is not None:
        reads = (decision.assignment,)
    for read in reads:
        said = [turn.summary for turn in read.executions if (turn.summary or "").strip()]
        heading = "What the agent says" if len(reads) == 1 else f"What the agent says, {read.title}"
        page.begin(f"said {read.id}", (clipped(heading), "heading"))
        page.text((said[-1] or "").strip() if said else "Nothing.", "text" if said else "faint")


def _files(page: _Page, looked: Looked | str | None) -> None:
    if not isinstance(looked, Looked):
        page.begin("files", ("Files", "heading"))
        page.text(looked if looked else "Reading what changed …", "bad" if looked else "faint")
        return
    compared = looked.compared
    files = compared.diff.files
    added, removed = (sum(getattr(f, name) for f in files) for name in ("added", "removed"))
    head: list[Span] = [("Files", "heading"), (f"  {len(files):,} changed ", "faint")]
    head += [(f"+{added:,} ", "plus"), (f"-{removed:,}", "minus")]
    page.begin("files", *head)
    if not files:
        page.text("Nothing was changed.", "faint")
    for file in files[:MOST_FILES]:
        page.add(
            [*_file(file, compared.standing.get(file.path, ""), compared.why.get(file.path, ""))],
            "file",
            file.path,
            file.path,
        )
    if len(files) > MOST_FILES:
        page.text(f"and {len(files) - MOST_FILES:,} more: the diff has them all", "faint")
    for path in compared.untouched[:MOST_FILES]:
        sign, style, words = FILE_MARK["untouched"]
        page.add(
            [(f"  {sign}   ", style), (path, "faint"), (f"  {words}", "faint")], key=f"-{path}"
        )


def _file(file: DiffFile, standing: str, why: str) -> Iterator[Span]:
    sign, style, words = FILE_MARK.get(standing, (" ", "faint", ""))
    yield f"  {sign} ", style
    yield f"{CHANGE.get(str(file.change), '~')} ", "accent"
    yield file.path, "text"
    if file.old_path is not None and file.old_path != file.path:
        yield f" ← {file.old_path}", "faint"
    yield "  ", "text"
    if file.is_binary:
        yield "binary ", "faint"
    if file.added:
        yield f"+{file.added:,} ", "plus"
    if file.removed:
        yield f"-{file.removed:,} ", "minus"
    yield words, style
    if why and standing != "outside":
        yield f": {why}", style


def _checks(page: _Page, review: Review, unfolded: frozenset[str]) -> None:
    commit = (review.commit or "")[:10]
    page.begin("checks", ("Checks", "heading"), (f"  at {commit}" if commit else "", "faint"))
    if not review.checks:
        page.text("The policy requires none.", "faint")
    for result in review.checks:
        check = result.check
        if check is None:
            page.add([("  ? ", "warn"), (_called(result), "text"), ("  has not run here", "warn")])
            continue
        is_open = check.id in unfolded
        page.add([*_check(result, check, is_open=is_open)], "check", check.id, check.id)
        if is_open:
            _output(page, check)


def _check(result: CheckResult, check: RunCheck, *, is_open: bool) -> Iterator[Span]:
    sign, style = CHECK[check.status]
    yield ("  ▾ " if is_open else "  ▸ "), "faint"
    yield f"{sign} ", style
    yield f"{_called(result):<12} ", "text"
    yield f"{check.status:<8}", style
    yield (f"{check.seconds:>7.1f} s" if check.seconds is not None else " " * 9), "faint"
    if check.status is not CheckStatus.PASSED and check.exit_code is not None:
        yield f"  exit {check.exit_code}", style
    if check.command:
        yield f"  {' '.join(map(str, check.command))}", "faint"
    if check.changed_files:
        yield "  ▲ its own files were changed", "bad"


def _output(page: _Page, check: RunCheck) -> None:
    """Show the end of what a check printed."""
    lines = (check.output or "").rstrip("\n").split("\n")
    if lines == [""]:
        page.add([("      It printed nothing.", "faint")], "output", check.id)
        return
    most = LAST_LINES if check.log_path is not None else KEPT_LINES
    left = len(lines) - most
    if left > 0:
        page.add([(f"      … {left:,} lines before", "faint")], "output", check.id)
    for line in lines[-most:]:
        page.add([("    │ ", "faint"), (line, "text")], "output", check.id)


def _commits(page: _Page, decision: Decision) -> None:
    reads = (decision.assignment,) if decision.assignment is not None else decision.run.assignments
    commits = [commit for read in reads for commit in read.commits]
    page.begin("commits", ("Commits", "heading"), (f"  {len(commits):,}", "faint"))
    for commit in commits[:MOST_FILES]:
        title = commit.message.strip().partition("\n")[0]
        by = "" if commit.made_by is CommitMaker.AGENT else "  committed for the agent"
        page.add(
            [(f"  {commit.sha[:10]} ", "accent"), (title, "text"), (by, "warn")], key=commit.id
        )
    if not commits:
        page.text("None.", "faint")


def _candidate(page: _Page, review: Review) -> None:
    candidate = review.decision.run.candidate
    if candidate is None:
        return
    page.begin("candidate", ("Pull request", "heading"))
    page.text(candidate.title, "strong")
    page.text(f"{candidate.head_branch} → {candidate.base_branch}", "faint")
    if candidate.pr_url:
        page.text(candidate.pr_url, "accent")
    page.add([])
    page.text(candidate.description.strip())


def _who(page: _Page, review: Review) -> None:
    rules = review.policy.approval
    words = ", ".join(rules.approvers) if rules.approvers else "anyone"
    if rules.another_person:
        words += f", but not {review.decision.run.run.initiated_by}, who started the run"
    page.begin("who", ("Who may approve", "heading"))
    page.text(words)
    comments = review.subject.comments if review.subject is not None else ()
    unsent = sum(comment.execution_id is None for comment in comments)
    if unsent:
        page.begin("comments")
        page.text(
            f"{_counted(unsent, 'comment')} on the diff not sent yet: x sends them with a note.",
            "warn",
            lead=f"{COMMENT} ",
        )


def _called(result: CheckResult) -> str:
    return f"{result.check_type}, {result.whose}" if result.whose else result.check_type


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def lines_text(lines: Iterable[PageLine]) -> str:
    """Return what lines say, for tests."""
    return "\n".join("".join(text for text, _ in line.spans) for line in lines)
