"""From one figure to another by what moved it: floating bars that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from efficace.charts.axes import Scale, scale_of
from efficace.charts.theme import Spec, finished, token
from efficace.locale.numbers import format_change, format_value

NARROWEST = 56
"""Pixels of a bar's room that its figure needs; in narrower ones it is left to the table."""


@dataclass(frozen=True)
class Move:
    """One bar of a bridge.

    Attributes:
        value: The whole figure, or how far it moves.
        is_whole: Whether the bar stands on the ground.
        is_good: Whether the move is for the better; None where that cannot be said.
    """

    label: str
    value: float
    is_whole: bool = False
    is_good: bool | None = None


def bridge(moves: Sequence[Move], unit: str, into: str | None = None) -> Spec:
    """Bars from left to right, each beginning where the one before ended."""
    ends = _ends(moves)
    scale = scale_of(unit, [end for pair in ends for end in pair], into)
    rows = [_bar(move, first, last, scale, unit, into) for move, (first, last) in zip(moves, ends, strict=True)]
    x = {"field": "label", "type": "nominal", "sort": None,
         "axis": {"title": None, "labelAngle": 0, "labelLimit": 90, "labelOverlap": True}}  # fmt: skip
    y = {"field": "first", "type": "quantitative", "axis": scale.axis()}
    shades = {"whole": "prev", "better": "data", "worse": "warn-data", "plain": "prev-mid"}
    colour = {"field": "kind", "type": "nominal", "legend": None,
              "scale": {"domain": list(shades), "range": [token(name) for name in shades.values()]}}  # fmt: skip
    bars = {"x": x, "y": y, "y2": {"field": "last"}, "color": colour}
    text = {"x": x, "y": {"field": "top", "type": "quantitative"}, "text": {"field": "told"}}
    text["opacity"] = {"condition": {"test": f"width < {NARROWEST * len(rows)}", "value": 0}, "value": 1}
    layers = [
        {"mark": {"type": "bar", "size": 34}, "encoding": bars},
        {"mark": {"type": "text", "dy": -7, "color": token("ink")}, "encoding": text},
    ]
    return finished({"data": {"values": rows}, "width": "container", "height": 230, "layer": layers}, into)


def _ends(moves: Sequence[Move]) -> list[tuple[float, float]]:
    """Where each bar begins and ends."""
    at, found = 0.0, []
    for move in moves:
        begin = 0.0 if move.is_whole else at
        at = begin + move.value
        found.append((begin, at))
    return found


def _bar(move: Move, first: float, last: float, scale: Scale, unit: str, into: str | None) -> dict[str, Any]:
    kind = "whole" if move.is_whole else {True: "better", False: "worse", None: "plain"}[move.is_good]
    told = format_value(move.value, unit, into) if move.is_whole else format_change(move.value, unit, into)
    return {
        "label": move.label, "first": scale.drawn(first), "last": scale.drawn(last),
        "top": scale.drawn(max(first, last)), "kind": kind, "told": told,
    }  # fmt: skip
