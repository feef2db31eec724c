"""``efficace serve``: the pages in the browser."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from efficace.cli.options import HERE, ProjectOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from efficace.project import Project

DEFAULT_PORT = 8321


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("serve", help=_("Show the pages in the browser, from this machine."))(serve)


def serve(
    host: Annotated[str, typer.Option(help=_("Address to listen at."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port to listen at."))] = DEFAULT_PORT,
    signed_in: Annotated[
        str | None,
        typer.Option("--signed-in-as", metavar="LOGIN", help=_("Sign this account in without asking; loopback only.")),
    ] = None,
    https: Annotated[bool, typer.Option("--https", help=_("Browsers reach it by https, through a proxy."))] = False,
    open_browser: Annotated[
        bool | None, typer.Option("--open/--no-open", help=_("Open the browser; by default where a person sees it."))
    ] = None,
    project: ProjectOption = HERE,
) -> None:
    """Show the pages in the browser."""
    from efficace.project import begin_project
    from efficace.web.server import serve as run
    from efficace.web.serving import Serving

    serving = Serving(project, host, port, signed_in, is_secure=https)
    with begin_project(project) as opened:
        link = _first_link(opened)
        if signed_in:
            _ensure_account(opened, signed_in)
            link = None
    if link:
        typer.echo(
            _("First start: make the admin at {link} (works once, for 24 hours).").format(link=serving.address + link)
        )
    typer.echo(_("efficace is at {address}. Ctrl-C stops it.").format(address=serving.address))
    is_to_open = _is_seen() if open_browser is None else open_browser
    run(serving, partial(typer.launch, serving.address + (link or "")) if is_to_open else _nothing)


def _is_seen() -> bool:
    """Whether a person sits at the terminal, before a screen on which a browser can open."""
    has_screen = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and has_screen


def _nothing() -> None:
    """Do nothing once the server listens."""


def _first_link(project: Project) -> str | None:
    """The way to the first admin; None where there is one."""
    from efficace.state.setup_links import first_admin_link

    with project.state.open().writing() as transaction:
        secret = first_admin_link(transaction, datetime.now(UTC).replace(tzinfo=None))
    return None if secret is None else f"/setup/{secret}"


def _ensure_account(project: Project, login: str) -> None:
    """Make the account that is signed in without asking, where it is not there: it administers a try-out."""
    from sqlalchemy import select

    from efficace.state.schema import User
    from efficace.state.users import add_user, as_login

    with project.state.open().writing() as transaction:
        typed = as_login(login)
        if transaction.scalars(select(User).where(User.login == typed)).one_or_none() is None:
            add_user(transaction, typed, "admin", datetime.now(UTC).replace(tzinfo=None))
