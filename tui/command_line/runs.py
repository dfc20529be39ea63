"""``planner-tui run``: starting runs, looking at them, and what a person does about them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    confirm,
    json_option,
    listing_options,
    say,
)
from tui.command_line.where import Where, project_option, read_config, user, where_option

if TYPE_CHECKING:
    from planner.runs.reads import RunRead
    from planner.runs.supervisors import Supervisors
    from store.adapter import DbAdapter
    from store.records import Project

_CARD = click.option("--card", metavar="#N", help="Which card of the run, where it has several.")
_WAIT = click.option("--wait", is_flag=True, help="Wait until the run rests.")


class At:
    """A command at work: the open plan, its project, and what sees to its runs."""

    def __init__(self, db: DbAdapter, project: Project, supervisors: Supervisors) -> None:
        """Work on a project's runs."""
        self.db = db
        self.project = project
        self.supervisors = supervisors

    def read(self, name: str) -> RunRead:
        """Return the run that a name stands for. Raises ``Refused`` where it is none, or several."""
        from planner.errors import Refused
        from planner.naming import find_run
        from planner.runs.reads import read_run

        read = read_run(self.db, find_run(self.db, self.project.id, name).id)
        if read is None:
            raise Refused("The run was deleted.")
        return read

    def tell(self, run_id: str, words: str, *, wait: bool, as_json: bool) -> None:
        """Say what came of a command about a run; wait for the run to rest first if so wanted."""
        from tui.command_line.run_words import next_words, run_document, run_line
        from tui.command_line.waiting import exit_status, wait_for_rest

        status = 0
        if wait:
            if not as_json:
                say(words)
            try:
                status = exit_status(wait_for_rest(self.db, self.supervisors, run_id))
            except KeyboardInterrupt:
                say("\nThe run goes on without this command.", err=True)
                raise SystemExit(130) from None
            words = ""
        read = self.read(run_id)
        if wait:
            following = next_words(read)
            words = run_line(read) + (f"\nnext: {following}" if following else "")
        answer({"run": run_document(read)}, words, as_json=as_json)
        if status:
            raise SystemExit(status)


@contextmanager
def at_runs(where: Where, as_json: bool = False) -> Iterator[At]:
    """Give a command the plan, after the states of its runs have been made true."""
    from tui.command_line.waiting import look_after_runs

    with where.plan(as_json) as (db, project):
        supervisors = where.supervisors()
        look_after_runs(db, supervisors, project.id)
        yield At(db, project, supervisors)


@click.group(cls=Group, name="run")
def run_group() -> None:
    """Build finalized cards with an agent, see how that goes, and say how it goes on.

    RUN is a run's id, a beginning of it, or its last characters, as run list shows them; or #42, the
    newest run of that card. A command that waits (--wait) ends with 0 when the run is completed or waits for an approval, 3 when it
    waits for something else of a person, 4 when it failed, 5 when it was cancelled.

    \b
    Examples:
      planner-tui run start '#42' --wait
      planner-tui run list
      planner-tui run show '#42'
    """


