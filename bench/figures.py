"""Figures and their limits, and the table they are told in."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Figure:
    """Something measured.

    ``limit`` is the most it may be, None when it is told for information alone; ``told``
    says what it was measured as, where ``value`` is not enough.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    told: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it is more than it may be."""
        return self.limit is not None and not self.value <= self.limit


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that so great a part of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 0.5)


def machine() -> str:
    """Say what the figures were measured on."""
    return (
        f"Python {platform.python_version()} · Textual {version('textual')} · "
        f"SQLite {sqlite3.sqlite_version} · {os.cpu_count()} cores · "
        f"{platform.system()} {platform.machine()}"
    )


def row(figure: Figure) -> str:
    """Return a figure as a line of the table."""
    limit = "" if figure.limit is None else f"≤ {_number(figure.limit)} {figure.unit}"
    verdict = "" if figure.limit is None else "OVER" if figure.is_over else "ok"
    value = f"{_number(figure.value)} {figure.unit}"
    return f"{figure.name:<58}{value:>12}{limit:>14}  {verdict:<5} {figure.told}".rstrip()


def heading() -> str:
    """Return the table's first lines."""
    titles = f"{'figure':<58}{'measured':>12}{'limit':>14}  {'':<5} as"
    return f"{titles}\n{'─' * len(titles)}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
