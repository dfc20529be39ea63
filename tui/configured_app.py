"""The part of the app that is as its person wants it: the config, and the theme they chose."""

from __future__ import annotations

from tui.config import Config
from tui.key_gate import KeyGate
from tui.remembered import Remembered
from tui.themes import DEFAULT, OWN, activity_colors


class ConfiguredApp(KeyGate):
    """An app with a config and a memory of what was chosen on it."""

    def __init__(self, config: Config, remembered: Remembered) -> None:
        """Be as the config says.

        Args:
            config: What was chosen in the config.
            remembered: What was chosen on the board, and is remembered from here on.
        """
        super().__init__()
        self.config = config
        self.remembered = remembered
        for theme in OWN:
            self.register_theme(theme)
        self._default_theme = config.theme or DEFAULT
        self.set_reactive(ConfiguredApp.theme, self._first_theme())
        if config.keys:
            self.set_keymap(config.keys)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the activities colours in themes that bring none."""
        return activity_colors(self.current_theme)

    def watch_theme(self, before: str, theme: str) -> None:
        """Remember a theme that was chosen."""
        if theme != before:
            self.remembered.keep_theme(theme, self._default_theme)

    def bell(self) -> None:
        """Ring the bell, unless the config says not to."""
        if self.config.bell:
            super().bell()

    def _first_theme(self) -> str:
        """Return the theme that was chosen last, as long as the default is what it was then."""
        chosen = self.remembered.theme
        if chosen in self.available_themes and (
            self.remembered.theme_instead_of == self._default_theme
        ):
            return chosen
        return self._default_theme
