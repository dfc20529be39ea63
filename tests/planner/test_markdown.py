"""Markdown: an outline is read as a map, and any map that is exported is read back."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.exporters.markdown import export_markdown
from planner.exporters.reading import read_map, with_holdings
from planner.importers.importing import ImportReport, import_plan
from planner.importers.markdown import read_markdown
from planner.importers.wanted import ImportRefused
from planner.markdown_text import inline, plain_text, quoted, unquoted
from planner.sample import load_sample
from store.adapter import DbAdapter
from store.records import Project
from tests.planner.carried import in_markdown
from tests.planner.plans import Plan, opened, request


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def bring(db: DbAdapter, text: str, name: str = "Atlas") -> ImportReport:
    return import_plan(db, read_markdown(text.encode()), project_name=name)


def titles(db: DbAdapter, project_id: str) -> list[Any]:
    """Return the map as nested titles, each card with its requirements."""
    return [
        (
            lane.workflow.title,
            [
                (
                    activity.title,
                    [
                        (card.title, [one.text for one in held.requirements])
                        for card, held in with_holdings(db, stack)
                    ],
                )
                for activity, stack in lane.activities
            ],
        )
        for lane in read_map(db, project_id)
    ]


OUTLINE = """\
---
author: Ana
---
What the product is.

# Sign in ##

Who are you?

```
# not a heading
- not a card
```

