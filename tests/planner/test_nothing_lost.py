"""What was acknowledged is there: after a kill at any moment, and with others at the same file."""

import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from store.batch_reads import IS_ANY_TEXT_WAITING
from store.records import Card, PlanningAction
from tests.planner.plans import Plan, log, opened
from tests.store.searchable import check_index

KILLS = 110

# The parent imports everything once and then forks a writer whenever it is told to, so that
# a hundred writers cost no more than a few. A writer says the id of each action once ``apply``
# has returned.
WRITERS = """
import os, random, sys
from planner.actions import Planner
from store.open import open_store

path, project_id = sys.argv[1:]

def write(seed):
    chance = random.Random(seed)
    db = open_store(path)
    planner = Planner(db, actor=str(seed))
    with db.connection():
        while True:
            batch = [
                {
                    "action_type": "createCard",
                    "target_ref": {"workflow_activity_id": "w1a1"},
                    "payload": {"title": "x" * chance.randrange(1, 5000), "position": 0},
                },
                {
                    "action_type": "updateCard",
                    "target_ref": {"card_id": "w1a1c1"},
                    "payload": {"description": "y" * chance.randrange(5000)},
                },
            ]
            tell(planner.apply(project_id, batch[: chance.randrange(1, 3)]))
            if chance.random() < 0.2:
                tell(planner.undo(project_id))

def tell(done):
    os.write(1, (" ".join(action.action_id for action in done.actions) + "\\n").encode())

for line in sys.stdin:
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(told, 1)  # the parent has said who this is
        write(int(line))
    print("pid", child, flush=True)
    os.write(tells, b".")
    os.waitpid(child, 0)
    os.close(told)
    os.close(tells)
    print("dead", flush=True)
"""


class Writers:
    """The process that forks writers, and what it and they say."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITERS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.rest = b""

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield what is said within so many seconds."""
        end = time.monotonic() + seconds
        while True:
            while b"\n" in self.rest:
                line, self.rest = self.rest.split(b"\n", 1)
                yield line.decode()
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.stdout], [], [], left)[0]:
                return
            said = os.read(self.stdout.fileno(), 65536)
            assert said, "the parent of the writers died"
            self.rest += said

    def run_and_kill(self, seed: int, acts: int, seconds: float) -> list[str]:
        """Let a writer act so often and then for so long, kill it; return what it acknowledged."""
        self.stdin.write(f"{seed}\n".encode())
        pid = next(int(line.split()[1]) for line in self.lines(30))
        acknowledged = [name for line in islice(self.lines(30), acts) for name in line.split()]
        acknowledged += [name for line in self.lines(seconds) for name in line.split()]
        os.kill(pid, signal.SIGKILL)
        for line in self.lines(30):
            if line == "dead":
                return acknowledged
            acknowledged += line.split()
        raise AssertionError("the writer did not die")

    def close(self) -> None:
        self.stdin.close()
        self.process.wait(30)
        self.stdout.close()


@pytest.fixture
def project_id(database_path: Path) -> str:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        return plan.project_id


def test_a_killed_writer_loses_nothing_it_acknowledged(
    database_path: Path, project_id: str
) -> None:
    chance = random.Random(7)
    writers = Writers(str(database_path), project_id)
    acknowledged: set[str] = set()
    try:
        for seed in range(KILLS):
            acts, seconds = chance.randrange(6), chance.uniform(0, 0.03)
            acknowledged.update(writers.run_and_kill(seed, acts, seconds))
            with closing(sqlite3.connect(database_path)) as connection:
                rows = dict(
                    connection.execute(
                        "SELECT sequence, id FROM planning_action WHERE sequence IS NOT NULL"
                    )
                )
                assert acknowledged <= set(rows.values())
                assert sorted(rows) == [*range(1, len(rows) + 1)]
                (counted,) = connection.execute(
                    "SELECT action_sequence FROM project WHERE id = ?", (project_id,)
                ).fetchone()
                assert counted == len(rows)
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
                assert connection.execute(IS_ANY_TEXT_WAITING).fetchall() == []
    finally:
        writers.close()
    assert len(acknowledged) > KILLS
    with closing(sqlite3.connect(database_path)) as connection:
        check_index(connection)

    with opened(database_path) as db:
        positions = [card.position for card in db.list(Card, workflow_activity_id="w1a1")]
        assert positions == [*range(len(positions))]
        plan = Plan(db, "Looks on")
        plan.project_id = project_id
        before = plan.dump()
        plan.undo()
        plan.redo()
        assert plan.dump() == before


TOGETHER = """
import json, sys
from planner.actions import Planner
from store.open import open_store

path, project_id, name, count = sys.argv[1:]
planner = Planner(db := open_store(path), actor=name)
print("ready", flush=True)
sys.stdin.readline()
told = []
with db.connection():
    for n in range(int(count)):
        made = planner.apply(project_id, [{
            "action_type": "createCard",
            "target_ref": {"workflow_activity_id": f"w1a{n % 2 + 1}"},
            "payload": {"title": f"{name} {n}"},
        }])
        told.append([made.sequence, made.actions[0].action_id, made.actions[0].result["number"]])
print(json.dumps(told), flush=True)
"""


def test_four_processes_at_one_file_lose_nothing_and_see_no_error(database_path: Path) -> None:
    each = 500
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 2, 0)
        start = plan.project.action_sequence
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, str(database_path), plan.project_id, name, str(each)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("ana", "ben", "cem", "dea")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told: list[tuple[int, str, int]] = []
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        told += [(sequence, action_id, number) for sequence, action_id, number in json.loads(out)]

    assert len(told) == 4 * each
    with opened(database_path) as db:
        rows = log(db, plan.project_id)[start:]
        assert sorted((s, i) for s, i, _ in told) == [(row.sequence, row.id) for row in rows]
        assert [row.sequence for row in rows] == [*range(start + 1, start + 4 * each + 1)]
        assert sorted(number for *_, number in told) == [*range(1, 4 * each + 1)]
        assert db.count(Card) == 4 * each
        assert db.count(PlanningAction, validation_status="rejected") == 0
        for activity in ("w1a1", "w1a2"):
            positions = [card.position for card in db.list(Card, workflow_activity_id=activity)]
            assert positions == [*range(2 * each)]
