"""One load from end to end: raw log, canonical tables, facts, publication; all or nothing."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from efficace.build import census, extras
from efficace.build.canonical_tables import build_tables
from efficace.build.choose import Chosen, choose
from efficace.build.earlier import begin_from, detach, settings_of
from efficace.build.elsewhere import publish_elsewhere
from efficace.build.fill import Fill
from efficace.build.lock import only_writer
from efficace.build.lookups import with_lookups
from efficace.build.merges import apply_merges
from efficace.build.origins import Plan, plan_tables
from efficace.build.record import Given, count_rows, count_tables, keep_record, mark_of, unchanged
from efficace.build.rejected import why_rejected
from efficace.build.report import LoadReport, Note, Progress
from efficace.build.take import take_all
from efficace.config import CONFIG_FILE, Config, load_config
from efficace.errors import NothingBefore, ProjectError, SourceError, refused
from efficace.facts.form import form
from efficace.facts.store import forget_facts, store
from efficace.locale.said import Said, listed
from efficace.sources.mapping import SourceMapping, read_mapping
from efficace.warehouse import sql
from efficace.warehouse.building import Versions
from efficace.warehouse.engine import Engine
from efficace.warehouse.engines import versions_elsewhere
from efficace.warehouse.raw_log import RawLoad, RawLog
from efficace.warehouse.snapshot import Snapshot, Snapshots

SETTINGS = """\
# Settings of this company. Every key may be left out; the lines that begin with # show the defaults.
# company: {name: Acme, timezone: Europe/Paris, currency: EUR, fiscal_year_start: 1, country: FR}
# hours: {days: mon-fri, opens: "09:00", closes: "17:00", holidays: FR}
# cycle: {starts: created, qualified_stage: null}
# response: {promise: {hot: 5 min, warm: 1 h, cold: 1 day}, no_answer_stops: true, clock: elapsed}
# follow_up: {given_up_after: 14 days, answer_window: 14 days}
# acquisition: {reactivation_gap: 12 months, lag: 0, allocation: leads}
# churn: {grace_days: 30, pause_limit: 60, inactivity: 12 months}
# revenue: {from: auto}
# privacy: {min_group: 5}
# fx_max_age: 7 days
"""


FULL = "No space left on device"
"""What the engine says of a full disk."""


@dataclass(frozen=True)
class Work:
    """What one load works with.

    Attributes:
        loads: All loads of the log, the new one too, which is committed last.
        new: The load to commit; None where the log already held all its files.
        given: The files of this call.
        mark: Tells these inputs from others.
        gone: A load that is taken back; all tables are made without it.
    """

    project: Path
    log: RawLog
    snapshots: Snapshots
    config: Config
    loads: tuple[RawLoad, ...]
    new: RawLoad | None
    given: Given
    mark: str
    now: datetime
    temp: Path
    tell: Progress
    gone: RawLoad | None = None

    @cached_property
    def elsewhere(self) -> Versions | None:
        """Where readers find the tables and facts; None = in the snapshot's own file."""
        return versions_elsewhere(self.project, self.config)


def load(
    project_dir: Path,
    path: Path,
    mapping: Path | None,
    now: datetime,
    progress: Progress | None = None,
    *,
    wait_seconds: float = 0,
) -> LoadReport:
    """Bring a file or folder into a project and publish a new snapshot.

    Args:
        project_dir: Made where it is not there yet.
        mapping: Turns the files into canonical tables; None = they are named as canonical tables.
        now: The load's instant, zone-less UTC.
        wait_seconds: How long to wait for another load that is running.

    Raises:
        SourceError: If a file cannot be read; the published snapshot stays.
        MappingError: If the mapping cannot be carried out.
        ProjectError: If the folder is not writable or full, or another load runs.
    """
    project_dir = project_dir.resolve()
    source = read_mapping(mapping) if mapping else SourceMapping()
    chosen = choose(path, source)
    with _disk_errors(project_dir):
        adopted = _prepare(project_dir, source, path)
        chosen = replace(chosen, notes=(*adopted, *chosen.notes))
        with only_writer(project_dir, wait_seconds), _temporary(project_dir) as temp:
            return _load(project_dir, source, chosen, now, temp, progress or _silent)


