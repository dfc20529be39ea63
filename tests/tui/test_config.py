"""The config: read strictly, each mistake named with its line and the nearest right word."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.binding import Binding

from planner.errors import Refused
from planner.runs.agent_presets import PRESETS
from tests.tui.board import a_plan, opened_on
from tui.all_keys import binding_ids, keyboards
from tui.config import Config, ConfigError, read_config
from tui.config_options import OPTIONS, example
from tui.places import Places
from tui.remembered import Remembered
from tui.widgets.toast import Toast


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(path: Path, text: str) -> Config:
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def complaints(path: Path, text: str | bytes) -> list[str]:
    """Return what is wrong with a config, without the path, which every line starts with."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as error:
        read_config(path)
    assert all(one.startswith(f"{path} ") for one in error.value.complaints)
    return [one.removeprefix(f"{path} ") for one in error.value.complaints]


def test_without_a_file_all_is_as_usual(path: Path) -> None:
    assert read_config(path) == read_config(None) == Config()
    assert read_config(path / "below a file that is not there") == Config()
    assert read(path, "") == Config()
    assert read_config(path / "below a file") == Config()


def test_keys_are_named_as_the_program_hears_them(path: Path) -> None:
    config = read(
        path,
        """
        board.bell = false    # the table's name with a dot
        [keys]
        "card.new" = "n, N ,ctrl+n"
        plan.undo = "ctrl+?,comma"
        [keys.card]
        title = "shift+ctrl+up"
        """,
    )
    keys = {
        "card.new": "n,N,ctrl+n",
        "plan.undo": "ctrl+question_mark,comma",
        "card.title": "ctrl+shift+up",
    }
    assert config == Config(bell=False, keys=keys)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[board]\ntheme = "nord"\nascii = "auto"', Config(theme="nord")),
        ("[board]\nascii = false", Config(ascii=False)),
        ('[board]\neditor = ["vi", "-n"]', Config(editor=("vi", "-n"))),
        ("[board]\nbell = false\ntoasts = false", Config(bell=False, toasts=False)),
        ("[board]\ntour = false\nmouse = false", Config(tour=False, mouse=False)),
        ("\ufeff[board]\r\nbell = false\r\n", Config(bell=False)),
        ("[keys]", Config()),
        ('keys."card.new" = "d"\nkeys."map.delete" = "n"', None),
    ],
)
def test_what_is_chosen(path: Path, text: str, wanted: Config | None) -> None:
    config = read(path, text)
    if wanted is None:
        assert config.keys == {"card.new": "d", "map.delete": "n"}
    else:
        assert config == wanted


