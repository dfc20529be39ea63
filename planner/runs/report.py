"""An agent's report: read with care from where it was left, and taken as drafts on its card.

``REPORT`` describes its fields; docs/agents.md is written from it. What is missing is nothing;
what is there must have its shape. A report is the agent's word and no more: nothing of it is
approved, and none of it decides whether a build passes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from planner import requests as ask
from planner.actions import Planner
from planner.errors import ActionRefused, Refused
from planner.runs.folders import report_file
from planner.runs.git import git
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    CardAssignment,
    EntityType,
    KnowledgeSource,
    KnowledgeStatus,
    MemoryContentType,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    RelationRole,
)

REPORT_IN_WORKTREE = ".planner-report.json"
"""Where a report may be left by an agent that can write in its worktree alone."""

MOST_BYTES = 1_000_000
"""How large a report may be."""

MOST_ITEMS = 200
"""Items of one kind that a report may hold."""

LONGEST_TEXT = 10_000
"""Characters of one item."""

LONGEST_SUMMARY = 20_000
LONGEST_SESSION = 200

_LEARNED = uuid.UUID("9d0f7c1e-4c5e-4d0c-9c57-0d3b8f2a6e11")
"""What the ids of memory units made from reports are derived from."""


class ReportMalformed(Refused):
    """A report is not what it must be; the message names the place."""


class Said(msgspec.Struct, frozen=True):
    """One thing that a report says.

    Attributes:
        text: What it says.
        evidence: Where a fact comes from: a file and line, an address.
        title: What a learning is called.
        confidence: How sure the agent is, from 0 to 1.
    """

    text: str
    evidence: str | None = None
    title: str | None = None
    confidence: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of a turn.

    Attributes:
        summary: What it did.
        facts: What it found to be true.
        assumptions: What it took to be true.
        questions: What a person has to decide; they stop the build.
        learnings: What would help whoever builds the next card.
        session: The id of its session, where it chose that itself.
        unknown: The names in the report that mean nothing here.
    """

    summary: str | None = None
    facts: tuple[Said, ...] = ()
    assumptions: tuple[Said, ...] = ()
    questions: tuple[Said, ...] = ()
    learnings: tuple[Said, ...] = ()
    session: str | None = None
    unknown: tuple[str, ...] = ()


class TakenReport(NamedTuple):
    """What became of a report: how many questions and how many drafts the card got from it.

    ``problem`` says why, where the card could not take them.
    """

    questions: int
    drafts: int
    problem: str | None = None


class Part(NamedTuple):
    """A part of a report: what it is for, and the names that one of its items may have."""

    words: str
    names: tuple[str, ...]


REPORT = {
    "summary": Part("What was done, in a few sentences.", ()),
    "facts": Part(
        "What turned out to be true; a draft among the card's known facts.",
        ("text", "evidence", "confidence"),
    ),
    "assumptions": Part(
        "What was taken to be true, to go on; a draft among the card's assumptions.",
        ("text", "confidence"),
    ),
    "questions": Part(
        "What a person has to decide; an open question on the card, which stops the build until it "
        "is answered or rejected.",
        ("text", "confidence"),
    ),
    "learnings": Part(
        "What would help whoever builds the next card; a draft in the memory of the project.",
        ("text", "title"),
    ),
    "session": Part("The id of the agent's session, where the agent chooses it.", ()),
}
"""Every part of a report by its name."""


def report_schema() -> dict[str, Any]:
    """Return what a report must be, as JSON Schema has it."""
    lengths = {"summary": LONGEST_SUMMARY, "session": LONGEST_SESSION}
    sure = {"type": "number", "minimum": 0, "maximum": 1}
    text = {"type": "string", "maxLength": LONGEST_TEXT}
    parts: dict[str, Any] = {}
    for name, part in REPORT.items():
        if part.names:
            fields = {one: sure if one == "confidence" else text for one in part.names}
            item = {"type": "object", "properties": fields, "required": ["text"]}
            shape = {"type": "array", "maxItems": MOST_ITEMS, "items": {"anyOf": [text, item]}}
        else:
            shape = {"type": "string", "maxLength": lengths[name]}
        parts[name] = {"description": part.words, **shape}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What an agent says of a turn",
        "type": "object",
        "properties": parts,
    }


def bring_report(folder: Path, worktree: Path) -> None:
    """Take a report from the worktree, where an agent may leave it that can write nowhere else.

    It is taken before anything is committed. One that the repository itself has stays.

    Args:
        folder: The turn's folder.
        worktree: Where the agent worked.
    """
    wanted, left = report_file(folder), worktree / REPORT_IN_WORKTREE
    if os.path.lexists(wanted) or not os.path.lexists(left):
        return
    if git(worktree, "ls-files", "--", REPORT_IN_WORKTREE, check=False).stdout:
        return
    wanted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # what can't be moved, such as a pipe, is no report
        shutil.move(left, wanted)


