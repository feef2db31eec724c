"""Publishes canonical tables that a cluster has made: they stay where they lie, and facts are built from them there.

What is too large for one machine never comes to one. Only the tables of days are made here, from calendars and rates.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.build import census, extras
from efficace.build.census import Census
from efficace.build.elsewhere import copy_tables
from efficace.build.fill import ORDER_LINE_COLUMNS, empty_tables
from efficace.build.lock import only_writer
from efficace.build.record import keep_record
from efficace.build.rejected import create_rejected
from efficace.build.report import Progress
from efficace.build.typed import ENGINE_TYPE
from efficace.config import Config, load_config
from efficace.errors import ProjectError, SourceError
from efficace.facts.amounts import converted, with_rate
from efficace.facts.anew import build_anew
from efficace.facts.dates import with_company_date
from efficace.facts.form import form
from efficace.facts.known import Tables
from efficace.facts.store import moment
from efficace.locale.said import Said, counted
from efficace.model.tables import AS_OF_COLUMNS, BY_NAME, TABLES, Kind, Table
from efficace.model.time import company_day, start_of_day
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine
from efficace.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.warehouse.spark import SparkBuilding, SparkVersions

_SMALL = ("fx_rates", "calendars", "calendar_exceptions", "reps", "teams", "territories")
"""Tables from which those of days and trees are made."""
_LINES = "order_lines"
_LINES_GIVEN = "order_lines_given"


def publish_tables(project: Path, address: str, now: datetime, tell: Progress) -> Snapshot:
    """Publish a version from a folder of canonical tables, ``<address>/<table>/*.parquet``.

    Keys must be unique, deleted rows gone and types those of the canonical tables; a table or column that is not there
    is empty. Their files are read where they are and must not change while the version is in use.

    Args:
        address: Folder or address of an object store that the cluster reads.
        now: The load's instant, zone-less UTC.

    Raises:
        ProjectError: If the project's engine is not Spark, or another load runs.
        SourceError: If there are no such tables, or one of them cannot be used.
    """
    config = load_config(project)
    if config.engine != "spark":
        raise ProjectError("Tables that a cluster has made need engine: spark in efficace.yaml.")
    from efficace.warehouse.spark import SparkVersions

    versions = SparkVersions(config.spark, project)
    with only_writer(project, 0), tempfile.TemporaryDirectory() as temp:
        return _publish(versions, address.rstrip("/"), config, now, Path(temp), tell)


def _publish(
    versions: SparkVersions, address: str, config: Config, now: datetime, temp: Path, tell: Progress
) -> Snapshot:
    number = versions.next_number()
    building = versions.begin(number)
    given = _adopted(building, address)
    counted = {table.name: _counted(building, table, given, config, now, tell) for table in TABLES}
    with Engine.open(None) as small:
        _make_small(small, building, set(given), config, now, counted)
        copy_tables(small, building, temp, tell)
    if _LINES in given:
        building.keep(_LINES, building.compile(_with_amounts(building, config, now)))
    as_of = census.default_as_of(counted.values(), now)
    snapshot = Snapshot(number, as_of, now, form())
    build_anew(building, config, as_of, tell)
    building.publish(snapshot)
    building.close()
    versions.clean()
    return snapshot


def _adopted(building: SparkBuilding, address: str) -> Mapping[str, str]:
    """Canonical table -> the name under which the version knows the files that were given for it."""
    there = building.folders(address)
    given = {name: _LINES_GIVEN if name == _LINES else name for name in BY_NAME if name in there}
    if not given:
        raise SourceError("{path}: there is no folder named as a canonical table, such as deals.", path=address)
    for table, name in given.items():
        declared = {column.name: ENGINE_TYPE[column.kind] for column in BY_NAME[table].stored_columns}
        building.adopt(name, f"{address}/{table}", declared)
    return given


def _counted(
    building: SparkBuilding, table: Table, given: Mapping[str, str], config: Config, now: datetime, tell: Progress
) -> Census:
    """What a table holds, in one pass.

    Raises:
        SourceError: If a required column has rows without a value, or keys repeat.
    """
    columns = table.stored_columns
    if table.name not in given:
        return Census(0, {column.name: 0 for column in columns}, None, None)
    tell(Said("table {name}", {"name": table.name}), None)
    rows = building.table(given[table.name])
    times = [column for column in columns if column.name in AS_OF_COLUMNS]
    today = company_day(now, config.zone)
    sums: dict[str, ir.Value] = {"rows": rows.count()}
    sums |= {f"filled_{column.name}": rows[column.name].count() for column in columns}
    for column in times:
        instant = rows[column.name]
        limit = today if column.kind is Kind.DATE else now
        sums |= {f"newest_{column.name}": instant.max(where=instant <= limit), f"oldest_{column.name}": instant.min()}
    found = building.run(rows.agg(**sums)).to_pylist()[0]
    _check(building, table, rows, found)
    ends = {end: [found[f"{end}_{column.name}"] for column in times] for end in ("newest", "oldest")}
    newest, oldest = ([_instant(value, config) for value in values if value is not None] for values in ends.values())
    return Census(
        found["rows"],
        {column.name: found[f"filled_{column.name}"] for column in columns},
        max(newest, default=None),
        min(oldest, default=None),
    )


def _check(building: SparkBuilding, table: Table, rows: ir.Table, found: Mapping[str, Any]) -> None:
    for column in table.required:
        lacking = found["rows"] - found[f"filled_{column}"]
        if lacking:
            said = counted(
                "{table}: {n} row has no {column}; it is required.",
                "{table}: {n} rows have no {column}; it is required.",
                lacking,
                table=table.name,
                column=column,
            )
            raise SourceError(said)
    repeated = rows.group_by(list(table.key)).agg(times=rows.count())
    repeated = repeated.filter(repeated.times > 1).agg(keys=lambda t: t.count())
    keys = building.run(repeated).to_pylist()[0]["keys"] if table.key else 0
    if keys:
        said = counted(
            "{table}: {n} key ({columns}) stands in more than one row. Keep the last row of each.",
            "{table}: {n} keys ({columns}) stand in more than one row. Keep the last row of each.",
            keys,
            table=table.name,
            columns=", ".join(table.key),
        )
        raise SourceError(said)


def _instant(value: date | datetime, config: Config) -> datetime:
    return value if isinstance(value, datetime) else start_of_day(value, config.zone)


def _make_small(
    small: Engine,
    building: SparkBuilding,
    given: set[str],
    config: Config,
    now: datetime,
    counted: Mapping[str, Census],
) -> None:
    """The tables that were not given, empty, and those beside the canonical ones."""
    small.execute(";\n".join([empty_tables(TABLES), create_rejected()]))
    for name in sorted(given & set(_SMALL)):
        small.give("given", building.run(building.table(name)))
        small.execute(f"INSERT INTO {sql.name(name)} BY NAME FROM given")
    oldest = min((item.oldest for item in counted.values() if item.oldest is not None), default=now)
    reaches_back = oldest.date() <= extras.FIRST_DAY
    extras.add_zone_days(small, config, now, extras.ALL_DAYS if reaches_back else None)
    extras.add_fx_days(small, config, now)
    last = (now + extras.AHEAD).date()
    notes = extras.add_business_time(small, config, min(oldest.date(), now.date()), last)
    extras.add_tree(small)
    census.keep_column_fill(small, counted)
    keep_record(small, [], notes, "")
    for name in given:
        small.execute(f"DROP TABLE {sql.name(name)}")


def _with_amounts(building: SparkBuilding, config: Config, now: datetime) -> ir.Table:
    """The order lines with ``ordered_on``, ``family``, and ``amount`` in the company's currency."""
    tables = Tables(building, moment(now, config), {}, stored=False)
    lines = with_company_date(building.table(_LINES_GIVEN), tables.zone_days, "ordered_at", "ordered_on")
    products = building.table("products").select(p_product="product_id", family="family")
    lines = lines.left_join(products, lines.product_id == products.p_product).drop("p_product")
    lines = with_rate(lines, tables, "currency", "ordered_on", "x_rate")
    gross = lines.units.cast("float64") * lines.unit_price.cast("float64")
    net = gross - lines.discount.cast("float64").fill_null(0.0)
    lines = lines.mutate(amount=converted(net, lines.x_rate), rate_missing=lines.x_rate.isnull())
    return lines.select(*(column.name for column in BY_NAME[_LINES].stored_columns), *ORDER_LINE_COLUMNS)