@run_group.command()
@click.argument("card", required=False, metavar="CARD")
@click.option("--workflow", metavar="NAME", help="Build a workflow's finalized cards instead.")
@click.option("--agent", metavar="NAME", help="Who builds. Default: the config's agent.")
@_WAIT
@project_option
@json_option
@where_option
def start(
    where: Where,
    card: str | None,
    workflow: str | None,
    agent: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Build CARD (#42, 42, its id or how its title begins), or a workflow.

    \b
    Examples:
      planner-tui run start '#42'
      planner-tui run start --workflow "Sign in" --agent claude --wait
    """
    from planner.naming import find_card, find_workflow
    from planner.runs.start import start_card_run, start_workflow_run
    from tui.command_line.agents import agent_profile
    from tui.command_line.names import short_id

    if (card is None) == (workflow is None):
        raise click.UsageError("Name a card, or a workflow with --workflow.")
    profile = agent_profile(read_config(as_json), agent, as_json)
    with at_runs(where, as_json) as at:
        how: dict[str, Any] = {
            "agent": profile,
            "actor": user(),
            "supervisors": at.supervisors,
        }
        if card is not None:
            run = start_card_run(at.db, find_card(at.db, at.project.id, card).id, **how)
        else:
            workflow_id = find_workflow(at.db, at.project.id, workflow or "").id
            run = start_workflow_run(at.db, workflow_id, **how)
        name = short_id(run.id)
        words = f"Run {name} began. To see what it prints: planner-tui run logs -f {name}"
        at.tell(run.id, words, wait=wait, as_json=as_json)


@run_group.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Also what is completed or cancelled.")
@project_option
@listing_options
@where_option
def list_runs(where: Where, everything: bool, listing: Listing) -> None:
    """List the runs that are at work, wait for somebody, or have failed; newest first.

    \b
    Examples:
      planner-tui run list --all --json
      planner-tui run list --fields name,number,status,waits_for
    """
    from planner.runs.reads import read_runs
    from store.records import BuildState
    from tui.command_line.run_words import run_document, run_line

    over = (BuildState.COMPLETED, BuildState.CANCELLED)
    with at_runs(where, listing.as_json) as at:
        runs = read_runs(at.db, at.project.id)
    shown = [read for read in runs if everything or read.run.status not in over]
    left_out = len(runs) - len(shown)
    lines = [run_line(read) for read in shown]
    more = f"{left_out} more are over; --all lists them, too." if left_out else ""
    answer_rows(
        "runs",
        [run_document(read) for read in shown],
        listing,
        columns=("name", "number", "title", "status"),
        lines=lines,
        empty="No run is open." if left_out else "There is no run.",
    )
    if more and not listing.as_json:
        say(more)


@run_group.command()
@click.argument("run", metavar="RUN")
@project_option
@json_option
@where_option
def show(where: Where, run: str, as_json: bool) -> None:
    """Tell how a run stands: its cards, turns, commits, checks and approvals, and what comes next.

    \b
    Example:
      planner-tui run show 3fa9c1
    """
    from tui.command_line.run_words import run_document, run_in_words

    with at_runs(where, as_json) as at:
        read = at.read(run)
        words = "" if as_json else run_in_words(read)
        answer({"run": run_document(read)}, words, as_json=as_json)


@run_group.command()
@click.argument("run", metavar="RUN")
@click.option("-f", "--follow", is_flag=True, help="Go on as more comes, until the run rests.")
@click.option("--turn", type=click.IntRange(min=1), help="Only this turn of the agent.")
@_CARD
@project_option
@click.option("--json", "as_json", is_flag=True, help="Say where the logs are, as JSON.")
@where_option
def logs(
    where: Where, run: str, follow: bool, turn: int | None, card: str | None, as_json: bool
) -> None:
    """Print what a run's agent has printed: as it is into a pipe, with escapes shown on a terminal.

    \b
    Examples:
      planner-tui run logs 3fa9c1 -f
      planner-tui run logs 3fa9c1 --card '#42' --turn 1 > turn.log
    """
    from tui.command_line.names import find_assignment
    from tui.command_line.run_logs import Printer, Turns
    from tui.command_line.waiting import wait_for_rest

    if follow and as_json:
        raise click.UsageError("Either --follow or --json.")
    with at_runs(where, as_json) as at:
        read = at.read(run)
        chosen = find_assignment(at.db, at.project, read, card)
        turns = Turns(at.db, chosen, Printer(is_terminal=sys.stdout.isatty()), turn)
        if as_json:
            answer({"logs": turns.documents()}, "", as_json=True)
            return
        try:
            if follow:
                wait_for_rest(at.db, at.supervisors, read.id, meanwhile=turns.print_new)
            else:
                turns.print_new()
        except KeyboardInterrupt:
            raise SystemExit(130) from None


@run_group.command()
@click.argument("run", metavar="RUN")
@click.option("--yes", is_flag=True, help="Don't ask.")
@project_option
@json_option
@where_option
def cancel(where: Where, run: str, yes: bool, as_json: bool) -> None:
    """End a run's agents and all they have started; branches, worktrees and commits stay.

    \b
    Example:
      planner-tui run cancel 3fa9c1 --yes
    """
    from planner.runs.control import cancel
    from tui.command_line.names import called, short_id

    with at_runs(where, as_json) as at:
        read = at.read(run)
        what = f"run {short_id(read.id)} of {called(read.number, read.title)}"
        confirm(f"Cancel {what}? Its agents are ended; its work is kept.", yes, as_json)
        cancel(at.db, read.id, actor=user(), supervisors=at.supervisors)
        at.tell(
            read.id, f"{what[0].upper()}{what[1:]} is being cancelled.", wait=False, as_json=as_json
        )


@run_group.command()
@click.argument("run", metavar="RUN")
@click.option("--note", metavar="TEXT", help="What the agent is to be told.")
@click.option(
    "--card",
    "cards",
    metavar="#N",
    multiple=True,
    help="Whose agent the note is for, where no card is stuck; may be given again.",
)
@_WAIT
@project_option
@json_option
@where_option
def resume(
    where: Where, run: str, note: str | None, cards: tuple[str, ...], wait: bool, as_json: bool
) -> None:
    """Go on with a run that failed, or whose agent's questions are answered by now.

    \b
    Examples:
      planner-tui run resume 3fa9c1
      planner-tui run resume 3fa9c1 --note "Use the standard library alone." --wait
    """
    from planner.naming import find_card
    from planner.runs.control import resume
    from tui.command_line.names import short_id

    with at_runs(where, as_json) as at:
        read = at.read(run)
        resume(
            at.db,
            read.id,
            actor=user(),
            note=note,
            card_ids=[find_card(at.db, at.project.id, card).id for card in cards],
            supervisors=at.supervisors,
        )
        words = f"Run {short_id(read.id)} goes on."
        at.tell(read.id, words, wait=wait, as_json=as_json)


@run_group.command(name="accept-files")
@click.argument("run", metavar="RUN")
@_CARD
@_WAIT
@project_option
@json_option
@where_option
def accept_files(where: Where, run: str, card: str | None, wait: bool, as_json: bool) -> None:
    """Accept the files that an agent changed though nobody planned them, or they are protected.

    \b
    Example:
      planner-tui run accept-files 3fa9c1
    """
    _decide(where, run, card, accept=True, note=None, wait=wait, as_json=as_json)


@run_group.command(name="refuse-files")
@click.argument("run", metavar="RUN")
@click.option("--note", metavar="TEXT", required=True, help="What the agent is to do instead.")
@_CARD
@_WAIT
@project_option
@json_option
@where_option
def refuse_files(
    where: Where, run: str, note: str, card: str | None, wait: bool, as_json: bool
) -> None:
    """Send an agent back that changed files which nobody planned, or which are protected.

    \b
    Example:
      planner-tui run refuse-files 3fa9c1 --note "Leave the build files as they are."
    """
    _decide(where, run, card, accept=False, note=note, wait=wait, as_json=as_json)


@run_group.command()
@click.argument("run", required=False, metavar="RUN")
@click.option("--all", "everything", is_flag=True, help="Every run that is completed or cancelled.")
@project_option
@json_option
@where_option
def clean(where: Where, run: str | None, everything: bool, as_json: bool) -> None:
    """Remove the worktrees of a run that is over; what no branch has goes to a rescue ref first.

    \b
    Examples:
      planner-tui run clean 3fa9c1
      planner-tui run clean --all
    """
    from planner.runs.control import clean
    from planner.runs.reads import read_runs
    from store.records import BuildState

    if (run is None) != everything:
        raise click.UsageError("Name a run, or clean up after all that are over with --all.")
    with at_runs(where, as_json) as at:
        over = (BuildState.COMPLETED, BuildState.CANCELLED)
        ids = (
            [at.read(run).id]
            if run is not None
            else [each.id for each in read_runs(at.db, at.project.id) if each.run.status in over]
        )
        said = {
            run_id: clean(at.db, run_id, actor=user(), supervisors=at.supervisors) for run_id in ids
        }
    lines = [words for each in said.values() for words in each]
    data = {"runs": [{"id": run_id, "done": each} for run_id, each in said.items()]}
    answer(data, "\n".join(lines) or "There was nothing to clean up.", as_json=as_json)


def _decide(
    where: Where,
    run: str,
    card: str | None,
    *,
    accept: bool,
    note: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    from planner.runs.control import decide
    from store.records import WaitsFor
    from tui.command_line.names import find_assignment, short_id

    with at_runs(where, as_json) as at:
        read = at.read(run)
        waiting = [
            each for each in read.assignments if each.assignment.waits_for == WaitsFor.DECISION
        ]
        if card is None and len(waiting) == 1:
            chosen = waiting[0]
        else:
            chosen = find_assignment(at.db, at.project, read, card)
        decide(at.db, chosen.id, accept=accept, note=note, actor=user(), supervisors=at.supervisors)
        done = "were accepted" if accept else "go back to the agent"
        words = f"The files of run {short_id(read.id)} {done}."
        at.tell(read.id, words, wait=wait, as_json=as_json)
