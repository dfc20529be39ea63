"""The map as PNG: the SVG, drawn by resvg with the fonts that are installed."""

from __future__ import annotations

from collections.abc import Iterator

from planner.errors import Refused
from store.adapter import DbAdapter
from store.records import Project
from tui.pictures.svg import draw, written

SCALE = 2
"""Pixels for a unit, so that the letters are sharp."""

MOST_PIXELS = 120_000_000
"""Pixels of the largest picture: drawing takes four bytes for each."""


def export_png(db: DbAdapter, project: Project) -> Iterator[bytes]:
    """Draw a project's whole map.

    Args:
        db: The open plan.
        project: Whose map.

    Yields:
        The picture.

    Raises:
        Refused: It would be too large, or can't be drawn here; SVG and HTML are always possible.
    """
    picture = draw(db, project)
    width, height = picture.width, picture.height
    scale = SCALE if width * height * SCALE**2 <= MOST_PIXELS else 1
    if width * height * scale**2 > MOST_PIXELS:
        raise Refused(
            f"“{project.name}” would be a picture of {width:,} × {height:,} pixels, which is too "
            "large. Export it as svg or html."
        )
    try:
        import resvg_py
    except ImportError as error:
        raise Refused(
            "PNG needs resvg-py, which is not installed: pip install resvg-py. "
            "Export it as svg or html without."
        ) from error
    yield bytes(resvg_py.svg_to_bytes(svg_string="".join(written(picture)), zoom=scale))
