"""A project folder opened: what every face and every notebook calls."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.config import CONFIG_FILE, Config, load_config
from efficace.errors import ProjectError, refused
from efficace.locale.said import Said
from efficace.metrics.answer import Answer, Row
from efficace.warehouse.building import Published
from efficace.warehouse.engines import published
from efficace.warehouse.snapshot import Snapshot, Snapshots

if TYPE_CHECKING:
    from efficace.access import Reader
    from efficace.access.answers import Seen
    from efficace.build import LoadReport
    from efficace.insights.finding import Finding
    from efficace.metrics.ask import Ground
    from efficace.metrics.definitions import Definitions, RowsBetween
    from efficace.metrics.doctor import Health
    from efficace.metrics.explain import Explanation
    from efficace.metrics.metric import Metric
    from efficace.metrics.opened import Opened, RowsBehind
    from efficace.metrics.people import Person
    from efficace.metrics.question import Request
    from efficace.metrics.waiting import LeadQueue
    from efficace.state import State
    from efficace.state.audit import Way
    from efficace.state.backup import Saved
    from efficace.warehouse.raw_log import RawLoad

Progress = Callable[[Said, float | None], None]
When = str | date | datetime


@dataclass(frozen=True)
class Opening:
    """The way from an answer back to what made it."""

    project: Project
    request: Request

    def explain(self) -> Explanation:
        """The answer with its definition, its queries, what was left out and the data behind it."""
        from efficace.metrics.explain import explain

        loaded_at = self.project.data.snapshot().loaded_at
        return explain(self.project.ground(), self.request, self.project.metrics.catalogue(), loaded_at)

    def rows(self, left_out: str | None = None, limit: int | None = None) -> Opened:
        """The rows of every part of the answer."""
        from efficace.metrics.behind import opened

        return opened(self.project.ground(), self.request, self.project.metrics.catalogue(), left_out, limit)


class ShownRows(tuple[Row, ...]):
    """The rows of an answer; called, they give the rows of the data behind them."""

    opening: Opening

    def __call__(self, left_out: str | None = None, limit: int | None = None) -> Opened:
        """The very rows behind the answer, used and left out, by part; they add up to its n and ``left_out``.

        Args:
            left_out: Only those left out for this reason.
            limit: At most so many; None = all.

        Raises:
            QuestionError: If nothing was left out for that reason, naming the nearest.
        """
        return self.opening.rows(left_out, limit)


class ShownAnswer(Answer):
    """An answer that can also be drawn and opened: ``answer.rows`` are its rows, ``answer.rows()`` those behind it."""

    rows: ShownRows

    def chart(self) -> Any:
        """The answer as an Altair chart: a trend over periods, a curve, else a dot plot of members."""
        from efficace.charts import chart

        return chart(self)

    def explain(self) -> Explanation:
        """What the figure means, how it was reckoned, from which rows and how fresh they are."""
        return self.rows.opening.explain()


def open_project(folder: str | Path = ".") -> Project:
    """Open a project folder.

    Raises:
        ProjectError: If there is no project in it.
        ConfigError: If its ``efficace.yaml`` has a setting that does not exist.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ProjectError("{path}: no such folder. efficace load PATH --project {path} creates a project.", path=path)
    if not (path / CONFIG_FILE).exists() and Snapshots(path).current() is None:
        raise ProjectError(
            "{path}: no project here ({file} is missing). efficace load PATH creates one.",
            path=path,
            file=CONFIG_FILE,
        )
    return Project(path)


