"""What a person says about lines of a diff, and what they do with those in the worktree."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual import on
from textual.geometry import Region

from planner.errors import Refused
from planner.runs.diffs import DiffLine
from store.records import DiffComment, DiffSide
from tui.asks import diffs as asks
from tui.diff_rows import NO_LINE
from tui.drafts import DraftKey
from tui.screens.diff_base import DiffBase
from tui.session import Session
from tui.widgets.diff_view import DiffView
from tui.widgets.text_editor import Done, EditField, TextEditor, Values, type_over

Saving = Callable[[Session], DiffComment]

_LINES = 3
"""Lines of an editor that opens."""

_NO_WORKTREE = "The worktree has been removed: there is nothing to open."


class DiffComments(DiffBase):
    """The part of the diff screen that comments, and opens programs of the person's."""

    _deleted: tuple[DiffComment, ...] = ()
    """What was deleted here, the last one last."""

    @on(DiffView.Chosen)
    def _on_line_chosen(self) -> None:
        if self.lines.comment is not None:
            self._edit_comment(self.lines.comment)
        else:
            self.action_comment()

    def action_comment(self) -> None:
        """Say something about the selected line."""
        index, text, subject = self.lines.line, self.lines.text, self.subject
        line = text.lines[index] if text is not None and index != NO_LINE else None
        if line is None or text is None or subject is None or line.kind in ("hunk", "note"):
            self.status.say("Select a line of the file first: this comments on it.", failed=True)
            return
        side, number = place_of(line)
        path = text.file.path if side is DiffSide.NEW else text.file.old_path or text.file.path
        assignment_id = self._assignment_of(text.file.path)
        if assignment_id is None:
            self.status.say("No card's agent changed this file: nobody would be told.", failed=True)
            return
        key = DraftKey(
            "diff_comment",
            (assignment_id, path, f"{side}:{number}"),
            "",
            self.project_id or "",
            f"comment on line {number} of {path}",
        )

        def done(values: Values | None) -> None:
            if values is None:
                return
            add = partial(
                asks.add_comment,
                assignment_id=assignment_id,
                path=path,
                side=side,
                line=number,
                commit=subject.head,
                quoted=line.text,
                text=values["text"],
            )
            self._save(key, add)

        label = f"Comment on line {number}{' as it was' if side is DiffSide.OLD else ''}"
        self._type(label, "", key, done)

    def action_edit(self) -> None:
        """Edit the selected comment; on a line, open the file in the person's editor."""
        if self.lines.comment is not None:
            self._edit_comment(self.lines.comment)
        else:
            self._open_editor()

    def action_delete_comment(self) -> None:
        """Delete the selected comment."""
        comment = self.lines.comment
        if comment is None:
            self.status.say("Select a comment first: this deletes it.", failed=True)
            return

        def deleted(gone: DiffComment) -> None:
            self._deleted = (*self._deleted, gone)
            key = self._key("diff.undo", "u")
            self.status.say(f"Deleted the comment · {key} brings it back")
            self.read_again()

        comment_id = comment.id
        self._plan.fetch(self, lambda session: asks.delete_comment(session, comment_id), deleted)

    def action_undo_delete(self) -> None:
        """Bring back the comment that was deleted last."""
        if not self._deleted:
            self.status.say("No comment was deleted here.")
            return
        comment, self._deleted = self._deleted[-1], self._deleted[:-1]
        self._plan.fetch(self, lambda session: asks.bring_back(session, comment), self._saved)

    def action_shell(self) -> None:
        """Open a shell in the worktree."""
        from tui.outside import open_shell

        worktree = self.subject.worktree if self.subject is not None else None
        if worktree is None:
            self.status.say(_NO_WORKTREE, failed=True)
            return
        self._after(open_shell(self.app, worktree))

    def _open_editor(self) -> None:
        from tui.outside import open_in_editor

        text, subject = self.lines.text, self.subject
        if text is None or subject is None:
            return
        if subject.worktree is None:
            self.status.say(_NO_WORKTREE, failed=True)
            return
        try:
            path = file_in(subject.worktree, text.file.path)
        except Refused as refusal:
            self.status.say(str(refusal), failed=True)
            return
        index = self.lines.line
        line = text.lines[index].new if index != NO_LINE else None
        configured = self.planner_app.config.editor
        self._after(open_in_editor(self.app, path, line, configured))

    def _after(self, problem: str) -> None:
        self.refresh()
        if problem:
            self.status.say(problem, failed=True)

    def _edit_comment(self, comment: DiffComment) -> None:
        if comment.execution_id is not None:
            self.status.say("The agent was told this already: c says something else.", failed=True)
            return
        key = DraftKey(
            "diff_comment",
            (comment.id,),
            "",
            self.project_id or "",
            f"comment on line {comment.line} of {comment.path}",
        )

        def done(values: Values | None) -> None:
            if values is not None and values["text"] != comment.text:
                text = values["text"]
                self._save(key, lambda session: asks.change_comment(session, comment.id, text))

        self._type(f"Your comment on line {comment.line}", comment.text, key, done)

    def _type(self, label: str, value: str, key: DraftKey, done: Done) -> None:
        """Type below the selected line."""
        region = self.lines.selected_region()
        if not value:
            region = region.translate((0, 1))
        region = Region(region.x, region.y, region.width, _LINES)
        field = EditField("text", label, value, "The agent is told with its next turn")
        type_over(self.lines, TextEditor(region, [field], done, draft=key))

    def _save(self, key: DraftKey, save: Saving) -> None:
        def saved(comment: DiffComment) -> None:
            self.planner_app.drafts.drop(key)
            self._saved(comment)

        self._plan.fetch(self, save, saved)

    def _saved(self, comment: DiffComment) -> None:
        self.lines.want_comment(comment.id)
        self.read_again()

    def _assignment_of(self, path: str) -> str | None:
        """Return whose agent is told what is said about a file."""
        subject, compared = self.subject, self.compared
        if subject is None or compared is None:
            return None
        if len(subject.parts) == 1:
            return subject.parts[0].assignment_id
        return compared.owners.get(path)


def place_of(line: DiffLine) -> tuple[DiffSide, int]:
    """Return the side and the number by which a line is meant: as it is, where it is still there."""
    if line.new is not None:
        return DiffSide.NEW, line.new
    return DiffSide.OLD, line.old or 0


def file_in(worktree: Path, path: str) -> Path:
    """Return where a file of a worktree is.

    Raises:
        Refused: It is not there, or it is a link that leads out of the worktree.
    """
    found = worktree / path
    real = found.resolve()
    if not real.is_relative_to(worktree.resolve()):
        raise Refused(f"{path} leads out of the worktree, to {real}: it is not opened from here.")
    if not real.is_file():
        raise Refused(f"{path} is not in the worktree any more.")
    return found
