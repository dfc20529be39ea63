"""What an approval leads to: a push and a pull request, and then, approved apart, the merge.

Each step looks first whether it was done: the branch there, its pull request, the base branch's
history. So all of it may be done again after a crash anywhere, and nothing happens twice. Nothing
is ever forced, and it is the approved commit that is pushed and merged, not whatever the branch
may point to by then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from planner.runs.candidates import repository_of, title_of
from planner.runs.folders import RunFolders
from planner.runs.git import GitFailed, git, in_short, without_credentials
from planner.runs.github import GitHub, github_at
from planner.runs.merging import (
    TRIES,
    Conflict,
    Merged,
    NotDelivered,
    conflicting,
    is_ancestor,
    merge_commit,
    merge_into,
    merge_that_brought,
    tip_of,
)
from planner.runs.policy import policy_from_json
from planner.runs.processes import MARKER
from planner.runs.pull_requests import Delivered, merge_on_github, on_github
from planner.runs.repository import is_url
from planner.runs.states import SUPERVISOR, tell
from store.adapter import DbAdapter
from store.records import OrchestrationRun, PullRequestCandidate, PullRequestStatus, utc_now

REMOTE_SECONDS = 600.0
"""How long a push or a look at a remote may take."""

LONGEST_WHY = 600
"""Characters of what a remote says that a message tells."""

PAUSES = (0.2, 1.0, 0.0)
"""Seconds to wait after each try of a push."""

_AT_WORK_THERE = re.compile(r"cannot lock ref|failed to update ref|\.lock'?: File exists", re.I)
_OF_NO_USE = ("To ", "hint:", "error: failed to push some refs")
_PATIENCE = ("http.lowSpeedLimit=1", "http.lowSpeedTime=60")

Verify = Callable[[Path, str, str], None]
"""Checks a merge before the base branch moves to it: the repository, the merge, the base."""


def create_pull_request(
    db: DbAdapter,
    run: OrchestrationRun,
    candidate: PullRequestCandidate,
    commit: str,
    *,
    folders: RunFolders,
    environ: Mapping[str, str],
) -> Delivered:
    """Push the approved commit and open its pull request, as far as either is not done.

    Args:
        db: The open plan.
        run: The run.
        candidate: What is to be pushed.
        commit: The approved commit.
        folders: Where runs keep their files.
        environ: The variables ``gh`` is called with.

    Returns:
        What was done.

    Raises:
        NotDelivered: Something is in the way.
        Refused: Git refused.
    """
    rules = policy_from_json(run.system_policy_snapshot).approval
    repository = repository_of(db, run, folders)
    branch, why = candidate.head_branch, ""
    url = _remote_url(repository)
    if not rules.push:
        why = "the policy has nothing pushed"
    elif url is None:
        why = "the repository has no remote called origin"
    else:
        _push(repository, branch, commit, _marking(run))
        shown = without_credentials(url)
        if candidate.pushed_to != shown:
            with db.transaction():
                db.update(PullRequestCandidate, candidate.id, pushed_to=shown, updated_at=utc_now())
                payload = {"title": candidate.title, "branch": branch, "commit": commit}
                payload["remote"] = shown
                tell(db, run, "pull_request.pushed", actor=SUPERVISOR, payload=payload)
        if rules.pull_request == "local":
            why = "the policy wants no pull request on GitHub"
        else:
            github = github_at(url, {**environ, **_marking(run)})
            if isinstance(github, GitHub):
                return on_github(github, candidate, rules, commit)
            why = github
    pushed = f"{branch} was pushed to {without_credentials(url)}. " if url and rules.push else ""
    return Delivered(
        f"{pushed}The pull request is a local draft: {why}.", PullRequestStatus.DRAFT_OPEN
    )


def merge_pull_request(
    db: DbAdapter,
    run: OrchestrationRun,
    candidate: PullRequestCandidate,
    commit: str,
    *,
    folders: RunFolders,
    environ: Mapping[str, str],
    verify: Verify | None = None,
) -> Delivered:
    """Merge the approved commit into the base branch, unless it is in it already.

    A pull request on GitHub is merged there. Otherwise the base branch of the repository is
    moved, or for a repository that is known by its URL, the one over there.

    Args:
        db: The open plan.
        run: The run.
        candidate: What is to be merged.
        commit: The approved commit.
        folders: Where runs keep their files.
        environ: The variables ``gh`` is called with.
        verify: Checks a merge whose base moved, before the base branch moves to it.

    Returns:
        What was done.

    Raises:
        NotDelivered: Something is in the way.
        Refused: Git refused.
    """
    repository = repository_of(db, run, folders)
    if candidate.pr_url is not None:
        github = github_at(_remote_url(repository) or "", {**environ, **_marking(run)})
        return merge_on_github(github, candidate, commit)
    title = title_of(db, run)
    message = f"Merge {title}\n\nBuilt by run {run.id}; {commit[:12]} was checked and approved.\n"
    scratch = folders.worktree(run.id, "merge")

    def check(merge: str, base: str) -> None:
        if verify is not None and not _same_tree(repository, merge, commit):
            verify(repository, merge, base)

    if is_url(run.repo_url):
        merged = _merge_over_there(repository, run, commit, message, scratch, check)
    else:
        merged = merge_into(
            repository, run.base_branch, commit, message=message, scratch=scratch, verify=check
        )
    return Delivered(
        _merged_in_words(repository, run, merged, is_checked=verify is not None),
        PullRequestStatus.MERGED,
        merged_commit=merged.commit,
    )


def delivery_marker(run: OrchestrationRun) -> str:
    """Return what marks processes that deliver a run: the next supervisor ends what is left."""
    return f"{run.id}:delivery"


def _marking(run: OrchestrationRun) -> dict[str, str]:
    return {MARKER: delivery_marker(run)}


def _merged_in_words(
    repository: Path, run: OrchestrationRun, merged: Merged, *, is_checked: bool
) -> str:
    """Say how a merge went and what is left to do for the person."""
    words = f"Merged into {run.base_branch} as {merged.commit[:10]}."
    if merged.onto is None:
        return f"{run.base_branch} holds it already, as {merged.commit[:10]}."
    if merged.onto != run.base_commit:
        how = "passed at the merge, too" if is_checked else "of the branch were made without that"
        words += (
            f" {run.base_branch} had moved on since the run began, to {merged.onto[:10]}; the "
            f"checks {how}."
        )
    if merged.checkout is not None:
        words += f" The checkout {merged.checkout} went along."
    if not is_url(run.repo_url) and _remote_url(repository) is not None:
        words += f" It is not pushed: git push origin {run.base_branch}"
    return words


def _remote_url(repository: Path) -> str | None:
    """Return the URL that ``origin`` is pushed to; None without one."""
    found = git(repository, "config", "--get", "remote.origin.pushurl", check=False)
    if found.exit_code != 0:
        found = git(repository, "config", "--get", "remote.origin.url", check=False)
    return found.text.strip() or None if found.exit_code == 0 else None


def _push(repository: Path, branch: str, commit: str, marked: Mapping[str, str]) -> None:
    """See to it that the remote's branch is at the commit; never force it."""
    ref = f"refs/heads/{branch}"
    there = _there(repository, ref)
    if there == commit:
        return
    if there is not None and not _is_known_ancestor(repository, there, commit):
        raise NotDelivered(
            f"The remote has a branch {branch} already, at {there[:10]}, with something that is "
            "not in this run's. Rename or delete it there, then approve again."
        )
    why = _pushed(repository, commit, ref, marked)
    if why:
        raise NotDelivered(
            f"The remote did not take {branch}: {why} Put that right, then approve again."
        )


