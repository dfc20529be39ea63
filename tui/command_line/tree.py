"""The commands as a tree to walk: what the reference, the guide and the tests are made from."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import NamedTuple

import click

_EXAMPLES = re.compile(r"\n\s*\x08?\n?\s*Examples?:\n", re.MULTILINE)


class Node(NamedTuple):
    """A command: the words that call it, itself, and the context its parameters are told in."""

    path: tuple[str, ...]
    command: click.Command
    context: click.Context

    @property
    def name(self) -> str:
        """What is typed after ``planner-tui`` to call it."""
        return " ".join(self.path)

    @property
    def words(self) -> str:
        """What its help says before the examples, in paragraphs of one line each."""
        text = _EXAMPLES.split(inspect.cleandoc(self.command.help or ""))[0]
        paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
        return "\n\n".join(part for part in paragraphs if part.strip("\x08 "))

    @property
    def examples(self) -> list[str]:
        """Its examples, one a line; a line that goes on on the next is one with it."""
        parts = _EXAMPLES.split(inspect.cleandoc(self.command.help or ""), maxsplit=1)
        lines = inspect.cleandoc(parts[1]).splitlines() if len(parts) > 1 else []
        examples: list[str] = []
        for line in lines:
            if not line.strip():
                break
            if examples and (line.startswith(" ") or examples[-1].endswith("|")):
                examples[-1] += f"\n{line}"
            else:
                examples.append(line)
        return examples

    @property
    def options(self) -> list[click.Option]:
        """Its options, without ``--help``."""
        return [
            each
            for each in self.command.get_params(self.context)
            if isinstance(each, click.Option) and not each.hidden and "--help" not in each.opts
        ]


def walk(main: click.Group) -> Iterator[Node]:
    """Yield every command below the program's own, groups before what they hold."""
    yield from _below(main, click.Context(main, info_name="planner-tui"), ())


def _below(group: click.Group, context: click.Context, path: tuple[str, ...]) -> Iterator[Node]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, parent=context, info_name=name)
        yield Node((*path, name), command, inner)
        if isinstance(command, click.Group):
            yield from _below(command, inner, (*path, name))
