"""Finds in a column's values how they are written, where neither a mapping nor ISO says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from efficace.build.canonical import Origin, given, how_read
from efficace.build.typed import SLASHED, How, slashed_time
from efficace.errors import SourceError
from efficace.locale.said import Said
from efficace.model.tables import Kind, Table
from efficace.sources.expression import Order
from efficace.warehouse import sql

NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)


def decide(run: Any, table: Table, origin: Origin, origins: Sequence[Origin]) -> Mapping[str, How]:
    """How the columns of an origin are read that ISO dates and decimal points do not explain.

    Args:
        origins: All of the table; those of the same stream help where the origin's own values decide nothing.

    Raises:
        SourceError: If no value of a column tells day from month.
    """
    types = given(table, origin)[1]
    alike = [item for item in origins if (item.source, item.feed.where) == (origin.source, origin.feed.where)]
    found: dict[str, How] = {}
    for column in table.columns:
        if types.get(column.name) == "VARCHAR":
            how = how_read(column, origin.feed.columns.get(column.name), origin.reading, {})
            if column.kind in (Kind.DATE, Kind.INSTANT) and how.order is None:
                order = _order(run, table, column.name, origin, alike)
                found |= {column.name: replace(how, order=order)} if order else {}
            elif column.kind in NUMBERS and how.decimal is None and origin.delimiter == ";":
                is_comma = _has_decimal_comma(run, table, column.name, origin)
                found |= {column.name: replace(how, decimal=",")} if is_comma else {}
    return found


def _order(run: Any, table: Table, column: str, origin: Origin, alike: Sequence[Origin]) -> Order | None:
    dmy, mdy, undecided, example, found = _count_orders(run, table, column, [origin])
    if not found:
        return None
    if dmy and mdy:
        raise _question(
            origin, column, example, Said("Some values are dates only with the day first, others with the month.")
        )
    if undecided and not dmy and not mdy:
        dmy, mdy, *_ = _count_orders(run, table, column, alike)
        if bool(dmy) == bool(mdy):
            raise _question(origin, column, example, Said("No value of the column tells day from month."))
    return "mdy" if mdy else "dmy"


def _question(origin: Origin, column: str, example: str | None, why: Said) -> SourceError:
    return SourceError(
        '{file}, "{column}": does "{value}" begin with the day or the month? {why} Say '
        "date_order: dmy or date_order: mdy in a mapping file and load with --mapping.",
        file=origin.file,
        column=column,
        value=example or "",
        why=why,
    )


def _count_orders(run: Any, table: Table, column: str, origins: Sequence[Origin]) -> Any:
    """Values that are dates only with the day first, only with the month first, with either; an example; all dates."""
    name = sql.name(column)
    tests = {
        "dmy": "count(*) FILTER (d IS NOT NULL AND m IS NULL)",
        "mdy": "count(*) FILTER (m IS NOT NULL AND d IS NULL)",
        "undecided": "count(*) FILTER (d <> m)",
        "example": "min(v) FILTER (d <> m OR m IS NULL)",
        "found": "count(*) FILTER (d IS NOT NULL OR m IS NOT NULL)",
    }
    where = f"WHERE regexp_matches({name}, {sql.text(SLASHED)})"
    read = {"v": name, "d": slashed_time(name, "dmy"), "m": slashed_time(name, "mdy")}
    parts = [sql.select(read, f"({given(table, origin)[0]})", where) for origin in origins]
    return run(sql.select(tests, f"({' UNION ALL '.join(parts)})")).fetchone()


def _has_decimal_comma(run: Any, table: Table, column: str, origin: Origin) -> bool:
    """Whether a file whose cells are parted by semicolons writes decimals with a comma: one value must show it."""
    name = sql.name(column)
    shown = rf"count(*) FILTER (regexp_matches({name}, ',(\d{{1,2}}|\d{{4,}})$|[\s\x{{00a0}}\x{{202f}}]\d{{3}},\d+$'))"
    points = rf"count(*) FILTER (regexp_matches({name}, '\d\.\d+$') AND TRY_CAST({name} AS DOUBLE) IS NOT NULL)"
    commas, dots = run(sql.select(f"{shown}, {points}", f"({given(table, origin)[0]})")).fetchone()
    return bool(commas) and not dots
