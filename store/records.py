"""The records: one frozen struct per table, and the values their columns may hold.

Everything that passes between the floors is one of these. A record's fields are its
table's columns, by name and in order; the rules come from the schema contract (the
tables after migration 005, plus what migrations 006 on add). Timestamps are UTC text
(``2026-01-31T08:00:00.000Z``); columns typed as a list or dict hold JSON.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import msgspec


def utc_now() -> str:
    """Return the present moment as UTC text with milliseconds, the form every timestamp has."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


PRIORITIES = ("none", "low", "medium", "high", "urgent")
"""What each priority is called, from 0 on."""


class BuildState(StrEnum):
    """How far a run (or what it builds) has come."""

    QUEUED = "queued"
    RUNNING = "running"
    BLOCKED = "blocked"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ActivityColor(StrEnum):
    """The colour an activity is drawn in."""

    YELLOW = "yellow"
    BLUE = "blue"
    PURPLE = "purple"
    GREEN = "green"
    ORANGE = "orange"
    PINK = "pink"


class CardStatus(StrEnum):
    """Where a card stands, in the order the status key steps through."""

    TODO = "todo"
    ACTIVE = "active"
    QUESTIONS = "questions"
    REVIEW = "review"
    PRODUCTION = "production"


class ValidationStatus(StrEnum):
    """What became of a planning action."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ArtifactType(StrEnum):
    """What a context artifact is."""

    DOC = "doc"
    DESIGN = "design"
    CODE = "code"
    RESEARCH = "research"
    LINK = "link"
    IMAGE = "image"
    SKILL = "skill"
    MCP = "mcp"
    CLI = "cli"
    API = "api"
    PROMPT = "prompt"
    SPEC = "spec"
    RUNBOOK = "runbook"


class KnowledgeStatus(StrEnum):
    """Whether a person stands behind a knowledge item (or a memory unit)."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"


class KnowledgeSource(StrEnum):
    """Who a knowledge item came from."""

    AGENT = "agent"
    USER = "user"
    IMPORTED = "imported"


class PlannedFileKind(StrEnum):
    """What sort of code a planned file is (column ``artifact_kind``)."""

    COMPONENT = "component"
    ENDPOINT = "endpoint"
    SERVICE = "service"
    SCHEMA = "schema"
    HOOK = "hook"
    UTIL = "util"
    MIDDLEWARE = "middleware"
    JOB = "job"
    CONFIG = "config"


class PlannedFileAction(StrEnum):
    """Whether a planned file is to be made or changed."""

    CREATE = "create"
    EDIT = "edit"


class PlannedFileStatus(StrEnum):
    """How settled a planned file is."""

    PROPOSED = "proposed"
    USER_EDITED = "user_edited"
    APPROVED = "approved"


class RunScope(StrEnum):
    """Whether a run builds one card or a workflow."""

    WORKFLOW = "workflow"
    CARD = "card"


class TriggerType(StrEnum):
    """What set a run off."""

    CARD = "card"
    WORKFLOW = "workflow"
    MANUAL = "manual"


class AgentRole(StrEnum):
    """What an assignment's agent does."""

    PLANNER = "planner"
    CODER = "coder"
    REVIEWER = "reviewer"
    INTEGRATOR = "integrator"
    TESTER = "tester"


class CheckType(StrEnum):
    """What a run's check looks at."""

    DEPENDENCY = "dependency"
    SECURITY = "security"
    POLICY = "policy"
    LINT = "lint"
    UNIT = "unit"
    INTEGRATION = "integration"
    E2E = "e2e"


class CheckStatus(StrEnum):
    """What a check came to; skipped never counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class RunStep(StrEnum):
    """What a run or an assignment is at while it runs."""

    PREPARING = "preparing"
    AGENT = "agent"
    COLLECTING = "collecting"
    CHECKS = "checks"
    INTEGRATING = "integrating"
    DELIVERING = "delivering"


class WaitsFor(StrEnum):
    """What lets a blocked run or assignment go on, or a queued one begin.

    ``answers`` to the agent's questions; a ``decision`` about paths; a ``change``, since there was
    none; a ``conflict`` to be resolved; an ``approval``; a ``place`` among the agents at once.
    """

    ANSWERS = "answers"
    DECISION = "decision"
    CHANGE = "change"
    CONFLICT = "conflict"
    APPROVAL = "approval"
    PLACE = "place"


class CommitMaker(StrEnum):
    """Whether the agent committed, or the supervisor did for it what it had left."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"


class DiffSide(StrEnum):
    """Whether a line of a diff is one that was there before, or one that is there now."""

    OLD = "old"
    NEW = "new"