def test_a_bom_and_windows_line_ends_are_fine(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf[board]\r\nbell = false\r\n")
    assert read_config(path) == Config(bell=False)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[bord]\nx = 1", "line 1: there is no table [bord]; did you mean [board]?"),
        (
            "\n[colours]",
            "line 2: there is no table [colours]. There are [board], [agents.NAME] and [keys].",
        ),
        (
            'theme = "nord"',
            "line 1: there is no option theme here. Options stand below a line [board].",
        ),
        ("board = 3", "line 1: board is a table: write [board] on a line of its own."),
        (
            '[board]\n\ntheem = "nord"',
            "line 3: [board] has no option theem; did you mean theme?",
        ),
        (
            "[board]\nzoom = 3",
            "line 2: [board] has no option zoom. It has theme, ascii, editor, bell, notify, daily_copies, toasts, tour, agent, mouse.",
        ),
        (
            '[board]\ntheme = "plannr-dark"',
            "line 2: there is no theme 'plannr-dark'; did you mean planner-dark?",
        ),
        ("[board]\ntheme = 3", "line 2: theme must be a theme's name in quotes, not the number 3."),
        (
            '[board]\nascii = "yes"',
            "line 2: ascii must be true, false or \"auto\", not the text 'yes'.",
        ),
        ("[board]\nbell = 0", "line 2: bell must be true or false, not the number 0."),
        ("[board]\nbell = {}", "line 2: bell must be true or false, not a table."),
        ("[board]\nbell = 2026-01-31", "line 2: bell must be true or false, not a date."),
        (
            '[board]\neditor = "vi"',
            'line 2: editor must be a list of the program and its arguments, such as ["code", "--wait"], '
            "not the text 'vi'.",
        ),
        (
            '# first\n[board]\n# second\neditor = [\n  "vi",\n  5,\n]\nbell = true',
            'line 4: editor must be a list of the program and its arguments, such as ["code", "--wait"], '
            "not this list.",
        ),
        (
            '[keys]\n"card.nwe" = "n"',
            "line 2: there is no key id 'card.nwe'; did you mean card.new?",
        ),
        (
            '[keys]\nzebra = "n"',
            "line 2: there is no key id 'zebra'; docs/keys.md lists all.",
        ),
        (
            "[keys]\ncard.new = 5",
            'line 2: the keys of card.new must be text, such as "n" or "n,ctrl+n", not the number 5.',
        ),
        ('[keys]\n"card.new" = "ctlr+x"', "line 2: 'ctlr+x' is no key; did you mean ctrl+x?"),
        ('[keys]\n"card.new" = "esc"', "line 2: 'esc' is no key; did you mean escape?"),
        (
            '[keys]\n"card.new" = "ctrl+return"',
            "line 2: 'ctrl+return' is no key; did you mean ctrl+enter?",
        ),
        ('[keys]\n"card.new" = "solidus"', "line 2: 'solidus' is no key; …"),
        (
            '[keys]\n"card.new" = "shift+x"',
            "line 2: 'shift+x' is written as the character itself: X.",
        ),
        (
            '[keys]\n"card.new" = "n,,x"',
            "line 2: there is an empty key here; a comma is called comma.",
        ),
        ('[keys]\n"card.new" = ""', "line 2: there is an empty key here; a comma is called comma."),
        (
            '[keys]\n"card.new" = "d"',
            "line 2: d is given to card.new and map.delete on Map; give one another key.",
        ),
        (
            '[keys]\n"card.new" = "x"\n"plan.undo" = "x"',
            "line 3: x is given to card.new and plan.undo on Map; give one another key.",
        ),
        (
            '[keys]\n"app.help" = "Z"',
            "line 2: Z is given to workflow.fold_all and app.help on Map; give one another key.",
        ),
        (
            '[keys]\n"filter.keep" = "escape"',
            "line 2: escape is given to filter.keep and filter.clear on Filter line; give one another key.",
        ),
        (
            '[keys]\n"card.new" = "ctrl+q"',
            "line 2: ctrl+q is taken: it quits everywhere; choose another key.",
        ),
        ("[board]\ntheme == 3", "line 2: this is not TOML: invalid value, at column 8."),
        ('[board]\ntheme = "nord', "line 2: this is not TOML: …"),
        (
            "[board]\nbell = true\nbell = true",
            "line 3: this is not TOML: cannot overwrite a value…",
        ),
        ("[agents]\nmine = 3", "line 2: agents.mine is a table: write [agents.mine] on a line…"),
        (
            '[agents]\ncommand = ["x"]',
            "line 2: agents.command is a table: its options stand below a line [agents.NAME].",
        ),
        ("\n[agents.mine]", "line 2: [agents.mine] needs a command, or a preset to begin from."),
        (
            '[agents.mine]\ncomand = ["x"]',
            "line 2: [agents.mine] has no option comand; did you mean command?",
        ),
        (
            '[agents.mine]\npreset = "cluade"',
            "line 2: there is no preset 'cluade'; did you mean claude?",
        ),
        (
            '[agents.mine]\ncommand = "x -y"',
            "line 2: command must be a list of the program and its arguments, such as "
            '["x", "-p"], not the text \'x -y\'.',
        ),
        ("[agents.mine]\ncommand = []", "line 2: command is empty; it begins with a program."),
        (
            '[agents.mine]\ncommand = ["x"]\nresume_command = ["x", "{sesion}"]',
            "line 3: {sesion} stands for nothing; did you mean {session}?",
        ),
        (
            '[agents.mine]\nprompt = "argument"\ncommand = ["x"]',
            'line 3: with prompt = "argument", command must hold {prompt}.',
        ),
        (
            '[agents.claude]\nprompt = "pipe"',
            'line 2: prompt must be "stdin", "file" or "argument"…',
        ),
        (
            '[agents.claude]\nsetup = ["npm ci"]',
            "line 2: setup must be a list of commands, each a list: …",
        ),
        ("[agents.claude]\nminutes = 0", "line 2: minutes must be a number from 0.01 to 10,080…"),
        (
            '[agents.claude]\ncopy_files = ["../.env"]',
            "line 2: The pattern '../.env' climbs out of the repository.",
        ),
        ('[agents.claude]\nenvironment = ["A B"]', "line 2: 'A B' is no variable's name…"),
        ('[agents."a b"]\ncommand = ["x"]', "line 1: an agent's name is letters, digits…"),
        ('[board]\nagent = "cluade"', "line 2: there is no agent 'cluade'; did you mean claude?"),
        (
            "[board]\nagent = 3",
            "line 2: agent must be an agent's name in quotes, not the number 3.",
        ),
        (b"[board]\n# caf\xe9", "line 2: this is not UTF-8 text."),
    ],
)
def test_a_mistake_is_named_with_its_line(path: Path, text: str, wanted: str) -> None:
    [complaint] = complaints(path, text)
    assert complaint.startswith(wanted.rstrip("…"))
    assert wanted.endswith("…") or complaint == wanted


