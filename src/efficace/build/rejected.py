"""Keeps rows that cannot be used, with the reason, the original and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efficace.build.canonical import Origin
from efficace.locale.said import Said
from efficace.model.tables import Table
from efficace.sources.compile import ROW
from efficace.warehouse import sql

REJECTED = "rejected_rows"
REJECTED_COLUMNS = {
    "table_name": "VARCHAR",
    "row_key": "VARCHAR",
    "column_name": "VARCHAR",
    "reason": "VARCHAR",
    "original": "VARCHAR",
    "file": "VARCHAR",
    "row_no": "BIGINT",
    "load": "BIGINT",
    "shown": "VARCHAR",
    "text": "VARCHAR",
}
"""``original`` is the whole row, ``shown`` the value that cannot be used, ``text`` a sentence in English."""

SENTENCES: Mapping[str, str] = {
    "missing_required": "a value is missing",
    "missing_column": "the data has no such column",
    "no_key": "a row needs a key",
    "not_a_date": '"{value}" is no date',
    "not_a_number": '"{value}" is no number',
    "not_whole": '"{value}" is no whole number',
    "not_a_boolean": '"{value}" is neither true nor false',
    "not_a_time": '"{value}" is no time of day; write 09:00',
    "not_allowed": '"{value}" is none of the values allowed',
    "too_large": '"{value}" is too large',
    "out_of_range": '"{value}" lies outside what is possible',
    "unknown_currency": '"{value}" is no ISO 4217 currency code',
    "no_currency": '"{value}" is in minor units, and the row names no currency',
    "unknown_timezone": '"{value}" is no IANA time zone',
    "negative_mrr": '"{value}": monthly recurring revenue cannot be negative',
    "wrong_number_of_cells": "the line has more or fewer cells than the header",
    "broken_quotes": "the line has a quote that is not closed or stands inside a cell",
    "not_json": "the line is no JSON object",
    "credits_not_one": "the shares of the deal do not sum to 1; its owner has 1",
    "tree_cycle": '"{value}" closes a cycle: it would lie in itself',
}
"""Reason -> what is wrong, for people."""

ROW_SENTENCE = '{file}, row {row}, "{column}": {why}.'
LINE_SENTENCE = "{file}, row {row}: {why}."


def rejection(row: Mapping[str, Any]) -> Said:
    """What is said of a rejected row, for either language."""
    why = Said(SENTENCES.get(row["reason"], row["reason"]), {"value": row["shown"] or ""})
    values = {"file": row["file"], "row": row["row_no"], "column": row["column_name"], "why": why}
    return Said(LINE_SENTENCE if row["column_name"] is None else ROW_SENTENCE, values)


_TOLD = "LEFT JOIN _sentences AS s ON s.reason = {0}.reason"


def create_rejected() -> str:
    """Statements that make the table of rejected rows, and what is said of each reason."""
    sentences = ", ".join(f"({sql.text(reason)}, {sql.text(told)})" for reason, told in SENTENCES.items())
    return (
        f"{sql.create(REJECTED, REJECTED_COLUMNS)};\n"
        f"CREATE TEMP TABLE _sentences AS FROM (VALUES {sentences}) AS s(reason, sentence)"
    )


def keep_rejected(run: Any, table: Table, origins: Iterable[Origin]) -> None:
    """Move rows with a reason to the rejected ones, with the original row as JSON."""
    name = sql.name(table.name)
    key = ", ".join(f"CAST({sql.name(column)} AS VARCHAR)" for column in table.key)
    for origin in origins:
        columns = {
            "row_key": f"nullif(concat_ws('|', {key}), '')",
            "column_name": "split_part(_reason, '|', 1)",
            "reason": "split_part(_reason, '|', 2)",
            "shown": "array_to_string(string_split(_reason, '|')[3:], '|')",
            ROW: ROW,
        }
        mine = sql.select(columns, name, f"WHERE _reason IS NOT NULL AND _file = {origin.number}")
        raw = sql.select({"raw_row": ROW, "original": "CAST(to_json(r) AS VARCHAR)"}, f"{origin.rows.relation} AS r")
        kept = {
            "table_name": sql.text(table.name),
            "row_key": "row_key",
            "column_name": "column_name",
            "reason": "t.reason",
            "original": "original",
            "file": sql.text(origin.file),
            "row_no": f"t.{ROW}",
            "load": str(origin.load),
            "shown": "t.shown",
            "text": _sentence(origin.file),
        }
        joined = f"({mine}) AS t LEFT JOIN ({raw}) AS o ON o.raw_row = t.{ROW} {_TOLD.format('t')}"
        run(sql.insert(REJECTED, sql.select(kept, joined)))
    run(sql.delete(table.name, "_reason IS NOT NULL"))


def _sentence(file: str) -> str:
    told = "replace(coalesce(s.sentence, t.reason), '{value}', t.shown)"
    return f"{sql.text(file)} || ', row ' || t.{ROW} || ', \"' || column_name || '\": ' || {told} || '.'"


def keep_broken(run: Any, table: Table, origin: Origin, bad_file: str) -> None:
    """Add lines of a file that are no row to the rejected ones."""
    columns = {
        "table_name": sql.text(table.name),
        "row_key": "CAST(NULL AS VARCHAR)",
        "column_name": "CAST(NULL AS VARCHAR)",
        "reason": "b.reason",
        "original": "CAST(to_json(b.original) AS VARCHAR)",
        "file": sql.text(origin.file),
        "row_no": "b.row_no",
        "load": str(origin.load),
        "shown": "CAST(NULL AS VARCHAR)",
        "text": f"{sql.text(origin.file)} || ', row ' || b.row_no || ': ' || coalesce(s.sentence, b.reason) || '.'",
    }
    source = f"read_parquet({sql.text(bad_file)}) AS b {_TOLD.format('b')}"
    run(sql.insert(REJECTED, sql.select(columns, source)))
