"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from efficace.errors import QuestionError
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


MetricArgument = Annotated[
    str,
    typer.Argument(
        help=_("Id of the metric; all: efficace metrics."),
        autocompletion=complete_metric,
    ),
]
ByOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        help=_("Dimensions, for example rep,source."),
        autocompletion=complete_dimension,
    ),
]
GrainOption = Annotated[str, typer.Option(help="day, week, month, quarter, year, fiscal_quarter, fiscal_year, all")]
FromOption = Annotated[str | None, typer.Option("--from", help=_("First day included."))]
ToOption = Annotated[str | None, typer.Option("--to", help=_("First day not included."))]
WhereOption = Annotated[
    list[str] | None, typer.Option("--where", help=_("Filter: dim=value, dim=a|b, dim!=a, dim= (no value)."))
]
DefinitionOption = Annotated[str | None, typer.Option("--definition", help=_("Another definition of the metric."))]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help=_("Use nothing later than this day or instant."))]
CompareOption = Annotated[str | None, typer.Option("--compare", help="previous, last_year")]
AdjustOption = Annotated[
    list[str] | None, typer.Option("--adjust", help=_("Even out the mix of these dimensions between members."))
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help=_("Override a setting for this question: name=value."))
]


def question_of(
    by: list[str] | None,
    grain: str,
    start: str | None,
    end: str | None,
    where: list[str] | None,
    definition: str | None,
    as_of: str | None,
    compare: str | None,
    adjust: list[str] | None,
    settings: list[str] | None,
) -> dict[str, Any]:
    """The options of a question as ``Project.metrics.ask`` takes them."""
    return {
        "by": split(by),
        "grain": grain,
        "start": start,
        "end": end,
        "where": tuple(where or ()),
        "definition": definition,
        "as_of": as_of,
        "compare": compare,
        "adjust": split(adjust),
        "settings": dict(_setting(text) for text in settings or []),
    }


def with_examples(meaning: str, examples: str) -> str:
    """The help of a command that teaches by examples."""
    return f"{meaning}\n\n{_('Examples:')}\n{examples}"


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise QuestionError('--set: "{text}" is no setting. Write name=value, for example grace_days=0.', text=text)
    return name.strip(), value.strip()


def split(values: list[str] | None) -> tuple[str, ...]:
    """Names given as ``a,b`` or by repeating the option."""
    return tuple(name.strip() for value in values or [] for name in value.split(",") if name.strip())
