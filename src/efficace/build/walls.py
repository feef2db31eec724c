"""Offsets of the zones that wall times are read in, as tables of the engine, as wide as the data needs."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from efficace.build.canonical import UTC_ZONES, wall_table
from efficace.errors import MappingError
from efficace.model.time import wall_clock_table
from efficace.sources.expression import Reading
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

if TYPE_CHECKING:
    import pyarrow as pa

NARROW = (date(2000, 1, 1), date(2030, 12, 31))
WIDE = (date(1900, 1, 1), date(2099, 12, 31))


class Walls:
    """Tables of offsets in a snapshot that is being made; one a zone, made when it is first asked for."""

    def __init__(self, engine: Engine, company_zone: str) -> None:
        self._engine = engine
        self._company = company_zone
        self._span = NARROW
        self._made: set[str] = set()

    def zone(self, reading: Reading) -> str:
        """The zone of a source's wall times; its table is there from now on.

        Raises:
            MappingError: If there is no such zone.
        """
        zone = reading.timezone or self._company
        if zone not in UTC_ZONES and zone not in self._made:
            self._make(zone)
        return zone

    def widen(self) -> None:
        """Reach over all dates that a canonical table may hold."""
        self._span = WIDE
        for zone in sorted(self._made):
            self._make(zone)

    def _make(self, zone: str) -> None:
        self._engine.give("_given", _table(zone, *self._span))
        name = sql.name(wall_table(zone))
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM _given")
        self._engine.raw.unregister("_given")
        self._made.add(zone)


@lru_cache(maxsize=8)
def _table(zone: str, first: date, last: date) -> pa.Table:
    import pyarrow as pa

    try:
        known = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise MappingError('"{zone}" is no time zone. Write an IANA name such as Europe/Paris.', zone=zone) from error
    return pa.table(wall_clock_table(known, first, last))
