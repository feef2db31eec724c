"""Turns the operators of a mapping into the engine's language: one text or native value a canonical column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from efficace.errors import MappingError, nearest
from efficace.sources.expression import Condition, Expression, Feed, Spread
from efficace.warehouse import sql

ROW = "_row"
"""Pseudo-column of every stream: the number of the row in its file."""
SPACES = ("' '", "chr(9)", "chr(10)", "chr(13)", "chr(160)")
SPACE = " || ".join(SPACES)


@dataclass(frozen=True)
class Value:
    """An expression of the engine and the type that it has; text is trimmed and never empty."""

    sql: str
    type: str = "VARCHAR"


@dataclass(frozen=True)
class Rows:
    """Rows of a stream as a relation of the engine.

    Attributes:
        relation: A parenthesised query; it has the columns and ``_row``.
        columns: Name -> engine type.
        known: All columns that any file of the stream has; one of these that is missing here is empty.
    """

    relation: str
    columns: Mapping[str, str]
    known: frozenset[str] = frozenset()


def spread_rows(rows: Rows, spread: Spread, where: str) -> Rows:
    """Turn each row into several: one an array element, or one a column."""
    if spread.kind == "array":
        return _explode(rows, spread, where)
    return _unpivot(rows, spread, where)


def where_clause(feed: Feed, rows: Rows) -> str:
    """The feed's test on rows as a clause; empty where it takes all."""
    return f"WHERE {condition(feed.when, rows, feed.where)}" if feed.when else ""


def value(expression: Expression, rows: Rows, where: str) -> Value:
    """The engine's expression of a mapping's.

    Raises:
        MappingError: If it names a column that the stream does not have.
    """
    found = _origin(expression, rows, where)
    if expression.changes:
        found = _changed(expression, found)
    elif expression.has_default:
        found = Value(f"coalesce({as_text(found)}, {_literal(expression.default)})")
    if expression.when is not None:
        test = condition(expression.when, rows, where)
        found = Value(f"CASE WHEN {test} THEN {found.sql} END", found.type)
    return found


def as_text(found: Value) -> str:
    """A value as trimmed text; a whole float loses its ``.0``, for ids."""
    if found.type == "VARCHAR":
        return found.sql
    if found.type in ("DOUBLE", "FLOAT"):
        whole = f"({found.sql}) = floor({found.sql}) AND abs({found.sql}) < 9e15"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({found.sql} AS BIGINT) AS VARCHAR) ELSE CAST({found.sql} AS VARCHAR) END"
        )
    if found.type.startswith(("STRUCT", "MAP")) or found.type.endswith("[]"):
        return f"CAST(to_json({found.sql}) AS VARCHAR)"
    return f"CAST({found.sql} AS VARCHAR)"


def condition(test: Condition, rows: Rows, where: str) -> str:
    """The engine's expression of a test; never null."""
    if test.kind in ("all", "any"):
        joint = " AND " if test.kind == "all" else " OR "
        return "(" + joint.join(condition(part, rows, where) for part in test.parts) + ")"
    if test.kind == "not":
        return f"(NOT {condition(test.parts[0], rows, where)})"
    if test.kind == "sql":
        return f"coalesce(({test.sql}), false)"
    assert test.value is not None
    text = as_text(value(test.value, rows, where))
    if test.kind == "empty":
        return f"({text} IS NULL)"
    if test.kind == "matches":
        return f"coalesce(regexp_matches({text}, {sql.text(test.among[0])}, 'i'), false)"
    return f"coalesce(lower({text}) IN {sql.texts(item.lower() for item in test.among)}, false)"


def fell_to_default(expression: Expression, rows: Rows, clause: str, where: str) -> str | None:
    """A query of values that the map does not name, with their number; None where there is no default."""
    if not expression.has_default or not expression.changes:
        return None
    text = as_text(_origin(expression, rows, where))
    known = sql.texts(item.lower() for item in expression.changes)
    columns = {"value": "v", "rows": "count(*)"}
    inner = "(" + sql.select({"v": text}, f"{rows.relation} AS r", clause) + ")"
    return sql.select(columns, inner, f"WHERE coalesce(lower(v), '') NOT IN {known}", "GROUP BY v")


def find_column(name: str, rows: Rows, where: str) -> str | None:
    """The stream's spelling of a column; None where only other files of the stream have it.

    Raises:
        MappingError: If no file of the stream has it.
    """
    if name in rows.columns:
        return name
    by_fold = {_fold(column): column for column in rows.columns}
    if _fold(name) in by_fold:
        return by_fold[_fold(name)]
    if _fold(name) in {_fold(column) for column in rows.known}:
        return None
    raise MappingError(
        '{where}: the data has no column "{name}".{nearest}',
        where=where,
        name=name,
        nearest=nearest(name, {*rows.columns, *rows.known}),
    )


def _fold(name: str) -> str:
    return " ".join(name.lower().split())


