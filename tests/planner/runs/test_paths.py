import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.runs.git import GitFailed
from planner.runs.paths import ChangedFile, Verdict, changed_files, judge
from planner.runs.policy import Policy
from tests.planner.runs.repositories import commit, make_repository, run_git, tip

FILES = {
    "README.md": "# Lantern\n",
    "src/list.py": "def items():\n    return [1, 2, 3]\n" * 5,
    "src/page.py": "PAGE = 1\n" * 9,
    "src/secrets/key.py": "KEY = 'x'\n",
    "vendor/note": "x\n",
    "ci/run.yml": "run: it\n",
}

Judge = Callable[..., Verdict]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("made") / "lantern", FILES)


@pytest.fixture
def work(made: Path) -> Path:
    """Return the checkout as it was at first."""
    run_git(made, "checkout", "--quiet", "--force", "--detach", "main")
    run_git(made, "clean", "--quiet", "-ffdx")
    return made


@pytest.fixture
def held(work: Path) -> Judge:
    """Commit what is in the checkout, and hold it against some rules."""

    def hold(*, planned: Any = (), accepted: Any = (), add: bool = True, **rules: Any) -> Verdict:
        policy = Policy(**{f"{name}_paths": tuple(paths) for name, paths in rules.items()})
        head = commit(work, "Work") if add else tip(work)
        return judge(work, "main", head, policy=policy, planned=planned, accepted=accepted)

    return hold


def lead(work: Path, name: str, target: str) -> None:
    """Make a symlink, also in the place of a file."""
    place = work / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def test_every_kind_of_change_is_found(work: Path) -> None:
    (work / "new\n“file”").write_text("x")
    (work / os.fsdecode(b"caf\xe9")).write_text("x")
    (work / "README.md").write_text("other\n")
    (work / "ci/run.yml").unlink()
    (work / "src/list.py").rename(work / "src/items.py")
    (work / "src/page.py").chmod(0o755)
    lead(work, "vendor/note", "../README.md")
    assert set(changed_files(work, "main", commit(work, "Work"))) == {
        ChangedFile("new\n“file”", None, "added"),
        ChangedFile('"caf\\351"', None, "added"),
        ChangedFile("README.md", None, "modified"),
        ChangedFile("ci/run.yml", None, "deleted"),
        ChangedFile("src/items.py", "src/list.py", "renamed"),
        ChangedFile("src/page.py", None, "mode"),
        ChangedFile("vendor/note", None, "kind"),
    }


def test_without_plan_or_rules_everything_may_change(work: Path, held: Judge) -> None:
    (work / "anything").write_text("x")
    verdict = held()
    assert (verdict.forbidden, verdict.protected, verdict.outside) == ((), (), ())
    assert verdict.in_words() == ""


def test_planned_files_are_known_by_name_or_path_and_the_policy_allows_more(
    work: Path, held: Judge
) -> None:
    for name in (
        "a/list.py",
        "src/page.py",
        "deep/src/page.py",
        "src/other.py",
        "docs/x.md",
        "Page.py",
    ):
        (work / name).parent.mkdir(exist_ok=True, parents=True)
        (work / name).write_text("new")
    planned = ("list.py", "./src/page.py", "../out.py", "/", "")
    verdict = held(planned=planned, allowed=["docs/"])
    assert verdict.outside == ("Page.py", "src/other.py")
    assert verdict.in_words() == "Page.py, src/other.py are outside of the planned files."
    verdict = held(planned=planned, allowed=["docs/"], accepted=["src/other.py"])
    assert verdict.outside == ("Page.py",)
    assert held(planned=["src/"]).outside == ("Page.py", "a/list.py", "docs/x.md")
    assert len(held(allowed=["nothing"]).outside) == 6


def test_what_is_forbidden_wins_and_can_not_be_accepted(work: Path, held: Judge) -> None:
    (work / "src/secrets/key.py").write_text("KEY = 'y'\n")
    (work / "ci/run.yml").chmod(0o755)
    rules: dict[str, Any] = {
        "allowed": ["**"],
        "protected": ["ci/", "src/"],
        "forbidden": ["secrets/"],
    }
    verdict = held(planned=["key.py", "run.yml"], accepted=["src/secrets/key.py"], **rules)
    assert verdict.forbidden == ("src/secrets/key.py",)
    assert verdict.protected == ("ci/run.yml",)
    assert verdict.outside == ()
    assert verdict.why["src/secrets/key.py"] == "the policy forbids secrets/"
    assert verdict.in_words() == "src/secrets/key.py is forbidden. ci/run.yml is protected."
    assert held(accepted=["ci/run.yml"], **rules).protected == ()