def rebuild(
    project_dir: Path, now: datetime, progress: Progress | None = None, *, wait_seconds: float = 0
) -> LoadReport:
    """Publish the same data under the settings as they are now.

    Args:
        wait_seconds: How long to wait for a load that is running.

    Raises:
        ProjectError: If nothing was loaded yet, or another load runs.
    """
    project_dir = project_dir.resolve()
    with _disk_errors(project_dir), only_writer(project_dir, wait_seconds), _temporary(project_dir) as temp:
        config, log = load_config(project_dir), RawLog(project_dir)
        loads = log.loads()
        if not loads:
            raise ProjectError(
                "{folder}: nothing was loaded yet. efficace load PATH brings data in.", folder=project_dir
            )
        work = Work(
            project_dir, log, Snapshots(project_dir), config, loads, None, frozenset(), mark_of(loads, config), now,
            temp, progress or _silent,
        )  # fmt: skip
        return _build(work, [])


def undo_last(
    project_dir: Path, now: datetime, progress: Progress | None = None, number: int | None = None
) -> LoadReport:
    """Take the last load back: a new snapshot without it is published, its files stay in the log's folder.

    Args:
        number: Of the load that is meant; None = whichever is the last.

    Raises:
        NothingBefore: If there is no load before it, or another one is the last by now.
        ProjectError: If another load runs.
    """
    project_dir = project_dir.resolve()
    with _disk_errors(project_dir), only_writer(project_dir), _temporary(project_dir) as temp:
        config, log = load_config(project_dir), RawLog(project_dir)
        loads = log.loads()
        if len(loads) < 2:
            raise NothingBefore("{project}: there is no load before the last one to go back to.", project=project_dir)
        if number not in (None, loads[-1].number):
            raise NothingBefore("Another load is the last one by now. Look at the list again.")
        kept, gone = loads[:-1], loads[-1]
        work = Work(
            project_dir, log, Snapshots(project_dir), config, kept, None, frozenset(), mark_of(kept, config), now, temp,
            progress or _silent, gone,
        )  # fmt: skip
        return _build(work, [])


def _load(
    project: Path, source: SourceMapping, chosen: Chosen, now: datetime, temp: Path, tell: Progress
) -> LoadReport:
    config = load_config(project)
    log, snapshots = RawLog(project), Snapshots(project)
    snapshots.clean()
    taken = take_all(log, source, chosen.streams, now, temp, tell)
    loads = (*log.loads(), *((taken.load,) if taken.load else ()))
    given = frozenset((source.name, stream, sha256) for stream, sha256 in taken.presented)
    mark = mark_of(loads, config)
    work = Work(project, log, snapshots, config, loads, taken.load, given, mark, now, temp, tell)
    if taken.load is None and (work.elsewhere is None or work.elsewhere.current() is not None):
        same = unchanged(snapshots, mark, given, config, now)
        if same is not None:
            return same
    report = _build(work, list(chosen.notes))
    _copy_mapping(project, source)
    return report


def _build(work: Work, notes: list[Note]) -> LoadReport:
    plan = plan_tables(work.log, work.loads)
    with_lookups(plan)
    number = max(one.next_number() for one in (work.snapshots, work.elsewhere) if one is not None)
    try:
        snapshot, report = _make(work, plan, number, notes)
        if work.elsewhere is not None:
            publish_elsewhere(work.elsewhere, work.snapshots.file(number), work.config, snapshot, work.temp, work.tell)
        if work.new is not None:
            work.log.commit(work.new)
        if work.gone is not None:
            work.log.set_aside(work.gone)
        work.snapshots.publish(snapshot)
    except BaseException:
        _discard(work.snapshots, number)
        raise
    work.snapshots.clean()
    return report


def _make(work: Work, plan: Plan, number: int, notes: list[Note]) -> tuple[Snapshot, LoadReport]:
    """Write the database file of a snapshot."""
    earlier = None if work.gone else _published(work)
    target = work.snapshots.file(number)
    work.snapshots.folder.mkdir(exist_ok=True)
    is_copied = earlier is not None and begin_from(earlier, target, plan, settings_of(form(), work.config))
    with Engine.open(target, temp=work.temp) as engine:
        if any(origin.feed.has_sql for origins in plan.by_table.values() for origin in origins):
            for setting in sql.only_below(work.project):
                engine.execute(setting)
        engine.execute("BEGIN TRANSACTION")
        fills = build_tables(engine, work.config, work.log, plan, earlier, work.now, work.tell, is_copied=is_copied)
        notes += apply_merges(engine)
        counts = count_rows(fills, plan)
        tables = count_tables(counts, work.given)
        if work.given:
            _refuse_empty(plan, tables)
        notes += [*plan.notes, *why_rejected(engine), *(note for done in fills.values() for note in done.notes)]
        counted = _describe(engine, work, plan, fills, notes)
        as_of = census.default_as_of(counted.values(), work.now)
        keep_record(engine, counts, notes, work.mark)
        engine.execute("COMMIT")
        detach(engine)
        if work.elsewhere is None:
            store(engine, work.config, as_of, earlier, work.tell)
        else:
            forget_facts(engine)
    report = LoadReport(tables, tuple(notes), number, as_of, changed=True)
    return Snapshot(number, as_of, work.now, form()), report


