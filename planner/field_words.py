"""What a field of a planning action takes, in words: for the reference and the guide."""

from __future__ import annotations

import enum
import types
import typing
from typing import Any

import msgspec


def type_in_words(annotation: Any) -> str:
    """Return a field's type in words."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *metas = typing.get_args(annotation)
        meta = metas[0]
        if meta.ge is not None and meta.le is not None:
            return f"{type_in_words(base)} from {meta.ge} to {meta.le}"
        if meta.ge is not None:
            return f"{type_in_words(base)} from {meta.ge}"
        return "UTC text such as `2026-01-31T08:00:00Z`" if meta.pattern else type_in_words(base)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(
            type_in_words(arg)
            for arg in typing.get_args(annotation)
            if arg is not msgspec.UnsetType
        )
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ", ".join(f"`{value}`" for value in annotation)
    words = {str: "text", int: "whole number", float: "number", type(None): "`null`"}
    return words.get(annotation, "object")
