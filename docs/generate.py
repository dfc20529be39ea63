"""Writes the reference pages and the README's picture from the program itself.

Run ``python docs/generate.py`` after changing a key, a command or a planning action; a test fails
until the pages agree. ``python docs/generate.py commands.md`` writes that page alone.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec
from textual.binding import Binding

from planner.field_words import type_in_words
from planner.filter_keys import KEYS
from planner.requests import ACTIONS, Action
from planner.runs.agent_presets import PRESETS
from planner.runs.agents import ALWAYS_LET_THROUGH, PLACEHOLDERS, VARIABLES
from planner.runs.report import LONGEST_TEXT, MOST_BYTES, MOST_ITEMS, REPORT, report_schema
from tui.agent_options import AGENT_OPTIONS
from tui.all_keys import keyboards
from tui.app import PlannerApp
from tui.config_options import OPTIONS, Option
from tui.keys import key_name

DOCS = Path(__file__).parent
MARK = "<!-- Written by docs/generate.py; change the program, then run it. -->\n"


def keys_page() -> str:
    """Return docs/keys.md: every key of every screen, by group."""
    lines = ["# Keys\n", MARK]
    lines.append(
        "Every action of the map is in the command palette (`ctrl+p`) and in `?` help as well. Each key can be "
        "given another in the [config](config.md), by its id; the first word of an id is its group.\n"
    )
    for keyboard in keyboards():
        lines.append(f"## {keyboard.name}\n")
        groups: dict[str, list[Binding]] = {}
        for binding in keyboard.bindings:
            groups.setdefault(str(binding.id).partition(".")[0], []).append(binding)
        for group, bindings in groups.items():
            if len(groups) > 1:
                lines.append(f"### {group.replace('_', ' ').capitalize()}\n")
            lines += ["| key | what it does | id |", "|---|---|---|"]
            for binding in bindings:
                lines.append(f"| {_keys(binding)} | {_deed(binding)} | `{binding.id}` |")
            lines.append("")
    return "\n".join(lines)


def _keys(binding: Binding) -> str:
    shown = (f"`{key_name(one)}`" for one in Binding.make_bindings([binding]))
    return " ".join(dict.fromkeys(shown))


def _deed(binding: Binding) -> str:
    tooltip = binding.tooltip
    if not tooltip or tooltip == binding.description:
        return binding.description
    return f"{binding.description}: {tooltip[0].lower()}{tooltip[1:]}"


def config_page() -> str:
    """Return docs/config.md: where the config is, and all it takes."""
    lines = ["# Config\n", MARK]
    lines.append(
        "What you want otherwise stands in one TOML file: `~/.config/planner-tui/config.toml`, or wherever your "
        "system keeps such files. There is none until you write it.\n"
    )
    lines.append(
        "```sh\nplanner-tui config           # where it is\n"
        "planner-tui config --init    # write one to start from\n"
        "planner-tui config --check   # is all of it right?\n```\n"
    )
    lines.append(
        "The board starts with all of it or, where something is wrong, not at all: a message then names each line and "
        "the nearest right word.\n"
    )
    lines.append("## [board]\n")
    lines += _options(OPTIONS)
    lines.append(
        "\n## [agents.NAME]\n\nA coding agent that may build cards: a well-known one changed, or one of your own. "
        "[agents.md](agents.md) says what is done with it.\n\n"
        '```toml\n[board]\nagent = "mine"\n\n[agents.mine]\npreset = "claude"\narguments = ["--model", "opus"]\n'
        'setup = [["npm", "ci"]]\ncopy_files = [".env"]\n```\n'
    )
    lines += _options(AGENT_OPTIONS)
    lines.append(
        "\n## [keys]\n\nAn id from the list below, and the keys for it: one, or several with commas between. They take "
        "the place of the usual ones.\n\n"
        '```toml\n[keys]\n"card.new" = "n,insert"\n"plan.undo" = "ctrl+z"\n```\n'
    )
    lines.append(
        "A key is the character itself (`n`, `N`, `?`) or a name: `comma`, `space`, `enter`, `escape`, `tab`, "
        "`backspace`, `delete`, `insert`, `home`, `end`, `pageup`, `pagedown`, `up`, `down`, `left`, `right`, `f1` to "
        "`f12`; before it may stand `ctrl+`, `alt+` or `shift+`. Not every terminal tells every one of them. A key "
        "that would do two things on one screen is refused; key line, help and palette show the new ones.\n"
    )
    for keyboard in keyboards():
        lines += [f"### {keyboard.name}\n", "| id | keys |", "|---|---|"]
        lines += [f"| `{binding.id}` | {_names(binding)} |" for binding in keyboard.bindings]
        lines.append("")
    lines.append(
        "## What is remembered\n\nWhat you do on the board needs no config: project, selection, folded workflows, filter "
        "and scroll of each database, the theme and the saved filters are remembered in `state.json` in your state "
        "directory (`~/.local/state/planner-tui`). Delete it, and the board starts as if for the first time.\n"
    )
    return "\n".join(lines)


def _options(options: Iterable[Option]) -> Iterator[str]:
    yield "| option | takes | without it | what it does |"
    yield "|---|---|---|---|"
    for option in options:
        # What would be written is code; what is said about it is not.
        default = option.default
        if default[:1] in '[{"' or default in ("true", "false", "none"):
            default = f"`{default}`"
        yield f"| `{option.name}` | {option.takes} | {default} | {option.words} |"


def _names(binding: Binding) -> str:
    """Return a binding's keys by the names that the config takes."""
    return " ".join(f"`{key.strip()}`" for key in binding.key.split(","))