def _published(work: Work) -> Path | None:
    """The file of the published snapshot, where it is there."""
    before = work.snapshots.current()
    file = work.snapshots.file(before.number) if before else None
    return file if file is not None and file.exists() else None


def _describe(
    engine: Engine, work: Work, plan: Plan, fills: Mapping[str, Fill], notes: list[Note]
) -> dict[str, census.Census]:
    """Make the tables beside the canonical ones, and count what there is."""
    work.tell(Said("counting"), None)
    streams = {number: item.stream for number, item in plan.files.items()}
    given_last = {(load.source, stream): load.at for load in work.loads for stream in load.presented}
    census.keep_source_status(engine, fills.values(), streams, given_last)
    counted = census.take_census(engine, work.config, work.now, {*fills, "source_status"})
    census.keep_column_fill(engine, counted)
    notes += census.unknown_references(engine, counted)
    oldest = min((item.oldest for item in counted.values() if item.oldest is not None), default=work.now)
    if oldest.date() <= extras.FIRST_DAY:
        extras.add_zone_days(engine, work.config, work.now, extras.ALL_DAYS)
    last = (work.now + extras.AHEAD).date()
    notes += extras.add_business_time(engine, work.config, min(oldest.date(), work.now.date()), last)
    extras.add_tree(engine)
    return counted


def _refuse_empty(plan: Plan, tables: Mapping[str, object]) -> None:
    """Stop where every table that the files are for lacks a required column."""
    if plan.refused and set(tables) <= set(plan.refused):
        raise SourceError(listed(plan.refused.values(), "\n"))


def _discard(snapshots: Snapshots, number: int) -> None:
    present = snapshots.current()
    if present is None or present.number != number:
        for leftover in snapshots.folder.glob(f"{number:06d}.*"):
            leftover.unlink(missing_ok=True)


def _prepare(project: Path, source: SourceMapping, given: Path) -> list[Note]:
    """Make the project's folder; settings that lie beside the data become those of a project without any."""
    beside = given / CONFIG_FILE
    settings = project / CONFIG_FILE
    notes = []
    if not settings.exists() and beside.is_file():
        load_config(given)
        project.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(beside, settings)
        said = Said("{path}: taken over as the settings of this project.", {"path": beside})
        notes.append(Note("settings_taken", "", "", 1, said))
    project.mkdir(parents=True, exist_ok=True)
    if not settings.exists():
        settings.write_text(SETTINGS + _company_of(source), encoding="utf-8")
    for name in ("raw", "snapshots", "mappings", "metrics"):
        (project / name).mkdir(exist_ok=True)
    return notes


def _company_of(source: SourceMapping) -> str:
    """The first source's currency and zone are the company's until somebody says otherwise."""
    known = {"timezone": source.reading.timezone, "currency": source.reading.currency}
    written = ", ".join(f"{key}: {value}" for key, value in known.items() if value)
    return f"company: {{{written}}}  # as in the mapping {source.name}\n" if written else ""


def _copy_mapping(project: Path, source: SourceMapping) -> None:
    """For people: the mapping in use; loads read the one in the raw log."""
    if source.text is not None:
        (project / "mappings" / f"{source.name}.yaml").write_text(source.text, encoding="utf-8")


@contextmanager
def _temporary(project: Path) -> Iterator[Path]:
    temp = project / "raw" / "_temp"
    shutil.rmtree(temp, ignore_errors=True)
    temp.mkdir()
    try:
        yield temp
    finally:
        shutil.rmtree(temp, ignore_errors=True)


@contextmanager
def _disk_errors(project: Path) -> Iterator[None]:
    """Say what the operating system refused; what was published before stands."""
    import duckdb

    try:
        yield
    except OSError as error:
        is_full = error.errno == errno.ENOSPC
        told = Said("no space left on the disk") if is_full else refused(error)
        raise ProjectError(
            "{path}: {told}. The published snapshot is unchanged.", path=error.filename or project, told=told
        ) from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        # a full disk comes as whatever the engine was doing: a commit that failed, a database that is no longer valid
        if not isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)) and FULL not in first:
            raise
        raise ProjectError("{path}: {told}. The published snapshot is unchanged.", path=project, told=first) from error


def _silent(stage: Said, share: float | None) -> None:
    """Show no progress."""
