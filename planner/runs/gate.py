"""What a card or a workflow lacks before a run may build it, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.agents import AgentProfile
from planner.runs.policy import read_stored_policy
from planner.runs.repository import is_url
from store.adapter import DbAdapter
from store.records import (
    BuildState,
    Card,
    CardAssignment,
    CardStatus,
    CheckType,
    OrchestrationRun,
    Project,
    RunScope,
    Workflow,
    WorkflowActivity,
)

OPEN_STATES = (BuildState.QUEUED, BuildState.RUNNING, BuildState.BLOCKED)
"""The states of a run that is not over."""


Place = Literal["card", "run", "repository", "checks", "agent"]
"""Where something can be seen to."""


class Missing(NamedTuple):
    """Something that is missing, and what to do.

    Attributes:
        words: What is missing.
        remedy: What to do about it, anywhere.
        card_id: The card it is about.
        place: Where it can be seen to.
        run_id: The run that stands in the way.
    """

    words: str
    remedy: str
    card_id: str | None = None
    place: Place = "card"
    run_id: str | None = None


class Gated(Refused):
    """A run can't be started; ``missing`` lists all that is missing."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        """Refuse for what is missing."""
        self.missing = tuple(missing)
        listed = "\n".join(f"- {one.words} {one.remedy}" for one in self.missing)
        super().__init__(f"This can't be built yet:\n{listed}")


def cards_of_workflow(db: DbAdapter, workflow_id: str) -> tuple[Card, ...]:
    """Return the cards of a workflow that are not in production yet, in map order.

    A run of the workflow builds those of them that are finalized.
    """
    return tuple(
        card
        for activity in db.list(WorkflowActivity, workflow_id=workflow_id)
        for card in db.list(Card, workflow_activity_id=activity.id)
        if card.status != CardStatus.PRODUCTION
    )


def what_is_missing(
    db: DbAdapter,
    *,
    card_id: str | None = None,
    workflow_id: str | None = None,
    agent: AgentProfile | None,
) -> tuple[Missing, ...]:
    """Return all that is missing before a card, or a workflow, may be built; empty for nothing.

    The repository is only looked at from outside here; git itself is asked when the run starts.

    Raises:
        Refused: The card or the workflow is gone.
    """
    with db.view():
        if card_id is not None:
            card = db.get(Card, card_id)
            activity = db.get(WorkflowActivity, card.workflow_activity_id) if card else None
            workflow = db.get(Workflow, activity.workflow_id) if activity else None
            cards: tuple[Card, ...] = (card,) if card else ()
        else:
            workflow = db.get(Workflow, workflow_id) if workflow_id else None
            cards = cards_of_workflow(db, workflow.id) if workflow else ()
            cards = tuple(card for card in cards if card.finalized_at is not None)
        project = db.get(Project, workflow.project_id) if workflow else None
        if workflow is None or project is None:
            what = "card" if card_id is not None else "workflow"
            raise Refused(f"This {what} has been deleted; it can't be built.")
        whole = workflow if card_id is None else None
        return (
            *_cards(cards, whole),
            *_open_runs(db, project.id, cards, whole),
            *_repository(project),
            *_policy(db, project.id, is_workflow=whole is not None),
            *_agent(agent),
        )


def _cards(cards: Sequence[Card], whole: Workflow | None) -> Iterator[Missing]:
    if whole is not None and not cards:
        yield Missing(
            "The workflow has no finalized card that is not in production.",
            "Press f on a card: it says what it lacks.",
        )
    for card in cards:
        if card.finalized_at is None:
            yield Missing(
                f"{_called(card)} is not finalized.",
                "Press f on it: it says what the card lacks.",
                card.id,
            )


def _open_runs(
    db: DbAdapter, project_id: str, cards: Sequence[Card], whole: Workflow | None
) -> Iterator[Missing]:
    runs = db.list(OrchestrationRun, project_id=project_id, status=list(OPEN_STATES))
    if not runs:
        return
    ours = [card.id for card in cards]
    assigned = (
        db.list(CardAssignment, run_id=[run.id for run in runs], card_id=ours) if ours else []
    )
    by_card = {run.card_id: run.id for run in runs if run.card_id}
    by_card |= {assignment.card_id: assignment.run_id for assignment in assigned}
    for run in runs:
        if whole is not None and run.scope == RunScope.WORKFLOW and run.workflow_id == whole.id:
            yield Missing("The workflow is being built already.", _see(run.id), None, "run", run.id)
    for card in cards:
        if card.id in by_card:
            run_id = by_card[card.id]
            yield Missing(
                f"{_called(card)} is being built already.", _see(run_id), card.id, "run", run_id
            )


def _repository(project: Project) -> Iterator[Missing]:
    remedy = "Connect one: planner-tui repository PATH-OR-URL."
    address = project.repo_url or ""
    if not address.strip():
        yield Missing("The project has no repository.", remedy, place="repository")
    elif not is_url(address):
        path = Path(address).expanduser()
        if not path.is_dir():
            yield Missing(
                f"The repository {clipped(address)} is not there.", remedy, place="repository"
            )
    if not project.default_branch.strip() or project.default_branch.startswith("-"):
        yield Missing(
            f"The project's branch can't be {project.default_branch!r:.60}.",
            "Name another: planner-tui repository PATH-OR-URL --branch main.",
            place="repository",
        )


def _policy(db: DbAdapter, project_id: str, *, is_workflow: bool) -> Iterator[Missing]:
    stored = read_stored_policy(db, project_id)
    if stored is None:
        yield Missing(
            "The project has no policy.",
            "Require a check: planner-tui policy require unit.",
            place="checks",
        )
        return
    for words in stored.unreadable:
        yield Missing(
            f"The policy holds what can't be read, in {words}",
            "Look at it, and save it anew: planner-tui policy show.",
            place="checks",
        )
    policy = stored.policy
    if not policy.required_checks:
        yield Missing(
            "The policy requires no check.",
            "Require one: planner-tui policy require unit.",
            place="checks",
        )
    for check in policy.required_checks:
        if check != CheckType.POLICY and check not in policy.check_commands:
            yield Missing(
                f"The check {check} has no command.",
                f"Give it one: planner-tui policy command {check} -- PROGRAM ARGUMENTS.",
                place="checks",
            )
    if is_workflow and CheckType.INTEGRATION not in policy.required_checks:
        yield Missing(
            "The policy does not require the check integration, which a workflow needs.",
            "Require it: planner-tui policy require integration.",
            place="checks",
        )


def _agent(agent: AgentProfile | None) -> Iterator[Missing]:
    if agent is None:
        yield Missing(
            "No agent is chosen.",
            'Choose one: agent = "NAME" below [board] in the config; planner-tui agents lists them.',
            place="agent",
        )


def _see(run_id: str) -> str:
    return f"Look at it: 2 on the board, or planner-tui run show {run_id}."


def _called(card: Card) -> str:
    number = f"#{card.number} " if card.number is not None else ""
    return f"{number}“{clipped(card.title)}”"
