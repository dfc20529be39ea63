"""Taking a text from a file that a person names."""

from __future__ import annotations

import stat
from pathlib import Path

LARGEST = 1024 * 1024
"""Bytes of a file whose text is taken into the plan."""

_QUOTES = "'\""


class NoText(Exception):
    """There is no text to take; the message says why and what to do."""


def named_path(typed: str) -> Path:
    """Return the path that was typed or pasted; a terminal may have quoted it."""
    name = typed.strip()
    if len(name) > 1 and name[0] in _QUOTES and name[-1] == name[0]:
        name = name[1:-1]
    elif "\\ " in name and not Path(name).exists():
        name = name.replace("\\ ", " ")
    return Path(name.removeprefix("file://")).expanduser()


def read_text_file(typed: str) -> tuple[Path, str]:
    """Return the path of a file and its text.

    Raises:
        NoText: It can't be read, is too large, or holds no text.
    """
    try:
        path = named_path(typed)
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise NoText(f"{path} is a folder: name a file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise NoText(f"{path} is no ordinary file.")
        if found.st_size > LARGEST:
            size = f"{found.st_size / LARGEST:,.1f} MB"
            raise NoText(f"{path} has {size}, and 1 MB is the most: give its URL instead.")
        held = path.read_bytes()
    except FileNotFoundError:
        raise NoText(f"There is no file {typed.strip()}.") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NoText(f"{typed.strip()} can't be read: {reason}.") from None
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoText(
            f"{path} is not UTF-8 text (byte {error.start:,}): convert it, or give its URL."
        ) from None
    if "\0" in text:
        raise NoText(f"{path} is not text (it holds zero bytes): give its URL instead.")
    return path, text
