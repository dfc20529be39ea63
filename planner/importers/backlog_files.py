"""Reads a Backlog.md folder into records of its own; touches no database.

Everything that can't be read is collected, so that one attempt names every file that
needs mending.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from planner.importers.backlog_body import Body, Criterion, Section, read_body
from planner.importers.backlog_words import PRIORITIES, BacklogConfig, read_date, statuses_of
from planner.importers.front_matter import (
    YamlRefused,
    as_list,
    as_text,
    read_mapping,
    split_front_matter,
)
from planner.importers.wanted import ImportRefused, Problem
from planner.importers.words import plain
from store.records import CardStatus

MAX_BYTES = 10 * 1024 * 1024
"""The largest file that is read."""

MAX_TEXT = 100_000
"""The longest title, criterion or fact that planning actions take."""

_NOT_IMPORTED = {
    "drafts": "drafts are not part of the plan",
    "archive": "archived files are not part of the plan",
    "docs": "documents are not imported",
    "decisions": "decisions are not imported",
}
_MAPPED = {"id", "title", "status", "priority", "created_date", "updated_date"} | {
    "milestone",
    "ordinal",
    "labels",
    "dependencies",
}
_NUMBER = re.compile(r"[0-9]{1,18}")


class BacklogMilestone(msgspec.Struct, frozen=True):
    """A milestone's file."""

    id: str
    title: str
    description: str | None
    path: str


class BacklogTask(msgspec.Struct, frozen=True):
    """A task's file. ``other`` is all front matter that has no field of its own, as text."""

    id: str
    title: str
    status: CardStatus
    priority: int
    created_at: str | None
    updated_at: str | None
    milestone: str | None
    ordinal: float | None
    labels: tuple[str, ...]
    dependencies: tuple[str, ...]
    other: tuple[tuple[str, str], ...]
    description: str | None
    criteria: tuple[Criterion, ...]
    sections: tuple[Section, ...]
    path: str


class BacklogFolder(msgspec.Struct, frozen=True):
    """A whole folder: milestones and tasks by id, and the files that were passed over."""

    path: str
    config: BacklogConfig
    milestones: tuple[BacklogMilestone, ...]
    tasks: tuple[BacklogTask, ...]
    skipped: tuple[Problem, ...]


def id_key(item_id: str) -> tuple[tuple[int, ...], str]:
    """Return what sorts ids by their numbers: ``BACK-9`` before ``BACK-10``, ``24.2`` in 24."""
    return tuple(map(int, _NUMBER.findall(item_id))), item_id.lower()


def read_backlog(folder: Path) -> BacklogFolder:
    """Read the Backlog.md folder, or the one in ``backlog`` or ``.backlog`` below it.

    Links are not followed.

    Raises:
        ImportRefused: No such folder, or files in it that can't be read: all of them.
    """
    root, config_file = _find(folder)
    reader = _Reader(root)
    config = reader.config(config_file)
    milestones = sorted(reader.milestones(), key=lambda m: id_key(m.id))
    tasks = sorted(reader.tasks(config), key=lambda t: id_key(t.id))
    reader.passed_over()
    if reader.problems:
        raise ImportRefused(reader.problems)
    return BacklogFolder(str(root), config, tuple(milestones), tuple(tasks), tuple(reader.skipped))


def _find(folder: Path) -> tuple[Path, Path | None]:
    """Return the Backlog.md folder and its configuration, if it has one."""
    candidates = [folder / "backlog", folder / ".backlog", folder]
    try:
        places = [
            place
            for place in candidates
            if any((place / part).is_dir() for part in ("tasks", "completed", "milestones"))
        ]
        for place in places:
            if (place / "config.yml").is_file():
                return place, place / "config.yml"
        for place in places:
            beside = place.parent / "backlog.config.yml"
            return place, beside if beside.is_file() else None
        reason = (
            "no Backlog.md folder: neither it nor backlog or .backlog in it holds tasks or milestones"
            if folder.is_dir()
            else "not a folder"
        )
    except OSError as error:
        reason = error.strerror or str(error)
    raise ImportRefused([Problem(str(folder), reason)])


