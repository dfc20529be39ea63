"""The part of the app that is as its person wants it: the config, and the theme they chose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.config import Config
from tui.drawing import Drawing
from tui.key_gate import KeyGate
from tui.remembered import Remembered
from tui.themes import DEFAULT, IN_16_COLORS, OWN, activity_colors

if TYPE_CHECKING:
    from textual.filter import LineFilter


class ConfiguredApp(KeyGate):
    """An app with a config and a memory of what was chosen on it."""

    def __init__(self, config: Config, remembered: Remembered, drawing: Drawing) -> None:
        """Be as the config says.

        Args:
            config: What was chosen in the config.
            remembered: What was chosen on the board, and is remembered from here on.
            drawing: What the terminal can be drawn with.
        """
        super().__init__()
        self.config = config
        self.remembered = remembered
        for theme in OWN:
            self.register_theme(theme)
        few = self.console.color_system == "standard"
        self._default_theme = config.theme or (IN_16_COLORS if few else DEFAULT)
        self._drawing = drawing
        self._last_filters: tuple[LineFilter, ...] = ()
        self._begin_with(self._first_theme())
        if config.keys:
            self.set_keymap(config.keys)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes lines before they are drawn."""
        filters = super().get_line_filters()
        return [*filters, *self._last_filters] if self._last_filters else filters

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the activities colours in themes that bring none."""
        return activity_colors(self.current_theme)

    def watch_theme(self, before: str, theme: str) -> None:
        """Remember a theme that was chosen."""
        if theme != before:
            self._fit_filters()
            self.remembered.keep_theme(theme, self._default_theme)

    def bell(self) -> None:
        """Ring the bell, unless the config says not to."""
        if self.config.bell:
            super().bell()

    def call_for_person(self, text: str) -> None:
        """Tell someone who may look elsewhere that they are needed, as the config says.

        Args:
            text: What for.
        """
        if self.config.notify == "bell":
            self.bell()
        elif self.config.notify == "desktop":
            from tui.notify import notify

            sequence = notify(text)
            if sequence and self._driver is not None:
                self._driver.write(sequence)
                self._driver.flush()

    def _begin_with(self, name: str) -> None:
        """Take a theme without reading the style sheets once more, as setting it would."""
        self.set_reactive(ConfiguredApp.theme, name)
        theme, was = self.current_theme, [one for one in self.classes if one.startswith("-theme-")]
        classes = {**dict.fromkeys(was, False), f"-theme-{theme.name}": True}
        classes |= {"-dark-mode": theme.dark, "-light-mode": not theme.dark}
        self.update_classes(classes, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self._fit_filters()

    def _fit_filters(self) -> None:
        """Filter lines as the theme and the terminal need it."""
        self._last_filters = (*self._for_few_colors(), *self._for_ascii())

    def _for_few_colors(self) -> Iterator[LineFilter]:
        if not (self.no_color or self.theme == IN_16_COLORS):
            return
        from textual.filter import Monochrome, NoColor

        from tui.few_colors import Grounded, Reversed

        if not self.no_color:
            yield Grounded()
        for index, one in enumerate(self._filters):
            if isinstance(one, Monochrome | NoColor | Reversed):
                # The terminal's own colours have no greys: all of them would be black.
                self._filters[index] = Reversed() if self.native_ansi_color else Monochrome()

    def _for_ascii(self) -> Iterator[LineFilter]:
        if self._drawing is not Drawing.UNICODE:
            from tui.ascii import AsciiOnly

            yield AsciiOnly(texts=self._drawing is Drawing.ASCII_ONLY)

    def _first_theme(self) -> str:
        """Return the theme that was chosen last, as long as the default is what it was then."""
        chosen = self.remembered.theme
        if chosen in self.available_themes and (
            self.remembered.theme_instead_of == self._default_theme
        ):
            return chosen
        return self._default_theme
