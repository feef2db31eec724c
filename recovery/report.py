"""The report as Markdown: a line a metric and process."""

from __future__ import annotations

from collections.abc import Sequence

from recovery.tally import LEAST, MOST, Tally

HEAD = """# Recovery and coverage

Companies with known truths are drawn by chance, loaded like any other and asked. A 95 % interval should cover the truth
in 93 to 97 of 100 companies. *below* and *above*: how many intervals miss the truth to either side; *bias*: how far
values lie from it in the mean, in parts of it, with twice its error by chance; *mute*: companies without an interval.
*holds*: between 93 and 97 %; *within chance*: not to be told apart from that with so many companies.
"""
COLUMNS = ("metric", "drawn", "companies", "mute", "bias", "below", "above", "coverage", "verdict")


def page(tallies: Sequence[Tally], asked: str) -> str:
    """The whole report.

    Args:
        asked: What was run, in words.
    """
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}", *(line(one) for one in tallies)]
    reasons = [f"- `{one.metric}` ({one.process}): {one.why}" for one in tallies if one.why]
    notes = ["", "Where it does not hold, and why:", "", *reasons] if reasons else []
    return "\n".join([HEAD, asked, "", *lines, *notes, ""])


def line(one: Tally) -> str:
    """One row of the table."""
    cells = [f"`{one.metric}`", one.process, f"{len(one.found)}", f"{one.mute}"]
    if one.found:
        (share, low, high), (bias, error) = one.coverage(), one.bias()
        cells += [f"{100 * bias:+.1f} ± {100 * error:.1f} %", f"{100 * one.below:.1f} %", f"{100 * one.above:.1f} %"]
        cells += [f"{100 * share:.1f} % ({100 * low:.1f}-{100 * high:.1f})"]
    else:
        cells += [""] * 4
    return f"| {' | '.join([*cells, one.verdict()])} |"


def summary(tallies: Sequence[Tally]) -> str:
    """How many lines hold."""
    counts: dict[str, int] = {}
    for one in tallies:
        counts[one.verdict()] = counts.get(one.verdict(), 0) + 1
    found = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    return f"{len(tallies)} lines, {100 * LEAST:.0f} to {100 * MOST:.0f} % asked: {found}."
