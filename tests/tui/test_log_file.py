"""A log file as pieces: however it is written, cut, overwritten in place or replaced."""

import os
import random
import time
from pathlib import Path

import pytest

from tui.log_file import LONGEST, Change, LogFile, LogLine
from tui.log_lines import clipped_from, colored, emphasised, folded
from tui.log_search import LogSearch, plain

PARTS = (
    b"\n",
    b"\r",
    b"\r\n",
    b"all is well",
    b"a" * (LONGEST - 1),
    b"a" * LONGEST,
    b"b" * (LONGEST + 1),
    b"c" * 70_000,
    "é".encode() * 40_000,
    b"\x1b[31m" * 300,
    b"x\x1b[1;31m",
)


def read_all(file: LogFile) -> list[LogLine]:
    """Read on to the end of a file; return all its pieces."""
    file.look(1)
    while file.has_more:
        file.look(4)
    return file.read(0, file.count + 9)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_written_is_what_is_read(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    data = b"".join(chance.choice(PARTS) for _ in range(chance.randint(0, 60)))
    path = tmp_path / "log"
    path.touch()
    file = LogFile(path)
    with path.open("ab", buffering=0) as log:
        at = 0
        while at < len(data):
            size = chance.choice([1, 7, 100, 5_000, 200_000])
            log.write(data[at : at + size])
            at += size
            file.look(chance.choice([1, 3]))
            assert len(file.read(0, file.count + 9)) == file.count
    pieces = read_all(file)
    assert len(pieces) == file.count
    assert [piece for at in range(file.count) for piece in file.read(at, 1)] == pieces
    assert all(len(piece.text.encode()) <= LONGEST for piece in pieces)
    assert not any("\ufffd" in piece.text for piece in pieces)
    shown: dict[int, str] = {}
    for piece in pieces:
        shown[piece.number] = shown.get(piece.number, "") + piece.text
    for number, line in enumerate(data.split(b"\n"), start=1):
        last_state = line.rstrip(b"\r").rpartition(b"\r")[2].decode()
        assert shown.get(number, "").endswith(last_state)
    file.close()


def test_a_hundred_megabytes_are_known_at_once_and_cost_little(tmp_path: Path) -> None:
    path = tmp_path / "log"
    chunk = b"".join(
        b"%07d the agent says something of some eighty bytes\n" % n for n in range(20_000)
    )
    with path.open("wb") as log:
        for _ in range(100):
            log.write(chunk)
    file = LogFile(path)
    began = time.process_time()
    while file.look(16) is not Change.NONE or file.has_more:
        pass
    assert time.process_time() - began < 3
    assert (file.size > 100_000_000, file.count) == (True, 2_000_000)
    assert file.blocks < 2_000
    began = time.process_time()
    [line] = file.read(1_234_567, 1)
    assert time.process_time() - began < 0.1
    assert (line.number, line.text[:7]) == (1_234_568, "0014567")
    file.close()


def test_a_file_that_comes_is_cut_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = LogFile(path)
    assert file.look(1) is Change.NONE
    assert not file.is_there
    path.write_bytes(b"one\ntwo\nthr")
    assert file.look(1) is Change.BEGAN_ANEW
    assert [line.text for line in file.read(0, 9)] == ["one", "two", "thr"]
    assert (file.count, file.final) == (3, 2)
    with path.open("ab") as log:
        log.write(b"ee\xff\n")
    assert file.look(1) is Change.GREW
    assert [line.text for line in file.read(1, 9)] == ["two", "three\ufffd"]
    assert file.look(1) is Change.NONE
    path.write_bytes(b"1\n")
    assert file.look(1) is Change.BEGAN_ANEW
    assert [line.text for line in file.read(0, 9)] == ["1"]
    other = tmp_path / "other"
    other.write_bytes(b"2\n3\n")
    other.rename(path)
    assert file.look(1) is Change.BEGAN_ANEW
    assert [line.text for line in file.read(0, 9)] == ["2", "3"]
    with path.open("r+b") as log:  # the same file, as long as before
        log.write(b"4\n5\n6\n")
    assert file.look(1) is Change.BEGAN_ANEW
    assert file.count == 3
    path.unlink()
    assert file.look(1) is Change.BEGAN_ANEW
    assert (file.count, file.is_there) == (0, False)
    os.mkfifo(path)
    assert file.look(1) is Change.BEGAN_ANEW
    assert "is not a file" in file.problem
    assert file.look(1) is Change.NONE


@pytest.mark.parametrize("forwards", [True, False])
def test_a_search_finds_every_piece_the_nearest_first(tmp_path: Path, forwards: bool) -> None:
    path = tmp_path / "log"
    lines = [f"line {n} {'Ärger' if n % 1_000 == 7 else 'fine'} {'.' * 60}" for n in range(60_000)]
    lines[30_007] = "x" * 3_000 + "\x1b[31mÄr\x1b[0mger"
    path.write_text("\n".join(lines) + "\nno end to ärger")
    file = LogFile(path)
    pieces = read_all(file)
    held = [n for n, piece in enumerate(pieces) if "rger" in plain(piece.text)]
    assert len(held) == 61
    near = LogSearch(file, "ärger", start=40_000, forwards=forwards)
    near.step()
    nearest = min if forwards else max
    assert nearest(n for n in held if (n >= 40_000) is forwards) in near.found
    assert len(near.found) < len(held) / 2
    at_the_end = LogSearch(file, "no end", start=file.count, forwards=False)
    at_the_end.step()
    assert [*at_the_end.found] == [len(pieces) - 1]
    while not near.is_done:
        near.step()
    assert [*near.found] == held
    with path.open("a") as log:
        log.write(" any more\n" + "".join(f"{line}\n" for line in lines[:30_000]))
    read_all(file)
    near.look_again()
    while not near.is_done:
        near.step()
    assert [*near.found] == held + [len(pieces) + n for n in range(30_000) if n % 1_000 == 7]
    exact = LogSearch(file, "ÄRGER", start=0, forwards=True)
    while not exact.is_done:
        exact.step()
    assert not exact.found
    file.close()


def test_colours_become_styles_and_all_else_is_text() -> None:
    said = "a\x1b[1;31mbad\x1b[0m \x1b[1mb\x1b[22m \x1b[38;5;200mx\x1b[39m\x1b[2J\x1b]0;t\x07\u202e"
    assert colored(said) == [
        ("a", "text"),
        ("bad", "bad"),
        (" ", "text"),
        ("b", "strong"),
        (" ", "text"),
        ("x", "text"),
        ("\\x1b[2J\\x1b]0;t\\x07\\u202e", "text"),
    ]
    assert colored("") == colored("\x1b[0m") == []
    assert colored("ab\tc") == [("ab      c", "text")]
    assert colored("\x1b[32mab\x1b[0m\tc") == [("ab", "good"), ("      c", "text")]


def test_spans_are_folded_cut_and_marked() -> None:
    spans = [("abcdefgh", "a"), ("日本語x", "b")]
    assert folded(spans, 5) == [[("abcde", "a")], [("fgh", "a"), ("日", "b")], [("本語x", "b")]]
    assert folded([], 5) == [[]]
    assert clipped_from(spans, 7, 4) == [("h", "a"), ("日 ", "b")]
    assert clipped_from(spans, 99, 4) == []
    assert emphasised([("hello ", "a"), ("world", "b")], [(4, 8), (9, 10)]) == [
        ("hell", "a"),
        ("o ", "match"),
        ("wo", "match"),
        ("r", "b"),
        ("l", "match"),
        ("d", "b"),
    ]
