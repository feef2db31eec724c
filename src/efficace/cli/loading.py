"""``efficace load``, ``init`` and ``doctor``: bringing data in and trusting it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from efficace.cli.options import HERE, ProjectOption, ReportFormat, ReportFormatOption
from efficace.locale import translate as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from efficace.build import LoadReport
    from efficace.locale.said import Said
    from efficace.metrics.doctor import Health
    from efficace.sources.propose import Question

EXAMPLES = """
- `efficace load exports/`
- `efficace load crm.csv --mapping crm.yaml --project acme`
- `efficace load exports/ --format json`
"""


PUBLISHING = """
- `efficace publish s3a://company/sales/2026-11-25`
"""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "load",
        help=_("Bring a file or a folder in; all or nothing, twice changes nothing.")
        + "\n\n"
        + _("Files named as canonical tables (`deals.csv`, `leads.xlsx`...) need no mapping. Examples:")
        + "\n"
        + EXAMPLES,
    )(load)
    app.command("init", help=_("Look at a folder, propose the mapping with its reasons, ask what cannot be known."))(
        init
    )
    app.command("undo", help=_("Take the last load back: everything is as before it, and its files stay in the log."))(
        undo
    )
    app.command(
        "publish",
        help=_(
            "Publish canonical tables that a Spark cluster has made: one folder of Parquet files a table, read where "
            "they lie. Needs `engine: spark`."
        )
        + "\n\n"
        + PUBLISHING,
    )(publish)
    app.command("doctor", help=_("Say for each metric whether its data is there, and what is missing or late."))(doctor)


def load(
    path: Annotated[Path, typer.Argument(help=_("File or folder."))],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help=_("YAML file that maps the files to tables."))
    ] = None,
    form: ReportFormatOption = ReportFormat.TABLE,
    project: ProjectOption = HERE,
) -> None:
    """Bring a file or a folder in."""
    from datetime import UTC, datetime

    from efficace.build import load as run
    from efficace.cli.output import progress, write_json

    with progress() as tell:
        report = run(project, path, mapping, datetime.now(UTC).replace(tzinfo=None), tell)
    if form is ReportFormat.JSON:
        write_json(
            {name: {"read": c.read, "loaded": c.loaded, "rejected": c.rejected} for name, c in report.tables.items()}
        )
    else:
        _show_load(report)


def _show_load(report: LoadReport) -> None:
    from efficace.cli.output import console, table
    from efficace.locale.numbers import format_number

    shown = table(None, [(_("table"), "left"), *((name, "right") for name in (_("read"), _("loaded"), _("rejected")))])
    for name, counts in report.tables.items():
        shown.add_row(name, *map(format_number, (counts.read, counts.loaded, counts.rejected)))
    screen = console()
    screen.print(shown)
    for note in report.notes:
        screen.print(f"  {note.said.into()}", markup=False)
    done = _("Snapshot {number}, as of {as_of} UTC.") if report.changed else _("Nothing new: snapshot {number} stays.")
    screen.print(done.format(number=report.snapshot, as_of=report.as_of), markup=False)
    if any(counts.rejected for counts in report.tables.values()):
        screen.print(_("Rejected rows and their reasons: efficace doctor --rejected"), markup=False)


def init(
    folder: Annotated[Path, typer.Argument(help=_("Folder with your files."))],
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("Where to write the mapping."))] = None,
    answers: Annotated[
        list[str] | None, typer.Option("--answer", help=_("Answer a question beforehand: question=answer."))
    ] = None,
    project: ProjectOption = HERE,
) -> None:
    """Look at a folder and propose the mapping."""
    from efficace.cli.output import console
    from efficace.errors import SourceError
    from efficace.sources import propose

    given = dict(text.partition("=")[::2] for text in answers or [])
    proposal = propose(folder, given)
    screen = console()
    for reason in proposal.reasons:
        screen.print(f"  {reason.into()}", markup=False)
    while proposal.questions:
        given |= _answers(proposal.questions)
        proposal = propose(folder, given)
    target = output or project / "mappings" / f"{folder.resolve().name}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(proposal.mapping, encoding="utf-8")
    if not proposal.tables:
        raise SourceError(
            "{folder}: nothing was recognised. {path} lists the files with their columns: say there which column is "
            "which (docs/mapping.md).",
            folder=folder,
            path=target,
        )
    done = _("Mapping written to {path}. Next: efficace load {folder} --mapping {path} --project {project}")
    screen.print(done.format(path=target, folder=folder, project=project), markup=False)


def _beforehand(question: Question) -> Said:
    """A question with what answers it on the command line."""
    from efficace.locale.said import Said

    choice = question.choices[0] if question.choices else "..."
    return Said('{text} --answer "{id}={choice}"', {"text": question.text, "id": question.id, "choice": choice})


def _answers(questions: Sequence[Question]) -> dict[str, str]:
    """What somebody at the terminal answers.

    Raises:
        SourceError: If the input ends first, as that of a script does.
    """
    import sys

    from efficace.errors import SourceError
    from efficace.locale.said import listed

    found = {}
    for question in questions:
        try:
            found[question.id] = typer.prompt(f"{question.text.into()} [{' / '.join(question.choices)}]")
        except typer.Abort as end:
            if sys.stdin.isatty():
                raise
            asked = listed(map(_beforehand, questions), "\n")
            raise SourceError("Answer beforehand what nobody at a terminal is asked:\n{asked}", asked=asked) from end
    return found


def publish(
    address: Annotated[str, typer.Argument(help=_("Folder or address of an object store."))],
    project: ProjectOption = HERE,
) -> None:
    """Publish tables that a cluster has made."""
    from efficace.cli.output import console, progress
    from efficace.project import begin_project

    with progress() as tell, begin_project(project) as opened:
        snapshot = opened.data.publish(address, tell)
    done = _("Snapshot {number}, as of {as_of} UTC.")
    console().print(done.format(number=snapshot.number, as_of=snapshot.as_of), markup=False)


def undo(project: ProjectOption = HERE) -> None:
    """Take the last load back."""
    from efficace.cli.output import console, progress
    from efficace.project import open_project

    with open_project(project) as opened, progress() as tell:
        report = opened.data.undo(tell)
    told = _("The last load is taken back. Snapshot {number}, as of {as_of} UTC.")
    console().print(told.format(number=report.snapshot, as_of=report.as_of), markup=False)


def doctor(
    rejected: Annotated[bool, typer.Option("--rejected", help=_("Show the rejected rows with their reasons."))] = False,
    form: ReportFormatOption = ReportFormat.TABLE,
    project: ProjectOption = HERE,
) -> None:
    """Say whether the data can be trusted."""
    from efficace.build.rejected import rejection
    from efficace.cli.output import console, write_json
    from efficace.project import open_project

    with open_project(project) as opened:
        if rejected:
            records = [{**record, "text": rejection(record).into()} for record in opened.data.rejected()]
            if form is ReportFormat.JSON:
                write_json(records)
            else:
                _show_rejected(records)
            return
        health = opened.data.doctor()
        if form is ReportFormat.JSON:
            write_json(health.to_dict())
        else:
            console().print(*_health(health), sep="\n")


def _show_rejected(records: list[dict[str, object]]) -> None:
    if not records:
        typer.echo(_("No row was rejected."))
        return
    from rich.markup import escape

    from efficace.cli.output import console, table
    from efficace.locale.numbers import format_number

    headings = {
        "table_name": _("table name"),
        "file": _("file"),
        "row_no": _("row no"),
        "row_key": _("row key"),
        "column_name": _("column name"),
        "reason": _("reason"),
        "text": _("text"),
    }
    columns = [(heading, "left") for heading in headings.values()]
    shown = table(None, columns, caption=format_number(len(records)))
    for record in records[:200]:
        shown.add_row(*(escape("" if record.get(name) is None else str(record[name])) for name in headings))
    console().print(shown)


def _health(health: Health) -> list[object]:
    from rich.markup import escape

    from efficace.cli.output import table
    from efficace.locale.numbers import format_instant, format_number, format_share

    metrics = table(_("Metrics"), [(_("metric"), "left"), (_("data"), "left"), (_("missing"), "left")])
    for metric in health.metrics:
        state = _("there") if metric.is_ready else _("missing")
        missing = "; ".join(metric.missing).replace(" or ", f" {_('or')} ")
        metrics.add_row(metric.id, state, escape(missing))
    tables = table(
        _("Tables"),
        [
            (_("table"), "left"),
            (_("rows"), "right"),
            (_("rejected"), "right"),
            (_("newest"), "left"),
            (_("filled"), "left"),
        ],
    )
    for one in health.tables:
        gaps = ", ".join(f"{name} {format_share(share)}" for name, share in one.gaps.items())
        counts = (format_number(one.rows), format_number(one.rejected))
        tables.add_row(one.name, *counts, format_instant(one.newest) if one.newest else "", escape(gaps))
    return [metrics, tables, *(escape(note.into()) for note in health.notes)]
