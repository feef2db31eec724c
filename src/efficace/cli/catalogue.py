"""``efficace metrics``: what can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from efficace.cli.options import HERE, ProjectOption
from efficace.locale import in_language
from efficace.locale import translate as _


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("metrics", help=_("List every metric: what it means, its unit and its dimensions."))(metrics)


def metrics(
    form: Annotated[str, typer.Option("--format", "-f", help="table, json, markdown, csv")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("Write to this file."))] = None,
    project: ProjectOption = HERE,
) -> None:
    """List every metric."""
    from efficace.cli.options import Format
    from efficace.cli.output import console, table, write_json, write_records
    from efficace.metrics.describe import describe
    from efficace.project import catalogue_of

    described = [describe(metric) for metric in catalogue_of(project).values()]
    if form == "json":
        write_json(described, output)
    elif form in ("markdown", "csv"):
        write_records([_flat(one) for one in described], Format(form), output)
    else:
        shown = table(None, [(_("metric"), "left"), (_("unit"), "left"), (_("meaning"), "left"), (_("by"), "left")])
        for one in described:
            meaning = in_language(one["meaning"])
            shown.add_row(one["id"], one["unit"], meaning, " ".join(one["dimensions"]))
        console().print(shown)


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    meaning = in_language(one["meaning"])
    lists = {name: ", ".join(one[name]) for name in ("dimensions", "estimates", "presets", "needs")}
    return {"id": one["id"], "unit": one["unit"], "better": one["better"], "meaning": meaning, **lists}
