"""Shared subqueries that only read are not stored, others are."""

from __future__ import annotations

from efficace.warehouse.engine import Engine
from efficace.warehouse.shared_scans import with_scans_repeated


def test_a_filtered_table_is_read_again() -> None:
    query = """WITH "t1" AS (SELECT * FROM "touches" AS "t0" WHERE ("t0"."kind" = 'call')) SELECT 1 FROM "t1" """
    assert with_scans_repeated(query) == query.replace('"t1" AS (', '"t1" AS NOT MATERIALIZED (')


def test_what_joins_or_groups_is_kept() -> None:
    for work in ("a JOIN b ON true", "a GROUP BY 1", "a UNION ALL SELECT 1", "a LIMIT 1"):
        query = f'WITH "t1" AS (SELECT 1 FROM {work}) SELECT 1 FROM "t1" '
        assert with_scans_repeated(query) == query


def test_brackets_and_words_in_quoted_text_mislead_nobody() -> None:
    query = """WITH "t1" AS (SELECT ')' AS "(" FROM a), "t2" AS (SELECT 1 FROM a JOIN b) SELECT 1 """
    found = with_scans_repeated(query)
    assert '"t1" AS NOT MATERIALIZED (' in found
    assert '"t2" AS (' in found


def test_a_query_whose_parts_share_a_table_answers_as_before() -> None:
    with Engine.open(None) as engine:
        engine.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(10)")
        numbers = engine.table("numbers")
        even = numbers.filter(numbers.n % 2 == 0)
        one, other = even.select(a="n"), even.select(b="n")
        joined = one.inner_join(other, one.a == other.b)
        assert "NOT MATERIALIZED" in engine.compile(joined)
        assert engine.run(joined).num_rows == 5
