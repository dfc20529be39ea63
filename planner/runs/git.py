"""Git, called as a person's script would call it but for what could do harm.

Every call is a list of arguments. Hooks are off unless they are asked for, nothing is ever
prompted for, and variables that point git at another repository are not passed on. What git says
when it refuses reaches people without the passwords of a URL.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from planner.errors import Refused

LOCK_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds to wait, one after another, while another git holds a lock of the repository."""

_SETTINGS = (
    "core.quotePath=false",
    # What an agent has put into the repository's config must not run here.
    "core.fsmonitor=false",
    "core.pager=cat",
    # Nothing is tidied up behind the back of whoever is at work in the repository.
    "gc.auto=0",
    "maintenance.auto=false",
    # A commit made here is nobody's to sign, and a prompt for a passphrase would wait for ever.
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "advice.detachedHead=false",
)
_NO_HOOKS = "core.hooksPath=/dev/null"

# Git's own list of variables that belong to one repository, and those that change what is compared.
_DROPPED = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_DIFF_OPTS",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_DATE",
    }
)
_SET = {
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_OPTIONAL_LOCKS": "0",
    # Replaced objects and grafts would show another history than the one that is pushed.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "LC_ALL": "C",
    "LANGUAGE": "C",
}

_LONGEST_SAID = 600
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*(?:@[^/\s@]*)*@")
_LOCKED = re.compile(
    r"\.lock': File exists|unable to lock|cannot lock ref|could not lock|unable to create '[^']*\.lock'",
    re.IGNORECASE,
)
_DUBIOUS = re.compile(r"dubious ownership in repository at '(.*)'")
_OCTAL = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}


class GitFailed(Refused):
    """Git did not do what it was asked; the message says what it said, for people.

    Attributes:
        said: What git printed about it, without credentials.
        exit_code: How it ended; None when it was ended for taking too long.
    """

    def __init__(self, message: str, said: str = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.said = said
        self.exit_code = exit_code


class GitResult(msgspec.Struct, frozen=True):
    """What a call of git printed, and how it ended."""

    stdout: bytes
    said: str
    exit_code: int

    @property
    def text(self) -> str:
        """Output that is text, without the line end at its end."""
        return self.stdout.decode("utf-8", "replace").removesuffix("\n")

    @property
    def fields(self) -> list[bytes]:
        """Output of a call with ``-z``: what stands between the zeros."""
        return self.stdout.removesuffix(b"\0").split(b"\0") if self.stdout else []


def git(
    repository: Path | str,
    *arguments: str | bytes,
    stdin: bytes | None = None,
    environ: Mapping[str, str] | None = None,
    settings: Sequence[str] = (),
    hooks: bool = False,
    check: bool = True,
    seconds: float | None = None,
    inherits: Sequence[int] = (),
) -> GitResult:
    """Call git in a repository and wait for it.

    While another git holds a lock that it needs, it is called again a few times: git does
    nothing before it has its locks.

    Args:
        repository: The folder it is called in.
        arguments: What it is to do. Data comes after ``--`` or ``--end-of-options``.
        stdin: What it reads.
        environ: Variables besides those of this program.
        settings: ``name=value`` settings for this call alone.
        hooks: Whether the repository's hooks run.
        check: Whether to raise when it ends with anything but 0.
        seconds: How long it may take.
        inherits: File descriptors it keeps open, and with them the locks they hold.

    Raises:
        GitFailed: It ended with anything but 0 (and ``check``), or took too long.
        Refused: There is no git here.
    """
    command = _command(repository, arguments, settings, hooks=hooks)
    waits = iter(LOCK_WAITS)
    while True:
        result = _call(command, stdin, git_environment(environ), seconds, inherits)
        if result.exit_code == 0:
            return result
        if not _LOCKED.search(result.said) or (wait := next(waits, None)) is None:
            break
        time.sleep(wait)
    if check:
        raise _failed(repository, arguments, result)
    return result


def begin_git(
    repository: Path | str,
    *arguments: str | bytes,
    settings: Sequence[str] = (),
    inherits: Sequence[int] = (),
) -> None:
    """Call git and don't wait for it; it goes on when this process ends.

    What it comes to is for the caller to find out.

    Args:
        repository: The folder it is called in.
        arguments: What it is to do.
        settings: ``name=value`` settings for this call alone.
        inherits: File descriptors it keeps open, and with them the locks they hold.

    Raises:
        Refused: It could not be started.
    """
    from planner.runs.processes import launch

    command = _command(repository, arguments, settings, hooks=False)
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    launch(command, git_environment(), pass_fds=inherits, **nowhere)


@contextlib.contextmanager
def git_output(
    repository: Path | str, *arguments: str | bytes, settings: Sequence[str] = ()
) -> Iterator[IO[bytes]]:
    """Call git and give what it prints as it comes; it is ended when the block is left early.

    Args:
        repository: The folder it is called in.
        arguments: What it is to do.
        settings: ``name=value`` settings for this call alone.

    Raises:
        GitFailed: It ended with anything but 0, and the block had read all of it.
        Refused: There is no git here.
    """
    import tempfile

    command = _command(repository, arguments, settings, hooks=False)
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of arguments, never a shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=git_environment(),
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise _no_git() from error
        out = process.stdout
        assert out is not None  # noqa: S101 - it was asked for
        try:
            yield out
            is_whole = not out.read(1)
        except BaseException:
            is_whole = False
            raise
        finally:
            if not is_whole:
                process.kill()
            out.close()
            exit_code = process.wait()
        if is_whole and exit_code:
            said.seek(0)
            words = without_credentials(_decoded(said.read(100_000)))
            raise _failed(repository, arguments, GitResult(b"", words, exit_code))


def git_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables git is called with: this program's, without those that redirect it."""
    environ = {
        name: value
        for name, value in os.environ.copy().items()
        if not name.startswith("GIT_")
        or (name not in _DROPPED and not name.startswith("GIT_TRACE"))
    }
    environ.update(_SET)
    if extra:
        environ.update(extra)
    return environ


def _command(
    repository: Path | str,
    arguments: Sequence[str | bytes],
    settings: Sequence[str],
    *,
    hooks: bool,
) -> list[str | bytes]:
    command: list[str | bytes] = ["git", "-C", os.fspath(repository)]
    for setting in (*_SETTINGS, *(() if hooks else (_NO_HOOKS,)), *settings):
        command += ("-c", setting)
    return [*command, *arguments]


def _no_git() -> Refused:
    return Refused("There is no git on the PATH. Runs need it: install git, then try again.")


def _call(
    command: list[str | bytes],
    stdin: bytes | None,
    environ: dict[str, str],
    seconds: float | None,
    inherits: Sequence[int],
) -> GitResult:
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, never a shell
            command,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=environ,
            timeout=seconds,
            # ssh asks for a password on the terminal, unless it has none.
            start_new_session=True,
            pass_fds=inherits,
            check=False,
        )
    except FileNotFoundError as error:
        raise _no_git() from error
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"Git took longer than {seconds:g} s and was ended.") from error
    except (OSError, ValueError) as error:
        raise GitFailed(f"Git could not be started: {error}.") from error
    return GitResult(done.stdout, without_credentials(_decoded(done.stderr)), done.returncode)


