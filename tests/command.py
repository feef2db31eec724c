"""Runs the command line in this process, as a shell would see it: output, errors, exit code."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest.mock import patch

from efficace.cli.app import main


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    output: str
    errors: str
    code: int


def run(*arguments: str) -> Result:
    """Run ``efficace`` with these arguments."""
    output, errors = io.StringIO(), io.StringIO()
    code = 0
    with (
        patch.object(sys, "argv", ["efficace", *arguments]),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Result(output.getvalue(), errors.getvalue(), code)
