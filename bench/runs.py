"""What runs cost, beside doing the same by hand: the start, many cards at once, the board meanwhile."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.board import DOWN, SETTLE, UP, start_board
from bench.building import AT_ONCE, FILES, Building, building, git
from bench.figures import Figure, median, percentile
from bench.plans import FIRST_TITLE, Plans
from bench.terminal import Terminal
from planner.runs.control import cancel
from planner.runs.start import start_card_run, start_workflow_run
from store.records import BuildState, CardAssignment

CARDS = 40
"""Trivial cards that a workflow's run builds."""

_RINGS = 'exec 3> "$1"'
_BUILDS = 'cat > /dev/null\nprintf "part\\n" > "src/part_${PLANNER_CARD_NUMBER:-$CARD}.txt"'
_PRINTS = """
while :; do
  while [ -e "$1" ]; do
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
      printf '\\033[32mbuilding\\033[0m part %s of the reading list, which takes its time\\n' $n
    done
  done
  sleep 0.05
done
"""
_ONE_BY_HAND = """
set -e
CARD=$1; export CARD
git -C "$REPOSITORY" worktree add -q -b "hand/$ROUND-$1" "$TREES/$1" "$BASE"
cd "$TREES/$1"
"$AGENT" < "$PROMPT" > "$TREES/$1.log" 2>&1
git add -A
git commit -q -m "Part $1"
sh ./check.sh >> "$TREES/$1.log" 2>&1
"""
_ALL_BY_HAND = """
set -e
seq {cards} | xargs -P {at_once} -n 1 sh "$ONE"
git -C "$REPOSITORY" worktree add -q -b "hand/$ROUND-all" "$TREES/all" "$BASE"
cd "$TREES/all"
for n in $(seq {cards}); do git merge -q --no-ff -m "Merge part $n" "hand/$ROUND-$n"; done
sh ./check.sh
"""