def test_all_mistakes_are_named_in_their_order(path: Path) -> None:
    found = complaints(
        path,
        '[keys]\n"card.nwe" = "n"\n[board]\nbell = 3\n\ntheme = "nrod"\n[bord]\n',
    )
    assert [int(re.findall(r"line (\d+)", one)[0]) for one in found] == [2, 4, 6, 7]


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        read_config(tmp_path)


def test_the_example_is_right_as_it_is_and_with_everything_taken_up(path: Path) -> None:
    assert read(path, example()) == Config()
    taken_up = re.sub(r'^# (?="|\[|\w+ = )', "", example(), flags=re.MULTILINE)
    config = read(path, taken_up)
    usual = Config()
    for option in OPTIONS:
        assert getattr(config, option.name) != getattr(usual, option.name), option.name
    assert config.keys
    assert config.agents["mine"].command[0] == "my-agent"
    assert {option.name for option in OPTIONS} | {"keys", "agents"} == set(Config.__struct_fields__)


# Agents


def test_an_agent_is_a_preset_a_changed_one_or_one_of_your_own(path: Path, home: Path) -> None:
    assert read(path, "").profile() is None
    assert read(path, "").profile("codex") is PRESETS["codex"]
    config = read(
        path,
        """
        [board]
        agent = "quick"
        [agents.quick]
        preset = "claude"
        arguments = ["--model", "a b"]
        environment = ["MY_KEY"]
        minutes = 5
        setup = [["npm", "ci"]]
        [agents.codex]
        command = ["codex", "exec", "-"]
        [agents.mine]
        command = ["~/bin/mine", "{prompt_file}"]
        prompt = "file"
        """,
    )
    quick, claude = config.profile(), PRESETS["claude"]
    assert quick is not None
    assert quick.name == "quick"
    assert quick.command == (*claude.command, "--model", "a b")
    assert quick.resume_command == (*claude.resume_command, "--model", "a b")
    assert quick.environment == (*claude.environment, "MY_KEY")
    assert (quick.minutes, quick.setup) == (5.0, (("npm", "ci"),))
    codex = config.profile("codex")
    assert codex is not None
    assert (codex.command, codex.resume_command) == (("codex", "exec", "-"), ())
    mine = config.profile("mine")
    assert mine is not None
    assert mine.command == (f"{home}/bin/mine", "{prompt_file}")
    assert {*config.profiles()} == {*PRESETS, "quick", "mine"}
    with pytest.raises(Refused, match="Did you mean quick"):
        config.profile("quik")


# Keys


