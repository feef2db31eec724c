"""What becomes of what has begun, by age: won up from the ground, lost down from the top, open the gap between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from efficace.charts.curve import watched
from efficace.charts.theme import Spec, finished, token
from efficace.locale import language, translate
from efficace.locale.numbers import format_number, format_share

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row

SETTLED = 0.99
"""Share of all ends that the picture shows; the table goes on."""
LEAST_POINTS = 20
LOST = "lost"
"""The estimate beside the value that counts the other end."""


def incidence(answer: Answer, half_at: float | None = None, axis_title: str = "", into: str | None = None) -> Spec:
    """Competing ends by age.

    Args:
        answer: The share won by each age, with the share lost as its estimate ``lost``.
        half_at: Age by which half of what is won in the end is won; marked.
    """
    axis, spoken = answer.by[-1], language(into)
    values = _told([_point(row, axis) for row in watched(answer)])
    x = {"field": axis, "type": "quantitative", "axis": {"title": axis_title or axis, "tickCount": 8},
         "scale": {"nice": False}}  # fmt: skip
    y = {"type": "quantitative", "axis": {"title": None, "format": ".0%", "tickCount": 5},
         "scale": {"domain": [0, 1]}}  # fmt: skip
    step = "step-after"
    lost = {"x": x, "y": {**y, "field": "lost_from"}, "y2": {"field": "top"}}
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "area", "interpolate": step, "color": token("prev-soft")}, "encoding": lost},
        {"mark": {"type": "line", "interpolate": step, "color": token("prev"), "strokeWidth": 1.2},
         "encoding": {"x": x, "y": {**y, "field": "lost_from"}}},
        {"mark": {"type": "area", "interpolate": step, "color": token("data-soft")}, "encoding": band},
        {"mark": {"type": "line", "interpolate": step, "color": token("data"), "strokeWidth": 2},
         "encoding": {"x": x, "y": {**y, "field": "won"}}},
    ]  # fmt: skip
    layers += _labels(values, axis, spoken)
    if half_at is not None:
        layers.append(_half(values, axis, half_at, spoken))
    return finished({"data": {"values": values}, "width": "container", "height": 260, "layer": layers}, into)


def _point(row: Row, axis: str) -> dict[str, Any]:
    lost = row.estimates.get(LOST, {}).get("value") or 0.0
    return {
        axis: row.members[axis], "won": row.value, "low": row.low, "high": row.high, "lost_from": 1.0 - lost,
        "top": 1.0, "n": row.n,
    }  # fmt: skip


def _told(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points up to the age from which on hardly anything ends any more."""
    ended = [value["won"] + 1.0 - value["lost_from"] for value in values]
    most = SETTLED * max(ended, default=0.0)
    last = next((number for number, share in enumerate(ended) if share >= most), len(values))
    return values[: max(last + 1, min(len(values), LEAST_POINTS))]


def _labels(values: list[dict[str, Any]], axis: str, spoken: str) -> list[Spec]:
    if not values:
        return []
    last, early = values[-1], values[len(values) // 8]
    won = translate("won: {share}", spoken).format(share=format_share(last["won"], spoken))
    lost = translate("lost: {share}, read from the top", spoken).format(
        share=format_share(1 - last["lost_from"], spoken)
    )
    told = [
        {axis: last[axis], "at": last["won"], "text": won, "shade": "won"},
        {axis: last[axis], "at": (1 + last["lost_from"]) / 2, "text": lost, "shade": "lost"},
        {axis: early[axis], "at": (early["won"] + early["lost_from"]) / 2, "text": translate("still open", spoken),
         "shade": "open"},
    ]  # fmt: skip
    colour = {"condition": {"test": "datum.shade == 'won'", "value": token("accent")}, "value": token("ink-2")}
    place = {"x": {"field": axis, "type": "quantitative"}, "y": {"field": "at", "type": "quantitative"}}
    side = {"expr": "datum.shade == 'open' ? 'left' : 'right'"}
    mark = {
        "type": "text",
        "align": side,
        "dx": {"expr": "datum.shade == 'open' ? 8 : -8"},
        "dy": 14,
        "fontWeight": 500,
    }
    return [{"data": {"values": told}, "mark": mark, "encoding": {**place, "text": {"field": "text"}, "color": colour}}]


def _half(values: list[dict[str, Any]], axis: str, half_at: float, spoken: str) -> Spec:
    reached = [value["won"] for value in values if value[axis] <= half_at]
    label = translate("half of them by day {day}", spoken).format(day=format_number(half_at, spoken))
    point = {axis: half_at, "at": reached[-1] if reached else 0.0, "ground": 0.0, "label": label}
    x, y = {"field": axis, "type": "quantitative"}, {"field": "at", "type": "quantitative"}
    text = {"type": "text", "align": "left", "dx": 6, "dy": 10, "color": token("ink")}
    dot = {"type": "circle", "size": 50, "opacity": 1, "color": token("data")}
    return {
        "data": {"values": [point]},
        "layer": [
            {"mark": {"type": "rule", "color": token("ink")}, "encoding": {"x": x, "y": y, "y2": {"field": "ground"}}},
            {"mark": dot, "encoding": {"x": x, "y": y}},
            {"mark": text, "encoding": {"x": x, "y": y, "text": {"field": "label"}}},
        ],
    }
