"""What a person can type at, and what saving it does: one ``Edit`` for each kind of thing.

An ``Edit`` knows its fields, the row they were read from, the planning action that saves
them, and the draft that keeps them until then. Screens open editors and forms on it;
``tui/asks/saving.py`` saves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from planner import requests as ask
from planner.knowledge_actions import KINDS, KnowledgeItem
from store.records import (
    Card,
    CardPlannedFile,
    CardQuestion,
    ContextArtifact,
    Project,
    Record,
    Workflow,
    WorkflowActivity,
)
from tui.drafts import DraftKey

Actions = ask.Action | Sequence[ask.Action]


@dataclass(frozen=True, slots=True)
class EditField:
    """A text to type.

    Attributes:
        name: The record's field, or what an action calls it.
        label: What people call it.
        value: The text to begin with.
        placeholder: What to show while there is none.
        one_line: Whether it is for one line alone.
        required: Whether it must say something.
    """

    name: str
    label: str
    value: str
    placeholder: str = ""
    one_line: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that can be typed at and saved.

    Attributes:
        what: What it is called in messages, such as ``requirement``.
        key: What its draft is kept by.
        base: The row as it was when the typing began; None for something new.
        fields: The texts, in order.
        make_action: Makes the action that saves, from the fields that changed.
        make_new: Makes it anew, from all that was typed, where the row was deleted
            meanwhile; None where that makes no sense.
    """

    what: str
    key: DraftKey
    base: Record | None
    fields: tuple[EditField, ...]
    make_action: Callable[[dict[str, Any]], Actions]
    make_new: Callable[[dict[str, Any]], Actions] | None = None

    def stored(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return typed values as they are stored: an empty text is none, where that may be.

        Something new leaves out what it has none of.
        """
        required = {field.name for field in self.fields if field.required}
        found = {n: None if v == "" and n not in required else v for n, v in values.items()}
        if self.base is None:
            return {name: value for name, value in found.items() if value is not None}
        return found


def card_edit(card: Card, project_id: str = "") -> Edit:
    """Edit a card's texts; the form adds status and priority."""

    def action(values: dict[str, Any]) -> ask.Action:
        return ask.UpdateCard(
            target_ref=ask.CardTarget(card_id=card.id), payload=ask.CardChange(**values)
        )

    def again(values: dict[str, Any]) -> ask.Action:
        return ask.CreateCard(
            target_ref=ask.ActivityTarget(workflow_activity_id=card.workflow_activity_id),
            payload=ask.NewCard(**{**_kept(card, ask.NewCard), **values}),
        )

    number = f"#{card.number}" if card.number is not None else "without a number"
    return Edit(
        f"card {number}",
        DraftKey("card", (card.id,), "", project_id, f"card {number} “{card.title}”"),
        card,
        (
            EditField("title", "Title", card.title, one_line=True, required=True),
            EditField("description", "Description", card.description or "", "What it is about"),
            EditField(
                "quick_answer",
                "Quick answer",
                card.quick_answer or "",
                "The answer in a sentence, if there is one",
            ),
        ),
        action,
        again,
    )


def knowledge_edit(item: KnowledgeItem, card: Card, project_id: str = "") -> Edit:
    """Edit a requirement, known fact, assumption or question."""
    kind = KINDS[type(item)]

    def action(values: dict[str, Any]) -> ask.Action:
        payload = ask.KnowledgeUpsert(kind=kind, id=item.id, **values)
        return ask.UpsertCardKnowledgeItem(
            target_ref=ask.CardTarget(card_id=card.id), payload=payload
        )

    return Edit(
        _words(kind),
        _held_key(kind, card, item.id, project_id),
        item,
        _knowledge_fields(kind, item.text, getattr(item, "evidence_source", None)),
        action,
        _new_knowledge(kind, card),
    )


def new_knowledge_edit(
    kind: ask.KnowledgeKind, card: Card, project_id: str = "", *, position: int | None = None
) -> Edit:
    """Write a new requirement, known fact, assumption or question."""
    return Edit(
        f"new {_words(kind)}",
        _held_key(kind, card, "", project_id),
        None,
        _knowledge_fields(kind, "", None),
        _new_knowledge(kind, card, position),
    )


def answer_edit(
    question: CardQuestion, card: Card, project_id: str = "", *, as_known_fact: bool = False
) -> Edit:
    """Answer a question; the answer becomes a known fact when asked."""

    def action(values: dict[str, Any]) -> ask.Action:
        payload = ask.Answer(
            id=question.id, answer=str(values["answer"]), as_known_fact=as_known_fact
        )
        return ask.AnswerCardQuestion(target_ref=ask.CardTarget(card_id=card.id), payload=payload)

    return Edit(
        "answer",
        _held_key("answer", card, question.id, project_id),
        question,
        (EditField("answer", "Answer", question.answer or "", question.text, required=True),),
        action,
    )


def planned_file_edit(planned: CardPlannedFile | None, card: Card, project_id: str = "") -> Edit:
    """Edit a planned file's texts, or write a new one's; the form adds kind and action."""

    def action(values: dict[str, Any]) -> ask.Action:
        payload = ask.PlannedFileUpsert(id=planned.id if planned else None, **values)
        return ask.UpsertCardPlannedFile(
            target_ref=ask.CardTarget(card_id=card.id), payload=payload
        )

    def again(values: dict[str, Any]) -> ask.Action:
        kept = _kept(planned, ask.PlannedFileUpsert) if planned else {}
        payload = ask.PlannedFileUpsert(**{**kept, **values, "id": None})
        return ask.UpsertCardPlannedFile(
            target_ref=ask.CardTarget(card_id=card.id), payload=payload
        )

    return Edit(
        "planned file" if planned else "new planned file",
        _held_key("planned_file", card, planned.id if planned else "", project_id),
        planned,
        (
            EditField(
                "logical_file_name",
                "File",
                planned.logical_file_name if planned else "",
                "its path in the repository, such as src/pay/link.ts",
                one_line=True,
                required=True,
            ),
            EditField(
                "module_hint",
                "Module",
                (planned.module_hint or "") if planned else "",
                "the module it belongs to, if that helps",
                one_line=True,
            ),
            EditField(
                "intent_summary",
                "Intent",
                planned.intent_summary if planned else "",
                "what it is for",
                required=True,
            ),
            EditField(
                "contract_notes",
                "Contract notes",
                (planned.contract_notes or "") if planned else "",
                "what others may rely on: names, types, errors",
            ),
        ),
        action,
        again if planned else None,
    )


def title_edit(row: Workflow | WorkflowActivity | Project, project_id: str = "") -> Edit:
    """Rename a workflow, an activity or a project."""
    name = "name" if isinstance(row, Project) else "title"
    value = str(getattr(row, name))
    what = _NAMES[type(row)]
    return Edit(
        f"{name} of the {what}",
        DraftKey(what, (row.id,), name, project_id, f"{name} of the {what} “{value}”"),
        row,
        (EditField(name, name.capitalize(), value, one_line=True, required=True),),
        _change_of(row),
    )


def description_edit(row: Workflow | WorkflowActivity | Project, project_id: str = "") -> Edit:
    """Describe a workflow, an activity or a project."""
    what = _NAMES[type(row)]
    title = row.name if isinstance(row, Project) else row.title
    text = getattr(row, "description", None) or ""
    return Edit(
        f"description of the {what}",
        DraftKey(what, (row.id,), "description", project_id, f"{what} “{title}”, description"),
        row,
        (EditField("description", "Description", text, f"What this {what} is about"),),
        _change_of(row),
    )


def artifact_edit(
    artifact: ContextArtifact | None, card: Card | None = None, project_id: str = ""
) -> Edit:
    """Edit a context artifact, or write a new one, linked to the card when there is one."""

    def action(values: dict[str, Any]) -> ask.Action:
        if artifact is None:
            return again(values)
        payload = ask.ContextArtifactChange(id=artifact.id, **values)
        return ask.UpdateContextArtifact(payload=payload)

    def again(values: dict[str, Any]) -> ask.Action:
        kept = _kept(artifact, ask.NewContextArtifact) if artifact else {}
        target = ask.ProjectOrCardTarget(card_id=card.id if card else None)
        return ask.CreateContextArtifact(
            target_ref=target,
            payload=ask.NewContextArtifact(**{**kept, **values, "id": None}),
        )

    name = artifact.name if artifact else ""
    about = f"context artifact “{name}”" if artifact else "new context artifact"
    ids = (artifact.id,) if artifact else (card.id if card else "", "")
    return Edit(
        "context artifact" if artifact else "new context artifact",
        DraftKey("artifact", ids, "", project_id, about),
        artifact,
        (
            EditField("name", "Name", name, "what cards call it", one_line=True, required=True),
            EditField(
                "title",
                "Title",
                (artifact.title or "") if artifact else "",
                "its own title, if it has one",
                one_line=True,
            ),
            EditField(
                "uri",
                "URL",
                (artifact.uri or "") if artifact else "",
                "https://… where it is",
                one_line=True,
            ),
            EditField(
                "content",
                "Content",
                (artifact.content or "") if artifact else "",
                "paste or type it here",
            ),
        ),
        action,
        again if artifact else None,
    )


_NAMES: dict[type[Record], str] = {
    Workflow: "workflow",
    WorkflowActivity: "activity",
    Project: "project",
}


def _change_of(row: Workflow | WorkflowActivity | Project) -> Callable[[dict[str, Any]], Actions]:
    def action(values: dict[str, Any]) -> ask.Action:
        if isinstance(row, Workflow):
            return ask.UpdateWorkflow(
                target_ref=ask.WorkflowTarget(workflow_id=row.id),
                payload=ask.WorkflowChange(**values),
            )
        if isinstance(row, WorkflowActivity):
            return ask.UpdateActivity(
                target_ref=ask.ActivityTarget(workflow_activity_id=row.id),
                payload=ask.ActivityChange(**values),
            )
        return ask.UpdateProject(payload=ask.ProjectChange(**values))

    return action


def _new_knowledge(
    kind: ask.KnowledgeKind, card: Card, position: int | None = None
) -> Callable[[dict[str, Any]], Actions]:
    def action(values: dict[str, Any]) -> ask.Action:
        place = {} if position is None else {"position": position}
        payload = ask.KnowledgeUpsert(kind=kind, **values, **place)  # type: ignore[arg-type]
        return ask.UpsertCardKnowledgeItem(
            target_ref=ask.CardTarget(card_id=card.id), payload=payload
        )

    return action


def _knowledge_fields(
    kind: ask.KnowledgeKind, text: str, evidence: str | None
) -> tuple[EditField, ...]:
    fields = (
        EditField("text", _words(kind).capitalize(), text, _PLACEHOLDERS[kind], required=True),
    )
    if kind == "known_fact":
        source = EditField(
            "evidence_source", "Evidence", evidence or "", "where it is known from", one_line=True
        )
        return (*fields, source)
    return fields


_PLACEHOLDERS: Mapping[str, str] = {
    "requirement": "what must be so",
    "known_fact": "what is known",
    "assumption": "what is taken for granted",
    "question": "what must be found out",
}


def _held_key(kind: str, card: Card, row_id: str, project_id: str) -> DraftKey:
    number = f"#{card.number}" if card.number is not None else f"“{card.title}”"
    about = f"{'' if row_id else 'new '}{_words(kind)} of card {number}"
    return DraftKey(kind, (card.id, row_id), "", project_id, about)


def _kept(row: Record, request: type[msgspec.Struct]) -> dict[str, Any]:
    """Return what a row shares with the request that would make it anew."""
    names = set(request.__struct_fields__) & set(row.__struct_fields__)
    return {
        name: getattr(row, name) for name in names - {"id", "position", "created_at", "updated_at"}
    }


def _words(kind: str) -> str:
    return kind.replace("_", " ")
