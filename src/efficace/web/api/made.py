"""What people make, as JSON: targets, notes and saved views."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from efficace.access.rights import Forbidden, Reader, Right, may_see_members, require
from efficace.errors import QuestionError, nearest
from efficace.state.notes import notes_about, write_note
from efficace.state.schema import Target
from efficace.state.targets import Aim, remove_target, set_target, targets
from efficace.state.views import ViewDraft, remove_view, save_view, views_for
from efficace.web.api.caller import Caller, need
from efficace.web.desk import Desk, now
from efficace.web.visitor import desk_of

router = APIRouter(tags=["made by people"])


class NewTarget(BaseModel):
    """What a metric should reach within ``[starts_on, ends_on)``."""

    metric: str = Field(max_length=100)
    value: float
    starts_on: date
    ends_on: date
    scope: str = Field("company", max_length=20)
    scope_id: str = Field("", max_length=200)
    version: int | None = None


class NewView(BaseModel):
    """A page with its filters under a name."""

    name: str = Field(max_length=200)
    page: str = Field(max_length=200, pattern=r"^/([^/\\\s][^\\\s]*)?$")
    query: str = Field("", max_length=4000)
    shared: bool = False


@router.get("/targets")
def all_targets(request: Request, reader: Caller, metric: str | None = None) -> list[dict[str, Any]]:
    """The targets, or those of one metric."""
    need(desk_of(request), reader, Right.GROUPS)
    with desk_of(request).project.state.open().reading() as transaction:
        found = [one for one in targets(transaction, metric) if _may_see(desk_of(request), reader, one)]
        return [_target(one) for one in found]


@router.put("/targets")
def put_target(request: Request, reader: Caller, given: NewTarget) -> dict[str, Any]:
    """Set a target, or change the one of the same aim; ``version`` is that of the one that was seen."""
    desk = desk_of(request)
    need(desk, reader, Right.TARGETS)
    _known(desk, given.metric)
    if given.scope == "rep":
        require(reader, Right.TARGETS, desk.project.config.privacy, given.scope_id)
    aim = Aim(given.metric, given.scope, given.scope_id, given.starts_on, given.ends_on)
    with desk.project.state.open().writing() as transaction:
        return _target(set_target(transaction, aim, given.value, reader.user_id, now(), given.version))


@router.delete("/targets/{target_id}")
def delete_target(request: Request, reader: Caller, target_id: int, version: int) -> dict[str, bool]:
    """Delete a target as it was seen."""
    need(desk_of(request), reader, Right.TARGETS)
    with desk_of(request).project.state.open().writing() as transaction:
        found = transaction.get(Target, target_id) if abs(target_id) < 2**31 else None
        if found is not None and not _may_see(desk_of(request), reader, found):
            raise Forbidden("This account may not see figures of this person.")
        remove_target(transaction, target_id, version, reader.user_id, now())
    return {"removed": True}


@router.get("/kpi/{metric}/notes")
def notes(request: Request, reader: Caller, metric: str) -> list[dict[str, Any]]:
    """Notes on a figure, in threads."""
    need(desk_of(request), reader, Right.GROUPS)
    with desk_of(request).project.state.open().reading() as transaction:
        return [_note(one) for one in notes_about(transaction, _about(desk_of(request), metric))]


@router.post("/kpi/{metric}/notes", status_code=201)
def add_note(
    request: Request, reader: Caller, metric: str, text: Annotated[str, Body(embed=True, max_length=4000)]
) -> dict[str, Any]:
    """Ask or remark something about a figure."""
    need(desk_of(request), reader, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        return _note(write_note(transaction, _about(desk_of(request), metric), reader.user_id, text, now()))


@router.get("/views")
def views(request: Request, reader: Caller) -> list[dict[str, Any]]:
    """One's own saved views and those that others share."""
    need(desk_of(request), reader, Right.GROUPS)
    with desk_of(request).project.state.open().reading() as transaction:
        return [_view(one) for one in views_for(transaction, reader.user_id)]


@router.post("/views", status_code=201)
def add_view(request: Request, reader: Caller, given: NewView) -> dict[str, Any]:
    """Save a view; one of the same name is replaced."""
    need(desk_of(request), reader, Right.VIEWS)
    draft = ViewDraft(given.name, given.page, given.query, given.shared)
    with desk_of(request).project.state.open().writing() as transaction:
        return _view(save_view(transaction, reader.user_id, draft, now()))


@router.delete("/views/{view_id}")
def delete_view(request: Request, reader: Caller, view_id: int) -> dict[str, bool]:
    """Delete a view of one's own."""
    need(desk_of(request), reader, Right.VIEWS)
    with desk_of(request).project.state.open().writing() as transaction:
        remove_view(transaction, reader.user_id, view_id)
    return {"removed": True}


def _may_see(desk: Desk, reader: Reader, target: Target) -> bool:
    """Whether a target is of a group, or of a person whose figures may be seen."""
    privacy = desk.project.config.privacy
    return target.scope != "rep" or may_see_members(reader, {"rep": target.scope_id}, privacy)


def _known(desk: Desk, metric: str) -> None:
    known = desk.project.metrics.catalogue()
    if metric not in known:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=nearest(metric, known)
        )


def _about(desk: Desk, metric: str) -> str:
    _known(desk, metric)
    return f"/kpi/{metric}"


def _target(one: Any) -> dict[str, Any]:
    return _plain(one, "id", "metric", "scope", "scope_id", "starts_on", "ends_on", "value", "version")


def _note(one: Any) -> dict[str, Any]:
    return _plain(one, "id", "answers", "author_id", "text", "created_at", "changed_at")


def _view(one: Any) -> dict[str, Any]:
    return _plain(one, "id", "name", "page", "query", "shared", "changed_at")


def _plain(one: Any, *names: str) -> dict[str, Any]:
    return {name: _text(getattr(one, name)) for name in names}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