def read_report(path: Path) -> Report | None:
    """Read a report; None when there is none.

    Only a plain file is read: no link is followed, and nothing that would keep us waiting.

    Raises:
        ReportMalformed: It is not what it must be.
    """
    data = _read(path)
    if data is None:
        return None
    if not data.strip():
        raise ReportMalformed("The report is empty.")
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise ReportMalformed("The report is nested too deep.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportMalformed(f"The report is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise ReportMalformed(f"The report must be a JSON object, not {_kind(document)}.")
    return _report(document)


def take_report(
    db: DbAdapter,
    assignment: CardAssignment,
    execution: AgentExecution,
    report: Report,
    *,
    actor: str,
) -> TakenReport:
    """Make what a report says drafts on the card, source ``agent``. Done again, it changes nothing.

    Args:
        db: The open plan.
        assignment: Whose report.
        execution: The turn it is of.
        report: What it says.
        actor: Whose name the changes bear.

    Raises:
        StoreError: The database could not be used.
    """
    actions = [
        ask.UpsertCardKnowledgeItem(
            idempotency_key=f"report:{execution.id}:{kind}:{number}",
            target_ref=ask.CardTarget(card_id=assignment.card_id),
            payload=ask.KnowledgeUpsert(
                kind=kind,
                text=item.text,
                source=KnowledgeSource.AGENT,
                status=KnowledgeStatus.DRAFT,
                confidence=item.confidence,
                evidence_source=item.evidence if item.evidence else msgspec.UNSET,
            ),
        )
        for kind, items in _kinds(report)
        for number, item in enumerate(items)
    ]
    with db.transaction():
        run = db.get(OrchestrationRun, assignment.run_id)
        if run is None:
            return TakenReport(0, 0, "The run has been deleted.")
        try:
            if actions:
                Planner(db, actor=actor).apply(run.project_id, actions)
        except ActionRefused as refusal:
            return TakenReport(0, 0, refusal.reason)
        for number, learning in enumerate(report.learnings):
            _remember(db, assignment.card_id, f"{execution.id}:{number}", learning)
    return TakenReport(len(report.questions), len(actions) + len(report.learnings))


def _kinds(report: Report) -> tuple[tuple[ask.KnowledgeKind, tuple[Said, ...]], ...]:
    return (
        ("known_fact", report.facts),
        ("assumption", report.assumptions),
        ("question", report.questions),
    )


def _remember(db: DbAdapter, card_id: str, key: str, learning: Said) -> None:
    unit_id = str(uuid.uuid5(_LEARNED, key))
    if db.get(MemoryUnit, unit_id) is not None:
        return
    unit = MemoryUnit(
        id=unit_id,
        content_type=MemoryContentType.INLINE,
        mime_type="text/markdown",
        title=learning.title,
        content_text=learning.text,
        status=KnowledgeStatus.DRAFT,
        embedding_ref="none",
    )
    about = MemoryUnitRelation(
        memory_unit_id=unit_id,
        entity_type=EntityType.CARD,
        entity_id=card_id,
        relation_role=RelationRole.SOURCE,
    )
    db.insert_many([unit, about])


def _read(path: Path) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise ReportMalformed("The report is a link, which is not followed.") from None
        raise ReportMalformed(f"The report can't be read: {error.strerror}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ReportMalformed("The report is no plain file.")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise ReportMalformed(f"The report can't be read: {error.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise ReportMalformed(f"The report is larger than {MOST_BYTES:,} bytes.")
    return data


def _report(document: dict[str, Any]) -> Report:
    unknown = [name for name in document if name not in REPORT]
    items: dict[str, tuple[Said, ...]] = {}
    for name, part in REPORT.items():
        if part.names:
            items[name] = _items(name, part, document.get(name), unknown)
    session = _text("session", document.get("session"), LONGEST_SESSION)
    if session is not None and not (session.isprintable() and " " not in session):
        raise ReportMalformed("session must be one word.")
    return Report(
        summary=_text("summary", document.get("summary"), LONGEST_SUMMARY),
        session=session,
        unknown=tuple(name[:80] for name in unknown[:MOST_ITEMS]),
        **items,
    )


def _items(name: str, part: Part, value: Any, unknown: list[str]) -> tuple[Said, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ReportMalformed(f"{name} must be a list, not {_kind(value)}.")
    if len(value) > MOST_ITEMS:
        raise ReportMalformed(f"{name} has {len(value):,} items; there may be {MOST_ITEMS}.")
    said = (_item(f"{name}[{n}]", part, item, unknown) for n, item in enumerate(value))
    return tuple(one for one in said if one is not None)


def _item(place: str, part: Part, value: Any, unknown: list[str]) -> Said | None:
    """Return an item, which may be a text alone; None where it says nothing."""
    fields = {"text": value} if isinstance(value, str) else value
    if not isinstance(fields, dict):
        raise ReportMalformed(f"{place} must be a text or an object, not {_kind(value)}.")
    unknown += [f"{place}.{name}" for name in fields if name not in part.names]
    found: dict[str, Any] = {
        name: _text(f"{place}.{name}", fields.get(name), LONGEST_TEXT)
        for name in part.names
        if name != "confidence"
    }
    if "confidence" in part.names and fields.get("confidence") is not None:
        sure = fields["confidence"]
        if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
            raise ReportMalformed(f"{place}.confidence must be a number from 0 to 1.")
        found["confidence"] = float(sure)
    return Said(**found) if found["text"] is not None else None


def _text(place: str, value: Any, longest: int) -> str | None:
    """Return a text; None where it says nothing."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ReportMalformed(f"{place} must be a text, not {_kind(value)}.")
    if len(value) > longest:
        raise ReportMalformed(f"{place} has {len(value):,} characters; there may be {longest:,}.")
    return value if value.strip() else None


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "nothing" if value is None else "a number")
