"""The second step of a load: all canonical tables from the raw log, and the tables beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from efficace.build import extras, fill, rules
from efficace.build.canonical import Origin
from efficace.build.earlier import Earlier, attach, context_of, keep_state, put_aside, take_over
from efficace.build.fill import Fill
from efficace.build.identity import Identity, find_clashes
from efficace.build.origins import Plan
from efficace.build.rejected import REJECTED, create_rejected, keep_broken
from efficace.build.report import Progress
from efficace.build.walls import Walls
from efficace.config import Config
from efficace.facts.form import form
from efficace.locale.said import Said
from efficace.model.tables import BY_NAME, TABLES, Table
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine
from efficace.warehouse.raw_log import RawLog

_FIRST = ("products", "fx_rates")
"""Order lines carry their product's family and the rate of their day."""


def build_tables(
    engine: Engine,
    config: Config,
    log: RawLog,
    plan: Plan,
    before: Path | None,
    now: datetime,
    tell: Progress,
    *,
    is_copied: bool = False,
) -> Mapping[str, Fill]:
    """Fill every canonical table; those that no source feeds are there without rows.

    Args:
        plan: With its lookups.
        before: The published snapshot's file; what it holds of a table is not worked out again.
        is_copied: Whether the engine works on a copy of that file.
    """
    run = engine.execute
    walls = Walls(engine, config.company.timezone)
    identity, told = find_clashes(run, plan)
    plan.notes += told
    context = context_of(form(), config, identity)
    earlier = attach(engine, before, context, plan, is_copied=is_copied)
    engine.execute(_given_tables(plan, earlier))
    making = _Making(engine, config, plan, walls, identity, earlier, now)
    fills: dict[str, Fill] = {}
    ordered = sorted(plan.by_table, key=lambda name: (name not in _FIRST, list(BY_NAME).index(name)))
    extras.add_zone_days(engine, config, now)
    for place, name in enumerate(ordered):
        tell(Said("table {name}", {"name": name}), place / len(ordered))
        if name == "order_lines":
            extras.add_fx_days(engine, config, now)
        fills[name] = making.fill(BY_NAME[name], log)
    if "order_lines" not in ordered:
        extras.add_fx_days(engine, config, now)
    keep_state(engine, fills, context, making.replaced)
    return fills


@dataclass
class _Making:
    """What the filling of each table needs."""

    engine: Engine
    config: Config
    plan: Plan
    walls: Walls
    identity: Identity
    earlier: Earlier
    now: datetime
    anew: set[str] = field(default_factory=set)
    replaced: int = 0

    def __post_init__(self) -> None:
        self.replaced = self.earlier.replaced if self.earlier.is_copied else 0

    def fill(self, table: Table, log: RawLog) -> Fill:
        """Make a table: what the published snapshot holds of it, and what is new."""
        origins = self.plan.by_table[table.name]
        known = 0 if table.name == "order_lines" and self.anew else self.earlier.known(table, origins)
        if known == len(origins):
            done = Fill(table, origins)
        else:
            if known and self.earlier.is_copied:
                put_aside(self.engine.execute, table)
            done = self._filled(table, origins[known:], origins[:known])
            _add_broken_lines(self.engine.execute, log, done, self.plan)
            fill.finish(self.engine.execute, table)
            self.anew |= {table.name} & set(_FIRST)
            done.origins = origins
        if known:
            self.replaced += take_over(self.engine.execute, self.earlier, done, known)
        return done

    def _filled(self, table: Table, origins: Sequence[Origin], known: Sequence[Origin]) -> Fill:
        run = self.engine.execute
        if table.name != "order_lines":
            done = fill.fill(run, table, origins, self.walls, self.identity, known=known)
        else:
            added = extras.order_line_columns(self.config.company.currency)
            done = fill.fill(run, table, origins, self.walls, self.identity, added, known)
            if run("SELECT 1 FROM order_lines WHERE ordered_on IS NULL LIMIT 1").fetchone():
                extras.add_zone_days(self.engine, self.config, self.now, extras.ALL_DAYS)
                run(sql.delete(REJECTED, "table_name = 'order_lines'"))
                done = fill.fill(run, table, origins, self.walls, self.identity, added, known)
        rules.apply(run, done)
        return done


def _given_tables(plan: Plan, earlier: Earlier) -> str:
    """Statements that make what is there from the start: tables without rows, and those that the making needs.

    What a copied file holds of them goes, but for the tables that are changed in place.
    """
    held = {name for name, origins in plan.by_table.items() if earlier.known(BY_NAME[name], origins)}
    made = [table for table in TABLES if table.name not in plan.by_table or table.name in set(_FIRST) - held]
    dropped = [f"DROP TABLE IF EXISTS {sql.name(name)}" for name in (*(table.name for table in made), REJECTED)]
    return ";\n".join([*dropped, fill.empty_tables(made), create_rejected()])


def _add_broken_lines(run: Any, log: RawLog, done: Fill, plan: Plan) -> None:
    for origin in done.origins:
        item = plan.files[origin.number]
        if item.bad:
            keep_broken(run, done.table, origin, str(log.bad_file(item)))
            done.rejected[origin.number] = done.rejected.get(origin.number, 0) + item.bad
