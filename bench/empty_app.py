"""The least a Textual app can be: what the board's start and memory are held against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "ready"
"""What it shows."""


class EmptyApp(App[None]):
    """One word on the screen."""

    def compose(self) -> ComposeResult:
        """Show the word."""
        yield Static(READY)


if __name__ == "__main__":
    EmptyApp().run()
