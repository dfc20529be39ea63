"""``planner-tui config``: where the config is, whether it is right, one to start from."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tui.cli import main


@pytest.fixture
def path(home: Path) -> Path:
    """Return where the config of the test's home is; nothing is there yet."""
    return home / "config" / "planner-tui" / "config.toml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["config", *arguments])


def test_it_says_where_the_config_is_and_makes_nothing(path: Path) -> None:
    done = run()
    assert done.exit_code == 0
    assert done.stdout == f"{path}  (not there: planner-tui config --init writes one)\n"
    assert not path.parent.exists()
    path.parent.mkdir(parents=True)
    path.touch()
    assert run().stdout == f"{path}\n"


def test_init_writes_one_that_is_right_and_never_over_another(path: Path) -> None:
    assert run("--init").stdout == f"{path} is right.\n"
    assert "[keys]" in path.read_text(encoding="utf-8")
    path.write_text("# mine")
    again = run("--init")
    assert again.exit_code == 1
    assert again.stderr == f"planner-tui: {path} is there already; nothing was changed.\n"
    assert path.read_text() == "# mine"


def test_init_where_nothing_can_be_written_is_told(path: Path) -> None:
    path.parent.parent.touch()
    done = run("--init")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"planner-tui: {path} can't be written: ")


def test_check_names_what_is_wrong(path: Path) -> None:
    assert run("--check").stdout == f"{path} is not there, which is fine.\n"
    path.parent.mkdir(parents=True)
    path.write_text('[keys]\n"card.new" = "n"\n"card.nwe" = "x"\n')
    done = run("--check")
    assert done.exit_code == 1
    assert done.stderr == (
        f"planner-tui: {path} line 3: there is no key id 'card.nwe'; did you mean card.new?\n"
    )
