"""What the benchmark runs as processes of their own: baseline, canonical files, facts, a question in one way."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.questions import BY_METRIC, by_pandas, by_sql, engine_seconds, in_the_past, ours, sums_by_sql
from benchmarks.straightforward import Figures
from efficace.warehouse.engine import MEMORY_LIMIT
from efficace.warehouse.sql import text

Done = TypeVar("Done")


def baseline(company: str, target: str) -> None:
    """Read the files with DuckDB and write each as a table, nothing else."""
    import duckdb

    with duckdb.connect(target, config={"memory_limit": MEMORY_LIMIT}) as connection:
        for path in sorted(Path(company).glob("*.parquet")):
            connection.execute(f'CREATE TABLE "{path.stem}" AS FROM read_parquet(?)', [str(path)])


def canonical(project: str, folder: str) -> None:
    """Write the canonical tables of a project's snapshot as Parquet, and as a database of their own."""
    import duckdb

    from efficace.model.tables import TABLES
    from efficace.warehouse.snapshot import Snapshots

    target, snapshots = Path(folder), Snapshots(Path(project))
    present = snapshots.current()
    assert present is not None
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(target / "canonical.duckdb")) as connection:
        connection.execute(f"ATTACH {text(snapshots.file(present.number))} AS given (READ_ONLY)")
        for table in TABLES:
            connection.execute(f'CREATE TABLE "{table.name}" AS FROM given."{table.name}"')
            connection.execute(f'COPY "{table.name}" TO {text(target / f"{table.name}.parquet")}')


def question(way: str, metric: str, project: str, folder: str, runs: str) -> None:
    """Answer a question several times in one process; prints seconds of each and the figures.

    The first of ours is not among them but ``first``: then the queries are compiled, later they are kept.
    """
    from efficace.project import open_project

    asked = BY_METRIC[metric]
    with open_project(project) as opened:
        as_of = opened.data.snapshot().as_of
        engine = opened.ground().engine
        ways: dict[str, Callable[[], Figures]] = {
            "ours": lambda: ours(opened, asked),
            "sql": lambda: by_sql(engine.raw, asked, as_of),
            "pandas": lambda: by_pandas(Path(folder), asked, as_of, str(opened.config.zone)),
        }
        first, figures = _timed(ways[way])
        seconds = [_timed(ways[way])[0] for _ in range(int(runs))] if way != "pandas" else [first]
        found: dict[str, Any] = {"seconds": seconds, "first": first}
        if way == "ours":
            found["engine"] = [engine_seconds(opened, asked) for _ in range(int(runs))]
            found["sums"] = [_timed(lambda: sums_by_sql(engine.raw, asked, as_of))[0] for _ in range(int(runs))]
            found["past"] = _timed(lambda: in_the_past(opened, asked, as_of))[0]
    rows = [(period, member, value) for (period, member), value in figures.items()]
    json.dump({**found, "figures": rows}, sys.stdout)


def alone(metric: str, project: str) -> None:
    """Ask a question once, as a process that does nothing else: its memory is that of the question."""
    from efficace.project import open_project

    with open_project(project) as opened:
        ours(opened, BY_METRIC[metric])


def facts(project: str, folder: str, runs: str) -> None:
    """Build facts in both ways; prints what each took and how many rows differ."""
    from benchmarks.facts import measure
    from efficace.project import open_project

    with open_project(project) as opened:
        json.dump(measure(opened, Path(folder), int(runs)), sys.stdout)


def _timed(act: Callable[[], Done]) -> tuple[float, Done]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done


TASKS: dict[str, Callable[..., None]] = {
    "alone": alone,
    "baseline": baseline,
    "canonical": canonical,
    "facts": facts,
    "question": question,
}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
