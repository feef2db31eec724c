"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from efficace.locale import language
from efficace.locale import translate as _


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


class ReportFormat(StrEnum):
    """How a report on the project is written."""

    TABLE = "table"
    JSON = "json"


ProjectOption = Annotated[
    Path,
    typer.Option("--project", "-p", help=_("Folder of the project."), envvar="EFFICACE_PROJECT", show_default="."),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help=_("How the answer is written."))]
ReportFormatOption = Annotated[ReportFormat, typer.Option("--format", "-f", help=_("How the report is written."))]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help=_("Write to this file instead of the screen."))
]

HERE = Path()


def split(values: list[str] | None) -> tuple[str, ...]:
    """Names given as ``a,b`` or by repeating the option."""
    return tuple(name.strip() for value in values or [] for name in value.split(",") if name.strip())


def complete_metric(incomplete: str) -> list[tuple[str, str]]:
    """Metric ids for the shell's completion."""
    from efficace.metrics.catalogue import CATALOGUE

    return [
        (metric.id, metric.meaning[language()]) for metric in CATALOGUE.values() if metric.id.startswith(incomplete)
    ]


def complete_dimension(incomplete: str) -> list[str]:
    """Dimension ids for the shell's completion; the last of a list ``a,b`` is completed."""
    from efficace.metrics.describe import dimension_ids

    before, _comma, last = incomplete.rpartition(",")
    prefix = f"{before}," if before else ""
    return [prefix + name for name in dimension_ids() if name.startswith(last)]
