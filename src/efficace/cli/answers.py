"""Answers laid out for people: values with their intervals, trends, what is missing and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from efficace.cli.output import console, sparkline, table
from efficace.locale import translate as _
from efficace.locale.numbers import (
    format_chance,
    format_change,
    format_instant,
    format_interval,
    format_number,
    format_period,
    format_value,
)
from efficace.locale.said import Said, counted
from efficace.metrics.wording import meaning, member_name, metric_name, verdict_on, why_missing

if TYPE_CHECKING:
    from rich.table import Table

    from efficace.metrics.answer import Answer, Row
    from efficace.metrics.opened import RowsBehind

MOST_ROWS = 60
COMPARED = ("shrunken", "p_best_quarter", "q")
MOST_BESIDE, WIDE = 3, 100
"""Estimates that a row shows beside its value where it is compared with none, on a screen of so many columns."""
COLUMN_WIDTH = 15
"""Room for a column of the rows behind an answer: beyond it the screen shows fewer columns, not narrower ones."""


def show_answer(answer: Answer) -> None:
    """Print an answer: title, rows, estimates beside, comparison, left-out and missing."""
    screen = console()
    screen.print(f"[bold]{escape(metric_name(answer.metric))}[/]  {escape(meaning(answer))}")
    if len(answer.rows) == 1 and not answer.by:
        _show_single(answer)
    elif answer.rows:
        screen.print(_rows_table(answer))
    for line in _notes(answer):
        screen.print(line)


def show_rows(found: RowsBehind) -> None:
    """Print the rows behind an answer."""
    screen = console()
    records = found.rows.to_pylist()
    filled = [name for name in found.rows.column_names if any(record[name] is not None for record in records)]
    columns = filled[: max(screen.width // COLUMN_WIDTH, 4)]
    shown = table(
        f"{found.metric}: {found.fact}",
        [(name, "left") for name in columns],
        caption=Said(
            "{rows}, {columns}; --format csv gives all",
            {
                "rows": counted("{shown} of {n} row", "{shown} of {n} rows", found.total, shown=found.rows.num_rows),
                "columns": counted("{shown} of {n} column", "{shown} of {n} columns", len(filled), shown=len(columns)),
            },
        ).into(),
    )
    for record in records:
        shown.add_row(*(escape(_plain(record[name])) for name in columns))
    screen.print(shown)


def value_text(row: Row, unit: str) -> str:
    """A row's value with its unit, or a dash."""
    return format_value(row.value, unit)


def interval_text(low: float | None, high: float | None, unit: str) -> str:
    """Limits, or nothing where no interval is meant."""
    return format_interval(low, high, unit)


def _show_single(answer: Answer) -> None:
    row = answer.rows[0]
    screen = console()
    interval = interval_text(row.low, row.high, answer.unit)
    young = "  " + _("too young: a lower bound") if row.young else ""
    screen.print(f"  [bold]{escape(value_text(row, answer.unit))}[/]  {escape(interval)}  n = {_count(row.n)}{young}")
    if row.compared:
        screen.print("  " + escape(_change(row, answer.unit)))
    if row.estimates:
        beside = table(None, [(_("also"), "left"), (_("value"), "right"), (_("95 % interval"), "right")])
        for name, estimate in row.estimates.items():
            beside.add_row(name, *(escape(cell) for cell in _estimate_cells(estimate, answer.unit)))
        screen.print(beside)


def _estimate_cells(estimate: Mapping[str, Any], unit: str) -> tuple[str, str]:
    value = estimate["value"]
    own = estimate["unit"] or unit
    if isinstance(value, str):
        return value, ""
    return format_value(value, own), interval_text(estimate["low"], estimate["high"], own)


def _rows_table(answer: Answer) -> Table:
    has_period = any(row.period for row in answer.rows)
    has_interval = any(row.low is not None or row.high is not None for row in answer.rows)
    has_shrunken = any(row.estimates.get("shrunken", {}).get("value") is not None for row in answer.rows)
    is_compared = any(row.compared for row in answer.rows)
    trend = sparkline([row.value for row in answer.rows]) if has_period and not answer.by else ""
    columns = [(_("period"), "left")] if has_period else []
    columns += [(name.replace("_", " "), "left") for name in answer.by]
    columns += [(answer.unit, "right")]
    columns += [(_("95 % interval"), "left")] if has_interval else []
    columns += [(_("shrunken"), "right"), (_("best quarter"), "right"), ("q", "right")] if has_shrunken else []
    beside = [] if has_shrunken or is_compared else _own_estimates(answer)
    columns += [(name.replace("_", " "), "right") for name in beside]
    columns += [(_("change"), "right")] if is_compared else []
    columns += [("n", "right")]
    shown = table(None, columns, caption=trend or None)
    for row in answer.rows[:MOST_ROWS]:
        cells = [format_period(row.period, answer.grain) + (" *" if row.partial else "")] if has_period else []
        cells += [member_name(row, name) for name in answer.by]
        cells += [value_text(row, answer.unit) + (" ~" if row.young else "")]
        cells += [interval_text(row.low, row.high, answer.unit)] if has_interval else []
        cells += [_beside(row, name, answer.unit) for name in (COMPARED if has_shrunken else beside)]
        cells += [_change(row, answer.unit)] if is_compared else []
        shown.add_row(*(escape(cell) for cell in (*cells, _count(row.n))))
    return shown


def _own_estimates(answer: Answer) -> list[str]:
    """Further estimates that fit beside the value; where there are more, or no room, none."""
    names = list(dict.fromkeys(name for row in answer.rows for name in row.estimates))
    return names if len(names) <= MOST_BESIDE and console().width >= WIDE else []


def _beside(row: Row, name: str, unit: str) -> str:
    estimate = row.estimates.get(name)
    return _estimate_cells(estimate, unit)[0] if estimate else ""


def _change(row: Row, unit: str) -> str:
    compared = row.compared or {}
    if compared.get("change") is None:
        return ""
    since = _("against {value} in {period}").format(
        value=format_value(compared["value"], unit), period=compared["period"]
    )
    return f"{format_change(compared['change'], unit)} {since}"


def _hidden(rows: int) -> str:
    return counted("{n} more row: --format csv shows all", "{n} more rows: --format csv shows all", rows).into()


def _notes(answer: Answer) -> list[str]:
    notes = []
    if len(answer.rows) > MOST_ROWS:
        notes.append(_hidden(len(answer.rows) - MOST_ROWS))
    if answer.comparison:
        notes.append(f"{verdict_on(answer.comparison)} (p {format_chance(answer.comparison['p'])}).")
    if answer.left_out:
        reasons = ", ".join(f"{why} {_count(number)}" for why, number in answer.left_out.items())
        notes.append(_("Left out: {reasons}.").format(reasons=reasons))
    notes += _missing(answer.missing)
    if any(row.partial for row in answer.rows):
        notes.append("* " + _("The period is still running."))
    if any(row.young for row in answer.rows) and answer.by:
        notes.append("~ " + _("Too young for a verdict: a lower bound."))
    notes.append(
        f"[dim]{_('As of')} {format_instant(answer.as_of)} {answer.as_of:%Z}, {answer.definition} v{answer.version}[/]"
    )
    return notes


def _missing(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    texts = list(dict.fromkeys(why_missing(entry) for entry in entries))
    return [_("Missing: {text}.").format(text=text) for text in texts[:5]]


def _count(number: float) -> str:
    return format_number(number)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return format_number(value)
    return "" if value is None else str(value)
