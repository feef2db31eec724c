"""A figure over periods, with its intervals; one line a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from efficace.charts.theme import DATA, SERIES, axis_format, finished, records

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer

MOST_LINES = len(SERIES)


def trend(answer: Answer) -> Any:
    """Points with intervals over time; many members become small multiples instead of a tangle."""
    import altair as alt

    rows = records(answer)
    members = sorted({row["label"] for row in rows})
    colour: Any = alt.value(DATA)
    if 1 < len(members) <= MOST_LINES:
        colour = alt.Color("label:N", title=None, scale=alt.Scale(domain=members, range=list(SERIES[: len(members)])))
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("period:T", title=None), color=colour)
    value = alt.Y("value:Q", title=answer.unit, axis=alt.Axis(format=axis_format(answer.unit)))
    layers = [base.mark_line(strokeWidth=1.5).encode(y=value), base.mark_circle(size=36, opacity=1).encode(y=value)]
    if any(row.get("low") is not None for row in rows):
        layers.insert(0, base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q", title=answer.unit), y2="high:Q"))
    drawn = alt.layer(*layers)
    if len(members) > MOST_LINES:
        return finished(drawn.properties(width=180, height=90).facet(facet="label:N", columns=4), answer)
    return finished(drawn.properties(width=640, height=280), answer)
