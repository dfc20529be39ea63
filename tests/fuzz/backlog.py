"""Backlog.md: a folder is imported, and one with broken files is refused or read, never half."""

import tempfile
from pathlib import Path
from random import Random

import yaml

from planner.importers.backlog import read_backlog
from tests.fuzz._json import some, spoiled
from tests.fuzz.making import broken, brought_or_refused, said, text

SECTIONS = ("Description", "Acceptance Criteria", "Implementation Plan", "Implementation Notes", "")


def task(random: Random, at: int, *, spoil: bool) -> str:
    """Make a task's file."""
    about = {"id": f"task-{at}", "title": said(random)} | some(
        random,
        status=random.choice(["To Do", "In Progress", "Done", text(random)]),
        priority=random.choice(["high", "low", text(random)]),
        labels=[random.choice(["web", "api", text(random)]) for _ in range(random.randint(0, 3))],
        milestone=random.choice(["m-0", "v1", text(random)]),
        dependencies=[f"task-{random.randint(0, 6)}" for _ in range(random.randint(0, 3))],
        created_date=random.choice(["2026-01-31", "2026-01-31 10:00", "31-01-26"]),
        ordinal=random.randint(0, 3000),
        parent_task_id=f"task-{random.randint(0, 6)}",
    )
    front = yaml.safe_dump(spoiled(random, about) if spoil else about, allow_unicode=True)
    parts = [f"---\n{front}---\n"]
    for section in random.sample(SECTIONS, random.randint(0, 4)):
        parts.append(
            f"## {section}\n\n{text(random)}\n- [ ] #1 {text(random)}\n- [x] {text(random)}\n"
        )
    return "\n".join(parts)


def fill(random: Random, root: Path, *, spoil: bool) -> None:
    """Write a folder; spoiled ones have files that are broken or no tasks at all."""
    for name in ("tasks", "completed", "milestones"):
        (root / name).mkdir(parents=True, exist_ok=True)
    config = f"project_name: Atlas\nstatuses: [To Do, {said(random)!r}, Done]\n"
    milestone = f"---\nid: m-0\ntitle: {said(random)!r}\n---\n\n## Description\n\n{text(random)}\n"
    files = {"config.yml": config, "milestones/m-0 - first.md": milestone}
    for at in range(random.randint(1, 6)):
        folder = random.choice(["tasks", "tasks", "completed"])
        files[f"{folder}/task-{at} - some.md"] = task(random, at, spoil=spoil)
    for name, content in files.items():
        data = content.encode("utf-8", "replace")
        data = broken(random, data) if spoil and random.random() < 0.2 else data
        (root / name).write_bytes(data)


def one_try(random: Random) -> None:
    """Import a folder, then one of the same tasks otherwise, with some of it spoiled."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        fill(random, Path(first) / "backlog", spoil=False)
        fill(random, Path(second) / "backlog", spoil=True)
        brought_or_refused(read_backlog, Path(first), Path(second))
