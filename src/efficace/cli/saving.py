"""``efficace backup`` and ``restore``: all that people made in one file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from efficace.cli.options import HERE, ProjectOption
from efficace.locale import translate as _
from efficace.locale.said import Said, counted

if TYPE_CHECKING:
    from efficace.state.backup import Saved


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backup", help=_("Save what people made, the settings, own metrics and mappings in one file."))(backup)
    app.command("restore", help=_("Bring a backup back; what is there now is kept aside."))(restore)


def backup(
    file: Annotated[Path, typer.Argument(help=_("File to write."))],
    raw: Annotated[bool, typer.Option("--raw", help=_("Also the raw log of all loads (large)."))] = False,
    project: ProjectOption = HERE,
) -> None:
    """Save what people made."""
    from efficace.project import open_project

    with open_project(project) as opened:
        saved = opened.state.back_up(file, _now(), raw)
    typer.echo(Said("{path}: {files}, {rows}.", {"path": saved.path, **_counts(saved)}).into())


def restore(
    file: Annotated[Path, typer.Argument(help=_("File of the backup."))], project: ProjectOption = HERE
) -> None:
    """Bring a backup back."""
    from efficace.project import open_project

    with open_project(project) as opened:
        saved, aside = opened.state.restore(file, _now())
    told = "Restored: {files}, {rows}. What was there before: {aside} (efficace restore {aside} undoes this)."
    typer.echo(Said(told, {"aside": aside, **_counts(saved)}).into())
    if saved.raw:
        typer.echo(_("The raw log was restored: load any file again to rebuild the snapshot."))


def _counts(saved: Saved) -> dict[str, Said]:
    rows = counted("{n} row of the state database", "{n} rows of the state database", saved.rows)
    return {"files": counted("{n} file", "{n} files", saved.files), "rows": rows}


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
