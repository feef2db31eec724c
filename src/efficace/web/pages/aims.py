"""Targets, as the settings page changes them: in the unit of their metric, as people say it."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right, require
from efficace.errors import EfficaceError, QuestionError, nearest
from efficace.state.schema import Target
from efficace.state.targets import Aim, TargetError, remove_target, set_target
from efficace.web.desk import Desk, now
from efficace.web.forms import checked, need
from efficace.web.pages.settings import shown
from efficace.web.typed import read_figure, unit_of
from efficace.web.visitor import Visitor, desk_of

router = APIRouter()


@router.post("/settings/targets")
def aim(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    metric: Annotated[str, Form()],
    value: Annotated[str, Form(max_length=60)],
    starts_on: Annotated[date, Form()],
    last_on: Annotated[date, Form()],
    whom: Annotated[str, Form(max_length=300)] = "company",
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Set or change a target; ``whom`` is a scope and a member, as ``team:north``."""
    need(request, who, Right.TARGETS)
    desk = desk_of(request)
    scope, _, member = whom.partition(":")
    try:
        figure = read_figure(value, _unit(desk, metric), who.language)
        if last_on == date.max:
            raise TargetError("A target ends on a day.")
        allow(desk, who, scope, member)
        wanted = Aim(metric, scope, member, starts_on, last_on + timedelta(days=1))
        with desk.project.state.open().writing() as transaction:
            set_target(transaction, wanted, figure, who.id, now(), version)
    except ValueError as error:
        if not isinstance(error, EfficaceError):
            raise
        return shown(request, who, error, HTTPStatus.BAD_REQUEST)
    return RedirectResponse("/settings#targets", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/targets/{target_id}/remove")
def drop(
    request: Request, target_id: int, who: Annotated[Visitor, Depends(checked)], version: Annotated[int, Form()]
) -> Response:
    """Delete a target."""
    need(request, who, Right.TARGETS)
    with desk_of(request).project.state.open().writing() as transaction:
        found = transaction.get(Target, target_id)
        if found is not None:
            allow(desk_of(request), who, found.scope, found.scope_id)
        remove_target(transaction, target_id, version, who.id, now())
    return RedirectResponse("/settings#targets", status_code=HTTPStatus.SEE_OTHER)


def allow(desk: Desk, who: Visitor, scope: str, member: str) -> None:
    """Refuse targets of members that are not there, and of persons whose figures the visitor may not see.

    Raises:
        Forbidden: If it is somebody else's.
        TargetError: If there is no such member.
    """
    if scope == "rep":
        require(who.reader, Right.TARGETS, desk.project.config.privacy, member)
    if scope in ("team", "territory", "rep", "product") and member not in dict(desk.members(scope)):
        raise TargetError('No {scope} "{member}".', scope=scope, member=member[:60])


def _unit(desk: Desk, metric: str) -> str:
    known = desk.project.metrics.catalogue()
    if metric not in known:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=nearest(metric, known)
        )
    return unit_of(known[metric].unit, desk.project.config.company.currency)
