"""``python -m recovery``: draw companies with known truths, ask every metric, and report how often it is right."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from recovery import planted, process, series
from recovery.processes import PROCESSES
from recovery.report import line, page, summary
from recovery.tally import Tally

ROUND = 400
"""Companies drawn into one project."""


def main(arguments: Sequence[str]) -> int:
    """Print and write the report; exit code 1 where an interval that has no stated reason does not hold."""
    options = _options(arguments)
    report = Path(options.report)
    report.parent.mkdir(parents=True, exist_ok=True)
    tallies: list[Tally] = []
    with tempfile.TemporaryDirectory(dir=report.parent) as folder:
        for one in _all(options, Path(folder)):
            tallies.append(one)
            sys.stdout.write(line(one) + "\n")
            sys.stdout.flush()
    asked = f"Asked: `make recovery COMPANIES={options.companies} SIMULATED={options.simulated} SEED={options.seed}`."
    text = f"{page(tallies, asked)}\n{summary(tallies)}\n"
    report.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{summary(tallies)}\n{report}\n")
    return int(any(one.verdict().startswith("too") and not one.why for one in tallies))


def _all(options: argparse.Namespace, folder: Path) -> Iterator[Tally]:
    rounds = []
    processes = [one for one in PROCESSES if options.only in one.name]
    for begun in range(0, options.companies, ROUND):
        companies = min(ROUND, options.companies - begun)
        rounds.append(list(process.run(processes, companies, options.seed + begun, folder / f"drawn-{begun}")))
    yield from (together(parts) for parts in zip(*rounds, strict=True))
    if options.only:
        return
    yield from series.run(max(options.companies // 16, 10), options.seed)
    yield from planted.run(options.simulated, options.seed, folder / "simulated")


def together(parts: Sequence[Tally]) -> Tally:
    """The same metric and process, drawn several times."""
    first = parts[0]
    found = [one for part in parts for one in part.found]
    return Tally(first.metric, first.process, found, sum(part.mute for part in parts), first.why)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="recovery", description=__doc__)
    parser.add_argument("--companies", type=int, default=800, help="companies drawn from each process")
    parser.add_argument("--simulated", type=int, default=10, help="whole companies simulated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="draw from processes alone whose names hold this text")
    parser.add_argument("--report", default="build/recovery.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
