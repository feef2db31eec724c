"""Writing tables, answers and progress: the one place that knows Rich."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from efficace.cli.options import Format
from efficace.errors import EfficaceError
from efficace.locale.said import Said

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from rich.console import Console
    from rich.table import Table

_BARS = "▁▂▃▄▅▆▇█"


class OutputError(EfficaceError, OSError):
    """A format that cannot go to this place."""


def console() -> Console:
    """The screen, or plain text where output goes to a file or pipe."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=max(100, _pipe_width()), no_color=True)


def _pipe_width() -> int:
    import os

    return int(os.environ.get("COLUMNS", "140"))


def table(title: str | None, columns: Sequence[tuple[str, str]], caption: str | None = None) -> Table:
    """An empty table; columns as ``(heading, "left" | "right")``."""
    from rich import box
    from rich.table import Table

    made = Table(title=title, caption=caption, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left")
    for heading, side in columns:
        made.add_column(heading, justify="right" if side == "right" else "left", overflow="fold")
    return made


def sparkline(values: Sequence[float | None]) -> str:
    """The course of a figure in one line of text; a gap where there is no figure."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    return "".join(" " if value is None else _BARS[round((value - low) / span * (len(_BARS) - 1))] for value in values)


def write_json(found: object, output: Path | None = None) -> None:
    """JSON with every digit that a number has."""
    write_text(json.dumps(found, ensure_ascii=False, indent=1, default=_plain) + "\n", output)


def write_records(records: Sequence[dict[str, Any]], form: Format, output: Path | None) -> None:
    """Flat records as CSV, Markdown or JSON."""
    if form is Format.JSON:
        write_json(list(records), output)
    elif form is Format.CSV:
        write_text(_csv(records), output)
    elif form is Format.MARKDOWN:
        write_text(_markdown(records), output)


class Tabular(Protocol):
    """Rows of facts, with what they answer."""

    @property
    def rows(self) -> pa.Table: ...

    def to_dict(self) -> dict[str, Any]: ...


Found = TypeVar("Found", bound=Tabular)


def write_rows(found: Found, form: Format, output: Path | None, show: Callable[[Found], None]) -> None:
    """Rows of facts in the form asked; ``show`` lays them out for the screen."""
    if form is Format.JSON:
        write_json(found.to_dict(), output)
    elif form is Format.PARQUET:
        write_parquet(found.rows, output)
    elif form is Format.TABLE:
        show(found)
    else:
        write_records(found.rows.to_pylist(), form, output)


def write_parquet(rows: pa.Table, output: Path | None) -> None:
    """A Parquet file, or its bytes into a pipe.

    Raises:
        OutputError: If it would go to a screen.
    """
    import pyarrow.parquet as pq

    if output is not None:
        pq.write_table(rows, output)
    elif sys.stdout.isatty():
        raise OutputError("Parquet is not for the screen: add --output FILE.")
    else:
        buffer = io.BytesIO()
        pq.write_table(rows, buffer)
        sys.stdout.buffer.write(buffer.getvalue())


def write_text(text: str, output: Path | None) -> None:
    """Text to a file or to the screen."""
    if output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


@contextmanager
def progress() -> Iterator[Callable[[Said, float | None], None]]:
    """A progress bar on the error stream, for people; silent in scripts."""
    if not sys.stderr.isatty():
        yield lambda _text, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=1.0)

        def tell(stage: Said, share: float | None) -> None:
            bar.update(task, description=stage.into(), completed=share)

        yield tell


def _csv(records: Sequence[dict[str, Any]]) -> str:
    """CSV; text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    buffer = io.StringIO()
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        writer.writerow([_harmless(record.get(name)) for name in names])
    return buffer.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value


def markdown_table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table; bars and line ends inside cells do not break it."""
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in [headings, ["---"] * len(headings), *lines]
    )


def _markdown(records: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for record in records for name in record))
    lines = [["" if record.get(name) is None else str(record[name]) for name in names] for record in records]
    return markdown_table(names, lines) + "\n"


def _plain(value: object) -> object:
    from datetime import date, datetime
    from decimal import Decimal

    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)
