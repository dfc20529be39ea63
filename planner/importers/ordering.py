"""Works out how few siblings have to move so that they stand in a source's order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence


def moves(order: list[str], wanted: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each sibling that moves with its new place, bringing ``order`` up to date.

    Args:
        order: All siblings as they stand.
        wanted: Those that the source has, in its order; the others stay behind what they follow.
    """
    places = {item_id: at for at, item_id in enumerate(order)}
    present = [item_id for item_id in wanted if item_id in places]
    staying = _longest_rise([places[item_id] for item_id in present])
    if len(staying) == len(present):
        return
    previous: str | None = None
    for at, item_id in enumerate(present):
        if at not in staying:
            order.remove(item_id)
            place = 0 if previous is None else order.index(previous) + 1
            order.insert(place, item_id)
            yield item_id, place
        previous = item_id


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """Return the indexes of a longest subsequence that rises."""
    ends: list[int] = []  # the smallest number that ends a rise of each length
    at_end: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at_end[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            at_end.append(at)
        else:
            ends[length], at_end[length] = number, at
    found: set[int] = set()
    at = at_end[-1] if at_end else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return found
