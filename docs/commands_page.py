"""The reference of the commands, written from the commands themselves."""

from __future__ import annotations

import click

from tui.cli import COMMANDS, SECTIONS, main
from tui.command_line.conventions import CODES, NAMES, STATUSES
from tui.command_line.tree import Node, walk

INTRODUCTION = """\
Every read and every change of a plan has a command; without one, `planner-tui` opens the board. `planner-tui COMMAND
--help` tells all of this, too, and a word that is mistyped is answered with the nearest.

```text
planner-tui [--db PATH] [--project NAME] COMMAND ...
```

`--db` is the plan's file: else `$PLANNER_DB` names it, else it is in your data directory. `--project` may be left out where
there is only one, and may follow the command as well.

## Names

{names}

A name as it is written comes before one in other letter case, and that before a beginning. Nothing is guessed: a name that may be
several things is refused, and they are listed.

## Texts

Where a long text is wanted, `-` is what comes on standard input (UTF-8; the last line break is left out). In an `edit`, an
option that is left out changes nothing, and `''` takes the text away.

```text
planner-tui card edit '#42' --description - < description.md
```

## Changes

Every change is a [planning action](planning-actions.md): a command does all it was asked or nothing, bears your name or that of
`--actor`, and can be undone, on the board or by `undo`. `--dry-run` says what would be done.

## JSON

`--json` works with every command that doesn't draw. Standard output then holds one document on one line:

```json
{"version": 1, "ok": true, "data": {"cards": [], "total": 0}}
{"version": 1, "ok": false, "error": {"code": "not_found", "message": "There is no card '#9'.", "details": {"nearest": []}}}
```

Messages go to standard error in any case. What is piped has no colour and no progress bar, and a table is as wide as what is in
it; on a terminal it is cut to fit. Listings take `--limit N` and `--fields A,B`; `data.total` is how many there are in all. A change
answers with `message`, the ids and the number of what it made, `sequence` and `batch_id`; `results` has one entry for each action.
"""


def page() -> str:
    """Return docs/commands.md: how commands are called and answer, and every one of them."""
    lines = [
        "# Commands\n",
        "<!-- Written by docs/generate.py; change the program, then run it. -->\n",
    ]
    names = "\n".join(f"| {what} | {words} |" for what, words in NAMES.items())
    lines.append(INTRODUCTION.replace("{names}", f"| what | is named by |\n|---|---|\n{names}"))
    lines += ["| `error.code` | what it tells |", "|---|---|"]
    lines += [f"| `{code}` | {words} |" for code, words in CODES.items()]
    lines += ["\n## Exit status\n", "| status | what it tells |", "|---|---|"]
    lines += [f"| {status} | {words} |" for status, words in STATUSES.items()]
    nodes = list(walk(main))
    placed = [name for names in SECTIONS.values() for name in names]
    others = tuple(name for name in sorted(COMMANDS) if name not in placed)
    for heading, names in (*SECTIONS.items(), ("Others", others)):
        told = [node for name in names for node in nodes if node.path[0] == name]
        if told:
            lines.append(f"\n## {heading}\n")
            lines.append("\n".join(line for node in told for line in _command(node)).rstrip())
    return "\n".join(lines) + "\n"


def _command(node: Node) -> list[str]:
    is_group = isinstance(node.command, click.Group)
    lines = [f"### {node.name}\n", f"{_escaped(node.words)}\n"]
    usage = " ".join(node.command.collect_usage_pieces(node.context))
    if not is_group:
        lines.append(f"```text\nplanner-tui {node.name} {usage}\n```\n")
    if node.options:
        lines += ["| option | what it does |", "|---|---|"]
        lines += [
            f"| {_option(option, node.context)} | {_told(option)} |" for option in node.options
        ]
        lines.append("")
    if node.examples and not is_group:
        lines += ["```text", *node.examples, "```\n"]
    return lines


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if option.secondary_opts:
        names += ", " + ", ".join(f"`{name}`" for name in option.secondary_opts)
    if option.is_flag or option.count:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {', '.join(f'`{choice}`' for choice in option.type.choices)}"
    return f"{names[:-1]} {option.make_metavar(context)}`"


def _told(option: click.Option) -> str:
    words = _escaped(option.help or "").replace("|", "\\|")
    again = " May be given again." if option.multiple and "again" not in words else ""
    return f"{words}{again}"


def _escaped(text: str) -> str:
    return text.replace("<", "\\<").replace("*", "\\*")
