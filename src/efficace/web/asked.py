"""What the address of a metric's pages asks beside period and filters: grain, dimension, definition, an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from efficace.errors import QuestionError, nearest
from efficace.metrics.metric import Metric
from efficace.metrics.question import dimensions_of
from efficace.model.time import Grain
from efficace.web.desk import Desk
from efficace.web.frame import place_at
from efficace.web.place import Place
from efficace.web.visitor import desk_of

MIXES = ("segment", "source", "product", "heat")
"""Dimensions whose mix can be evened out between members."""
GRAINS = ("week", "month", "quarter", "year")
FOREMOST = (
    "rep", "team", "territory", "segment", "product", "source", "stage", "heat", "family", "channel", "country",
    "deal_kind", "theme",
)  # fmt: skip
"""Dimensions that most people look at, first; the others follow in the order of their declaration."""


@dataclass(frozen=True)
class Asked:
    """The question of a metric's page.

    Attributes:
        by: The dimension whose members stand side by side; None where the metric has none.
        definition: One of the metric's presets; None = ours.
        option: One setting of the metric as ``name=value``.
        mix: A dimension whose mix is evened out between members, beside their own; None = none.
    """

    metric: Metric
    place: Place
    grain: str
    by: str | None
    definition: str | None
    option: str | None
    mix: str | None = None

    @property
    def path(self) -> str:
        """Of the metric's page."""
        return f"/kpi/{self.metric.id}"

    @property
    def beside(self) -> dict[str, Any]:
        """What every question of the page has beside period and filters."""
        name, _, value = (self.option or "").partition("=")
        return {"definition": self.definition, "settings": {name: value} if name else {}}

    @property
    def evened(self) -> dict[str, Any]:
        """What a question about members has besides where their mix is evened out."""
        return {"adjust": (self.mix,)} if self.mix else {}

    @property
    def needed(self) -> dict[str, Any]:
        """The dimension that the metric cannot be asked without."""
        only = self.metric.only_by
        return {"by": [self.by if self.by in only else only[0]]} if only else {}

    @property
    def is_whole(self) -> bool:
        """Whether the metric has one figure for the period; else it speaks of members only."""
        return not (self.metric.only_by or self.metric.always_by)

    def to(self, page: str = "", **changes: str | None) -> str:
        """The address of a page of the metric that asks the same."""
        return self.place.to(self.path + page, **{**self._kept, **changes})

    @property
    def _kept(self) -> dict[str, str | None]:
        kept = {name: self.place.more.get(name) for name in ("grain", "by", "definition", "set", "mix")}
        return {name: value for name, value in kept.items() if value is not None}


def asked_of(request: Request, metric: str) -> Asked:
    """Read the question of a metric's page from its address.

    Raises:
        NothingLoaded: If there is no data yet.
        QuestionError: If there is no such metric, or the address asks what does not exist.
    """
    place = place_at(request)
    declared = _declared(desk_of(request), metric)
    place = place.grown(metric)
    more = place.more
    definition = _definition(declared, more.get("definition"))
    by = _dimension(declared, more.get("by"))
    return Asked(
        declared, place, _grain(more.get("grain", "month")), by, definition, _option(declared, more.get("set")),
        _mix(declared, by, more.get("mix")),
    )  # fmt: skip


def mixes_of(metric: Metric, by: str | None) -> list[str]:
    """Dimensions whose mix can be evened out between the members of another one."""
    if by is None or metric.only_by or metric.always_by:
        return []
    return [name for name in MIXES if name in dimensions_of(metric) and name != by]


def _mix(metric: Metric, by: str | None, asked: str | None) -> str | None:
    known = mixes_of(metric, by)
    if asked is None or asked == by:
        return None
    if asked not in known:
        raise QuestionError(
            '{metric} cannot be told as if all had the same mix of "{dimension}".{nearest}',
            metric=metric.id, dimension=asked, nearest=nearest(asked, known),
        )  # fmt: skip
    return asked


def offered(metric: Metric) -> list[str]:
    """Dimensions by which its members stand side by side, the most useful first; a curve has a picture of its own."""
    found = [name for name in dimensions_of(metric) if name != metric.curve]
    wanted = [*metric.only_by, *metric.always_by, *FOREMOST]
    return sorted(found, key=lambda name: wanted.index(name) if name in wanted else len(wanted))


def _declared(desk: Desk, metric: str) -> Metric:
    known: Mapping[str, Metric] = desk.project.metrics.catalogue()
    if metric not in known:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=nearest(metric, known)
        )
    return known[metric]


def _grain(asked: str) -> str:
    grains = [str(grain) for grain in Grain if grain is not Grain.ALL]
    if asked not in grains:
        raise QuestionError('No grain "{grain}".{nearest}', grain=asked, nearest=nearest(asked, grains))
    return asked


def _dimension(metric: Metric, asked: str | None) -> str | None:
    names = offered(metric)
    if asked is None:
        return names[0] if names else None
    if asked not in names:
        raise QuestionError(
            '{metric} cannot be asked by "{dimension}".{nearest}',
            metric=metric.id, dimension=asked, nearest=nearest(asked, names),
        )  # fmt: skip
    return asked


def _definition(metric: Metric, asked: str | None) -> str | None:
    if asked in (None, "", "default"):
        return None
    if asked not in metric.presets:
        known = nearest(str(asked), metric.presets)
        raise QuestionError('{id} has no definition "{name}".{known}', id=metric.id, name=asked, known=known)
    return asked


def _option(metric: Metric, asked: str | None) -> str | None:
    if not asked:
        return None
    name = asked.partition("=")[0]
    if name not in metric.options:
        raise QuestionError(
            'No setting "{name}" for {id}.{hint}', name=name, id=metric.id, hint=nearest(name, metric.options)
        )
    return asked
