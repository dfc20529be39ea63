"""The tutorial, done as it is written: every command in one shell, in an empty directory."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tutorial.md"


def blocks(page: Path) -> Iterator[str]:
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info.strip() in ("console", "sh"):
            yield token.content


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a block with what the page says it answers.

    A line after ``$`` begins one; where it ends in a document within the script (``<<END``), the
    lines up to its end belong to it.
    """
    lines = iter(block.splitlines())
    command: list[str] = []
    said: list[str] = []
    for line in lines:
        if not line.startswith("$ "):
            said.append(line)
            continue
        if command:
            yield "\n".join(command), "\n".join(said)
        command, said = [line[2:]], []
        document = re.search(r"<<-?\s*'?(\w+)'?", line)
        while document:
            command.append(next(lines))
            if command[-1] == document[1]:
                break
    if command:
        yield "\n".join(command), "\n".join(said)


def is_as_shown(shown: str, said: str) -> bool:
    """Say whether a command said what the page shows, in which ``…`` stands for anything."""
    pattern = re.escape(shown.strip()).replace("…", r"[\s\S]*?")
    return re.fullmatch(pattern, said.strip()) is not None


@pytest.mark.skipif(shutil.which("git") is None, reason="it is about git")
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    folder, home, programs = (tmp_path / name for name in ("empty", "home", "bin"))
    for made in (folder, home, programs):
        made.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n")
    program = programs / "planner-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m tui.cli "$@"\n')
    program.chmod(0o755)
    done = [step for block in blocks(PAGE) for step in steps(block)]
    mark = f"=== {uuid.uuid4().hex}"
    script = "\n".join(f"{command}\nprintf '\\n%s\\n' '{mark}'" for command, _ in done)
    environ = {
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "USER": "ana",
    }
    written = tmp_path / "tutorial.sh"
    written.write_text(script)
    answered = subprocess.run(
        ["sh", str(written)],
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    ).stdout
    said = answered.split(f"\n{mark}\n")
    assert len(said) == len(done) + 1, answered
    for (command, shown), found in zip(done, said, strict=False):
        assert is_as_shown(shown, found), f"$ {command}\n{found}\n--- but the page shows\n{shown}"
    assert len(done) > 20
