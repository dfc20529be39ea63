"""What people say about lines of a diff, until it is told to the agent with its next turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from planner.batch import new_id, said
from planner.describe import clipped
from planner.errors import Refused
from planner.runs.states import tell
from store.adapter import DbAdapter
from store.records import CardAssignment, DiffComment, DiffSide, OrchestrationRun, utc_now

LONGEST_COMMENT = 10_000
LONGEST_QUOTED = 1_000
"""Characters kept of the line that a comment is about."""


def add_comment(
    db: DbAdapter,
    assignment_id: str,
    *,
    path: str,
    side: DiffSide,
    line: int,
    commit: str,
    quoted: str,
    text: str,
    author: str,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> DiffComment:
    """Say something about a line.

    Args:
        db: The open plan.
        assignment_id: Whose work it is about.
        path: The file, as the diff names it.
        side: Whether the line is one that was there before, or one that is there now.
        line: Its number on that side, from 1.
        commit: The commit the line was seen at.
        quoted: What stands there.
        text: What is to be said.
        author: Who says it.
        clock: Tells the time.
        new_id: Makes ids.

    Raises:
        Refused: It says nothing, or too much, or the assignment is gone.
        StoreError: The database could not be used.
    """
    said(text, "comment")
    if len(text) > LONGEST_COMMENT:
        raise Refused(f"The comment is longer than {LONGEST_COMMENT:,} characters.")
    if line < 1 or not path:
        raise Refused("A comment is about a line of a file, counted from 1.")
    with db.transaction():
        run = _run_of(db, assignment_id)
        comment = DiffComment(
            id=new_id(),
            assignment_id=assignment_id,
            commit_sha=commit,
            path=path,
            side=side,
            line=line,
            quoted=quoted[:LONGEST_QUOTED],
            text=text.strip(),
            author=author,
            created_at=clock(),
        )
        db.insert(comment)
        _tell(db, run, "comment.added", comment, author, clock)
    return comment


def delete_comment(
    db: DbAdapter, comment_id: str, *, actor: str = "user", clock: Callable[[], str] = utc_now
) -> DiffComment:
    """Take back what was said, as long as the agent has not been told.

    Returns:
        The comment as it was.

    Raises:
        Refused: It is gone, or was told to the agent already.
        StoreError: The database could not be used.
    """
    with db.transaction():
        comment = db.get(DiffComment, comment_id)
        if comment is None:
            raise Refused("This comment has been deleted already.")
        if comment.execution_id is not None:
            raise Refused("The agent has been told this comment; it can't be taken back.")
        db.delete(DiffComment, comment_id)
        run = _run_of(db, comment.assignment_id)
        _tell(db, run, "comment.deleted", comment, actor, clock)
    return comment


def unsent(db: DbAdapter, assignment_id: str) -> tuple[DiffComment, ...]:
    """Return what the agent has not been told yet, oldest first."""
    return tuple(db.list(DiffComment, assignment_id=assignment_id, execution_id=None))


def mark_sent(
    db: DbAdapter,
    assignment_id: str,
    execution_id: str,
    comments: Iterable[DiffComment] | None = None,
) -> int:
    """Keep with which turn the agent was told.

    Args:
        db: The open plan.
        assignment_id: Whose comments.
        execution_id: The turn.
        comments: Those that its prompt had; None for all that were not sent.

    Returns:
        How many it was told.

    Raises:
        StoreError: The database could not be used.
    """
    with db.transaction():
        chosen = None if comments is None else {comment.id for comment in comments}
        told = [c for c in unsent(db, assignment_id) if chosen is None or c.id in chosen]
        for comment in told:
            db.update(DiffComment, comment.id, execution_id=execution_id)
    return len(told)


def _run_of(db: DbAdapter, assignment_id: str) -> OrchestrationRun:
    assignment = db.get(CardAssignment, assignment_id)
    run = db.get(OrchestrationRun, assignment.run_id) if assignment is not None else None
    if run is None:
        raise Refused("The run has been deleted, and its diff with it.")
    return run


def _tell(
    db: DbAdapter,
    run: OrchestrationRun,
    event_type: str,
    comment: DiffComment,
    actor: str,
    clock: Callable[[], str],
) -> None:
    payload = {
        "assignment_id": comment.assignment_id,
        "path": comment.path,
        "side": comment.side,
        "line": comment.line,
        "text": clipped(comment.text),
    }
    tell(db, run, event_type, actor=actor, payload=payload, clock=clock)
