"""A diff that is open: what is to be compared, and what is said about its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import Refused
from store.records import DiffComment, DiffSide
from tui.session import Session

if TYPE_CHECKING:
    from planner.runs.folders import RunFolders
    from planner.runs.review import Subject


def read_subject(session: Session, run_id: str, assignment_id: str | None) -> Subject:
    """Read what is to be compared, and what was said about it."""
    from planner.runs.review import read_subject

    return read_subject(session.db, run_id, assignment_id, folders_of(session))


def add_comment(
    session: Session,
    assignment_id: str,
    *,
    path: str,
    side: DiffSide,
    line: int,
    commit: str,
    quoted: str,
    text: str,
) -> DiffComment:
    """Say something about a line; the agent is told with its next turn."""
    from planner.runs.comments import add_comment

    return add_comment(
        session.db,
        assignment_id,
        path=path,
        side=side,
        line=line,
        commit=commit,
        quoted=quoted,
        text=text,
        author=session.actor,
    )


def change_comment(session: Session, comment_id: str, text: str) -> DiffComment:
    """Say something else about a line, unless the agent was told already."""
    from planner.runs.comments import delete_comment

    comment = _own(session, comment_id)
    with session.db.transaction():
        delete_comment(session.db, comment_id)
        return _again(session, comment, text)


def delete_comment(session: Session, comment_id: str) -> DiffComment:
    """Take back what was said about a line; returns it as it was."""
    from planner.runs.comments import delete_comment

    comment = _own(session, comment_id)
    delete_comment(session.db, comment_id)
    return comment


def bring_back(session: Session, comment: DiffComment) -> DiffComment:
    """Say again what was taken back."""
    return _again(session, comment, comment.text)


def folders_of(session: Session) -> RunFolders | None:
    """Return where runs keep their files; None where runs have no place."""
    return session.supervisors.folders if session.supervisors is not None else None


def in_words(error: Exception) -> str:
    """Say why git, asked on a thread of its own, has not told."""
    if isinstance(error, Refused):
        return str(error)
    return (
        f"That went wrong inside planner-tui ({type(error).__name__}: {error}): please report it."
    )


def _own(session: Session, comment_id: str) -> DiffComment:
    """Return a comment that this person may still change."""
    comment = session.db.get(DiffComment, comment_id)
    if comment is None:
        raise Refused("This comment has been deleted meanwhile.")
    if comment.author != session.actor:
        raise Refused(f"{comment.author} said this: only they can change it.")
    if comment.execution_id is not None:
        raise Refused("The agent was told this already: comment again to say something else.")
    return comment


def _again(session: Session, comment: DiffComment, text: str) -> DiffComment:
    return add_comment(
        session,
        comment.assignment_id,
        path=comment.path,
        side=comment.side,
        line=comment.line,
        commit=comment.commit_sha,
        quoted=comment.quoted,
        text=text,
    )