class _Reader:
    """One reading of a folder, with what it found wrong and what it passed over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.skipped: list[Problem] = []

    def config(self, file: Path | None) -> BacklogConfig:
        """Read the configuration; without one, Backlog.md's defaults hold."""
        if file is None:
            return BacklogConfig()
        try:
            values = read_mapping(_read_text(file), first_line=1)
        except (YamlRefused, OSError) as error:
            self.problems.append(Problem(file.name, _reason(error)))
            return BacklogConfig()
        defaults = BacklogConfig()
        return BacklogConfig(
            project_name=as_text(values.get("project_name", "")) or None,
            statuses=tuple(as_list(values.get("statuses", []))) or defaults.statuses,
            default_status=as_text(values.get("default_status", "")),
            task_prefix=as_text(values.get("task_prefix", "")) or defaults.task_prefix,
        )

    def milestones(self) -> Iterator[BacklogMilestone]:
        """Read every milestone's file."""
        seen: dict[str, str] = {}
        for path, values, body in self._files("milestones", None):
            item_id, title = as_text(values.get("id", "")), as_text(values.get("title", ""))
            if self._named(path, item_id, title, seen):
                rest = [
                    fact
                    for fact in _other(values)
                    if fact not in (("Id", item_id), ("Title", title))
                ]
                texts = [body.description or ""]
                texts += [f"## {s.title}\n\n{s.content}" for s in body.sections]
                texts.append("\n".join(f"{key}: {value}" for key, value in rest))
                description = "\n\n".join(filter(None, texts)) or None
                yield BacklogMilestone(item_id, title, description, path)

    def tasks(self, config: BacklogConfig) -> Iterator[BacklogTask]:
        """Read every task's file, the completed ones too."""
        seen: dict[str, str] = {}
        statuses = statuses_of(config)
        for where in ("tasks", "completed"):
            for path, values, body in self._files(where, config.task_prefix.lower() + "-"):
                wrong: list[str] = []
                task = _task(path, values, body, statuses, wrong)
                named = self._named(path, task.id, task.title, seen)
                self.problems += [Problem(path, reason) for reason in wrong]
                if named and not wrong:
                    yield task

    def passed_over(self) -> None:
        """Note the folders that are not imported and hold something."""
        for name, reason in _NOT_IMPORTED.items():
            found = sum(
                file.endswith(".md") for _, _, files in os.walk(self.root / name) for file in files
            )
            if found:
                counted = "1 file" if found == 1 else f"{found} files"
                self.skipped.append(Problem(f"{name}/", f"{counted}: {reason}"))

    def _named(self, path: str, item_id: str, title: str, seen: dict[str, str]) -> bool:
        """Check that an item has an id of its own and a title."""
        for what, text in (("id", item_id), ("title", title)):
            if not text:
                self.problems.append(Problem(path, f"its front matter has no {what}"))
        if item_id and (other := seen.setdefault(item_id.lower(), path)) != path:
            self.problems.append(Problem(path, f"its id {item_id} is also that of {other}"))
            return False
        return bool(item_id and title)

    def _files(self, where: str, prefix: str | None) -> Iterator[tuple[str, dict[str, Any], Body]]:
        """Read the files of a folder that are to be read, by name."""
        try:
            with os.scandir(self.root / where) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            self.problems.append(Problem(f"{where}/", _reason(error)))
            return
        for entry in entries:
            path = f"{where}/{entry.name}"
            if not _is_text(path):
                path = path.encode("utf-8", "backslashreplace").decode()
            if entry.name.startswith("."):
                continue
            if reason := _why_skipped(entry, prefix):
                self.skipped.append(Problem(path, reason))
                continue
            try:
                head, text = split_front_matter(_read_text(Path(entry.path)))
                yield path, read_mapping(head), read_body(text)
            except (YamlRefused, OSError) as error:
                self.problems.append(Problem(path, _reason(error)))


