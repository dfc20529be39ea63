import os
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

HOMES = count()

CI = os.environ.get("CI") == "true"

# In CI a red test must mean the change, not the dice: the same examples every time.
settings.register_profile("default", deadline=None, derandomize=CI)
settings.load_profile("default")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home, so that none reads or writes its user's files."""
    # Numbered here: pytest would look through all that is there for the next number.
    folder = tmp_path_factory.mktemp(f"home-{next(HOMES)}", numbered=False)
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    for name in ("PLANNER_DB", "XDG_RUNTIME_DIR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # Nor does what is drawn depend on the terminal that the tests are run in.
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    return folder


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    """Return where a test may keep its database; nothing is there yet."""
    return tmp_path / "plan.db"
