"""What a planning action looks like before it is applied: one struct per ``action_type``.

A request is JSON (an agent's, a file's) or one of these structs (a screen's, an
importer's); ``decode`` turns the first into the second. ``target_ref`` names what is
acted on, ``payload`` says how. A field left out of an update keeps its value, and null
clears it. Things below a card or a project are named by ``payload.id``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from store.records import (
    ActivityColor,
    ArtifactType,
    CardStatus,
    KnowledgeSource,
    KnowledgeStatus,
    PlannedFileAction,
    PlannedFileKind,
)

Id = Annotated[str, Meta(min_length=1, max_length=200)]
"""An id, made here or chosen by the caller."""

Title = Annotated[str, Meta(min_length=1, max_length=100_000)]
"""A title, name or text that must say something; blank ones are refused on applying."""

Position = Annotated[int, Meta(ge=0)]
"""A place among siblings from 0; one past the end is the end."""

Priority = Annotated[int, Meta(ge=0, le=4)]
"""0 none, 1 low, 2 medium, 3 high, 4 urgent."""

Confidence = Annotated[float, Meta(ge=0, le=1)]
"""How sure the source is, from 0 to 1."""

Timestamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
"""UTC text such as ``2026-01-31T08:00:00.000Z``."""

KnowledgeKind = Literal["requirement", "known_fact", "assumption", "question"]
"""Which of a card's four lists an item is in."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A target or a payload: a field it doesn't know is an error, never ignored."""


class ProjectTarget(Part, frozen=True, kw_only=True):
    """The project itself; may be left out, since a batch is always for one project."""

    project_id: Id | None = None


class WorkflowTarget(Part, frozen=True, kw_only=True):
    """A workflow."""

    workflow_id: Id


class ActivityTarget(Part, frozen=True, kw_only=True):
    """An activity."""

    workflow_activity_id: Id


class CardTarget(Part, frozen=True, kw_only=True):
    """A card."""

    card_id: Id


class ProjectOrCardTarget(Part, frozen=True, kw_only=True):
    """The project (the default) or one of its cards."""

    project_id: Id | None = None
    card_id: Id | None = None


class Nothing(Part, frozen=True, kw_only=True):
    """No payload."""


class Move(Part, frozen=True, kw_only=True):
    """A new place among the same siblings."""

    position: Position


class OneOf(Part, frozen=True, kw_only=True):
    """One thing below the target, by id."""

    id: Id


class ProjectChange(Part, frozen=True, kw_only=True):
    """What ``updateProject`` may change."""

    name: Title | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    repo_url: str | UnsetType | None = UNSET
    default_branch: Title | UnsetType = UNSET


class NewWorkflow(Part, frozen=True, kw_only=True):
    """A workflow to make; last among its siblings when no position is given."""

    title: Title
    id: Id | None = None
    description: str | None = None
    position: Position | None = None


class WorkflowChange(Part, frozen=True, kw_only=True):
    """What ``updateWorkflow`` may change."""

    title: Title | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class NewActivity(Part, frozen=True, kw_only=True):
    """An activity to make."""

    title: Title
    id: Id | None = None
    description: str | None = None
    color: ActivityColor | None = None
    position: Position | None = None


class ActivityChange(Part, frozen=True, kw_only=True):
    """What ``updateActivity`` may change."""

    title: Title | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    color: ActivityColor | UnsetType | None = UNSET


class ActivityMove(Part, frozen=True, kw_only=True):
    """Where an activity goes: another workflow, at a place or last."""

    workflow_id: Id
    position: Position | None = None


class NewCard(Part, frozen=True, kw_only=True):
    """A card to make. The times are for importers, when it was made elsewhere."""

    title: Title
    id: Id | None = None
    description: str | None = None
    status: CardStatus = CardStatus.TODO
    priority: Priority = 0
    quick_answer: str | None = None
    position: Position | None = None
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None


class CardChange(Part, frozen=True, kw_only=True):
    """What ``updateCard`` may change."""

    title: Title | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    status: CardStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    quick_answer: str | UnsetType | None = UNSET
    created_at: Timestamp | UnsetType = UNSET
    updated_at: Timestamp | UnsetType = UNSET


class CardMove(Part, frozen=True, kw_only=True):
    """Where a card goes: another activity, at a place or last."""

    workflow_activity_id: Id
    position: Position | None = None


class NewContextArtifact(Part, frozen=True, kw_only=True):
    """A context artifact to make; needs a content, a uri or an integration_ref."""

    name: Title
    type: ArtifactType
    id: Id | None = None
    title: str | None = None
    content: str | None = None
    uri: str | None = None
    locator: str | None = None
    mime_type: str | None = None
    integration_ref: dict[str, Any] | None = None
    checksum: str | None = None


class ContextArtifactChange(Part, frozen=True, kw_only=True):
    """What ``updateContextArtifact`` may change."""

    id: Id
    name: Title | UnsetType = UNSET
    type: ArtifactType | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    content: str | UnsetType | None = UNSET
    uri: str | UnsetType | None = UNSET
    locator: str | UnsetType | None = UNSET
    mime_type: str | UnsetType | None = UNSET
    integration_ref: dict[str, Any] | UnsetType | None = UNSET
    checksum: str | UnsetType | None = UNSET


class Link(Part, frozen=True, kw_only=True):
    """A context artifact for a card to use; linking again changes the hint."""

    context_artifact_id: Id
    linked_by: str | None = None
    usage_hint: str | None = None


class Unlink(Part, frozen=True, kw_only=True):
    """A context artifact for a card to let go."""

    context_artifact_id: Id


class PlannedFileUpsert(Part, frozen=True, kw_only=True):
    """A planned file to make (no id, or a new one) or to edit (the id of one).

    Making one needs ``logical_file_name``, ``artifact_kind``, ``action`` and
    ``intent_summary``. Editing an approved one makes it ``user_edited``.
    """

    id: Id | None = None
    logical_file_name: Title | UnsetType = UNSET
    module_hint: str | UnsetType | None = UNSET
    artifact_kind: PlannedFileKind | UnsetType = UNSET
    action: PlannedFileAction | UnsetType = UNSET
    intent_summary: Title | UnsetType = UNSET
    contract_notes: str | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET


class KnowledgeUpsert(Part, frozen=True, kw_only=True):
    """A knowledge item to make (no id, or a new one) or to edit (the id of one).

    Making one needs ``text``; ``source`` is then ``user`` unless said otherwise.
    ``evidence_source`` is for known facts alone, ``answer`` for questions alone.
    """

    kind: KnowledgeKind
    id: Id | None = None
    text: Title | UnsetType = UNSET
    evidence_source: str | UnsetType | None = UNSET
    answer: str | UnsetType | None = UNSET
    status: KnowledgeStatus | UnsetType = UNSET
    source: KnowledgeSource | UnsetType = UNSET
    confidence: Confidence | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET


class KnowledgeStatusChange(Part, frozen=True, kw_only=True):
    """A knowledge item's new status."""

    kind: KnowledgeKind
    id: Id
    status: KnowledgeStatus


