"""Any planning actions at all, for property tests: ids come from a few names, so that many
of them meet something that is there and some don't."""

from typing import Any

from hypothesis import strategies as st

from store.records import ActivityColor, CardStatus, KnowledgeStatus
from tests.planner.plans import Plan, request

Request = dict[str, Any]

ACTORS = ("ana", "ben", "agent")
KEYS = tuple(f"key{n}" for n in range(4))
KINDS = ("requirement", "known_fact", "assumption", "question")


def _names(prefix: str, count: int) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{prefix}{n}" for n in range(count)])


texts = st.text(max_size=12) | st.sampled_from(["", " ", "a title", "naïve 東京", "\ud800"])
said = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
places = st.integers(0, 6) | st.integers(-2, 2**70)
workflows, activities, cards = _names("w", 4), _names("a", 6), _names("c", 12)
artifacts, planned, items = _names("x", 3), _names("f", 3), _names("k", 3)
# The seed puts what a card can hold on the first card, so most look for it there.
holders = st.builds(lambda i: {"card_id": i}, st.sampled_from(["c0"] * 6) | cards)
of_workflow = st.builds(lambda i: {"workflow_id": i}, workflows)
of_activity = st.builds(lambda i: {"workflow_activity_id": i}, activities)
of_card = st.builds(lambda i: {"card_id": i}, cards)
of_project = st.none()
# The seed makes this one ready.
ready = st.builds(lambda i: {"card_id": i}, st.sampled_from(["c1"] * 6) | cards)
colors = st.sampled_from([*ActivityColor]) | st.none()
kinds = st.sampled_from(KINDS)
statuses = st.sampled_from([*KnowledgeStatus])
notes = st.none() | texts


def _action(
    action_type: str,
    target: st.SearchStrategy[Any],
    needed: dict[str, st.SearchStrategy[Any]] | None = None,
    **optional: st.SearchStrategy[Any],
) -> st.SearchStrategy[Request]:
    payloads = st.fixed_dictionaries(needed or {}, optional=optional)
    keys = st.sampled_from([None] * 8 + [*KEYS])
    return st.builds(
        lambda target, key, payload: request(action_type, target, key, **payload),
        target,
        keys,
        payloads,
    )


_TITLED = {"title": said}
_CARD = {
    "description": notes,
    "status": st.sampled_from([*CardStatus]),
    "priority": st.integers(0, 4),
    "quick_answer": notes,
}
_FILE = {
    "logical_file_name": said,
    "artifact_kind": st.just("util"),
    "action": st.sampled_from(["create", "edit"]),
    "intent_summary": said,
}
_HOLDS = {"content": notes, "uri": notes, "integration_ref": st.just({"deep": [1, None, "ü"]})}