class PullRequestStatus(StrEnum):
    """Where a pull request candidate stands."""

    NOT_CREATED = "not_created"
    DRAFT_OPEN = "draft_open"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class ApprovalType(StrEnum):
    """What a person is asked to approve."""

    CREATE_PR = "create_pr"
    MERGE_PR = "merge_pr"


class ApprovalStatus(StrEnum):
    """What the person said."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class MemoryContentType(StrEnum):
    """Whether a memory unit holds text or points to it."""

    INLINE = "inline"
    LINK = "link"


class EntityType(StrEnum):
    """What a memory unit can be about."""

    PROJECT = "project"
    WORKFLOW = "workflow"
    ACTIVITY = "activity"
    STEP = "step"
    CARD = "card"
    SCHEMA = "schema"


class RelationRole(StrEnum):
    """How a memory unit bears on what it is about."""

    SOURCE = "source"
    SUPPORTS = "supports"
    CONSTRAINS = "constrains"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A row of one table, as it stood when it was read.

    ``TABLE`` is the table's name, ``KEY`` its primary key, ``PARENTS`` the referenced
    table by column, ``NATURAL_KEY`` the unique columns that ``DbAdapter.upsert`` goes by
    (empty where the primary key is the only one), ``ORDER`` how a listing is sorted.
    """

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]] = ("id",)
    PARENTS: ClassVar[dict[str, str]] = {}
    NATURAL_KEY: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[tuple[str, ...]] = ("created_at", "id")


class Project(Record, frozen=True, kw_only=True):
    """A product being planned."""

    TABLE: ClassVar[str] = "project"
    NATURAL_KEY: ClassVar[tuple[str, ...]] = ("name",)

    id: str
    name: str
    repo_url: str | None = None
    default_branch: str = "main"
    action_sequence: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    description: str | None = None
    card_sequence: int = 0


