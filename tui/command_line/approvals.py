"""``planner-tui approve`` and ``planner-tui reject``: what a run asks before anything leaves it."""

from __future__ import annotations

import click

from tui.command_line.output import json_option
from tui.command_line.runs import at_runs
from tui.command_line.where import Where, project_option, user, where_option


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--note", metavar="TEXT", help="What there is to say about it.")
@click.option("--wait", is_flag=True, help="Wait until it is done.")
@project_option
@json_option
@where_option
def approve(where: Where, run: str, note: str | None, wait: bool, as_json: bool) -> None:
    """Approve what RUN asks for: its pull request, or, asked apart, its merge.

    RUN is a run, as run list shows it, or the id of its request. With --wait it ends with 0 once
    it is done, and with 3 when something is in the way; the reason is told.

    \b
    Example:
      planner-tui approve 3fa9c1 --note "Well done." --wait
    """
    from planner.runs.approvals import approve
    from store.records import ApprovalRequest, ApprovalStatus
    from tui.command_line.names import find_request, short_id
    from tui.command_line.waiting import EXIT_WAITS, wait_for_rest

    with at_runs(where, as_json) as at:
        request = find_request(at.db, at.project, run)
        approve(at.db, request.id, actor=user(), note=note, supervisors=at.supervisors)
        if not wait:
            what = "pull request" if request.approval_type == "create_pr" else "merge"
            words = f"The {what} of run {short_id(request.run_id)} was approved."
            at.tell(request.run_id, words, wait=False, as_json=as_json)
            return
        wait_for_rest(at.db, at.supervisors, request.run_id)
        now = at.db.get(ApprovalRequest, request.id) or request
        at.tell(request.run_id, now.outcome or "", wait=False, as_json=as_json)
        if now.acted_at is None or now.status != ApprovalStatus.APPROVED:
            raise SystemExit(EXIT_WAITS)


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--note", metavar="TEXT", help="What the agent is to do differently.")
@click.option("--close", is_flag=True, help="Close the run; its branch and worktree stay.")
@click.option(
    "--card",
    "cards",
    metavar="#N",
    multiple=True,
    help="Whose agent the note is for, where the run has several cards; may be given again.",
)
@click.option("--wait", is_flag=True, help="Wait until the run rests.")
@project_option
@json_option
@where_option
def reject(
    where: Where,
    run: str,
    note: str | None,
    close: bool,
    cards: tuple[str, ...],
    wait: bool,
    as_json: bool,
) -> None:
    """Reject what RUN asks for: its agent gets the note and goes on, or the run is closed.

    \b
    Examples:
      planner-tui reject 3fa9c1 --note "The page needs a title."
      planner-tui reject 3fa9c1 --close
    """
    from planner.naming import find_card
    from planner.runs.approvals import reject
    from tui.command_line.names import find_request, short_id

    if not close and not (note or "").strip():
        raise click.UsageError(
            "Say what is to be done differently with --note, or --close the run."
        )
    with at_runs(where, as_json) as at:
        request = find_request(at.db, at.project, run)
        reject(
            at.db,
            request.id,
            actor=user(),
            note=note,
            close=close,
            card_ids=[find_card(at.db, at.project.id, card).id for card in cards],
            supervisors=at.supervisors,
        )
        done = "was closed; its branch and worktree stay" if close else "goes back to its agent"
        words = f"Run {short_id(request.run_id)} {done}."
        at.tell(request.run_id, words, wait=wait and not close, as_json=as_json)
