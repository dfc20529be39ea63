"""Real git repositories for tests, and the few things tests do in them."""

import os
import shutil
import subprocess
from pathlib import Path

FILES = {
    "README.md": "# Lantern\n",
    "src/list.py": "def items():\n    return []\n",
    "src/secrets/key.py": "KEY = 'x'\n",
    "docs/guide.md": "one\ntwo\nthree\n",
    ".gitignore": "*.log\nbuild/\n",
}


def run_git(folder: Path, *arguments: str, stdin: bytes | None = None, expected: int = 0) -> str:
    """Call git as a person with a name would."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_EDITOR": "true",
    }
    done = subprocess.run(
        ["git", "-C", os.fspath(folder), *arguments],
        input=stdin,
        capture_output=True,
        env=environ,
        check=False,
    )
    assert done.returncode == expected, done.stderr.decode("utf-8", "replace")
    return os.fsdecode(done.stdout).removesuffix("\n")


def tip(folder: Path, name: str = "HEAD") -> str:
    """Return the commit a name stands for."""
    return run_git(folder, "rev-parse", name)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def commit(folder: Path, message: str, files: dict[str, str] | None = None) -> str:
    """Write files and commit everything; returns the commit."""
    write(folder, files or {})
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return tip(folder)


def make_repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Make a repository with one commit on ``main``."""
    folder.mkdir(parents=True)
    run_git(folder, "init", "--quiet", "-b", "main")
    commit(folder, "Begin", FILES if files is None else files)
    return folder


def copied(made: Path, folder: Path) -> Path:
    """Return a copy of a repository, which takes less than making one."""
    shutil.copytree(made, folder, symlinks=True)
    return folder
