"""Tables beside the canonical ones: offsets of the company's zone, business time, rates by day, trees of members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from efficace.build.report import Note
from efficace.config import Config
from efficace.locale.said import Said
from efficace.model.calendar_rows import assign_calendars
from efficace.model.calendars import Unusable, business_days, rep_calendars, working_days
from efficace.model.money import filled_rates
from efficace.model.time import zone_days
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

if TYPE_CHECKING:
    import pyarrow as pa

AHEAD = timedelta(days=400)
"""How far after the load the tables of days reach."""

FIRST_DAY = date(1990, 1, 1)
ALL_DAYS = (date(1899, 12, 31), date(2100, 1, 1))

UNUSABLE: Mapping[str, Said] = {
    "second_calendar": Said("a second calendar of the same owner is passed over"),
    "no_time_zone": Said("no time zone of that name is known"),
    "no_opening_hours": Said("these are no opening hours of a weekday"),
}
"""Why a row of a calendar was passed over."""


def add_zone_days(engine: Engine, config: Config, now: datetime, span: tuple[date, date] | None = None) -> None:
    """Make ``zone_days``: the company's offset on each UTC day, by default from 1990 to two years after the load."""
    first, last = span or (FIRST_DAY, date(now.year + 3, 1, 1))
    keep(engine, "zone_days", _zone_days(config.company.timezone, first, last))


def add_fx_days(engine: Engine, config: Config, now: datetime) -> None:
    """Make ``fx_days``: the rate of each currency on each day on which one is known."""
    import pyarrow as pa

    rows = engine.execute("SELECT rate_on, currency, rate FROM fx_rates ORDER BY ALL").to_arrow_table().to_pylist()
    filled = filled_rates(rows, config.company.currency, (now + AHEAD).date(), config.fx_max_age)
    schema = pa.schema([("day", pa.date32()), ("currency", pa.string()), ("rate", pa.float64())])
    keep(engine, "fx_days", pa.table(filled, schema=schema))


def order_line_columns(company_currency: str) -> Any:
    """Turns the query of order lines into one that adds date, family and amount in the company's currency.

    ``amount`` is units x price less the money off the line, at the rate of the line's own date, rounded to 4 places;
    ``rate_missing`` tells a line whose currency has no rate near that date.
    """

    def added(query: str) -> str:
        second = "epoch_us(o.ordered_at) // 1000000 % 86400"
        offset = f"CASE WHEN {second} < z.change_second THEN z.offset_seconds ELSE z.offset_after END"
        dated = sql.select(
            f"o.*, CAST(make_timestamp(epoch_us(o.ordered_at) + ({offset}) * 1000000) AS DATE) AS ordered_on",
            f"({query}) AS o LEFT JOIN zone_days AS z ON z.utc_day = CAST(o.ordered_at AS DATE)",
        )
        code = f"coalesce(d.currency, {sql.text(company_currency)})"
        rate = f"CASE WHEN {code} = {sql.text(company_currency)} THEN 1.0 ELSE r.rate END"
        gross = "CAST(d.units AS DOUBLE) * CAST(d.unit_price AS DOUBLE) - coalesce(CAST(d.discount AS DOUBLE), 0)"
        return sql.select(
            f"d.*, p.family AS family, round(({gross}) * ({rate}), 4) AS amount, ({rate}) IS NULL AS rate_missing",
            f"({dated}) AS d LEFT JOIN products AS p ON p.product_id = d.product_id "
            f"LEFT JOIN fx_days AS r ON r.currency = {code} AND r.day = d.ordered_on",
        )

    return added


def add_business_time(engine: Engine, config: Config, first: date, last: date) -> list[Note]:
    """Make ``rep_calendars``, ``business_days`` and ``working_days``."""
    import pyarrow as pa

    calendars = assign_calendars(
        _rows(engine, "calendars", ("calendar_id", "rep_id", "team_id", "timezone", "weekday", "opens", "closes")),
        _rows(engine, "calendar_exceptions", ("calendar_id", "day_on", "open", "opens", "closes")),
        _rows(engine, "reps", ("rep_id", "team_id", "timezone")),
        config.hours,
        config.zone,
        dict(engine.execute(sql.select("team_id, parent_id", "teams")).fetchall()),
    )
    text = pa.string()
    keep(
        engine,
        "rep_calendars",
        pa.table(rep_calendars(calendars), pa.schema([("rep_id", text), ("calendar_key", text)])),
    )
    keep(engine, "business_days", pa.table(business_days(calendars, first, last)))
    keep(engine, "working_days", pa.table(working_days(calendars, first, last)))
    return [_unusable(item) for item in calendars.unusable]


def add_tree(engine: Engine) -> None:
    """Make ``tree``: each team and territory with itself and all that it lies in."""
    import pyarrow as pa

    kinds, members, ancestors = [], [], []
    for kind, table, key in (("team", "teams", "team_id"), ("territory", "territories", "territory_id")):
        parents = dict(engine.execute(sql.select(f"{key}, parent_id", table, f"ORDER BY {key}")).fetchall())
        for member in parents:
            for ancestor in _line(member, parents):
                kinds.append(kind)
                members.append(member)
                ancestors.append(ancestor)
    schema = pa.schema([(name, pa.string()) for name in ("kind", "member_id", "ancestor_id")])
    keep(engine, "tree", pa.table([kinds, members, ancestors], schema=schema))


def keep(engine: Engine, name: str, rows: pa.Table) -> None:
    """Store an Arrow table in the snapshot that is being made."""
    engine.give("_given", rows)
    engine.execute(f"CREATE OR REPLACE TABLE {sql.name(name)} AS FROM _given")
    engine.raw.unregister("_given")


def _unusable(item: Unusable) -> Note:
    said = Said(
        '{table} {key}: {column} "{original}" cannot be used: {reason}.',
        {
            "table": item.table,
            "key": item.key,
            "column": item.column,
            "original": item.original,
            "reason": UNUSABLE[item.reason],
        },
    )
    return Note("unusable_calendar", item.table, item.column, 1, said)


def _line(member: str, parents: Mapping[str, str | None]) -> Iterable[str]:
    place: str | None = member
    while place is not None and place in parents:
        yield place
        place = parents[place]


def _rows(engine: Engine, table: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    listed = ", ".join(sql.name(column) for column in columns)
    return list(engine.execute(sql.select(listed, table, "ORDER BY ALL")).to_arrow_table().to_pylist())


@lru_cache(maxsize=8)
def _zone_days(zone: str, first: date, last: date) -> pa.Table:
    import pyarrow as pa

    return pa.table(zone_days(ZoneInfo(zone), first, last))
