"""One source: its name, how its texts are read, and how its streams fill the canonical tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from efficace.sources.expression import Feed, Reading

FILES = "files"
"""Name of the source of canonical files that are loaded without a mapping."""


@dataclass(frozen=True)
class SourceMapping:
    """A mapping file, read and checked.

    Attributes:
        text: The file as it was written; None without a mapping.
        streams: What the mapping calls a stream -> which file it is; empty = files named as canonical tables.
        feeds: How tables are filled; empty = by the names of tables and columns.
    """

    name: str = FILES
    text: str | None = None
    reading: Reading = field(default_factory=Reading)
    streams: Mapping[str, object] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()


def read_mapping(path: Path) -> SourceMapping:
    """Read a mapping file."""
    return parse_mapping(path.read_text(encoding="utf-8"), str(path))


def parse_mapping(text: str, where: str) -> SourceMapping:
    """Read the text of a mapping."""
    return SourceMapping(text=text)
