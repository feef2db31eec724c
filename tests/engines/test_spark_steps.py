"""The steps of a query give what the query gives, and none of them repeats its parts without bounds."""

from __future__ import annotations

import duckdb

from efficace.warehouse.spark_steps import REPEATED, steps_of

TWICE = "SELECT a.n + b.n AS n FROM `{0}` AS a CROSS JOIN `{0}` AS b"


def chain(length: int) -> str:
    """Each subquery uses the one before it twice: its text, put in the place of each use, doubles every time."""
    first = "`t0` AS (SELECT 1 AS n UNION ALL SELECT 1 AS n LIMIT 1)"
    rest = [f"`t{number}` AS ({TWICE.format(f't{number - 1}')})" for number in range(1, length)]
    return f"WITH {', '.join([first, *rest])} SELECT n FROM `t{length - 1}`"


def run(query: str) -> int:
    connection = duckdb.connect()
    for step in steps_of(query, "kept_"):
        written = step.query.replace("`", '"')
        if step.name is None:
            return int(connection.execute(written).fetchone()[0])
        connection.execute(f'CREATE TABLE "{step.name}" AS {written}')
    raise AssertionError("there is no last step")


def test_a_chain_of_doublings_is_worked_out_in_steps_of_bounded_size() -> None:
    steps = steps_of(chain(30), "kept_")
    assert run(chain(30)) == 2**29
    assert max(step.query.count(" AS (") for step in steps) < REPEATED


def test_what_is_used_once_or_only_read_stays_in_its_query() -> None:
    once = "WITH `t1` AS (SELECT k, count(*) AS n FROM `rows` GROUP BY 1) SELECT * FROM `t1`"
    assert [step.query.split() for step in steps_of(once, "kept_")] == [once.split()]
    read = "WITH `t1` AS (SELECT k FROM `rows` WHERE k > 1) " + " UNION ALL ".join(["SELECT * FROM `t1`"] * 20)
    assert len(steps_of(read, "kept_")) == 1


def test_parentheses_in_texts_and_names_end_nothing() -> None:
    query = "WITH `t1` AS (SELECT ')' AS `a)`, '(' AS b) SELECT * FROM `t1`"
    assert run(query.replace("SELECT *", "SELECT length(`a)`)")) == 1


def test_a_query_without_shared_parts_is_one_step() -> None:
    assert [(step.name, step.query) for step in steps_of("SELECT 1", "kept_")] == [(None, "SELECT 1")]