## Password {pink}
<!-- not for
the plan --> * [x] Forgotten password
* A long title that goes
  on here {in progress, urgent, #7}

  Its description.

  > a quote
  > - of it

  1. It works
     and is *fast*
  2. [x] It is \\# safe {high}
  - Known fact: Mail is slow
    > measured
  - [-] assumption: Nobody waits
  - Question: Why?
    - Because
  - File: create service sign_in.py
  - File: sign_out.py
  - Quick answer: Yes.
-
### A card that is a heading {finalised?}
Text of it.
- Requirement: one
# Empty
"""


def test_an_outline_becomes_a_map(db: DbAdapter) -> None:
    report = bring(db, OUTLINE.replace("\n", "\r\n"))
    assert report.project.description == "What the product is."
    long = "A long title that goes on here"
    texts = ["It works and is *fast*", "It is # safe {high}", "Because", "sign_out.py"]
    heading = "A card that is a heading {finalised?}"
    stack = [("Forgotten password", []), (long, texts), (heading, ["one"])]
    assert titles(db, report.project.id) == [("Sign in", [("Password", stack)]), ("Empty", [])]
    (lane, _) = read_map(db, report.project.id)
    assert lane.workflow.description == "Who are you?\n\n```\n# not a heading\n- not a card\n```"
    ((activity, cards),) = lane.activities
    assert activity.color == "pink"
    assert cards[0].status == "production"
    card, held = [*with_holdings(db, cards)][1]
    assert (card.status, card.priority, card.quick_answer) == ("active", 4, "Yes.")
    assert card.description == "Its description.\n\na quote\n- of it"
    assert [one.status for one in held.requirements][:2] == ["draft", "approved"]
    assert held.known_facts[0].evidence_source == "measured"
    assert (held.assumptions[0].text, held.assumptions[0].status) == ("Nobody waits", "rejected")
    assert held.planned_files[0].intent_summary == "sign_in.py"
    assert [one.path for one in report.skipped] == ["line 1", "line 37"]
    told = "\n".join(f"{one.path}: {one.reason}" for one in report.noted)
    assert "line 33: what is nested deeper" in told
    assert "line 35: a file reads" in told
    assert bring(db, OUTLINE).actions == 0


def test_what_has_no_heading_still_has_a_place(db: DbAdapter) -> None:
    report = bring(db, "- one\n\n  - two\n- three {#1, todoo}\n# W\n- four\n## A\n- five\n")
    assert titles(db, report.project.id) == [
        ("No workflow", [("No activity", [("one", ["two"]), ("three", [])])]),
        ("W", [("No activity", [("four", [])]), ("A", [("five", [])])]),
    ]
    (told,) = report.noted
    assert told.reason == "the status 'todoo' is taken as todo"
    # By its number a card is known wherever it goes; the others by their titles.
    report = bring(db, "# W\n## A\n- five\n- Drei {#1, review}\n")
    assert [(c.made, c.changed, c.deleted) for c in (report.counts["card"],)] == [(0, 1, 0)]
    assert report.no_longer_there == ("one", "four")


@pytest.mark.parametrize(
    ("data", "place", "reason"),
    [
        (b"- a {#1}\n- b {#1}\n", "line 2", "also the card of line 1"),
        (b"- a\n<!-- b\n- c\n", "line 2", "never closed"),
        (b"# a\0", "standard input", "zero byte"),
        (b"\xff\xfe-", "standard input", "UTF-16"),
    ],
)
def test_broken_outlines_are_refused_whole(
    db: DbAdapter, data: bytes, place: str, reason: str
) -> None:
    with pytest.raises(ImportRefused) as refused:
        import_plan(db, read_markdown(data))
    (problem,) = refused.value.problems
    assert (problem.path, reason in problem.reason) == (place, True), problem
    assert not db.count(Project)


def test_what_is_odd_is_told(db: DbAdapter, monkeypatch: pytest.MonkeyPatch) -> None:
    report = import_plan(db, read_markdown("- Zoë\n```\n- x".encode("cp1252")), project_name="A")
    assert [one.path for one in report.noted] == ["standard input", "line 2"]
    assert titles(db, report.project.id)[0][1][0][1] == [("Zoë", [])]
    monkeypatch.setattr("planner.importers.wanted.MOST_ITEMS", 5)
    with pytest.raises(ImportRefused, match="more than 5 items"):
        read_markdown(b"- x\n" * 10)


def test_the_sample_comes_back(db: DbAdapter) -> None:
    sample = load_sample(db)
    report = bring(db, "".join(export_markdown(db, sample)), "Copy")
    assert in_markdown(db, report.project.id) == in_markdown(db, sample.id)
    assert report.project.description == sample.description
    assert not report.skipped
    assert not report.noted


hostile = st.text(max_size=30) | st.builds(
    "{}{}".format,
    st.sampled_from(
        [
            "# ",
            "- ",
            "\\",
            "\n",
            "\r\n",
            "<b>",
            "{high}",
            "[x] ",
            "1. ",
            "> ",
            "```\n",
            "&#10;",
            "&amp;#",
            "Question: ",
            " ",
            "\t",
            "<!--",
            "---",
            "* * *",
            "a {pink}",
            "##",
            "_a_",
        ]
    ),
    st.text(max_size=6) | st.sampled_from([" #", " {#1}", "\\", "\n- b", "\n\n# c", " ", "\n```"]),
)
said = hostile.filter(str.strip)
texts = st.none() | hostile


@given(hostile)
def test_any_text_comes_back(text: str) -> None:
    written = inline(text)
    assert "\n" not in written
    assert plain_text(written) == text
    lines = [*quoted(text, "  ")]
    assert unquoted([line[3:].removeprefix(" ") for line in lines]) == text


@settings(max_examples=20)
@given(st.data())
def test_any_map_comes_back(data: st.DataObject) -> None:
    draw = data.draw
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "plan.db") as db:
        plan = Plan(db)
        batch = [request("updateProject", description=draw(texts))]
        for w in range(draw(st.integers(0, 2))):
            batch.append(
                request("createWorkflow", id=f"w{w}", title=draw(said), description=draw(texts))
            )
            for a in range(draw(st.integers(0, 2))):
                batch.append(
                    request(
                        "createActivity",
                        {"workflow_id": f"w{w}"},
                        id=f"w{w}a{a}",
                        title=draw(said),
                        description=draw(texts),
                        color=draw(st.none() | st.just("blue")),
                    )
                )
                for c in range(draw(st.integers(0, 2))):
                    batch += draw_card(draw, f"w{w}a{a}", f"w{w}a{a}c{c}")
        plan.apply(*batch)
        report = bring(db, "".join(export_markdown(db, plan.project)), "Copy")
        assert in_markdown(db, report.project.id) == in_markdown(db, plan.project_id)
        assert report.project.description == plan.project.description


def draw_card(draw: Any, activity: str, card: str) -> Iterator[dict[str, Any]]:
    """Yield the actions that make a card and something of all it can hold."""
    statuses = st.sampled_from(["draft", "approved", "rejected"])
    yield request(
        "createCard",
        {"workflow_activity_id": activity},
        id=card,
        title=draw(said),
        description=draw(texts),
        quick_answer=draw(texts),
        status=draw(st.sampled_from(["todo", "questions", "production"])),
        priority=draw(st.integers(0, 4)),
    )
    on = {"card_id": card}
    for kind in draw(
        st.lists(
            st.sampled_from(["requirement", "known_fact", "assumption", "question"]), max_size=3
        )
    ):
        more = {}
        if kind == "known_fact":
            more["evidence_source"] = draw(texts)
        elif kind == "question":
            more["answer"] = draw(st.none() | said)
        yield request(
            "upsertCardKnowledgeItem", on, kind=kind, text=draw(said), status=draw(statuses), **more
        )
    if draw(st.booleans()):
        yield request(
            "upsertCardPlannedFile",
            on,
            id=f"{card}f",
            logical_file_name=draw(said),
            artifact_kind="hook",
            action="edit",
            intent_summary=draw(said),
            module_hint=draw(texts),
            contract_notes=draw(texts),
        )
        yield request("approveCardPlannedFile", on, id=f"{card}f")
