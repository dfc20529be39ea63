"""What is asked of a person, in words: what it is, and what saying yes would do."""

from __future__ import annotations

from planner.runs.decisions import Decision, Looked, Review
from planner.runs.repository import is_url
from store.records import PullRequestStatus

KIND = {
    "create_pr": "open a pull request",
    "merge_pr": "merge",
    "paths": "accept the changed paths",
}
"""What each kind of decision asks for."""

SIGN = {"waits": "◎", "doing": "▸", "done": "✓", "rejected": "✗"}
"""How far a decision is."""

STATE = {"waits": "waits", "doing": "being done", "done": "done", "rejected": "rejected"}
"""How far a decision is, in a word."""


def what_yes_does(review: Review, looked: Looked | None) -> list[str]:
    """Say what happens when a person says yes, a sentence each.

    Args:
        review: What is asked.
        looked: What git has told, if it has.
    """
    decision, rules = review.decision, review.policy.approval
    run, candidate = decision.run.run, decision.run.candidate
    branch = candidate.head_branch if candidate is not None else ""
    if review.subject is not None and not branch:
        branch = review.subject.branch
    if decision.kind == "paths":
        return ["Accepts what was changed beside the plan, and goes on with the checks."]
    if decision.kind == "merge_pr":
        if candidate is not None and candidate.pr_url:
            merged = f"Merges {branch} into {run.base_branch} on GitHub: {candidate.pr_url}"
        elif is_url(run.repo_url):
            merged = f"Merges {branch} into {run.base_branch}, and pushes that."
        else:
            merged = f"Merges {branch} into {run.base_branch} of {run.repo_url}."
        return [merged, "What it builds is then in production."]
    if not rules.push or (looked is not None and looked.remote is None):
        why = "the policy pushes nothing" if not rules.push else "there is no remote called origin"
        return [f"Keeps {branch} here with its description, as a local draft: {why}."]
    remote = looked.remote if looked is not None else "origin"
    if rules.pull_request == "local":
        return [f"Pushes {branch} to {remote}; the description stays here, as a local draft."]
    kind = "a draft pull request" if rules.pull_request == "draft" else "a pull request"
    return [
        f"Pushes {branch} to {remote} and opens {kind}; "
        "where that is not GitHub or gh doesn't work, the description stays here as a local draft."
    ]


def what_came_of_it(decision: Decision) -> str:
    """Say what became of a decision that was taken."""
    request = decision.request
    if request is None:
        return "The run goes on." if decision.state == "done" else ""
    by = request.resolved_by or "someone"
    if decision.state == "rejected":
        return f"Rejected by {by}."
    if decision.state == "doing":
        return f"Approved by {by}: it is being done."
    if decision.state == "waits":
        return request.outcome or ""
    candidate = decision.run.candidate
    if request.outcome:
        return f"Approved by {by}: {request.outcome}"
    if candidate is not None and candidate.status is PullRequestStatus.MERGED:
        return f"Approved by {by}: merged into {candidate.base_branch}."
    return f"Approved by {by}, and done."
