"""Writes a proposed mapping as YAML that a person can read and change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from efficace.model.tables import BY_NAME
from efficace.sources.look import Look, Seen


@dataclass(frozen=True)
class Choice:
    """How a stream fills a table.

    Attributes:
        columns: Canonical column -> the stream's column.
        words: Canonical column -> the stream's words -> the table's words.
        constants: Canonical column -> its value in all rows; None = not known yet.
        filled: The table's rows are those that this column refers to.
        minor: Canonical columns whose amounts are in minor units.
        computed: Canonical columns that an SQL expression fills.
        query: Instead of the columns one by one, the SQL that fills the table.
    """

    table: str
    seen: Seen
    columns: Mapping[str, Look]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str | None] = field(default_factory=dict)
    filled: str | None = None
    minor: frozenset[str] = frozenset()
    computed: Mapping[str, str] = field(default_factory=dict)
    query: str | None = None

    @property
    def label(self) -> str:
        return self.seen.stream.label


def write_mapping(folder: Path, reading: Mapping[str, str], choices: Sequence[Choice], seen: Sequence[Seen]) -> str:
    """The mapping as YAML text; streams that fill no table stand at its end, to be mapped by hand."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", folder.resolve().stem).strip("_") or "source"
    lines = [f"# How the files of {folder.name} fill the canonical tables. See docs/mapping.md.", f"source: {name}"]
    lines += [f"{key}: {_scalar(value)}" for key, value in reading.items()]
    lines += ["", "files:", *_files(choices), "", "tables:"]
    tables = dict.fromkeys(choice.table for choice in choices)
    for table in sorted(tables, key=list(BY_NAME).index):
        parts = [choice for choice in choices if choice.table == table]
        lines.append(f"  {table}:")
        for part in parts:
            lines += _feed(part, in_list=len(parts) > 1)
    taken = {choice.seen.stream for choice in choices}
    for item in seen:
        if item.stream not in taken:
            lines.append(f"  # left out: {item.stream.label} with {', '.join(item.columns)}")
    return "\n".join(lines) + "\n"


def _files(choices: Sequence[Choice]) -> Iterable[str]:
    streams = dict.fromkeys(choice.seen.stream for choice in choices)
    for stream in streams:
        if stream.columns is not None:
            columns = ", ".join(map(_scalar, stream.columns))
            file = f"file: {_scalar(stream.path.name)}, header: none, columns: [{columns}]"
            yield f"  {_scalar(stream.name)}: {{{file}}}"
        elif stream.inner is None:
            yield f"  {_scalar(stream.name)}: {_scalar(stream.path.name)}"
        else:
            inner = "sheet" if stream.format == "excel" else "table"
            file = f"file: {_scalar(stream.path.name)}, {inner}: {_scalar(stream.inner)}"
            yield f"  {_scalar(stream.name)}: {{{file}}}"


def _feed(choice: Choice, *, in_list: bool) -> Iterable[str]:
    dash, indent = ("    - ", "      ") if in_list else ("    ", "    ")
    if choice.query is not None:
        yield f"{dash}sql: |"
        yield from (f"{indent}  {line}" for line in choice.query.splitlines())
        return
    yield f"{dash}from: {_scalar(choice.seen.stream.name)}"
    yield f"{indent}columns:"
    order = [column.name for column in BY_NAME[choice.table].stored_columns]
    for column in sorted(choice.columns, key=order.index):
        yield f"{indent}  {column}: {_expression(choice, column)}"
    for column, value in choice.constants.items():
        shown = _scalar(value) if value is not None else "ANSWER_ME"
        yield f"{indent}  {column}: {{const: {shown}}}"
    taken = {look.name for look in choice.columns.values()}
    left = [name for name in choice.seen.columns if name not in taken]
    if left:
        yield f"{indent}  # not taken: {', '.join(left)}"


def _expression(choice: Choice, column: str) -> str:
    if column in choice.computed:
        return "{sql: '" + choice.computed[column].replace("'", "''") + "'}"
    name = _scalar(choice.columns[column].name)
    words = choice.words.get(column, {})
    refers = BY_NAME[choice.table].column(column).refers
    parts = [f"column: {name}"]
    if column in choice.minor:
        parts.append("type: minor_units")
    if words:
        parts.append("map: {" + ", ".join(f"{_scalar(old)}: {_scalar(new)}" for old, new in words.items()) + "}")
        if (choice.table, column) == ("deals", "status"):
            parts.append("default: open")
    if refers:
        parts.append(f"ref: {refers}")
    return name if len(parts) == 1 else "{" + ", ".join(parts) + "}"


def _scalar(text: str) -> str:
    """A text as YAML writes it; quoted where it would mean something else."""
    if re.fullmatch(r"[^\W\d][\w .-]*", text) and text == text.strip() and text.lower() not in ("null", "~"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