def begin_project(folder: str | Path) -> Project:
    """Open a project folder, made where it is not there yet; the first load writes its settings.

    Raises:
        ProjectError: If the folder cannot be made.
        ConfigError: If its ``efficace.yaml`` has a setting that does not exist.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("{path}: cannot be made: {error}.", path=path, error=refused(error)) from error
    return Project(path)


def catalogue_of(folder: str | Path = ".") -> Mapping[str, Metric]:
    """Every metric by id: the built-in ones, and a project's own where the folder is one.

    Raises:
        ProjectError: If a file of its own metrics cannot be used, or declares an id that exists.
    """
    from efficace.metrics.catalogue import CATALOGUE

    own = _own_metrics(Path(folder) / "metrics", CATALOGUE)
    return {**CATALOGUE, **{metric.id: metric for metric in own}}


class Project:
    """A project folder with its rooms ``data``, ``metrics`` and ``insights``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: Config = load_config(folder)
        self.data = DataRoom(self)
        self.metrics = MetricsRoom(self)
        self.state = StateRoom(self)
        self.insights = InsightsRoom(self)
        self._grounds = threading.local()
        self._opened: list[Ground] = []

    def __repr__(self) -> str:
        return f"Project({str(self.folder)!r}, company={self.config.company.name!r})"

    def published(self) -> Published:
        """Where the published tables are, as the setting ``engine`` says."""
        return published(self.folder, self.config)

    def ground(self) -> Ground:
        """The published snapshot, opened for the thread that asks; a newer one is noticed by itself.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.metrics.ask import Ground

        snapshot = self.data.snapshot()
        ground: Ground | None = getattr(self._grounds, "ground", None)
        if ground is None or ground.number != snapshot.number:
            if ground is not None:
                self._opened.remove(ground)
                ground.engine.close()
            # A load may have brought settings along.
            self.config = load_config(self.folder)
            engine = self.published().open(snapshot)
            ground = self._grounds.ground = Ground(engine, self.config, snapshot.as_of, snapshot.number)
            self._opened.append(ground)
        return ground

    def close(self) -> None:
        """Let go of the snapshot's file, in whatever thread it was opened."""
        for ground in self._opened:
            ground.engine.close()
        self._opened.clear()
        self._grounds = threading.local()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self.state.close()


