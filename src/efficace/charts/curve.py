"""A figure along an age or an attempt, with its band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from efficace.charts.axes import Scale, scale_of
from efficace.charts.rows import label_of
from efficace.charts.theme import SERIES, Spec, finished, token

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row

MOST_POINTS = 240
LEAST_WATCHED = 10
"""A curve is drawn as far as so many are watched; further on its table tells."""


def curve(answer: Answer, axis_title: str = "", into: str | None = None) -> Spec:
    """Steps with the pointwise interval as a band; one curve a member, at most as many as there are colours.

    Args:
        axis_title: What the points are.
    """
    rows = watched(answer)
    axis = answer.by[-1]
    least, most = _span(answer, rows)
    scale = scale_of(answer.unit, (least, most), into)
    values = [_point(row, axis, scale, into) for row in rows]
    series = list(dict.fromkeys(value["series"] for value in values))[: len(SERIES)]
    values = [value for value in values if value["series"] in series]
    shades = [token(name) for name in SERIES[: len(series)]]
    legend: Any = {} if len(series) > 1 else None
    colour = {"field": "series", "type": "nominal", "legend": legend, "scale": {"domain": series, "range": shades}}
    x = {"field": axis, "type": "quantitative", "axis": {"title": axis_title or axis, "tickCount": 8},
         "scale": {"nice": False}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "axis": scale.axis(),
         "scale": {"domain": [scale.drawn(least), scale.drawn(most)], "nice": True}}  # fmt: skip
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}
    layers = [
        {"mark": {"type": "area", "opacity": 0.18, "interpolate": "step-after", "clip": True}, "encoding": band},
        {"mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.6},
         "encoding": {"x": x, "y": y, "color": colour}},
    ]  # fmt: skip
    return finished({"data": {"values": values}, "width": "container", "height": 240, "layer": layers}, into)


def watched(answer: Answer) -> list[Row]:
    """The rows that are drawn: one a point, as far as enough are watched, thinned where there are very many."""
    axis = answer.by[-1]
    last: dict[tuple[Any, ...], Row] = {}
    for row in answer.rows:
        if row.value is not None:
            last[tuple(row.members.values())] = row
    rows = list(last.values())
    enough = [row for row in rows if row.n >= LEAST_WATCHED] or rows
    by_series: dict[str, list[Row]] = {}
    for row in enough:
        by_series.setdefault(_series(row, axis), []).append(row)
    return [row for found in by_series.values() for row in thinned(found, MOST_POINTS)]


def thinned(rows: Sequence[Row], most: int) -> list[Row]:
    """Evenly chosen rows, the first and the last among them."""
    if len(rows) <= most:
        return list(rows)
    step = (len(rows) - 1) / (most - 1)
    return [rows[round(number * step)] for number in range(most)]


def _span(answer: Answer, rows: Sequence[Row]) -> tuple[float, float]:
    values = [row.value for row in rows if row.value is not None]
    highs = [row.high for row in rows if row.high is not None]
    if not values:
        return 0.0, 1.0
    most = max(*values, min(max(highs, default=0.0), max(values) * 1.5))
    is_share = answer.unit == "share"
    return min(0.0, *values), (min(most * 1.04, 1.0) if is_share else most * 1.04) or 1.0


def _point(row: Row, axis: str, scale: Scale, into: str | None) -> dict[str, Any]:
    point = row.members[axis]
    return {
        axis: point, "series": _series(row, axis, into), "value": scale.drawn(row.value), "low": scale.drawn(row.low),
        "high": scale.drawn(row.high), "n": row.n,
    }  # fmt: skip


def _series(row: Row, axis: str, into: str | None = None) -> str:
    """The members without the point on the curve."""
    return label_of(row, without=(axis,), into=into) or "all"
