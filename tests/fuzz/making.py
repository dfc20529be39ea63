"""What fuzzers make by chance: texts, plans, broken bytes; and a store to try them on."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from planner.importers.importing import import_plan
from planner.importers.wanted import ImportRefused, Source
from store.adapter import DbAdapter
from store.records import Project
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


def brought_or_refused(read: Callable[[bytes], Source], data: bytes) -> None:
    """Import what may be broken: refused with reasons and no trace, or brought once and for all."""
    with store() as db:
        problems = []
        try:
            report = import_plan(db, read(data), project_name="Atlas")
        except ImportRefused as refused:
            problems = refused.problems
        if problems:
            assert all(problem.reason for problem in problems)
            assert not db.count(Project)
        else:
            assert report.project_made
            again = import_plan(db, read(data), project_name="Atlas")
            assert again.actions == 0, again
