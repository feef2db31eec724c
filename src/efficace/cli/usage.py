"""What the command line's own library says, in the language spoken: refusals of a command, and words of its help."""

from __future__ import annotations

import re
from typing import Any

import typer

from efficace.errors import nearest
from efficace.locale import language
from efficace.locale import translate as _
from efficace.locale.said import Said

REFUSALS: tuple[Said, ...] = (
    Said("No such command '{name}'."),
    Said("No such command '{name}'. Did you mean {nearest}?"),
    Said("Missing command."),
    Said("Option '{option}' requires an argument."),
    Said("Option '{option}' does not take a value."),
    Said("Got unexpected extra argument(s) ({arguments})"),
    Said("Invalid value for {option}: '{value}' is not one of {choices}."),
    Said("Invalid value for {option}: Input should be a valid integer, unable to parse string as an integer"),
    Said("Invalid value for {option}: Input should be greater than or equal to {least}"),
)
"""Sentences of the library as it builds them, so that their values can be read back."""


def refusal(error: Any) -> Said:
    """What is said of a command that cannot be read; a sentence that is not known stays as the library wrote it."""
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.ctx is not None:
        options = [name for param in error.ctx.command.params for name in param.opts if name.startswith("--")]
        wrong = {"option": error.option_name, "nearest": nearest(error.option_name, options)}
        return Said("No such option: {option}.{nearest}", wrong)
    if kind == "MissingParameter" and error.param is not None:
        return Said("{name} is missing.", {"name": str(error.param.name).upper()})
    text = " ".join(str(error.format_message() if hasattr(error, "format_message") else error).split())
    text = text.replace("Value error, ", "")  # of the library's library, and no word for people
    return next((said for known in REFUSALS if (said := _read_back(known, text))), Said(text))


def command(app: typer.Typer) -> Any:
    """The command to run, its help in the language spoken."""
    found = typer.main.get_command(app)
    if language() != "en":
        _translate_headings()
        root = found.context_class(found, **found.context_settings)
        _translate_options(found, root)
        for one in getattr(found, "commands", {}).values():
            _translate_options(one, one.context_class(one, parent=root))
    return found


def _translate_headings() -> None:
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.ENVVAR_STRING = _("[env var: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")


def _translate_options(one: Any, context: Any) -> None:
    """Translate what the library says of ``--help`` and the completion; the other texts are translated already."""
    for option in one.get_params(context):
        if getattr(option, "help", None):
            option.help = _(option.help)


def _read_back(known: Said, text: str) -> Said | None:
    pieces = re.split(r"\{(\w+)\}", known.template)
    pattern = "".join(f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    found = re.fullmatch(pattern, text)
    return Said(known.template, found.groupdict()) if found else None
