"""``efficace tokens``: keys by which programs call the API in an account's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from efficace.cli.accounts import LoginArgument, now, writing
from efficace.cli.options import HERE, ProjectOption, ReportFormat, ReportFormatOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from datetime import datetime

    from efficace.state.schema import ApiToken

LASTS_DAYS = 90


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    tokens = typer.Typer(help=_("Tokens by which programs call the API: new, list, revoke."), no_args_is_help=True)
    tokens.command("new", help=_("Make a token for an account; it is shown this once."))(new)
    tokens.command("list", help=_("List the tokens of an account, ended ones too."))(list_all)
    tokens.command("revoke", help=_("End a token at once."))(revoke)
    app.add_typer(tokens, name="tokens")


def new(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help=_("What the token is for, so that it is known later."))],
    scope: Annotated[
        list[str], typer.Option("--scope", help=_("read, export, write, load or admin; may be repeated."))
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help=_("It ends after so many days."))] = LASTS_DAYS,
    project: ProjectOption = HERE,
) -> None:
    """Make a token."""
    from datetime import timedelta

    from efficace.state.tokens import new_token
    from efficace.state.users import user_named

    at = now()
    with writing(project) as transaction:
        user = user_named(transaction, login)
        token, secret = new_token(transaction, user, name, scope, at, at + timedelta(days=days))
    told = _("Token {id} of {login}, shown only now; it ends on {day}:")
    typer.echo(told.format(id=token.id, login=user.login, day=f"{token.expires_at:%Y-%m-%d}"), err=True)
    typer.echo(secret)


def list_all(
    login: LoginArgument, form: ReportFormatOption = ReportFormat.TABLE, project: ProjectOption = HERE
) -> None:
    """List the tokens of an account."""
    from efficace.cli.output import console, table, write_json
    from efficace.project import open_project
    from efficace.state.tokens import tokens_of
    from efficace.state.users import user_named

    with open_project(project) as opened, opened.state.open().reading() as transaction:
        found = tokens_of(transaction, user_named(transaction, login))
    at = now()
    if form is ReportFormat.JSON:
        write_json([_described(token, at) for token in found])
        return
    shown = table(None, [(_(name), "left") for name in ("token", "name", "scopes", "state", "ends", "last used")])
    for token in found:
        told = _described(token, at)
        cells = (str(token.id), token.name, token.scopes, _(str(told["state"])), _day(token.expires_at))
        shown.add_row(*cells, _day(token.used_at))
    console().print(shown, markup=False)


def revoke(
    login: LoginArgument,
    token: Annotated[int, typer.Argument(help=_("Number of the token, as the list shows it."))],
    project: ProjectOption = HERE,
) -> None:
    """End a token."""
    from efficace.state.tokens import revoke_token
    from efficace.state.users import user_named

    with writing(project) as transaction:
        user = user_named(transaction, login)
        revoke_token(transaction, user, token, now())
    typer.echo(_("Token {id} of {login} has ended.").format(id=token, login=user.login))


def _described(token: ApiToken, at: datetime) -> dict[str, object]:
    from efficace.state.tokens import state_of

    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes.split(),
        "state": state_of(token, at),
        "created_at": _instant(token.created_at),
        "expires_at": _instant(token.expires_at),
        "used_at": _instant(token.used_at),
        "revoked_at": _instant(token.revoked_at),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at.isoformat()}Z"


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d}"
