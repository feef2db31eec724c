"""What differs between the snapshot that is being made and the one before, table by table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

from efficace.model.tables import BY_NAME, Kind, Table
from efficace.warehouse import sql

if TYPE_CHECKING:
    from efficace.facts.fact import Moment
    from efficace.warehouse.engine import Engine

EARLIER = "earlier"
"""Name under which the snapshot before is attached."""

TOUCHED = "_touched_"
"""Temporary tables that the load leaves: keys of the rows that came, were replaced or deleted. None = all may have."""

CHANGED = "_changed_"
"""Temporary tables of rows that differ, as they were and as they are; ``is_now`` tells which."""

SAME = "_same_rows"
"""Temporary table of keys of rows that differ in nothing but perhaps their long texts."""

FEW, SMALL = 0.2, 200_000
"""The part of a table up to which its changes are looked at row by row; rows of a table that is compared whole."""

TEXTS = {"touches": ("subject", "body")}
"""Columns of long text: compared, but not kept among the changes."""

CALENDARS = {"rep_calendars": None, "business_days": "utc_day", "working_days": "day_on"}
"""Tables made from ``calendars``, and the day by which further loads make them longer."""


class Extent(Enum):
    """How much of a table differs."""

    NOTHING = "nothing"
    ROWS = "rows"
    ALL = "all"


class Changes:
    """How much of each canonical table and fact differs; facts are added as they are built.

    Attributes:
        before: The moment of the snapshot before.
        read_by_facts: Names of tables and facts that some fact reads.
    """

    def __init__(
        self, engine: Engine, before: Moment, now: Moment, reads: Iterable[str], read_by_facts: frozenset[str]
    ) -> None:
        self.before, self.now, self.read_by_facts = before, now, read_by_facts
        self._engine = engine
        self._here = database_of(engine)
        self._touched = {name.removeprefix(TOUCHED) for name in _listed(engine, "temp") if name.startswith(TOUCHED)}
        self._extents = {name: self._compare(BY_NAME[name]) for name in sorted(reads)}
        if differs(engine, "fx_days"):
            self._extents["fx_rates"] = Extent.ALL
        if any(self._is_rewritten(name, day) for name, day in CALENDARS.items()):
            self._extents["calendars"] = Extent.ALL

    @property
    def has_aged(self) -> bool:
        """Whether time has passed between the two."""
        return self.before.as_of != self.now.as_of

    @property
    def instants(self) -> tuple[str, str]:
        """As-of of the snapshot before and of this one, as literals."""
        before, now = (f"TIMESTAMP '{moment.as_of.isoformat(' ')}'" for moment in (self.before, self.now))
        return before, now

    def of(self, name: str) -> Extent:
        return self._extents[name]

    def look(self, name: str, columns: Iterable[str]) -> Extent:
        """Compare some columns of a fact that was built whole."""
        if not is_held(self._engine, EARLIER, f"fact_{name}") or not is_held_here(self._engine, f"fact_{name}"):
            return Extent.ALL
        old, new = (sql.select(", ".join(columns), f"{database}.fact_{name}") for database in (EARLIER, self._here))
        keep_differing(self._engine, name, old, new)
        return Extent.ROWS if _any(self._engine, f"FROM {CHANGED}{name}") else Extent.NOTHING

    def note(self, name: str, extent: Extent) -> None:
        """Tell how much of a fact differs, now that it is built."""
        self._extents[name] = extent

    def _compare(self, table: Table) -> Extent:
        touched = self._rows_touched(table)
        if touched is None:
            return Extent.ALL
        if touched:
            old, new = (self._rows(table, database) for database in (EARLIER, self._here))
            keep_differing(self._engine, table.name, old, new)
            self._add_other_texts(table)
        crossing = self._crossing(table)
        if crossing:
            self._add_crossing(table, crossing, is_first=not touched)
        if not touched and not crossing:
            return Extent.NOTHING
        return Extent.ROWS if _any(self._engine, f"FROM {CHANGED}{table.name}") else Extent.NOTHING

    def _rows_touched(self, table: Table) -> int | None:
        """How many rows may differ by themselves; None = too many to look at."""
        held, now = (self._count(f'{database}."{table.name}"') for database in (EARLIER, self._here))
        if table.name not in self._touched:
            return held + now if max(held, now) <= SMALL else None
        touched = self._count(f"{TOUCHED}{table.name}")
        return touched if touched <= max(SMALL / 100, FEW * held) else None

    def _rows(self, table: Table, database: str) -> str:
        source = sql.select(_columns(table), f"{database}.{sql.name(table.name)}")
        if table.name not in self._touched:
            return source
        keys = ", ".join(f'"{name}"' for name in table.key)
        return f"{source} SEMI JOIN {TOUCHED}{table.name} USING ({keys})"

    def _add_other_texts(self, table: Table) -> None:
        """Add the rows that differ in their long texts alone; texts of rows that differ anyway are not read."""
        texts = TEXTS.get(table.name)
        if texts is None:
            return
        keys = ", ".join(f'"{name}"' for name in table.key)
        every = TOUCHED + table.name if table.name in self._touched else f"{self._here}.{table.name}"
        same = sql.select(keys, f"{every} ANTI JOIN {CHANGED}{table.name} USING ({keys})")
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {SAME} AS {same}")
        if self._count(SAME):
            marked = f"{keys}, hash({', '.join(texts)}) AS texts_mark"
            places = [f"{place}.{table.name} SEMI JOIN {SAME} USING ({keys})" for place in (EARLIER, self._here)]
            old, new = (sql.select(marked, place) for place in places)
            other = sql.select(keys, f"({old} EXCEPT {new})")
            for place, is_now in ((EARLIER, "false"), (self._here, "true")):
                held = f"{place}.{table.name} SEMI JOIN ({other}) AS x USING ({keys})"
                self._engine.execute(sql.insert(CHANGED + table.name, sql.select(f"{_columns(table)}, {is_now}", held)))

    def _crossing(self, table: Table) -> str:
        """The test of rows that happened, or of which something became known, since the snapshot before."""
        columns = [*([table.happened] if table.happened else []), *table.later]
        if not self.has_aged or not columns:
            return ""
        return " OR ".join(
            f"({name} > {_literal(table, name, self.before)} AND {name} <= {_literal(table, name, self.now)})"
            for name in columns
        )

    def _add_crossing(self, table: Table, crossing: str, *, is_first: bool) -> None:
        crossed = sql.select(_columns(table), f"{self._here}.{sql.name(table.name)}", f"WHERE {crossing}")
        rows = sql.select("r.*, u.is_now", f"({crossed}) AS r, (VALUES (false), (true)) AS u(is_now)")
        if is_first:
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {CHANGED}{table.name} AS {rows}")
        else:
            self._engine.execute(sql.insert(CHANGED + table.name, rows))

    def _is_rewritten(self, name: str, day: str | None) -> bool:
        """Whether a table of days differs in more than days behind all that it had."""
        old, new = (f"FROM {database}.{name}" for database in (EARLIER, self._here))
        behind = f"WHERE {day} <= (SELECT max({day}) {old})" if day else ""
        return _any(self._engine, f"(({old}) EXCEPT ({new})) UNION ALL (({new} {behind}) EXCEPT ({old}))")

    def _count(self, place: str) -> int:
        return int(self._engine.execute(sql.select("count(*)", place)).fetchone()[0])


def keep_differing(engine: Engine, name: str, old: str, new: str) -> None:
    """Keep the rows that are in one of two queries alone."""
    gone = sql.select("*, false AS is_now", f"({old} EXCEPT ALL {new})")
    came = sql.select("*, true", f"({new} EXCEPT ALL {old})")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {CHANGED}{name} AS {gone} UNION ALL {came}")


def database_of(engine: Engine) -> str:
    """The quoted name of the database that is being made."""
    return f'"{engine.execute("SELECT current_database()").fetchone()[0]}"'


def differs(engine: Engine, name: str) -> bool:
    """Whether a table differs in any row."""
    old, new = (f"FROM {database}.{name}" for database in (EARLIER, database_of(engine)))
    return _any(engine, f"(({old}) EXCEPT ({new})) UNION ALL (({new}) EXCEPT ({old}))")


def is_held(engine: Engine, database: str, name: str) -> bool:
    """Whether a database has a table."""
    return name in _listed(engine, database)


def is_held_here(engine: Engine, name: str) -> bool:
    """Whether the database that is being made has a table."""
    return name in engine.table_names()


def _any(engine: Engine, query: str) -> bool:
    return engine.execute(sql.select("1", f"({query})", "LIMIT 1")).fetchone() is not None


def _listed(engine: Engine, database: str) -> set[str]:
    rows = engine.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [database]).fetchall()
    return {str(name) for (name,) in rows}


def _columns(table: Table) -> str:
    """All columns but long texts and when they were loaded."""
    return f"* EXCLUDE ({', '.join((*TEXTS.get(table.name, ()), 'loaded_at'))})"


def _literal(table: Table, column: str, moment: Moment) -> str:
    value: date | datetime = moment.as_of_on if table.column(column).kind is Kind.DATE else moment.as_of
    kind = "TIMESTAMP" if isinstance(value, datetime) else "DATE"
    return f"{kind} '{value.isoformat(' ') if isinstance(value, datetime) else value.isoformat()}'"
