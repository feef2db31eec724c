"""The settings page: how is this set up? Accounts, targets, promises, rubrics, privacy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from threading import Thread
from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.config import Config, Seconds, changes_of, keep_changes
from efficace.errors import ConfigError, EfficaceError
from efficace.state.audit import person_views
from efficace.state.schema import ROLES, User
from efficace.state.settings import change_setting
from efficace.state.setup_links import password_link
from efficace.state.targets import SCOPES, Aim, remove_target, set_target, targets
from efficace.state.users import add_user, disable, enable, set_role, set_teams, teams_of, user_named, users
from efficace.web.desk import LOG, now
from efficace.web.forms import checked, need
from efficace.web.frame import framed, place_at
from efficace.web.pages.tokens import keys_of, scopes_for
from efficace.web.visitor import Visitor, desk_of, serving_of, visitor

router = APIRouter()


@dataclass(frozen=True)
class Changeable:
    """A setting that the page changes.

    Attributes:
        kind: ``text``, ``number`` or one of several ``choices``; a list is written with commas between.
    """

    name: str
    label: str
    group: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


CHANGEABLE: tuple[Changeable, ...] = (
    Changeable("company.name", "name of the company", "Company"),
    Changeable("company.currency", "currency", "Company"),
    Changeable("company.fiscal_year_start", "first month of the fiscal year", "Company", "number"),
    Changeable("response.promise.hot", "answer hot leads within", "Promises"),
    Changeable("response.promise.warm", "answer warm leads within", "Promises"),
    Changeable("response.promise.cold", "answer cold leads within", "Promises"),
    Changeable("response.clock", "clock of the response time", "Promises", "choice", ("elapsed", "business")),
    Changeable("rubrics.promptness", "promptness: A, B, C, D up to", "Grades"),
    Changeable("rubrics.persistence", "persistence: A, B, C, D from", "Grades"),
    Changeable("rubrics.personalization", "personalization: A, B, C, D from", "Grades"),
    Changeable("rubrics.performance", "performance: A, B, C, D from", "Grades"),
    Changeable("churn.grace_days", "days without a subscription that are no churn", "Churn"),
    Changeable("churn.counted_at", "churn counts at", "Churn", "choice", ("term_end", "cancellation")),
    Changeable("privacy.min_group", "smallest group that is shown to all", "Privacy", "number"),
    Changeable(
        "privacy.individuals", "who sees single persons", "Privacy", "choice", ("teams", "managers", "everyone")
    ),
)
BY_NAME = {one.name: one for one in CHANGEABLE}


@dataclass(frozen=True)
class Account:
    """An account as the page lists it."""

    login: str
    name: str
    role: str
    rep_id: str | None
    teams: tuple[str, ...]
    state: str


@router.get("/settings")
def settings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What an account may see of the settings."""
    desk = desk_of(request)
    with desk.project.state.open().reading() as transaction:
        accounts = [_account(user, teams_of(transaction, user)) for user in users(transaction)]
        found = targets(transaction)
        looks = person_views(transaction, limit=50) if who.may(Right.AUDIT) else []
        names = {user.id: user.name for user in users(transaction)}
    config = desk.project.config
    return framed(
        request, "pages/settings.html", who, place_at(request),
        accounts=accounts if who.may(Right.USERS) else None, roles=ROLES, scopes=SCOPES,
        targets=found, metrics=sorted(desk.project.metrics.catalogue()),
        changeable=[(one, written(config, one.name)) for one in CHANGEABLE], changes=changes_of(desk.project.folder),
        looks=looks, names=names, keys=keys_of(desk, who), token_scopes=scopes_for(who),
    )  # fmt: skip


