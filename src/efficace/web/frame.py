"""What a page behind the sign-in is made of beside its own part: state of the address, side, filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from efficace.access.rights import may_see_members
from efficace.state.views import views_for
from efficace.web.desk import Desk
from efficace.web.navigation import SIDE, Item, item_of
from efficace.web.place import COMPARISONS, PERIODS, Place, place_of
from efficace.web.render import page
from efficace.web.side import counts
from efficace.web.visitor import Visitor, desk_of

FILTERS = ("team", "rep", "territory", "product", "segment", "source")
"""Dimensions that the bar offers; the address takes every other one too."""


class NothingLoaded(Exception):
    """There is no data yet; the page where it is brought in comes first."""


@dataclass(frozen=True)
class Choice:
    """A dimension of the filter bar: its members, and those chosen."""

    dimension: str
    members: Sequence[tuple[str, str]]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A saved view; only its owner can remove it."""

    id: int
    name: str
    address: str
    is_own: bool


@dataclass(frozen=True)
class Frame:
    """Around every page."""

    place: Place
    here: Item | None
    filters: Sequence[Choice]
    as_of: datetime


def place_at(request: Request) -> Place:
    """The state in the page's address.

    Raises:
        NothingLoaded: If there is no data yet.
        QuestionError: If the address asks what does not exist.
    """
    desk = desk_of(request)
    if desk.project.data.is_empty:
        raise NothingLoaded
    return place_of(request, desk.until, desk.project.config.company.fiscal_year_start)


def framed(
    request: Request, template: str, who: Visitor, place: Place, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> HTMLResponse:
    """A whole page, with side, filter bar and foot."""
    desk = desk_of(request)
    dimensions = list(dict.fromkeys([*FILTERS, *(text.partition("=")[0].rstrip("!") for text in place.where)]))
    filters = [Choice(name, _offered(desk, who, name), place.chosen(name)) for name in dimensions]
    with desk.project.state.open().reading() as transaction:
        views = [
            View(view.id, view.name, f"{view.page}?{view.query}" if view.query else view.page, view.owner_id == who.id)
            for view in views_for(transaction, who.id)
        ]
    frame = Frame(place, item_of(request.url.path), [one for one in filters if one.members], desk.as_of)
    return page(
        request, template, status=status, frame=frame, place=place, side=SIDE, counts=counts(desk, who, place),
        periods=PERIODS, comparisons=COMPARISONS, views=views, **values,
    )  # fmt: skip


def _offered(desk: Desk, who: Visitor, dimension: str) -> Sequence[tuple[str, str]]:
    """Members that the visitor may filter by: persons only where their figures may be seen."""
    privacy = desk.project.config.privacy
    return [one for one in desk.members(dimension) if may_see_members(who.reader, {dimension: one[0]}, privacy)]
