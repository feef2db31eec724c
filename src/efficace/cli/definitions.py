"""``efficace compare-definitions``: a metric as other tools define it, and the rows that make the difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from efficace.cli.options import (
    HERE,
    AsOfOption,
    Format,
    FormatOption,
    FromOption,
    MetricArgument,
    OutputOption,
    ProjectOption,
    SetOption,
    ToOption,
    WhereOption,
    question_of,
    with_examples,
)
from efficace.locale import in_language, language
from efficace.locale import translate as _
from efficace.locale.numbers import format_change, format_instant, format_number, format_value
from efficace.locale.said import counted

if TYPE_CHECKING:
    from efficace.metrics.definitions import Compared, Definitions, RowsBetween, StepTaken

EXAMPLES = """
- `efficace compare-definitions customer_churn_rate --from 2026-03-01 --to 2026-04-01`
- `efficace compare-definitions customer_churn_rate --from 2026-03-01 --to 2026-04-01 --rows stripe`
- `efficace compare-definitions sales_cycle_length --format csv > definitions.csv`
"""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    meaning = _("Show a figure as other tools define it, why each differs, and the rows that make the difference.")
    app.command("compare-definitions", help=with_examples(meaning, EXAMPLES))(compare_definitions)


def compare_definitions(
    metric: MetricArgument,
    start: FromOption = None,
    end: ToOption = None,
    where: WhereOption = None,
    as_of: AsOfOption = None,
    settings: SetOption = None,
    rows: Annotated[
        str | None, typer.Option("--rows", help=_("Show the rows between ours and this definition."))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("With --rows: at most so many."))] = 1000,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Show a figure by each of its definitions."""
    from efficace.cli.output import write_rows
    from efficace.project import open_project

    asked = question_of(None, "all", start, end, where, None, as_of, None, None, settings)
    question = {name: asked[name] for name in ("start", "end", "where", "as_of", "settings")}
    with open_project(project) as opened:
        if rows is not None:
            found = opened.metrics.rows_between_definitions(metric, rows, limit, **question)
            write_rows(found, form, output, _show_rows)
        else:
            _write(opened.metrics.compare_definitions(metric, **question), form, output)


def _write(found: Definitions, form: Format, output: Path | None) -> None:
    import pyarrow as pa

    from efficace.cli.output import write_json, write_parquet, write_records

    if form is Format.JSON:
        write_json(found.to_dict(), output)
    elif form is Format.PARQUET:
        write_parquet(pa.Table.from_pylist(found.to_dicts(language())), output)
    elif form is Format.TABLE:
        _show(found)
    else:
        write_records(found.to_dicts(language()), form, output)


def _show(found: Definitions) -> None:
    from efficace.cli.output import console, table
    from efficace.metrics.wording import metric_name, why_missing

    screen = console()
    screen.print(f"[bold]{escape(metric_name(found.metric))}[/]  {escape(_told(found.meaning))}")
    columns = [(_("definition"), "left"), (_("value"), "right"), (_("difference"), "right"), ("n", "right")]
    shown = table(None, [*columns, (_("why it differs"), "left")])
    ours = found.ours
    shown.add_row(_("ours"), format_value(ours.value, found.unit), "", format_number(ours.n), "")
    for one in found.others:
        value, difference = format_value(one.reckoned.value, found.unit), _change(one.difference, found.unit)
        shown.add_row(
            *(escape(cell) for cell in (one.reckoned.definition, value, difference)),
            format_number(one.reckoned.n),
            escape(_told(one.why)),
        )
    screen.print(shown)
    for one in found.others:
        for line in _steps(one, found.unit):
            screen.print(line)
    if ours.missing is not None:
        screen.print(escape(_("Missing: {text}.").format(text=why_missing(ours.missing))))
    screen.print(f"[dim]{_('As of')} {format_instant(found.as_of)} {found.as_of:%Z}[/]")


def _steps(one: Compared, unit: str) -> list[str]:
    """How ours becomes theirs, for definitions whose value or rows differ."""
    if not any(step.rows or step.effect for step in one.steps):
        return []
    lines = [f"[bold]{escape(one.reckoned.definition)}[/]  [dim]{escape(one.source)}[/]"]
    return lines + [f"  {number}. {escape(_step(step, unit))}" for number, step in enumerate(one.steps, start=1)]


def _step(step: StepTaken, unit: str) -> str:
    parts = [f"{format_value(step.before, unit)} → {format_value(step.after, unit)}"]
    parts += [_change(step.effect, unit)] if step.effect is not None else []
    parts += [_("rows: {rows}, {moved}").format(rows=format_number(step.rows), moved=_moved(step))] if step.rows else []
    return _("{change}: {effect}").format(change=_told(step.change), effect=", ".join(parts))


def _moved(step: StepTaken) -> str:
    """What the rows add to and take from both sums."""
    sums = {
        _("numerator"): (step.above_added, step.above_dropped),
        _("denominator") if step.above_added is not None else _("counted"): (step.below_added, step.below_dropped),
    }
    told = []
    for name, (added, dropped) in sums.items():
        signs = [f"+{format_number(added)}"] if added else []
        signs += [f"−{format_number(dropped)}"] if dropped else []
        told += [f"{name} {' '.join(signs)}"] if signs else []
    return ", ".join(told)


def _change(change: float | None, unit: str) -> str:
    return "" if change is None else format_change(change, unit)


def _show_rows(found: RowsBetween) -> None:
    from efficace.cli.output import console, table

    shown = table(
        f"{found.metric}: {found.definition}",
        [(name, "left") for name in found.rows.column_names],
        caption=counted(
            "{shown} of {n} row; --format csv gives all columns and --limit more rows",
            "{shown} of {n} rows; --format csv gives all columns and --limit more rows",
            found.total,
            shown=found.rows.num_rows,
        ).into(),
    )
    for record in found.rows.to_pylist():
        shown.add_row(*(escape(_plain(value)) for value in record.values()))
    console().print(shown)


def _plain(value: object) -> str:
    return format_number(value) if isinstance(value, float) else "" if value is None else str(value)


def _told(texts: Mapping[str, str]) -> str:
    return in_language(texts) if texts else ""
