"""The examples of a page of the docs, done as they are written: all of them in one shell.

A fenced ``sh`` block holds commands that must succeed. A ``console`` block shows a session: each line
after ``$`` is a command, the lines below it are what it says, in which ``…`` stands for anything.
A page begins in an empty home and a folder in which ``plan.db`` holds the sample plan.

A comment on the line before a block changes that:

``<!-- not run: REASON -->`` leaves it out, since it needs a terminal, the network or the like.
``<!-- first: COMMANDS -->`` does something before it that a reader has done already.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
LANGUAGES = ("sh", "console")
_MARK = re.compile(r"<!-- (not run|first): ([^\n]+?) -->\s*")


class Block(NamedTuple):
    """A fenced block: its language and text, its line, why it is not run, what is done first."""

    language: str
    text: str
    line: int
    not_run: str | None = None
    first: str | None = None


class Step(NamedTuple):
    """Commands that are run, what they are shown to say (None where nothing is), and their line."""

    commands: str
    shown: str | None
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """Yield the examples of a page."""
    marks: dict[str, str] = {}
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            marks |= dict(_MARK.findall(token.content))
            continue
        if token.type == "fence" and token.info.strip() in LANGUAGES:
            line = (token.map or [0])[0] + 1
            yield Block(
                token.info.strip(), token.content, line, marks.get("not run"), marks.get("first")
            )
        marks = {}


def steps(page: Path) -> Iterator[Step]:
    """Yield what of a page is run, in order."""
    for block in blocks(page):
        if block.not_run is not None:
            continue
        if block.first is not None:
            yield Step(f"set -e\n{block.first}\nset +e", None, block.line)
        if block.language == "sh":
            yield Step(f"set -e\n{block.text.rstrip()}\nset +e", None, block.line)
        else:
            yield from _session(block)


def _session(block: Block) -> Iterator[Step]:
    """Yield each command of a session with what the page says it answers.

    Where a command begins a document within the script (``<<END``), the lines up to its end
    belong to it.
    """
    lines = iter(enumerate(block.text.splitlines(), block.line + 1))
    command: list[str] = []
    said: list[str] = []
    begun = block.line
    for number, line in lines:
        if not line.startswith("$ "):
            said.append(line)
            continue
        if command:
            yield Step("\n".join(command), "\n".join(said), begun)
        command, said, begun = [line[2:]], [], number
        document = re.search(r"<<-?\s*'?(\w+)'?", line)
        while document:
            command.append(next(lines)[1])
            if command[-1] == document[1]:
                break
    if command:
        yield Step("\n".join(command), "\n".join(said), begun)


def is_as_shown(shown: str, said: str) -> bool:
    """Say whether a command said what the page shows, in which ``…`` stands for anything."""
    pattern = re.escape(shown.strip()).replace("…", r"[\s\S]*?")
    return re.fullmatch(pattern, said.strip()) is not None


def do(done: Sequence[Step], folder: Path, aside: Path) -> list[str]:
    """Do steps in one shell, in ``folder``; say what was not as it is written, with its line.

    Args:
        done: What is done.
        folder: Where it is done.
        aside: An empty folder for the home, the program and the script.
    """
    home, programs = aside / "home", aside / "bin"
    for made in (home, programs):
        made.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n")
    program = programs / "planner-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m tui.cli "$@"\n')
    program.chmod(0o755)
    mark = f"=== {uuid.uuid4().hex}"
    script = aside / "script.sh"
    script.write_text("\n".join(f"{step.commands}\nprintf '\\n%s\\n' '{mark}'" for step in done))
    answered = subprocess.run(
        ["sh", str(script)],
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={
            "HOME": str(home),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "USER": "ana",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    ).stdout
    said = answered.split(f"\n{mark}\n")
    wrong = [
        f"line {step.line}: {step.commands}\n{found}\n--- but the page shows\n{step.shown}"
        for step, found in zip(done, said, strict=False)
        if step.shown is not None and not is_as_shown(step.shown, found)
    ]
    if len(said) <= len(done):  # the shell ended at a command that failed
        step = done[len(said) - 1]
        wrong.append(f"line {step.line}: {step.commands}\n{said[-1]}\n--- and it failed")
    return wrong
