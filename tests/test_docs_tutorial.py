"""The tutorial, done as it is written: every command in one shell, in an empty directory."""

import shutil
from pathlib import Path

import pytest

from tests.docs_examples import ROOT, do, steps


@pytest.mark.skipif(shutil.which("git") is None, reason="it is about git")
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    folder, aside = tmp_path / "empty", tmp_path / "aside"
    folder.mkdir()
    aside.mkdir()
    done = list(steps(ROOT / "docs" / "tutorial.md"))

    assert do(done, folder, aside) == []
    assert len(done) > 20
