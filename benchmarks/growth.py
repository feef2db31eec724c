"""How the work grows with the data: ``python -m benchmarks.growth --touches 30000 100000 300000 [--engine spark]``.

Processor seconds of all processes together, so that it does not matter who else uses the machine. Prints, for each
size, what publishing (canonical tables copied, facts built) and some questions take, and the bytes that are kept.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from efficace.build import load
from efficace.build.elsewhere import copy_tables
from efficace.config import Config, SparkSettings, load_config
from efficace.facts.anew import build_anew
from efficace.metrics.ask import Ground, ask
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.question import Request
from efficace.simulate import SimulationSettings, simulate
from efficace.warehouse.building import Versions
from efficace.warehouse.engine import Engine
from efficace.warehouse.engines import versions_elsewhere
from efficace.warehouse.snapshot import Snapshots

NOW = datetime(2026, 10, 2)  # noqa: DTZ001  (instants are zone-less UTC)
TICKS = os.sysconf("SC_CLK_TCK")
QUESTIONS = (
    Request("win_rate", by=("rep",), grain="quarter"),
    Request("sales_cycle_length", by=("team",)),
    Request("lead_response_time", by=("rep",), grain="month"),
    Request("revenue", by=("product",), grain="quarter"),
    Request("customer_churn_rate", grain="month"),
    Request("persistence", by=("rep",)),
)


@dataclass(frozen=True)
class Work:
    """Seconds of processor and of the clock."""

    processor: float
    clock: float

    def __str__(self) -> str:
        return f"{self.processor:8.1f} s of processor, {self.clock:7.1f} s of the clock"


def main() -> None:
    """Measure the sizes asked for, each in a project of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touches", type=int, nargs="+", default=[30_000, 100_000, 300_000])
    parser.add_argument("--engine", choices=("spark", "postgresql"), default="spark")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="3g")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = (
            f"spark.driver.memory={asked.memory}",
            "spark.ui.showConsoleProgress=false",
            "spark.sql.shuffle.partitions=8",
        )
        spark = SparkSettings(f"{folder}/versions", asked.master, settings)
        for touches in asked.touches:
            _measure(Path(folder, str(touches)), touches, Config(engine=asked.engine, spark=spark))


def _measure(folder: Path, touches: int, config: Config) -> None:
    simulate(folder / "tables", SimulationSettings(touches=touches))
    project = folder / "project"
    _say(touches, "loaded, facts built by DuckDB", _timed(partial(load, project, folder / "tables", None, NOW)))
    versions = versions_elsewhere(project, config)
    assert versions is not None
    _publish(versions, project, touches)
    current = versions.current()
    assert current is not None
    for time_asked in ("first", "again"):
        engine = versions.open(current)
        ground = Ground(engine, load_config(project), current.as_of, current.number)
        for request in QUESTIONS:
            _say(touches, f"{request.metric}, {time_asked}", _timed(partial(ask, ground, request, CATALOGUE)))
        engine.close()


def _publish(versions: Versions, project: Path, touches: int) -> None:
    snapshots = Snapshots(project)
    snapshot = snapshots.current()
    assert snapshot is not None
    number = versions.next_number()
    config = load_config(project)
    with tempfile.TemporaryDirectory() as temp, Engine.open(snapshots.file(snapshot.number), read_only=True) as engine:
        building = versions.begin(number)
        _say(touches, "copied", _timed(partial(copy_tables, engine, building, Path(temp), _silent)))
        _say(touches, "facts", _timed(partial(build_anew, building, config, snapshot.as_of, _silent)))
        building.publish(replace(snapshot, number=number))


def _silent(*_: object) -> None:
    """Show no progress."""


def _timed(work: Callable[[], object]) -> Work:
    processor, clock = sum(_processor()), time.perf_counter()
    work()
    return Work(sum(_processor()) - processor, time.perf_counter() - clock)


def _processor() -> Iterator[float]:
    """Seconds that this process and all below it have used."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        parents[number], used[number] = int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS
    ours = {os.getpid()}
    while more := {number for number, parent in parents.items() if parent in ours} - ours:
        ours |= more
    yield from (used[number] for number in ours if number in used)


def _say(touches: int, what: str, work: Work) -> None:
    print(f"{touches:>12,} touches  {what:38} {work}", flush=True)  # noqa: T201  (what the program is for)


if __name__ == "__main__":
    main()
