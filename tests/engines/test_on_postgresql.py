from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alike import by_main_dimension, differences, halves, in_the_past, names, rows_of, told
from engine_company import Loaded

import postgresql
from efficace.config import PostgresqlSettings
from efficace.errors import ConfigError, ProjectError
from efficace.facts import FACTS
from efficace.facts.known import PREFIX
from efficace.metrics.ask import Ground, ask
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.metric import Metric
from efficace.metrics.question import Request
from efficace.project import open_project
from efficace.warehouse.postgresql import PostgresVersions, address_of, connect
from efficace.warehouse.queryable import Queryable
from efficace.warehouse.snapshot import KEPT, Snapshots
from loading import Company

SECRET = "hunter2/at:the@gate"


@pytest.fixture(scope="module")
def there(loaded: Loaded, on_postgresql: Queryable) -> Ground:
    return loaded.ground(on_postgresql)


def test_postgresql_rounds_as_duckdb(loaded: Loaded, on_postgresql: Queryable) -> None:
    assert halves(on_postgresql) == halves(loaded.engine)


@pytest.mark.parametrize("fact", [fact.name for fact in FACTS if fact.stored])
def test_every_fact_on_postgresql_has_the_rows_of_duckdb(loaded: Loaded, on_postgresql: Queryable, fact: str) -> None:
    table = PREFIX + fact
    columns = list(on_postgresql.table(table).columns)
    is_stored = table in loaded.engine.table_names()
    assert rows_of(on_postgresql, table, columns) == (rows_of(loaded.engine, table, columns) if is_stored else [])


@pytest.mark.parametrize("question", [by_main_dimension, in_the_past])
@pytest.mark.parametrize("metric", names())
def test_every_metric_on_postgresql_is_that_of_duckdb(
    asked: Ground, there: Ground, metric: str, question: Callable[[Metric], Request]
) -> None:
    request = question(CATALOGUE[metric])
    ours, theirs = (told(ask(ground, request, CATALOGUE)) for ground in (asked, there))
    assert not list(differences(ours, theirs))


def test_readers_see_a_version_whole_or_not_at_all(loaded: Loaded, server: str, tmp_path: Path) -> None:
    address = postgresql.new_database(server, "whole")
    versions = PostgresVersions(address, "company")
    assert versions.current() is None
    unfinished = versions.begin(versions.next_number())
    unfinished.keep("fact_deal_spans", "SELECT 1 AS one")
    assert versions.current() is None
    unfinished.close()
    first = replace(loaded.snapshot, number=versions.next_number())
    assert first.number == 2, "a number is never used twice"
    with versions.begin(first.number) as building:
        building.keep("reps", "SELECT 'r1' AS rep_id")
        building.publish(first)
    assert versions.current() == first
    reader = versions.open(first)
    second = replace(first, number=3)
    with versions.begin(second.number) as building:
        building.keep("reps", "SELECT 'r2' AS rep_id")
        building.publish(second)
    assert reader.find("reps", ["rep_id"]) == [("r1",)], "one who reads an older version goes on undisturbed"
    assert versions.open(second).find("reps", ["rep_id"]) == [("r2",)]


def test_old_and_unfinished_versions_are_removed(loaded: Loaded, server: str) -> None:
    address = postgresql.new_database(server, "old")
    versions = PostgresVersions(address, "company")
    for number in range(1, KEPT + 3):
        with versions.begin(number) as building:
            building.keep("reps", f"SELECT {number} AS one")
            if number < KEPT + 2:
                building.publish(replace(loaded.snapshot, number=number))
    versions.clean()
    with connect(address) as connection:
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'company_0%' ORDER BY 1")
        assert [name for (name,) in found.fetchall()] == [f"company_{number:06d}" for number in range(2, KEPT + 2)]
    with pytest.raises(ProjectError, match="company_000001: the published version is missing"):
        versions.open(replace(loaded.snapshot, number=1))


def test_the_password_comes_from_the_environment_and_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALES_PASSWORD", SECRET)
    settings = PostgresqlSettings("postgresql://efficace@127.0.0.1:1/sales", "SALES_PASSWORD")
    address = address_of(settings)
    assert address == "postgresql://efficace:hunter2%2Fat%3Athe%40gate@127.0.0.1:1/sales"
    assert "127.0.0.1" not in repr(settings)
    for wrong in (address, f"postgresql://efficace:{SECRET}@host:port/sales"):
        with pytest.raises(ProjectError) as told_error:
            connect(wrong)
        assert "hunter2" not in str(told_error.value)
        assert told_error.value.__cause__ is None or "hunter2" not in str(told_error.value.__cause__)


def test_an_address_that_is_missing_or_of_another_kind_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EFFICACE_POSTGRESQL_URL", raising=False)
    with pytest.raises(ConfigError, match="EFFICACE_POSTGRESQL_URL"):
        address_of(PostgresqlSettings())
    monkeypatch.setenv("EFFICACE_POSTGRESQL_URL", "postgresql://somebody@somewhere/sales")
    assert address_of(PostgresqlSettings()) == "postgresql://somebody@somewhere/sales"
    with pytest.raises(ConfigError, match="write postgresql://user@host/database"):
        address_of(PostgresqlSettings("mysql://user@host/sales"))
    with pytest.raises(ConfigError, match="NO_SUCH_VARIABLE is not set"):
        address_of(PostgresqlSettings("postgresql://user@host/sales", "NO_SUCH_VARIABLE"))


def test_a_project_on_postgresql_is_loaded_asked_and_loaded_again(server: str, tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.settings(f"engine: postgresql\npostgresql: {{url: '{postgresql.new_database(server, 'project')}'}}\n")
    company.write(deals_csv="deal_id,created_at,status,closed_at\nd1,2026-01-05,won,2026-01-20\n")
    assert company.load().changed
    with open_project(company.project) as project:
        assert project.metrics.ask("win_rate").rows[0].value == 1
        assert project.metrics.rows("win_rate").rows.column("deal_id").to_pylist() == ["d1"]
        assert not company.load().changed
        company.write(deals_csv="deal_id,created_at,status,closed_at\nd2,2026-01-07,lost,2026-02-20\n")
        assert company.load().changed
        answer = project.metrics.ask("win_rate")
        assert (answer.rows[0].value, answer.snapshot) == (0.5, 2)
    with Snapshots(company.project).open(project.data.snapshot()) as local:
        assert not any(name.startswith(PREFIX) for name in local.table_names()), "facts are kept once, on the server"
