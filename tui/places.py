"""Where what lasts beside the plan is kept: the config, and what the program remembers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Two paths, found at the edge and handed down; None where nothing is to be kept.

    Attributes:
        config: The config file, which may not exist.
        state: The folder for what is remembered between starts: themes, selections, drafts.
    """

    config: Path | None = None
    state: Path | None = None
