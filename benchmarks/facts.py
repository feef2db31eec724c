"""Facts in Ibis beside the same facts in SQL written by hand: that both give the same rows, and what each takes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bounds import Bound
from benchmarks.measured import Spread
from efficace.config import Config
from efficace.facts import BY_NAME
from efficace.facts.compiled import compiled
from efficace.facts.fact import Moment
from efficace.facts.known import PREFIX, Tables
from efficace.facts.store import moment
from efficace.model.calendars import COMPANY_KEY
from efficace.warehouse import sql
from efficace.warehouse.engine import MEMORY_LIMIT, Engine

FOLDER = Path(__file__).parent / "facts_by_hand"
SHARED = "shared"
"""The file with what several facts need."""
LIMIT = 1.15
SCRATCH = "scratch"


def by_hand() -> dict[str, str]:
    """The facts that somebody wrote by hand, in building order, each with its query."""
    return {name: (FOLDER / f"{name}.sql").read_text() for name in BY_NAME if (FOLDER / f"{name}.sql").exists()}


@contextmanager
def opened(project: Any, folder: Path) -> Iterator[Ground]:
    """A project's snapshot, with a database file of its own beside it into which facts are written."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "facts.duckdb"
    file.unlink(missing_ok=True)
    snapshot = project.data.snapshot()
    given = project.published().file(snapshot.number)
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(f"ATTACH {sql.text(str(given))} AS given (READ_ONLY)")
        connection.execute(f"ATTACH {sql.text(str(file))} AS {SCRATCH}")
        connection.execute("USE given")
        yield Ground(Engine(connection), moment(snapshot.as_of, project.config))


class Ground:
    """Where the facts of a moment are built, in both ways."""

    def __init__(self, engine: Engine, at: Moment) -> None:
        self.engine, self.tables = engine, Tables(engine, at, BY_NAME, stored=True)
        for name, value in settings(at).items():
            engine.execute(f"CREATE TEMP MACRO {name}() AS {value}")
        engine.raw.execute((FOLDER / f"{SHARED}.sql").read_text())

    def ours(self, name: str) -> str:
        """The query that a load runs."""
        return compiled(self.engine, self.tables, BY_NAME[name])

    def seconds(self, query: str, name: str) -> float:
        """Seconds of CPU time of all threads to store the rows of a query, up to their lying in the file."""
        self.engine.execute(f'DROP TABLE IF EXISTS {SCRATCH}."{name}"')
        self.engine.execute(f"CHECKPOINT {SCRATCH}")
        began = _cpu()
        self.engine.execute(f'CREATE TABLE {SCRATCH}."{name}" AS {query}')
        self.engine.execute(f"CHECKPOINT {SCRATCH}")
        return _cpu() - began

    def differing(self, name: str, query: str) -> int:
        """How many rows one of the two ways gives and the other does not, each row as often as it occurs."""
        self.seconds(query, name)
        listed = ", ".join(sql.name(column) for column in self.engine.table(PREFIX + name).columns)
        stored, written = (sql.select(listed, table) for table in (f'"{PREFIX}{name}"', f'{SCRATCH}."{name}"'))
        missing = f"({stored} EXCEPT ALL {written}) UNION ALL ({written} EXCEPT ALL {stored})"
        return int(self.engine.execute(sql.select("count(*)", f"({missing})")).fetchone()[0])


def settings(at: Moment) -> Mapping[str, str]:
    """The settings that the queries name as macros, in SQL."""
    config: Config = at.config
    promise = config.response.promise
    return {
        "as_of": f"TIMESTAMP '{at.as_of}'",
        "as_of_on": f"DATE '{at.as_of_on}'",
        "company_currency": sql.text(config.company.currency),
        "company_calendar": sql.text(COMPANY_KEY),
        "grace_days": str(int(config.churn.grace_days)),
        "pause_limit": str(int(config.churn.pause_limit)),
        "inactivity": str(int(config.churn.inactivity)),
        "answer_window": str(int(config.follow_up.answer_window)),
        "given_up_after": str(int(config.follow_up.given_up_after)),
        **{heat: f"{int(getattr(promise, heat))}::BIGINT" for heat in ("hot", "warm", "cold")},
    }


def measure(project: Any, folder: Path, runs: int) -> dict[str, dict[str, Any]]:
    """Build each fact in both ways in turn, several times.

    Returns:
        By fact: seconds of CPU time of ``ours`` and ``by_hand``, and how many rows are ``differing``.
    """
    found: dict[str, dict[str, Any]] = {}
    with opened(project, folder) as ground:
        kept = ground.engine.table_names()
        for name, query in by_hand().items():
            if PREFIX + name in kept:
                found[name] = _in_turn(ground, name, query, runs)
    return found


def _in_turn(ground: Ground, name: str, query: str, runs: int) -> dict[str, Any]:
    """Each way once unmeasured, for what has to be read from disk, then in turn."""
    ours = ground.ours(name)
    ground.seconds(ours, name)
    differing = ground.differing(name, query)
    pairs = [(ground.seconds(ours, name), ground.seconds(query, name)) for _ in range(runs)]
    return {"ours": [one for one, _ in pairs], "by_hand": [other for _, other in pairs], "differing": differing}


def bounds(found: Mapping[str, Mapping[str, Sequence[float]]]) -> list[Bound]:
    """The ratio of each fact, for those who look for what is slow, and of all together, which is promised."""
    ways = {name: (Spread(tuple(one["ours"])), Spread(tuple(one["by_hand"]))) for name, one in found.items()}
    each = [
        Bound(f"fact {name}: in Ibis / by hand ({ours.middle:.2f} s)", ours / hand, None, "x")
        for name, (ours, hand) in ways.items()
    ]
    ours, hand = (_together([way[place] for way in ways.values()]) for place in (0, 1))
    return [*each, Bound("facts in Ibis / in SQL by hand, together", ours / hand, LIMIT, "x")]


def _together(spreads: Sequence[Spread]) -> Spread:
    """Run by run, what all take."""
    return Spread(tuple(sum(run) for run in zip(*(one.values for one in spreads), strict=True)))


def disagreements(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The facts that the two ways do not tell alike, in words."""
    return [
        f"fact {name}: {one['differing']} rows differ from those by hand"
        for name, one in found.items()
        if one["differing"]
    ]


def _cpu() -> float:
    used = os.times()
    return used.user + used.system
