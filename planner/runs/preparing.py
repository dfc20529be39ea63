"""Making a worktree ready for its agent: added, files copied into it, setup commands run.

All of it can be done again after being broken off anywhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from planner.errors import Refused
from planner.runs.git import git, path_from_git
from planner.runs.repository import commit_of, is_url, open_repository
from planner.runs.states import SUPERVISOR, tell
from planner.runs.supervisors import make_private_folder
from planner.runs.work import Stopped, Work
from planner.runs.worktree_state import alone
from planner.runs.worktrees import add_worktree
from store.records import AgentExecution, BuildState, CardAssignment, EventLog, OrchestrationRun


def prepare(work: Work, assignment: CardAssignment) -> None:
    """See to it that an assignment has a worktree that is ready for its agent.

    One that an agent has been in stays as it is.

    Raises:
        Refused: It can't be made ready; the message says why.
        Stopped: The run is to be cancelled.
    """
    run, path = work.run(), worktree_of(assignment)
    if run.base_commit is None:
        repository = open_repository(run.repo_url, work.folders)
        _record_base(work, commit_of(repository, run.base_branch))
        assignment = work.assignment(assignment.id)
    else:
        repository = work.repository()
    ended = [state for state in BuildState if state is not BuildState.RUNNING]
    has_been_used = work.db.count(AgentExecution, assignment_id=assignment.id, status=ended) > 0
    is_there = path.is_dir()
    add_worktree(repository, path, assignment.feature_branch, assignment.base_commit or "")
    if has_been_used and is_there:
        return
    copied = make_ready(work, repository, path, assignment.id, stopped=work.stopped)
    _tell_once(work, run, assignment, copied)


def await_worktree(work: Work, assignment: CardAssignment) -> None:
    """Wait for the worktree that git began to add with the run; its agent begins by itself then."""
    with alone(worktree_of(assignment)):
        pass
    _tell_once(work, work.run(), assignment, ())


def make_ready(
    work: Work, repository: Path, worktree: Path, name: str, *, stopped: Callable[[], bool]
) -> tuple[str, ...]:
    """Copy files into a worktree and run the setup commands in it.

    Args:
        work: The run.
        repository: Whose own checkout the files are in.
        worktree: The worktree; it is there.
        name: What its logs are named after: an assignment's id, or what all of them share.
        stopped: Asked several times a second whether to end.

    Returns:
        The files that were copied; they are nobody's work.

    Raises:
        Refused: A setup command failed; the message says which.
        Stopped: The run is to be cancelled.
    """
    copied = _copy_files(work, repository, worktree, name)
    _run_setup(work, worktree, name, stopped)
    return copied


def worktree_of(assignment: CardAssignment) -> Path:
    """Return an assignment's worktree. Raises ``Refused`` where its row names none."""
    if assignment.worktree_path is None:
        raise Refused("This assignment has no worktree; it was written by another program.")
    return Path(assignment.worktree_path)


def copied_files(work: Work, assignment: CardAssignment) -> tuple[str, ...]:
    """Return the files that were copied into a worktree before its agent began."""
    try:
        written = work.folders.copied(work.run_id, assignment.id).read_bytes()
        return msgspec.json.decode(written, type=tuple[str, ...])
    except (OSError, msgspec.DecodeError):
        return ()


def _record_base(work: Work, commit: str) -> None:
    """Write down where all of a run's assignments begin, unless another thread has."""
    with work.db.transaction():
        if work.run().base_commit is not None:
            return
        work.db.update(OrchestrationRun, work.run_id, base_commit=commit)
        for one in work.db.list(CardAssignment, run_id=work.run_id):
            work.db.update(CardAssignment, one.id, base_commit=commit)


def _tell_once(
    work: Work, run: OrchestrationRun, assignment: CardAssignment, copied: tuple[str, ...]
) -> None:
    with work.db.transaction():
        added = work.db.list(EventLog, run_id=run.id, event_type="worktree.added")
        if any(event.payload.get("assignment_id") == assignment.id for event in added):
            return
        payload = {
            "assignment_id": assignment.id,
            "path": assignment.worktree_path,
            "branch": assignment.feature_branch,
            "commit": assignment.base_commit,
            "copied": len(copied) or None,
        }
        tell(work.db, run, "worktree.added", actor=SUPERVISOR, payload=payload)


# Files that git ignores


def _copy_files(work: Work, repository: Path, worktree: Path, name: str) -> tuple[str, ...]:
    """Copy what the agent needs and git ignores, from the repository's own checkout."""
    patterns = work.agent.copy_files
    if not patterns or is_url(work.run().repo_url) or not (repository / ".git").exists():
        return ()
    found = git(
        repository,
        *("ls-files", "-z", "--others", "--ignored", "--exclude-standard"),
        "--",
        *(spec for pattern in patterns for spec in _pathspecs(pattern)),
    ).fields
    done = {raw: _copy(repository, raw, worktree) for raw in found}
    if None in done.values():  # copied before, or the repository's own in this commit
        own = set(git(worktree, "ls-files", "-z").fields)
        done = {raw: was if was is not None else raw not in own for raw, was in done.items()}
    copied = tuple(path_from_git(raw) for raw, was in done.items() if was)
    listed = work.folders.copied(work.run_id, name)
    make_private_folder(listed.parent)
    listed.write_bytes(msgspec.json.encode(copied))
    return copied


def _pathspecs(pattern: str) -> tuple[str, ...]:
    """Return what git is to look for: a pattern of ``.gitignore``, as paths below the top."""
    name = pattern.strip("/")
    anchored = "/" in name or pattern.startswith("/")
    spec = f":(top,glob){name if anchored else f'**/{name}'}"
    return (f"{spec}/**",) if pattern.endswith("/") else (spec, f"{spec}/**")


def _copy(repository: Path, raw: bytes, worktree: Path) -> bool | None:
    """Copy one file into a worktree, unless it would leave it; None where there is one already.

    Links are neither copied nor followed, at either end.
    """
    import shutil

    name = os.fsdecode(raw)
    source, target = repository / name, worktree / name
    if {"..", ".git"} & {*Path(name).parts}:
        return False
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as read:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or not _is_below(target.parent, worktree):
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _is_below(target.parent, worktree):
                return False
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            made = os.open(target, flags, stat.S_IMODE(about.st_mode) & 0o777)
            with os.fdopen(made, "wb") as write:
                shutil.copyfileobj(read, write)
    except FileExistsError:
        return None
    except OSError:
        return False
    return True


def _is_below(folder: Path, worktree: Path) -> bool:
    """Say whether a folder, which may not be there yet, is below the worktree by no link."""
    return folder.resolve() == worktree.resolve() / folder.relative_to(worktree)


# Setup commands


def _run_setup(work: Work, worktree: Path, name: str, stopped: Callable[[], bool]) -> None:
    from planner.runs.processes import end_processes, run_command

    if not work.agent.setup:
        return
    marker = work.marker(name, "setup")
    end_processes(marker)  # of a supervisor that was killed
    log = work.folders.setup_log(work.run_id, name)
    make_private_folder(log.parent)
    log.unlink(missing_ok=True)
    for command in work.agent.setup:
        result = run_command(
            command,
            cwd=worktree,
            environ=work.agent_environ({}),
            log=log,
            seconds=work.agent_seconds(),
            marker=marker,
            log_bytes=work.log_bytes(),
            stopped=stopped,
        )
        if stopped():
            raise Stopped
        if result.problem is None and result.exit_code == 0:
            continue
        how = result.problem or f"exited with {result.exit_code}"
        raise Refused(f"The setup command {' '.join(command)} {how}. What it printed is in {log}")
