from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from alike import by_main_dimension, differences, halves, in_the_past, names, rows_of, told
from engine_company import Loaded

from efficace.build.cluster_tables import publish_tables
from efficace.config import SparkSettings
from efficace.errors import ProjectError, SourceError
from efficace.facts import FACTS
from efficace.facts.known import PREFIX
from efficace.metrics.ask import Ground, ask
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.metric import Metric
from efficace.metrics.question import Request
from efficace.model.tables import TABLES
from efficace.warehouse.engine import Engine
from efficace.warehouse.queryable import Queryable
from efficace.warehouse.snapshot import KEPT, Snapshot
from efficace.warehouse.spark import SparkEngine, SparkVersions, spark_session
from moments import NOON

BESIDE = ("zone_days", "fx_days", "business_days", "working_days", "rep_calendars", "tree")
"""Tables that are made from calendars, rates and teams."""


@pytest.fixture(scope="module")
def there(loaded: Loaded, on_spark: Queryable) -> Ground:
    return loaded.ground(on_spark)


def test_the_work_is_done_by_processes_of_their_own(on_spark: SparkEngine) -> None:
    executors = on_spark.session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
    assert len(executors) == 3, "two workers, and this process"


def test_spark_rounds_as_duckdb(loaded: Loaded, on_spark: Queryable) -> None:
    assert halves(on_spark) == halves(loaded.engine)


@pytest.mark.parametrize("fact", [fact.name for fact in FACTS if fact.stored])
def test_every_fact_on_spark_has_the_rows_of_duckdb(loaded: Loaded, on_spark: Queryable, fact: str) -> None:
    table = PREFIX + fact
    columns = list(on_spark.table(table).columns)
    is_stored = table in loaded.engine.table_names()
    assert rows_of(on_spark, table, columns) == (rows_of(loaded.engine, table, columns) if is_stored else [])


@pytest.mark.parametrize("question", [by_main_dimension, in_the_past])
@pytest.mark.parametrize("metric", names())
def test_every_metric_on_spark_is_that_of_duckdb(
    asked: Ground, there: Ground, metric: str, question: Callable[[Metric], Request]
) -> None:
    request = question(CATALOGUE[metric])
    ours, theirs = (told(ask(ground, request, CATALOGUE)) for ground in (asked, there))
    assert not list(differences(ours, theirs))


def test_readers_of_a_folder_see_a_version_whole_or_not_at_all(
    loaded: Loaded, spark_settings: SparkSettings, tmp_path: Path
) -> None:
    versions = _at(spark_settings, tmp_path)
    assert versions.current() is None
    unfinished = versions.begin(versions.next_number())
    unfinished.keep("reps", "SELECT 'r0' AS rep_id")
    assert versions.current() is None
    first = replace(loaded.snapshot, number=versions.next_number())
    assert first.number == 2, "a number is never used twice"
    _publish(versions, replace(first), "r1")
    assert versions.current() == first
    reader = versions.open(first)
    second = replace(first, number=3)
    _publish(versions, second, "r2")
    assert reader.find("reps", ["rep_id"]) == [("r1",)], "one who reads an older version goes on undisturbed"
    assert versions.open(second).find("reps", ["rep_id"]) == [("r2",)]
    with pytest.raises(ProjectError, match="it is there already"):
        versions.begin(3).publish(second)


def test_old_and_unfinished_folders_are_removed(loaded: Loaded, spark_settings: SparkSettings, tmp_path: Path) -> None:
    versions = _at(spark_settings, tmp_path)
    for number in range(1, KEPT + 2):
        versions.begin(number).publish(replace(loaded.snapshot, number=number))
    versions.begin(KEPT + 2).keep("reps", "SELECT 1 AS one")
    versions.clean()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{number:06d}" for number in range(2, KEPT + 2)]
    with pytest.raises(ProjectError, match=r"000001/published\.json: the published version is missing"):
        versions.open(replace(loaded.snapshot, number=1))