def _origin(expression: Expression, rows: Rows, where: str) -> Value:
    if expression.origin == "const":
        return Value(sql.text(expression.name) if expression.name else "CAST(NULL AS VARCHAR)")
    if expression.origin == "sql":
        return Value(f"nullif(trim(CAST(({expression.name}) AS VARCHAR), {SPACE}), '')")
    if expression.origin == "first_of":
        return _first_of(expression, rows, where)
    if expression.origin == "path":
        return _path(expression.name, rows, where)
    return _column(expression.name, rows, where)


def _column(name: str, rows: Rows, where: str) -> Value:
    if name == ROW:
        return Value(f"CAST({ROW} AS VARCHAR)")
    column = find_column(name, rows, where)
    if column is None:
        return Value("CAST(NULL AS VARCHAR)")
    quoted = f"r.{sql.name(column)}"
    if rows.columns[column] == "VARCHAR":
        return Value(_trimmed(quoted))
    return Value(quoted, rows.columns[column])


def _trimmed(column: str) -> str:
    """A column's text without space around it, null where that is all; most texts have none, and looking is cheap."""
    ends = " OR ".join(f"suffix({column}, {letter})" for letter in SPACES)
    is_bare = f"{column} >= '!' AND NOT ({ends} OR prefix({column}, chr(160)))"
    return f"CASE WHEN {is_bare} THEN {column} ELSE nullif(trim({column}, {SPACE}), '') END"


def _path(path: str, rows: Rows, where: str) -> Value:
    column, *keys = path.split(".")
    inner = _column(column, rows, where)
    if not keys:
        return inner
    steps = "".join(f"[{key}]" if key.isdigit() else f'."{key}"' for key in keys)
    json = as_text(inner)
    valid = f"CASE WHEN json_valid({json}) THEN {json} END"
    return Value(f"nullif(trim(json_extract_string({valid}, {sql.text('$' + steps)}), {SPACE}), '')")


def _first_of(expression: Expression, rows: Rows, where: str) -> Value:
    found, missing = [], None
    for part in expression.first_of:
        try:
            found.append(value(part, rows, where))
        except MappingError as error:
            missing = error
    if not found and missing is not None:
        raise missing
    if len({item.type for item in found}) == 1:
        return Value(f"coalesce({', '.join(item.sql for item in found)})", found[0].type)
    return Value(f"coalesce({', '.join(as_text(item) for item in found)})")


def _changed(expression: Expression, found: Value) -> Value:
    text = as_text(found)
    cases = " ".join(
        f"WHEN {sql.text(old.lower())} THEN {_literal(new)}" for old, new in expression.changes.items() if old
    )
    rest = _literal(expression.default) if expression.has_default else text
    changed = f"CASE lower({text}) {cases} ELSE {rest} END" if cases else rest
    if "" in expression.changes:
        changed = f"CASE WHEN {text} IS NULL THEN {_literal(expression.changes[''])} ELSE {changed} END"
    return Value(changed)


def _literal(text: str | None) -> str:
    return "NULL" if text is None else sql.text(text)


def _explode(rows: Rows, spread: Spread, where: str) -> Rows:
    assert spread.value is not None
    text = as_text(value(spread.value, rows, where))
    if spread.separator:
        parts = f"string_split({text}, {sql.text(spread.separator)})"
    else:
        valid = f"CASE WHEN json_valid({text}) THEN {text} END"
        parts = f"CAST(json_extract({valid}, '$[*]') AS VARCHAR[])"
    query = sql.select(f"r.*, unnest({parts}) AS {sql.name(spread.value_as)}", f"{rows.relation} AS r")
    columns = {**rows.columns, spread.value_as: "VARCHAR"}
    if spread.separator is None:
        plain = _unquoted(sql.name(spread.value_as))
        query = sql.select(f"* REPLACE ({plain} AS {sql.name(spread.value_as)})", f"({query})")
    return Rows(f"({query})", columns, rows.known | {spread.value_as})


def _unquoted(column: str) -> str:
    """A JSON text value loses its quotes; objects and numbers stay as they are written."""
    return f"CASE WHEN json_type({column}) = 'VARCHAR' THEN json_extract_string({column}, '$') ELSE {column} END"


def _unpivot(rows: Rows, spread: Spread, where: str) -> Rows:
    prefix = spread.prefix or ""
    names = spread.columns or tuple(column for column in rows.columns if prefix and column.startswith(prefix))
    if not names:
        raise MappingError(
            '{where}: no column begins with "{prefix}".{nearest}',
            where=where,
            prefix=prefix,
            nearest=nearest(prefix, rows.columns),
        )
    pairs = ", ".join(
        f"{{'n': {sql.text(name.removeprefix(prefix))}, 'v': {as_text(_column(name, rows, where))}}}" for name in names
    )
    inner = sql.select(f"r.*, unnest([{pairs}]) AS _pair", f"{rows.relation} AS r")
    new = f"_pair.n AS {sql.name(spread.name_as)}, _pair.v AS {sql.name(spread.value_as)}"
    kept = "" if spread.keep_empty else "WHERE _pair.v IS NOT NULL"
    query = sql.select(f"* EXCLUDE (_pair), {new}", f"({inner})", kept)
    columns = {**rows.columns, spread.name_as: "VARCHAR", spread.value_as: "VARCHAR"}
    return Rows(f"({query})", columns, rows.known | {spread.name_as, spread.value_as})
