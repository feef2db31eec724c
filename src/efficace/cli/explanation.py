"""A number opened, laid out for people: on the screen and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.markup import escape

from efficace.cli.answers import COLUMN_WIDTH, show_answer
from efficace.cli.output import console, markdown_table, table
from efficace.locale import in_language
from efficace.locale import translate as _
from efficace.locale.numbers import format_instant, format_interval, format_number, format_period, format_value
from efficace.locale.said import Said, counted
from efficace.metrics.wording import metric_name

if TYPE_CHECKING:
    from rich.table import Table

    from efficace.metrics.answer import Answer
    from efficace.metrics.explain import Explanation
    from efficace.metrics.opened import Opened, Part

Lines = list[list[str]]


def show_explanation(found: Explanation) -> None:
    """Print an explanation: the answer, its definition, settings, rows, data and queries."""
    screen = console()
    show_answer(found.answer)
    for title, text in _definition(found):
        screen.print(f"[bold]{escape(title)}[/]  {escape(text)}")
    for title, headings, lines in _tables(found):
        if lines:
            screen.print(_table(title, headings, lines))
    for query in found.queries:
        screen.print(f"\n[bold]{escape(_('Query'))}  {escape(query.part)}[/] ({escape(query.fact)})")
        screen.print(query.sql, markup=False, soft_wrap=True)


def show_opened(found: Opened) -> None:
    """Print the rows behind an answer, and what they add up to."""
    screen = console()
    records = found.rows.to_pylist()
    filled = [name for name in found.rows.column_names if any(record[name] is not None for record in records)]
    columns = filled[: max(screen.width // COLUMN_WIDTH, 4)]
    shown = table(
        found.metric,
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
    screen.print(_table(_("Rows by part"), _part_headings(), _part_lines(found.parts)))


def markdown(found: Explanation) -> str:
    """The explanation as a Markdown page."""
    answer = found.answer
    blocks = [f"# {metric_name(answer.metric)}", _said(answer.meaning), _answer_table(answer)]
    facts = [*_definition(found), (_("As of"), _instant(answer.as_of))]
    blocks += ["\n".join(f"- **{title}** {text}" for title, text in facts)]
    for title, headings, lines in _tables(found):
        if lines:
            blocks += [f"## {title}", markdown_table(headings, lines)]
    for query in found.queries:
        blocks += [f"## {_('Query')} `{query.part}` ({query.fact})", f"```sql\n{query.sql}\n```"]
    return "\n\n".join(blocks) + "\n"


def _definition(found: Explanation) -> list[tuple[str, str]]:
    answer = found.answer
    others = [name for name in found.definitions if name != answer.definition]
    definition = _("{name} v{version}: {meaning}")
    told = definition.format(name=answer.definition, version=answer.version, meaning=_said(found.says))
    lines = [(_("Definition"), told)]
    lines += [(_("Source"), found.source)] if found.source else []
    lines += [(_("Other definitions"), ", ".join(others))] if others else []
    lines += [(_("Last load"), _instant(found.loaded_at))] if found.loaded_at else []
    lines += [(_("n counts"), _counts(found.n_counts))] if found.n_counts != "rows" else []
    return lines


def _counts(what: str) -> str:
    return {
        "ingredients": _("the ingredients of the score that have a figure, not rows"),
        "periods": _("the past periods that the forecast goes on from, not rows"),
    }.get(what, what)


def _tables(found: Explanation) -> list[tuple[str, list[str], Lines]]:
    changed = [one for one in found.settings if not one.is_default]
    options = [[name, value or _("(none)")] for name, value in found.options.items()]
    reasons = [
        [why, format_number(number), found.left_out[why].into()] for why, number in found.answer.left_out.items()
    ]
    tables = [
        [one.table, format_number(one.rows), format_number(one.rejected), _instant(one.newest)] for one in found.tables
    ]
    return [
        (_("Options"), [_("option"), _("value")], options),
        (_("Settings changed from their default"), [_("setting"), _("value")], [[s.name, s.value] for s in changed]),
        (_("Rows by part"), _part_headings(), _part_lines(found.parts)),
        (_("Left out"), [_("reason"), _("rows"), _("why")], reasons),
        (_("Tables behind"), [_("table"), _("rows"), _("rejected"), _("newest record")], tables),
    ]


def _part_headings() -> list[str]:
    return [_("part"), _("fact"), _("rows"), _("adds to n"), _("left out")]


def _part_lines(parts: Sequence[Part]) -> Lines:
    return [
        [
            part.name,
            part.fact,
            format_number(part.rows),
            format_number(part.n),
            ", ".join(f"{why} {format_number(number)}" for why, number in part.left_out.items()),
        ]
        for part in parts
    ]


def _table(title: str, headings: Sequence[str], lines: Lines) -> Table:
    shown = table(title, [(heading, "left") for heading in headings])
    for line in lines:
        shown.add_row(*(escape(cell) for cell in line))
    return shown


def _answer_table(answer: Answer) -> str:
    has_period = any(row.period for row in answer.rows)
    headings = [_("period")] if has_period else []
    headings += [*answer.by, answer.unit, _("95 % interval"), "n"]
    lines = []
    for row in answer.rows:
        cells = [format_period(row.period, answer.grain)] if has_period else []
        cells += [_plain(row.names.get(name, row.members.get(name))) for name in answer.by]
        cells += [format_value(row.value, answer.unit), format_interval(row.low, row.high, answer.unit)]
        lines.append([*cells, format_number(row.n)])
    return markdown_table(headings, lines)


def _said(texts: Mapping[str, str]) -> str:
    return in_language(texts)


def _instant(instant: datetime | None) -> str:
    return f"{format_instant(instant)} {instant:%Z}" if instant else ""


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return format_number(value)
    return "" if value is None else str(value)
