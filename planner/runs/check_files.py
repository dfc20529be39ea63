"""Which files decide what a check does, as far as its command tells.

An agent that changes the script of a check may have made it pass. The command itself can't be
changed, since it comes from the run's snapshot; the files it names can, and whoever approves is
shown which of them were.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_WORD = re.compile(r"[^\s;&|<>()\[\]{}'\"`$=:,]+")

_DEFINED_IN = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "gmake": ("Makefile", "makefile", "GNUmakefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "npm": ("package.json",),
    "npx": ("package.json",),
    "pnpm": ("package.json",),
    "yarn": ("package.json",),
    "bun": ("package.json",),
    "deno": ("deno.json", "deno.jsonc"),
    "jest": ("package.json", "jest.config.js", "jest.config.ts"),
    "vitest": ("vitest.config.ts", "vitest.config.js", "vite.config.ts", "vite.config.js"),
    "eslint": ("eslint.config.js", "eslint.config.mjs", ".eslintrc.json", ".eslintrc.js"),
    "tsc": ("tsconfig.json",),
    "pytest": ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "conftest.py"),
    "tox": ("tox.ini", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",),
    "ruff": ("ruff.toml", ".ruff.toml", "pyproject.toml"),
    "mypy": ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
    "pre-commit": (".pre-commit-config.yaml",),
    "cargo": ("Cargo.toml", ".cargo/config.toml"),
    "go": ("go.mod",),
    "gradle": ("build.gradle", "build.gradle.kts"),
    "gradlew": ("build.gradle", "build.gradle.kts"),
    "mvn": ("pom.xml",),
    "rake": ("Rakefile",),
    "bundle": ("Gemfile",),
    "rspec": (".rspec",),
    "composer": ("composer.json",),
    "phpunit": ("phpunit.xml", "phpunit.xml.dist"),
    "mix": ("mix.exs",),
    "cmake": ("CMakeLists.txt",),
    "ctest": ("CMakeLists.txt",),
}
"""Where well-known programs read what they are to do."""


def files_of_check(command: Sequence[str], worktree: Path) -> frozenset[str]:
    """Return the paths below a worktree that a command names, and those its programs go by."""
    top = os.path.realpath(worktree)
    found: set[str] = set()
    for argument in command:
        for word in {argument, *_WORD.findall(argument[:10_000])}:
            found.update(_DEFINED_IN.get(posixpath.basename(word), ()))
            found.update(_paths(word, worktree, top))
    return frozenset(found)


def changed_of_check(
    command: Sequence[str], worktree: Path, changed: Iterable[str]
) -> tuple[str, ...]:
    """Return which of the changed paths decide what a command does, sorted."""
    own = files_of_check(command, worktree)
    return tuple(
        sorted(
            {
                path
                for path in changed
                if path in own or any(str(folder) in own for folder in Path(path).parents)
            }
        )
    )


def _paths(word: str, worktree: Path, top: str) -> set[str]:
    """Return the path below the worktree that a word names, and the one that it leads to."""
    if "\0" in word or not word.strip("./"):
        return set()
    full = os.path.normpath(worktree / word)
    places = ((full, os.fspath(worktree)), (os.path.realpath(full), top))
    return {
        os.path.relpath(path, folder) for path, folder in places if path.startswith(f"{folder}/")
    }
