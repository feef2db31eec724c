"""How all charts look: tokens of the light theme, quiet axes, and the flat rows that charts draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    from efficace.metrics.answer import Answer

INK, INK_3, LINE = "#17191d", "#5f656f", "#e5e5e0"
DATA, DATA_MID, PREVIOUS = "#2a64bf", "#7aa0dc", "#8a9099"
SERIES = ("#2a64bf", "#d2600c", "#155e45", "#7d2f6b", "#8a9099")
FONT = "Inter, system-ui, sans-serif"


def finished(chart: alt.LayerChart | alt.Chart, answer: Answer) -> alt.LayerChart | alt.Chart:
    """Give a chart its title and the theme."""
    return (
        chart.properties(title={"text": answer.metric.replace("_", " "), "subtitle": answer.meaning["en"]})
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(gridColor=LINE, domainColor=LINE, tickColor=LINE, labelColor=INK_3, titleColor=INK_3)
        .configure_title(anchor="start", color=INK, subtitleColor=INK_3, fontSize=15)
    )


def records(answer: Answer) -> list[dict[str, Any]]:
    """The rows that have a value, with a label for their members."""
    found = []
    for flat, row in zip(answer.to_dicts(), answer.rows, strict=True):
        if row.value is not None:
            names = [row.names.get(name) or str(member) for name, member in row.members.items()]
            found.append(flat | {"label": " · ".join(names)})
    return found


def axis_format(unit: str) -> str:
    """Number format of a value axis."""
    return ".0%" if unit == "share" else ",.3~s"
