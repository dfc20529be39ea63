"""How commands answer: words or one JSON document, and an exit status.

With ``--json`` standard output holds ``{"version": 1, "ok": true, "data": …}`` or, with the exit
status 1, ``{"version": 1, "ok": false, "error": {"code": …, "message": …, "details": …}}``. Messages
about what went wrong go to standard error either way.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

EXIT_REFUSED = 1
"""The exit status when what was asked could not be done; 2 is for what was not understood."""


class Group(click.Group):
    """A group of commands that names the nearest where none is called what was typed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near:
                raise
            words = f"There is no command {args[0]!r}; did you mean {near[0]}?"
            raise click.UsageError(words, ctx) from error


def json_option(command: F) -> F:
    """Give a command ``--json``, as its argument ``as_json``."""
    words = "Print the result as JSON."
    return click.option("--json", "as_json", is_flag=True, help=words)(command)


def answer(data: Any, words: str, *, as_json: bool) -> None:
    """Say what came of a command.

    Args:
        data: The same for programs: what msgspec can write.
        words: What people are told; what it quotes of the plan is made safe to show.
        as_json: Which of the two is wanted.
    """
    if as_json:
        print_json({"version": 1, "ok": True, "data": data})
    elif words:
        say(words)


def say(words: str, *, err: bool = False) -> None:
    """Print words in which texts of the plan are quoted: none of them moves the cursor."""
    if not words.isprintable():  # a line break isn't either, but what is cheap comes first
        from tui.text import visible_lines

        words = visible_lines(words)
    click.echo(words, err=err)


def fail(
    message: str,
    code: str = "failed",
    details: dict[str, Any] | None = None,
    as_json: bool = False,
) -> NoReturn:
    """Say what went wrong and end with a non-zero exit status.

    Args:
        message: What happened, to what, and what to do next.
        code: What sort of failure it is, for programs.
        details: More for programs.
        as_json: Print it as JSON on standard output, too.
    """
    if as_json:
        error = {"code": code, "message": message, "details": details or {}}
        print_json({"version": 1, "ok": False, "error": error})
    say(f"planner-tui: {message}", err=True)
    raise SystemExit(EXIT_REFUSED)


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """Turn what the store or the planner refuses into a message and an exit."""
    from planner.errors import ActionRefused, Refused, SequenceConflict
    from store.errors import StoreError

    try:
        yield
    except SequenceConflict as error:
        fail(str(error), "conflict", {}, as_json)
    except (ActionRefused, Refused) as error:
        fail(str(error), "refused", _details(error), as_json)
    except StoreError as error:
        fail(str(error), "database", {}, as_json)


def print_json(document: Any) -> None:
    """Print a document as one line of JSON."""
    import msgspec

    click.echo(msgspec.json.encode(document))


def _details(error: Exception) -> dict[str, Any]:
    """Return what a refusal lists for programs: all that a run lacks, with what to do."""
    missing = getattr(error, "missing", ())
    return {"missing": [one._asdict() for one in missing]} if missing else {}
