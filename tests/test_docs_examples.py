"""Every example of the README and the docs is run as it is written; the tutorial has a test of its own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from planner.decode import decode
from planner.importers.markdown import read_markdown
from planner.sample import load_sample
from store.open import open_store
from tests.docs_examples import ROOT, blocks, do, steps
from tui.config import read_config

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


def documents(language: str) -> Iterator[tuple[str, str]]:
    """Yield the fenced documents of a language, each with its page."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            if token.type == "fence" and token.info.strip() == language:
                yield page.name, token.content


def test_documents_that_are_shown_are_understood(tmp_path: Path) -> None:
    for page, text in documents("json"):
        several = text.startswith('{"')  # one a line
        for document in map(json.loads, text.splitlines() if several else [text]):
            if "action_type" in document:
                assert decode(document), page
    for number, (page, text) in enumerate(documents("toml")):
        config = tmp_path / f"{number}.toml"
        config.write_text(text)
        assert read_config(config), page
    for page, text in documents("markdown"):
        assert read_markdown(text.encode()).entries, page


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
