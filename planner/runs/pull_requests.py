"""A candidate's pull request on GitHub: opened, kept up to date, merged there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from planner.runs.github import GitHub, PullRequest
from planner.runs.merging import NotDelivered
from planner.runs.policy import ApprovalRules
from store.records import PullRequestCandidate, PullRequestStatus


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was done, for the record.

    Attributes:
        outcome: It in words.
        status: How the candidate stands now.
        pr_url: Where its pull request is, if it has one.
        merged_commit: Where the base branch holds it, once it does.
    """

    outcome: str
    status: PullRequestStatus
    pr_url: str | None = None
    merged_commit: str | None = None


def on_github(
    github: GitHub, candidate: PullRequestCandidate, rules: ApprovalRules, commit: str
) -> Delivered:
    """Open the pull request of a branch that was pushed, or bring the one it has up to date.

    Args:
        github: Where the branch was pushed.
        candidate: What the pull request is about.
        rules: What the policy wants it to be.
        commit: The approved commit.

    Raises:
        NotDelivered: GitHub did not take it.
    """
    found = github.pull_request_of(candidate.head_branch)
    if found is not None and found.state == "MERGED":
        if found.head == commit:
            return _merged_there(candidate, found)
        found = None  # what was merged was an earlier commit of this branch
    left = ""
    with _body_file(candidate.description) as file:
        if found is None:
            draft = rules.pull_request == "draft"
            try:
                found = github.create(
                    branch=candidate.head_branch,
                    base=candidate.base_branch,
                    title=candidate.title,
                    body_file=file,
                    draft=draft,
                )
            except NotDelivered as why:
                if "raft pull requests are not supported" not in str(why):
                    raise
                return Delivered(
                    f"{candidate.head_branch} was pushed. {github.name} has no draft pull requests, "
                    "so it is a local draft; a policy with open pull requests opens one there.",
                    PullRequestStatus.DRAFT_OPEN,
                )
        else:
            left = _brought_up_to_date(github, found.url, candidate.title, file)
    kind = "draft pull request" if found.is_draft else "pull request"
    return Delivered(
        f"{candidate.head_branch} was pushed; its {kind} is {found.url}.{left}",
        PullRequestStatus.DRAFT_OPEN if found.is_draft else PullRequestStatus.OPEN,
        pr_url=found.url,
    )


def _brought_up_to_date(github: GitHub, url: str, title: str, body_file: Path) -> str:
    """Give a pull request its new title and description; say so where GitHub didn't take them."""
    try:
        github.edit(url, title=title, body_file=body_file)
    except NotDelivered as why:  # the commits are what matters, and they are there
        return f" Its description is still the one before: {why}"
    return ""


def merge_on_github(
    github: GitHub | str, candidate: PullRequestCandidate, commit: str
) -> Delivered:
    """Merge a pull request where it is; the commit that was approved and no other.

    Args:
        github: Where it is, or why that can't be reached.
        candidate: What is to be merged.
        commit: The approved commit.

    Raises:
        NotDelivered: It is at another commit, closed, or not merged by GitHub yet.
    """
    url = candidate.pr_url or ""
    if not isinstance(github, GitHub):
        raise NotDelivered(
            f"The pull request {url} is on GitHub, and {github}. Put that right, then approve "
            "again."
        )
    stands = github.view(url)
    if stands.state == "OPEN":
        if stands.head and stands.head != commit:
            raise NotDelivered(
                f"The pull request {url} is at {stands.head[:10]}, and {commit[:10]} was approved. "
                "Somebody pushed to it: take that into the run's branch, or off the pull request."
            )
        if stands.is_draft:
            github.make_ready(url)
        github.merge(url, head=commit)
        stands = github.view(url)
    if stands.state == "CLOSED":
        raise NotDelivered(
            f"The pull request {url} was closed on GitHub. Reopen it there and approve again, or "
            "close the run."
        )
    if stands.state != "MERGED":
        raise NotDelivered(
            f"GitHub has not merged {url} yet: it may wait in a merge queue or for a review. "
            "Approve again once it is merged there, or may be."
        )
    return _merged_there(candidate, stands)


def _merged_there(candidate: PullRequestCandidate, stands: PullRequest) -> Delivered:
    commit = stands.merged_commit
    named = f" as {commit[:10]}" if commit else ""
    return Delivered(
        f"{stands.url} was merged into {candidate.base_branch} on GitHub{named}. Your own "
        f"{candidate.base_branch} has it after: git pull",
        PullRequestStatus.MERGED,
        pr_url=stands.url,
        merged_commit=commit,
    )


@contextmanager
def _body_file(text: str) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        yield Path(file.name)
