"""The newest build of a card: how far it is, since when, and what it waits for, in words."""

from __future__ import annotations

import msgspec

from store.adapter import DbAdapter
from store.records import BuildState, RunScope, RunStep, WaitsFor

DOING: dict[str, str] = {
    RunStep.PREPARING: "the worktree is prepared",
    RunStep.AGENT: "the agent is at work",
    RunStep.COLLECTING: "what the agent left is gathered",
    RunStep.CHECKS: "the checks run",
    RunStep.INTEGRATING: "the cards are brought together",
    RunStep.DELIVERING: "what was approved is done",
}
"""What happens at each step."""

WAITING: dict[str, str] = {
    WaitsFor.ANSWERS: "the agent has questions",
    WaitsFor.DECISION: "it changed files that nobody planned, or protected ones",
    WaitsFor.CHANGE: "the agent changed nothing",
    WaitsFor.CONFLICT: "its changes and those of another card conflict",
    WaitsFor.APPROVAL: "it waits for your approval",
    WaitsFor.PLACE: "it waits for a place among the agents at work",
}
"""What something waits for, as a sentence."""


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """How a run or an assignment stands."""

    status: BuildState
    step: RunStep | None
    waits_for: WaitsFor | None
    reason: str | None
    moment: str


class CardBuild(msgspec.Struct, frozen=True, kw_only=True):
    """The newest assignment that builds a card, and its run."""

    run_id: str
    assignment_id: str
    scope: RunScope
    agent: str
    turns: int
    own: Standing
    run: Standing

    @property
    def at(self) -> Standing:
        """What tells how the build stands: the assignment, and once that is completed the run."""
        alone = self.scope == RunScope.CARD
        ended = self.own.status == BuildState.COMPLETED or (
            self.run.status in (BuildState.CANCELLED, BuildState.FAILED)
        )
        return self.run if alone and ended else self.own

    @property
    def is_open(self) -> bool:
        """Whether there is still something to come."""
        return self.at.status in (BuildState.QUEUED, BuildState.RUNNING, BuildState.BLOCKED)

    @property
    def state(self) -> BuildState:
        """The state that the map shows: what waits for an approval is built."""
        is_built = self.at.waits_for == WaitsFor.APPROVAL
        return BuildState.COMPLETED if is_built else self.at.status

    @property
    def words(self) -> str:
        """How the build stands, such as ``blocked: the agent has questions``."""
        at = self.at
        if at.waits_for is not None and at.status in (BuildState.QUEUED, BuildState.BLOCKED):
            return f"{self.state}: {WAITING[at.waits_for]}"
        if at.step is not None and at.status == BuildState.RUNNING:
            return f"{at.status}: {DOING[at.step]}"
        return str(at.status)


def read_card_build(db: DbAdapter, card_id: str) -> CardBuild | None:
    """Read the newest build of a card; None when there was none."""
    for run_id, assignment_id, scope, agent, turns, *rest in db.card_build(card_id):
        own, run = (msgspec.convert(half, Standing) for half in (rest[:5], rest[5:]))
        return CardBuild(
            run_id=run_id,
            assignment_id=assignment_id,
            scope=RunScope(scope),
            agent=agent,
            turns=turns,
            own=own,
            run=run,
        )
    return None