BY_ACTION_TYPE: dict[str, st.SearchStrategy[Request]] = {
    "updateProject": _action(
        "updateProject", of_project, name=said | st.just("Other"), description=notes, repo_url=notes
    ),
    "createWorkflow": _action(
        "createWorkflow", of_project, _TITLED, id=workflows, description=notes, position=places
    ),
    "updateWorkflow": _action("updateWorkflow", of_workflow, title=texts, description=notes),
    "reorderWorkflow": _action("reorderWorkflow", of_workflow, {"position": places}),
    "deleteWorkflow": _action("deleteWorkflow", of_workflow),
    "createActivity": _action(
        "createActivity",
        of_workflow,
        _TITLED,
        id=activities,
        description=notes,
        color=colors,
        position=places,
    ),
    "updateActivity": _action(
        "updateActivity", of_activity, title=texts, description=notes, color=colors
    ),
    "reorderActivity": _action("reorderActivity", of_activity, {"position": places}),
    "moveActivity": _action(
        "moveActivity", of_activity, {"workflow_id": workflows}, position=places
    ),
    "deleteActivity": _action("deleteActivity", of_activity),
    "createCard": _action("createCard", of_activity, _TITLED, id=cards, position=places, **_CARD),
    "updateCard": _action("updateCard", of_card | ready, title=texts, **_CARD),
    "reorderCard": _action("reorderCard", of_card, {"position": places}),
    "moveCard": _action("moveCard", of_card, {"workflow_activity_id": activities}, position=places),
    "finalizeCard": _action("finalizeCard", ready),
    "unfinalizeCard": _action("unfinalizeCard", ready),
    "deleteCard": _action("deleteCard", of_card),
    "createContextArtifact": _action(
        "createContextArtifact",
        of_project | of_card,
        {"name": said, "type": st.sampled_from(["doc", "mcp"]), "content": st.none() | said},
        id=artifacts,
    ),
    "updateContextArtifact": _action(
        "updateContextArtifact", of_project, {"id": artifacts}, name=texts, **_HOLDS
    ),
    "deleteContextArtifact": _action("deleteContextArtifact", of_project, {"id": artifacts}),
    "linkContextArtifact": _action(
        "linkContextArtifact", holders, {"context_artifact_id": artifacts}, usage_hint=notes
    ),
    "unlinkContextArtifact": _action(
        "unlinkContextArtifact", holders, {"context_artifact_id": artifacts}
    ),
    "upsertCardPlannedFile": _action(
        "upsertCardPlannedFile", holders, {"id": planned, **_FILE}, position=places
    )
    | _action("upsertCardPlannedFile", holders, id=planned, intent_summary=texts, position=places),
    "approveCardPlannedFile": _action("approveCardPlannedFile", holders, {"id": planned}),
    "deleteCardPlannedFile": _action("deleteCardPlannedFile", holders, {"id": planned}),
    "upsertCardKnowledgeItem": _action(
        "upsertCardKnowledgeItem",
        holders,
        {"kind": kinds, "id": items},
        text=texts,
        status=statuses,
        confidence=st.none() | st.floats(0, 1),
        position=places,
        evidence_source=notes,
    )
    | _action("upsertCardKnowledgeItem", holders, {"kind": kinds, "id": items, "text": said})
    | _action("upsertCardKnowledgeItem", ready, {"kind": kinds, "text": said}, status=statuses)
    | _action(
        "upsertCardKnowledgeItem",
        ready,
        {"kind": st.sampled_from(["requirement", "question"]), "id": st.just("r1")},
        text=said,
        answer=notes,
        status=statuses,
    ),
    "setCardKnowledgeStatus": _action(
        "setCardKnowledgeStatus", holders, {"kind": kinds, "id": items, "status": statuses}
    ),
    "answerCardQuestion": _action(
        "answerCardQuestion",
        holders | ready,
        {"id": items | st.just("r1"), "answer": texts},
        as_known_fact=st.booleans(),
    ),
    "deleteCardKnowledgeItem": _action(
        "deleteCardKnowledgeItem", holders, {"kind": kinds, "id": items}
    ),
}
"""A strategy for each action type."""

nonsense = st.sampled_from([{}, {"action_type": "createCrad"}, {"action_type": "createCard"}])

any_action = st.one_of(*BY_ACTION_TYPE.values(), nonsense)
"""An action of any type, or none that is one."""

batches = st.lists(any_action, min_size=1, max_size=3)
"""A batch; most go through, or fail on something that isn't there."""


def seed(plan: Plan) -> None:
    """Give a plan something under most of the names that the strategies use."""
    batch = []
    for w in range(3):
        batch.append(request("createWorkflow", id=f"w{w}", title=f"Workflow {w}"))
    for a in range(5):
        batch.append(
            request("createActivity", {"workflow_id": f"w{a % 3}"}, id=f"a{a}", title=f"Step {a}")
        )
    for c in range(9):
        target = {"workflow_activity_id": f"a{c % 4}"}
        batch.append(request("createCard", target, id=f"c{c}", title=f"Card {c}"))
    for n in range(2):
        batch.append(
            request(
                "createContextArtifact",
                {"card_id": f"c{n}"},
                id=f"x{n}",
                name="x",
                type="doc",
                content="x",
            )
        )
        batch.append(
            request(
                "upsertCardPlannedFile",
                {"card_id": "c0"},
                id=f"f{n}",
                logical_file_name=f"f{n}.py",
                artifact_kind="util",
                action="create",
                intent_summary="Helps.",
            )
        )
        batch += [
            request("upsertCardKnowledgeItem", {"card_id": "c0"}, kind=kind, id=f"k{n}", text="x")
            for kind in KINDS
        ]
    # With its question answered, card c1 is ready.
    for kind in ("requirement", "question"):
        item = {"kind": kind, "id": "r1", "text": "x", "status": "approved"}
        batch.append(request("upsertCardKnowledgeItem", {"card_id": "c1"}, **item))
    plan.apply(*batch)
