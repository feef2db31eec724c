"""The settings page: how is this set up? Promises, grades, privacy, targets, accounts, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session as Transaction
from starlette.datastructures import FormData

from efficace.access.rights import Right, may_see_members, require
from efficace.config import changes_of
from efficace.errors import EfficaceError
from efficace.locale import LANGUAGES
from efficace.state.audit import person_views
from efficace.state.changes import ChangeError, change_made, changes_made
from efficace.state.schema import ROLES, Target, User
from efficace.state.targets import take_back, targets
from efficace.state.users import teams_of, user_named, users
from efficace.web import kept_settings
from efficace.web.account_changes import state_of_account
from efficace.web.bringing import intakes_of
from efficace.web.changeable import BY_NAME, CHANGEABLE, GRADES, present
from efficace.web.desk import Desk, now
from efficace.web.forms import checked, need, sent
from efficace.web.frame import framed, place_at
from efficace.web.history import Telling
from efficace.web.pages.sign_in import YEAR
from efficace.web.pages.tokens import keys_of, scopes_for
from efficace.web.say import Say
from efficace.web.typed import unit_of, unit_said
from efficace.web.visitor import LANGUAGE, Visitor, desk_of, serving_of, visitor

router = APIRouter()

AIMED = ("team", "territory", "rep", "product")
"""Scopes of targets that have members."""
LATEST = 50


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
    return shown(request, who)


def shown(
    request: Request, who: Visitor, refused: EfficaceError | None = None, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """The page; ``refused`` says what was not taken of a form, and everything is as it was."""
    desk = desk_of(request)
    with desk.project.state.open().reading() as transaction:
        of_state = _of_state(desk, who, transaction)
    project, config = desk.project, desk.project.config
    metrics = project.metrics.catalogue()
    return framed(
        request, "pages/settings.html", who, place_at(request), status=status, refused=refused, roles=ROLES,
        units={name: unit_of(metric.unit, config.company.currency) for name, metric in metrics.items()},
        unit_said=unit_said, members=_members(desk, who), changeable=_written(desk, who), grades=GRADES,
        changes=changes_of(project.folder), keys=keys_of(desk, who), token_scopes=scopes_for(who),
        at_work=intakes_of(request).at_work, **of_state,
    )  # fmt: skip


@router.post("/settings/values")
def change_values(
    request: Request, who: Annotated[Visitor, Depends(checked)], form: Annotated[FormData, Depends(sent)]
) -> Response:
    """Change settings; figures are worked out anew in the background, and shown once they are there."""
    need(request, who, Right.SETTINGS)
    desk = desk_of(request)
    given = {name: [str(text)[:300] for text in form.getlist(name)] for name in BY_NAME if name in form}
    try:
        read = {name: BY_NAME[name].read(texts, who.language) for name, texts in given.items()}
        changed = {name: value for name, value in read.items() if value != present(desk.project.config, name)}
        if changed:
            kept_settings.change(desk, intakes_of(request), changed, who.id)
    except ValueError as error:
        if not isinstance(error, EfficaceError):
            raise
        return shown(request, who, error, HTTPStatus.BAD_REQUEST)
    return RedirectResponse("/settings#values", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/changes/{change_id}/undo")
def undo(request: Request, change_id: int, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Put a setting or a target as it was before a change."""
    desk = desk_of(request)
    with desk.project.state.open().reading() as transaction:
        made = change_made(transaction, change_id)
    need(request, who, {"setting": Right.SETTINGS, "target": Right.TARGETS}.get(made.kind, Right.USERS))
    if made.kind == "account":
        raise ChangeError("Accounts are changed in their own list.")
    if made.kind == "setting":
        kept_settings.take_back(desk, intakes_of(request), made, who.id)
    else:
        aim = made.after or made.before
        if aim["scope"] == "rep":
            require(who.reader, Right.TARGETS, desk.project.config.privacy, aim["scope_id"])
        with desk.project.state.open().writing() as transaction:
            take_back(transaction, made, who.id, now())
    return RedirectResponse("/settings#history", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/language")
def speak(
    request: Request, who: Annotated[Visitor, Depends(checked)], language: Annotated[str, Form()] = ""
) -> Response:
    """Choose the language of one's account: it greets in every browser; the side changes that of one browser."""
    with desk_of(request).project.state.open().writing() as transaction:
        user_named(transaction, who.login).language = language if language in LANGUAGES else None
    response = RedirectResponse("/settings#language", status_code=HTTPStatus.SEE_OTHER)
    if language in LANGUAGES:
        is_secure = serving_of(request).is_secure
        response.set_cookie(LANGUAGE, language, max_age=YEAR, samesite="lax", httponly=True, secure=is_secure)
    else:
        response.delete_cookie(LANGUAGE)
    return response


def visible_targets(desk: Desk, who: Visitor, found: Sequence[Target]) -> list[Target]:
    """Targets that a visitor may know: those of single persons only where their figures may be seen."""
    privacy = desk.project.config.privacy
    return [
        one for one in found if one.scope != "rep" or may_see_members(who.reader, {"rep": one.scope_id}, privacy)
    ]  # fmt: skip


def _of_state(desk: Desk, who: Visitor, transaction: Transaction) -> dict[str, Any]:
    """What the page shows of what people made."""
    config = desk.project.config
    everybody = users(transaction)
    names = {user.id: user.name for user in everybody}
    accounts = [_account(user, teams_of(transaction, user)) for user in everybody] if who.may(Right.USERS) else None
    say = Say(who.language, config.zone)
    telling = Telling(
        who.reader, config.privacy, say, config.company.currency, desk.project.metrics.catalogue(), names
    )  # fmt: skip
    led = _led(accounts or [])
    return {
        "accounts": accounts,
        "teams": [(team, name, led.get(team, [])) for team, name in desk.members("team")],
        "targets": visible_targets(desk, who, targets(transaction)),
        "history": telling.of(changes_made(transaction, LATEST)),
        "looks": person_views(transaction, limit=LATEST) if who.may(Right.AUDIT) else [],
        "names": names,
        "own_language": user_named(transaction, who.login).language or "",
        "languages": LANGUAGES,
    }


def _led(accounts: Sequence[Account]) -> Mapping[str, list[str]]:
    """Team -> names of those who answer for it."""
    return {
        team: [one.name for one in accounts if team in one.teams] for team in {t for one in accounts for t in one.teams}
    }


def _members(desk: Desk, who: Visitor) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Whom targets can be for: scope -> id and name."""
    privacy = desk.project.config.privacy
    found = {scope: desk.members(scope) for scope in AIMED}
    people = [one for one in found["rep"] if may_see_members(who.reader, {"rep": one[0]}, privacy)]
    return {**found, "rep": people}


def _written(desk: Desk, who: Visitor) -> list[tuple[Any, list[str]]]:
    config = desk.project.config
    return [(one, one.shown(present(config, one.name), who.language)) for one in CHANGEABLE]


def _account(user: User, teams: tuple[str, ...]) -> Account:
    return Account(user.login, user.name, user.role, user.rep_id, teams, state_of_account(user))