class KnowledgeRef(Part, frozen=True, kw_only=True):
    """A knowledge item."""

    kind: KnowledgeKind
    id: Id


class Answer(Part, frozen=True, kw_only=True):
    """The answer to one of the card's questions, by the question's id.

    ``as_known_fact`` keeps it among the card's known facts as well.
    """

    id: Id
    answer: Title
    as_known_fact: bool = False


class Action(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action_type"
):
    """A planning action. The same ``idempotency_key`` in one project acts once."""

    idempotency_key: Id | None = None


class UpdateProject(Action, frozen=True, kw_only=True, tag="updateProject"):
    """Change the project's name, description or repository."""

    target_ref: ProjectTarget = ProjectTarget()
    payload: ProjectChange


class CreateWorkflow(Action, frozen=True, kw_only=True, tag="createWorkflow"):
    """Make a workflow."""

    target_ref: ProjectTarget = ProjectTarget()
    payload: NewWorkflow


class UpdateWorkflow(Action, frozen=True, kw_only=True, tag="updateWorkflow"):
    """Change a workflow's title or description."""

    target_ref: WorkflowTarget
    payload: WorkflowChange


class ReorderWorkflow(Action, frozen=True, kw_only=True, tag="reorderWorkflow"):
    """Move a workflow among its siblings."""

    target_ref: WorkflowTarget
    payload: Move


class DeleteWorkflow(Action, frozen=True, kw_only=True, tag="deleteWorkflow"):
    """Delete a workflow and everything below it."""

    target_ref: WorkflowTarget
    payload: Nothing = Nothing()


class CreateActivity(Action, frozen=True, kw_only=True, tag="createActivity"):
    """Make an activity in a workflow."""

    target_ref: WorkflowTarget
    payload: NewActivity


class UpdateActivity(Action, frozen=True, kw_only=True, tag="updateActivity"):
    """Change an activity's title, description or colour."""

    target_ref: ActivityTarget
    payload: ActivityChange


class ReorderActivity(Action, frozen=True, kw_only=True, tag="reorderActivity"):
    """Move an activity within its workflow."""

    target_ref: ActivityTarget
    payload: Move


class MoveActivity(Action, frozen=True, kw_only=True, tag="moveActivity"):
    """Move an activity, with its cards, to another workflow of the project."""

    target_ref: ActivityTarget
    payload: ActivityMove


class DeleteActivity(Action, frozen=True, kw_only=True, tag="deleteActivity"):
    """Delete an activity and everything below it."""

    target_ref: ActivityTarget
    payload: Nothing = Nothing()


class CreateCard(Action, frozen=True, kw_only=True, tag="createCard"):
    """Make a card in an activity; it gets the project's next number."""

    target_ref: ActivityTarget
    payload: NewCard


class UpdateCard(Action, frozen=True, kw_only=True, tag="updateCard"):
    """Change a card."""

    target_ref: CardTarget
    payload: CardChange