@router.post("/settings/accounts")
def add(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    login: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "rep",
    rep: Annotated[str, Form()] = "",
    teams: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make an account, and show the link by which its owner chooses a password."""
    need(request, who, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = add_user(transaction, login, role, now(), name[:200], rep[:200] or None, teams or ())
        secret = password_link(transaction, user, now())
    return _with_link(request, who, login, secret)


@router.post("/settings/accounts/{login}")
def change(
    request: Request,
    login: str,
    who: Annotated[Visitor, Depends(checked)],
    action: Annotated[str, Form()],
    role: Annotated[str, Form()] = "",
    teams: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give another role or other teams, close, open, or make a new password link."""
    need(request, who, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = user_named(transaction, login)
        if action == "reset":
            return _with_link(request, who, login, password_link(transaction, user, now()))
        if action == "role":
            set_role(transaction, user, role)
            set_teams(transaction, user, teams or ())
        elif action == "close":
            disable(transaction, user, now())
        elif action == "open":
            enable(user)
    return RedirectResponse("/settings#accounts", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/targets")
def aim(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    metric: Annotated[str, Form()],
    value: Annotated[float, Form()],
    starts_on: Annotated[date, Form()],
    ends_on: Annotated[date, Form()],
    scope: Annotated[str, Form()] = "company",
    scope_id: Annotated[str, Form()] = "",
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Set or change a target."""
    need(request, who, Right.TARGETS)
    wanted = Aim(metric, scope, scope_id, starts_on, ends_on)
    if metric not in desk_of(request).project.metrics.catalogue():
        raise ConfigError('No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest="")
    with desk_of(request).project.state.open().writing() as transaction:
        set_target(transaction, wanted, value, who.id, now(), version)
    return RedirectResponse("/settings#targets", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/targets/{target_id}/remove")
def drop(
    request: Request, target_id: int, who: Annotated[Visitor, Depends(checked)], version: Annotated[int, Form()]
) -> Response:
    """Delete a target."""
    need(request, who, Right.TARGETS)
    with desk_of(request).project.state.open().writing() as transaction:
        remove_target(transaction, target_id, version, who.id, now())
    return RedirectResponse("/settings#targets", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/values")
async def change_values(request: Request, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Change settings; figures are worked out anew in the background, and shown once they are there."""
    need(request, who, Right.SETTINGS)
    project = desk_of(request).project
    form = await request.form()
    changes = changes_of(project.folder)
    given = {name: str(form[name])[:300] for name in BY_NAME if name in form}
    changed = {name: _read(text) for name, text in given.items() if text != written(project.config, name)}
    if changed:
        keep_changes(project.folder, {**changes, **changed})
        with project.state.open().writing() as transaction:
            for name, value in changed.items():
                change_setting(transaction, name, value, who.id, now())
        Thread(target=_rebuild, args=(request,), name="rebuild").start()
    return RedirectResponse("/settings#values", status_code=HTTPStatus.SEE_OTHER)


def written(config: Config, name: str) -> str:
    """A setting as people write it."""
    value: object = config
    for part in name.split("."):
        value = getattr(value, part)
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, Seconds):
        units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
        return next(f"{value // size} {unit}" for unit, size in units if value % size == 0)
    return str(value)


def _read(text: str) -> object:
    """A list where commas are written; the kinds of values are read by the configuration itself."""
    parts = [part.strip() for part in text.split(",")]
    read = [yaml.safe_load(part) if part else "" for part in parts]
    return read if len(read) > 1 else read[0]


def _rebuild(request: Request) -> None:
    try:
        desk_of(request).project.data.rebuild()
    except EfficaceError:
        LOG.exception("the figures could not be worked out under the new settings")


def _account(user: User, teams: tuple[str, ...]) -> Account:
    state = "disabled" if user.disabled_at else "open" if user.password_hash else "no password yet"
    return Account(user.login, user.name, user.role, user.rep_id, teams, state)


def _with_link(request: Request, who: Visitor, login: str, secret: str) -> Response:
    link = f"{serving_of(request).address}/setup/{secret}"
    return framed(request, "pages/setup_link.html", who, place_at(request), login=login, link=link)
