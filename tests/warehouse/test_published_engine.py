"""What a connection to a published snapshot remembers, and how many threads one question takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from efficace.warehouse.engine import FOUND_KEPT, Engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a few reps and a table of numbers."""
    path = tmp_path / "published.duckdb"
    with Engine.open(path) as engine:
        engine.create("reps", "SELECT 'r1' AS rep_id, 'Ann' AS name UNION ALL SELECT 'r2', 'Bob'")
        engine.create("numbers", f"SELECT range AS number FROM range({FOUND_KEPT + 20})")
    return path


@pytest.fixture
def published(file: Path) -> Iterator[Engine]:
    """The database as readers open it."""
    with Engine.open(file, read_only=True, threads=1) as engine:
        yield engine


class _Counting:
    """A connection that counts what it is asked."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.asked: list[str] = []

    def execute(self, query: str) -> Any:
        """Count, and ask."""
        self.asked.append(query)
        return self.connection.execute(query)

    def close(self) -> None:
        """End."""
        self.connection.close()


def counted(engine: Engine) -> _Counting:
    """Count what an engine asks from now on."""
    asked = engine.raw = _Counting(engine.raw)
    return asked


def test_a_published_table_is_looked_up_once(published: Engine) -> None:
    asked = counted(published)
    first = published.find("reps", ("name",), rep_id="r1")
    assert published.find("reps", ("name",), rep_id="r1") == first == [("Ann",)]
    assert len(asked.asked) == 1


def test_what_a_reader_does_with_found_rows_does_not_change_what_the_next_one_finds(published: Engine) -> None:
    published.find("reps", ("rep_id",)).clear()
    assert sorted(published.find("reps", ("rep_id",))) == [("r1",), ("r2",)]


def test_a_table_that_is_still_written_to_is_looked_up_each_time(file: Path) -> None:
    with Engine.open(file) as engine:
        assert engine.find("reps", ("name",), rep_id="r1") == [("Ann",)]
        engine.execute("UPDATE reps SET name = 'Eve' WHERE rep_id = 'r1'")
        assert engine.find("reps", ("name",), rep_id="r1") == [("Eve",)]


def test_no_more_look_ups_are_kept_than_the_limit_says(published: Engine) -> None:
    for number in range(FOUND_KEPT + 10):
        assert published.find("numbers", ("number",), number=number) == [(number,)]
    assert len(published._found) == FOUND_KEPT


def test_the_same_rows_given_twice_are_taken_once(published: Engine) -> None:
    asked = counted(published)
    for _turn in range(2):
        published.give("_days", pa.table({"day": pa.array([1, 2], pa.int64())}))
    assert len(asked.asked) == 1
    published.give("_days", pa.table({"day": pa.array([3], pa.int64())}))
    assert published.fetch("SELECT day FROM _days").column("day").to_pylist() == [3]


def test_rows_are_given_anew_where_others_took_their_name_or_they_were_dropped(published: Engine) -> None:
    rows = pa.table({"day": pa.array([1], pa.int64())})
    published.give("_days", rows)
    published.set_aside("_days", "SELECT 7 AS day")
    published.give("_days", rows)
    assert published.fetch("SELECT day FROM _days").column("day").to_pylist() == [1]
    published.drop_aside("_days")
    published.give("_days", rows)
    assert published.fetch("SELECT day FROM _days").column("day").to_pylist() == [1]


def test_a_question_takes_as_many_threads_as_it_may(published: Engine) -> None:
    assert published.fetch("SELECT current_setting('threads') AS n").column("n").to_pylist() == [1]
