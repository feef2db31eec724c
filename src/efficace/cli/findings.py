"""``efficace insights``: what the figures mean, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from efficace.cli.options import HERE, ProjectOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from rich.table import Table

    from efficace.insights.finding import Finding

SHOWN = 10


class FindingsFormat(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("insights", help=_("What the figures mean: findings with their evidence and what to do next."))(
        insights
    )


def insights(
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("Use nothing later than this day or instant."))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many findings."))] = SHOWN,
    form: Annotated[
        FindingsFormat, typer.Option("--format", "-f", help=_("How the findings are written."))
    ] = FindingsFormat.TABLE,
    project: ProjectOption = HERE,
) -> None:
    """Show findings."""
    from efficace.cli.output import progress, write_json, write_text
    from efficace.project import open_project

    with open_project(project) as opened:
        with progress() as tell:
            found = opened.insights.findings(as_of, progress=tell)
        name, rate = opened.config.company.name, opened.config.insights.false_discoveries
    if form is FindingsFormat.JSON:
        write_json([finding.to_dict() for finding in found[:limit]])
    elif form is FindingsFormat.MARKDOWN:
        write_text(_markdown(name, found[:limit]), None)
    else:
        _show(name, rate, found, limit)


def show_findings(found: Sequence[Finding]) -> None:
    """Print findings: claim, evidence, stake, next action and the command that opens the rows."""
    from efficace.cli.output import console

    screen = console()
    for finding in found:
        claim, rank = escape(finding.claim.into()), f"{finding.rank}."
        screen.print(_hanging(rank, f"[bold]{claim}[/]"))
        screen.print(_hanging("", escape(_evidence(finding))))
        screen.print(_hanging("", "→ " + escape(finding.action.into())))
        screen.print(_hanging("", f"[dim]{escape(finding.command(rows=True))}[/]"))
        screen.print()


def _show(company: str, rate: float, found: Sequence[Finding], limit: int) -> None:
    from efficace.cli.output import console
    from efficace.locale.numbers import format_share

    screen = console()
    screen.print(escape(_("{company}: what do the figures say?").format(company=company)) + "\n", style="bold")
    show_findings(found[:limit])
    if not found:
        screen.print(_("Nothing that chance does not explain, and no fact that needs you."))
    if len(found) > limit:
        screen.print(_("{hidden} more: --limit {all} shows all.").format(hidden=len(found) - limit, all=len(found)))
    note = _("Of the findings with a q, at most {rate} come about by chance alone; the others are plain facts.")
    screen.print(note.format(rate=format_share(rate)), style="dim")


def _evidence(finding: Finding) -> str:
    """What the claim rests on and what is at stake, in one line."""
    from efficace.locale.nouns import noun
    from efficace.locale.numbers import format_chance, format_money, format_number, format_value, is_money

    evidence, stake = finding.evidence, finding.stake
    parts = [f"n = {format_number(evidence.n)}"]
    if evidence.p is None or evidence.q is None:
        parts.append(_("a fact"))
    else:
        parts.append(f"p {format_chance(evidence.p)}, q {format_chance(evidence.q)}")
    if stake is not None:
        amount = format_value(stake.amount if is_money(stake.unit) else round(stake.amount), stake.unit)
        told = amount if is_money(stake.unit) else f"{amount} {noun(stake.unit, round(stake.amount))}"
        if stake.money is not None and not is_money(stake.unit):
            told += f" (≈ {format_money(stake.money, stake.currency)})"
        parts.append(_("at stake: {amount}").format(amount=told))
    return " · ".join(parts)


def _hanging(mark: str, text: str) -> Table:
    """A line whose continuation stays right of its mark."""
    from rich.table import Table

    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=3, justify="right")
    row.add_column(overflow="fold")
    row.add_row(mark, text)
    return row


def _markdown(company: str, found: Sequence[Finding]) -> str:
    lines = ["# " + _("{company}: what do the figures say?").format(company=company) + "\n"]
    for finding in found:
        lines.append(f"\n{finding.rank}. **{_plain(finding.claim.into())}**  \n   {_plain(_evidence(finding))}  \n")
        lines.append(f"   → {_plain(finding.action.into())}  \n   `{finding.command(rows=True)}`\n")
    return "".join(lines)


def _plain(text: str) -> str:
    """Names from the data do not format the page."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
