import errno
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import Refused
from planner.exporters.writing import WRITTEN_AT_ONCE, write_file


def test_a_file_is_written_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    assert write_file(path, ["naïve ", b"bytes", ""]) == len("naïve bytes".encode())
    assert path.read_text() == "naïve bytes"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    size = write_file(link, ("x" * 1000 for _ in range(3 * WRITTEN_AT_ONCE // 1000)))
    assert link.is_symlink()
    assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (size, 0o600)
    assert {one.name for one in tmp_path.iterdir()} == {"link", "plan.csv"}


def test_what_goes_wrong_midway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("old")

    def broken() -> Iterator[str]:
        yield "x" * 2 * WRITTEN_AT_ONCE
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_file(path, broken())
    for name in ("write", "fsync"):
        with monkeypatch.context() as full:

            def fail(*_: object) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

            full.setattr(f"planner.exporters.writing.os.{name}", fail)
            with pytest.raises(Refused, match=r"the disk is full.*as it was"):
                write_file(path, ["new"])
            with pytest.raises(Refused, match=r"the disk is full.*Nothing was written"):
                write_file(tmp_path / "other", ["new"])
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["plan.csv"]


def test_where_nothing_can_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, reason in (
        (tmp_path, "it is a folder"),
        (tmp_path / "nowhere" / "plan.csv", "no such folder"),
        (tmp_path / ("x" * 300), "its name is too long"),
    ):
        with pytest.raises(Refused, match=reason):
            write_file(path, ["new"])
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "plan.csv").write_text("old")

    def refuse(*_: object) -> int:  # a folder's rights don't keep root out
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("planner.exporters.writing.os.open", refuse)
    with pytest.raises(Refused, match=r"you may not write there.*as it was"):
        write_file(folder / "plan.csv", ["new"])
    assert (folder / "plan.csv").read_text() == "old"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_file(pipe, ["through"])
    reader.join(5)
    assert read == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
