"""What each key of the map must do. Files of checks fill ``CHECKS``; ``test_map_keys`` runs them."""

from collections.abc import Awaitable, Callable

from tests.tui.board import OpenBoard

Check = Callable[[OpenBoard, str], Awaitable[None]]

CHECKS: dict[str, Check] = {}
"""What each binding must do, by its id: given the board, with ``w1a1c1`` selected, and a key."""


def checks(binding_id: str) -> Callable[[Check], Check]:
    """Remember a check for a binding."""

    def remember(check: Check) -> Check:
        CHECKS[binding_id] = check
        return check

    return remember
