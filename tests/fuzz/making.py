"""What fuzzers make by chance: texts, plans, broken bytes; and a store to try them on."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from planner.importers.importing import ImportReport, import_plan
from planner.importers.wanted import ImportRefused, Problem, Source
from store.adapter import DbAdapter
from store.records import PlanningAction, Project
from tests.planner.plans import Plan, opened, request

PIECES = (
    *(
        "a",
        "Zoë",
        "東京",
        "👩‍💻",
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\\",
        "\\n",
        "'",
        '"',
    ),
    *(
        "=",
        "+",
        "-",
        "@",
        "#",
        "# ",
        "- ",
        "* ",
        "1. ",
        "> ",
        ">",
        "`",
        "```",
        "~~~\n",
        "---",
        "___",
    ),
    *(
        "[x] ",
        "[ ]",
        "{",
        "}",
        "{high}",
        "{#1}",
        "{blue}",
        "<b>",
        "<!--",
        "-->",
        "&",
        "&#10;",
        "&amp;",
    ),
    *(
        "Question:",
        "Known fact: ",
        "File: create hook x",
        "    answer: ",
        "source:",
        "sep=;",
        ",",
        ";",
    ),
    *(
        "\u2028",
        "\x85",
        "\x1c",
        "\u202e",
        "\ufeff",
        "␀",
        "\x1b[2J",
        "|",
        "=1+1",
        "'=",
        "_",
        "__a__",
    ),
)
STATUSES = ("draft", "approved", "rejected")
CARD_STATUSES = ("todo", "active", "questions", "review", "production")


@contextmanager
def store() -> Iterator[DbAdapter]:
    """Give an empty store that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "plan.db") as db:
        yield db


def text(random: Random, most: int = 6) -> str:
    """Make a text of odd pieces."""
    pieces = random.choices(PIECES, k=random.randint(0, most))
    if random.random() < 0.2:
        pieces.append(
            chr(random.choice([random.randint(1, 0xD7FF), random.randint(0xE000, 0x10FFFF)]))
        )
    return "".join(pieces)


def said(random: Random) -> str:
    """Make a text that says something."""
    made = text(random)
    return made if made.strip() else f"{made}x"


def maybe(random: Random) -> str | None:
    """Make a text, or none."""
    return text(random) if random.random() < 0.6 else None


def build(random: Random, plan: Plan) -> None:
    """Fill a plan by chance."""
    batch = [request("updateProject", description=maybe(random))]
    for w in range(random.randint(0, 3)):
        batch.append(
            request("createWorkflow", id=f"w{w}", title=said(random), description=maybe(random))
        )
        for a in range(random.randint(0, 3)):
            activity = f"w{w}a{a}"
            values = {"title": said(random), "description": maybe(random)}
            values["color"] = random.choice([None, "blue", "pink"])
            batch.append(request("createActivity", {"workflow_id": f"w{w}"}, id=activity, **values))
            for c in range(random.randint(0, 3)):
                batch += card(random, activity, f"{activity}c{c}")
    plan.apply(*batch)


def card(random: Random, activity: str, card_id: str) -> Iterator[dict[str, Any]]:
    """Yield the actions that make a card and something of what it can hold."""
    on = {"card_id": card_id}
    yield request(
        "createCard",
        {"workflow_activity_id": activity},
        id=card_id,
        title=said(random),
        description=maybe(random),
        quick_answer=maybe(random),
        status=random.choice(CARD_STATUSES),
        priority=random.randint(0, 4),
    )
    ready = random.random() < 0.2
    if ready:
        yield request(
            "upsertCardKnowledgeItem", on, kind="requirement", text=said(random), status="approved"
        )
    for kind in random.choices(
        ("requirement", "known_fact", "assumption", "question"), k=random.randint(0, 4)
    ):
        more: dict[str, Any] = {"status": "approved" if ready else random.choice(STATUSES)}
        if kind == "known_fact":
            more["evidence_source"] = maybe(random)
        elif kind == "question" and random.random() < 0.5:
            more["answer"] = said(random)
        yield request("upsertCardKnowledgeItem", on, kind=kind, text=said(random), **more)
    if random.random() < 0.3:
        values = {"logical_file_name": said(random), "intent_summary": said(random)}
        values |= {"artifact_kind": "hook", "action": "edit"}
        values |= {"module_hint": maybe(random), "contract_notes": maybe(random)}
        yield request("upsertCardPlannedFile", on, id=f"{card_id}f", **values)
        if ready:
            yield request("approveCardPlannedFile", on, id=f"{card_id}f")
    if ready:
        yield request("finalizeCard", on)


def broken(random: Random, data: bytes) -> bytes:
    """Break bytes somewhere: cut them off, flip, double or take out some, read them otherwise."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(made))
        match random.randint(0, 5):
            case 0:
                del made[at:]
            case 1 if made:
                made[at % len(made)] = random.randint(0, 255)
            case 2:
                made[at:at] = random.choice(PIECES).encode()
            case 3:
                made[at:at] = made[at : at + random.randint(1, 80)]
            case 4:
                del made[at : at + random.randint(1, 80)]
            case _:
                made[at:at] = bytes([random.randint(0, 255)])
    return bytes(made)


@contextmanager
def keeping(data: bytes | Path) -> Iterator[None]:
    """Keep what is tried where it goes wrong; the error's ``kept`` tells where."""
    try:
        yield
    except Exception as error:
        if not hasattr(error, "kept"):
            kept = Path(tempfile.mkdtemp(prefix="planner-fuzz-")) / "input"
            if isinstance(data, bytes):
                kept.write_bytes(data)
            elif data.is_dir():
                shutil.copytree(data, kept)
            else:
                shutil.copy(data, kept)
            error.kept = kept  # type: ignore[attr-defined]
        raise


@cache
def shared() -> DbAdapter:
    """Return a store for all tries of this process, since a new one takes most of a try's time."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(store())


def brought_or_refused(
    read: Callable[[Any], Source], *sources: bytes | Path
) -> ImportReport | None:
    """Import what may be broken: refused with reasons and no trace, or brought once and for all.

    Several are imported into one new project, one after the other. Returns the last one's report,
    None where it was refused.
    """
    db, report = shared(), None
    name = f"Atlas {db.count(Project)}"
    for data in sources:
        with keeping(data):
            before = traces(db)
            report, problems = None, []
            try:
                report = import_plan(db, read(data), project_name=name)
            except ImportRefused as refused:
                problems = refused.problems
            if report is None:
                assert problems
                assert all(problem.reason for problem in problems)
                assert traces(db) == before
            else:
                again = import_plan(db, read(data), project_name=name)
                assert again.actions == 0, again
    return report


def traces(db: DbAdapter) -> tuple[int, int]:
    """Count what an import that was refused must leave as it was."""
    return db.count(Project), db.count(PlanningAction, validation_status="accepted")


def brought(read: Callable[[Any], Source], data: bytes | Path) -> ImportReport:
    """Import what is whole, which must not be refused."""
    with keeping(data):
        read(data)
        report = brought_or_refused(read, data)
        assert report is not None, "it is read, but the plan doesn't take it"
    return report


def read_or_refused(random: Random, read: Callable[[bytes], Source], data: bytes) -> None:
    """Read bytes that are broken, many times: each is read or refused with reasons."""
    for _ in range(20):
        made = broken(random, data)
        with keeping(made):
            problems = [Problem("", "read")]
            try:
                read(made)
            except ImportRefused as refused:
                problems = refused.problems
            assert problems
            assert all(problem.reason for problem in problems)
