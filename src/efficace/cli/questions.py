"""``efficace kpi``: ask for a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer

EXAMPLES = """
- `efficace kpi win_rate`
- `efficace kpi win_rate --by rep --grain quarter --from 2026-01-01`
- `efficace kpi lead_response_time --by source --where heat=hot --compare previous`
- `efficace kpi units_sold --by product,country --format csv > units.csv`
- `efficace kpi sales_cycle_length --as-of 2026-03-31 --format json`
- `efficace kpi stalled_deals --rows`
"""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    meaning = _("Ask for a figure: whole, by dimensions, over time, compared.")
    app.command("kpi", help=with_examples(meaning, EXAMPLES))(kpi)


def kpi(
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
    rows: Annotated[bool, typer.Option("--rows", help=_("Show the very rows behind the answer."))] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("With --rows: at most so many."))] = 1000,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Ask for a figure."""
    from efficace.project import open_project

    question = question_of(by, grain, start, end, where, definition, as_of, compare, adjust, settings)
    with open_project(project) as opened:
        if rows:
            from efficace.cli.answers import show_rows
            from efficace.cli.output import write_rows

            write_rows(opened.metrics.rows(metric, limit=limit, **question), form, output, show_rows)
        else:
            _show(opened.metrics.ask(metric, **question), form, output)


def _show(answer: Answer, form: Format, output: Path | None) -> None:
    from efficace.cli.output import write_json, write_parquet, write_records

    if form is Format.JSON:
        write_json(answer.to_dict(), output)
    elif form is Format.PARQUET:
        write_parquet(answer.to_arrow(), output)
    elif form is Format.TABLE:
        from efficace.cli.answers import show_answer

        show_answer(answer)
    else:
        write_records(answer.to_dicts(), form, output)
