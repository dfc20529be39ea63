"""What commands that change the plan share: whose name a change bears, trying it, long texts, places."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from tui.command_line.output import answer, json_option
from tui.command_line.where import Where, project_option, user, where_option

if TYPE_CHECKING:
    from store.adapter import DbAdapter
    from store.records import Project

    TextType = click.ParamType[str]
    NumberType = click.ParamType[int]
else:  # before 8.4 click's types took no argument
    TextType = NumberType = click.ParamType

F = TypeVar("F", bound=Callable[..., Any])

STDIN = "-"
"""A text that stands for what comes on standard input."""

TAKEN_BACK = "planner-tui undo brings it back."
"""What is said of everything that was deleted."""


class Change(NamedTuple):
    """A command that changes the plan: where, in whose name, whether only to see what it would do."""

    where: Where
    actor: str
    dry_run: bool
    as_json: bool

    @contextmanager
    def plan(self) -> Iterator[tuple[DbAdapter, Project]]:
        """Give the open plan and its project; what is refused within ends in a message."""
        with self.where.plan(self.as_json) as found:
            yield found

    def apply(
        self,
        db: DbAdapter,
        project: Project,
        actions: Sequence[dict[str, Any]],
        *,
        told: str | None = None,
        words: str = "",
        **more: Any,
    ) -> None:
        """Apply planning actions as one batch, and say what was done.

        Args:
            db: The open plan.
            project: Its project.
            actions: What to do; it is all done or nothing is.
            told: What people are told of it, where the planner's words are not the best.
            words: What they are told besides.
            **more: What programs are told besides what the actions came to.
        """
        from planner.actions import Planner

        done = Planner(db, actor=self.actor).apply(project.id, actions, dry_run=self.dry_run)
        results = [each.result for each in done.actions]
        data = {
            **(results[0] if len(results) == 1 else {}),
            **more,
            "message": done.message,
            "dry_run": self.dry_run,
            "project_id": project.id,
            "batch_id": None if self.dry_run else done.batch_id,
            "sequence": done.sequence,
            "results": results,
        }
        if told is None:
            told = done.message
        elif done.lost_marks:
            told = f"{told}; {done.lost_marks}"
        if len(results) == 1 and not self.dry_run:
            told += _made(done.actions[0].action_type, results[0])
        how = "Would do" if self.dry_run else "Done"
        answer(data, f"{how}: {told}{words}", as_json=self.as_json)


def _made(action_type: str, result: dict[str, Any]) -> str:
    """Say which id a thing without a number was given."""
    names = ("workflow_id", "workflow_activity_id", "context_artifact_id")
    ids = [result[name] for name in names if name in result]
    is_new = action_type.startswith("create") and "number" not in result
    return f", id {ids[-1]}" if is_new and ids else ""


def changing(command: F) -> F:
    """Give a command ``--project``, ``--actor``, ``--dry-run`` and ``--json``, as one ``change``."""

    @wraps(command)
    def changed(where: Where, **named: Any) -> Any:
        actor, dry_run, as_json = (named.pop(name) for name in ("actor", "dry_run", "as_json"))
        return command(Change(where, actor or user(), dry_run, as_json), **named)

    given: Any = where_option(changed)
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Say what it would do, change nothing."),
        click.option("--actor", metavar="NAME", help="Whose name it bears. Default: yours."),
        project_option,
    ):
        given = option(given)
    chosen: F = given
    return chosen


class LongText(TextType):
    """A text, or ``-`` for what comes on standard input."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text; what is read loses the line break that ends its last line."""
        text = str(value)
        if text != STDIN:
            return text
        if ctx is not None:
            if "planner-tui.stdin" in ctx.meta:
                self.fail("standard input can be read for one text alone.", param, ctx)
            ctx.meta["planner-tui.stdin"] = True
        if sys.stdin is None:  # a shell's <&- closes it
            self.fail("standard input is closed.", param, ctx)
        data = sys.stdin.buffer.read()
        try:
            read = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fail(f"what comes on standard input is not UTF-8: {error}.", param, ctx)
        return read.removesuffix("\n").removesuffix("\r")


LONG_TEXT = LongText()


def text_option(*names: str, words: str) -> Callable[[F], F]:
    """Make an option for a text that may be long, or blank to have none."""
    return click.option(*names, type=LONG_TEXT, metavar="TEXT", help=words)


class Priority(NumberType):
    """A priority by its word or number."""

    name = "priority"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the priority's number."""
        from store.records import PRIORITIES

        word = str(value).strip().casefold()
        if word in PRIORITIES:
            return PRIORITIES.index(word)
        if not (word.isascii() and word.isdigit() and int(word[:3]) < len(PRIORITIES)):
            self.fail(f"{value!r} is none of {', '.join(PRIORITIES)} (or 0 to 4).", param, ctx)
        return int(word)


def values_given(**values: Any) -> dict[str, Any]:
    """Return a payload of what was given; a text that is blank takes away what was there."""
    return {
        name: None if isinstance(value, str) and not value.strip() else value
        for name, value in values.items()
        if value is not None
    }


def need_something(values: dict[str, Any], example: str) -> None:
    """Raise where a command names nothing to change."""
    if not values:
        raise click.UsageError(f"Say what is to change, such as {example}.")


class Place(NamedTuple):
    """Where among its siblings a thing goes, as options say it."""

    position: int | None = None
    first: bool = False
    last: bool = False
    before: str | None = None
    after: str | None = None

    @property
    def beside(self) -> str | None:
        """The sibling it goes beside, as it was named."""
        return self.before if self.before is not None else self.after

    @property
    def is_given(self) -> bool:
        """Whether any place was said."""
        return self != Place()

    def among(self, siblings: Sequence[str], beside: str | None = None) -> int | None:
        """Return the position, or None for the end.

        Args:
            siblings: The ids of the others, in order.
            beside: The id of the one it goes beside.
        """
        if beside is not None and beside in siblings:
            return siblings.index(beside) + (self.before is None)
        return 0 if self.first else self.position


def place_options(what: str) -> Callable[[F], F]:
    """Give a command the options that say where among its siblings a thing goes, as ``place``."""

    def give(command: F) -> F:
        @wraps(command)
        def placed(*arguments: Any, **named: Any) -> Any:
            place = Place(*(named.pop(name) for name in Place._fields))
            if sum(value not in (None, False) for value in place) > 1:
                raise click.UsageError(
                    "Say one of --position, --first, --last, --before and --after."
                )
            return command(*arguments, place=place, **named)

        for option in (
            click.option("--after", metavar="NAME", help=f"Right after this {what}."),
            click.option("--before", metavar="NAME", help=f"Right before this {what}."),
            click.option("--last", is_flag=True, help="After all the others."),
            click.option("--first", is_flag=True, help="Before all the others."),
            click.option(
                "--position", type=click.IntRange(min=0), metavar="N", help="This place, from 0."
            ),
        ):
            placed = option(placed)
        return placed  # type: ignore[return-value]

    return give