class DataRoom:
    """What was loaded, and loading more."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def is_empty(self) -> bool:
        """Whether nothing was loaded yet."""
        return self._project.published().current() is None

    def snapshot(self) -> Snapshot:
        """The published snapshot.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        found = self._project.published().current()
        if found is None:
            raise ProjectError(
                "{folder}: nothing was loaded yet. efficace load PATH brings data in.", folder=self._project.folder
            )
        return found

    def load(self, path: str | Path, mapping: str | Path | None = None, progress: Progress | None = None) -> LoadReport:
        """Bring a file or folder in and publish a new snapshot.

        Raises:
            SourceError: If a file cannot be read.
            MappingError: If the mapping cannot be carried out.
        """
        from efficace.build import load

        now = datetime.now(UTC).replace(tzinfo=None)
        return load(self._project.folder, Path(path), Path(mapping) if mapping else None, now, progress)

    def rebuild(self, progress: Progress | None = None) -> LoadReport:
        """Publish the same data under the settings as they are now.

        Raises:
            ProjectError: If nothing was loaded yet, or another load runs.
        """
        from efficace.build import rebuild

        return rebuild(self._project.folder, datetime.now(UTC).replace(tzinfo=None), progress)

    def publish(self, address: str, progress: Progress | None = None) -> Snapshot:
        """Publish canonical tables that a Spark cluster has made: folders of Parquet files, read where they lie.

        Raises:
            ProjectError: If the project's engine is not Spark, or a load runs.
            SourceError: If there are no such tables, or one of them cannot be used.
        """
        from efficace.build.cluster_tables import publish_tables

        now = datetime.now(UTC).replace(tzinfo=None)
        return publish_tables(self._project.folder, address, now, progress or (lambda *_: None))

    def undo(self, progress: Progress | None = None) -> LoadReport:
        """Take the last load back: a snapshot without it is published; its files stay in the log's folder.

        Raises:
            ProjectError: If there is no load before it, or another load runs.
        """
        from efficace.build import undo_last

        return undo_last(self._project.folder, datetime.now(UTC).replace(tzinfo=None), progress)

    def sources(self) -> list[dict[str, Any]]:
        """How new and how large each stream of each source is: the rows of the table ``source_status``."""
        engine = self._project.ground().engine
        names = ("source", "stream")
        return list(engine.run(engine.table("source_status").order_by(*names)).to_pylist())

    def loads(self) -> Sequence[RawLoad]:
        """What was loaded so far, oldest first."""
        from efficace.warehouse.raw_log import RawLog

        return RawLog(self._project.folder).loads()

    def doctor(self) -> Health:
        """For each metric whether its data is there, which column is missing, and how fresh and complete the rest is.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.metrics.doctor import examine

        return examine(self._project.ground().engine, self._project.metrics.catalogue())

    def members(self, dimension: str) -> list[tuple[str, str]]:
        """Id and name of the members that a dimension has, by name.

        Raises:
            QuestionError: If there is no such dimension.
        """
        from efficace.metrics.members import members_of

        return members_of(self._project.ground().engine, dimension)

    def people(self) -> dict[str, Person]:
        """Every rep by id, with role and team."""
        from efficace.metrics.people import people_of

        return people_of(self._project.ground().engine)

    def account_names(self, account_ids: Sequence[str]) -> dict[str, str]:
        """Names of accounts by id, as far as they are known."""
        from efficace.metrics.people import account_names

        return account_names(self._project.ground().engine, account_ids)

    def reps_of_teams(self, teams: Sequence[str]) -> frozenset[str]:
        """The reps of teams and of all the teams below them."""
        from efficace.metrics.members import reps_of_teams

        return reps_of_teams(self._project.ground().engine, teams)

    def rejected(self, limit: int = 10_000) -> list[dict[str, Any]]:
        """Rejected rows with table, file, row, column, reason and the original text, in reading order."""
        engine = self._project.ground().engine
        return list(engine.run(engine.table("rejected_rows").limit(limit)).to_pylist())


class MetricsRoom:
    """The catalogue, and questions to it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._catalogue: Mapping[str, Metric] | None = None

    def catalogue(self) -> Mapping[str, Metric]:
        """Every metric by id: the built-in ones and those of the project's own ``metrics`` folder.

        Raises:
            ProjectError: If a file there cannot be used, or declares an id that exists.
        """
        if self._catalogue is None:
            self._catalogue = catalogue_of(self._project.folder)
        return self._catalogue

    def ask(
        self,
        metric: str,
        by: Sequence[str] = (),
        grain: str = "all",
        start: When | None = None,
        end: When | None = None,
        where: Sequence[str] = (),
        definition: str | None = None,
        as_of: When | None = None,
        compare: str | None = None,
        adjust: Sequence[str] = (),
        settings: Mapping[str, object] | None = None,
    ) -> ShownAnswer:
        """Ask for a metric.

        Args:
            by: Dimensions of the rows, for example ``["rep", "source"]``.
            grain: day, week, month, quarter, year, fiscal_quarter, fiscal_year or all.
            start: First day included; by default the first fact's.
            end: First day not included; by default the day after as-of.
            where: Filters: ``"rep=r1|r2"``, ``"source!=web"``, ``"heat="``.
            definition: A preset of the metric.
            as_of: Nothing later is used; a bare date is the end of that day.
            compare: ``previous`` or ``last_year``.
            adjust: Dimensions whose mix is evened out between members.
            settings: Overrides for this question alone.

        Raises:
            QuestionError: Naming what does not exist and the nearest choice.
        """
        from efficace.metrics.question import Request

        request = Request(
            metric, by, grain, start, end, where, definition, as_of, compare, adjust, settings or {}
        )  # fmt: skip
        answer = self.answer(request)
        rows = ShownRows(answer.rows)
        # The instant that was used: a later load must not move what is opened.
        rows.opening = Opening(self._project, replace(request, as_of=answer.as_of))
        return ShownAnswer(**{**vars(answer), "rows": rows})

    def answer(self, request: Request) -> Answer:
        """The answer to a question that is at hand as a whole.

        Raises:
            QuestionError: Naming what does not exist and the nearest choice.
        """
        from efficace.metrics.ask import ask

        return ask(self._project.ground(), request, self.catalogue())

    def rows(self, metric: str, limit: int | None = 1000, **question: Any) -> RowsBehind:
        """The rows behind the answer to a question; takes what ``ask`` takes."""
        from efficace.metrics.behind import rows_behind
        from efficace.metrics.question import Request

        settings = question.pop("settings", None) or {}
        request = Request(metric, settings=settings, **question)
        return rows_behind(self._project.ground(), request, self.catalogue(), limit)

    def opened(self, metric: str, left_out: str | None = None, limit: int | None = 1000, **question: Any) -> Opened:
        """The rows of every part of the answer to a question, used and left out; takes what ``ask`` takes.

        Args:
            left_out: Only those left out for this reason.
            limit: At most so many; None = all.

        Raises:
            QuestionError: If a name, date, value or reason does not exist.
        """
        from efficace.metrics.behind import opened
        from efficace.metrics.question import Request

        settings = question.pop("settings", None) or {}
        request = Request(metric, settings=settings, **question)
        return opened(self._project.ground(), request, self.catalogue(), left_out, limit)

    def lead_queue(self, where: Sequence[str] = ()) -> LeadQueue:
        """The leads that wait for an answer by a person, in the order in which to answer them.

        Raises:
            QuestionError: If a filter names what does not exist.
        """
        from efficace.metrics.waiting import lead_queue

        return lead_queue(self._project.ground(), self.catalogue(), where)

    def compare_definitions(self, metric: str, **question: Any) -> Definitions:
        """A metric by each of its definitions, and what makes the difference, step by step.

        Takes ``start``, ``end``, ``where``, ``as_of`` and ``settings`` as ``ask`` does.

        Raises:
            QuestionError: If a name, date or value does not exist, or the metric has only its own definition.
        """
        from efficace.metrics.definitions import compare_definitions

        return compare_definitions(self._project.ground(), _asked(metric, question), self.catalogue())

    def rows_between_definitions(
        self, metric: str, definition: str, limit: int | None = 1000, **question: Any
    ) -> RowsBetween:
        """The rows that a definition counts and ours does not, or that both count differently."""
        from efficace.metrics.definitions import rows_between

        return rows_between(self._project.ground(), _asked(metric, question), self.catalogue(), definition, limit)


