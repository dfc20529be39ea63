"""Starting a run: all that it will need is recorded first, in one transaction, and then begun.

The run keeps what it is about and what it is held to as they were at this moment; what is changed
later changes neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from planner.batch import new_id
from planner.describe import clipped
from planner.errors import Refused
from planner.runs.agents import AgentProfile, profile_to_json
from planner.runs.gate import Gated, cards_of_workflow, what_is_missing
from planner.runs.places import claim_place
from planner.runs.policy import Policy, policy_to_json, read_stored_policy
from planner.runs.preparing import worktree_of
from planner.runs.repository import commit_of, is_url, open_repository
from planner.runs.run_input import card_input, first_prompt, planned_paths
from planner.runs.states import tell
from planner.runs.supervisors import Beginning, Supervisors
from planner.runs.turns import begin_turn, spec_of
from planner.runs.work import Work
from planner.runs.worktree_state import lock_of
from planner.runs.worktrees import branch_name, integration_branch_name
from store.adapter import DbAdapter
from store.records import (
    AgentRole,
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    Project,
    RunScope,
    TriggerType,
    Workflow,
    WorkflowActivity,
    utc_now,
)


def start_card_run(
    db: DbAdapter, card_id: str, *, agent: AgentProfile, actor: str, supervisors: Supervisors
) -> OrchestrationRun:
    """Start a run that builds one card.

    Args:
        db: The open plan.
        card_id: A finalized card that no open run builds.
        agent: Who builds it.
        actor: Who wants it built.
        supervisors: Sees to the run.

    Returns:
        The run, queued; a supervisor is about to take it up.

    Raises:
        Gated: Something is missing; it lists what.
        Refused: The card is gone, or git knows nothing of its repository or branch.
        StoreError: The database could not be used.
    """
    card = db.get(Card, card_id)
    activity = db.get(WorkflowActivity, card.workflow_activity_id) if card else None
    workflow = db.get(Workflow, activity.workflow_id) if activity else None
    if card is None or workflow is None:
        raise Refused("This card has been deleted; it can't be built.")
    _check_gate(db, agent, card_id=card_id)
    project, repository, base = _base_commit(db, workflow.project_id, supervisors)
    work, execution = None, None
    with db.transaction():
        _check_gate(db, agent, card_id=card_id)
        card = db.get(Card, card_id) or card
        run = _record(db, project, base, [card], agent=agent, actor=actor, supervisors=supervisors)
        (assignment,) = db.list(CardAssignment, run_id=run.id)
        if base is not None:
            work = Work(db, supervisors.folders, supervisors.database, run.id)
            has_place = claim_place(db, assignment.id, work.policy)
            if has_place and not (agent.setup or agent.copy_files):
                execution = begin_turn(work, assignment)
            work = work if has_place else None
        run = db.get(OrchestrationRun, run.id) or run
    beginning = None
    if repository is not None and base is not None and work is not None:
        path = worktree_of(assignment)
        turn = spec_of(work, assignment, execution, after=lock_of(path)) if execution else None
        beginning = Beginning(repository, path, assignment.feature_branch, base, turn)
    supervisors.ensure(run.id, beginning)
    return run


def start_workflow_run(
    db: DbAdapter, workflow_id: str, *, agent: AgentProfile, actor: str, supervisors: Supervisors
) -> OrchestrationRun:
    """Start a run that builds the finalized cards of a workflow, in map order.

    Args:
        db: The open plan.
        workflow_id: The workflow.
        agent: Who builds it.
        actor: Who wants it built.
        supervisors: Sees to the run.

    Returns:
        The run, queued; a supervisor is about to take it up.

    Raises:
        Gated: Something is missing; it lists what.
        Refused: The workflow is gone, or git knows nothing of its repository or branch.
        StoreError: The database could not be used.
    """
    workflow = db.get(Workflow, workflow_id)
    if workflow is None:
        raise Refused("This workflow has been deleted; it can't be built.")
    _check_gate(db, agent, workflow_id=workflow_id)
    project, _, base = _base_commit(db, workflow.project_id, supervisors)
    with db.transaction():
        _check_gate(db, agent, workflow_id=workflow_id)
        cards = [card for card in cards_of_workflow(db, workflow_id) if card.finalized_at]
        run = _record(
            db,
            project,
            base,
            cards,
            workflow=workflow,
            agent=agent,
            actor=actor,
            supervisors=supervisors,
        )
    supervisors.ensure(run.id)
    return run


def worktree_name(card: Card) -> str:
    """Return the name of a card's worktree within a run's folder."""
    return str(card.number) if card.number is not None else f"card-{card.id[-12:]}"


def _check_gate(
    db: DbAdapter,
    agent: AgentProfile,
    *,
    card_id: str | None = None,
    workflow_id: str | None = None,
) -> None:
    missing = what_is_missing(db, card_id=card_id, workflow_id=workflow_id, agent=agent)
    if missing:
        raise Gated(missing)


def _base_commit(
    db: DbAdapter, project_id: str, supervisors: Supervisors
) -> tuple[Project, Path | None, str | None]:
    """Return the project, its repository and the commit to begin at, unless it must be fetched."""
    project = db.get(Project, project_id)
    if project is None or project.repo_url is None:
        raise Refused("The project has no repository. Set its path or URL, then try again.")
    if is_url(project.repo_url):
        return project, None, None
    repository = open_repository(project.repo_url, supervisors.folders)
    return project, repository, commit_of(repository, project.default_branch)


def _record(
    db: DbAdapter,
    seen: Project,
    base: str | None,
    cards: list[Card],
    *,
    workflow: Workflow | None = None,
    agent: AgentProfile,
    actor: str,
    supervisors: Supervisors,
) -> OrchestrationRun:
    """Write a run, its assignments, its events, and what the map shows of it."""
    project, stored = db.get(Project, seen.id), read_stored_policy(db, seen.id)
    if project is None or stored is None or project.repo_url is None:
        raise Refused("The project was deleted just now; it can't be built.")
    if (project.repo_url, project.default_branch) != (seen.repo_url, seen.default_branch):
        raise Refused("The project was given another repository just now. Try again.")
    now, run_id, folders = utc_now(), new_id(), supervisors.folders
    inputs = {card.id: card_input(db, card.id) for card in cards}
    run = OrchestrationRun(
        id=run_id,
        project_id=project.id,
        scope=RunScope.CARD if workflow is None else RunScope.WORKFLOW,
        workflow_id=workflow.id if workflow is not None else None,
        card_id=cards[0].id if workflow is None else None,
        trigger_type=TriggerType.CARD if workflow is None else TriggerType.WORKFLOW,
        initiated_by=actor,
        repo_url=project.repo_url,
        base_branch=project.default_branch,
        system_policy_profile_id=stored.id,
        system_policy_snapshot=policy_to_json(stored.policy),
        run_input_snapshot={
            "agent": profile_to_json(agent),
            # What each card holds is in its assignment: a supervisor reads its run all the time.
            "cards": [card.id for card in cards],
            "status_before": {card.id: card.status for card in cards},
            "database": supervisors.database,
        },
        worktree_root=str(folders.worktree(run_id, "x").parent),
        created_at=now,
        updated_at=now,
        agent_profile=agent.name,
        base_commit=base,
        integration_branch=integration_branch_name(workflow.title, run_id) if workflow else None,
    )
    db.insert(run)
    told: dict[str, Any] = {
        "title": workflow.title if workflow is not None else cards[0].title,
        "number": cards[0].number if workflow is None else None,
        "agent": agent.name,
        "base_commit": base,
    }
    if workflow is not None:
        left_out = [card for card in cards_of_workflow(db, workflow.id) if not card.finalized_at]
        told["cards"] = [card.number for card in cards]
        told["left_out"] = [f"#{card.number} {clipped(card.title)}" for card in left_out] or None
        db.update(Workflow, workflow.id, build_state=BuildState.QUEUED, updated_at=now)
    tell(db, run, "run.queued", actor=actor, payload=told)
    for sequence, card in enumerate(cards):
        assignment = _assignment(run, sequence, card, inputs[card.id], stored.policy, agent)
        path = folders.worktree(run_id, worktree_name(card))
        db.insert(msgspec.structs.replace(assignment, worktree_path=str(path)))
        db.update(Card, card.id, build_state=BuildState.QUEUED, updated_at=now)
        payload = {
            "assignment_id": assignment.id,
            "card_id": card.id,
            "number": card.number,
            "title": card.title,
            "branch": assignment.feature_branch,
        }
        tell(db, run, "assignment.queued", actor=actor, payload=payload)
    return run


def _assignment(
    run: OrchestrationRun,
    sequence: int,
    card: Card,
    snapshot: dict[str, Any],
    policy: Policy,
    agent: AgentProfile,
) -> CardAssignment:
    return CardAssignment(
        id=new_id(),
        run_id=run.id,
        card_id=card.id,
        agent_role=AgentRole.CODER,
        agent_profile=agent.name,
        feature_branch=branch_name(card.number or 0, card.title, run.id),
        allowed_paths=[*planned_paths(snapshot)],
        forbidden_paths=[*policy.forbidden_paths],
        assignment_input_snapshot={**snapshot, "prompt": first_prompt(snapshot, policy, agent)},
        created_at=run.created_at,
        updated_at=run.created_at,
        sequence=sequence,
        base_commit=run.base_commit,
        next_turn={"kind": "first", "note": None},
    )
