"""``efficace users``: the accounts of the web app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from efficace.cli.options import HERE, ProjectOption, ReportFormat, ReportFormatOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from efficace.state.schema import User

LoginArgument = Annotated[str, typer.Argument(help=_("What is typed at sign-in, for example an e-mail address."))]
RoleArgument = Annotated[str, typer.Argument(help=_("rep, manager, analyst, executive or admin."))]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    users = typer.Typer(
        help=_("Accounts of the web app: add, list, role, disable, enable, reset."), no_args_is_help=True
    )
    users.command("add", help=_("Add an account; prints the link by which the person chooses a password."))(add)
    users.command("list", help=_("List all accounts."))(list_all)
    users.command("role", help=_("Give an account another role."))(role)
    users.command("disable", help=_("Close an account: its sessions and tokens end at once."))(disable)
    users.command("enable", help=_("Open a closed account again."))(enable)
    users.command("reset", help=_("Print a new link by which the person chooses a password."))(reset)
    app.add_typer(users, name="users")


def add(
    login: LoginArgument,
    role: RoleArgument,
    name: Annotated[str, typer.Option("--name", help=_("The person’s name."))] = "",
    rep: Annotated[str | None, typer.Option("--rep", help=_("Id of the rep in the data who this person is."))] = None,
    team: Annotated[
        list[str] | None, typer.Option("--team", help=_("Id of a team that the person answers for; may be repeated."))
    ] = None,
    project: ProjectOption = HERE,
) -> None:
    """Add an account."""
    from efficace.state.users import add_user

    at = now()
    with writing(project) as transaction:
        user = add_user(transaction, login, role, at, name, rep, team or ())
        link = _link(transaction, user, at)
    _say_link(user.login, link)


def list_all(form: ReportFormatOption = ReportFormat.TABLE, project: ProjectOption = HERE) -> None:
    """List all accounts."""
    from efficace.cli.output import console, table, write_json
    from efficace.project import open_project
    from efficace.state.users import teams_of, users

    with open_project(project) as opened, opened.state.open().reading() as transaction:
        found = [(user, teams_of(transaction, user)) for user in users(transaction)]
    if form is ReportFormat.JSON:
        write_json([_described(user, teams) for user, teams in found])
        return
    names = ("login", "name", "role", "rep", "team", "state", "created")
    shown = table(None, [(_(name), "left") for name in names])
    for user, teams in found:
        told = _described(user, teams)
        shown.add_row(
            user.login, user.name, user.role, user.rep_id or "", ", ".join(teams), _(str(told["state"])),
            f"{user.created_at:%Y-%m-%d}",
        )  # fmt: skip
    console().print(shown, markup=False)


def role(login: LoginArgument, role: RoleArgument, project: ProjectOption = HERE) -> None:
    """Give an account another role."""
    from efficace.state.users import set_role, user_named

    with writing(project) as transaction:
        user = user_named(transaction, login)
        set_role(transaction, user, role)
    typer.echo(_("{login} is {role} now.").format(login=user.login, role=user.role))


def disable(login: LoginArgument, project: ProjectOption = HERE) -> None:
    """Close an account."""
    from efficace.state import users

    with writing(project) as transaction:
        user = users.user_named(transaction, login)
        users.disable(transaction, user, now())
    typer.echo(_("{login} is closed; sessions and tokens have ended.").format(login=user.login))


def enable(login: LoginArgument, project: ProjectOption = HERE) -> None:
    """Open a closed account again."""
    from efficace.state import users

    with writing(project) as transaction:
        user = users.user_named(transaction, login)
        users.enable(user)
    typer.echo(_("{login} is open again.").format(login=user.login))


def reset(login: LoginArgument, project: ProjectOption = HERE) -> None:
    """Print a new link by which the person chooses a password."""
    from efficace.state.users import user_named

    at = now()
    with writing(project) as transaction:
        user = user_named(transaction, login)
        link = _link(transaction, user, at)
    _say_link(user.login, link)


@contextmanager
def writing(project: Path) -> Iterator[Session]:
    """A transaction on what people make in a project."""
    from efficace.project import open_project

    with open_project(project) as opened, opened.state.open().writing() as transaction:
        yield transaction


def _link(transaction: Session, user: User, at: datetime) -> str:
    from efficace.state.setup_links import password_link

    return f"/setup/{password_link(transaction, user, at)}"


def _say_link(login: str, link: str) -> None:
    told = _("{login}: choose a password at {link} (works once, for 24 hours).")
    typer.echo(told.format(login=login, link=link))


def _described(user: User, teams: tuple[str, ...]) -> dict[str, object]:
    state = "disabled" if user.disabled_at else "open" if user.password_hash else "no password yet"
    return {
        "login": user.login,
        "name": user.name,
        "role": user.role,
        "rep": user.rep_id,
        "teams": list(teams),
        "state": state,
        "created_at": f"{user.created_at.isoformat()}Z",
    }


def now() -> datetime:
    """The present instant, zone-less UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC).replace(tzinfo=None)