def test_both_ends_of_a_rename_count(work: Path, held: Judge) -> None:
    (work / "src/list.py").rename(work / "src/secrets/list.py")
    (work / "src/page.py").rename(work / "page.py")
    verdict = held(planned=["page.py"], forbidden=["/src/secrets"])
    assert verdict.forbidden == ("src/secrets/list.py",)
    assert verdict.outside == ("src/list.py",)
    assert held(forbidden=["src/list.py"]).forbidden == ("src/list.py",)


def test_a_deleted_file_and_another_case_or_spelling_count(work: Path, held: Judge) -> None:
    (work / "src/secrets/key.py").unlink()
    for name in ("SRC/Secrets/new", "CAFE\u0301/x", "src/sec\u200brets/y"):
        (work / name).parent.mkdir(parents=True)
        (work / name).write_text("x")
    verdict = held(forbidden=["src/secrets/"], protected=["caf\u00e9/"], planned=["secrets/new"])
    assert verdict.forbidden == ("SRC/Secrets/new", "src/secrets/key.py", "src/sec\u200brets/y")
    assert verdict.protected == ("CAFE\u0301/x",)


def test_a_link_counts_for_where_it_leads_to(work: Path, held: Judge) -> None:
    lead(work, "a", "src/secrets/key.py")
    lead(work, "docs/b", "../src/./secrets")
    lead(work, "c", "docs/b/new")
    lead(work, "docs/d", "../docs/../src/secrets/../secrets/x")
    lead(work, "docs/e", "b/../ci/run.yml")
    lead(work, "f", "src")
    lead(work, "docs/out", "../../elsewhere")
    lead(work, "passwords", "/etc/passwd")
    lead(work, "g1", "g2")
    lead(work, "g2", "g1")
    lead(work, "long", "x/" * 2000)
    lead(work, "git", ".git/hooks")
    verdict = held(forbidden=["src/secrets/"], protected=["ci/run.yml"])
    assert verdict.forbidden == ("a", "c", "docs/b", "docs/d", "git")
    assert verdict.protected == ("docs/out", "g1", "g2", "passwords")
    assert (
        verdict.why["c"] == "the policy forbids src/secrets/, and it is a link to src/secrets/new"
    )
    assert verdict.why["passwords"] == "it is a link out of the repository"
    # As written it leads to one place, through the other link to another.
    assert held(forbidden=["src/ci/run.yml"]).forbidden == ("docs/e", "git")


def test_a_link_that_was_there_counts_when_it_is_changed(work: Path, held: Judge) -> None:
    lead(work, "src/page.py", "secrets/key.py")
    verdict = held(forbidden=["src/secrets/"], planned=["page.py"])
    assert verdict.forbidden == ("src/page.py",)


def test_a_submodule_counts_for_all_below_it(work: Path, held: Judge) -> None:
    entry = f"160000,{tip(work)},vendor/lib"
    run_git(work, "update-index", "--add", "--cacheinfo", entry)
    (work / ".gitmodules").write_text('[submodule "x"]\n\tpath = vendor/lib\n\tignore = all\n')
    run_git(work, "add", ".gitmodules")
    run_git(work, "commit", "--quiet", "-m", "A submodule")
    verdict = held(add=False, forbidden=["vendor/lib/keys/*.pem"], planned=["lib"])
    assert verdict.forbidden == ("vendor/lib",)
    assert verdict.outside == (".gitmodules",)


def test_what_git_could_be_made_to_take_for_its_own_is_forbidden(work: Path, held: Judge) -> None:
    # Git itself refuses most such names, so this one is written past it.
    blob = run_git(work, "hash-object", "-w", "--stdin", stdin=b"x")
    inner = run_git(work, "mktree", stdin=f"100644 blob {blob}\tconfig\n".encode())
    tree = run_git(work, "mktree", stdin=f"040000 tree {inner}\tgit~1\n".encode())
    head = run_git(work, "commit-tree", "-p", "main", "-m", "x", tree)
    verdict = judge(work, "main", head, policy=Policy(), planned=(), accepted=("git~1/config",))
    assert verdict.forbidden == ("git~1/config",)


def test_what_is_no_commit_is_refused_and_no_setting_hides_anything(work: Path) -> None:
    for name in ("--output=/tmp/x", "", "f" * 40):
        with pytest.raises(GitFailed):
            changed_files(work, "main", name)
    run_git(work, "config", "diff.ignoreSubmodules", "all")
    run_git(work, "config", "diff.renames", "false")
    head = commit(work, "Work", {"src/page.py": "PAGE = 2\n"})
    run_git(work, "replace", head, "main")
    try:
        assert len(changed_files(work, "main", head)) == 1
    finally:
        run_git(work, "replace", "-d", head)