def _pushed(repository: Path, commit: str, ref: str, marked: Mapping[str, str]) -> str:
    """Push a commit to a branch, without force; return why it isn't there, or nothing.

    It is tried again where git was killed, or another push of it is not over yet over there.
    """
    why = ""
    for pause in PAUSES:
        done = git(
            repository,
            *("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"),
            *("--", "origin", f"{commit}:{ref}"),
            settings=(*_PATIENCE, "push.gpgSign=false"),
            environ=marked,
            check=False,
            seconds=REMOTE_SECONDS,
        )
        if done.exit_code == 0 or _there(repository, ref) == commit:
            return ""
        why = _why(done.text, done.said)
        if done.exit_code >= 0 and not _AT_WORK_THERE.search(f"{done.text}{done.said}"):
            break
        time.sleep(pause)
    return why


def _there(repository: Path, ref: str) -> str | None:
    """Return the commit of a branch at the remote, or None where it has none."""
    done = git(
        repository,
        *("ls-remote", "--quiet", "--refs", "--", "origin", ref),
        settings=_PATIENCE,
        check=False,
        seconds=REMOTE_SECONDS,
    )
    if done.exit_code != 0:
        raise NotDelivered(
            f"The remote {without_credentials(_remote_url(repository) or 'origin')} could not be "
            f"reached: {in_short(done.said)}. Approve again once it can."
        )
    for line in done.text.splitlines():
        sha, _, name = line.partition("\t")
        if name == ref:
            return sha
    return None


