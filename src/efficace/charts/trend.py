"""A figure over periods, with its intervals; the compared time grey beside the present, level and target as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from efficace.charts.axes import Scale, scale_of, spread_of
from efficace.charts.rows import label_of, records, triples
from efficace.charts.theme import SERIES, Spec, finished, token
from efficace.locale import language, translate
from efficace.locale.numbers import format_date, format_value

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer

MOST_LINES = len(SERIES)
TIME_FORMATS = {"day": "%e %b", "week": "%e %b", "month": "%b", "quarter": "%b", "fiscal_quarter": "%b"}
LONGEST_OF_GRAIN = {"day": 1, "week": 7, "month": 31, "quarter": 92, "fiscal_quarter": 92}
TICKS = 9
NARROW = 500
"""Pixels: a narrower picture has no room for words on it."""
PRACTICE_LONGEST = 60
"""Characters of a change of practice on the picture; the table beside it has them all."""
PRACTICE_ROW, PRACTICE_ROWS = 14, 4
"""Pixels from one row of their labels to the next, and rows."""


@dataclass(frozen=True)
class Level:
    """The figure of a whole stretch of time, drawn across it.

    Attributes:
        end: First day after it.
        label: Stands above it.
    """

    start: date
    end: date
    value: float
    low: float | None
    high: float | None
    label: str
    is_present: bool


@dataclass(frozen=True)
class Practice:
    """A change of how work is done or judged, marked where it began.

    Attributes:
        told: What changed, as the table beside the picture says it too.
    """

    on: date
    told: str


def trend(
    answer: Answer,
    levels: Sequence[Level] = (),
    target: float | None = None,
    since: date | None = None,
    into: str | None = None,
    practices: Sequence[Practice] = (),
) -> Spec:
    """Points with intervals over time; many members become small multiples instead of a tangle.

    Args:
        levels: Of the present and the compared stretch.
        since: First day of the present; what is earlier is grey. None = all is present.
        practices: Changes of practice: a thin line each, with its date and what changed.
    """
    members = {label for label in (label_of(row, into=into) for row in answer.rows) if label}
    if len(members) > 1:
        return _of_members(answer, sorted(members), into)
    shown = [level.value for level in levels]
    least, most = spread_of(triples(answer), target, *shown)
    scale = scale_of(answer.unit, (least, most), into)
    rows = [row | {"side": _side(row["period"], since)} for row in records(answer, scale, into)]
    layers = [*_young(answer, rows, into), *_levels(levels, scale), *_points(rows, scale, answer, least, most)]
    layers += [*_target(answer, target, scale, into), *_practices(rows, practices, into)]
    base: Spec = {"data": {"values": rows}, "width": "container", "height": 250}
    return finished({**base, "layer": layers}, into)


def _points(rows: Sequence[dict[str, Any]], scale: Scale, answer: Answer, least: float, most: float) -> list[Spec]:
    x = _time(answer, rows)
    domain = [scale.drawn(least), scale.drawn(most)]
    y = {"field": "value", "type": "quantitative", "axis": scale.axis(), "scale": {"domain": domain, "nice": True}}
    has_limits = any(row["low"] is not None for row in rows)
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 1 if has_limits else 1.6, "opacity": 0.35 if has_limits else 1,
                  "clip": True},
         "encoding": {"x": x, "y": y, "color": _sided("data", "prev")}},
        {"mark": {"type": "circle", "size": 44, "opacity": 1, "clip": True},
         "encoding": {"x": x, "y": y, "color": _sided("data", "prev"), "tooltip": {"field": "told"}}},
    ]  # fmt: skip
    if has_limits:
        limits = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _sided("data-mid", "prev-mid")}
        layers.insert(0, {"mark": {"type": "rule", "strokeWidth": 1.5, "clip": True}, "encoding": limits})
    return layers


def _time(answer: Answer, rows: Sequence[dict[str, Any]]) -> Spec:
    """The axis of time: as many of its periods as fit, the year said where it begins."""
    first = TIME_FORMATS.get(answer.grain, "%Y")
    with_year = "'%b %Y'" if first == "%b" else "'%e %b %Y'"
    told = f"utcFormat(datum.value, '{first}')"
    if first != "%Y":
        is_turn = "datum.index == 0 || (utcmonth(datum.value) == 0 && utcdate(datum.value) <= 7)"
        told = f"{is_turn} ? utcFormat(datum.value, {with_year}) : {told}"
    periods = sorted({row["period"] for row in rows})
    step = -(-len(periods) // TICKS) or 1
    axis = {"title": None, "labelExpr": told, "labelOverlap": True, "labelFlush": True,
            "values": [_instant(period) for period in periods[::step]]}  # fmt: skip
    return {"field": "period", "type": "temporal", "scale": {"type": "utc", "padding": 14}, "axis": axis}


def _instant(day: str) -> Spec:
    year, month, date_ = (int(part) for part in day.split("-"))
    return {"year": year, "month": month, "date": date_, "utc": True}


def _sided(present: str, before: str) -> Spec:
    """Blue for the present, grey for what it is compared with, pale for what is not complete."""
    return {
        "condition": [
            {"test": "datum.is_open", "value": token("pale")},
            {"test": "datum.side == 'before'", "value": token(before)},
        ],
        "value": token(present),
    }


def _side(period: str, since: date | None) -> str:
    return "before" if since is not None and period < since.isoformat() else "present"


def _levels(levels: Sequence[Level], scale: Scale) -> list[Spec]:
    layers = []
    for level in levels:
        name = "data" if level.is_present else "prev"
        value: Spec = {"from": level.start.isoformat(), "to": level.end.isoformat(), "at": scale.drawn(level.value)}
        value |= {"low": scale.drawn(level.low), "high": scale.drawn(level.high), "label": level.label}
        x = {"x": {"field": "from", "type": "temporal"}, "x2": {"field": "to"}}
        parts: list[Spec] = [
            {"mark": {"type": "rule", "color": token(name), "strokeWidth": 1.5, "clip": True},
             "encoding": {**x, "y": {"field": "at", "type": "quantitative"}}},
            {"mark": {"type": "text", "align": "left", "baseline": "top", "color": token("ink-3" if name == "prev"
                      else "accent"), "fontWeight": 600, "dy": -14},
             "encoding": {"x": x["x"], "y": {"value": 0}, "text": {"field": "label"}}},
        ]  # fmt: skip
        if level.low is not None and level.high is not None:
            band = {"type": "rect", "color": token(f"{name}-soft"), "opacity": 0.8, "clip": True}
            y = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
            parts.insert(0, {"mark": band, "encoding": {**x, **y}})
        layers.append({"data": {"values": [value]}, "layer": parts})
    return layers


def _target(answer: Answer, target: float | None, scale: Scale, into: str | None) -> list[Spec]:
    if target is None:
        return []
    spoken = language(into)
    label = translate("target {value}", spoken).format(value=format_value(target, answer.unit, spoken))
    y = {"field": "target", "type": "quantitative"}
    line = {"type": "rule", "color": token("ink"), "strokeDash": [2, 3], "strokeWidth": 1}
    text = {"type": "text", "align": "right", "baseline": "bottom", "dy": -3, "color": token("ink"), "fontWeight": 500}
    return [
        {
            "data": {"values": [{"target": scale.drawn(target), "label": label}]},
            "layer": [
                {"mark": line, "encoding": {"y": y}},
                {"mark": text, "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "label"}}},
            ],
        }
    ]


def _practices(rows: Sequence[dict[str, Any]], practices: Sequence[Practice], into: str | None) -> list[Spec]:
    """Thin lines with date and words at the foot, on a narrow picture the date alone.

    Those of the second half stand left of their line, each on a row of its own.
    """
    if not practices:
        return []
    days = sorted(date.fromisoformat(row["period"]) for row in rows)
    middle = days[0] + (days[-1] - days[0]) / 2
    layers: list[Spec] = []
    for number, one in enumerate(practices):
        day = format_date(one.on, language(into))
        label = f"{day} · {one.told}"
        short = label if len(label) <= PRACTICE_LONGEST else label[: PRACTICE_LONGEST - 1] + "…"
        value = {"on": one.on.isoformat(), "day": day, "label": short, "whole": label}
        x = {"field": "on", "type": "temporal"}
        line = {"type": "rule", "color": token("ink-3"), "strokeWidth": 1, "strokeDash": [1, 2]}
        is_late = one.on > middle
        text = {"type": "text", "align": "right" if is_late else "left", "dx": -4 if is_late else 4,
                "baseline": "bottom", "color": token("ink-2"),
                "text": {"expr": f"width < {NARROW} ? datum.day : datum.label"},
                "y": {"expr": f"height - {4 + PRACTICE_ROW * (number % PRACTICE_ROWS)}"}}  # fmt: skip
        told = {"tooltip": {"field": "whole"}}
        parts: list[Spec] = [{"mark": line, "encoding": {"x": x, **told}}, {"mark": text, "encoding": {"x": x, **told}}]
        layers.append({"data": {"values": [value]}, "layer": parts})
    return layers


def _young(answer: Answer, rows: Sequence[dict[str, Any]], into: str | None) -> list[Spec]:
    """A grey zone over the last periods that are not whole or too young to tell."""
    last = []
    for row in reversed(rows):
        if not row["is_open"]:
            break
        last.append(row)
    if not last:
        return []
    half = timedelta(days=LONGEST_OF_GRAIN.get(answer.grain, 365) / 2)
    zone = {
        "from": (date.fromisoformat(last[-1]["period"]) - half).isoformat(),
        "to": (date.fromisoformat(last[0]["period"]) + half).isoformat(),
        "label": _of_the_young(last, language(into)),
    }
    x, told = {"field": "from", "type": "temporal"}, {"field": "label"}
    text = {"type": "text", "align": "right", "baseline": "bottom", "dx": -3, "dy": -4, "color": token("ink-3")}
    return [
        {
            "data": {"values": [zone]},
            "layer": [
                {"mark": {"type": "rect", "color": token("fill")}, "encoding": {"x": x, "x2": {"field": "to"}}},
                {"mark": text, "encoding": {"x": {**x, "field": "to"}, "y": {"value": "height"}, "text": told}},
            ],
        }
    ]


def _of_the_young(rows: Sequence[dict[str, Any]], into: str) -> str:
    """Why the last periods are no last word: from how much to how much of them is still open, where that is told."""
    shares = [row["still_open"] for row in rows if row["still_open"] is not None]
    if not shares:
        return translate("not complete", into)
    least, most = (format_value(one, "share", into) for one in (min(shares), max(shares)))
    if least == most:
        return translate("{share} still open", into).format(share=least)
    return translate("{least} to {most} still open", into).format(least=least, most=most)


def _of_members(answer: Answer, members: Sequence[str], into: str | None) -> Spec:
    scale = scale_of(answer.unit, spread_of(triples(answer)), into)
    rows = records(answer, scale, into)
    x = _time(answer, rows)
    y = {"field": "value", "type": "quantitative", "axis": scale.axis(), "scale": {"zero": False}}
    colour: Spec = {"value": token("data")}
    if len(members) <= MOST_LINES:
        shades = [token(name) for name in SERIES[: len(members)]]
        colour = {"field": "label", "type": "nominal", "scale": {"domain": list(members), "range": shades}}
    encoding = {"x": x, "y": y, "color": colour}
    limits = {**encoding, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers = [{"mark": {"type": "rule", "opacity": 0.5}, "encoding": limits}] if _has_limits(rows) else []
    layers += [
        {"mark": {"type": "line", "strokeWidth": 1.5}, "encoding": encoding},
        {"mark": {"type": "circle", "size": 36, "opacity": 1}, "encoding": encoding},
    ]
    if len(members) <= MOST_LINES:
        return finished({"data": {"values": rows}, "width": "container", "height": 250, "layer": layers}, into)
    facet = {"field": "label", "type": "nominal", "header": {"title": None}}
    small = {"width": 150, "height": 80, "layer": layers}
    return finished({"data": {"values": rows}, "facet": facet, "columns": 4, "spec": small}, into)


def _has_limits(rows: Sequence[dict[str, Any]]) -> bool:
    return any(row["low"] is not None for row in rows)
