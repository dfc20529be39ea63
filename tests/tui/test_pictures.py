"""The whole map as SVG, PNG and HTML: every title in it, none of them markup."""

import struct
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from planner import requests as ask
from planner.actions import Planner
from planner.projects import create_project
from store.adapter import DbAdapter
from store.open import open_store
from store.records import ActivityColor, Project
from tests.store.fresh import migrated
from tests.tui.commands import CommandLine
from tui.pictures.html import export_html
from tui.pictures.png import export_png
from tui.pictures.svg import COLUMN, export_svg

HOSTILE = [
    "<script>alert(1)</script>",
    'a "b" & <b>c</b> ]]> <!-- d',
    "\x1b[2J\x00\u202egnp.exe",
    "\ufffe\uffff \U0010ffff",
    "数字 🎈 naïve",
    "x" * 10_000,
    "[red]markup[/red]",
]
SHOWN = [
    "<script>alert(1)</script>",
    'a "b" & <b>c</b> ]]> <!-- d',
    "\\x1b[2J\\x00\\u202egnp.exe",
    "数字 🎈 naïve",
    "[red]markup[/red]",
]


@pytest.fixture
def plan(database_path: Path) -> tuple[DbAdapter, Project]:
    database_path.write_bytes(migrated())
    db = open_store(database_path)
    with db.connection():
        project = create_project(db, "Pictures & <more>", description="What it\nis about")
        actions: list[ask.Action] = []
        for number, color in enumerate((ActivityColor.BLUE, None)):
            actions += [
                ask.CreateWorkflow(payload=ask.NewWorkflow(id=f"w{number}", title=f"W <{number}>")),
                ask.CreateActivity(
                    target_ref=ask.WorkflowTarget(workflow_id=f"w{number}"),
                    payload=ask.NewActivity(id=f"a{number}", title=f"A & {number}", color=color),
                ),
            ]
        for number, title in enumerate(HOSTILE):
            card = ask.CardTarget(card_id=f"c{number}")
            actions += [
                ask.CreateCard(
                    target_ref=ask.ActivityTarget(workflow_activity_id=f"a{number % 2}"),
                    payload=ask.NewCard(id=f"c{number}", title=title, description=f"About {title}"),
                ),
                ask.UpsertCardKnowledgeItem(
                    target_ref=card,
                    payload=ask.KnowledgeUpsert(kind="requirement", text=f"Must {title}"),
                ),
            ]
        Planner(db, actor="someone").apply(project.id, actions)
    return db, project


def test_svg_holds_every_title_as_text(plan: tuple[DbAdapter, Project]) -> None:
    db, project = plan
    with db.connection():
        root = ElementTree.fromstring("".join(export_svg(db, project)))
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    whole = " ".join(" ".join(texts).split())
    for title in ("Pictures & <more>", "W <0>", "A & 1", *SHOWN):
        assert title in whole
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert sum(text.count("x") for text in texts) >= 200
    assert any(text.endswith("…") for text in texts)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y = float(box.attrib.get("x", 0)), float(box.attrib.get("y", 0))
        assert x + float(box.attrib["width"]) <= width
        assert y + float(box.attrib["height"]) <= height
    assert width >= COLUMN


def test_html_is_one_page_of_text(plan: tuple[DbAdapter, Project]) -> None:
    db, project = plan
    with db.connection():
        page = "".join(export_html(db, project))
    found: list[str] = []
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not {name for name, _ in attrs} & {"src", "onload", "onclick"}

    Reader().feed(page)
    text = "\n".join(found)
    for title in SHOWN:
        assert title in text
        assert f"About {title}" in text
        assert f"Must {title}" in text
    assert "What it\nis about" in text
    assert tags.count("article") == len(HOSTILE)
    assert not {"script", "link", "img", "b"} & {*tags}
    page.encode()


def test_png_is_as_large_as_the_map(
    plan: tuple[DbAdapter, Project], monkeypatch: pytest.MonkeyPatch, database_path: Path
) -> None:
    db, project = plan
    with db.connection():
        root = ElementTree.fromstring("".join(export_svg(db, project)))
        picture = b"".join(export_png(db, project))
    size = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert size == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    run = CommandLine(database_path)
    assert "Name a file" in run.refusal("export", "png", "--json")
    monkeypatch.setattr("tui.pictures.png.MOST_PIXELS", 1000)
    file = database_path.with_name("map.png")
    assert "too large" in run.refusal("export", "png", file)
    assert not file.exists()


def test_an_empty_project_is_a_picture_too(database_path: Path) -> None:
    run = CommandLine(database_path)
    run.words("project", "new", "Empty")
    assert "no workflow yet" in run.words("export", "svg")
    assert "0 cards" in run.words("export", "html")
    file = database_path.with_name("map.svg")
    assert run.data("export", "svg", file)["bytes"] == file.stat().st_size
