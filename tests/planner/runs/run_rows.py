"""Runs written as rows, for what is tested without any agent."""

from typing import Any

import msgspec

from planner.batch import new_id
from store.adapter import DbAdapter
from store.records import (
    AgentRole,
    Card,
    CardAssignment,
    CheckType,
    OrchestrationRun,
    RunScope,
    SystemPolicyProfile,
    TriggerType,
)
from tests.planner.plans import Plan


def add_run(plan: Plan, *card_ids: str, workflow_id: str | None = None, **values: Any) -> str:
    """Add a queued run of some cards; returns its id."""
    db, run_id = plan.db, new_id()
    profile = SystemPolicyProfile(
        id=new_id(), project_id=plan.project_id, required_checks=[CheckType.UNIT]
    )
    cards = [card for card in (db.get(Card, name) for name in card_ids) if card is not None]
    run = OrchestrationRun(
        id=run_id,
        project_id=plan.project_id,
        scope=RunScope.CARD if workflow_id is None else RunScope.WORKFLOW,
        card_id=card_ids[0] if workflow_id is None else None,
        workflow_id=workflow_id,
        trigger_type=TriggerType.CARD,
        initiated_by="ana",
        repo_url="/nowhere",
        base_branch="main",
        system_policy_profile_id=db.upsert(profile).id,
        system_policy_snapshot={},
        run_input_snapshot={"status_before": {card.id: card.status for card in cards}},
    )
    db.insert(msgspec.structs.replace(run, **values))
    for sequence, card_id in enumerate(card_ids):
        db.insert(
            CardAssignment(
                id=f"{run_id}/{card_id}",
                run_id=run_id,
                card_id=card_id,
                agent_role=AgentRole.CODER,
                agent_profile="scripted",
                feature_branch=f"planner/{sequence}",
                allowed_paths=[],
                assignment_input_snapshot={},
                sequence=sequence,
            )
        )
    return run_id


def told(db: DbAdapter, run_id: str) -> list[str]:
    """Return the types of a run's events, in order."""
    from store.records import EventLog

    return [event.event_type for event in db.list(EventLog, run_id=run_id)]