def _is_known_ancestor(repository: Path, commit: str, of: str) -> bool:
    known = git(repository, "cat-file", "-e", f"{commit}^{{commit}}", check=False)
    return known.exit_code == 0 and is_ancestor(repository, commit, of)


def _why(printed: str, said: str) -> str:
    """Return why a push was refused: what the remote says, and git's word for the branch."""
    lines = [line.removeprefix("remote:").strip() for line in said.splitlines()]
    told = [line for line in lines if line and not line.startswith(_OF_NO_USE)]
    told += re.findall(r"^!\t[^\t]*\t(\[.*)$", printed, re.MULTILINE)
    text = " ".join(" ".join(told).split()) or "it gave no reason"
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    text = text if len(text) <= LONGEST_WHY else text[: LONGEST_WHY - 1] + "…"
    return text if text.endswith((".", "!", "…")) else f"{text}."


def _merge_over_there(
    repository: Path,
    run: OrchestrationRun,
    commit: str,
    message: str,
    scratch: Path,
    check: Callable[[str, str], None],
) -> Merged:
    """Merge into the base branch of a repository that is known by its URL, by pushing it."""
    ref, mirror = f"refs/heads/{run.base_branch}", f"refs/remotes/origin/{run.base_branch}"
    marked, said = _marking(run), ""
    for _ in range(TRIES):
        try:
            git(
                repository,
                *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head"),
                *("--no-recurse-submodules", "--", "origin", f"+{ref}:{mirror}"),
                settings=_PATIENCE,
                seconds=REMOTE_SECONDS,
            )
        except GitFailed as failed:
            raise NotDelivered(
                f"The remote's {run.base_branch} could not be fetched: "
                f"{in_short(failed.said) or failed}. Approve again once it can."
            ) from failed
        base = tip_of(repository, mirror)
        if base is None:
            raise NotDelivered(f"The remote has no branch {run.base_branch} to merge into.")
        if is_ancestor(repository, commit, base):
            return Merged(merge_that_brought(repository, commit, base), None)
        made = merge_commit(repository, base, commit, message=message, scratch=scratch)
        if isinstance(made, Conflict):
            raise conflicting(made, run.base_branch)
        check(made, base)
        said = _pushed(repository, made, ref, marked)
        if not said:
            return Merged(made, base)
        if _there(repository, ref) == base:  # it did not move: the remote does not want it
            break
    raise NotDelivered(
        f"The remote did not take the merge into {run.base_branch}: {said} Put that right, then "
        "approve again."
    )


def _same_tree(repository: Path, one: str, other: str) -> bool:
    return tip_of(repository, f"{one}^{{tree}}") == tip_of(repository, f"{other}^{{tree}}")
