"""Business seconds between two instants of a row, by the calendar of its rep."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from efficace.config import Hours
from efficace.model.calendars import COMPANY_KEY

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def with_calendar(table: ir.Table, tables: Tables, rep: str) -> ir.Table:
    """Add ``calendar_key`` of the rep (the company's where there is none) and ``has_calendar``.

    A calendar exists where a row of ``calendars`` gives one, or where the company wrote down hours of its own.
    """
    import ibis

    of_rep = tables.rep_calendars.select(c_rep="rep_id", c_key="calendar_key")
    joined = table.left_join(of_rep, table[rep] == of_rep.c_rep)
    joined = joined.mutate(calendar_key=joined.c_key.fill_null(COMPANY_KEY)).drop("c_rep", "c_key")
    if tables.moment.config.hours != Hours():
        return joined.mutate(has_calendar=ibis.literal(True))
    given = tables.calendars
    of_company = given.filter(given.rep_id.isnull() & given.team_id.isnull())
    keys = given.select(k_key="calendar_id").union(of_company.select(k_key=ibis.literal(COMPANY_KEY))).distinct()
    joined = joined.left_join(keys, joined.calendar_key == keys.k_key)
    return joined.mutate(has_calendar=joined.k_key.notnull()).drop("k_key")


def with_business_seconds(table: ir.Table, tables: Tables, start: str, end: str, name: str) -> ir.Table:
    """Add the business seconds from one instant to another by the calendar in ``calendar_key``.

    Empty where an instant lies outside the days that the calendars cover.
    """
    table = _with_prefix(table, tables, start, "b_start")
    table = _with_prefix(table, tables, end, "b_end")
    return table.mutate(**{name: table.b_end - table.b_start}).drop("b_start", "b_end")


def _with_prefix(table: ir.Table, tables: Tables, at: str, name: str) -> ir.Table:
    """Add the business seconds from the first day of the calendar to an instant."""
    import ibis

    days = tables.business_days
    pieces = [column for column in days.columns if column[0] in "oc" and column[1:].isdigit()]
    renamed = {f"d_{column}": days[column] for column in ("calendar_key", "utc_day", "before", *pieces)}
    days = days.select(**renamed)
    table = table.mutate(d_day=table[at].date())
    joined = table.left_join(days, [table.calendar_key == days.d_calendar_key, table.d_day == days.d_utc_day])
    second = joined[at].hour() * 3600 + joined[at].minute() * 60 + joined[at].second()
    total = joined.d_before
    for number in range(len(pieces) // 2):
        opening, close = joined[f"d_o{number}"], joined[f"d_c{number}"]
        total = total + ibis.least(ibis.greatest(second - opening, 0), close - opening)
    added = joined.mutate(**{name: cast("ir.Value", total).cast("int64")})
    return added.drop("d_day", *renamed)
