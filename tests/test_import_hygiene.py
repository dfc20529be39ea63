import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("tui", "planner", "store", "migrations")

PROBE = """
import importlib, json, os, sys

root, *modules = sys.argv[1:]
sys.path.insert(0, root)
deeds = []

def audit(event, args):
    if event == "open":
        path, mode, flags = args
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC):
            deeds.append(f"{event} {path} for writing")
    elif event.startswith(("sqlite3.connect", "socket.connect", "subprocess.", "os.mkdir",
                           "os.rename", "os.remove", "os.rmdir", "os.system", "os.putenv",
                           "os.posix_spawn", "os.fork", "_thread.start_new_thread")):
        deeds.append(f"{event} {args!r}")

sys.addaudithook(audit)
for module in modules:
    importlib.import_module(module)
print(json.dumps({"deeds": list(deeds), "modules": sorted(sys.modules)}))
"""


def modules_of(package: str) -> list[str]:
    """Name every module of a package, as it lies on disk."""
    names = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if parts[-1] != "__main__":
            names.append(".".join(parts))
    return names


def import_apart(tmp_path: Path, *modules: str) -> tuple[list[str], set[str]]:
    """Import modules in a bare process; return what else they did and what got loaded."""
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    home.mkdir()
    cwd.mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE, str(ROOT), *modules],
        cwd=cwd,
        env={"HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []
    assert list(cwd.iterdir()) == []
    answer = json.loads(done.stdout)
    return answer["deeds"], set(answer["modules"])


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_touches_nothing(package: str, tmp_path: Path) -> None:
    deeds, _ = import_apart(tmp_path, *modules_of(package))

    assert deeds == []


@pytest.mark.parametrize("package", ["planner", "store", "migrations"])
def test_what_decides_and_remembers_knows_no_screen(package: str, tmp_path: Path) -> None:
    _, loaded = import_apart(tmp_path, *modules_of(package))

    assert loaded.isdisjoint({"textual", "rich", "click", "tui"})


def test_what_remembers_knows_no_decisions(tmp_path: Path) -> None:
    _, loaded = import_apart(tmp_path, *modules_of("store"), *modules_of("migrations"))

    assert "planner" not in loaded


def test_command_line_loads_no_screen_until_asked(tmp_path: Path) -> None:
    _, loaded = import_apart(tmp_path, "tui.cli")

    assert loaded.isdisjoint({"textual", "rich", "yaml"})
