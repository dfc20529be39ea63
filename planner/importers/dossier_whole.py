"""Makes a dossier's project one that goes on here: numbers, the log's sequence, runs that nobody drives."""

from __future__ import annotations

from typing import Any

import msgspec

from planner.importers.dossier_rows import Report
from planner.runs.open_runs import OPEN
from store.records import (
    AgentExecution,
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    PlanningAction,
    Project,
    Record,
    ValidationStatus,
    Workflow,
    WorkflowActivity,
)

WAS_OPEN = "It was not over in the database it was imported from."
"""Why an imported run is cancelled."""

Held = dict[type[Record], list[Any]]


def number_cards(held: Held, report: Report) -> None:
    """Give the cards without a number theirs, in the order they were made, as migration 006 does."""
    cards: list[Card] = held[Card]
    given = [card.number for card in cards if card.number is not None and card.number > 0]
    keep = len(set(given)) == len(given)
    if not keep:
        report.note(
            "card.number", "are not each card's own, so cards are numbered anew", len(given)
        )
    last = max(given, default=0) if keep else 0
    activities = {one.id: one for one in held[WorkflowActivity]}
    workflows = {one.id: one.position for one in held[Workflow]}

    def order(at: int) -> tuple[Any, ...]:
        card = cards[at]
        activity = activities[card.workflow_activity_id]
        place = (workflows[activity.workflow_id], activity.position, card.position)
        return (card.created_at, *place, at)

    numbers: dict[str, int] = {}
    for at in sorted(range(len(cards)), key=order):
        number = cards[at].number
        if keep and number is not None and number > 0:
            numbers[cards[at].id] = number
        else:
            last += 1
            numbers[cards[at].id] = last
    held[Card] = [msgspec.structs.replace(card, number=numbers[card.id]) for card in cards]
    project: Project = held[Project][0]
    counted = max(last, project.card_sequence)
    held[Project] = [msgspec.structs.replace(project, card_sequence=counted)]


def number_actions(held: Held, report: Report) -> None:
    """Count the accepted actions from 1 in the order they were made, where they aren't counted so."""
    actions: list[PlanningAction] = held[PlanningAction]
    accepted = [one for one in actions if one.validation_status is ValidationStatus.ACCEPTED]
    given = sorted(one.sequence or 0 for one in accepted)
    project: Project = held[Project][0]
    if given == [*range(1, len(accepted) + 1)]:
        sequences = {one.id: one.sequence for one in accepted}
    else:
        if any(given):
            report.note("planning_action.sequence", "are counted anew", len(accepted))
        in_order = sorted(range(len(accepted)), key=lambda at: (accepted[at].created_at, at))
        sequences = {accepted[at].id: number for number, at in enumerate(in_order, 1)}
    keys: set[str] = set()
    numbered = []
    for one in actions:
        key = one.idempotency_key
        key = None if key in keys else key
        keys |= {key} if key is not None else set()
        sequence = sequences.get(one.id)
        batch = one.batch_id if one.batch_id is not None or sequence is None else one.id
        numbered.append(
            msgspec.structs.replace(one, sequence=sequence, batch_id=batch, idempotency_key=key)
        )
    held[PlanningAction] = numbered
    held[Project] = [msgspec.structs.replace(project, action_sequence=len(accepted))]


def end_open_runs(held: Held, report: Report, now: str) -> None:
    """Cancel what was not over: here nobody drives it, and the next board would begin it again."""
    open_runs = {run.id for run in held[OrchestrationRun] if run.status in OPEN}
    if open_runs:
        report.note("orchestration_run", "were not over, and are cancelled", len(open_runs))
    for table in (OrchestrationRun, CardAssignment):
        held[table] = [
            msgspec.structs.replace(
                one,
                status=BuildState.CANCELLED,
                step=None,
                waits_for=None,
                reason=WAS_OPEN,
                ended_at=one.ended_at or now,
            )
            if one.status in OPEN
            else one
            for one in held[table]
        ]
    held[AgentExecution] = [
        msgspec.structs.replace(one, status=BuildState.CANCELLED, error=one.error or WAS_OPEN)
        if one.status in OPEN
        else one
        for one in held[AgentExecution]
    ]
    held[ApprovalRequest] = [
        msgspec.structs.replace(one, status=ApprovalStatus.REJECTED, outcome=WAS_OPEN)
        if one.run_id in open_runs and one.status is ApprovalStatus.PENDING
        else one
        for one in held[ApprovalRequest]
    ]
    for place in (Workflow, Card):
        held[place] = [
            msgspec.structs.replace(one, build_state=BuildState.CANCELLED)
            if one.build_state in OPEN
            else one
            for one in held[place]
        ]
