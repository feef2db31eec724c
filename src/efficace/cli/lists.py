"""``efficace list``: what to do next with whom, as the pages of chapters list it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from efficace.cli.options import HERE, Format, OutputOption, ProjectOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from efficace.project import Project

SHOWN = 20
Record = dict[str, Any]


class Wanted(StrEnum):
    """The lists there are."""

    AT_RISK = "at-risk"
    UNANSWERED = "unanswered"
    OFFERS = "offers"
    ALLOCATION = "allocation"


class ListFormat(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "list",
        help=_("Whom to see to next: customers at risk, comments without an answer, offers, work between territories."),
    )(listed)


def listed(
    wanted: Annotated[Wanted, typer.Argument(help=_("Which list."), metavar="LIST")],
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many lines."))] = SHOWN,
    form: Annotated[ListFormat, typer.Option("--format", "-f", help=_("How the list is written."))] = ListFormat.TABLE,
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Show a list."""
    from efficace.cli.output import write_records
    from efficace.project import open_project

    with open_project(project) as opened:
        found = _RECORDS[wanted](opened)
        currency = opened.config.company.currency
    if form is ListFormat.TABLE and output is None:
        _show(found, limit, currency)
    else:
        write_records(found[:limit], Format.CSV if form is ListFormat.TABLE else Format(form), output)


def _at_risk(project: Project) -> list[Record]:
    from efficace.insights.briefs import joined

    found = project.insights.customers_at_risk()
    names = project.data.account_names([one.account_id for one in found])
    return [
        {
            "account_id": one.account_id,
            "account": names.get(one.account_id),
            "mrr": one.mrr,
            "products": ", ".join(one.products),
            "rep_id": one.rep_id,
            "term_ends_on": one.term_ends_on,
            "signs": joined(one.signs).into(),
        }
        for one in found
    ]


def _unanswered(project: Project) -> list[Record]:
    found = project.insights.unanswered_comments()
    names = project.data.account_names([one.account_id for one in found])
    return [
        {
            "account_id": one.account_id,
            "account": names.get(one.account_id),
            "at": one.at,
            "rep_id": one.rep_id,
            "product_id": one.product_id,
            "comment": one.comment,
        }
        for one in found
    ]


def _offers(project: Project) -> list[Record]:
    found = project.insights.next_offers()
    names = project.data.account_names([one.account_id for one in found])
    return [
        {
            "account_id": one.account_id,
            "account": names.get(one.account_id),
            "product_id": one.product_id,
            "chance": one.chance,
            "overall": one.overall,
            "alike_accepted": one.alike_accepted,
            "alike_offered": one.alike_offered,
            "term_ends_on": one.term_ends_on,
        }
        for one in found
    ]


def _allocation(project: Project) -> list[Record]:
    found = project.insights.allocation(project.metrics.ask("territory_balance", by=["territory"]))
    return [
        {
            "territory": one.row.members["territory"],
            "leads": one.leads,
            "due": one.due,
            "q": one.q,
            "rep_days": one.rep_days,
            "moved_days": one.moved_days,
        }
        for one in found
    ]


_RECORDS = {
    Wanted.AT_RISK: _at_risk,
    Wanted.UNANSWERED: _unanswered,
    Wanted.OFFERS: _offers,
    Wanted.ALLOCATION: _allocation,
}

_NUMBERS = (
    "mrr",
    "chance",
    "overall",
    "alike_accepted",
    "alike_offered",
    "leads",
    "due",
    "q",
    "rep_days",
    "moved_days",
)
_UNITS = {"chance": "share", "overall": "share"}


def _show(found: Sequence[Record], limit: int, currency: str) -> None:
    from efficace.cli.output import console, table
    from efficace.locale.said import counted

    screen = console()
    if not found:
        screen.print(_("Nothing stands on this list."))
        return
    # Ids are for programs; where a customer has a name, people read that.
    columns = [name for name in found[0] if name != "account_id"]
    shown = table(None, [(_heading(name), "right" if name in _NUMBERS else "left") for name in columns])
    for one in found[:limit]:
        told = one | ({"account": one["account"] or one["account_id"]} if "account" in one else {})
        shown.add_row(*(escape(_cell(name, told[name], currency)) for name in columns))
    screen.print(shown)
    if len(found) > limit:
        more = counted(
            "{n} more: --limit {all} shows it.",
            "{n} more: --limit {all} shows all.",
            len(found) - limit,
            all=len(found),
        )
        screen.print(more.into())


def _heading(name: str) -> str:
    told = {
        "account": _("customer"),
        "mrr": _("a month"),
        "products": _("holds"),
        "rep_id": _("rep"),
        "term_ends_on": _("paid until"),
        "signs": _("signs"),
        "at": _("when"),
        "product_id": _("product"),
        "comment": _("comment"),
        "chance": _("chance"),
        "overall": _("of all offers"),
        "alike_accepted": _("alike who accepted"),
        "alike_offered": _("alike who were asked"),
        "territory": _("territory"),
        "leads": _("leads"),
        "due": _("its part of the work"),
        "rep_days": _("days of reps"),
        "moved_days": _("proposed"),
    }
    return told.get(name, name)


def _cell(name: str, value: Any, currency: str) -> str:
    from datetime import date, datetime

    from efficace.locale.numbers import NOTHING, format_date, format_value

    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return format_date(value)
    if name in _NUMBERS:
        rounded = round(value) if name in ("due", "rep_days", "moved_days") else value
        return format_value(rounded, currency if name == "mrr" else _UNITS.get(name, ""))
    return str(value)
