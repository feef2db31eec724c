"""Figures of one unit under each other, each with its interval: shares reached by a horizon, rungs of an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efficace.charts.axes import scale_of
from efficace.charts.theme import Spec, finished, lines, token
from efficace.locale.numbers import format_value

NARROW = 300
"""Pixels: in a narrower picture numbers stand above the ends, as there is no room behind the last one."""
ROOM = 1.12
"""How much wider than its figures the axis is, so that the numbers beside them fit."""


@dataclass(frozen=True)
class Rung:
    """One figure of a ladder."""

    label: str
    value: float
    low: float | None
    high: float | None


def ladder(rungs: Sequence[Rung], unit: str, into: str | None = None) -> Spec:
    """A line from the ground to each figure, its interval over it, the number beside."""
    most = max([rung.high or rung.value for rung in rungs], default=1.0)
    scale = scale_of(unit, [most], into)
    rows = [
        {"label": rung.label, "value": scale.drawn(rung.value), "low": scale.drawn(rung.low),
         "high": scale.drawn(rung.high), "told": format_value(rung.value, unit, into),
         "end": scale.drawn(rung.high if rung.high is not None else rung.value)}
        for rung in rungs
    ]  # fmt: skip
    y = {"field": "label", "type": "nominal", "sort": None,
         "axis": {"title": None, "grid": False, "labelLimit": 200, "labelFontSize": 12}}  # fmt: skip
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": scale.axis(),
        "scale": {"domain": [0, scale.drawn(most * ROOM)]},
    }
    limits = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    told = {"y": y, "x": {**x, "field": "end"}, "text": {"field": "told"}}
    layers = [
        {"mark": {"type": "bar", "size": 2, "color": token("line-2")}, "encoding": {"y": y, "x": x}},
        {"mark": {"type": "rule", "strokeWidth": 3, "color": token("data-mid")}, "encoding": limits},
        {"mark": {"type": "circle", "size": 60, "opacity": 1, "color": token("data")}, "encoding": {"y": y, "x": x}},
        {"mark": {"type": "text", "color": token("ink"), **_beside()}, "encoding": told},
    ]
    return finished({"data": {"values": rows}, **lines(len(rows), 28), "layer": layers}, into)


def _beside() -> Spec:
    """Where a number stands: behind the end of its line, or above it."""
    is_narrow = f"width < {NARROW}"
    places = {"align": ("'right'", "'left'"), "dx": ("6", "8"), "dy": ("-10", "0")}
    return {name: {"expr": f"{is_narrow} ? {narrow} : {wide}"} for name, (narrow, wide) in places.items()}
