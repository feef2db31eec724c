"""``efficace overview``: the seven KPIs and the four Ps on one page of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from efficace.cli.options import HERE, ProjectOption, ReportFormat, ReportFormatOption
from efficace.locale import in_language
from efficace.locale import translate as _
from efficace.locale.said import Said

if TYPE_CHECKING:
    from efficace.insights.finding import Finding
    from efficace.metrics.answer import Answer
    from efficace.project import Project

MONTHS_SHOWN = 12
FINDINGS_SHOWN = 3


@dataclass(frozen=True)
class Card:
    """One line of the page: a metric under a heading."""

    group: str
    metric: str


CARDS: tuple[Card, ...] = (
    Card("Sales cycle", "sales_cycle_length"),
    Card("Sales cycle", "win_rate"),
    Card("Sales volume", "units_sold"),
    Card("Sales volume", "sales_amount"),
    Card("Lead response", "lead_response_time"),
    Card("Lead response", "lead_answer_rate"),
    Card("Acquisition", "new_customers"),
    Card("Acquisition", "acquisition_cost"),
    Card("Churn", "customer_churn_rate"),
    Card("Churn", "net_revenue_retention"),
    Card("Up-sell and cross-sell", "upsell_rate"),
    Card("Up-sell and cross-sell", "cross_sell_rate"),
    Card("Revenue growth", "revenue"),
    Card("Revenue growth", "revenue_growth"),
)
FOLLOW_UP: tuple[str, ...] = ("promptness", "persistence", "personalization", "performance", "four_ps")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("overview", help=_("The seven KPIs and the four Ps of the last twelve months, on one page."))(overview)


def overview(
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("Use nothing later than this day or instant."))] = None,
    form: ReportFormatOption = ReportFormat.TABLE,
    project: ProjectOption = HERE,
) -> None:
    """Show how effective sales are."""
    from efficace.cli.output import progress, write_json
    from efficace.project import open_project

    with open_project(project) as opened, progress() as tell:
        span = _last_months(opened, as_of)
        names = [card.metric for card in CARDS] + list(FOLLOW_UP)
        answers: dict[str, Answer] = {}
        trends: dict[str, Answer] = {}
        for number, name in enumerate(names):
            tell(Said(name.replace("_", " ")), number / len(names))
            answers[name] = opened.metrics.ask(name, start=span[0], end=span[1], as_of=as_of, compare="last_year")
            if name not in FOLLOW_UP:
                trends[name] = opened.metrics.ask(name, grain="month", start=span[0], end=span[1], as_of=as_of)
        found = opened.insights.findings(as_of, FINDINGS_SHOWN, tell) if form is ReportFormat.TABLE else []
    if form is ReportFormat.JSON:
        write_json({name: answer.to_dict() for name, answer in answers.items()})
    else:
        _show(opened, answers, trends, span)
        _show_findings(found)


def _last_months(project: Project, as_of: str | None) -> tuple[date, date]:
    """The twelve whole months before the running one: a running period is no year."""
    asked = project.metrics.ask("win_rate", as_of=as_of).as_of.date()
    first = (asked + timedelta(days=1)).replace(day=1)
    return first.replace(year=first.year - 1), first


def _show(project: Project, answers: dict[str, Answer], trends: dict[str, Answer], span: tuple[date, date]) -> None:
    from efficace.cli.answers import interval_text, value_text
    from efficace.cli.output import console, sparkline, table
    from efficace.locale.numbers import format_change, format_date

    screen = console()
    screen.print(f"[bold]{escape(project.config.company.name)}[/]: {_('how are we doing?')}")
    ends = span[1] - timedelta(days=1)
    screen.print(
        _("{start} to {end}, against the year before").format(start=format_date(span[0]), end=format_date(ends)),
        style="dim",
    )
    headings = (
        ("", "left"), (_("figure"), "left"), (_("value"), "right"), (_("95 % interval"), "right"),
        (_("change"), "right"), (_("by month"), "left"),
    )  # fmt: skip
    shown = table(None, headings)
    group = ""
    for card in CARDS:
        answer = answers[card.metric]
        row = answer.rows[0] if answer.rows else None
        label = escape(_(card.group)) if card.group != group else ""
        group = card.group
        if row is None or row.value is None:
            shown.add_row(label, _label(answer), f"[dim]{escape(_why(answer))}[/]", "", "", "")
            continue
        change = (row.compared or {}).get("change")
        trend = sparkline([one.value for one in trends[card.metric].rows])
        interval = escape(interval_text(row.low, row.high, answer.unit))
        changed = "" if change is None else format_change(change, answer.unit)
        shown.add_row(
            label, _label(answer), f"[bold]{escape(value_text(row, answer.unit))}[/]", interval, changed, trend
        )
    screen.print(shown)
    _show_follow_up(answers)
    screen.print(_("Open a figure: efficace kpi METRIC --by rep. What each means: efficace metrics."), style="dim")


def _show_findings(found: Sequence[Finding]) -> None:
    from efficace.cli.findings import show_findings
    from efficace.cli.output import console

    console().print("\n" + _("What matters most now") + "\n", style="bold")
    show_findings(found)
    console().print(_("All findings: efficace insights."), style="dim")


def _show_follow_up(answers: dict[str, Answer]) -> None:
    from efficace.cli.answers import interval_text, value_text
    from efficace.cli.output import console, table

    shown = table(
        _("The four Ps of follow-up"),
        [("", "left"), (_("grade"), "left"), (_("raw figure"), "right"), (_("95 % interval"), "right")],
    )
    for name in FOLLOW_UP:
        answer = answers[name]
        row = answer.rows[0] if answer.rows else None
        if row is None or row.value is None:
            shown.add_row(_label(answer), "", f"[dim]{escape(_why(answer))}[/]", "")
            continue
        grade = str(row.estimates.get("grade", {}).get("value") or "")
        interval = escape(interval_text(row.low, row.high, answer.unit))
        shown.add_row(_label(answer), f"[bold]{escape(grade)}[/]", escape(value_text(row, answer.unit)), interval)
    console().print(shown)


def _label(answer: Answer) -> str:
    from efficace.metrics.wording import metric_name

    name = escape(metric_name(answer.metric))
    return f"{name}\n[dim]{escape(in_language(answer.meaning))}[/]"


def _why(answer: Answer) -> str:
    from efficace.metrics.wording import why_missing

    return why_missing(answer.missing[0]) if answer.missing else _("no facts")