def test_every_binding_has_an_id_a_word_and_a_sentence() -> None:
    seen: dict[str, str] = {}
    for keyboard in keyboards():
        for binding in keyboard.node.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding), keyboard.name
            assert binding.id, (keyboard.name, binding)
            assert binding.description, binding.id
            assert binding.tooltip, binding.id
            # Two screens may do the same thing with the same keys, and then it has one id.
            assert seen.setdefault(binding.id, binding.key) == binding.key, binding.id
    assert {"card.new", "app.quit", "confirm.yes", "filter.keep", "list.up"} <= seen.keys()
    assert seen.keys() == binding_ids().keys()


async def test_keys_given_anew_work_and_show(database_path: Path, path: Path) -> None:
    config = read(
        path,
        '[keys]\n"card.status" = "x,insert"\n"card.new" = "d"\n"map.delete" = "n"\n"confirm.yes" = "z"',
    )
    with a_plan(database_path, workflows=1, activities=1, cards=3) as plan:
        async with opened_on(plan, database_path, config=config) as board:
            assert "d New card" in board.key_line
            await board.press("s")
            assert board.card("w1a1c1").status == "todo"
            await board.press("x", "insert")
            assert board.card("w1a1c1").status == "questions"
            await board.press("n")
            assert board.top == "Confirm"
            assert "z" in board.dialog
            await board.press("y", "z")
            assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3"]
            await board.press("d", *"New", "enter")
            assert len(board.stored["w1a1"]) == 3


async def test_what_is_said_names_the_keys_given_anew(database_path: Path, path: Path) -> None:
    given = '[keys]\nworkflow.new = "x"\nactivity.new = "ctrl+o"\ncard.new = "?"\nplan.undo = "z"\n'
    config = read(path, given + 'app.help = "f1"')
    with a_plan(database_path) as plan:
        async with opened_on(plan, database_path, config=config) as board:
            assert "An empty plan: x makes its first workflow." in board.text
            await board.press("x", *"Buy", "enter")
            assert "No activities yet: ctrl+o makes one." in board.text
            await board.press("?")
            assert "ctrl+o does, then ? makes a card" in board.status
            await board.press("ctrl+o", *"Pay", "enter")
            assert "no cards: ? adds one" in board.text
            await board.press("d")
            assert "z brings it all back." in board.dialog


# What the options do


async def test_the_editor_of_the_config_is_the_one_that_opens(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui import external_editor

    asked: list[Sequence[str]] = []

    def edit(_app: object, text: str, configured: Sequence[str] = ()) -> external_editor.Edited:
        asked.append(configured)
        return external_editor.Edited(text=f"{text}!")

    monkeypatch.setattr(external_editor, "edit_text", edit)
    config = Config(editor=("vi", "-n"))
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        async with opened_on(plan, database_path, config=config) as board:
            await board.press("i", "ctrl+e")
            assert asked == [("vi", "-n")]


async def test_toasts_can_be_done_without(database_path: Path) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=2) as plan:
        for config, shown in ((Config(), True), (Config(toasts=False), False)):
            async with opened_on(plan, database_path, config=config) as board:
                await board.press("d", "y")
                assert "Deleted card" in board.status
                assert bool(board.screen.query(Toast)) is shown


async def test_the_bell_can_be_silenced(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textual.app import App

    rung: list[object] = []
    monkeypatch.setattr(App, "bell", lambda app: rung.append(app))
    with a_plan(database_path) as plan:
        for config, times in ((Config(bell=False), 0), (Config(), 1)):
            async with opened_on(plan, database_path, config=config) as board:
                await board.press("u", "u")
                assert "✗ There is nothing to undo." in board.status
                assert (len(rung) > 0) is bool(times)


async def test_the_theme_of_the_config_holds_until_another_is_chosen(
    database_path: Path, tmp_path: Path
) -> None:
    places = Places(state=tmp_path)
    nord, gruvbox = Config(theme="nord"), Config(theme="gruvbox")
    with a_plan(database_path) as plan:
        async with opened_on(plan, database_path, places=places, config=nord) as board:
            assert board.app.theme == "nord"
            board.app.theme = "dracula"
            await board.settle()
        async with opened_on(plan, database_path, places=places, config=nord) as board:
            assert board.app.theme == "dracula"
        async with opened_on(plan, database_path, places=places, config=gruvbox) as board:
            assert board.app.theme == "gruvbox"
    assert Remembered(tmp_path, "x").theme == "dracula"
