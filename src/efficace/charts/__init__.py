"""Pictures of answers: one function a kind, each a Vega-Lite definition.

Colours are named, not given (``var(--data)``): in the page they follow its theme; ``in_theme`` puts them in for
notebooks and files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from efficace.charts.theme import Spec, finished, in_theme, sized

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer

NOTEBOOK_WIDTH = 640


def picture(answer: Answer, into: str | None = None) -> Spec:
    """The picture that fits an answer: a trend over periods, a curve, else a dot plot of its members."""
    from efficace.charts.curve import curve
    from efficace.charts.dot_plot import dot_plot
    from efficace.charts.trend import trend

    if answer.by and answer.by[-1] in ("age", "attempt"):
        return curve(answer, into=into)
    if any(row.period for row in answer.rows):
        return trend(answer, into=into)
    return dot_plot(answer, into=into)


def chart(answer: Answer) -> Any:
    """The picture that fits an answer as an Altair chart in the light theme, for notebooks."""
    import altair as alt

    spec = titled(picture(answer), answer)
    kinds = {"layer": alt.LayerChart, "facet": alt.FacetChart}
    kind = next(made for name, made in kinds.items() if name in spec)
    return kind.from_dict(in_theme(sized(spec, NOTEBOOK_WIDTH), "light"))


def titled(spec: Spec, answer: Answer, into: str | None = None) -> Spec:
    """The same picture with the metric's name and meaning above, for where no page tells them."""
    from efficace.metrics.wording import meaning, metric_name

    name = metric_name(answer.metric, into)
    return {**spec, "title": {"text": name[:1].upper() + name[1:], "subtitle": meaning(answer, into)}}


__all__ = ["Spec", "chart", "finished", "in_theme", "picture", "sized", "titled"]
