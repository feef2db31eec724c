"""Reads a mapping file: one source's name, how its texts are read, and how its streams fill the canonical tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from efficace.errors import MappingError, nearest
from efficace.locale.said import Said
from efficace.model.money import is_currency
from efficace.model.tables import BY_NAME, Column, Kind, Table
from efficace.sources.expression import Condition, Decimal, Expression, Feed, Order, Reading, Spread, Type

FILES = "files"
"""Name of the source of canonical files that are loaded without a mapping."""

LOCALES: Mapping[str, tuple[Order, Decimal]] = {
    "fr": ("dmy", ","),
    "de": ("dmy", ","),
    "es": ("dmy", ","),
    "it": ("dmy", ","),
    "uk": ("dmy", "."),
    "us": ("mdy", "."),
    "iso": ("ymd", "."),
}
"""Locale -> which comes first in a date, and the mark of decimals."""

_TYPES_OF: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"text", "currency"}),
    Kind.INTEGER: frozenset({"number"}),
    Kind.NUMBER: frozenset({"number", "money", "seconds_from_ms"}),
    Kind.MONEY: frozenset({"money", "number", "minor_units"}),
    Kind.INSTANT: frozenset({"instant", "date", "date_end"}),
    Kind.DATE: frozenset({"date", "date_end", "instant"}),
    Kind.BOOLEAN: frozenset({"bool"}),
}
_ORIGINS = ("column", "path", "const", "first_of", "sql")
_OPERATORS = (*_ORIGINS, "type", "map", "default", "ref", "when", "date_order", "decimal")
_TOP = ("source", "own_files_only", "timezone", "currency", "locale", "date_order", "decimal", "files", "tables")
_FILE = ("file", "sheet", "table", "header", "columns", "header_row", "delimiter", "encoding", "optional")
_FEED = ("from", "columns", "when", "explode", "unpivot", "sql")


@dataclass(frozen=True)
class StreamFile:
    """Which file a stream is.

    Attributes:
        pattern: File name, or a pattern with ``*``.
        inner: Sheet or table.
        optional: A folder without it is no error.
        columns: Names for the columns of a file without a header; None = a row names them.
    """

    pattern: str
    inner: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    optional: bool = False
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SourceMapping:
    """A mapping file, read and checked.

    Attributes:
        text: The file as it was written; None without a mapping.
        streams: What the mapping calls a stream -> which file it is; empty = every file by its own name.
        feeds: How tables are filled; empty = by the names of tables and columns.
        own_files_only: Whether it reads the files of its own load alone, and earlier loads keep theirs.
    """

    name: str = FILES
    text: str | None = None
    reading: Reading = field(default_factory=Reading)
    streams: Mapping[str, StreamFile] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    own_files_only: bool = False


def read_mapping(path: Path) -> SourceMapping:
    """Read a mapping file.

    Raises:
        MappingError: Naming the file and the key that cannot be carried out.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError("{path}: the mapping cannot be read: {error}.", path=path, error=error) from error
    return parse_mapping(text, str(path), _source_name(path.stem))


def parse_mapping(text: str, where: str, name: str = FILES) -> SourceMapping:
    """Read the text of a mapping.

    Args:
        name: Of the source, where the mapping gives none.

    Raises:
        MappingError: Naming the key that cannot be carried out.
    """
    import yaml

    try:
        given = yaml.load(text, Loader=_loader())
    except yaml.YAMLError as error:
        raise MappingError(
            "{where}: not readable as YAML: {error}", where=where, error=" ".join(str(error).split())
        ) from error
    except MappingError as error:
        raise MappingError("{where}: {error}", where=where, error=error.said) from error
    top = _keys(given or {}, _TOP, where)
    streams = {
        str(key): _stream(item, f"{where}: files: {key}") for key, item in _dict(top.get("files"), where).items()
    }
    feeds = tuple(_feeds(_dict(top.get("tables"), f"{where}: tables"), streams, where))
    reading = _reading(top, where)
    _check_minor_units(feeds, reading)
    source = str(top.get("source") or name)
    if source != _source_name(source):
        raise MappingError(
            '{where}: source: "{source}" may hold letters, digits, - and _ only.', where=where, source=source
        )
    own = str(top.get("own_files_only") or "false").lower()
    if own not in ("true", "false"):
        raise MappingError('{where}: own_files_only: "{value}" is neither true nor false.', where=where, value=own)
    return SourceMapping(source, text, reading, streams, feeds, own == "true")


