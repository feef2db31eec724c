"""``efficace simulate``: a realistic company to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from efficace.locale import translate as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("simulate", help=_("Make a realistic company with planted truth, of any size."))(simulate)


def simulate(
    folder: Annotated[Path, typer.Argument(help=_("Folder to write the tables and truth.json to."))],
    reps: Annotated[int, typer.Option(min=1, help=_("People who sell."))] = 40,
    months: Annotated[int, typer.Option(min=1, help=_("Length of its history."))] = 36,
    touches: Annotated[
        int, typer.Option(min=0, help=_("Mails, calls and meetings; the rest is in proportion."))
    ] = 1_000_000,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same company."))] = 1,
    plain: Annotated[bool, typer.Option("--plain", help=_("Without planted faults and dirty rows."))] = False,
) -> None:
    """Make a realistic company."""
    from efficace.cli.output import progress
    from efficace.simulate import SimulationSettings
    from efficace.simulate import simulate as run

    with progress() as tell:
        run(folder, SimulationSettings(reps=reps, months=months, touches=touches, seed=seed, planted=not plain), tell)
    typer.echo(_("Written to {folder}. Next: efficace load {folder} --project PROJECT").format(folder=folder))
