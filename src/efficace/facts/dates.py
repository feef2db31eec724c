"""Company dates and durations as expressions; the engine itself is never asked about a time zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

FAR_AT = datetime(9999, 1, 1)  # noqa: DTZ001  (instants are zone-less UTC throughout)
FAR_ON = date(9999, 1, 1)
"""Open ends in join conditions: an OR there makes the engine compare every pair of rows."""


def add_days(day: ir.Value, days: int) -> ir.Value:
    """A date so many days later. Engines make an instant of date + interval, which Ibis takes for a date still."""
    import ibis

    return (day.cast("timestamp(6)") + ibis.interval(days=days)).date()


def add_months(day: ir.Value, months: int) -> ir.Value:
    """The same day so many months later, the last of a month that is shorter."""
    import ibis

    return (day.cast("timestamp(6)") + ibis.interval(months=months)).date()


def month_of(day: ir.Value) -> ir.Value:
    """The first day of a date's month."""
    return day.cast("timestamp(6)").truncate("M").date()


def seconds(instant: ir.Value) -> ir.Value:
    """Whole seconds since 1970 of a zone-less UTC instant."""
    return instant.epoch_seconds().floor().cast("int64")


def seconds_between(start: ir.Value, end: ir.Value) -> ir.Value:
    """Whole seconds from one instant to another, negative where the end comes first."""
    return seconds(end) - seconds(start)


def with_company_date(
    table: ir.Table, zone_days: ir.Table, at: str, name: str, hour_of_week: str | None = None
) -> ir.Table:
    """Add the company's calendar date of an instant, and the hour of its week (0 = Monday 00:00 to 167) if asked.

    Args:
        zone_days: Offset of the company's zone for each UTC day (``efficace.model.time.zone_days``).
    """
    days = zone_days.select(
        z_day=zone_days.utc_day,
        z_offset=zone_days.offset_seconds,
        z_change=zone_days.change_second,
        z_after=zone_days.offset_after,
    )
    table = table.mutate(z_utc=table[at].date())
    joined = table.left_join(days, table.z_utc == days.z_day)
    second = joined[at].hour() * 3600 + joined[at].minute() * 60 + joined[at].second()
    offset = (second < joined.z_change).ifelse(joined.z_offset, joined.z_after)
    local = joined[at] + offset.as_interval("s")
    added = {name: local.date()}
    if hour_of_week:
        added[hour_of_week] = local.day_of_week.index() * 24 + local.hour()
    return joined.mutate(**added).drop("z_utc", "z_day", "z_offset", "z_change", "z_after")
