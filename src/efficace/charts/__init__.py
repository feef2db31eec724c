"""Pictures of answers: one function a kind, each an Altair chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer


def chart(answer: Answer) -> Any:
    """The picture that fits an answer: a trend over periods, a curve, else a dot plot of its members."""
    from efficace.charts.curve import curve
    from efficace.charts.dot_plot import dot_plot
    from efficace.charts.trend import trend

    if answer.by and answer.by[-1] in ("age", "attempt"):
        return curve(answer)
    if any(row.period for row in answer.rows):
        return trend(answer)
    return dot_plot(answer)