class Workflow(Record, frozen=True, kw_only=True):
    """A lane of the map."""

    TABLE: ClassVar[str] = "workflow"
    PARENTS: ClassVar[dict[str, str]] = {"project_id": "project"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    project_id: str
    title: str
    description: str | None = None
    build_state: BuildState | None = None
    position: int
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class WorkflowActivity(Record, frozen=True, kw_only=True):
    """A coloured column of a workflow; cards stack below it."""

    TABLE: ClassVar[str] = "workflow_activity"
    PARENTS: ClassVar[dict[str, str]] = {"workflow_id": "workflow"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    workflow_id: str
    title: str
    color: ActivityColor | None = None
    position: int
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    description: str | None = None


class Card(Record, frozen=True, kw_only=True):
    """A piece of work. ``number`` is unique in its project and never used again."""

    TABLE: ClassVar[str] = "card"
    PARENTS: ClassVar[dict[str, str]] = {"workflow_activity_id": "workflow_activity"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    workflow_activity_id: str
    title: str
    description: str | None = None
    status: CardStatus = CardStatus.TODO
    priority: int = 0
    position: int = 0
    quick_answer: str | None = None
    build_state: BuildState | None = None
    last_built_at: str | None = None
    last_build_ref: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    number: int | None = None
    finalized_at: str | None = None


class PlanningAction(Record, frozen=True, kw_only=True):
    """One change to the map, accepted or refused; the log of them only grows.

    ``sequence`` counts a project's accepted actions from 1 without a gap (null when
    refused). Actions of one batch share ``batch_id``. ``undoes`` names the batch that an
    undo or redo takes back. ``inverse`` is the list of row changes that takes this action
    back, ``result`` what the caller was told.
    """

    TABLE: ClassVar[str] = "planning_action"
    PARENTS: ClassVar[dict[str, str]] = {"project_id": "project"}
    ORDER: ClassVar[tuple[str, ...]] = ("sequence", "created_at", "id")

    id: str
    project_id: str
    action_type: str
    target_ref: dict[str, Any] = msgspec.field(default_factory=dict)
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    validation_status: ValidationStatus
    rejection_reason: str | None = None
    applied_at: str | None = None
    idempotency_key: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    sequence: int | None = None
    actor: str | None = None
    batch_id: str | None = None
    undoes: str | None = None
    inverse: list[Any] | None = None
    result: dict[str, Any] | None = None


class ContextArtifact(Record, frozen=True, kw_only=True):
    """Something worth reading before building: a text, a link, an integration."""

    TABLE: ClassVar[str] = "context_artifact"
    PARENTS: ClassVar[dict[str, str]] = {"project_id": "project"}

    id: str
    project_id: str
    name: str
    type: ArtifactType
    title: str | None = None
    content: str | None = None
    uri: str | None = None
    locator: str | None = None
    mime_type: str | None = None
    integration_ref: dict[str, Any] | None = None
    checksum: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class CardContextArtifact(Record, frozen=True, kw_only=True):
    """The link between a card and a context artifact it uses."""

    TABLE: ClassVar[str] = "card_context_artifact"
    KEY: ClassVar[tuple[str, ...]] = ("card_id", "context_artifact_id")
    PARENTS: ClassVar[dict[str, str]] = {
        "card_id": "card",
        "context_artifact_id": "context_artifact",
    }
    ORDER: ClassVar[tuple[str, ...]] = KEY

    card_id: str
    context_artifact_id: str
    linked_by: str | None = None
    usage_hint: str | None = None


class CardRequirement(Record, frozen=True, kw_only=True):
    """What the built card must do."""

    TABLE: ClassVar[str] = "card_requirement"
    PARENTS: ClassVar[dict[str, str]] = {"card_id": "card"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    card_id: str
    text: str
    status: KnowledgeStatus = KnowledgeStatus.DRAFT
    source: KnowledgeSource
    confidence: float | None = None
    position: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class CardKnownFact(Record, frozen=True, kw_only=True):
    """What is known to be true, and where from."""

    TABLE: ClassVar[str] = "card_known_fact"
    PARENTS: ClassVar[dict[str, str]] = {"card_id": "card"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    card_id: str
    text: str
    evidence_source: str | None = None
    status: KnowledgeStatus = KnowledgeStatus.DRAFT
    source: KnowledgeSource
    confidence: float | None = None
    position: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class CardAssumption(Record, frozen=True, kw_only=True):
    """What is taken to be true until shown otherwise."""

    TABLE: ClassVar[str] = "card_assumption"
    PARENTS: ClassVar[dict[str, str]] = {"card_id": "card"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    card_id: str
    text: str
    status: KnowledgeStatus = KnowledgeStatus.DRAFT
    source: KnowledgeSource
    confidence: float | None = None
    position: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class CardQuestion(Record, frozen=True, kw_only=True):
    """What must be answered first; open while it is a draft, and it keeps its answer."""

    TABLE: ClassVar[str] = "card_question"
    PARENTS: ClassVar[dict[str, str]] = {"card_id": "card"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    card_id: str
    text: str
    status: KnowledgeStatus = KnowledgeStatus.DRAFT
    source: KnowledgeSource
    confidence: float | None = None
    position: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    answer: str | None = None


class CardPlannedFile(Record, frozen=True, kw_only=True):
    """A file the card means to create or edit."""

    TABLE: ClassVar[str] = "card_planned_file"
    PARENTS: ClassVar[dict[str, str]] = {"card_id": "card"}
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "id")

    id: str
    card_id: str
    logical_file_name: str
    module_hint: str | None = None
    artifact_kind: PlannedFileKind
    action: PlannedFileAction
    intent_summary: str
    contract_notes: str | None = None
    status: PlannedFileStatus = PlannedFileStatus.PROPOSED
    position: int = 0
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)


class SystemPolicyProfile(Record, frozen=True, kw_only=True):
    """The rules a project's runs are held to."""

    TABLE: ClassVar[str] = "system_policy_profile"
    PARENTS: ClassVar[dict[str, str]] = {"project_id": "project"}
    NATURAL_KEY: ClassVar[tuple[str, ...]] = ("project_id",)
    ORDER: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    project_id: str
    required_checks: list[Any] = msgspec.field(default_factory=list)
    protected_paths: list[Any] | None = None
    forbidden_paths: list[Any] | None = None
    dependency_policy: dict[str, Any] = msgspec.field(default_factory=dict)
    security_policy: dict[str, Any] = msgspec.field(default_factory=dict)
    architecture_policy: dict[str, Any] = msgspec.field(default_factory=dict)
    approval_policy: dict[str, Any] = msgspec.field(default_factory=dict)
    updated_at: str = msgspec.field(default_factory=utc_now)
    allowed_paths: list[Any] | None = None
    check_commands: dict[str, Any] = msgspec.field(default_factory=dict)
    limits: dict[str, Any] = msgspec.field(default_factory=dict)


class OrchestrationRun(Record, frozen=True, kw_only=True):
    """One build of a card or a workflow."""

    TABLE: ClassVar[str] = "orchestration_run"
    PARENTS: ClassVar[dict[str, str]] = {
        "project_id": "project",
        "workflow_id": "workflow",
        "card_id": "card",
        "system_policy_profile_id": "system_policy_profile",
    }

    id: str
    project_id: str
    scope: RunScope
    workflow_id: str | None = None
    card_id: str | None = None
    trigger_type: TriggerType
    status: BuildState = BuildState.QUEUED
    initiated_by: str
    repo_url: str
    base_branch: str
    system_policy_profile_id: str
    system_policy_snapshot: dict[str, Any]
    run_input_snapshot: dict[str, Any]
    worktree_root: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    agent_profile: str | None = None
    base_commit: str | None = None
    integration_branch: str | None = None
    head_commit: str | None = None
    step: RunStep | None = None
    waits_for: WaitsFor | None = None
    reason: str | None = None
    supervisor_pid: int | None = None
    supervisor_started: str | None = None
    heartbeat_at: str | None = None
    cancel_requested_at: str | None = None
    cancel_requested_by: str | None = None


class CardAssignment(Record, frozen=True, kw_only=True):
    """A card given to an agent within a run."""

    TABLE: ClassVar[str] = "card_assignment"
    PARENTS: ClassVar[dict[str, str]] = {"run_id": "orchestration_run", "card_id": "card"}
    NATURAL_KEY: ClassVar[tuple[str, ...]] = ("run_id", "card_id", "agent_profile")
    ORDER: ClassVar[tuple[str, ...]] = ("sequence", "created_at", "id")

    id: str
    run_id: str
    card_id: str
    agent_role: AgentRole
    agent_profile: str
    feature_branch: str
    worktree_path: str | None = None
    allowed_paths: list[Any]
    forbidden_paths: list[Any] | None = None
    assignment_input_snapshot: dict[str, Any]
    status: BuildState = BuildState.QUEUED
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    sequence: int = 0
    base_commit: str | None = None
    head_commit: str | None = None
    step: RunStep | None = None
    waits_for: WaitsFor | None = None
    reason: str | None = None
    session: str | None = None
    accepted_paths: list[Any] = msgspec.field(default_factory=list)
    next_turn: dict[str, Any] | None = None
    started_at: str | None = None
    ended_at: str | None = None


class AgentExecution(Record, frozen=True, kw_only=True):
    """One turn of an assignment's agent."""

    TABLE: ClassVar[str] = "agent_execution"
    PARENTS: ClassVar[dict[str, str]] = {"assignment_id": "card_assignment"}
    ORDER: ClassVar[tuple[str, ...]] = ("turn", "id")

    id: str
    assignment_id: str
    status: BuildState
    started_at: str | None = None
    ended_at: str | None = None
    summary: str | None = None
    error: str | None = None
    turn: int = 1
    prompt: str | None = None
    command: list[Any] | None = None
    folder: str | None = None
    log_path: str | None = None
    pid: int | None = None
    pid_started: str | None = None
    exit_code: int | None = None
    report: dict[str, Any] | None = None


class AgentCommit(Record, frozen=True, kw_only=True):
    """A commit an assignment made."""

    TABLE: ClassVar[str] = "agent_commit"
    PARENTS: ClassVar[dict[str, str]] = {"assignment_id": "card_assignment"}
    ORDER: ClassVar[tuple[str, ...]] = ("committed_at", "id")

    id: str
    assignment_id: str
    sha: str
    branch: str
    message: str
    committed_at: str
    made_by: CommitMaker = CommitMaker.AGENT


class RunCheck(Record, frozen=True, kw_only=True):
    """What one check of a run came to."""

    TABLE: ClassVar[str] = "run_check"
    PARENTS: ClassVar[dict[str, str]] = {
        "run_id": "orchestration_run",
        "assignment_id": "card_assignment",
    }

    id: str
    run_id: str
    check_type: CheckType
    status: CheckStatus
    output: str | None = None
    executed_at: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    assignment_id: str | None = None
    commit_sha: str | None = None
    command: list[Any] | None = None
    exit_code: int | None = None
    seconds: float | None = None
    log_path: str | None = None
    changed_files: list[Any] = msgspec.field(default_factory=list)


class PullRequestCandidate(Record, frozen=True, kw_only=True):
    """What a run would merge."""

    TABLE: ClassVar[str] = "pull_request_candidate"
    PARENTS: ClassVar[dict[str, str]] = {"run_id": "orchestration_run"}
    NATURAL_KEY: ClassVar[tuple[str, ...]] = ("run_id",)

    id: str
    run_id: str
    base_branch: str
    head_branch: str
    title: str
    description: str
    status: PullRequestStatus = PullRequestStatus.NOT_CREATED
    pr_url: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    head_commit: str | None = None
    pushed_to: str | None = None
    merged_commit: str | None = None


class ApprovalRequest(Record, frozen=True, kw_only=True):
    """A question to a person: may this be pushed, may this be merged?"""

    TABLE: ClassVar[str] = "approval_request"
    PARENTS: ClassVar[dict[str, str]] = {"run_id": "orchestration_run"}

    id: str
    run_id: str
    approval_type: ApprovalType
    status: ApprovalStatus = ApprovalStatus.PENDING
    requested_by: str
    requested_at: str
    resolved_by: str | None = None
    resolved_at: str | None = None
    notes: str | None = None
    created_at: str = msgspec.field(default_factory=utc_now)
    updated_at: str = msgspec.field(default_factory=utc_now)
    commit_sha: str | None = None
    acted_at: str | None = None
    outcome: str | None = None


class DiffComment(Record, frozen=True, kw_only=True):
    """What a person says about a line of an assignment's diff (migration 008).

    ``line`` counts from 1 on its side at ``commit_sha``; ``quoted`` is what stood there. It is sent
    once it has the execution that was told it.
    """

    TABLE: ClassVar[str] = "diff_comment"
    PARENTS: ClassVar[dict[str, str]] = {
        "assignment_id": "card_assignment",
        "execution_id": "agent_execution",
    }

    id: str
    assignment_id: str
    execution_id: str | None = None
    commit_sha: str
    path: str
    side: DiffSide
    line: int
    quoted: str = ""
    text: str
    author: str
    created_at: str = msgspec.field(default_factory=utc_now)


class EventLog(Record, frozen=True, kw_only=True):
    """Something that happened; ``run_id`` is let go when its run is deleted."""

    TABLE: ClassVar[str] = "event_log"
    PARENTS: ClassVar[dict[str, str]] = {
        "project_id": "project",
        "run_id": "orchestration_run",
    }

    id: str
    project_id: str
    run_id: str | None = None
    event_type: str
    actor: str
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    created_at: str = msgspec.field(default_factory=utc_now)


class EventArchive(Record, frozen=True, kw_only=True):
    """An event of a project that has been deleted (migration 006): the story outlives the plan."""

    TABLE: ClassVar[str] = "event_archive"

    id: str
    project_id: str
    project_name: str
    run_id: str | None = None
    event_type: str
    actor: str
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    created_at: str = msgspec.field(default_factory=utc_now)


class MemoryUnit(Record, frozen=True, kw_only=True):
    """Something learned, kept for later runs."""

    TABLE: ClassVar[str] = "memory_unit"
    ORDER: ClassVar[tuple[str, ...]] = ("updated_at", "id")

    id: str
    content_type: MemoryContentType
    mime_type: str | None = None
    title: str | None = None
    content_text: str | None = None
    link_url: str | None = None
    status: KnowledgeStatus
    embedding_ref: str
    updated_at: str = msgspec.field(default_factory=utc_now)


class MemoryUnitRelation(Record, frozen=True, kw_only=True):
    """What a memory unit is about."""

    TABLE: ClassVar[str] = "memory_unit_relation"
    KEY: ClassVar[tuple[str, ...]] = ("memory_unit_id", "entity_type", "entity_id")
    PARENTS: ClassVar[dict[str, str]] = {"memory_unit_id": "memory_unit"}
    ORDER: ClassVar[tuple[str, ...]] = KEY

    memory_unit_id: str
    entity_type: EntityType
    entity_id: str
    relation_role: RelationRole | None = None


class MemoryRetrievalLog(Record, frozen=True, kw_only=True):
    """A look-up in memory, and what it found."""

    TABLE: ClassVar[str] = "memory_retrieval_log"

    id: str
    query_text: str
    scope_entity_type: EntityType
    scope_entity_id: str
    result_memory_ids: list[Any] = msgspec.field(default_factory=list)
    created_at: str = msgspec.field(default_factory=utc_now)


RECORDS: tuple[type[Record], ...] = (
    Project,
    Workflow,
    WorkflowActivity,
    Card,
    PlanningAction,
    ContextArtifact,
    CardContextArtifact,
    CardRequirement,
    CardKnownFact,
    CardAssumption,
    CardQuestion,
    CardPlannedFile,
    SystemPolicyProfile,
    OrchestrationRun,
    CardAssignment,
    AgentExecution,
    AgentCommit,
    RunCheck,
    PullRequestCandidate,
    ApprovalRequest,
    DiffComment,
    EventLog,
    EventArchive,
    MemoryUnit,
    MemoryUnitRelation,
    MemoryRetrievalLog,
)
"""Every table's record, parents before children."""

BY_TABLE: dict[str, type[Record]] = {record.TABLE: record for record in RECORDS}
"""The record of a table by the table's name."""
