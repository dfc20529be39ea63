"""``planner-tui config``: where the config is, whether it is right, one to start from."""

from __future__ import annotations

from pathlib import Path

import click

from tui.command_line.output import answer, fail, json_option
from tui.command_line.where import config_path, read_config


@click.command()
@click.option("--check", is_flag=True, help="Say whether all of it is right.")
@click.option("--init", is_flag=True, help="Write one to start from, where there is none.")
@json_option
def config(check: bool, init: bool, as_json: bool) -> None:
    """Say where the config is: theme, keys, editor, agents and other choices of yours.

    \b
    Examples:
      planner-tui config --init
      planner-tui config --check
    """
    path = config_path()
    if init:
        _write_config(path, as_json)
    there = path.exists()
    if check or init:
        read_config(as_json)
        words = f"{path} is right." if there else f"{path} is not there, which is fine."
    else:
        words = f"{path}{'' if there else '  (not there: planner-tui config --init writes one)'}"
    answer({"path": str(path), "exists": there}, words, as_json=as_json)


def _write_config(path: Path, as_json: bool) -> None:
    """Write a config to start from; never over one that is there."""
    from tui.config_options import example

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(example())
    except FileExistsError:
        fail(f"{path} is there already; nothing was changed.", "refused", {}, as_json)
    except OSError as error:
        fail(f"{path} can't be written: {error.strerror}.", "failed", {}, as_json)
