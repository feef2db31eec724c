"""Money in the company's currency, at the rate of the event's own date."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def with_rate(table: ir.Table, tables: Tables, currency: str, day: str, name: str = "rate") -> ir.Table:
    """Add the rate that turns the row's currency into the company's; empty where none is known near that day.

    Args:
        currency: Column with the ISO code; empty = the company's.
        day: Column with the company's date of the event.
    """
    company = tables.moment.config.company.currency
    rates = tables.fx_days.select(f_day="day", f_currency="currency", f_rate="rate")
    table = table.mutate(f_code=table[currency].fill_null(company))
    joined = table.left_join(rates, [table.f_code == rates.f_currency, table[day] == rates.f_day])
    rate = (joined.f_code == company).ifelse(1.0, joined.f_rate)
    return joined.mutate(**{name: rate}).drop("f_code", "f_day", "f_currency", "f_rate")


def converted(amount: ir.Value, rate: ir.Value) -> ir.Value:
    """An amount in the company's currency: multiplied in float64 (decimals overflow), rounded to 4 places."""
    return (amount.cast("float64") * rate).round(4)
