"""Pull requests on GitHub, through the person's own ``gh``.

``gh`` is called with lists of arguments, never prompts, and may take only so long. What it says
when it refuses reaches people without tokens and passwords.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.runs.git import git_environment, without_credentials
from planner.runs.merging import NotDelivered

GH_SECONDS = 120.0
"""How long a call of gh may take."""

_TOKEN = re.compile(r"\b(?:gh[a-z]_\w{8,}|github_pat_\w{8,})")
_URL = re.compile(r"(?:https?|ssh|git)://(?:[^/@\s]*@)?(?P<host>[^/:\s]+)(?::\d+)?/(?P<path>.+)")
_SCP = re.compile(r"(?:[^/@:\s]+@)?(?P<host>[^/:\s]+):(?P<path>[^/].*)")
_PULL_REQUEST = re.compile(r"https://\S+/pull/\d+")
_NOT_ALLOWED = re.compile(
    r"(merge commits|squash merg\w+|rebase merg\w+) are not allowed|"
    r"merge method .* (is )?not allowed",
    re.IGNORECASE,
)
_FIELDS = "number,url,state,isDraft,headRefOid,mergeCommit"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as GitHub has it; ``state`` is OPEN, CLOSED or MERGED."""

    url: str
    state: str
    is_draft: bool
    head: str
    merged_commit: str | None


class GitHub:
    """One repository on GitHub, seen through ``gh``."""

    def __init__(self, host: str, name: str, program: str, environ: Mapping[str, str]) -> None:
        """Stand for a repository.

        Args:
            host: ``github.com``, or another that ``gh`` knows.
            name: ``owner/name``.
            program: The path of ``gh``.
            environ: Its variables.
        """
        self.host = host
        self.name = name
        self._program = program
        self._environ = {
            **git_environment(environ),
            "GH_PROMPT_DISABLED": "1",
            "GH_NO_UPDATE_NOTIFIER": "1",
            "GH_SPINNER_DISABLED": "1",
            "GH_PAGER": "cat",
            "NO_COLOR": "1",
            "CLICOLOR_FORCE": "0",
        }

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return the open pull request of a branch, else the newest merged one, else None."""
        said = self._call(
            "pr",
            "list",
            f"--repo={self._repository}",
            f"--head={branch}",
            "--state=all",
            "--limit=30",
            f"--json={_FIELDS}",
        )
        found = [_pull_request(item) for item in _json(said, list)]
        for state in ("OPEN", "MERGED"):
            for each in found:
                if each.state == state:
                    return each
        return None

    def create(
        self, *, branch: str, base: str, title: str, body_file: Path, draft: bool
    ) -> PullRequest:
        """Open a pull request of a branch that was pushed."""
        said = self._call(
            "pr",
            "create",
            f"--repo={self._repository}",
            f"--head={branch}",
            f"--base={base}",
            f"--title={title}",
            f"--body-file={body_file}",
            *(("--draft",) if draft else ()),
        )
        found = _PULL_REQUEST.findall(said)
        if found:
            return PullRequest(found[-1], "OPEN", draft, "", None)
        made = self.pull_request_of(branch)
        if made is None:
            raise NotDelivered(f"gh pr create made no pull request, and said: {_short(said)}")
        return made

    def edit(self, url: str, *, title: str, body_file: Path) -> None:
        """Bring the title and the description of a pull request up to date."""
        self._call("pr", "edit", url, f"--title={title}", f"--body-file={body_file}")

    def view(self, url: str) -> PullRequest:
        """Return how a pull request stands."""
        return _pull_request(_json(self._call("pr", "view", url, f"--json={_FIELDS}"), dict))

    def make_ready(self, url: str) -> None:
        """Make a draft a pull request that may be merged."""
        self._call("pr", "ready", url)

    def merge(self, url: str, *, head: str) -> None:
        """Merge a pull request whose head is still this commit.

        With a merge commit, or in the first other way where the repository does not allow those.
        """
        for way in ("--merge", "--squash", "--rebase"):
            try:
                self._call("pr", "merge", url, way, f"--match-head-commit={head}")
            except NotDelivered as why:
                if way == "--rebase" or not _NOT_ALLOWED.search(str(why)):
                    raise
            else:
                return

    @property
    def _repository(self) -> str:
        return f"{self.host}/{self.name}"

    def _call(self, *arguments: str) -> str:
        done = _run(self._program, arguments, self._environ)
        if done is None:
            raise NotDelivered(
                f"gh {' '.join(arguments[:2])} took longer than {GH_SECONDS:g} s and was ended."
            )
        if done.returncode != 0:
            raise NotDelivered(
                f"gh {' '.join(arguments[:2])} failed: {_short(done.stderr or done.stdout)}"
            )
        return done.stdout


def github_at(url: str, environ: Mapping[str, str]) -> GitHub | str:
    """Return the repository on GitHub that a remote's URL names, or why there is none to use.

    Args:
        url: The URL of a remote.
        environ: The variables ``gh`` is called with.
    """
    found = _URL.fullmatch(url) or _SCP.fullmatch(url)
    if found is None or url.startswith(("file:", "/", ".")):
        return "the remote is not on GitHub"
    host = found["host"].lower().removeprefix("ssh.").removeprefix("www.")
    parts = found["path"].strip("/").removesuffix(".git").split("/")
    if len(parts) != 2 or not all(parts):
        return "the remote is not on GitHub"
    program = shutil.which("gh", path=environ.get("PATH"))
    if program is None:
        return "there is no gh on the PATH"
    github = GitHub(host, "/".join(parts), program, environ)
    done = _run(program, ("auth", "status", f"--hostname={host}"), github._environ)
    if done is None or done.returncode != 0:
        return f"gh is not signed in at {host} (gh auth login --hostname {host})"
    return github


def _run(
    program: str, arguments: tuple[str, ...], environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str] | None:
    """Call gh; None when it took too long."""
    try:
        return subprocess.run(  # noqa: S603  (a list of arguments, never a shell)
            [program, *(argument.replace("\0", "") for argument in arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**environ},
            timeout=GH_SECONDS,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise NotDelivered(f"gh could not be started: {error}.") from error


def _pull_request(item: Any) -> PullRequest:
    try:
        merged = item.get("mergeCommit") or {}
        return PullRequest(
            str(item["url"]),
            str(item["state"]),
            bool(item.get("isDraft")),
            str(item.get("headRefOid") or ""),
            merged.get("oid"),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise NotDelivered("gh answered with something else than a pull request.") from error


def _json(said: str, kind: type) -> Any:
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, kind):
        raise NotDelivered(f"gh answered with something that is not JSON: {_short(said)}")
    return answer


def _short(said: str) -> str:
    """Return what gh said as one line, without anything secret."""
    text = " ".join(_TOKEN.sub("…", without_credentials(said)).split()) or "nothing"
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= 600 else text[:599] + "…"
