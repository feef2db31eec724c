"""A figure along an age or an attempt, with its band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from efficace.charts.theme import SERIES, axis_format, finished, records

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer


def curve(answer: Answer) -> Any:
    """Steps with the pointwise interval as a band; one curve a member."""
    import altair as alt

    axis = answer.by[-1]
    rows = [row | {"series": _series(row["label"])} for row in records(answer)]
    series = sorted({row["series"] for row in rows})
    shades = [SERIES[number % len(SERIES)] for number in range(len(series))]
    colour = alt.Color("series:N", title=None, scale=alt.Scale(domain=series, range=shades))
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X(f"{axis}:Q", title=axis), color=colour)
    value = alt.Y("value:Q", title=answer.unit, axis=alt.Axis(format=axis_format(answer.unit)))
    band = base.mark_area(opacity=0.18, interpolate="step-after").encode(
        y=alt.Y("low:Q", title=answer.unit), y2="high:Q"
    )
    line = base.mark_line(interpolate="step-after").encode(y=value)
    return finished(alt.layer(band, line).properties(width=640, height=280), answer)


def _series(label: str) -> str:
    """The members without the point on the curve, which comes last."""
    return label.rpartition(" · ")[0] or "all"