def _decoded(stderr: bytes) -> str:
    return stderr.decode("utf-8", "backslashreplace")


def _failed(
    repository: Path | str, arguments: Sequence[str | bytes], result: GitResult
) -> GitFailed:
    if found := _DUBIOUS.search(result.said):
        return GitFailed(
            f"Git does not trust the repository at {found[1]}, since its files belong to another "
            f"user. If it is yours to use: git config --global --add safe.directory '{found[1]}'",
            result.said,
            result.exit_code,
        )
    what = next((a for a in arguments if isinstance(a, str) and not a.startswith("-")), "")
    said = in_short(result.said) or f"it ended with {result.exit_code} and said nothing"
    return GitFailed(f"git {what} failed in {repository}: {said}", result.said, result.exit_code)


def in_short(said: str) -> str:
    """Return what git said as one line: what was fatal, or else all of it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    worst = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    text = " ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in worst)
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= _LONGEST_SAID else text[: _LONGEST_SAID - 1] + "…"


def without_credentials(text: str) -> str:
    """Return a text with ``user:password@`` taken out of every URL in it."""
    return _CREDENTIALS.sub("", text)


def path_from_git(raw: bytes) -> str:
    """Return a path as text that can be shown, kept as JSON and turned back.

    A path of UTF-8 is itself. Any other is written as git writes it, in quotes with its bytes in
    octal; so is one that begins with a quote, since it could be mistaken for such a one.
    """
    if not raw.startswith(b'"'):
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass
    escaped = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    try:
        inner = escaped.decode()
    except UnicodeDecodeError:
        inner = "".join(chr(byte) if byte < 0x80 else f"\\{byte:03o}" for byte in escaped)
    return f'"{inner}"'


def path_to_bytes(path: str) -> bytes:
    """Return the path that ``path_from_git`` made a text of; any other text is a path itself."""
    if len(path) < 2 or not (path.startswith('"') and path.endswith('"')):
        return path.encode("utf-8", "surrogateescape")
    inner = path[1:-1].encode("utf-8", "surrogateescape")
    return _OCTAL.sub(_unescaped, inner)


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if len(what) == 3:
        return bytes([int(what, 8) & 0xFF])
    return bytes([_ESCAPED[what]]) if what in _ESCAPED else what
