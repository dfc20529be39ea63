"""The config: what a person has chosen about the board, in one TOML file of theirs.

It is read strictly. What it does not know is an error that names the line and the nearest
right word, and the board starts with all of it or not at all. Without a file nothing is
parsed, and nothing imported that parses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

Path_ = tuple[str, ...]
"""Where a value stands in the file, such as ``("board", "theme")``."""


class Config(msgspec.Struct, frozen=True):
    """What was chosen, with a default for all that was not.

    Attributes:
        theme: The theme of a start at which none was chosen on the board yet.
        ascii: Whether to draw with ASCII alone; None leaves it to the locale.
        editor: The editor for long texts with its arguments; empty for the environment's.
        bell: Whether the terminal's bell tells of what could not be done.
        toasts: Whether messages may pop up over the board.
        tour: Whether the first start on the sample plan shows the tour.
        mouse: Whether the board takes the mouse.
        keys: Keys by the id of their binding, as ``App.set_keymap`` takes them.
    """

    theme: str | None = None
    ascii: bool | None = None
    editor: tuple[str, ...] = ()
    bell: bool = True
    toasts: bool = True
    tour: bool = True
    mouse: bool = True
    keys: dict[str, str] = {}


class ConfigError(Exception):
    """The config can't be used; each complaint names its line."""

    def __init__(self, complaints: Iterable[str]) -> None:
        """Complain.

        Args:
            complaints: Sentences that start with the file and the line.
        """
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


class Wrong(Exception):
    """A value is not what its option takes; says what it takes."""


class NoSuch(Exception):
    """A value names what there is not; says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the ``[board]`` table.

    Attributes:
        name: Its name there and in ``Config``.
        takes: What it takes, in words.
        default: What holds without it, as it would be written.
        example: A value to start from, as it would be written.
        words: What it does.
        read: Turns the value into the one of ``Config``, or raises ``Wrong`` or ``NoSuch``.
    """

    name: str
    takes: str
    default: str
    example: str
    words: str
    read: Callable[[Any], Any]