class InsightsRoom:
    """What the figures mean."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def findings(
        self, as_of: When | None = None, limit: int | None = None, progress: Progress | None = None
    ) -> list[Finding]:
        """What the last twelve months say, the most important first.

        Chance findings are held together over all detectors: of those named that are tests, at most the share of the
        setting ``insights.false_discoveries`` by chance alone.

        Args:
            as_of: Nothing later is used; a bare date is the end of that day.
            limit: At most so many; None = all.

        Raises:
            ProjectError: If nothing was loaded yet.
            QuestionError: If ``as_of`` is no date.
        """
        from efficace.insights.discover import discover

        found = discover(self._project.ground(), self._project.metrics.catalogue(), as_of, progress=progress)
        return found[:limit]


class StateRoom:
    """What people make: accounts, saved views, targets, notes, claims; and the figures as an account may see them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._state: State | None = None

    def open(self) -> State:
        """The state database, made and brought up to date at the first use.

        Raises:
            ProjectError: If it was made by a newer program.
            StateError: If it cannot be reached.
        """
        from efficace.state import open_state

        if self._state is None:
            self._state = open_state(self._project.folder, self._project.config.state)
        return self._state

    def see(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        ask: Callable[[Request], Answer] | None = None,
        **question: Any,
    ) -> Seen:
        """An answer as far as a reader may know; takes what ``metrics.ask`` takes. Whose figures are in it is logged.

        Args:
            way: How it is shown: page, api or export.
            at: Now, zone-less UTC.
            ask: What answers in full; by default ``metrics.answer``.

        Raises:
            Forbidden: If nothing of it may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        from efficace.access.answers import see

        request = _asked(metric, question)
        metrics = self._project.metrics
        seen = see(reader, request, self._project.config.privacy, metrics.catalogue(), ask or metrics.answer)
        self._log(reader, seen.people, metric, way, at)
        return seen

    def opened(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        left_out: str | None = None,
        limit: int | None = 1000,
        **question: Any,
    ) -> Opened:
        """The rows behind an answer that a reader may see; takes what ``metrics.ask`` takes. Whose they are is logged.

        Raises:
            Forbidden: If no row may be seen.
            QuestionError: If a name, date, value or reason does not exist.
        """
        from efficace.access.openings import see_rows
        from efficace.metrics.behind import opened

        project = self._project
        request, catalogue = _asked(metric, question), project.metrics.catalogue()
        found, people = see_rows(
            reader, request, project.config.privacy, catalogue,
            lambda asked: opened(project.ground(), asked, catalogue, left_out, limit),
        )  # fmt: skip
        self._log(reader, people, metric, way, at)
        return found

    def explain(self, reader: Reader, way: Way, at: datetime, metric: str, **question: Any) -> Explanation:
        """How an answer was reckoned, as far as a reader may know; takes what ``metrics.ask`` takes.

        Raises:
            Forbidden: If nothing of the answer may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        from efficace.access.openings import see_explanation

        project = self._project
        found, seen = see_explanation(
            reader, _asked(metric, question), project.config.privacy, project.metrics.catalogue(),
            project.metrics.answer, lambda asked: Opening(project, asked).explain(),
        )  # fmt: skip
        self._log(reader, seen.people, metric, way, at)
        return found

    def definitions(self, reader: Reader, metric: str, **question: Any) -> Definitions:
        """A metric by each of its definitions, where a reader may see its figure; ``metrics.compare_definitions``.

        Raises:
            Forbidden: If the figure may not be seen.
            QuestionError: If the metric has only its own definition.
        """
        from efficace.access.openings import see_definitions
        from efficace.metrics.definitions import compare_definitions

        project = self._project
        catalogue = project.metrics.catalogue()
        return see_definitions(
            reader, _asked(metric, question), project.config.privacy, catalogue, project.metrics.answer,
            lambda asked: compare_definitions(project.ground(), asked, catalogue),
        )  # fmt: skip

    def rows_between(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        definition: str,
        limit: int | None = 1000,
        **question: Any,
    ) -> RowsBetween:
        """The rows between our definition and another one, for readers who may see everybody.

        Raises:
            Forbidden: If the reader may not.
            QuestionError: If the definition does not exist.
        """
        from efficace.access.openings import people_in, see_rows_between

        found = see_rows_between(
            reader, _asked(metric, question), self._project.config.privacy,
            lambda _request: self._project.metrics.rows_between_definitions(metric, definition, limit, **question),
        )  # fmt: skip
        self._log(reader, people_in(found.rows, reader), metric, way, at)
        return found

    def _log(self, reader: Reader, people: Sequence[str], metric: str, way: Way, at: datetime) -> None:
        if people:
            from efficace.state.audit import write_person_views

            with self.open().writing() as transaction:
                write_person_views(transaction, reader.user_id, people, metric, way, at)

    def back_up(self, file: Path, at: datetime, raw: bool = False) -> Saved:
        """Write all that people made, the settings, own metrics and mappings to one file.

        Raises:
            BackupError: If the file is there already.
        """
        from efficace.state.backup import back_up

        return back_up(self._project.folder, self.open(), file, at, raw)

    def restore(self, file: Path, at: datetime) -> tuple[Saved, Path]:
        """Put a backup in place; gives also the file whose restoring undoes it.

        Raises:
            BackupError: If the file is damaged, no backup, or made by a newer program. Nothing was changed then.
            ProjectError: If a load is running.
        """
        from efficace.build.lock import only_writer
        from efficace.state.backup import restore

        with only_writer(self._project.folder):
            return restore(self._project.folder, self.open(), file, at)

    def close(self) -> None:
        """Let go of the database."""
        if self._state is not None:
            self._state.close()
            self._state = None


