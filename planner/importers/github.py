"""Reads GitHub issues for an import, as ``gh issue list --json …`` writes them."""

from __future__ import annotations

import re

import msgspec

from planner.importers.gathering import (
    Gathered,
    Gathering,
    conversation,
    priority_of,
    says_where_it_stands,
    status_of,
    tasks_of,
    when,
)
from planner.importers.json_reading import Fields, JsonSource
from planner.importers.reading import Given
from planner.importers.wanted import Source, check_count
from planner.importers.words import plain, read_status
from store.records import CardStatus

FORMAT = "github"
"""What the importer is called, and part of all its ids."""

NO_MILESTONE = "No milestone"
NO_LABEL = "No label"

READ = {
    "number", "title", "body", "state", "stateReason", "labels", "milestone", "assignees", "author",
    "comments", "url", "createdAt", "updatedAt", "closedAt", "closed", "projectItems",
    "closedByPullRequestsReferences",
}  # fmt: skip
"""The fields that are read."""

LEFT_OUT = {"id", "isPinned", "projectCards", "reactionGroups"}
"""Fields that ``gh`` gives and a plan has no place for."""

_REPOSITORY = re.compile(r"https?://[^/\s]+/[^/\s]+/([^/\s]+)/(?:issues|pull)/\d+")
_REFERS = re.compile(
    r"\b(depends on|blocked by|blocks|part of|duplicate of|follow-up to):?[ \t]+#(\d{1,12})\b",
    re.IGNORECASE,
)


def read_github(given: Given) -> Source:
    """Read the issues of ``gh issue list --json number,title,body,…``, with whichever fields.

    Raises:
        ImportRefused: It can't be read, isn't JSON, or two issues have one number.
    """
    source = JsonSource(given)
    reading = _Reading(Gathering(FORMAT, source))
    for row in source.objects("issue"):
        reading.take(row)
    return reading.finished()


class _Issue(msgspec.Struct):
    row: Fields
    key: str
    number: str
    title: str
    milestone: str
    labels: list[str]


class _Reading:
    """All issues; what one refers to is told by the other's title."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.issues: list[_Issue] = []
        self.titles: dict[str, str] = {}
        self.repository = ""

    def take(self, row: Fields) -> None:
        title, number = row.text("title"), row.text("number").strip().lstrip("#")
        if number:
            row.place = f"{row.place}, #{number:.20}"
        if not title.strip():
            self.gathering.source.misfit(row.place, "an issue without a title")
            return
        key = self.gathering.key(number, title, row.place)
        if key is None:
            return
        for name in row.values:
            if name not in READ and name not in LEFT_OUT:
                self.gathering.notes.add(row.place, f"the field {name!r:.80} is not imported")
        row.values = {name: value for name, value in row.values.items() if name in READ}
        labels = [one.text("name") for one in row.each("labels")]
        labels = [label for label in dict.fromkeys(labels) if label.strip()]
        milestone = row.one("milestone").text("title")
        self.titles[number] = title
        self.issues.append(_Issue(row, key, number, title, milestone, labels))
        check_count(len(self.issues), row.place)

    def finished(self) -> Source:
        """Put every issue in its place, by number, and those without a milestone last."""
        self.issues.sort(key=lambda one: (len(one.number), one.number))
        for issue in sorted(self.issues, key=lambda one: not one.milestone.strip()):
            self.card(issue)
        return self.gathering.finished(name=self.repository)

    def where(self, issue: _Issue) -> str:
        """Return the key of an issue's activity: its first label that says what it is about."""
        gathering, place = self.gathering, issue.row.place
        if issue.milestone.strip():
            about = issue.row.one("milestone").text("description")
            workflow = gathering.workflow(f":{issue.milestone}", issue.milestone, place, about)
        else:
            workflow = gathering.workflow("", NO_MILESTONE, place)
        about_it = [label for label in issue.labels if not says_where_it_stands(label)]
        if not about_it:
            return gathering.activity("", workflow, NO_LABEL, place)
        return gathering.activity(f":{about_it[0].casefold()}", workflow, about_it[0], place)

    def card(self, issue: _Issue) -> None:
        row, url = issue.row, issue.row.text("url")
        if not self.repository and (found := _REPOSITORY.fullmatch(url)):
            self.repository = found[1]
        body = row.text("body")
        projects = [
            (one.text("title"), one.one("status").text("name")) for one in row.each("projectItems")
        ]
        card = self.gathering.card(
            issue.key,
            self.where(issue),
            row.place,
            url or f"GitHub #{issue.number}".rstrip(" #"),
            title=issue.title,
            description=body,
            status=self.status(issue, [status for _, status in projects]),
            priority=priority_of(issue.labels) or 0,
            created_at=row.time("createdAt"),
            updated_at=row.time("updatedAt"),
        )
        for text, done in tasks_of(body):
            card.requirement(text, done=done)
        card.named_fact("GitHub issue", url or (f"#{issue.number}" if issue.number else ""))
        for words, number in dict.fromkeys(_REFERS.findall(body)):
            title = self.titles.get(number)
            named = f"#{number}: {title}" if title else f"#{number}"
            card.fact(f"refers:{words.lower()}:{number}", f"{words.capitalize()} {named}")
        self.facts(issue, card)
        for name, status in projects:
            card.fact(f"project:{name}", f"Project: {name}" + (f", {status}" if status else ""))
        said = [
            (one.one("author").text("login"), one.time("createdAt"), one.text("body"))
            for one in row.each("comments")
        ]
        name = f"#{issue.number}" if issue.number else issue.title[:80]
        card.document("Comments", conversation(said), name)

    def facts(self, issue: _Issue, card: Gathered) -> None:
        """Add what is known of an issue."""
        row = issue.row
        card.named_fact("Labels", ", ".join(issue.labels))
        card.named_fact("Author", row.one("author").text("login", "name"))
        people = [one.text("login", "name") for one in row.each("assignees")]
        card.named_fact("Assignees", ", ".join(filter(str.strip, people)))
        card.named_fact("Milestone due", when(row.one("milestone").time("dueOn")))
        closed = when(row.time("closedAt"))
        reason = plain(row.text("stateReason"))
        card.named_fact("Closed", f"{closed}, {reason}".strip(", ") if closed else "")
        for one in row.each("closedByPullRequestsReferences"):
            where = one.text("url") or f"#{one.text('number')}".rstrip("#")
            card.fact(f"closed by:{where}", f"Closed by {where}" if where else "")

    def status(self, issue: _Issue, in_projects: list[str]) -> CardStatus:
        """Return a card's status; an open issue's is that of its project, else of its labels."""
        row = issue.row
        state = plain(row.text("state"))
        closed = state == "closed" or (not state and row.flag("closed"))
        if closed:
            reason = plain(row.text("stateReason"))
            if reason in ("not planned", "duplicate"):
                words = f"the status {reason!r} is taken as {CardStatus.PRODUCTION}"
                self.gathering.notes.add(row.place, words)
            return CardStatus.PRODUCTION
        if state not in ("", "open"):
            return self.gathering.notes.status(row.place, row.text("state"))
        for word in in_projects:
            status, known = read_status(word)
            if known and word.strip() and status is not CardStatus.PRODUCTION:
                return status
        return status_of(issue.labels) or CardStatus.TODO
