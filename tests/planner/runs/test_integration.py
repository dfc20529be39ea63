"""A workflow's cards on one branch: in order, wherever it was stopped, conflicts named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.runs import integration
from planner.runs.integration import Conflicted, Integrated, integrate
from store.adapter import DbAdapter
from store.records import CardAssignment, OrchestrationRun, RunScope
from tests.planner.plans import opened
from tests.planner.runs.deliveries import Built, git


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


class Joined:
    """A workflow's run of cards, each with a branch that writes some files."""

    def __init__(self, db: DbAdapter, folder: Path, *cards: dict[str, str]) -> None:
        self.db = db
        self.built = Built(db, folder)
        self.repository = self.built.repository
        db.delete(CardAssignment, "of-c1")
        db.update(
            OrchestrationRun,
            self.built.run_id,
            scope=RunScope.WORKFLOW,
            card_id=None,
            workflow_id="w1",
        )
        self.heads: list[str] = []
        for number, files in enumerate(cards, start=2):
            self.built.add_card(f"c{number}", f"Card; $(x) {number}\n--all")
            head = self.write(self.built.base, files)
            branch = f"planner/{number}-card-abc123"
            git(self.repository, "branch", branch, head)
            self.built.assign(f"c{number}", branch, head)
            self.heads.append(head)
        self.path = self.built.folders.worktree(self.built.run_id, "integration")

    def write(self, base: str, files: dict[str, str]) -> str:
        """Commit files on a commit without a checkout."""
        git(self.repository, "read-tree", "--empty")
        git(self.repository, "read-tree", base)
        for name, text in files.items():
            blob = git(self.repository, "hash-object", "-w", "--stdin", given=text)
            git(self.repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
        tree = git(self.repository, "write-tree")
        git(self.repository, "read-tree", "main")
        return git(self.repository, "commit-tree", tree, "-p", base, "-m", "Written")

    def integrate(self) -> Integrated | Conflicted:
        return integrate(
            self.db, self.built.run, repository=self.repository, folders=self.built.folders
        )

    def merged(self) -> list[str]:
        """Return what was merged, in order."""
        branch = self.built.run.integration_branch or ""
        log = git(self.repository, "log", "--first-parent", "--reverse", "--format=%P|%s", branch)
        return [line.split("|")[1] for line in log.splitlines() if " " in line.split("|")[0]]


def test_all_cards_are_joined_in_order(db: DbAdapter, tmp_path: Path) -> None:
    on = Joined(db, tmp_path, {"a.py": "1\n"}, {"b.py": "2\n"}, {"dir/c.py": "3\n"})
    db.update(CardAssignment, "of-c4", sequence=0)
    db.update(CardAssignment, "of-c2", sequence=5)
    done = on.integrate()
    assert isinstance(done, Integrated)
    assert on.built.run.integration_branch == "planner/workflow-1-integration-abc123"
    assert on.merged() == [
        "Merge #4 Card; $(x) 4 --all",
        "Merge #3 Card; $(x) 3 --all",
        "Merge #2 Card; $(x) 2 --all",
    ]
    assert git(on.path, "rev-parse", "HEAD") == done.head
    assert git(on.path, "status", "--porcelain") == ""
    assert (on.path / "dir" / "c.py").read_text() == "3\n"
    assert on.integrate() == done
    assert on.built.branch("main") == on.built.base


def test_a_conflict_names_both_cards_and_a_person_may_resolve_it(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Joined(db, tmp_path, {"a.py": "1\n"}, {"b.py": "2\n"}, {"b.py": "3\n", "d.py": "4\n"})
    stuck = on.integrate()
    assert isinstance(stuck, Conflicted)
    assert stuck.cards == ("#4 Card; $(x) 4 --all", "#3 Card; $(x) 3 --all")
    assert stuck.files == ("b.py",)
    assert "conflicts with #3 Card; $(x) 3 --all in b.py" in stuck.words
    assert len(on.merged()) == 2
    assert git(on.path, "status", "--porcelain") == ""
    with pytest.raises(Exception, match="merge"):
        git(on.path, "merge", "planner/4-card-abc123")
    (on.path / "b.py").write_text("half resolved\n")
    waiting = on.integrate()
    assert isinstance(waiting, Conflicted)
    assert "in the middle of a merge" in waiting.words
    assert (on.path / "b.py").read_text() == "half resolved\n"
    git(on.path, "commit", "--quiet", "--all", "--message", "Both")
    done = on.integrate()
    assert isinstance(done, Integrated)
    assert git(on.path, "rev-parse", "HEAD") == done.head
    assert (on.path / "d.py").read_text() == "4\n"


class Stopped(Exception):
    """Stands for a SIGKILL."""


@pytest.mark.parametrize("name", ["_branch", "_ready", "merge_commit", "is_ancestor", "git"])
def test_it_goes_on_where_it_was_stopped(
    db: DbAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    on = Joined(db, tmp_path, {"a.py": "1\n"}, {"b.py": "2\n"})
    real, stops = getattr(integration, name), [1, 1]

    def stopping(*arguments: Any, **named: Any) -> Any:
        done = real(*arguments, **named)
        if stops:
            stops.pop()
            raise Stopped
        return done

    monkeypatch.setattr(integration, name, stopping)
    for _ in range(2):
        with pytest.raises(Stopped):
            on.integrate()
    done = on.integrate()
    assert isinstance(done, Integrated)
    assert len(on.merged()) == 2
    assert git(on.path, "status", "--porcelain") == ""


def test_what_was_edited_in_the_worktree_goes_to_a_rescue_ref(
    db: DbAdapter, tmp_path: Path
) -> None:
    on = Joined(db, tmp_path, {"a.py": "1\n"}, {"b.py": "2\n"})
    on.integrate()
    (on.path / "a.py").write_text("mine\n")
    done = on.integrate()
    assert isinstance(done, Integrated)
    (words,) = done.words
    refs = git(on.repository, "for-each-ref", "--format=%(refname)", "refs/planner/rescue").split()
    assert refs
    assert refs[0] in words
    assert git(on.repository, "show", f"{refs[0]}:a.py") == "mine"
    assert (on.path / "a.py").read_text() == "1\n"


def test_a_card_that_was_built_again_is_merged_again(db: DbAdapter, tmp_path: Path) -> None:
    on = Joined(db, tmp_path, {"a.py": "1\n"}, {"b.py": "2\n"})
    first = on.integrate()
    newer = on.write(on.heads[0], {"a.py": "better\n"})
    db.update(CardAssignment, "of-c2", head_commit=newer)
    second = on.integrate()
    assert isinstance(first, Integrated)
    assert isinstance(second, Integrated)
    assert (on.path / "a.py").read_text() == "better\n"
    assert git(on.repository, "merge-base", first.head, second.head) == first.head
