import importlib.util
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = {"", "sh", "bash", "shell", "console"}


def parsed(page: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def shell_lines(page: Path) -> Iterator[str]:
    """Yield the commands in a page's fenced blocks, one a line, without their prompts."""
    for token in flat(parsed(page)):
        words = token.info.split()
        if token.type != "fence" or (words[0] if words else "") not in SHELL:
            continue
        lines = token.content.replace("\\\n", " ").splitlines()
        if any(line.startswith("$ ") for line in lines):  # the others are what was answered
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        yield from (line.strip() for line in lines if line.strip() and not line.startswith("#"))


def shown_commands(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of every ``planner-tui …`` that a page shows."""
    spans = [token.content for token in flat(parsed(page)) if token.type == "code_inline"]
    for line in [*shell_lines(page), *spans]:
        for piece in re.split(r"&&|\|\|?|;|(?<!\S)[<>]|…|\.\.\.", line):
            try:
                words = shlex.split(piece, comments=True)
            except ValueError:
                continue
            while words and re.fullmatch(r"[A-Z_]+=.*|exec|time|watch|nohup", words[0]):
                words.pop(0)
            if words and Path(words[0]).name == "planner-tui":
                yield words[1:]


def complaint(command: click.Command, context: click.Context, words: list[str]) -> str | None:
    """Say what in a command's arguments the program does not know."""
    options = {
        name: option
        for option in command.get_params(context)
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }
    words = [word.strip("[]") for word in words]
    while words:
        word = words.pop(0)
        name, _, value = word.partition("=")
        if word == "--":
            return None
        if word.startswith("-") and word != "-":
            if name not in options:
                return f"{context.command_path} has no option {name}"
            option = options[name]
            if not value and not option.is_flag and not option.count:
                del words[: option.nargs]
        elif isinstance(command, click.Group):
            if not re.fullmatch(r"[a-z][a-z-]*", word):
                return None  # a placeholder, such as COMMAND
            found = command.get_command(context, word)
            if found is None:
                return f"{context.command_path} has no command {word}"
            return complaint(found, click.Context(found, context, info_name=word), words)
    return None


def slug(heading: str) -> str:
    """Return a heading's anchor, as the code host makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    tokens = parsed(page)
    found = {
        slug(following.content)
        for token, following in pairwise(tokens)
        if token.type == "heading_open"
    }
    text = page.read_text(encoding="utf-8")
    return found | set(re.findall(r"<\w+ [^>]*\b(?:id|name)=\"([^\"]+)\"", text))


def targets(page: Path) -> Iterator[str]:
    """Yield where a page's links and pictures point."""
    for token in flat(parsed(page)):
        for name in ("href", "src"):
            if token.attrGet(name):
                yield str(token.attrGet(name))
        if token.type in {"html_block", "html_inline"}:
            yield from re.findall(r"\b(?:href|src|srcset)=\"([^\"]+)\"", token.content)


def test_readme_starts_with_run_and_test() -> None:
    assert list(shell_lines(ROOT / "README.md"))[:2] == ["make run", "make test"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_are_there(page: Path) -> None:
    missing = []
    for target in targets(page):
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = Path(os.path.normpath(page.parent / path)) if path else page
        there = file.exists() and file.is_relative_to(ROOT)
        if there and anchor and file.suffix == ".md":
            there = anchor in anchors(file)
        if not there:
            missing.append(target)

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_shown_are_known(page: Path) -> None:
    from tui.cli import main

    context = click.Context(main, info_name="planner-tui")
    complaints = [
        f"planner-tui {shlex.join(words)}: {wrong}"
        for words in shown_commands(page)
        if (wrong := complaint(main, context, words)) is not None
    ]

    assert complaints == []


def test_make_targets_shown_are_known() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    shown = {
        line.split()[1] for page in PAGES for line in shell_lines(page) if line.startswith("make ")
    }

    assert shown <= known


def test_readme_lists_every_page() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## More\n")[2]
    listed = re.findall(r"^- \[(docs/[^]]+)\]\(\1\): \S", section, re.MULTILINE)
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")}

    assert sorted(listed) == sorted(pages)


def test_changelog_has_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(rf"^## \[{re.escape(project['version'])}\]", changelog, re.MULTILINE)


def test_reference_pages_are_what_the_program_says() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, page in generate.PAGES.items():
        written = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert written == page(), f"docs/{name} has drifted: run python docs/generate.py"
