"""Planned files as a tree of the folders they go into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planner.holdings import planned_path
from store.records import CardPlannedFile

Branch = tuple[int, str, CardPlannedFile | None]
"""How deep a line of the tree is, its name, and its file; a folder has none."""


def tree_rows(files: Sequence[CardPlannedFile]) -> Iterator[Branch]:
    """Return the lines of the tree, folders before files, each in order of name.

    Folders that hold nothing but one folder share a line: ``server/api``.
    """
    ordered = sorted(files, key=lambda planned: (planned_path(planned), planned.position))
    paths = [(planned_path(planned).split("/"), planned) for planned in ordered]
    yield from _below(paths, 1)


def _below(paths: list[tuple[list[str], CardPlannedFile]], depth: int) -> Iterator[Branch]:
    folders: dict[str, list[tuple[list[str], CardPlannedFile]]] = {}
    for parts, planned in paths:
        if len(parts) > 1:
            folders.setdefault(parts[0], []).append((parts[1:], planned))
    for name, inside in folders.items():
        shared = name
        while len({parts[0] for parts, _ in inside}) == 1 and all(len(p) > 1 for p, _ in inside):
            shared += f"/{inside[0][0][0]}"
            inside = [(parts[1:], planned) for parts, planned in inside]
        yield depth, shared, None
        yield from _below(inside, depth + 1)
    for parts, planned in paths:
        if len(parts) == 1:
            yield depth, parts[0], planned
