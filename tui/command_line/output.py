"""How commands answer: words or one JSON document, and an exit status.

With ``--json`` standard output holds ``{"version": 1, "ok": true, "data": …}`` or, with an exit
status that isn't 0, ``{"version": 1, "ok": false, "error": {"code": …, "message": …, "details": …}}``.
Messages about what went wrong go to standard error either way.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, NamedTuple, NoReturn, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

EXIT_REFUSED = 1
"""The exit status when what was asked could not be done."""

EXIT_USAGE = 2
"""The exit status when a command was not understood."""


class Group(click.Group):
    """A group of commands that names the nearest where none is called what was typed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near:
                raise
            words = f"There is no command {args[0]!r}; did you mean {near[0]}?"
            raise click.UsageError(words, ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole first sentence of its help."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (name, command.get_short_help_str(limit=500))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


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


class Listing(NamedTuple):
    """How a listing is wanted: how many at most, with which fields, and whether as JSON."""

    limit: int | None = None
    fields: tuple[str, ...] = ()
    as_json: bool = False


def listing_options(command: F) -> F:
    """Give a command ``--limit``, ``--fields`` and ``--json``, as one argument ``listing``."""

    @wraps(command)
    def listed(
        *arguments: Any, limit: int | None, fields: str | None, as_json: bool, **named: Any
    ) -> Any:
        names = tuple(name.strip() for name in (fields or "").split(",") if name.strip())
        if fields is not None and not names:
            raise click.BadParameter("it names no field.", param_hint="--fields")
        listing = Listing(limit, tuple(dict.fromkeys(names)), as_json)
        return command(*arguments, listing=listing, **named)

    for option in (
        json_option,
        click.option("--fields", metavar="A,B", help="Only these fields, in this order."),
        click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many."),
    ):
        listed = option(listed)
    return listed  # type: ignore[return-value]


def answer_rows(
    name: str,
    rows: Sequence[Any],
    listing: Listing,
    *,
    columns: Sequence[str],
    empty: str,
    lines: Sequence[str] | None = None,
    total: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Answer with a listing: a table, or for programs the rows and how many there are in all.

    Args:
        name: What the rows are called in JSON.
        rows: A mapping or record each, all with the same fields, first the one that names it.
        listing: What was asked for.
        columns: The fields that people are shown when they name none.
        empty: What people are told where there is no row.
        lines: What they are told of each row instead of a table, when they name no field.
        total: How many there are, where not all of them were read.
        more: What else programs are told.

    Raises:
        click.UsageError: There is no field of a name that was given.
    """
    import msgspec

    kept = rows if listing.limit is None else rows[: listing.limit]
    found: list[dict[str, Any]] = [msgspec.to_builtins(row) for row in kept]
    known = list(found[0]) if found else []
    if not found and rows:
        known = list(msgspec.to_builtins(rows[0]))
    for field in listing.fields:
        if known and field not in known:
            from difflib import get_close_matches

            near = get_close_matches(field, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise click.BadParameter(f"there is no field {field!r}; {hint}", param_hint="--fields")
    if listing.fields:
        found = [{field: row[field] for field in listing.fields} for row in found]
    count = len(rows) if total is None else total
    if listing.as_json:
        answer({name: found, "total": count, **(more or {})}, "", as_json=True)
        return
    if found and lines is not None and not listing.fields:
        say("\n".join(lines[: len(found)]))
    elif found:
        from tui.command_line.tables import table

        _print(table(found, listing.fields or columns))
    elif not count:
        say(empty)
    if len(found) < count:
        say(f"{len(found):,} of {count:,}; --limit says how many.", err=True)


def say(words: str, *, err: bool = False) -> None:
    """Print words in which texts of the plan are quoted: none of them moves the cursor."""
    if not words.isprintable():  # a line break isn't either, but what is cheap comes first
        from tui.safe_text import visible_lines

        words = visible_lines(words)
    _print(words, err=err)


def _print(text: str | bytes, *, err: bool = False) -> None:
    """Print a line; where standard output takes no more, say so and end."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:  # who reads has seen enough: click ends quietly
        raise
    except OSError as error:
        if err:
            raise SystemExit(EXIT_REFUSED) from error
        # Python writes what is left in its buffer once more at the end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        words = f"Standard output can't be written: {error.strerror}. What was done is done."
        say(f"planner-tui: {words}", err=True)
        raise SystemExit(EXIT_REFUSED) from error


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


def confirm(question: str, yes: bool, as_json: bool) -> None:
    """Ask whether to go on; end where nobody can be asked, or the answer is no."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        fail("This asks first, and there is nobody to ask: add --yes.", "unconfirmed", {}, as_json)
    say(question, err=True)
    if not click.confirm("Go on?", err=True):
        fail("Nothing was done.", "unconfirmed", {}, as_json)


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """Turn what the store or the planner refuses into a message and an exit."""
    from planner.errors import ActionRefused, Ambiguous, Refused, SequenceConflict, Unknown
    from store.errors import StoreError

    try:
        yield
    except SequenceConflict as error:
        fail(str(error), "conflict", {}, as_json)
    except Ambiguous as error:
        candidates = [one._asdict() for one in error.candidates]
        fail(str(error), "ambiguous", {"candidates": candidates}, as_json)
    except Unknown as error:
        nearest = [one._asdict() for one in error.nearest]
        fail(str(error), "not_found", {"nearest": nearest}, as_json)
    except (ActionRefused, Refused) as error:
        fail(str(error), "refused", _details(error), as_json)
    except StoreError as error:
        fail(str(error), "database", {}, as_json)


@contextmanager
def misunderstood(as_json: bool) -> Iterator[None]:
    """Print what click does not understand as JSON, too; click says it in words and ends."""
    try:
        try:
            yield
        except UnicodeEncodeError as error:
            words = f"{error.object[:60]!r} is not text in UTF-8."
            raise click.UsageError(words, click.get_current_context(silent=True)) from error
    except click.UsageError as error:
        error = _hinted(error)
        if as_json:
            usage = error.ctx.get_usage() if error.ctx is not None else ""
            details = {"usage": usage.removeprefix("Usage: ")}
            told = {"code": "usage", "message": error.format_message(), "details": details}
            print_json({"version": 1, "ok": False, "error": told})
        raise error from None


def _hinted(error: click.UsageError) -> click.UsageError:
    """Return the error, of a missing card with what a shell may have done to it."""
    if not isinstance(error, click.MissingParameter) or error.ctx is None or error.param is None:
        return error
    named = error.param.make_metavar(error.ctx)
    if named.strip("[].") not in ("CARD", "RUN"):
        return error
    words = "A shell takes #42 for a comment; write '#42' or 42."
    return click.MissingParameter(words, error.ctx, error.param)


def print_json(document: Any) -> None:
    """Print a document as one line of JSON."""
    import msgspec

    try:
        written = msgspec.json.encode(document)
    except UnicodeEncodeError:  # a file's name need not be text
        import json

        plain = json.dumps(msgspec.to_builtins(document), ensure_ascii=False)
        written = plain.encode("utf-8", "replace")
    _print(written)


def _details(error: Exception) -> dict[str, Any]:
    """Return what a refusal lists for programs: all that a run lacks, with what to do."""
    missing = getattr(error, "missing", ())
    return {"missing": [one._asdict() for one in missing]} if missing else {}
