"""The command ``efficace``: its commands, and how errors reach the user."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from efficace.cli import (
    accounts,
    catalogue,
    company,
    definitions,
    findings,
    lists,
    loading,
    opening,
    overview,
    questions,
    saving,
    serving,
    tokens,
)
from efficace.cli.usage import command, refusal
from efficace.errors import EfficaceError, refused
from efficace.locale import translate as _
from efficace.locale.said import Said

app = typer.Typer(
    name="efficace",
    help=_("Measures how effective your sales are, from the data that you already have, on your own machine."),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    pretty_exceptions_enable=False,
)

for module in (
    loading,
    questions,
    opening,
    definitions,
    catalogue,
    overview,
    findings,
    lists,
    company,
    accounts,
    saving,
    serving,
    tokens,
):
    module.add_to(app)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help=_("Show the version and leave."), is_eager=True)] = False,
) -> None:
    if version:
        from efficace import __version__

        typer.echo(f"efficace {__version__}")
        raise typer.Exit


COLLECT_AFTER = 500_000
"""Objects made before Python looks for cycles among them: most commands end before, a tenth sooner."""


def main() -> None:
    """Run a command; whatever goes wrong ends as one clear line and an exit code.

    Exit codes: 0 done (also where a figure lacks data), 1 something that should not happen, 2 something that the user
    can mend, 130 interrupted. ``--debug`` anywhere shows the traceback instead.
    """
    gc.set_threshold(COLLECT_AFTER)
    is_debug = "--debug" in sys.argv[1:] or os.environ.get("EFFICACE_DEBUG") == "1"
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        sys.exit(command(app)(arguments, standalone_mode=False, prog_name="efficace") or 0)
    except (Exception, KeyboardInterrupt) as error:
        if is_debug:
            raise
        sys.exit(_told(error))


def _told(error: BaseException) -> int:
    """Say what went wrong on the error stream; gives the exit code."""
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        sys.stdout = None  # nobody reads any more: do not flush at exit
        return 0
    text, code = _sentence(error)
    sys.stderr.write(text.rstrip() + "\n")
    return code


def _sentence(error: BaseException) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return _("Interrupted. Nothing was published."), 130
    if isinstance(error, TyperException):
        context = getattr(error, "ctx", None)
        told = refusal(error)
        if context:
            told = Said("{told} Help: {command} --help", {"told": told, "command": context.command_path})
        return told.into(), 2
    if isinstance(error, EfficaceError):
        return error.said.into(), 2
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{refused(error).into()}", 2
    return _("This should not have happened") + f": {type(error).__name__}: {error} (--debug)", 1
