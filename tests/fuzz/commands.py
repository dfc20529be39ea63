"""Commands: whatever is typed, the answer is one envelope, and a dry run changes nothing."""

import contextlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import click
from click.testing import CliRunner

from planner.sample import load_sample
from store.open import open_store
from store.records import PlanningAction, Project
from tui.cli import main
from tui.command_line.tree import Node, walk

COMMANDS_OF_A_TRY = 10

STARTS_PROGRAMS = ("demo", "run ", "approve", "reject", "agents check", "repository")
"""Commands that are about other programs than this one."""

WORDS = [
    *("", " ", "1", "2", "#1", "#2", "42", "#99", "0", "-1", "9" * 40, "1e400", "nan", "²", "٣"),
    *("Save", "Save an article", "save/", "a/b", "//", "/", ".", "..", "/dev/null", "#", "# 1"),
    *("-", "--", "review", "todo", "draft", "approved", "high", "name,title", "id", "title"),
    *("status:todo", "activity:x", "is:", '"', '"sign', "%", "_", "{}", "[]", "null", "true"),
    *("\x1b[2J", "[red]", "漢字", "\u202e", "\udcff", "x\ny", "é" * 5000),
]

GIVEN = [b"", b"text\n", b"\xff\xfe", b"[]", b'{"action_type": "createWorkflow"}', b"\x00"]


@cache
def sample() -> bytes:
    """Return a database with the sample plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.db"
        db = open_store(path)
        with db.connection():
            load_sample(db)
        return path.read_bytes()


@cache
def nodes() -> list[Node]:
    """Return the commands that are tried."""
    return [
        node
        for node in walk(main)
        if not isinstance(node.command, click.Group)
        and not f"{node.name} ".startswith(STARTS_PROGRAMS)
    ]


def typed(random: Random, node: Node) -> list[str]:
    """Return a command as anything might type it."""
    words = list(node.path)
    for parameter in node.command.params:
        if isinstance(parameter, click.Argument):
            count = random.choice((1, 1, 1, 0)) if parameter.nargs == 1 else random.randrange(4)
            words += random.choices(WORDS, k=count)
        elif random.random() < 0.25 and "--help" not in parameter.opts:
            words.append(parameter.opts[-1])
            if isinstance(parameter, click.Option) and not parameter.is_flag:
                choices = getattr(parameter.type, "choices", WORDS)
                words.append(str(random.choice([*choices, random.choice(WORDS)])))
    return words


def kept(path: Path) -> list[Any]:
    """Return what a change would have changed."""
    db = open_store(path)
    with db.connection():
        return [db.list(Project), db.count(PlanningAction)]


def one_try(random: Random) -> None:
    """Run some commands on the sample plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.db"
        path.write_bytes(sample())
        homes = {f"XDG_{name}_HOME": folder for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        environ = {**homes, "HOME": folder, "PLANNER_DB": str(path)}
        # Exports write where they are told to, which is anywhere within the folder.
        with mock.patch.dict(os.environ, environ), contextlib.chdir(folder):
            for _ in range(COMMANDS_OF_A_TRY):
                run(random, path)


def run(random: Random, path: Path) -> None:
    """Run one command and look at its answer."""
    words = typed(random, random.choice(nodes()))
    as_json = random.random() < 0.8
    words += ["--json"] if as_json else []
    before = kept(path) if "--dry-run" in words else None
    done = CliRunner().invoke(main, words, input=random.choice(GIVEN))
    told = f"{words!r:.500} → {done.exit_code} {done.output[:500]!r}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise AssertionError(told) from done.exception
    assert "\x1b" not in done.output, told
    options = words[: words.index("--")] if "--" in words else words
    if "--json" in options:
        document = json.loads(done.stdout)
        may_find = words[0] in ("agents", "doctor")  # something wrong, which is an answer
        assert document["ok"] is (done.exit_code == 0) or may_find, told
    if before is not None and "--dry-run" in options and done.exit_code == 0:
        assert kept(path) == before, told
