"""A card that is open: what is read of it, and what its keys change, on the plan's thread.

What a key does depends on how the card stands by then (approve or make it a draft again, one
place further down), so it is worked out here, where quick keys add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner import many
from planner import requests as ask
from planner.describe import clipped
from planner.errors import Refused
from store.records import CardPlannedFile, CardQuestion, KnowledgeStatus, PlannedFileStatus
from tui.asks import many as many_asks
from tui.session import Session

if TYPE_CHECKING:
    from planner.holdings import CardHoldings
    from planner.knowledge_actions import KnowledgeItem


def read_card(session: Session, card_id: str) -> CardHoldings | None:
    """Read a card and all it holds; None when it has been deleted."""
    from planner.holdings import read_holdings

    return read_holdings(session.db, card_id)


def step_status(session: Session, card_id: str, by: int) -> None:
    """Give a card its next status."""
    many_asks.change_cards(session, [card_id], lambda cards: many.step_status(cards, None, by))


def step_priority(session: Session, card_id: str, by: int) -> None:
    """Make a card more or less urgent."""
    many_asks.change_cards(session, [card_id], lambda cards: many.step_priority(cards, by))


def keep_as_fact(session: Session, card_id: str, question_id: str) -> None:
    """Keep a question's answer among the card's known facts."""
    question = session.db.get(CardQuestion, question_id)
    if question is None:
        raise Refused("This question has been deleted meanwhile.")
    if not (question.answer or "").strip():
        raise Refused("This question has no answer yet: A answers it.")
    action = ask.AnswerCardQuestion(
        target_ref=ask.CardTarget(card_id=card_id),
        payload=ask.Answer(id=question_id, answer=str(question.answer), as_known_fact=True),
    )
    session.apply([action], note=f"Known fact: “{clipped(str(question.answer))}”")


def set_status(
    session: Session, card_id: str, section: str, item_id: str, wanted: KnowledgeStatus
) -> None:
    """Approve or reject an item; one that is so already becomes a draft again."""
    target = ask.CardTarget(card_id=card_id)
    if section == "planned_file":
        _approve_file(session, target, item_id, wanted)
        return
    item = _knowledge(session, section, item_id)
    status = KnowledgeStatus.DRAFT if item.status == wanted else wanted
    action = ask.SetCardKnowledgeStatus(
        target_ref=target,
        payload=ask.KnowledgeStatusChange(kind=section, id=item_id, status=status),  # type: ignore[arg-type]
    )
    word = "a draft again" if status == KnowledgeStatus.DRAFT else status
    session.apply([action], note=f"{_named(section)} is {word}: “{clipped(item.text)}”")


def reorder(session: Session, card_id: str, section: str, item_id: str, by: int) -> None:
    """Move an item among those of its list."""
    target = ask.CardTarget(card_id=card_id)
    action: ask.Action
    if section == "planned_file":
        planned = session.db.get(CardPlannedFile, item_id)
        if planned is None:
            raise Refused("This planned file has been deleted meanwhile.")
        size = session.db.count(CardPlannedFile, card_id=card_id)
        place, title = planned.position + by, planned.logical_file_name
        action = ask.UpsertCardPlannedFile(
            target_ref=target, payload=ask.PlannedFileUpsert(id=item_id, position=max(0, place))
        )
    else:
        item = _knowledge(session, section, item_id)
        size = session.db.count(type(item), card_id=card_id)
        place, title = item.position + by, item.text
        action = ask.UpsertCardKnowledgeItem(
            target_ref=target,
            payload=ask.KnowledgeUpsert(kind=section, id=item_id, position=max(0, place)),  # type: ignore[arg-type]
        )
    if 0 <= place < size:
        way = "down" if by > 0 else "up"
        session.apply([action], note=f"Moved {way}: “{clipped(title)}”")


def delete_item(session: Session, card_id: str, section: str, item_id: str, title: str) -> None:
    """Delete an item; a context artifact is only taken off the card."""
    target = ask.CardTarget(card_id=card_id)
    done = f"Deleted {_named(section, small=True)} “{clipped(title)}”"
    action: ask.Action
    if section == "artifact":
        action = ask.UnlinkContextArtifact(
            target_ref=target, payload=ask.Unlink(context_artifact_id=item_id)
        )
        done = f"“{clipped(title)}” is off this card"
    elif section == "planned_file":
        action = ask.DeleteCardPlannedFile(target_ref=target, payload=ask.OneOf(id=item_id))
    else:
        action = ask.DeleteCardKnowledgeItem(
            target_ref=target,
            payload=ask.KnowledgeRef(kind=section, id=item_id),  # type: ignore[arg-type]
        )
    session.apply([action], note=f"{done}")


def _approve_file(
    session: Session, target: ask.CardTarget, file_id: str, wanted: KnowledgeStatus
) -> None:
    planned = session.db.get(CardPlannedFile, file_id)
    if planned is None:
        raise Refused("This planned file has been deleted meanwhile.")
    if wanted == KnowledgeStatus.REJECTED:
        raise Refused("A planned file is approved or deleted: d deletes it.")
    if planned.status == PlannedFileStatus.APPROVED:
        raise Refused("This planned file is approved. Editing it makes it a proposal again.")
    action = ask.ApproveCardPlannedFile(target_ref=target, payload=ask.OneOf(id=file_id))
    session.apply(
        [action], note=f"Planned file is approved: “{clipped(planned.logical_file_name)}”"
    )


def _knowledge(session: Session, kind: str, item_id: str) -> KnowledgeItem:
    from planner.knowledge_actions import KNOWLEDGE  # not needed before the first change

    item = session.db.get(KNOWLEDGE[kind], item_id)  # type: ignore[index]
    if item is None:
        raise Refused(f"This {_named(kind, small=True)} has been deleted meanwhile.")
    return item


def _named(section: str, *, small: bool = False) -> str:
    words = "context artifact" if section == "artifact" else section.replace("_", " ")
    return words if small else words.capitalize()