def _theme(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("a theme's name in quotes")
    from tui.themes import known_themes

    known = known_themes()
    if value not in known:
        near = _nearest(value, known) or f". There are {', '.join(known)}."
        raise NoSuch(f"there is no theme '{value}'{near}")
    return value


def _ascii(value: Any) -> bool | None:
    if value == "auto":
        return None
    if not isinstance(value, bool):
        raise Wrong('true, false or "auto"')
    return value


def _editor(value: Any) -> tuple[str, ...]:
    whole = isinstance(value, list) and value and all(isinstance(word, str) for word in value)
    if not whole or not value[0]:
        raise Wrong('a list of the program and its arguments, such as ["code", "--wait"]')
    return tuple(value)


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false")
    return value


OPTIONS = (
    Option(
        "theme",
        "a theme's name",
        '"planner-dark"',
        '"planner-light"',
        "The colours of a start at which none were chosen on the board yet. `ctrl+p`, Theme lists all, shows each and "
        "remembers the one chosen; writing another name here afterwards counts again.",
        _theme,
    ),
    Option(
        "ascii",
        '`true`, `false` or `"auto"`',
        '"auto"',
        "true",
        "Draw with ASCII characters alone. `auto` does so where the locale is not UTF-8, and shows what can't be "
        "written there as `?`. `--ascii` and `PLANNER_ASCII=1` ask for it as well.",
        _ascii,
    ),
    Option(
        "editor",
        "a program and its arguments",
        "[]",
        '["code", "--wait"]',
        "The editor that `ctrl+e` opens a long text in; `$VISUAL` or `$EDITOR` without it.",
        _editor,
    ),
    Option(
        "bell",
        "`true` or `false`",
        "true",
        "false",
        "Ring the terminal's bell when something could not be done. It is always told in words too.",
        _yes,
    ),
    Option(
        "toasts",
        "`true` or `false`",
        "true",
        "false",
        "Let messages pop up over the board; without, they are told on the status line.",
        _yes,
    ),
    Option(
        "tour",
        "`true` or `false`",
        "true",
        "false",
        "Show the tour at the first start on the sample plan.",
        _yes,
    ),
    Option(
        "mouse",
        "`true` or `false`",
        "true",
        "false",
        "Take the mouse. Without, the terminal keeps it: for marking and copying text, for instance.",
        _yes,
    ),
)
"""What the ``[board]`` table takes."""

TABLES = ("board", "keys")
"""The tables there are."""


def read_config(path: Path | None) -> Config:
    """Return the config; one without any choices when there is no file.

    Raises:
        ConfigError: The file can't be read, is not TOML, or holds what it must not.
    """
    if path is None:
        return Config()
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except OSError as error:
        raise ConfigError([f"{path} can't be read: {error.strerror}."]) from None
    return _Reading(path, content).config()


class _Reading:
    """One file while it is read: its text, and what is wrong with it so far."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path
        try:
            self._text = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ConfigError([f"{path} line {line}: this is not UTF-8 text."]) from None
        self._complaints: list[tuple[int, str]] = []

    def config(self) -> Config:
        """Return what the file says."""
        document = self._parse()
        chosen: dict[str, Any] = {}
        for name, table in document.items():
            if name not in TABLES:
                word = f"table [{name}]" if isinstance(table, dict) else f"option {name} here"
                near = _nearest(name, TABLES, "[{}]") or ". There are [board] and [keys]."
                options = [option.name for option in OPTIONS]
                if not isinstance(table, dict) and get_close_matches(name, options, 1):
                    near = ". Options stand below a line [board]."
                self._complain((name,), f"there is no {word}{near}")
            elif not isinstance(table, dict):
                self._complain((name,), f"{name} is a table: write [{name}] on a line of its own.")
            elif name == "board":
                self._board(table, chosen)
            else:
                chosen["keys"] = self._keys(table)
        if self._complaints:
            raise ConfigError(
                f"{self._path} line {line}: {words}" for line, words in sorted(self._complaints)
            )
        return Config(**chosen)

    def _parse(self) -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line, words = _place_of(str(error), self._text)
            raise ConfigError([f"{self._path} line {line}: this is not TOML: {words}."]) from None

    def _board(self, table: dict[str, Any], chosen: dict[str, Any]) -> None:
        options = {option.name: option for option in OPTIONS}
        for name, value in table.items():
            option = options.get(name)
            if option is None:
                near = _nearest(name, options) or f". It has {', '.join(options)}."
                self._complain(("board", name), f"[board] has no option {name}{near}")
                continue
            try:
                chosen[name] = option.read(value)
            except Wrong as wrong:
                words = f"{name} must be {wrong}, not {_shown(value)}."
                self._complain(("board", name), words)
            except NoSuch as unknown:
                self._complain(("board", name), str(unknown))

    def _keys(self, table: dict[str, Any]) -> dict[str, str]:
        """Return the keys that are given anew, once nothing is wrong with them."""
        if not table:
            return {}
        from tui.config_keys import check_keys

        given: dict[str, str] = {}
        places: dict[str, Path_] = {}
        for path, value in _leaves(table):
            binding_id = ".".join(path)
            places[binding_id] = ("keys", *path)
            if isinstance(value, str):
                given[binding_id] = value
            else:
                self._complain(
                    places[binding_id],
                    f'the keys of {binding_id} must be text, such as "n" or "n,ctrl+n", '
                    f"not {_shown(value)}.",
                )
        keys, complaints = check_keys(given)
        for binding_id, words in complaints:
            self._complain(places[binding_id], words)
        return keys

    def _complain(self, path: Path_, words: str) -> None:
        self._complaints.append((_line_of(self._text, path), words))


def _leaves(table: dict[str, Any], above: Path_ = ()) -> Iterable[tuple[Path_, Any]]:
    """Yield every value below a table: ``card.new = "n"`` without quotes makes tables too."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _line_of(text: str, path: Path_) -> int:
    """Return the line on which something of the file is written.

    It is the first after which a parser knows of it, so that quotes, dots and nested tables
    can't mislead; a value of many lines counts from where it begins.
    """
    import tomllib

    lines = text.split("\n")
    known = 0
    for count in range(1, len(lines) + 1):
        try:
            found: Any = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            rest = range(known, count)
            return 1 + next((n for n in rest if not _is_bare(lines[n])), count - 1)
        known = count
    return len(lines)


def _is_bare(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _place_of(error: str, text: str) -> tuple[int, str]:
    """Return the line that a TOML error names, and the error without it."""
    words, _, place = error.partition(" (at ")
    if place.startswith("line "):
        line, _, column = place.removeprefix("line ").rstrip(")").partition(", column ")
        return int(line), f"{words[:1].lower()}{words[1:]}, at column {column}"
    end = len(text.rstrip("\n").split("\n"))
    return end, f"{words[:1].lower()}{words[1:]}, at the end of the file"


def _nearest(word: str, known: Iterable[str], form: str = "{}") -> str:
    """Return the question after the nearest of some known words; nothing when none is near."""
    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {form.format(near[0])}?" if near else ""


def _shown(value: Any) -> str:
    """Return a value in words: ``the text 'x'``, ``the number 3``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value!r}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "an empty list" if not value else "this list"
    return "a table" if isinstance(value, dict) else "a date"


def example() -> str:
    """Return a config to start from, in which everything is commented out."""
    lines = [
        "# The config of planner-tui. Take the # away from what you want otherwise.",
        "# planner-tui config --check says whether all of it is right.",
        "",
        "[board]",
    ]
    for option in OPTIONS:
        lines += [f"# {line}" for line in _folded(option.words.replace("`", ""))]
        lines += [f"# {option.name} = {option.example}", ""]
    lines += [
        "[keys]",
        "# An id of docs/keys.md, and the keys for it: one, or several with commas between.",
        '# "card.new" = "n,insert"',
        '# "plan.undo" = "ctrl+z"',
        "",
    ]
    return "\n".join(lines)


def _folded(words: str) -> list[str]:
    import textwrap

    return textwrap.wrap(words, 88)
