"""Geometry of the small marks in cards and tables: sparklines, bullets and dots, drawn as SVG by templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Number = float | None


@dataclass(frozen=True)
class Sparkline:
    """A line of months in a box of ``WIDTH`` by ``HEIGHT``.

    Attributes:
        before: Path of the compared months; empty where there are none.
        present: Path of the present ones.
        band: Outline of their intervals.
        end: Where the last point lies.
    """

    before: str
    present: str
    before_band: str
    band: str
    end: tuple[float, float] | None


WIDTH, HEIGHT, EDGE = 176.0, 34.0, 3.0


def sparkline(
    before: Sequence[tuple[Number, Number, Number]], present: Sequence[tuple[Number, Number, Number]]
) -> Sparkline | None:
    """Lay out compared and present months, each as (value, low, high); None under two points.

    The scale is that of the values with half a margin, so that one wide interval does not flatten the line.
    """
    rows = [*before, *present]
    values = [value for value, _low, _high in rows if value is not None]
    if len(values) < 2:
        return None
    margin = (max(values) - min(values)) * 0.25 or abs(values[0]) * 0.1 or 1.0
    least, most = min(values) - margin, max(values) + margin
    step = (WIDTH - 2 * EDGE) / max(len(rows) - 1, 1)

    def at(number: int, value: float) -> tuple[float, float]:
        inside = min(max(value, least), most)
        height = (inside - least) / (most - least) * (HEIGHT - 2 * EDGE)
        return round(EDGE + number * step, 1), round(HEIGHT - EDGE - height, 1)

    first = [at(number, row[0]) if row[0] is not None else None for number, row in enumerate(before)]
    then = [at(len(before) + number, row[0]) if row[0] is not None else None for number, row in enumerate(present)]
    ends = [point for point in then if point is not None]
    return Sparkline(
        before=_path(first),
        present=_path(then),
        before_band=_band(before, 0, at),
        band=_band(present, len(before), at),
        end=ends[-1] if ends else None,
    )


@dataclass(frozen=True)
class Bar:
    """A figure on a track: its interval and its dot, in shares of the track from 0 to 1; None where off it."""

    low: float
    high: float
    dot: float
    tick: Number = None
    is_off: bool = False


def bullet(value: float, low: Number, high: Number, target: float, before: Number, *, lower_is_better: bool) -> Bar:
    """A figure beside its target: the track runs from 42 % worse to 18 % better than it, the target always at 0.7.

    Where the target is 0 the track spans the figure's own size.
    """
    scale = abs(target) or abs(value) or 1.0
    sign = -1.0 if lower_is_better else 1.0

    def place(figure: float) -> float:
        return 0.7 + sign * (figure - target) / scale / 0.6

    return _bar(place, value, low, high, before)


def dot(value: float, low: Number, high: Number, least: float, most: float, tick: Number = None) -> Bar:
    """A figure on a scale that several rows share."""
    span = (most - least) or 1.0
    return _bar(lambda figure: (figure - least) / span, value, low, high, tick)


def scale_of(rows: Sequence[tuple[Number, Number, Number]]) -> tuple[float, float]:
    """A scale for figures with intervals: wide enough for all figures, but a few wide intervals do not rule it."""
    values = sorted(value for value, _low, _high in rows if value is not None)
    if not values:
        return 0.0, 1.0
    reach = (values[-1] - values[0]) or abs(values[0]) * 0.2 or 1.0
    lows = [low for _value, low, _high in rows if low is not None]
    highs = [high for _value, _low, high in rows if high is not None]
    least = max(min([*lows, values[0]]), values[0] - reach)
    most = min(max([*highs, values[-1]]), values[-1] + reach)
    return (least, most) if most > least else (least - 0.5, most + 0.5)


def _bar(place: Callable[[float], float], value: float, low: Number, high: Number, tick: Number) -> Bar:
    at = place(value)
    ends = sorted(place(end) if end is not None else at for end in (low, high))
    before = None if tick is None else _inside(place(tick))
    return Bar(_inside(ends[0]), _inside(ends[1]), _inside(at), before, is_off=not 0 <= at <= 1)


def _inside(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 4)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Connected points; a gap where a month has no figure."""
    parts, is_drawing = [], False
    for point in points:
        if point is None:
            is_drawing = False
            continue
        parts.append(f"{'L' if is_drawing else 'M'}{point[0]} {point[1]}")
        is_drawing = True
    return "".join(parts)


def _band(
    rows: Sequence[tuple[Number, Number, Number]], shift: int, at: Callable[[int, float], tuple[float, float]]
) -> str:
    numbered = [(number, low, high) for number, (_value, low, high) in enumerate(rows, shift)]
    upper = [at(number, high) for number, low, high in numbered if low is not None and high is not None]
    lower = [at(number, low) for number, low, high in reversed(numbered) if low is not None and high is not None]
    if len(upper) < 2:
        return ""
    return "M" + "L".join(f"{x} {y}" for x, y in [*upper, *lower]) + "Z"
