import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("tui", "planner", "store", "migrations")


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command apart from the checkout's environment; return what it printed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "COV_"))}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment that holds the wheel, made without a network.

    The dependencies are those at hand: a path added by a ``.pth`` file comes after the
    environment's own, and the ``.pth`` files in it, such as an editable install's, are
    not read.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    words = ("install", "--quiet", "--no-index", "--no-deps", wheel)
    run(sys.executable, "-m", "pip", "--isolated", "--python", python, *words, cwd=folder)
    [site_packages] = folder.glob("lib/python*/site-packages")
    at_hand = sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n"
    (site_packages / "dependencies.pth").write_text(at_hand, encoding="utf-8")
    return python


def files_in_packages() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    packed = {name for name in names if ".dist-info/" not in name}

    assert packed == files_in_packages()
    assert {f"{package}/__init__.py" for package in PACKAGES} <= packed
    assert any(re.fullmatch(r"migrations/sqlite/\d{3}_\w+\.sql", name) for name in packed)
    assert any(name.endswith(".tcss") for name in packed)


def test_wheel_carries_the_license(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert any(name.endswith("/LICENSE") for name in names)


@pytest.mark.parametrize("package", PACKAGES)
def test_installed_packages_are_the_wheels(package: str, installed: Path, tmp_path: Path) -> None:
    code = f"import {package}; print({package}.__file__)"
    file = Path(run(installed, "-c", code, cwd=tmp_path).strip())

    assert file.is_relative_to(installed.parent.parent)


OPEN = """
import sys
from store.open import open_store
from store.records import Project
db = open_store(sys.argv[1])
with db.connection():
    print(db.list(Project))
"""


def test_installed_store_makes_a_database(
    installed: Path, tmp_path: Path, database_path: Path
) -> None:
    assert run(installed, "-c", OPEN, database_path, cwd=tmp_path).strip() == "[]"
    assert database_path.read_bytes().startswith(b"SQLite format 3\0")


def test_installed_program_lists_every_migration(
    installed: Path, tmp_path: Path, database_path: Path
) -> None:
    names = [path.stem for path in (ROOT / "migrations" / "sqlite").glob("*.sql")]
    run(installed, "-c", OPEN, database_path, cwd=tmp_path)

    planner_tui = installed.parent / "planner-tui"
    status = run(planner_tui, "--db", database_path, "migrate", "--status", cwd=tmp_path)

    assert names
    assert [name for name in names if name not in status] == []


def test_installed_program_tells_its_version(installed: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] in run(installed.parent / "planner-tui", "--version", cwd=tmp_path)


def test_what_runs_is_what_was_tested() -> None:
    """The environment for tests holds the very releases that people are given to run."""

    def pins(lock: str) -> set[str]:
        text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
        return set(re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE))

    assert pins("run.lock")
    assert pins("run.lock") <= pins("dev.lock")


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_locks_name_releases_and_hashes_alone(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")

    for line in text.splitlines():
        assert re.fullmatch(
            r"[\w.-]+==[^\s/]+( ; [^/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        )
