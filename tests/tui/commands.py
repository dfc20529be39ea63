"""Running commands as a shell would, with words or JSON for an answer."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tui.cli import main


class CommandLine:
    """``planner-tui --db PLAN …``."""

    def __init__(self, database: Path) -> None:
        self.database = database

    def __call__(self, *arguments: object, given: str | None = None) -> Result:
        words = ["--db", str(self.database), *map(str, arguments)]
        return CliRunner().invoke(main, words, input=given, catch_exceptions=False)

    def words(self, *arguments: object, given: str | None = None) -> str:
        """Run what must succeed; return what it says."""
        done = self(*arguments, given=given)
        assert done.exit_code == 0, done.output
        return done.stdout

    def data(self, *arguments: object, given: str | None = None) -> Any:
        """Run what must succeed; return its data."""
        document = json.loads(self.words(*arguments, "--json", given=given))
        assert (document["version"], document["ok"]) == (1, True)
        return document["data"]

    def refusal(self, *arguments: object, given: str | None = None) -> str:
        """Run what must be refused; return the message, which both ways to ask agree on."""
        refused = self(*arguments, given=given)
        assert refused.exit_code == 1, refused.output
        assert "Traceback" not in refused.output
        return refused.stderr.removeprefix("planner-tui: ").strip()

    def misused(self, *arguments: object) -> str:
        """Run what must not be understood; return why."""
        refused = self(*arguments)
        assert refused.exit_code == 2, refused.output
        return refused.stderr