def agents_page() -> str:
    """Return docs/agents.md: the presets, what an agent is told, and its report."""
    lines = ["# Agents\n", MARK, _AGENTS]
    lines += [
        "## Presets\n",
        "| name | what to know | command | resumes with |",
        "|---|---|---|---|",
    ]
    for profile in PRESETS.values():
        resumes = f"`{shlex.join(profile.resume_command)}`" if profile.resume_command else "no"
        lines.append(
            f"| [{profile.name}]({profile.source}) | {profile.note} "
            f"| `{shlex.join(profile.command)}` | {resumes} |"
        )
    lines.append(
        "\nNone of them is given a way around its own permissions. An agent that may not run your tests "
        "still builds; the checks are run afterwards in any case. Give it more in its own settings, or with "
        "`arguments` in the [config](config.md).\n"
    )
    lines += ["## Placeholders\n", "| in an argument | stands for |", "|---|---|"]
    lines += [f"| `{{{name}}}` | {words} |" for name, words in PLACEHOLDERS.items()]
    usual = ", ".join(f"`{name}`" for name in ALWAYS_LET_THROUGH)
    lines.append(
        "\nThey are filled once and no shell sees them. A session's id is made by planner-tui before the first "
        "turn, and the agent may report another.\n\n## Environment\n\nAn agent is started with these variables "
        f"and no others: {usual}; those its profile names; and\n"
    )
    lines += ["| variable | holds |", "|---|---|"]
    lines += [f"| `{name}` | {words} |" for name, words in VARIABLES.items()]
    lines.append(f"\n{_REPORT}")
    lines += ["| part | items may have | what for |", "|---|---|---|"]
    for name, part in REPORT.items():
        items = ", ".join(f"`{item}`" for item in part.names) or "a text"
        lines.append(f"| `{name}` | {items} | {part.words} |")
    lines.append(
        f"\nA part holds at most {MOST_ITEMS} items, an item at most {LONGEST_TEXT:,} characters, and the whole "
        f"report {MOST_BYTES:,} bytes. An item is an object, or a text alone.\n\n### As JSON Schema\n\n"
        f"```json\n{json.dumps(report_schema(), indent=2)}\n```"
    )
    return "\n".join(lines) + "\n"


