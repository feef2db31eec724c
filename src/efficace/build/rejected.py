"""Keeps rows that cannot be used, with the reason, the original and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efficace.build.canonical import Origin
from efficace.build.report import Note
from efficace.locale.said import Said, counted, listed
from efficace.model.tables import BY_NAME, Table
from efficace.sources.compile import ROW
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

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
    "not_a_date": '"{value}" is no date; write 2026-03-31, or 31/03/2026 with date_order in the mapping',
    "not_a_number": '"{value}" is no number; write 1234.50, or 1 234,50 € with decimal in the mapping',
    "not_whole": '"{value}" is no whole number',
    "not_a_boolean": '"{value}" is neither true nor false; write true or false, or map it',
    "not_a_time": '"{value}" is no time of day; write 09:00',
    "not_allowed": '"{value}" is none of {choices}; map it to one of them',
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

_ALIKE = ("table_name", "column_name", "reason")
MOST_NOTES = 20
"""Reasons that a load tells of; all stand beside the rows."""

ROW_SENTENCE = '{file}, row {row}, "{column}": {why}.'
LINE_SENTENCE = "{file}, row {row}: {why}."


def rejection(row: Mapping[str, Any]) -> Said:
    """What is said of a rejected row, for either language."""
    choices = _choices(BY_NAME.get(row["table_name"]), row["column_name"])
    why = Said(SENTENCES.get(row["reason"], row["reason"]), {"value": row["shown"] or "", "choices": choices})
    values = {"file": row["file"], "row": str(row["row_no"]), "column": row["column_name"], "why": why}
    return Said(LINE_SENTENCE if row["column_name"] is None else ROW_SENTENCE, values)


def why_rejected(engine: Engine) -> list[Note]:
    """What was set aside, a note for each reason with its first row, the most frequent first."""
    columns = {"rows": "count(*)", "row_no": "min(row_no)", **{name: name for name in _ALIKE}}
    columns |= {name: f"arg_min({name}, row_no)" for name in ("file", "shown")}
    grouped = sql.select(columns, REJECTED, f"GROUP BY {', '.join(_ALIKE)} ORDER BY 1 DESC, table_name, row_no")
    found = engine.execute(f"{grouped} LIMIT {MOST_NOTES}").fetchall()
    return [_note(dict(zip(columns, row, strict=True))) for row in found]


def _note(row: Mapping[str, Any]) -> Note:
    said = counted(
        "{table}: {n} row set aside. {example}",
        "{table}: {n} rows set aside. {example}",
        row["rows"],
        table=row["table_name"],
        example=rejection(row),
    )
    return Note("set_aside", row["table_name"], row["column_name"] or "", row["rows"], said)


def _choices(table: Table | None, column: str | None) -> Said:
    """What a column may hold, for people; nothing where it may hold anything."""
    known = next((item.choices for item in table.columns if item.name == column), ()) if table is not None else ()
    return listed(known)


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
            "text": _sentence(table, origin.file),
        }
        joined = f"({mine}) AS t LEFT JOIN ({raw}) AS o ON o.raw_row = t.{ROW} {_TOLD.format('t')}"
        run(sql.insert(REJECTED, sql.select(kept, joined)))
    run(sql.delete(table.name, "_reason IS NOT NULL"))


def _sentence(table: Table, file: str) -> str:
    cases = " ".join(
        f"WHEN {sql.text(item.name)} THEN {sql.text(str(listed(item.choices)))}"
        for item in table.columns
        if item.choices
    )
    choices = f"CASE column_name {cases} ELSE '' END" if cases else "''"
    told = f"replace(replace(coalesce(s.sentence, t.reason), '{{choices}}', {choices}), '{{value}}', t.shown)"
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
