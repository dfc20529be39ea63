import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.runs.patterns import Patterns

NAMES = st.text("ab.-*[]\\ ", min_size=1, max_size=4).filter(
    lambda name: name not in (".", "..") and not name.endswith(" ")
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(
    [
        *[
            "a",
            "b",
            "ab",
            ".",
            "-",
            "*",
            "**",
            "***",
            "?",
            "/",
            "/",
            "/**/",
            "**/",
            "/**",
            "\\*",
            "\\a",
            "[ab]",
            "[!a]",
            "[^b-]",
            "[a-b]",
            "[]a]",
        ],
        *["[[:alpha:]]", "[[:x:]]", "[", "]"],
        " ",
        "\\ ",
    ]
)
# Behind letters git takes ``**`` for what its documentation says it is not.
PATTERNS = (
    st.lists(PIECES, min_size=1, max_size=6)
    .map("".join)
    .filter(lambda pattern: not re.search(r"[^/*]\*\*", pattern))
)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oracle")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def ask_git(folder: Path, pattern: str, paths: list[str]) -> set[str]:
    (folder / ".git/info/exclude").write_text(pattern + "\n")
    done = subprocess.run(
        ["git", "-C", folder, "check-ignore", "--no-index", "-z", "--stdin"],
        input="".join(f"{path}\0" for path in paths).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(done.stdout.decode().split("\0")) - {""}


@settings(max_examples=60)
@given(pattern=PATTERNS, paths=st.lists(PATHS, min_size=30, max_size=30, unique=True))
@example(pattern="a/**/b", paths=["a/b", "a/a/b", "a/a/a/b/a", "b/a/b", "a"])
@example(pattern="a/**", paths=["a", "a/b", "a/a/b"])
@example(pattern="**/a", paths=["a", "b/a", "b/a/b", "ab"])
@example(pattern="a/", paths=["a", "a/b", "b/a/b", "b/a"])
@example(pattern="/a", paths=["a", "a/b", "b/a"])
@example(pattern="*.a", paths=[".a", "b.a", "b.a/c", "a"])
def test_a_pattern_holds_for_what_git_would_ignore(
    oracle: Path, pattern: str, paths: list[str]
) -> None:
    ours = {path for path in paths if Patterns([pattern]).first(path) == pattern}
    assert ours == ask_git(oracle, pattern, paths)


def test_folded_they_hold_in_any_case_and_spelling() -> None:
    folded = Patterns(["Secrets/", "src/[A-C]*.PY", "caf\u00e9/**"], folded=True)
    assert folded.first("sECRETS/key") == "Secrets/"
    assert folded.first("SRC/bx.py") == "src/[A-C]*.PY"
    assert folded.first("CAFE\u0301/x") == "caf\u00e9/**"
    assert folded.first("sec\u200brets/key") == "Secrets/"
    plain = Patterns(["Secrets/", "caf\u00e9/"])
    assert plain.first("secrets/key") is None
    assert plain.first("cafe\u0301/x") == "caf\u00e9/"


def test_a_submodule_stands_for_all_below_it() -> None:
    patterns = Patterns(["vendor/lib/keys/*.pem"])
    assert patterns.first("vendor/lib", has_below=True)
    assert patterns.first("vendor", has_below=True)
    assert not patterns.first("vendor", is_folder=True)
    assert not patterns.first("vendor/lib")
    assert not patterns.first("vendor/other", has_below=True)
    assert Patterns(["lib/"]).first("vendor/lib", has_below=True)
    # What could be anywhere is not taken to be in every submodule.
    assert not Patterns(["*.pem"]).first("vendor/lib", has_below=True)
    assert not Patterns(["**/x/y"]).first("vendor/lib", has_below=True)


def test_no_path_makes_it_slow() -> None:
    patterns = Patterns(["*a*a*a*a*a*a*a*b", "**/a*/**/a*/**/a*/**/b/**/c"])
    began = time.process_time()
    assert not patterns.first("a" * 4000)
    assert not patterns.first("/".join(["aa"] * 1300))
    assert time.process_time() - began < 0.5
