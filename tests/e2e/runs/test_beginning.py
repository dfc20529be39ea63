"""What is begun of a run while its supervisor only starts, and what becomes of it when it can't be."""

from collections.abc import Iterator

import pytest

from planner.runs.control import resume
from planner.runs.supervisors import Beginning, Supervisors
from store.records import BuildState, WaitsFor
from tests.e2e.runs.workshop import Workshop, processes_of, workshop

BUILDS = "cat > /dev/null; echo done > src/list.txt"


class Hindered(Supervisors):
    """Begins a run with something in its way."""

    def __init__(self, shop: Workshop, way: str) -> None:
        super().__init__(shop.folders, shop.supervisors.database)
        self._way = way

    def ensure(self, run_id: str, beginning: Beginning | None = None) -> None:
        assert beginning is not None
        assert beginning.turn is not None
        if self._way == "git":
            beginning = beginning._replace(commit="f" * 40)
        elif self._way == "killed":
            beginning = None  # before anything was begun
        else:
            beginning.path.mkdir(parents=True)
            (beginning.path / "precious").write_text("x")
        super().ensure(run_id, beginning)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("beginning")) as shop:
        yield shop


def start(shop: Workshop, way: str) -> str:
    supervisors = shop.supervisors
    shop.supervisors = Hindered(shop, way)
    try:
        return shop.start(shop.card(), shop.agent(f"builder-{way}", BUILDS))
    finally:
        shop.supervisors = supervisors


@pytest.mark.parametrize("way", ["", "git", "killed"])
def test_an_agent_begins_once_whatever_stood_in_its_way(shop: Workshop, way: str) -> None:
    run_id = start(shop, way) if way else shop.build(BUILDS)
    run = shop.rest(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL), run.reason
    assert shop.files(run_id) == {"src/list.txt": "M"}
    events = shop.events(run_id)
    for event in ("worktree.added", "agent.started", "agent.ended"):
        assert events.count(event) == 1
    assert "run.adopted" not in events
    (turn,) = shop.turns(run_id)
    assert (turn.status, turn.exit_code) == (BuildState.COMPLETED, 0)
    assert shop.folders.supervisor_log(run_id).read_text() == ""


def test_a_worktree_that_can_not_be_added_is_told_and_the_run_resumes(shop: Workshop) -> None:
    run_id = start(shop, "precious")
    run = shop.rest(run_id)
    assert run.status is BuildState.FAILED
    assert "git knows nothing of" in (run.reason or "")
    (turn,) = shop.turns(run_id)
    assert turn.status is BuildState.FAILED
    assert not processes_of(run_id)
    place = shop.worktree(run_id)
    assert (place / "precious").read_text() == "x"
    place.rename(place.with_name("elsewhere"))
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    run = shop.rest(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL), run.reason
    # Only now was it told anything.
    first, second = shop.turns(run_id)
    assert (first.status, second.status) == (BuildState.FAILED, BuildState.COMPLETED)
    assert (second.prompt or "").replace(second.id, first.id) == first.prompt
