"""What every command owes: help that reads well, examples that run, and one JSON envelope.

Every example of every command is run on a plan made for them. A new command is held to this as soon
as it can be called; its examples should be about this plan, or it stands among those that may refuse.
"""

import ast
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from planner.actions import Planner
from planner.projects import create_project
from store.open import open_store
from tui.cli import main
from tui.command_line import where
from tui.command_line.conventions import CODES
from tui.command_line.tree import Node, walk

NODES = [node for node in walk(main) if not isinstance(node.command, click.Group)]
GROUPS = [node for node in walk(main) if isinstance(node.command, click.Group)]

INTERACTIVE = {"demo"}
"""Commands that draw, and so have no JSON."""

DRAWS = {"board", "export png", "export svg", "export html"}
"""Commands that draw as the board does, and so may import what draws."""

MAY_REFUSE = re.compile(
    r"(run|repository|approve|reject|import|restore|policy (load|approval)|undo|redo)\b"
)
"""Commands whose examples are about what this plan is without: runs, repositories, other files."""

KEYS = {"version", "ok"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the plan that the examples are about, in a folder with the files they name."""
    folder = tmp_path_factory.mktemp("world")
    db = open_store(folder / "first.db")
    on = {"card_id": "c42"}
    actions: list[dict[str, Any]] = [
        {"action_type": "createWorkflow", "payload": {"id": word, "title": word}}
        for word in ("Sign in", "Pay")
    ]
    actions += [
        {
            "action_type": "createActivity",
            "target_ref": {"workflow_id": "Sign in"},
            "payload": {"id": title, "title": title},
        }
        for title in ("With a password", "With a key")
    ]
    actions += [
        {
            "action_type": "createCard",
            "target_ref": {"workflow_activity_id": "With a key"},
            "payload": {"id": f"c{number}", "title": f"Card {number}"},
        }
        for number in range(1, 45)
    ]
    for kind in ("requirement", "known_fact", "assumption", "question"):
        actions += [
            {
                "action_type": "upsertCardKnowledgeItem",
                "target_ref": on,
                "payload": {"kind": kind, "text": text, "status": "approved"},
            }
            for text in ("What if not?", "It is so.")
        ]
    planned = {"artifact_kind": "util", "action": "create", "intent_summary": "It is."}
    for name in ("keys.py", "words.py"):
        payload = {**planned, "id": name, "logical_file_name": name}
        actions.append(
            {"action_type": "upsertCardPlannedFile", "target_ref": on, "payload": payload}
        )
        approve = {"action_type": "approveCardPlannedFile", "payload": {"id": name}}
        actions.append({**approve, "target_ref": on})
    made = {"name": "Key format", "type": "spec", "content": "x"}
    for target in ({}, {"card_id": "c43"}):
        named = made if not target else {**made, "name": "Used by 43"}
        create = {"action_type": "createContextArtifact", "target_ref": target, "payload": named}
        actions.append(create)
    with db.connection():
        Planner(db, actor="ana").apply(create_project(db, "Lantern").id, actions)
    (folder / "docs").mkdir()
    for name in ("docs/keys.md", "description.md", "answer.txt"):
        (folder / name).write_text("Text.\n")
    (folder / "actions.json").write_text("[]")
    return folder


def calls(example: str) -> tuple[list[str], bytes]:
    """Return the arguments of an example and what it is given on standard input."""
    given = b""
    *before, example = re.split(r"\|\s*(?=planner-tui)", example)
    if before:
        given = shlex.split(before[0])[-1].encode()
    words = shlex.split(example)[1:]
    if "<" in words:
        given = Path(words[words.index("<") + 1]).read_bytes()
    words = words[: next((at for at, word in enumerate(words) if word in "<>"), len(words))]
    return words, given


def with_json(words: list[str]) -> list[str]:
    if "--json" in words:
        return words
    at = words.index("--") if "--" in words else len(words)
    return [*words[:at], "--json", *words[at:]]


def call(words: list[str], given: bytes = b"") -> Result:
    return CliRunner().invoke(main, words, input=given)


def complaints(node: Node, done: Result, words: list[str]) -> Iterator[str]:
    """Say where an answer is not the envelope."""
    typed = f"planner-tui {shlex.join(words)}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        yield f"{typed}: {done.exception!r}"
        return
    try:
        document = json.loads(done.stdout)
    except ValueError:
        yield f"{typed}: not one JSON document: {done.stdout[:200]!r} {done.stderr[:200]!r}"
        return
    if document.get("version") != 1 or "\x1b" in done.output:
        yield f"{typed}: {done.stdout[:200]}"
    if document.get("ok") is True:
        if set(document) != {*KEYS, "data"}:
            yield f"{typed}: has {sorted(document)}"
    elif document.get("ok") is not False or set(document["error"]) != {
        "code",
        "message",
        "details",
    }:
        yield f"{typed}: {done.stdout[:200]}"
    elif done.exit_code not in (1, 2) or document["error"]["message"] not in done.stderr:
        yield f"{typed}: exit {done.exit_code}, {done.stderr!r}"


def test_every_command_answers_in_the_envelope(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world)
    monkeypatch.setenv("PLANNER_DB", "plan.db")
    found: list[str] = []
    for node in NODES:
        if node.name in INTERACTIVE:
            continue
        if not any("--json" in option.opts for option in node.options):
            found.append(f"{node.name} has no --json")
            continue
        for example in node.examples:
            shutil.copy("first.db", "plan.db")
            for file in Path().glob("plan.db-*"):
                file.unlink()
            words, given = calls(example)
            words = with_json(words)
            done = call(words, given)
            problems = list(complaints(node, done, words))
            found += problems
            must = not problems and not MAY_REFUSE.match(node.name)
            if must and not json.loads(done.stdout)["ok"]:
                found.append(f"planner-tui {shlex.join(words)}: {done.stderr}")
        wrong = [*node.path, "--json", "--no-such-option"]
        done = call(wrong)
        found += complaints(node, done, wrong)
        if (done.exit_code, json.loads(done.stdout)["error"]["code"]) != (2, "usage"):
            found.append(f"{node.name}: a wrong option ends with {done.exit_code}")
    assert found == [], "\n" + "\n".join(found)


def test_every_command_has_help_that_reads_well() -> None:
    found: list[str] = []
    for node in (*NODES, *GROUPS):
        first = node.words.splitlines()[0] if node.words else ""
        if not re.fullmatch(r"[A-Z][^\n]*[.]", first):
            found.append(f"{node.name}: its help begins with {first!r}")
        if not node.examples:
            found.append(f"{node.name} has no example")
        for example in node.examples:
            if not re.search(rf"planner-tui (--\S+ \S+ )*{re.escape(node.name)}\b", example):
                found.append(f"{node.name}: its example is about something else: {example}")
        found += [
            f"{node.name} {option.opts[-1]}: its help is {option.help!r}"
            for option in node.options
            if not re.fullmatch(r"[A-Z#'-].*[.]|[a-z].*[.]", option.help or "", re.DOTALL)
        ]
        told = " ".join(call([*node.path, "--help"]).stdout.split())
        found += [
            f"{node.name}: --help cuts {first!r}" for _ in [0] if first.split(". ")[0] not in told
        ]
    assert found == [], "\n" + "\n".join(found)


PROBE = """
import json, sys
from click.testing import CliRunner
from tui.cli import main

drawn, known = {}, set()
for words in json.load(sys.stdin):
    CliRunner().invoke(main, words)
    found = {m for m in ("textual", "rich", "planner.importers") if m in sys.modules} - known
    known |= found
    if found:
        drawn[" ".join(words)] = sorted(found)
print(json.dumps(drawn))
"""


def test_no_command_imports_what_draws(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    monkeypatch.setenv("PLANNER_DB", "drawn.db")
    shutil.copy("first.db", "drawn.db")
    named = [node for node in NODES if node.name not in INTERACTIVE | DRAWS]
    named.sort(key=lambda node: node.path[0] == "import")  # which may import an importer
    words = [calls(node.examples[0])[0] for node in named]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=json.dumps(words),
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    drawn = json.loads(done.stdout)
    assert [name for name in drawn if "import" not in name.split()] == [], drawn
    assert all(found == ["planner.importers"] for found in drawn.values()), drawn


def test_every_code_of_an_error_is_documented() -> None:
    folder = Path(inspect.getfile(where)).parent
    for file in sorted(folder.glob("*.py")):
        for call_ in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call_, ast.Call) and getattr(call_.func, "id", "") == "fail":
                for code in ast.walk(call_.args[1]) if len(call_.args) > 1 else ():
                    value = getattr(code, "value", None)
                    assert not isinstance(value, str) or value in CODES, f"{file.name}: {value}"


def test_listings_take_limit_and_fields() -> None:
    listings = [node for node in NODES if node.path[-1] == "list"]
    assert len(listings) > 8
    for node in listings:
        names = {name for option in node.options for name in option.opts}
        assert {"--limit", "--fields", "--json"} <= names, node.name