_AGENTS = """\
A card is built by a coding agent of yours, run from the command line: one of the presets below, or any program that
can be told what to do and then changes files. It works alone in a git worktree made for the card, and what it makes is
checked afterwards, whatever it says.

```sh
planner-tui agents                 # which are found here
planner-tui agents show claude     # how one is run
```

<!-- not run: it starts the agent, which has to be there -->
```sh
planner-tui agents check claude    # does it work here?
```

`agent = "NAME"` below `[board]` in the [config](config.md) chooses the one that builds; tables `[agents.NAME]` change
a preset or add one. Nothing in a profile is a line for a shell: commands are lists of arguments.

The prompt holds the card with what was approved on it, the rules about files, the checks, and how to report. What
people wrote stands in it on lines that begin with `>`. In a later turn the agent goes on in its session, where it has
one that can be resumed, and is told only what is new: the answers, a note, the output of checks, comments on lines of
the diff. One without sessions is told everything again.
"""

_REPORT = """\
## The report

An agent may leave a report: one JSON object in the file that `PLANNER_REPORT` names, UTF-8. Every part may be left
out, and so may the report. An agent that can write in its worktree alone may leave it there, as
`.planner-report.json`; it is taken away before anything is committed. What it says becomes drafts on the card, source `agent`, once a turn; a person approves or
rejects them. Only a plain file is read, no link is followed. What has another shape is refused by its place, and the
build goes on without it; a part that is not known is told and ignored.
"""


def filter_page() -> str:
    """Return docs/filter.md: what can be typed after ``/``, from the filter's own keys."""
    lines = ["# The filter\n", MARK]
    lines.append(
        "`/` narrows the map as you type. A card is shown when it meets every term; terms have blanks between "
        "them.\n"
    )
    lines += ["| term | cards |", "|---|---|"]
    for term, what in (
        ("`sign`", "with this in the title, the description or the quick answer"),
        ('`"sign in"`', "with these words in this order; quotes keep blanks together"),
        ("`#42`, `#42,43`", "with this number; a bare `42` finds the number and the text"),
        ("`key:value`", "that the keys below tell"),
        ("`key:one,other`", 'that one or the other is true of; `activity:"Sign in",Pay`'),
        ("`-term`", "that the term is not true of; `-status:todo`, `-draft`, `-#42`"),
    ):
        lines.append(f"| {term} | {what} |")
    lines += ["", "## Keys\n", "| key | values | cards | example |", "|---|---|---|---|"]
    lines += [
        f"| `{key.name}:` | {key.says} | {key.help.removeprefix('Cards ')} | `{key.example}` |"
        for key in KEYS.values()
    ]
    lines.append("")
    lines.append(
        "- Capital letters and accents make no difference: `uber` finds “Über”.\n"
        "- The beginning of a word will do: `status:rev`. It stands for everything it may become.\n"
        "- A date is a day where you are. An age counts back from now.\n"
        "- A word with a colon that is no key, such as an address, is a word. Quotes make a word of anything: "
        '`"status:todo"`, `"-5"`; within them `\\"` is a quote and `\\\\` a backslash.\n'
    )
    lines.append("## While you type\n")
    lines.append(
        "The line offers what may follow, faintly: keys, values, and the titles of this project. `tab`, or `→` at "
        "the end, takes it; `↓` and `↑` go through what else there is, shown above the line. `enter` keeps the "
        "filter and goes to the map, `esc` shows all cards again.\n"
    )
    lines.append(
        "What can't be understood is explained above the line and left out; the rest of the filter holds. A term "
        "that is only half typed is left out silently, until you go to the map with it.\n"
    )
    lines.append("## Saved filters\n")
    lines.append(
        "`ctrl+s` saves what is typed under a name. `F` on the map lists the saved filters, each with how many cards "
        "it shows now: `enter` filters by it, `e` renames it, `d` deletes it (`u` brings it back while the list is "
        "open). They are yours, not the plan's: every plan you open offers them, and they are kept where the board "
        "keeps what it remembers.\n"
    )
    return "\n".join(lines).rstrip() + "\n"


