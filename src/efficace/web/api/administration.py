"""Accounts, settings and who changed or saw what, as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, Field

from efficace.access.rights import Right
from efficace.config import changes_of
from efficace.errors import ConfigError, nearest
from efficace.state.audit import person_views
from efficace.state.changes import changes_made, note_change
from efficace.state.setup_links import password_link
from efficace.state.users import add_user, set_role, set_teams, teams_of, user_named, users
from efficace.web import kept_settings
from efficace.web.account_changes import act, state_of_account, told
from efficace.web.api.caller import Caller, need
from efficace.web.bringing import intakes_of
from efficace.web.changeable import BY_NAME, present
from efficace.web.desk import now
from efficace.web.visitor import desk_of

router = APIRouter(tags=["administration"])

Login = Annotated[str, Path(max_length=254)]
Most = Annotated[int, Query(ge=1, le=10_000)]


class NewUser(BaseModel):
    """An account to be made."""

    login: str = Field(max_length=254)
    role: str = Field(max_length=20)
    name: str = Field("", max_length=200)
    rep: str | None = Field(None, max_length=200)
    teams: list[str] = Field(default_factory=list, max_length=200)


class UserChange(BaseModel):
    """What is to be different of an account; what is left out stays."""

    role: str | None = Field(None, max_length=20)
    teams: list[str] | None = Field(None, max_length=200)
    action: Literal["close", "open", "sign_out"] | None = None


@router.get("/users")
def all_users(request: Request, reader: Caller) -> list[dict[str, Any]]:
    """All accounts."""
    need(desk_of(request), reader, Right.USERS)
    with desk_of(request).project.state.open().reading() as transaction:
        return [
            {"login": one.login, "name": one.name, "role": one.role, "rep": one.rep_id,
             "teams": list(teams_of(transaction, one)), "state": state_of_account(one)}
            for one in users(transaction)
        ]  # fmt: skip


@router.post("/users", status_code=201)
def add(request: Request, reader: Caller, given: NewUser) -> dict[str, Any]:
    """Make an account; ``setup`` is the path at which its owner chooses a password, once, within 24 hours."""
    need(desk_of(request), reader, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = add_user(transaction, given.login, given.role, now(), given.name, given.rep, given.teams)
        note_change(transaction, "account", user.login, None, told(transaction, user), reader.user_id, now())
        return {"login": user.login, "setup": f"/setup/{password_link(transaction, user, now())}"}


@router.patch("/users/{login}")
def change(request: Request, reader: Caller, login: Login, given: UserChange) -> dict[str, Any]:
    """Change role or teams, close or open an account, end its sessions."""
    need(desk_of(request), reader, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = user_named(transaction, login)
        before = told(transaction, user)
        if given.role is not None:
            set_role(transaction, user, given.role)
        if given.teams is not None:
            set_teams(transaction, user, given.teams)
        if given.action is not None:
            act(transaction, user, given.action)
        after = told(transaction, user)
        note_change(transaction, "account", user.login, before, after, reader.user_id, now())
        return {"login": user.login, **after}


@router.get("/settings")
def settings(request: Request, reader: Caller) -> dict[str, Any]:
    """The settings that the app changes, and those among them that differ from ``efficace.yaml``."""
    desk = desk_of(request)
    need(desk, reader, Right.SETTINGS)
    now_set = {name: present(desk.project.config, name) for name in BY_NAME}
    return {"settings": now_set, "changed": changes_of(desk.project.folder)}


@router.patch("/settings")
def change_settings(request: Request, reader: Caller, given: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """Set settings as ``efficace.yaml`` would have them; null leaves one to that file again."""
    desk = desk_of(request)
    need(desk, reader, Right.SETTINGS)
    for name in given:
        if name not in BY_NAME:
            raise ConfigError('No setting "{name}".{hint}', name=name[:100], hint=nearest(name, BY_NAME))
    if given:
        kept_settings.change(desk, intakes_of(request), given, reader.user_id)
    return {"changed": changes_of(desk.project.folder)}


@router.get("/changes")
def history(request: Request, reader: Caller, limit: Most = 100) -> list[dict[str, Any]]:
    """Who changed which setting, target or account, the latest first."""
    need(desk_of(request), reader, Right.SETTINGS)
    with desk_of(request).project.state.open().reading() as transaction:
        return [{**vars(one), "at": one.at.isoformat()} for one in changes_made(transaction, limit)]


@router.get("/person-views")
def looks(
    request: Request, reader: Caller, rep: Annotated[str | None, Query(max_length=200)] = None, limit: Most = 100
) -> list[dict[str, Any]]:
    """Who saw the figures of which person, by which way, the latest first."""
    need(desk_of(request), reader, Right.AUDIT)
    with desk_of(request).project.state.open().reading() as transaction:
        return [
            {"at": one.at.isoformat(), "viewer_id": one.viewer_id, "rep": one.rep_id, "metric": one.metric,
             "way": one.way}
            for one in person_views(transaction, rep, limit)
        ]  # fmt: skip
