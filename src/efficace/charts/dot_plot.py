"""Members side by side: filled dot shrunken, hollow dot raw, interval as a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from efficace.charts.axes import scale_of, spread_of
from efficace.charts.rows import records, triples, triples_of
from efficace.charts.theme import Spec, finished, lines, token

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer


def dot_plot(answer: Answer, typical: float | None = None, beyond: Sequence[str] = (), into: str | None = None) -> Spec:
    """One line a member, sorted by value.

    Args:
        typical: Drawn as a line through all members.
        beyond: Labels of the members that differ beyond chance: coloured, the rest grey.
    """
    shrunken = triples_of(answer, "shrunken")
    least, most = spread_of([*triples(answer), *shrunken], typical)
    scale = scale_of(answer.unit, (least, most), into)
    rows = [row | {"beyond": row["label"] in beyond} for row in records(answer, scale, into)]
    colour = {"condition": {"test": "datum.beyond", "value": token("warn-data")}, "value": token("prev")}
    pale = {"condition": {"test": "datum.beyond", "value": token("warn-data")}, "value": token("pale")}
    y = {"field": "label", "type": "nominal", "axis": {"title": None, "grid": False, "labelLimit": 190},
         "sort": {"field": "shrunken" if shrunken else "value"}}  # fmt: skip
    domain = [scale.drawn(least), scale.drawn(most)]
    x = {"field": "value", "type": "quantitative", "axis": {**scale.axis(), "orient": "top"},
         "scale": {"zero": False, "domain": domain, "clamp": True}}  # fmt: skip
    low, high = ("shrunken_low", "shrunken_high") if shrunken else ("low", "high")
    layers: list[Spec] = []
    if typical is not None:
        line = {"x": {"datum": scale.drawn(typical), "type": "quantitative"}}
        layers.append({"mark": {"type": "rule", "color": token("line-2")}, "encoding": line})
    layers += [
        {"mark": {"type": "rule"}, "encoding": {"y": y, "x": {**x, "field": low}, "x2": {"field": high},
                                               "color": pale}},
        {"mark": {"type": "point", "size": 36, "filled": not shrunken}, "encoding": {"y": y, "x": x, "color": colour}},
    ]  # fmt: skip
    if shrunken:
        filled = {"y": y, "x": {**x, "field": "shrunken"}, "color": colour}
        layers.append({"mark": {"type": "circle", "size": 55, "opacity": 1}, "encoding": filled})
    size = lines(len({row["label"] for row in rows}), 22)
    return finished({"data": {"values": rows}, **size, "layer": layers}, into)
