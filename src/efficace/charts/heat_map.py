"""Cohorts by age: a row a start month, a column an age, the number in each cell."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from efficace.charts.theme import Spec, finished, lines, token
from efficace.locale.numbers import format_period, format_value

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row

STEPS = 6
DEEP = 5
"""From this step on the number in a cell is white."""
NARROWEST = 21
"""Pixels of a cell that its number needs; in narrower ones it is left to the table."""
FEW = 10
"""Cells that fewer customers stand behind are pale."""


def heat_map(answer: Answer, rows: str, columns: str, axis_title: str = "", into: str | None = None) -> Spec:
    """The value by the members of two dimensions; cells that nobody has watched stay blank."""
    found = [row for row in answer.rows if row.value is not None]
    values = [row.value or 0.0 for row in found]
    least, most = (min(values), max(values)) if values else (0.0, 1.0)
    cells = [_cell(row, rows, columns, least, most, answer.unit, into) for row in found]
    names = list(dict.fromkeys(cell["row"] for cell in cells))
    axis = {"title": axis_title, "orient": "top", "labelAngle": 0, "labelOverlap": True, "domain": False}
    x = {"field": columns, "type": "ordinal", "axis": axis}
    y = {"field": "row", "type": "nominal", "sort": names, "axis": {"title": None, "grid": False}}
    shades = [token(f"heat-{step}") for step in range(1, STEPS + 1)]
    scale = {"domain": list(range(1, STEPS + 1)), "range": shades}
    colour = {
        "condition": {"test": f"datum.n < {FEW}", "value": token("fill")},
        "field": "step", "type": "ordinal", "legend": None, "scale": scale,
    }  # fmt: skip
    ink = {
        "condition": [
            {"test": f"datum.n < {FEW}", "value": token("ink-2")},
            {"test": f"datum.step >= {DEEP}", "value": token("on-deep-heat")},
        ],
        "value": token("on-heat"),
    }
    needed = NARROWEST * len({row.members[columns] for row in found})
    opacity = {"condition": {"test": f"width < {needed}", "value": 0}, "value": 1}
    numbers = {"text": {"field": "told"}, "color": ink, "opacity": opacity}
    layers = [
        {"mark": {"type": "rect", "color": token("bg")}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "rect", "stroke": token("bg")}, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "text", "fontSize": 10}, "encoding": {"x": x, "y": y, **numbers}},
    ]  # fmt: skip
    return finished({"data": {"values": cells}, **lines(len(names), 22), "layer": layers}, into)


def _cell(row: Row, rows: str, columns: str, least: float, most: float, unit: str, into: str | None) -> dict[str, Any]:
    value = row.value or 0.0
    share = (value - least) / ((most - least) or 1.0)
    member = row.members[rows]
    name = format_period(member, "month", into) if isinstance(member, date) else row.names.get(rows) or str(member)
    told = f"{round(value * 100)}" if unit == "share" else format_value(value, unit, into)
    step = 1 + min(int(share * STEPS), STEPS - 1)
    return {"row": name, columns: row.members[columns], "value": value, "told": told, "step": step, "n": row.n}
