"""Reads a Markdown outline for an import: headings are workflows and activities, lists hold cards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from planner.csv_cells import MARKS
from planner.importers.markdown_outline import Node, read_outline
from planner.importers.notes import Notes
from planner.importers.reading import WESTERN, Given, name_of, read_text, western
from planner.importers.wanted import Entry, ImportRefused, Kind, Problem, Source
from planner.importers.words import plain, read_status
from planner.markdown_text import LABEL, LABELS, exported_from, plain_text
from store.records import (
    PRIORITIES,
    ActivityColor,
    CardStatus,
    KnowledgeStatus,
    PlannedFileAction,
    PlannedFileKind,
    PlannedFileStatus,
)

FORMAT = "markdown"
"""What the importer is called, and part of all its ids."""

NO_WORKFLOW = "No workflow"
NO_ACTIVITY = "No activity"

_ABOUT = re.compile(r"(?:^|(?<=[ \t]))\{([^{}\\]*)\}[ \t]*$")
_MARK = re.compile(r"\[([ xX\-])\](?:[ \t]+|$)")
_FILE = re.compile(
    rf"({'|'.join(PlannedFileAction)})[ \t]+({'|'.join(PlannedFileKind)})[ \t]+(.*)", re.DOTALL
)
_KNOWLEDGE: tuple[Kind, ...] = ("requirement", "known_fact", "assumption", "question")
_DETAILS = {"known_fact": "evidence_source", "question": "answer"}


def read_markdown(given: Given) -> Source:
    """Read an outline: ``#`` workflow, ``##`` activity, ``-`` card, nested ``-`` requirement.

    Raises:
        ImportRefused: It can't be read, or two cards have one number.
    """
    text, encoding = read_text(given)
    outline = read_outline(text)
    reading = _Reading()
    for workflow in outline.workflows:
        reading.workflow(workflow)
    if reading.problems:
        raise ImportRefused(reading.problems)
    noted = (*outline.noted, *reading.notes.problems())
    return Source(
        format=FORMAT,
        name=name_of(given),
        description=outline.intro,
        entries=reading.entries,
        skipped=(*outline.skipped, *reading.skipped.problems()),
        noted=(western(given), *noted) if encoding == WESTERN else noted,
        takes_over=True,
        exported_from=exported_from(text),
        in_order=True,
        kinds=(*_KNOWLEDGE, "planned_file"),
    )


class _Reading:
    """Turns an outline's nodes into entries."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.notes, self.skipped = Notes(), Notes()
        self.keys: Counter[tuple[str, str]] = Counter()
        self.numbers: dict[str, str] = {}

    def key(self, kind: str, path: str) -> str:
        """Return the key of what has no number: its titles from the workflow on, and how often they were."""
        self.keys[kind, path] += 1
        again = self.keys[kind, path]
        return path if again == 1 else f"{path}\x1f#{again}"

    def add(self, kind: Kind, key: str, parent: str, fields: dict[str, Any], node: Node) -> None:
        self.entries.append(Entry(kind, key, parent, fields, node.place))

    def workflow(self, node: Node) -> None:
        title = plain_text(node.title)
        title = title if title.strip() else NO_WORKFLOW
        key = self.key("workflow", title)
        fields: dict[str, Any] = {"title": title, "description": node.text()}
        self.add("workflow", key, "", fields, node)
        for child in node.children:
            self.activity(child, key)

    def activity(self, node: Node, workflow: str) -> None:
        written, words = _about(node.title, _is_color)
        title = plain_text(written)
        title = title if title.strip() else NO_ACTIVITY
        key = self.key("activity", f"{workflow}\x1f{title}")
        fields: dict[str, Any] = {"title": title, "description": node.text()}
        for word in words:
            fields["color"] = ActivityColor(word) if word in list(ActivityColor) else None
        self.add("activity", key, workflow, fields, node)
        for child in node.children:
            self.card(child, key)

    def card(self, node: Node, activity: str) -> None:
        written, words = _about(node.title, _is_about_card)
        mark = _MARK.match(written)
        title = plain_text(written[mark.end() :] if mark else written)
        if not title.strip():
            self.skipped.add(node.place, "a card without a title")
            return
        fields: dict[str, Any] = {"title": title, "status": CardStatus.TODO, "priority": 0}
        if mark and mark[1] != " ":
            fields["status"] = CardStatus.PRODUCTION
        finalized, number = False, ""
        for word in words:
            if word.startswith("#"):
                number = word
            elif word == "finalized":
                finalized = True
            elif word in PRIORITIES:
                fields["priority"] = PRIORITIES.index(word)
            else:
                fields["status"] = self.notes.status(node.place, word)
        if number and (other := self.numbers.setdefault(number, node.place)) != node.place:
            self.problems.append(Problem(node.place, f"{number} is also the card of {other}"))
        key = number or self.key("card", f"{activity}\x1f{title}")
        fields["description"], fields["quick_answer"] = node.text(), None
        self.entries.append(Entry("card", key, activity, fields, node.place, finalized, number))
        for child in node.children:
            self.item(child, key, fields)

    def item(self, node: Node, card: str, card_fields: dict[str, Any]) -> None:
        """Take what is nested below a card."""
        mark = _MARK.match(node.title)
        rest = node.title[mark.end() :] if mark else node.title
        status = KnowledgeStatus.DRAFT
        if mark:
            written = f"[{mark[1].lower()}]"
            status = next(one for one, stands in MARKS.items() if stands == written)
        label = LABEL.match(rest)
        kind = LABELS[label[1].lower()] if label else "requirement"
        text = plain_text(rest[label.end() :] if label else rest)
        if kind == "quick_answer":
            card_fields["quick_answer"] = "\n\n".join(filter(None, [text, node.text()]))
            children = node.children
        elif kind == "planned_file":
            children = self.planned_file(node, rest[label.end() :] if label else "", status, card)
        else:
            children = node.children
            if kind not in _KNOWLEDGE:
                kind, text = "requirement", plain_text(rest)
            self.knowledge(node, kind, text, status, card)
        for child in children:
            self.notes.add(child.place, "what is nested deeper is taken as the card's own")
            self.item(child, card, card_fields)

    def knowledge(
        self, node: Node, kind: Any, text: str, status: KnowledgeStatus, card: str
    ) -> None:
        fields: dict[str, Any] = {"text": text, "status": status}
        more = node.text()
        if kind in _DETAILS:
            fields[_DETAILS[kind]] = more
        elif more:
            fields["text"] = f"{text}\n\n{more}"
        if not fields["text"].strip():
            self.skipped.add(node.place, f"a {kind.replace('_', ' ')} without a text")
        elif kind == "question" and more is not None and not more.strip():
            self.add(kind, "", card, {**fields, "answer": None}, node)
        else:
            self.add(kind, "", card, fields, node)

    def planned_file(
        self, node: Node, written: str, status: KnowledgeStatus, card: str
    ) -> list[Node]:
        """Take a planned file; returns the nodes below it that it has no use for."""
        found = _FILE.match(written)
        name = plain_text(found[3]) if found else ""
        if found is None or not name.strip():
            reason = "a file reads “create service name” or “edit config name”; this is taken as"
            self.notes.add(node.place, f"{reason} a requirement")
            self.knowledge(node, "requirement", plain_text(written), status, card)
            return node.children
        intent = node.text()
        if intent is None or not intent.strip():
            self.notes.add(node.place, "a file without a quote that says what for: its name is")
            intent = name
        approved = status is KnowledgeStatus.APPROVED
        fields: dict[str, Any] = {
            "logical_file_name": name,
            "artifact_kind": PlannedFileKind(found[2]),
            "action": PlannedFileAction(found[1]),
            "intent_summary": intent,
            "module_hint": None,
            "contract_notes": None,
            "status": PlannedFileStatus.APPROVED if approved else PlannedFileStatus.PROPOSED,
        }
        rest: list[Node] = []
        for child in node.children:
            label = LABEL.match(child.title)
            column = LABELS[label[1].lower()] if label else ""
            if label and column in fields:
                said = plain_text(child.title[label.end() :])
                fields[column] = "\n\n".join(filter(None, [said, child.text()]))
                rest += child.children
            else:
                rest.append(child)
        self.add("planned_file", "", card, fields, node)
        return rest


def _about(title: str, is_known: Any) -> tuple[str, Iterator[str] | list[str]]:
    """Take the words in braces off a title, where any of them is known."""
    found = _ABOUT.search(title)
    words = [plain(word) for word in found[1].split(",")] if found else []
    if found is None or not any(map(is_known, words)):
        return title, []
    return title[: found.start()], [word for word in words if word]


def _is_color(word: str) -> bool:
    return word in list(ActivityColor) or word in ("no color", "no colour")


def _is_about_card(word: str) -> bool:
    known = word == "finalized" or word in PRIORITIES or re.fullmatch(r"#\d{1,18}", word)
    return bool(known) or (len(word) > 2 and read_status(word)[1])
