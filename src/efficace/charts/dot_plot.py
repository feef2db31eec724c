"""Members side by side: filled dot shrunken, hollow dot raw, interval as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from efficace.charts.theme import DATA, DATA_MID, INK, axis_format, finished, records

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer


def dot_plot(answer: Answer) -> Any:
    """One line a member, sorted by value."""
    import altair as alt

    rows = records(answer)
    is_shrunken = any(row.get("shrunken") is not None for row in rows)
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("label:N", sort="x", title=None))
    axis = alt.Axis(format=axis_format(answer.unit))
    x = alt.X("value:Q", title=answer.unit, axis=axis, scale=alt.Scale(zero=False))
    low, high = ("shrunken_low:Q", "shrunken_high:Q") if is_shrunken else ("low:Q", "high:Q")
    layers = [base.mark_rule(color=DATA_MID).encode(x=alt.X(low, title=answer.unit), x2=high)]
    layers.append(base.mark_point(color=INK, size=40, filled=not is_shrunken).encode(x=x))
    if is_shrunken:
        layers.append(base.mark_circle(color=DATA, size=55, opacity=1).encode(x="shrunken:Q"))
    return finished(alt.layer(*layers).properties(width=480, height=alt.Step(22)), answer)