class ReorderCard(Action, frozen=True, kw_only=True, tag="reorderCard"):
    """Move a card within its activity."""

    target_ref: CardTarget
    payload: Move


class MoveCard(Action, frozen=True, kw_only=True, tag="moveCard"):
    """Move a card to another activity of the project."""

    target_ref: CardTarget
    payload: CardMove


class FinalizeCard(Action, frozen=True, kw_only=True, tag="finalizeCard"):
    """Mark a card as one that may be built; refused while something is missing."""

    target_ref: CardTarget
    payload: Nothing = Nothing()


class UnfinalizeCard(Action, frozen=True, kw_only=True, tag="unfinalizeCard"):
    """Take the mark away that a card may be built."""

    target_ref: CardTarget
    payload: Nothing = Nothing()


class DeleteCard(Action, frozen=True, kw_only=True, tag="deleteCard"):
    """Delete a card and everything below it."""

    target_ref: CardTarget
    payload: Nothing = Nothing()


class CreateContextArtifact(Action, frozen=True, kw_only=True, tag="createContextArtifact"):
    """Make a context artifact; with a card as the target, it is linked to it as well."""

    target_ref: ProjectOrCardTarget = ProjectOrCardTarget()
    payload: NewContextArtifact


class UpdateContextArtifact(Action, frozen=True, kw_only=True, tag="updateContextArtifact"):
    """Change a context artifact."""

    target_ref: ProjectTarget = ProjectTarget()
    payload: ContextArtifactChange


class DeleteContextArtifact(Action, frozen=True, kw_only=True, tag="deleteContextArtifact"):
    """Delete a context artifact and its links."""

    target_ref: ProjectTarget = ProjectTarget()
    payload: OneOf


class LinkContextArtifact(Action, frozen=True, kw_only=True, tag="linkContextArtifact"):
    """Let a card use a context artifact."""

    target_ref: CardTarget
    payload: Link


class UnlinkContextArtifact(Action, frozen=True, kw_only=True, tag="unlinkContextArtifact"):
    """Take a context artifact off a card."""

    target_ref: CardTarget
    payload: Unlink


class UpsertCardPlannedFile(Action, frozen=True, kw_only=True, tag="upsertCardPlannedFile"):
    """Make or edit a planned file."""

    target_ref: CardTarget
    payload: PlannedFileUpsert


class ApproveCardPlannedFile(Action, frozen=True, kw_only=True, tag="approveCardPlannedFile"):
    """Approve a planned file."""

    target_ref: CardTarget
    payload: OneOf


class DeleteCardPlannedFile(Action, frozen=True, kw_only=True, tag="deleteCardPlannedFile"):
    """Delete a planned file."""

    target_ref: CardTarget
    payload: OneOf


class UpsertCardKnowledgeItem(Action, frozen=True, kw_only=True, tag="upsertCardKnowledgeItem"):
    """Make or edit a requirement, known fact, assumption or question."""

    target_ref: CardTarget
    payload: KnowledgeUpsert


class SetCardKnowledgeStatus(Action, frozen=True, kw_only=True, tag="setCardKnowledgeStatus"):
    """Approve a knowledge item, reject it, or make it a draft again."""

    target_ref: CardTarget
    payload: KnowledgeStatusChange


class AnswerCardQuestion(Action, frozen=True, kw_only=True, tag="answerCardQuestion"):
    """Answer a question, which approves it; answering again changes the answer."""

    target_ref: CardTarget
    payload: Answer


class DeleteCardKnowledgeItem(Action, frozen=True, kw_only=True, tag="deleteCardKnowledgeItem"):
    """Delete a knowledge item."""

    target_ref: CardTarget
    payload: KnowledgeRef


ACTIONS: tuple[type[Action], ...] = (
    UpdateProject,
    CreateWorkflow,
    UpdateWorkflow,
    ReorderWorkflow,
    DeleteWorkflow,
    CreateActivity,
    UpdateActivity,
    ReorderActivity,
    MoveActivity,
    DeleteActivity,
    CreateCard,
    UpdateCard,
    ReorderCard,
    MoveCard,
    FinalizeCard,
    UnfinalizeCard,
    DeleteCard,
    CreateContextArtifact,
    UpdateContextArtifact,
    DeleteContextArtifact,
    LinkContextArtifact,
    UnlinkContextArtifact,
    UpsertCardPlannedFile,
    ApproveCardPlannedFile,
    DeleteCardPlannedFile,
    UpsertCardKnowledgeItem,
    SetCardKnowledgeStatus,
    AnswerCardQuestion,
    DeleteCardKnowledgeItem,
)
"""Every planning action, in the order the reference lists them."""

BY_TYPE: dict[str, type[Action]] = {str(a.__struct_config__.tag): a for a in ACTIONS}
"""The struct of an ``action_type``."""


def given(payload: msgspec.Struct, *leave_out: str) -> dict[str, Any]:
    """Return the fields of an update's payload that were given a value, null included."""
    values = msgspec.structs.asdict(payload)
    return {
        name: value
        for name, value in values.items()
        if value is not msgspec.UNSET and name not in leave_out
    }