def _why_skipped(entry: os.DirEntry[str], prefix: str | None) -> str | None:
    """Say why a file is passed over, or return None for one to read."""
    if not entry.is_file(follow_symlinks=False):
        return "a link, which is not followed" if entry.is_symlink() else "not a file"
    if not entry.name.lower().endswith(".md"):
        return "its name does not end with .md"
    if prefix is not None and not entry.name.lower().startswith(prefix):
        return f"not a task: its name does not start with {prefix}"
    if prefix is None and entry.name.lower() == "readme.md":
        return "not a milestone"
    return None


def _task(
    path: str,
    values: dict[str, Any],
    body: Body,
    statuses: dict[str, CardStatus],
    wrong: list[str],
) -> BacklogTask:
    """Put a task together, adding to ``wrong`` what is not right about it."""

    def text(key: str) -> str:
        return as_text(values.get(key, ""))

    status = statuses.get(plain(text("status")))
    if status is None:
        wrong.append(f"its status {text('status')!r} is neither in config.yml nor known")
    priority = PRIORITIES.get(text("priority").lower())
    if priority is None:
        wrong.append(f"its priority {text('priority')!r} is none of low, medium, high, critical")
    times: list[str | None] = []
    for key in ("created_date", "updated_date"):
        times.append(read_date(text(key)) if text(key) else None)
        if text(key) and times[-1] is None:
            wrong.append(f"its {key} {text(key)!r} is not a date")
    ordinal = None
    if text("ordinal"):
        try:
            ordinal = float(text("ordinal"))
        except ValueError:
            ordinal = math.nan
        if not math.isfinite(ordinal):
            wrong.append(f"its ordinal {text('ordinal')!r} is not a number")
    task = BacklogTask(
        id=text("id"),
        title=text("title"),
        status=status or CardStatus.TODO,
        priority=priority or 0,
        created_at=times[0],
        updated_at=times[1],
        milestone=text("milestone") or None,
        ordinal=ordinal,
        labels=tuple(dict.fromkeys(as_list(values.get("labels", [])))),
        dependencies=tuple(dict.fromkeys(as_list(values.get("dependencies", [])))),
        other=tuple(_other(values)),
        description=body.description,
        criteria=body.criteria,
        sections=body.sections,
        path=path,
    )
    texts = [task.title, *task.labels, *(c.text for c in task.criteria)]
    texts += [s.title for s in task.sections] + [value for _, value in task.other]
    if max(map(len, texts)) > MAX_TEXT - 1000:
        wrong.append("its title, a criterion or a front matter value is longer than can be kept")
    return task


def _other(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the front matter that has no field of its own, in words, empty values left out."""
    facts = ((key, as_text(value)) for key, value in values.items() if key not in _MAPPED)
    return [(_in_words(key), value) for key, value in facts if value]


def _in_words(key: str) -> str:
    """Turn ``modified_files`` into ``Modified files``."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _read_text(file: Path) -> str:
    """Return a file's text, its line ends made plain line feeds."""
    with file.open("rb", buffering=0) as opened:
        if os.fstat(opened.fileno()).st_size > MAX_BYTES:
            raise YamlRefused(f"it is larger than {MAX_BYTES // 1024 // 1024} MB")
        content = opened.readall()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlRefused(f"it is not UTF-8 (byte {error.start})") from None
    if "\0" in text:
        raise YamlRefused("it holds a zero byte, so it is not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_text(path: str) -> bool:
    """Tell whether a file name is valid text."""
    return path.isascii() or not any("\ud800" <= char <= "\udfff" for char in path)


def _reason(error: Exception) -> str:
    """Say in words why a file could not be read."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return str(error)