def actions_page() -> str:
    """Return docs/planning-actions.md: every planning action with its fields."""
    lines = ["# Planning actions\n", MARK]
    lines.append(
        "Every change to the map is one of these. `planner-tui apply FILE` takes one action, a list of "
        'them, or `{"actions": […], "expected_sequence": n}`, and applies all of them or none.\n'
    )
    lines.append(
        "- Every action may carry an `idempotency_key`: the same key in the same project returns the first "
        "result and changes nothing.\n"
        "- `target_ref` names what is acted on; things below a card or a project are named by the payload's "
        "`id`. A creator may choose the new `id`, so that a later action of the batch can name it.\n"
        "- In an update, a field left out keeps its value, and `null` clears it.\n"
        "- A field that an action does not know is refused, never ignored.\n"
    )
    for action in ACTIONS:
        lines += _action(action)
    return "\n".join(lines)


def _action(action: type[Action]) -> list[str]:
    lines = [f"## {action.__struct_config__.tag}\n", f"{(action.__doc__ or '').strip()}\n"]
    parts = {field.name: field for field in msgspec.structs.fields(action)}
    lines += ["| field | value | |", "|---|---|---|"]
    for part in ("target_ref", "payload"):
        for field in msgspec.structs.fields(parts[part].type):
            note = "needed" if field.required else ""
            lines.append(f"| `{part}.{field.name}` | {type_in_words(field.type)} | {note} |")
    lines.append("")
    return lines


async def picture() -> str:
    """Return an SVG of the board on the sample plan, 120×36."""
    from itertools import count

    from planner.sample import load_sample
    from store.open import open_store

    os.environ["COLORTERM"] = "truecolor"
    ids = count(1)
    with tempfile.TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "sample.db")
        with db.connection():
            load_sample(
                db, clock=lambda: "2026-01-31T08:00:00.000Z", new_id=lambda: f"id-{next(ids)}"
            )
        app = PlannerApp(db, actor="you", project=None, database="sample.db")
        async with app.run_test(size=(120, 36)) as pilot:
            for _ in range(20):
                await pilot.pause(0.1)
            await pilot.press("down", "right")
            for _ in range(5):
                await pilot.pause(0.1)
            svg = app.export_screenshot(title="planner-tui")
        app.finish()
    return svg


def written_by(module: str, function: str = "page") -> str:
    """Return what a module beside this one writes."""
    if str(DOCS) not in sys.path:
        sys.path.append(str(DOCS))
    page: str = getattr(importlib.import_module(module), function)()
    return page


def guide_page() -> str:
    """Return docs/guide.md: what agents are told of the plan, and how they come to be told."""
    from tui.guide import guide

    return "\n".join(("# The guide for agents\n", MARK, _GUIDE, guide("##")))


_GUIDE = """\
`planner-tui guide` prints what an agent needs to work with the plan from the command line: all of what stands below the
line. It is made from what this reference is made from, so that it is as exact.

```sh
git init -q repository
planner-tui guide --install --repository repository --yes
```

`--install` writes it into the `AGENTS.md` of the repository you are in, or of the one that `--repository` names, and makes the
file where there is none. It says what it is going to do and asks, unless `--yes` is said. The section stands between two
comments; installed again, what is between them is written anew and every other byte stays as it was. Where the comments
are no longer one pair, nothing is written until they are mended.

---
"""


PAGES: dict[str, Callable[[], str]] = {
    "agents.md": agents_page,
    "commands.md": partial(written_by, "commands_page"),
    "config.md": config_page,
    "filter.md": filter_page,
    "guide.md": guide_page,
    "keys.md": keys_page,
    "plan.schema.json": partial(written_by, "plan_schema", "plan_schema"),
    "planning-actions.md": actions_page,
    "tables.md": partial(written_by, "tables_page"),
}
"""What is written, by file name; a test compares these with what is there."""


def main() -> None:
    """Write every page and the picture, or the pages that are named."""
    for name, page in PAGES.items():
        if name in sys.argv[1:] or not sys.argv[1:]:
            (DOCS / name).write_text(page(), encoding="utf-8")
    if sys.argv[1:]:
        return
    (DOCS / "board.svg").write_text(asyncio.run(picture()), encoding="utf-8")


if __name__ == "__main__":
    main()