def _asked(metric: str, question: dict[str, Any]) -> Request:
    from efficace.metrics.question import Request

    return Request(metric, **{**question, "settings": question.get("settings") or {}})


def _own_metrics(folder: Path, built_in: Mapping[str, Metric]) -> list[Metric]:
    from efficace.metrics.metric import Metric

    found: list[Metric] = []
    for path in sorted(folder.glob("*.py")):
        try:
            specification = importlib.util.spec_from_file_location(f"efficace_own_{path.stem}", path)
            assert specification is not None
            assert specification.loader is not None
            module = importlib.util.module_from_spec(specification)
            specification.loader.exec_module(module)
            declared = module.METRICS
        except AttributeError as error:
            raise ProjectError("{path}: declares no METRICS tuple ({error}).", path=path, error=error) from error
        except Exception as error:
            raise ProjectError(
                "{path}: cannot be used: {kind}: {error}", path=path, kind=type(error).__name__, error=error
            ) from error
        for metric in declared:
            if not isinstance(metric, Metric):
                raise ProjectError("{path}: METRICS holds {metric!r}, which is no Metric.", path=path, metric=metric)
            if metric.id in built_in or metric.id in {own.id for own in found}:
                raise ProjectError(
                    '{path}: a metric "{id}" exists already. Choose another id.', path=path, id=metric.id
                )
            found.append(metric)
    return found
