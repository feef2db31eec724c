"""``efficace explain`` and ``efficace rows``: a number opened."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from efficace.cli.options import (
    HERE,
    AdjustOption,
    AsOfOption,
    ByOption,
    CompareOption,
    DefinitionOption,
    Format,
    FormatOption,
    FromOption,
    GrainOption,
    MetricArgument,
    OutputOption,
    ProjectOption,
    SetOption,
    ToOption,
    WhereOption,
    question_of,
    with_examples,
)
from efficace.locale import translate as _


class ExplainFormat(StrEnum):
    """How an explanation is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


EXPLAINED = """
- `efficace explain win_rate`
- `efficace explain lead_response_time --by source --from 2026-01-01 --format markdown > answer.md`
"""
ROWS = """
- `efficace rows win_rate --by rep`
- `efficace rows win_rate --left-out ends_before_start`
- `efficace rows revenue --format parquet --output rows.parquet`
"""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    opened = _("Open a figure: what it means, how it was reckoned, from what and how fresh that is.")
    app.command("explain", help=with_examples(opened, EXPLAINED))(explain)
    behind = _("Show the very rows behind a figure: used and left out, adding up to its n.")
    app.command("rows", help=with_examples(behind, ROWS))(rows)


def explain(
    metric: MetricArgument,
    by: ByOption = None,
    grain: GrainOption = "all",
    start: FromOption = None,
    end: ToOption = None,
    where: WhereOption = None,
    definition: DefinitionOption = None,
    as_of: AsOfOption = None,
    compare: CompareOption = None,
    adjust: AdjustOption = None,
    settings: SetOption = None,
    form: Annotated[ExplainFormat, typer.Option("--format", "-f", help=_("How the answer is written."))] = (
        ExplainFormat.TABLE
    ),
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Open a figure."""
    from efficace.cli.explanation import markdown, show_explanation
    from efficace.cli.output import write_json, write_text
    from efficace.project import open_project

    question = question_of(by, grain, start, end, where, definition, as_of, compare, adjust, settings)
    with open_project(project) as opened:
        found = opened.metrics.ask(metric, **question).explain()
    if form is ExplainFormat.JSON:
        write_json(found.to_dict(), output)
    elif form is ExplainFormat.MARKDOWN:
        write_text(markdown(found), output)
    else:
        show_explanation(found)


def rows(
    metric: MetricArgument,
    by: ByOption = None,
    grain: GrainOption = "all",
    start: FromOption = None,
    end: ToOption = None,
    where: WhereOption = None,
    definition: DefinitionOption = None,
    as_of: AsOfOption = None,
    compare: CompareOption = None,
    adjust: AdjustOption = None,
    settings: SetOption = None,
    left_out: Annotated[
        str | None, typer.Option("--left-out", help=_("Only the rows left out for this reason."))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many rows."))] = 1000,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Show the rows behind a figure."""
    from efficace.cli.explanation import show_opened
    from efficace.cli.output import write_rows
    from efficace.project import open_project

    question = question_of(by, grain, start, end, where, definition, as_of, compare, adjust, settings)
    with open_project(project) as opened:
        write_rows(opened.metrics.opened(metric, left_out, limit, **question), form, output, show_opened)
