"""One small company: loaded by DuckDB, published to each engine, asked on both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from engine_company import Loaded

import postgresql
from efficace.build import load
from efficace.config import Config, PostgresqlSettings, SparkSettings, load_config
from efficace.simulate import SimulationSettings, simulate
from efficace.warehouse.building import Versions
from efficace.warehouse.engines import versions_elsewhere
from efficace.warehouse.queryable import Queryable
from efficace.warehouse.snapshot import Snapshots

NOW = datetime(2026, 10, 2)
SMALL = (
    "spark.ui.enabled=false",
    "spark.ui.showConsoleProgress=false",
    "spark.driver.host=127.0.0.1",
    "spark.sql.shuffle.partitions=2",
    # A small company's queries are planned and compiled for longer than they run.
    "spark.sql.adaptive.enabled=false",
    "spark.sql.codegen.wholeStage=false",
    "spark.sql.codegen.factoryMode=NO_CODEGEN",
    "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
)
CLUSTER = "local-cluster[2,1,1024]"
"""Two workers with one core and 1 GiB each, as processes of their own."""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("company")
    simulate(folder / "tables", SimulationSettings(reps=12, months=30, touches=3000))
    project = folder / "project"
    load(project, folder / "tables", None, NOW)
    snapshots = Snapshots(project)
    snapshot = snapshots.current()
    assert snapshot is not None
    with snapshots.open(snapshot) as engine:
        yield Loaded(project, load_config(project), snapshot, engine)


@pytest.fixture(scope="session")
def asked(loaded: Loaded) -> Any:
    """DuckDB's own ground, which keeps the facts of the past moment over all questions."""
    return loaded.ground(loaded.engine)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    where = postgresql.programs()
    if where is None:
        _absent("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgresql.server(where) as address:
        yield address


@pytest.fixture(scope="session")
def on_postgresql(loaded: Loaded, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queryable]:
    address = postgresql.new_database(server, "company")
    versions = elsewhere(loaded, Config(engine="postgresql", postgresql=PostgresqlSettings(url=address)))
    engine = versions.open(loaded.publish(versions, tmp_path_factory.mktemp("copies")))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark_settings(tmp_path_factory: pytest.TempPathFactory) -> SparkSettings:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        _absent("PySpark is not installed (make spark)")
    folder = tmp_path_factory.mktemp("spark")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["SPARK_WORKER_DIR"] = str(folder / "workers")
    more = (f"spark.local.dir={folder / 'local'}", f"spark.sql.warehouse.dir={folder / 'warehouse'}")
    return SparkSettings(str(folder / "versions"), CLUSTER, (*SMALL, *more))


@pytest.fixture(scope="session")
def on_spark(
    loaded: Loaded, spark_settings: SparkSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Queryable]:
    versions = elsewhere(loaded, Config(engine="spark", spark=spark_settings))
    engine = versions.open(loaded.publish(versions, tmp_path_factory.mktemp("copies")))
    yield engine
    engine.close()


def elsewhere(loaded: Loaded, config: Config) -> Versions:
    versions = versions_elsewhere(loaded.project, config)
    assert versions is not None
    return versions


def _absent(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
