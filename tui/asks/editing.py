"""What a draft is about, read again: the row it was typed at and what saves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import structs

from planner.errors import Refused
from planner.knowledge_actions import KINDS, KNOWLEDGE
from store.records import (
    Card,
    CardPlannedFile,
    CardQuestion,
    ContextArtifact,
    Project,
    Workflow,
    WorkflowActivity,
)
from tui.drafts import Draft, DraftKey
from tui.edits import (
    Edit,
    EditField,
    answer_edit,
    card_edit,
    description_edit,
    knowledge_edit,
    new_knowledge_edit,
    title_edit,
)
from tui.session import Session

if TYPE_CHECKING:
    from tui.asks.policy import PolicyRead

_TITLED: dict[str, type[Workflow | WorkflowActivity | Project]] = {
    "workflow": Workflow,
    "activity": WorkflowActivity,
    "project": Project,
}


_SAVED_ELSEWHERE = {
    "diff_comment": "A comment is saved where its line is: c on it in the diff opens this text again.",
    "run_note": "A note goes with your word: a or x in the approval pane opens this text again.",
}
"""What is said of texts that can be read here, but not saved."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a draft belongs to, as it is now: a row with a form of its own, or an ``Edit``."""

    draft: Draft
    card: Card | None = None
    planned: CardPlannedFile | None = None
    artifact: ContextArtifact | None = None
    edit: Edit | None = None
    policy: PolicyRead | None = None


def open_draft(session: Session, draft: Draft) -> Opened:
    """Open the project a draft is in, and read what it was typed at.

    What has been deleted since comes back as an ``Edit`` that can be read but not saved.
    """
    key = draft.key
    board = session.board
    if key.project_id and (board is None or board.project.id != key.project_id):
        if session.db.get(Project, key.project_id) is None:
            return Opened(draft, edit=_orphan(draft))
        session.open_project(key.project_id)
    with session.db.view():
        return _read(session, draft) or Opened(draft, edit=_orphan(draft))


def read_card_edit(session: Session, card_id: str, was: str) -> Edit | None:
    """Return what edits a card whose title was ``was`` when the person began; None when gone."""
    card = session.db.get(Card, card_id)
    if card is None:
        return None
    return card_edit(structs.replace(card, title=was), session.project_id)


def _read(session: Session, draft: Draft) -> Opened | None:
    db, key = session.db, draft.key
    project_id = key.project_id
    first, last = key.ids[0], key.ids[-1]
    if key.kind == "policy":
        from tui.asks.policy import read_policy_of  # seldom typed at

        return Opened(draft, policy=read_policy_of(session, first))
    if key.kind in _TITLED:
        row = db.get(_TITLED[key.kind], first)
        if row is None:
            return None
        make = description_edit if key.field.startswith("description") else title_edit
        return Opened(draft, edit=make(row, project_id))
    card = db.get(Card, first) if first else None
    if key.kind == "artifact":
        artifact = db.get(ContextArtifact, last) if last else None
        return Opened(draft, card, artifact=artifact)
    if card is None:
        return None
    if key.kind == "card":
        return Opened(draft, card)
    if key.kind == "planned_file":
        planned = db.get(CardPlannedFile, last) if last else None
        return Opened(draft, card, planned)
    if key.kind == "answer":
        question = db.get(CardQuestion, last)
        return Opened(draft, edit=answer_edit(question, card, project_id)) if question else None
    if key.kind in KNOWLEDGE:
        table = KNOWLEDGE[key.kind]
        item = db.get(table, last) if last else None
        if item is not None:
            return Opened(draft, edit=knowledge_edit(item, card, project_id))
        return Opened(draft, edit=new_knowledge_edit(KINDS[table], card, project_id))
    return None


def _orphan(draft: Draft) -> Edit:
    key: DraftKey = draft.key

    def refuse(_values: dict[str, Any]) -> Any:
        raise Refused(
            _SAVED_ELSEWHERE.get(
                key.kind,
                "What this text belonged to was deleted: copy it from here (ctrl+e opens it in "
                "your editor), or undo the deletion first.",
            )
        )

    fields = tuple(
        EditField(name, name.replace("_", " ").capitalize(), "")
        for name, value in draft.values.items()
        if isinstance(value, str)
    )
    return Edit(key.about or key.kind, key, None, fields, refuse)
