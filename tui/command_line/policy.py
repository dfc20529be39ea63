"""``planner-tui policy``: what a project's runs are held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import Group, answer, json_option
from tui.command_line.where import Where, project_option, user, where_option

if TYPE_CHECKING:
    from planner.runs.policy import Policy

F = Callable[..., Any]

_PATHS = {"allow": "allowed_paths", "protect": "protected_paths", "forbid": "forbidden_paths"}


def _shared(command: F) -> F:
    """Give a command what all of the group take."""
    return project_option(json_option(where_option(command)))


def _remove(what: str) -> Callable[[F], F]:
    return click.option("--remove", is_flag=True, help=f"Take {what} away instead.")


@click.group(cls=Group)
def policy() -> None:
    """Say what runs are held to: checks, files that may change, limits, approval.

    Every change is told to the event log. A run keeps the policy it started with.

    \b
    Examples:
      planner-tui policy require unit --command -- pytest -q
      planner-tui policy forbid 'secrets/**' .github/
      planner-tui policy limit agents-at-once 4
      planner-tui policy show
    """


@policy.command()
@_shared
def show(where: Where, as_json: bool) -> None:
    """Show the policy, with all that it leaves to the defaults.

    \b
    Example:
      planner-tui policy show --json > policy.json
    """
    from planner.runs.policy import policy_to_json, read_stored_policy

    with where.plan(as_json) as (db, project):
        stored = read_stored_policy(db, project.id)
    if stored is None:
        words = "There is no policy yet. Begin with a check: planner-tui policy require unit"
        answer({"policy": None, "unreadable": []}, words, as_json=as_json)
        return
    from tui.policy_words import policy_in_words

    data = {"policy": policy_to_json(stored.policy), "unreadable": stored.unreadable}
    answer(data, policy_in_words(stored), as_json=as_json)


@policy.command()
@click.argument("checks", nargs=-1, required=True, metavar="CHECK...")
@click.option(
    "--command", "has_command", is_flag=True, help="What follows the check is its command."
)
@_remove("the checks")
@_shared
def require(
    where: Where, checks: tuple[str, ...], has_command: bool, remove: bool, as_json: bool
) -> None:
    """Require checks to pass: dependency, security, policy, lint, unit, integration, e2e.

    The check policy is built in: it holds the whole diff against the path rules.

    \b
    Examples:
      planner-tui policy require policy lint unit
      planner-tui policy require unit --command -- pytest -q
    """
    if has_command and len(checks) < 2:
        raise click.UsageError("After --command follows a command: require unit --command -- make")
    names, command = (checks[:1], checks[1:]) if has_command else (checks, ())

    def change(policy: Policy) -> Policy:
        from msgspec.structs import replace

        from planner.runs.policy_values import check_named

        wanted = [check_named(name) for name in names]
        if remove:
            kept = tuple(check for check in policy.required_checks if check not in wanted)
            return replace(policy, required_checks=kept)
        commands = dict(policy.check_commands)
        if command:
            commands[wanted[0]] = command
        required = (*policy.required_checks, *wanted)
        return replace(policy, required_checks=required, check_commands=commands)

    _change(where, change, as_json)


@policy.command()
@click.argument("check")
@click.argument("command", nargs=-1, metavar="[-- PROGRAM ARGUMENTS...]")
@_remove("the command")
@_shared
def command(
    where: Where, check: str, command: tuple[str, ...], remove: bool, as_json: bool
) -> None:
    """Give CHECK its command: a program and its arguments, run in the worktree without a shell.

    \b
    Examples:
      planner-tui policy command lint -- ruff check .
      planner-tui policy command unit -- sh -c 'make test | tee log'
    """
    if not command and not remove:
        raise click.UsageError("Say the command: policy command unit -- pytest -q")

    def change(policy: Policy) -> Policy:
        from msgspec.structs import replace

        from planner.runs.policy_values import check_named

        commands = dict(policy.check_commands)
        if remove:
            commands.pop(check_named(check), None)
        else:
            commands[check_named(check)] = command
        return replace(policy, check_commands=commands)

    _change(where, change, as_json)


def _paths(verb: str, words: str, example: str) -> click.Command:
    """Make one of the three commands about paths."""

    @click.argument("patterns", nargs=-1, required=True, metavar="PATTERN...")
    @_remove("the patterns")
    @_shared
    def command(where: Where, patterns: tuple[str, ...], remove: bool, as_json: bool) -> None:
        def change(policy: Policy) -> Policy:
            from msgspec.structs import replace

            field = _PATHS[verb]
            return replace(policy, **{field: _listed(getattr(policy, field), patterns, remove)})

        _change(where, change, as_json)

    command.__doc__ = f"{words}\n\n\b\nExample:\n  {example}"
    return policy.command(name=verb)(command)


_paths(
    "allow",
    "Let files change besides a card's planned ones. Patterns are written as in .gitignore.",
    "planner-tui policy allow 'tests/**' CHANGELOG.md",
)
_paths(
    "protect",
    "Have a change to these files wait for a person's decision.",
    "planner-tui policy protect '*.lock' migrations/",
)
_paths(
    "forbid",
    "Have a change to these files fail the build; it can't be approved.",
    "planner-tui policy forbid 'secrets/**' .github/",
)


@policy.command(context_settings={"ignore_unknown_options": True})  # -1 is a number
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="NUMBER")
@_shared
def limit(where: Where, name: str, value: str, as_json: bool) -> None:
    """Set a limit: agent-minutes, check-minutes, agents-at-once, log-megabytes.

    \b
    Examples:
      planner-tui policy limit agents-at-once 4
      planner-tui policy limit agent-minutes 90
    """

    def change(policy: Policy) -> Policy:
        from msgspec.structs import replace

        from planner.runs.policy_values import checked_limit

        field = name.replace("-", "_")
        try:
            number: Any = int(value) if value.strip("+-").isdigit() else float(value)
        except ValueError:
            number = value
        limits = replace(policy.limits, **{field: checked_limit(field, number)})
        return replace(policy, limits=limits)

    _change(where, change, as_json)


@policy.command()
@click.argument("kind", metavar="KIND")
@click.argument("sentence")
@_remove("the sentence")
@_shared
def rule(where: Where, kind: str, sentence: str, remove: bool, as_json: bool) -> None:
    """Tell agents a rule of the house; KIND is dependency, security or architecture.

    \b
    Example:
      planner-tui policy rule dependency 'Add none without asking.'
    """

    def change(policy: Policy) -> Policy:
        from msgspec.structs import replace

        from planner.errors import Refused
        from planner.runs.policy import KINDS_OF_RULES
        from planner.runs.policy_values import checked_rule, nearest

        if kind not in KINDS_OF_RULES:
            words = nearest(kind, KINDS_OF_RULES)
            raise Refused(f"There is no kind of rules {kind!r:.80}{words}")
        kept = _listed(getattr(policy.rules, kind), (checked_rule(sentence),), remove)
        return replace(policy, rules=replace(policy.rules, **{kind: kept}))

    _change(where, change, as_json)


@policy.command()
@click.option("--approver", "more", multiple=True, metavar="NAME", help="Who may approve, too.")
@click.option("--no-approver", "fewer", multiple=True, metavar="NAME", help="Who may no longer.")
@click.option(
    "--another-person/--same-person",
    default=None,
    help="Whether it must be another than the one who started the run.",
)
@click.option("--push/--no-push", default=None, help="Whether the branch is pushed.")
@click.option(
    "--pull-request",
    type=click.Choice(["draft", "open", "local"]),
    help="What an approved candidate becomes.",
)
@_shared
def approval(
    where: Where,
    more: tuple[str, ...],
    fewer: tuple[str, ...],
    another_person: bool | None,
    push: bool | None,
    pull_request: str | None,
    as_json: bool,
) -> None:
    """Say who may approve, and what approving leads to.

    \b
    Examples:
      planner-tui policy approval --approver ana --another-person
      planner-tui policy approval --no-push --pull-request local
    """
    given = {"another_person": another_person, "push": push, "pull_request": pull_request}
    given = {name: value for name, value in given.items() if value is not None}
    if not (given or more or fewer):
        raise click.UsageError("Say what is to change; --help lists what there is.")

    def change(policy: Policy) -> Policy:
        from msgspec.structs import replace

        approvers = _listed(_listed(policy.approval.approvers, more, False), fewer, True)
        return replace(policy, approval=replace(policy.approval, approvers=approvers, **given))

    _change(where, change, as_json)


@policy.command()
@click.argument("file", type=click.File("rb"))
@_shared
def load(where: Where, file: Any, as_json: bool) -> None:
    """Take the whole policy from FILE (- for standard input), as show --json prints it.

    What FILE leaves out is as if it had never been set.

    \b
    Example:
      planner-tui policy load policy.json
    """
    data = file.read()

    def change(_: Policy) -> Policy:
        from planner.runs.policy_file import read_policy_file

        return read_policy_file(data)

    _change(where, change, as_json)


def _listed(present: tuple[str, ...], given: Sequence[str], remove: bool) -> tuple[str, ...]:
    """Return a list with some more, or without some; what isn't in it can't be taken away."""
    if not remove:
        return (*present, *given)
    for one in given:
        if one not in present:
            from planner.errors import Refused
            from planner.runs.policy_values import nearest

            words = nearest(one, present) if present else ". There is none."
            raise Refused(f"The policy does not have {one!r:.80}{words}")
    return tuple(one for one in present if one not in given)


def _change(where: Where, change: Callable[[Policy], Policy], as_json: bool) -> None:
    """Change the policy, and say what changed and what it still lacks."""
    from planner.runs.policy import change_policy, policy_to_json, read_policy
    from tui.policy_words import changes_in_words, lacks

    with where.plan(as_json) as (db, project), db.transaction():
        before = read_policy(db, project.id)
        after = change_policy(db, project.id, change, actor=user())
    words = [*changes_in_words(before, after), *lacks(after)]
    answer({"policy": policy_to_json(after)}, "\n".join(words), as_json=as_json)
