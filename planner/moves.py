"""From "move it left" to the planning action that does it, on a given board."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from planner.board import Board, CardFace, Column, Lane
from planner.requests import (
    Action,
    ActivityMove,
    ActivityTarget,
    CardMove,
    CardTarget,
    Move,
    MoveActivity,
    MoveCard,
    ReorderActivity,
    ReorderCard,
    ReorderWorkflow,
    WorkflowTarget,
)

Shown = Callable[[CardFace], bool]
"""Whether a card is shown; a move goes past the cards a filter hides."""


def everything(_card: CardFace) -> bool:
    """Say that a card is shown."""
    return True


def plan_move(board: Board, moved: str, direction: str, shown: Shown = everything) -> Action | None:
    """Return the action that moves a card, activity or workflow one step, or None at an edge.

    A card goes ``up`` and ``down`` within its activity and, past its ends, to the workflow
    above or below; ``left`` and ``right`` to the activity beside it. An activity goes left
    and right within its workflow, up and down to the one above or below; a workflow up and down.

    Args:
        board: The map to move on.
        moved: Id of the card, activity or workflow.
        direction: ``up``, ``down``, ``left`` or ``right``.
        shown: Which cards a filter shows.
    """
    for lane_index, lane in enumerate(board.lanes):
        if lane.id == moved:
            return _move_workflow(board, lane_index, direction)
        for column_index, column in enumerate(lane.columns):
            if column.id == moved:
                return _move_activity(board, lane_index, column_index, direction)
            for row, card in enumerate(column.cards):
                if card.id == moved:
                    return _move_card(board, lane_index, column_index, row, direction, shown)
    return None


def plan_moves(
    board: Board, card_ids: Collection[str], direction: str, shown: Shown = everything
) -> list[Action]:
    """Return the actions that move several cards one step; together they keep their order.

    Each goes where ``plan_move`` would bring it alone, save that it never passes another of
    them: those right behind one that is held at an edge stay with it, and those right behind
    one that leaves its activity go with it.

    Args:
        board: The map to move on.
        card_ids: Ids of the cards.
        direction: ``up``, ``down``, ``left`` or ``right``.
        shown: Which cards a filter shows.
    """
    wanted = set(card_ids)
    if direction in ("left", "right"):
        return _moves_sideways(board, wanted, direction)
    if direction in ("up", "down"):
        return _moves_along(board, wanted, direction, shown)
    return []


def plan_move_to(
    board: Board, card_ids: Sequence[str], activity_id: str, *, first: bool = False
) -> list[Action]:
    """Return the actions that bring cards to an activity, in the order they are in on the map.

    None where they all stand there already, or where the activity has gone.

    Args:
        board: The map to move on.
        card_ids: Ids of the cards.
        activity_id: Where they go.
        first: Before what is there; after it otherwise.
    """
    columns = [column for lane in board.lanes for column in lane.columns]
    into = next((column for column in columns if column.id == activity_id), None)
    wanted = set(card_ids)
    moved = [card.id for column in columns for card in column.cards if card.id in wanted]
    if into is None or not moved:
        return []
    there = [card.id for card in into.cards]
    stay = [card_id for card_id in there if card_id not in wanted]
    if there == (moved + stay if first else stay + moved):
        return []
    return [
        _to(CardTarget(card_id=card_id), into, place if first else None)
        for place, card_id in enumerate(moved)
    ]


def plan_move_activity_to(
    board: Board, activity_id: str, workflow_id: str, *, first: bool = False
) -> Action | None:
    """Return the action that brings an activity to a workflow; None where it stands there already.

    Args:
        board: The map to move on.
        activity_id: Id of the activity.
        workflow_id: Where it goes.
        first: Before what is there; after it otherwise.
    """
    into = next((lane for lane in board.lanes if lane.id == workflow_id), None)
    if into is None:
        return None
    there = [column.id for column in into.columns]
    if there and there[0 if first else -1] == activity_id:
        return None
    target = ActivityTarget(workflow_activity_id=activity_id)
    payload = ActivityMove(workflow_id=workflow_id, position=0 if first else None)
    return MoveActivity(target_ref=target, payload=payload)


def _move_workflow(board: Board, index: int, direction: str) -> Action | None:
    position = index + {"up": -1, "down": 1}.get(direction, 0)
    if position == index or not 0 <= position < len(board.lanes):
        return None
    target = WorkflowTarget(workflow_id=board.lanes[index].id)
    return ReorderWorkflow(target_ref=target, payload=Move(position=position))


def _move_activity(
    board: Board, lane_index: int, column_index: int, direction: str
) -> Action | None:
    lane = board.lanes[lane_index]
    target = ActivityTarget(workflow_activity_id=lane.columns[column_index].id)
    if direction in ("up", "down"):
        beyond = lane_index + (-1 if direction == "up" else 1)
        if not 0 <= beyond < len(board.lanes):
            return None
        into = board.lanes[beyond]
        payload = ActivityMove(workflow_id=into.id, position=min(column_index, len(into.columns)))
        return MoveActivity(target_ref=target, payload=payload)
    position = column_index + (-1 if direction == "left" else 1)
    if not 0 <= position < len(lane.columns):
        return None
    return ReorderActivity(target_ref=target, payload=Move(position=position))


def _move_card(
    board: Board, lane_index: int, column_index: int, row: int, direction: str, shown: Shown
) -> Action | None:
    lane = board.lanes[lane_index]
    column = lane.columns[column_index]
    target = CardTarget(card_id=column.cards[row].id)
    if direction in ("left", "right"):
        beside = column_index + (-1 if direction == "left" else 1)
        if not 0 <= beside < len(lane.columns):
            return None
        return _to(target, lane.columns[beside], _same_height(lane.columns[beside], row))
    by = -1 if direction == "up" else 1
    place = row + by
    while 0 <= place < len(column.cards) and not shown(column.cards[place]):
        place += by
    if 0 <= place < len(column.cards):
        return ReorderCard(target_ref=target, payload=Move(position=place))
    beyond = _lane_with_columns(board.lanes, lane_index, by)
    if beyond is None:
        return None
    into = beyond.columns[min(column_index, len(beyond.columns) - 1)]
    return _to(target, into, into.size if by < 0 else 0)


def _moves_sideways(board: Board, moved: set[str], direction: str) -> list[Action]:
    actions: list[Action] = []
    for lane in board.lanes:
        # From the edge they go to, so that none is moved twice.
        columns = lane.columns if direction == "left" else lane.columns[::-1]
        held = len(columns[0].cards) if columns else 0  # nobody leaves the one at the edge
        for into, column in pairwise(columns):
            left = len(column.cards)
            for row, card in enumerate(column.cards):
                if card.id in moved:
                    actions.append(_to(CardTarget(card_id=card.id), into, min(row, held)))
                    held, left = held + 1, left - 1
            held = left
    return actions


def _moves_along(board: Board, moved: set[str], direction: str, shown: Shown) -> list[Action]:
    by = -1 if direction == "up" else 1
    now = {c.id: [card.id for card in c.cards] for lane in board.lanes for c in lane.columns}
    actions: list[Action] = []
    # From the edge they go to; what leaves an activity comes to one that was seen to already.
    for lane_index in range(len(board.lanes))[::-by]:
        beyond = _lane_with_columns(board.lanes, lane_index, by)
        lane = board.lanes[lane_index]
        for column_index in range(len(lane.columns))[::-by]:
            column = lane.columns[column_index]
            into = beyond.columns[min(column_index, len(beyond.columns) - 1)] if beyond else None
            actions += _column_moves(column, into, moved, by, shown, now)
    return actions


def _column_moves(
    column: Column,
    into: Column | None,
    moved: set[str],
    by: int,
    shown: Shown,
    now: dict[str, list[str]],
) -> list[Action]:
    """Move cards within one activity, the foremost out of it; ``now`` is kept up to date."""
    actions: list[Action] = []
    order = now[column.id]
    front: str | None = None  # the card to pass
    for card in column.cards[::-by]:
        if card.id not in moved:
            if shown(card):
                front = card.id
            continue
        target = CardTarget(card_id=card.id)
        if front is not None:
            place = order.index(front)
            order.remove(card.id)
            order.insert(place, card.id)
            actions.append(ReorderCard(target_ref=target, payload=Move(position=place)))
        elif into is not None:
            there = now[into.id]
            place = len(there) if by < 0 else 0
            order.remove(card.id)
            there.insert(place, card.id)
            actions.append(_to(target, into, place))
    return actions


def _lane_with_columns(lanes: Sequence[Lane], start: int, by: int) -> Lane | None:
    index = start + by
    while 0 <= index < len(lanes):
        if lanes[index].columns:
            return lanes[index]
        index += by
    return None


def _same_height(column: Column, row: int) -> int:
    return min(row, column.size)


def _to(target: CardTarget, column: Column, position: int | None) -> Action:
    payload = CardMove(workflow_activity_id=column.id, position=position)
    return MoveCard(target_ref=target, payload=payload)