def test_a_query_that_the_cluster_refuses_is_said_so(on_spark: Queryable) -> None:
    with pytest.raises(ProjectError, match=r"engine: spark: .*nowhere"):
        on_spark.fetch("SELECT * FROM nowhere")


def test_a_setting_without_a_value_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"spark\.executor\.memory.*has no value"):
        spark_session(SparkSettings(settings=("spark.executor.memory",)))


def test_tables_that_a_cluster_has_made_are_published_where_they_lie(
    loaded: Loaded, at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("efficace.build.cluster_tables.build_anew", lambda *_: None)
    _write_canonical(loaded.engine, at_home.given)
    snapshot = publish_tables(at_home.project, str(at_home.given), loaded.snapshot.loaded_at, lambda *_: None)
    assert snapshot.as_of == loaded.snapshot.as_of
    with at_home.versions.open(snapshot) as engine:
        assert engine.version.folder("touches") == f"{at_home.given}/touches", "nothing is copied"
        for table in ("order_lines", "deals", "rejected_rows", "column_fill", *BESIDE):
            columns = [name for name in loaded.engine.table(table).columns if name != "rejected"]
            theirs = [] if table == "rejected_rows" else rows_of(loaded.engine, table, columns)
            assert rows_of(engine, table, columns) == theirs, table


@pytest.mark.parametrize(
    ("query", "told_so"),
    [
        ("SELECT 'd1' AS deal_id, 1.5 AS created_at", r"created_at is decimal\(2,1\); it must be timestamp_ntz"),
        ("SELECT 'd1' AS deal_id", "deals: 1 row has no created_at; it is required"),
        (
            "SELECT 'd1' AS deal_id, TIMESTAMP '2024-01-01' AS created_at, 'open' AS status FROM range(3)",
            r"deals: 1 key \(deal_id\) stands in more than one row",
        ),
    ],
)
def test_tables_that_cannot_be_used_are_refused_and_nothing_is_published(
    at_home: Home, query: str, told_so: str
) -> None:
    folder = at_home.given / "deals"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder}/part.parquet' (FORMAT parquet)")
    with pytest.raises(SourceError, match=told_so):
        publish_tables(at_home.project, str(at_home.given), NOON, lambda *_: None)
    assert at_home.versions.current() is None


def test_a_folder_without_tables_is_said_so(at_home: Home) -> None:
    with pytest.raises(SourceError, match="no folder named as a canonical table"):
        publish_tables(at_home.project, str(at_home.given), NOON, lambda *_: None)


@dataclass(frozen=True)
class Home:
    """A project whose engine is Spark, and a folder for the tables that a cluster gives it."""

    project: Path
    given: Path
    versions: SparkVersions


@pytest.fixture
def at_home(loaded: Loaded, spark_settings: SparkSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    project = tmp_path / "project"
    project.mkdir()
    settings = replace(spark_settings, tables=f"{project}/versions")
    config = replace(loaded.config, engine="spark", spark=settings)
    monkeypatch.setattr("efficace.build.cluster_tables.load_config", lambda _: config)
    return Home(project, tmp_path / "given", _at(spark_settings, project / "versions"))


def _write_canonical(engine: Engine, folder: Path) -> None:
    for table in TABLES:
        (folder / table.name).mkdir(parents=True)
        listed = ", ".join(f'"{column.name}"' for column in table.stored_columns)
        engine.execute(
            f"COPY (SELECT {listed} FROM {table.name}) TO '{folder}/{table.name}/part.parquet' (FORMAT parquet)"
        )


def _at(settings: SparkSettings, folder: Path) -> SparkVersions:
    return SparkVersions(replace(settings, tables=str(folder)), folder)


def _publish(versions: SparkVersions, snapshot: Snapshot, rep: str) -> None:
    building = versions.begin(snapshot.number)
    building.keep("reps", f"SELECT '{rep}' AS rep_id")
    building.publish(snapshot)
