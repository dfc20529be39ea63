"""Every example of the README and the docs is run as it is written; the tutorial has a test of its own."""

import shutil
from pathlib import Path

import pytest

from planner.sample import load_sample
from store.open import open_store
from tests.docs_examples import ROOT, blocks, do, steps

PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if page.name != "tutorial.md" and any(blocks(page))
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "plan.db"
    db = open_store(path)
    with db.connection():
        load_sample(db)
    return path


@pytest.mark.skipif(shutil.which("git") is None, reason="some are about git")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_work_as_they_are_written(page: Path, sample: Path, tmp_path: Path) -> None:
    folder, aside = tmp_path / "folder", tmp_path / "aside"
    folder.mkdir()
    aside.mkdir()
    shutil.copy(sample, folder)

    assert do(list(steps(page)), folder, aside) == []


def test_what_is_not_run_says_why() -> None:
    reasons = [block.not_run for page in PAGES for block in blocks(page) if block.not_run]

    assert all(len(reason.split()) > 2 for reason in reasons)
    assert len(reasons) <= 10, "run them: an example that nobody runs is soon wrong"


def test_an_example_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- first: a=7 -->\n```sh\ntest $a = 7\n```\n"
        "```console\n$ echo one\n…\n$ cat <<END\ntwo\nEND\nthree\n```\n"
        "<!-- not run: needs a network -->\n```sh\nfalse\n```\n```sh\nfalse\ntrue\n```\n"
    )
    (tmp_path / "aside").mkdir()

    told = do(list(steps(page)), tmp_path, tmp_path / "aside")

    assert [each.split(":")[0] for each in told] == ["line 8", "line 17"]
    assert "two" in told[0]
    assert "it failed" in told[1]