def _check_minor_units(feeds: Iterable[Feed], reading: Reading) -> None:
    """Hundredths or not is the currency's to say: one must be known."""
    for feed in feeds:
        for name, expression in feed.columns.items():
            if expression.type == "minor_units" and "currency" not in feed.columns and reading.currency is None:
                raise MappingError(
                    "{where}: {column}: `type: minor_units` needs the currency: map the column currency, or write "
                    "`currency: EUR` at the top.",
                    where=feed.where,
                    column=name,
                )


def _loader() -> Any:
    """YAML with every scalar as it is written: ``yes``, ``1.0`` and ``2026-01-01`` stay text."""
    import yaml

    class Plain(yaml.SafeLoader):
        """Resolves nothing but empty values."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag.endswith((":null", ":merge"))]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Plain.add_constructor("tag:yaml.org,2002:map", _unique_map)
    return Plain


def _unique_map(loader: Any, node: Any) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise MappingError(
                'the key "{key}" stands twice (line {line}).', key=key, line=key_node.start_mark.line + 1
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


def _source_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_") or "source"


def _reading(top: Mapping[str, Any], where: str) -> Reading:
    order, decimal = None, None
    if top.get("locale"):
        locale = str(top["locale"]).lower()
        if locale not in LOCALES:
            raise MappingError(
                '{where}: locale: "{locale}" is not known.{nearest}',
                where=where,
                locale=locale,
                nearest=nearest(locale, LOCALES),
            )
        order, decimal = LOCALES[locale]
    order = cast("Order | None", _one_of(top, "date_order", get_args(Order), where)) or order
    decimal = cast("Decimal | None", _one_of(top, "decimal", get_args(Decimal), where)) or decimal
    return Reading(_zone(top.get("timezone"), where), _currency(top.get("currency"), where), order, decimal)


def _zone(name: Any, where: str) -> str | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError) as error:
        raise MappingError(
            '{where}: timezone: "{name}" is no time zone. Write an IANA name such as Europe/Paris.',
            where=where,
            name=name,
        ) from error


def _currency(code: Any, where: str) -> str | None:
    if code is not None and not is_currency(str(code)):
        raise MappingError('{where}: currency: "{code}" is no ISO 4217 code such as EUR.', where=where, code=code)
    return None if code is None else str(code)


def _stream(given: Any, where: str) -> StreamFile:
    if isinstance(given, str):
        return StreamFile(given)
    item = _keys(given, _FILE, where)
    if not item.get("file"):
        raise MappingError("{where}: name the file (file: deals.csv).", where=where)
    row = item.get("header_row")
    if row is not None and not (str(row).isdigit() and int(row) > 0):
        raise MappingError('{where}: header_row: "{row}" is no row number; the first row is 1.', where=where, row=row)
    delimiter = {"tab": "\t", "\\t": "\t"}.get(str(item.get("delimiter")), item.get("delimiter"))
    return StreamFile(
        str(item["file"]),
        item.get("sheet") or item.get("table"),
        int(row) if row else None,
        delimiter,
        item.get("encoding"),
        str(item.get("optional", "")).lower() in ("true", "yes"),
        _named_columns(item, where),
    )


def _named_columns(item: Mapping[str, Any], where: str) -> tuple[str, ...] | None:
    """Names for the columns of a file without a header."""
    if _one_of(item, "header", ("none",), where) is None:
        if "columns" in item:
            raise MappingError("{where}: columns names the columns of a file with `header: none`.", where=where)
        return None
    if item.get("header_row") is not None:
        raise MappingError("{where}: `header: none` and header_row exclude each other.", where=where)
    return tuple("" if name is None else str(name) for name in _list(item.get("columns") or []))


def _feeds(tables: Mapping[str, Any], streams: Mapping[str, StreamFile], where: str) -> Iterable[Feed]:
    for name, given in tables.items():
        if name not in BY_NAME:
            raise MappingError(
                '{where}: tables: there is no table "{name}".{nearest}',
                where=where,
                name=name,
                nearest=nearest(name, BY_NAME),
            )
        parts = given if isinstance(given, list) else [given]
        for place, part in enumerate(parts):
            here = f"{where}: tables: {name}" + (f"[{place + 1}]" if len(parts) > 1 else "")
            yield _feed(BY_NAME[name], part, streams, here)


def _feed(table: Table, given: Any, streams: Mapping[str, StreamFile], where: str) -> Feed:
    item = _keys(given, _FEED, where)
    if "sql" in item:
        if len(item) > 1:
            raise MappingError("{where}: sql stands alone; it gives all columns itself.", where=where)
        return Feed(table.name, where, sql=str(item["sql"]))
    stream = str(item.get("from") or "")
    if not stream:
        raise MappingError("{where}: from: name the stream (from: ...).", where=where)
    if streams and stream not in streams:
        raise MappingError(
            '{where}: from: "{stream}" is none of the files.{nearest}',
            where=where,
            stream=stream,
            nearest=nearest(stream, streams),
        )
    columns = {
        name: _column(table, name, expression, f"{where}: {name}")
        for name, expression in _dict(item.get("columns"), where).items()
    }
    missing = [name for name in table.required if name not in columns]
    if missing:
        raise MappingError(
            "{where}: table {name} is refused: it needs {missing}.",
            where=where,
            name=table.name,
            missing=", ".join(missing),
        )
    when = _condition(item["when"], f"{where}: when") if "when" in item else None
    return Feed(table.name, where, stream, columns, when, tuple(_spreads(item, where)))


def _column(table: Table, name: str, given: Any, where: str) -> Expression:
    known = {column.name: column for column in table.stored_columns if column.name != "loaded_at"}
    if name not in known:
        raise MappingError(
            '{where}: table {name} has no column "{column}".{nearest}',
            where=where,
            name=table.name,
            column=name,
            nearest=nearest(name, known),
        )
    expression = _expression(given, where)
    _check_type(known[name], expression, where)
    return expression


def _check_type(column: Column, expression: Expression, where: str) -> None:
    allowed = _TYPES_OF[column.kind]
    for part in (expression, *expression.first_of):
        if part.type is not None and part.type not in allowed:
            raise MappingError(
                '{where}: type: "{type}" does not fit; {column} holds {kind}. Choices: {choices}.',
                where=where,
                type=part.type,
                column=column.name,
                kind=column.kind,
                choices=", ".join(sorted(allowed)),
            )


def _expression(given: Any, where: str) -> Expression:
    if isinstance(given, str):
        return Expression("column", given)
    if given is None:
        return Expression("const", "")
    item = _keys(given, _OPERATORS, where)
    origins = [key for key in _ORIGINS if key in item]
    if len(origins) != 1:
        raise MappingError(
            "{where}: name one of {choices}; found {found}.",
            where=where,
            choices=", ".join(_ORIGINS),
            found=", ".join(origins) or Said("none"),
        )
    origin = origins[0]
    ref, ref_by = _ref(item.get("ref"), where)
    parts = item["first_of"] if origin == "first_of" else []
    if origin == "first_of" and not (isinstance(parts, list) and parts):
        raise MappingError("{where}: first_of: give a list of columns or expressions.", where=where)
    return Expression(
        cast("Any", origin),
        "" if origin == "first_of" or item[origin] is None else str(item[origin]),
        tuple(_expression(part, f"{where}: first_of") for part in parts),
        {str(old): None if new is None else str(new) for old, new in _dict(item.get("map"), where).items()},
        None if item.get("default") is None else str(item["default"]),
        "default" in item,
        ref,
        ref_by,
        cast("Type | None", _one_of(item, "type", get_args(Type), where)),
        _condition(item["when"], f"{where}: when") if "when" in item else None,
        cast("Order | None", _one_of(item, "date_order", get_args(Order), where)),
        cast("Decimal | None", _one_of(item, "decimal", get_args(Decimal), where)),
    )


def _ref(given: Any, where: str) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    item = {"table": given} if isinstance(given, str) else _keys(given, ("table", "by"), f"{where}: ref")
    table, by = str(item.get("table")), item.get("by")
    if table not in BY_NAME:
        raise MappingError(
            '{where}: ref: there is no table "{table}".{nearest}',
            where=where,
            table=table,
            nearest=nearest(table, BY_NAME),
        )
    names = [column.name for column in BY_NAME[table].columns]
    if by is not None and by not in names:
        raise MappingError(
            '{where}: ref: table {table} has no column "{by}".{nearest}',
            where=where,
            table=table,
            by=by,
            nearest=nearest(str(by), names),
        )
    return table, by


def _condition(given: Any, where: str) -> Condition:
    if isinstance(given, list):
        return Condition("all", parts=tuple(_condition(part, where) for part in given))
    item = _keys(given, ("column", "path", "is", "in", "not", "not_in", "empty", "matches", "all", "any", "sql"), where)
    for kind in ("all", "any"):
        if kind in item:
            return Condition(cast("Any", kind), parts=tuple(_condition(part, where) for part in _list(item[kind])))
    if "sql" in item:
        return Condition("sql", sql=str(item["sql"]))
    origin = "column" if "column" in item else "path"
    tests = [key for key in item if key not in ("column", "path")]
    if item.get(origin) is None or len(tests) != 1:
        raise MappingError(
            "{where}: give a column or path and one of is, in, not, not_in, empty, matches.", where=where
        )
    return _test(Expression(cast("Any", origin), str(item[origin])), tests[0], item[tests[0]], where)


def _test(value: Expression, kind: str, given: Any, where: str) -> Condition:
    if kind == "empty":
        is_empty = Condition("empty", value)
        return is_empty if str(given).lower() in ("true", "yes") else Condition("not", parts=(is_empty,))
    if kind == "matches":
        try:
            re.compile(str(given))
        except re.error as error:
            raise MappingError(
                '{where}: matches: "{given}" is no pattern: {error}.', where=where, given=given, error=error
            ) from error
        return Condition("matches", value, (str(given),))
    among = Condition("in", value, tuple(str(item) for item in _list(given)))
    return Condition("not", parts=(among,)) if kind in ("not", "not_in") else among


def _spreads(item: Mapping[str, Any], where: str) -> Iterable[Spread]:
    for given in _list(item.get("explode") or []):
        here = f"{where}: explode"
        part = _keys(given, ("column", "path", "separator", "as", "prefix", "name", "value", "keep_empty"), here)
        if "prefix" in part:
            yield _columns_spread(part, (), str(part["prefix"]), here)
        else:
            origin = "column" if "column" in part else "path"
            if origin not in part or "as" not in part:
                raise MappingError("{here}: give a column or path, and what an element is called (as: ...).", here=here)
            value = Expression(cast("Any", origin), str(part[origin]))
            yield Spread("array", str(part["as"]), value, part.get("separator"))
    if "unpivot" in item:
        here = f"{where}: unpivot"
        part = _keys(item["unpivot"], ("columns", "prefix", "name", "value", "keep_empty"), here)
        yield _columns_spread(
            part, tuple(str(name) for name in _list(part.get("columns") or [])), part.get("prefix"), here
        )


def _columns_spread(part: Mapping[str, Any], columns: tuple[str, ...], prefix: str | None, where: str) -> Spread:
    if not (columns or prefix) or "name" not in part or "value" not in part:
        raise MappingError("{where}: give columns or a prefix, and what name and value are called.", where=where)
    keep = str(part.get("keep_empty", "")).lower() in ("true", "yes")
    return Spread("columns", str(part["value"]), None, None, columns, prefix, str(part["name"]), keep)


def _keys(given: Any, known: Sequence[str], where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise MappingError("{where}: expected keys and values, found {given!r}.", where=where, given=given)
    for key in given:
        if key not in known:
            raise MappingError(
                '{where}: there is no key "{key}" here.{nearest}',
                where=where,
                key=key,
                nearest=nearest(str(key), known),
            )
    return given


def _dict(given: Any, where: str) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise MappingError("{where}: expected keys and values, found {given!r}.", where=where, given=given)
    return {("" if key is None else str(key)): value for key, value in given.items()}


def _list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list) else [given]


def _one_of(item: Mapping[str, Any], key: str, choices: Sequence[str], where: str) -> str | None:
    value = item.get(key)
    if value is not None and str(value) not in choices:
        raise MappingError(
            '{where}: {key}: "{value}" is not allowed. Choices: {choices}.',
            where=where,
            key=key,
            value=value,
            choices=", ".join(choices),
        )
    return None if value is None else str(value)
