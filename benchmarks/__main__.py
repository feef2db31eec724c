"""``python -m benchmarks``: ours, hand-written SQL and pandas in one go; the bounds as a Markdown table."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import facts
from benchmarks.bounds import Bound, line, table
from benchmarks.delta import delta_of, differing_tables
from benchmarks.measured import Failed, Run, Spread, efficace, run, task
from benchmarks.questions import QUESTIONS, Asked, differences
from benchmarks.straightforward import Figures
from benchmarks.web import Crowd, web_bounds

WAYS = ("ours", "sql", "pandas")
DEMO = 200_000
"""Touches of the demo company."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit code 1 where the three ways disagree or an increment is not a rebuild."""
    options = _options(arguments)
    work = Path(options.folder) / str(options.touches)
    company = _company(work, options.touches)
    bounds = [*_told(_loads(work, company, options.runs)), *_told(_starts(work, options.touches, options.runs))]
    built, disagreements = _facts(work, options.runs)
    asked, disagreeing = _questions(work, options.runs)
    bounds += [*_told(built), *asked, *_told(web_bounds(work / "project", work / "web", Crowd()))]
    disagreements += disagreeing
    if not options.without_delta:
        found, differing = _increment(work, company)
        bounds += _told(found)
        disagreements += [f"after the increment {name} is not what a full load makes" for name in differing]
    page = f"{options.touches:,} touches, {options.runs} runs: middle (least-most).\n\n{table(bounds)}\n"
    (work / "performance.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    sys.stdout.writelines(f"DISAGREE {line}\n" for line in disagreements)
    return 1 if disagreements else 0


def _told(bounds: list[Bound]) -> list[Bound]:
    """Show what was measured while the rest goes on: at ten million touches that takes half an hour."""
    sys.stderr.writelines(f"{line(bound)}\n" for bound in bounds)
    sys.stderr.flush()
    return bounds


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--touches", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default="build/bench", help="where companies and snapshots lie")
    parser.add_argument("--without-delta", action="store_true", help="leave out the load of 1 %% changed rows")
    return parser.parse_args(arguments)


def _company(work: Path, touches: int) -> Path:
    company = work / "company"
    if not (company / "truth.json").exists():
        run(efficace("simulate", company, "--touches", touches, "--plain"))
    return company


def _loads(work: Path, company: Path, runs: int) -> list[Bound]:
    """Load with facts beside DuckDB reading and writing the same files, in turn."""
    ours, plain = [], []
    for _ in range(runs):
        (work / "baseline.duckdb").unlink(missing_ok=True)
        shutil.rmtree(work / "project", ignore_errors=True)
        plain.append(run(task("baseline", company, work / "baseline.duckdb")))
        ours.append(run(efficace("load", company, "--project", work / "project", "--format", "json")))
    shutil.rmtree(work / "canonical", ignore_errors=True)
    run(task("canonical", work / "project", work / "canonical"))
    size = _snapshot(work / "project").stat().st_size / (work / "canonical" / "canonical.duckdb").stat().st_size
    return [
        Bound("load and facts / DuckDB reading and writing the files", _seconds(ours) / _seconds(plain), 2.5, "x"),
        Bound("the same in CPU time", _cpu(ours) / _cpu(plain), 2.5, "x"),
        Bound("memory of a load", Spread(tuple(one.peak_mb for one in ours)), 2000, "MB"),
        Bound("snapshot / database of the canonical tables", Spread((size,)), 1.6, "x"),
    ]


def _starts(work: Path, touches: int, runs: int) -> list[Bound]:
    """What a command takes from a cold start."""
    asked = ("kpi", "win_rate", "--by", "rep", "--project", work / "project", "--format", "json")
    helped = [run(efficace("--help")) for _ in range(runs)]
    kpi = [run(efficace(*asked)) for _ in range(runs)]
    past = [run(efficace(*asked, "--as-of", "2025-06-30")) for _ in range(runs)]
    return [
        Bound("efficace --help", _seconds(helped), 0.25, "s"),
        Bound("efficace kpi from a cold start", _seconds(kpi), 1.0 if touches <= DEMO else 1.5, "s"),
        Bound("efficace kpi as of a past day", _seconds(past), 2.0, "s"),
    ]


def _facts(work: Path, runs: int) -> tuple[list[Bound], list[str]]:
    """The facts in Ibis beside those written by hand, and which differ."""
    found = run(task("facts", work / "project", work / "scratch", runs)).read()
    return facts.bounds(found), facts.disagreements(found)


def _questions(work: Path, runs: int) -> tuple[list[Bound], list[str]]:
    """Every question in all ways, and where they disagree."""
    bounds, disagreements, together = [], [], Together()
    for asked in QUESTIONS:
        found: dict[str, Any] = {}
        for way in WAYS:
            found[way] = run(task("question", way, asked.metric, work / "project", work / "canonical", runs)).read()
        memory = Spread((run(task("alone", asked.metric, work / "project")).peak_mb,))
        taken = {way: Spread(tuple(one["seconds"])) for way, one in found.items()}
        figures = {way: _figures(one["figures"]) for way, one in found.items()}
        memory_bound = Bound(f"{asked.metric}: memory", memory, 700, "MB")
        bounds += _told([*_bounds_of(asked, taken, found["ours"]), memory_bound])
        together.add(taken)
        for way in figures.keys() - {"ours"}:
            lines = differences(figures["ours"], figures[way])
            disagreements += [f"{asked.metric}: ours and {way}: {line}" for line in lines]
    bounds += _told([Bound("pandas / all questions together", together.ratio, 40, "x", is_least=True)])
    return bounds, disagreements


def _figures(rows: Sequence[Sequence[Any]]) -> Figures:
    return {(period, member): value for period, member, value in rows}


@dataclass
class Together:
    """Seconds of all questions."""

    pandas: float = 0.0
    ours: float = 0.0

    def add(self, taken: Mapping[str, Spread]) -> None:
        """Count one question in."""
        self.pandas += taken["pandas"].middle
        self.ours += taken["ours"].middle

    @property
    def ratio(self) -> Spread:
        return Spread((self.pandas / self.ours,))


def _bounds_of(asked: Asked, taken: Mapping[str, Spread], ours: Mapping[str, Any]) -> list[Bound]:
    """Engine part and whole answer beside SQL; asked for the first time, as of a past day, and beside pandas."""
    name, engine = asked.metric, Spread(tuple(ours["engine"]))
    sums, whole = Spread(tuple(ours["sums"])).middle, 1.2 * taken["sql"].middle + 0.05
    return [
        Bound(f"{name}: engine part (1.2 x SQL of the sums + 15 ms)", engine, 1.2 * sums + 0.015, "s"),
        Bound(f"{name}: whole answer (1.2 x SQL + 50 ms)", taken["ours"], whole, "s"),
        Bound(f"{name}: asked for the first time", Spread((ours["first"],)), 1.0, "s"),
        Bound(f"{name}: as of a year ago", Spread((ours["past"],)), 2.0, "s"),
        Bound(
            f"{name}: pandas / ours", Spread((taken["pandas"].middle / taken["ours"].middle,)), 8, "x", is_least=True
        ),
    ]


def _increment(work: Path, company: Path) -> tuple[list[Bound], list[str]]:
    """A load of 1 % changed rows beside a full one of the same rows; tables that differ between the two."""
    changed = delta_of(company, work / "delta")
    increment = run(efficace("load", changed, "--project", work / "project", "--format", "json"))
    whole = work / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(work / "project", whole, ignore=shutil.ignore_patterns("snapshots"))
    full = run(efficace("load", changed, "--project", whole, "--format", "json"))
    bounds = [
        Bound("a load of 1 % changed rows / a full one", Spread((increment.seconds / full.seconds,)), 0.25, "x"),
        Bound("the same in CPU time, rows changed", Spread((increment.cpu / full.cpu,)), 0.25, "x"),
    ]
    return bounds, differing_tables(_snapshot(work / "project"), _snapshot(whole))


def _snapshot(project: Path) -> Path:
    return max((project / "snapshots").glob("*.duckdb"))


def _seconds(runs: Sequence[Run]) -> Spread:
    return Spread(tuple(one.seconds for one in runs))


def _cpu(runs: Sequence[Run]) -> Spread:
    return Spread(tuple(one.cpu for one in runs))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as error:
        sys.exit(str(error))
