"""The files of a diff as a tree of their folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual.binding import Binding, BindingType

from planner.runs.diffs import DiffFile
from tui.glyphs import CHANGE, COMMENT, FILE_MARK
from tui.spans import Span, Spans, clip_spans, pad_spans, width_of
from tui.widgets.row_list import RowList

DEEPEST = 12
"""Folders below each other that are drawn as such; deeper ones stand no further to the right."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of the tree.

    Attributes:
        depth: How many folders it is in.
        name: What stands there; a folder that holds nothing but one folder shares its line.
        path: Its whole path: what it goes by.
        file: The file, by its number in the diff; None for a folder.
        added: Lines that came, in all files of a folder.
        removed: Lines that went.
        files: The files in a folder, by number.
    """

    depth: int
    name: str
    path: str
    file: int | None
    added: int
    removed: int
    files: tuple[int, ...]


@dataclass(slots=True)
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)


def branches(files: Sequence[DiffFile], folded: frozenset[str] = frozenset()) -> list[Branch]:
    """Return the lines of the tree, folders before files, each in order of name.

    Args:
        files: The files of the diff.
        folded: The folders, by path, of which nothing more is shown.
    """
    root = _Folder()
    for number, file in enumerate(files):
        *folders, name = file.path.split("/")
        at = root
        for folder in folders:
            at = at.folders.setdefault(folder, _Folder())
        at.files.append((name, number))
    found: list[Branch] = []
    # A stack, since a hostile path may be deeper than calls can go.
    waiting: list[tuple[int, str, str, _Folder | int]] = _inside(root, 0, "")
    while waiting:
        depth, name, path, here = waiting.pop()
        if isinstance(here, int):
            file = files[here]
            found.append(Branch(depth, name, path, here, file.added, file.removed, (here,)))
            continue
        while len(here.folders) == 1 and not here.files:
            ((below, here),) = here.folders.items()
            name, path = f"{name}/{below}", f"{path}/{below}"
        numbers = _below(here)
        added = sum(files[number].added for number in numbers)
        removed = sum(files[number].removed for number in numbers)
        found.append(Branch(depth, f"{name}/", f"{path}/", None, added, removed, numbers))
        if f"{path}/" not in folded:
            waiting += _inside(here, depth + 1, f"{path}/")
    return found


def _inside(folder: _Folder, depth: int, path: str) -> list[tuple[int, str, str, _Folder | int]]:
    """Return what is in a folder, the first last."""
    names: list[tuple[str, _Folder | int]] = [*sorted(folder.folders.items())]
    names += sorted(folder.files)
    return [(depth, name, path + name, here) for name, here in reversed(names)]


def _below(folder: _Folder) -> tuple[int, ...]:
    found: list[int] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        found += [number for _, number in here.files]
        waiting += here.folders.values()
    return tuple(sorted(found))


class DiffTree(RowList[Branch], inherit_bindings=True):
    """Shows the files of a diff in their folders, which fold."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "fold",
            "Fold",
            id="tree.fold",
            tooltip="Fold or unfold the folder",
        ),
        Binding(
            "left,h",
            "close",
            "Fold",
            id="tree.close",
            tooltip="Fold the folder; go to the one it is in",
            show=False,
        ),
        Binding(
            "right,l",
            "open",
            "Unfold",
            id="tree.open",
            tooltip="Unfold the folder",
            show=False,
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(self._drawn_branch, lambda branch: branch.path, id=id)
        self.files: Sequence[DiffFile] = ()
        self.marks: Mapping[str, str] = {}
        """Whether a file was planned and may be changed, by its path: a key of ``FILE_MARK``."""
        self.comments: Mapping[str, int] = {}
        """How many comments there are on a file, by its path."""
        self.order: list[int] = []
        """The files by number, in the order of the tree, folded or not."""
        self._folded: frozenset[str] = frozenset()

    def show_files(
        self, files: Sequence[DiffFile], marks: Mapping[str, str], comments: Mapping[str, int]
    ) -> None:
        """Show the files of a diff.

        Args:
            files: The files.
            marks: Whether each was planned and may be changed, by path.
            comments: How many comments there are on each, by path.
        """
        self.marks, self.comments = marks, comments
        if files is not self.files:
            self.files = files
            found = branches(files)
            self.order = [branch.file for branch in found if branch.file is not None]
        self._show_branches()

    def go_to(self, number: int) -> None:
        """Select a file by its number, whatever folder hides it."""
        path = self.files[number].path
        hidden = frozenset(folder for folder in self._folded if path.startswith(folder))
        if hidden:
            self._folded -= hidden
            self._show_branches()
        self.select(path)

    @property
    def file(self) -> int | None:
        """The number of the selected file; None where a folder is selected."""
        branch = self.selected
        return branch.file if branch is not None else None

    def action_fold(self) -> None:
        """Fold or unfold the folder."""
        branch = self.selected
        if branch is not None and branch.file is None:
            self._folded ^= {branch.path}
            self._show_branches()

    def action_close(self) -> None:
        """Fold the folder; go to the one it is in where there is nothing to fold."""
        branch = self.selected
        if branch is None:
            return
        if branch.file is None and branch.path not in self._folded:
            self.action_fold()
            return
        for above in reversed(self.rows[: self.index]):
            if above.depth < branch.depth:
                self.select(above.path)
                return

    def action_open(self) -> None:
        """Unfold the folder."""
        branch = self.selected
        if branch is not None and branch.path in self._folded:
            self.action_fold()

    def _show_branches(self) -> None:
        self.show(branches(self.files, self._folded), empty_note="Nothing was changed.")

    def _drawn_branch(self, branch: Branch, width: int) -> list[Spans]:
        indent = "  " * min(branch.depth, DEEPEST)
        counts = self._counts(branch)
        room = max(4, width - width_of(counts) - 1)
        if branch.file is None:
            sign = "▸" if branch.path in self._folded else "▾"
            lead: list[Span] = [(f"{indent}{sign} ", "faint"), (branch.name, "faint")]
        else:
            file = self.files[branch.file]
            style = {"added": "plus", "deleted": "minus"}.get(str(file.change), "accent")
            mark, mark_style = _mark(self.marks.get(file.path, ""))
            lead = [(indent, "text"), (CHANGE.get(str(file.change), "~"), style)]
            lead += [(f" {mark} ", mark_style) if mark else (" ", "text")]
            lead.append((branch.name, "text"))
        return [[*pad_spans(lead, room), (" ", "text"), *counts]]

    def _counts(self, branch: Branch) -> list[Span]:
        spans: list[Span] = []
        said = sum(self.comments.get(self.files[number].path, 0) for number in branch.files)
        if said and (branch.file is not None or branch.path in self._folded):
            spans.append((f"{COMMENT}{said} ", "accent"))
        if branch.file is not None and self.files[branch.file].is_binary:
            return [*spans, ("binary", "faint")]
        if branch.added:
            spans.append((f"+{branch.added:,}", "plus"))
        if branch.removed:
            spans.append((f"{' ' if branch.added else ''}-{branch.removed:,}", "minus"))
        return clip_spans(spans, 24)


def _mark(name: str) -> Span:
    sign, style, _words = FILE_MARK.get(name, ("", "text", ""))
    return sign, style
