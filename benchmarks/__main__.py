"""``python -m benchmarks``: ours, hand-written SQL and pandas in one go; the bounds as a Markdown table."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bounds import Bound, table
from benchmarks.delta import delta_of, differing_tables
from benchmarks.measured import Failed, Run, Spread, efficace, run, task
from benchmarks.questions import QUESTIONS, Asked, differences
from benchmarks.straightforward import Figures

WAYS = ("ours", "sql", "pandas")


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit code 1 where the three ways disagree or an increment is not a rebuild."""
    options = _options(arguments)
    work = Path(options.folder) / str(options.touches)
    company = _company(work, options.touches)
    bounds = [*_loads(work, company, options.runs), *_starts(work, options.runs)]
    asked, disagreements = _questions(work, options.runs)
    bounds += asked
    if not options.without_delta:
        found, differing = _increment(work, company)
        bounds += found
        disagreements += [f"after the increment {name} is not what a full load makes" for name in differing]
    page = f"{options.touches:,} touches, {options.runs} runs: middle (least-most).\n\n{table(bounds)}\n"
    (work / "performance.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    sys.stdout.writelines(f"DISAGREE {line}\n" for line in disagreements)
    return 1 if disagreements else 0


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


def _starts(work: Path, runs: int) -> list[Bound]:
    """What a command takes from a cold start."""
    asked = ("kpi", "win_rate", "--by", "rep", "--project", work / "project", "--format", "json")
    helped = [run(efficace("--help")) for _ in range(runs)]
    kpi = [run(efficace(*asked)) for _ in range(runs)]
    past = [run(efficace(*asked, "--as-of", "2025-06-30")) for _ in range(runs)]
    return [
        Bound("efficace --help", _seconds(helped), 0.25, "s"),
        Bound("efficace kpi from a cold start", _seconds(kpi), 1.5, "s"),
        Bound("efficace kpi as of a past day", _seconds(past), 2.0, "s"),
    ]


def _questions(work: Path, runs: int) -> tuple[list[Bound], list[str]]:
    """Every question in three ways, and where they disagree."""
    bounds, disagreements, memory = [], [], []
    together = dict.fromkeys(WAYS, 0.0)
    for asked in QUESTIONS:
        taken: dict[str, Spread] = {}
        figures: dict[str, Figures] = {}
        for way in WAYS:
            done = run(task("question", way, asked.metric, work / "project", work / "canonical", runs))
            found = done.read()
            taken[way] = Spread(tuple(found["seconds"]))
            figures[way] = {(period, member): value for period, member, value in found["figures"]}
            together[way] += taken[way].middle
            if way == "ours":
                memory.append(done.peak_mb)
        bounds += _bounds_of(asked, taken)
        for way in ("sql", "pandas"):
            lines = differences(figures["ours"], figures[way])
            disagreements += [f"{asked.metric}: ours and {way}: {line}" for line in lines]
    ratio = Spread((together["pandas"] / together["ours"],))
    bounds.append(Bound("pandas / all questions together", ratio, 40, "x", is_least=True))
    bounds.append(Bound("memory of a question", Spread(tuple(memory)), 700, "MB"))
    return bounds, disagreements


def _bounds_of(asked: Asked, taken: dict[str, Spread]) -> list[Bound]:
    allowed = 1.2 * taken["sql"].middle + 0.05
    return [
        Bound(f"{asked.metric}: whole answer (1.2 x SQL + 50 ms)", taken["ours"], allowed, "s"),
        Bound(f"{asked.metric}: pandas / ours", taken["pandas"] / taken["ours"], 8, "x", is_least=True),
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