def starting(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure from the wish for a run to the agent's first instruction."""
    ours: list[float] = []
    hand: list[float] = []
    with building(plans.folder("starting")) as made:
        _, cards = made.cards(rounds + 1)
        bell = made.folder / "bell"
        os.mkfifo(bell)
        agent = made.agent("ring", _RINGS, str(bell))
        for number, card in enumerate(cards):
            begun = time.perf_counter()
            run = start_card_run(
                made.db, card, agent=agent, actor="bench", supervisors=made.supervisors
            )
            took = _until_rung(bell, begun)
            made.rest(run.id, BuildState.BLOCKED)
            tree = made.folder / f"hand-{number}"
            begun = time.perf_counter()
            git(made.repository, "worktree", "add", "-q", "-b", f"hand/{number}", str(tree), "main")
            with subprocess.Popen([*agent.command], cwd=tree):
                by_hand = _until_rung(bell, begun)
            if number:  # the first warms the disk's cache
                ours.append(took)
                hand.append(by_hand)
    ratios = [a / b for a, b in zip(ours, hand, strict=True)]
    told = f"{median(ours):.0f} ms beside {median(hand):.0f} ms, {FILES:,} files"
    yield Figure(
        "from b to the agent's first instruction / by hand", median(ratios), "×", 1.5, told
    )


def many(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure a workflow's run of many trivial cards."""
    ours: list[float] = []
    hand: list[float] = []
    with building(plans.folder("many")) as made:
        agent = made.agent("build", _BUILDS)
        for number in range(rounds):
            workflow, _ = made.cards(CARDS)
            begun = time.perf_counter()
            run = start_workflow_run(
                made.db, workflow, agent=agent, actor="bench", supervisors=made.supervisors
            )
            made.rest(run.id, BuildState.BLOCKED)
            ours.append(time.perf_counter() - begun)
            assignment = made.db.list(CardAssignment, run_id=run.id)[0]
            prompt = str(assignment.assignment_input_snapshot["prompt"])
            hand.append(_by_hand(made, agent.command[0], prompt, number))
    ratios = [a / b for a, b in zip(ours, hand, strict=True)]
    told = f"{median(ours):.2f} s beside {median(hand):.2f} s, {FILES:,} files"
    name = f"{CARDS} trivial cards, {AT_ONCE} at once / a shell loop"
    yield Figure(name, median(ratios), "×", 1.3, told)


def meanwhile(plans: Plans, rounds: int) -> Iterator[Figure]:
    """Measure keys on the map while agents print as fast as they can."""
    home = plans.home()
    runs = home / ".local/state/planner-tui/runs"
    quiet: list[float] = []
    loud: list[float] = []
    folder = plans.folder("meanwhile")
    with building(folder, plans.database(1_000), runs) as made:
        _, cards = made.cards(AT_ONCE)
        flag = folder / "print"
        agent = made.agent("print", _PRINTS, str(flag))
        started = [
            start_card_run(
                made.db, card, agent=agent, actor="bench", supervisors=made.supervisors
            ).id
            for card in cards
        ]
        try:
            with start_board(plans, made.database, home=home, project="Bench") as terminal:
                terminal.wait_for(FIRST_TITLE)
                terminal.settle(quiet=SETTLE)
                for number in range(rounds + 1):
                    for is_loud, found in ((False, quiet), (True, loud)):
                        if is_loud:
                            flag.touch()
                        else:
                            flag.unlink(missing_ok=True)
                        time.sleep(0.3)
                        times = [*_pressed(terminal)]
                        if number:
                            found += times
                flag.unlink(missing_ok=True)
            written = sum(_log(made, run_id).stat().st_size for run_id in started)
        finally:
            for run_id in started:
                cancel(made.db, run_id, actor="bench", supervisors=made.supervisors)
                made.rest(run_id, BuildState.CANCELLED)
    told = (
        f"{median(loud):.1f} ms beside {median(quiet):.1f} ms; "
        f"{AT_ONCE} agents wrote {written / 1e6:,.0f} MB"
    )
    yield Figure(
        "a key while agents print / while they don't: p50",
        median(loud) / median(quiet),
        "×",
        1.25,
        told,
    )
    worst = percentile(loud, 0.95) / percentile(quiet, 0.95)
    told = f"{percentile(loud, 0.95):.1f} ms beside {percentile(quiet, 0.95):.1f} ms"
    yield Figure("a key while agents print / while they don't: p95", worst, "×", None, told)


def _until_rung(bell: Path, begun: float) -> float:
    """Wait until an agent opens the bell; returns the milliseconds since ``begun``."""
    with bell.open("rb"):
        return (time.perf_counter() - begun) * 1000


def _by_hand(made: Building, agent: str, prompt: str, number: int) -> float:
    trees = made.folder / f"trees-{number}"
    trees.mkdir()
    one, asked = trees / "one.sh", trees / "prompt.md"
    one.write_text(_ONE_BY_HAND)
    asked.write_text(prompt)
    around = {
        "REPOSITORY": str(made.repository),
        "TREES": str(trees),
        "BASE": made.base,
        "ROUND": str(number),
        "AGENT": agent,
        "PROMPT": str(asked),
        "ONE": str(one),
    }
    begun = time.perf_counter()
    done = subprocess.run(
        ["sh", "-c", _ALL_BY_HAND.format(cards=CARDS, at_once=AT_ONCE)],
        env={**os.environ, **around},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    return time.perf_counter() - begun


def _pressed(terminal: Terminal) -> Iterator[float]:
    for key in [DOWN] * 5 + [UP] * 5:
        burst = terminal.press(key, ceiling=0.5)
        if burst.output:
            yield burst.seconds * 1000


def _log(made: Building, run_id: str) -> Path:
    from store.records import AgentExecution

    assignment = made.db.list(CardAssignment, run_id=run_id)[0]
    return Path(made.db.list(AgentExecution, assignment_id=assignment.id)[0].log_path or "")
