"""Reads texts as what a canonical column holds: a value of the engine's type, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from efficace.model.money import UNUSUAL_MINOR_UNITS
from efficace.model.tables import Column, Kind
from efficace.sources.compile import Value, as_text
from efficace.sources.expression import Decimal, Order
from efficace.sources.month_names import named_time
from efficace.warehouse import sql

ENGINE_TYPE = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.MONEY: "DECIMAL(18,4)",
    Kind.INSTANT: "TIMESTAMP",
    Kind.DATE: "DATE",
    Kind.BOOLEAN: "BOOLEAN",
}
FIRST, END = "DATE '1900-01-01'", "DATE '2100-01-01'"
"""Dates outside are typing errors or place-holders."""

TRUE = ("true", "yes", "oui", "1", "t", "y", "o", "vrai", "1.0")
FALSE = ("false", "no", "non", "0", "f", "n", "faux", "0.0")
SLASHED = r"^\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})(\D|$)"
"""Looks like a date whose order must be known."""
SHORT_YEAR = r"^\d{1,2}[/.]\d{1,2}[/.]\d\d(\D|$)"
"""One of them whose year has two digits; between hyphens the year might come first."""

_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_ZONED = r"\d(Z|z| UTC| GMT|[ ]?[+-]\d\d(:?\d\d)?)$"
_SPACES = r"[\s\x{00a0}\x{202f}\x{2009}'’]"
_POWERS = {"e3": ("k",), "e6": ("m", "mio", "mn"), "e9": ("b", "bn", "md", "mds", "mrd")}
"""Letters behind shortened amounts and the power of ten that they stand for."""
_SHORT = rf"(\d)({'|'.join(sorted((word for words in _POWERS.values() for word in words), key=len, reverse=True))})$"
_SIGNS = r"^[+]|[$€£¥%]|^(EUR|USD|GBP|CHF)|(EUR|USD|GBP|CHF)$"


@dataclass(frozen=True)
class How:
    """How one column's texts are read: the mapping's word, or what the values decided."""

    order: Order | None = None
    decimal: Decimal | None = None
    end_of_day: bool = False
    thousandth: bool = False
    minor_units: bool = False


@dataclass(frozen=True)
class Typed:
    """One column on its way to its type, in three steps.

    Attributes:
        first: Name -> expression over what the mapping gives; helper columns end in ``~`` and a letter.
        last: Expression of the value over the first step's columns; empty for an instant, which still needs the zone.
        given: Column of the first step that is empty when the row has no value.
        checks: Over both steps: conditions under which the row is set aside, and the reason (an expression).
    """

    first: dict[str, str]
    last: str
    given: str
    checks: list[tuple[str, str]] = field(default_factory=list)


def typed(column: Column, given: Value, how: How) -> Typed:
    """How a column's value is read from what the mapping gives for it."""
    reader = {
        Kind.TEXT: _text,
        Kind.INTEGER: _integer,
        Kind.NUMBER: _number,
        Kind.MONEY: _money,
        Kind.INSTANT: _instant,
        Kind.DATE: _date,
        Kind.BOOLEAN: _boolean,
    }[column.kind]
    return reader(column, given, how)


def _text(column: Column, given: Value, _: How) -> Typed:
    name, text = sql.name(column.name), as_text(given)
    if column.choices:
        check = (f"{name} NOT IN {sql.texts(column.choices)}", "'not_allowed'")
        return Typed({column.name: f"lower({text})"}, name, name, [check])
    if column.name == "currency":
        text = f"upper({text})"
    return Typed({column.name: text}, name, name)


def _boolean(column: Column, given: Value, _: How) -> Typed:
    if given.type == "BOOLEAN":
        return Typed({column.name: given.sql}, sql.name(column.name), sql.name(column.name))
    text = sql.name(column.name + "~t")
    yes, no = (f"WHEN lower({text}) IN {sql.texts(words)}" for words in (TRUE, FALSE))
    return _from_text(column, as_text(given), f"CASE {yes} THEN true {no} THEN false END", "'not_a_boolean'")


def _number(column: Column, given: Value, how: How) -> Typed:
    read = f"TRY_CAST({sql.name(column.name + '~t')} AS DOUBLE)"
    finite = f"CASE WHEN isfinite({read}) THEN {read}{' / 1000' if how.thousandth else ''} END"
    return _from_text(column, _number_of(given, how), finite, "'not_a_number'")


def _integer(column: Column, given: Value, how: How) -> Typed:
    read = f"TRY_CAST({sql.name(column.name + '~t')} AS DOUBLE)"
    value = f"CASE WHEN abs({read}) < 9e15 AND {read} = floor({read}) THEN CAST({read} AS BIGINT) END"
    reason = (
        f"CASE WHEN NOT coalesce(isfinite({read}), false) THEN 'not_a_number' "
        f"WHEN abs({read}) >= 9e15 THEN 'too_large' ELSE 'not_whole' END"
    )
    return _from_text(column, _number_of(given, how), value, reason)


def _number_of(given: Value, how: How) -> str:
    """A value that a cast makes a number of; one that is a number already does not become a text in between."""
    is_number = given.type == "DOUBLE" or given.type in _WHOLE
    return given.sql if is_number and how.decimal is None else _digits(as_text(given), how)


def _money(column: Column, given: Value, how: How) -> Typed:
    text = sql.name(column.name + "~t")
    is_number = f"coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)"
    reason = f"CASE WHEN {is_number} THEN 'too_large' ELSE 'not_a_number' END"
    value = f"TRY_CAST({text} AS DECIMAL(18,4))"
    if how.minor_units:
        reason = f"CASE WHEN currency IS NULL THEN 'no_currency' ELSE {reason} END"
        value = f"TRY_CAST({value} * {_minor_unit()} AS DECIMAL(18,4))"
    is_exact = given.type in _WHOLE or given.type.startswith("DECIMAL")
    digits = given.sql if is_exact and how.decimal is None else _money_digits(as_text(given), how)
    return _from_text(column, digits, value, reason)


def _minor_unit() -> str:
    """What one minor unit of the row's currency is worth; null without a currency."""
    cases = " ".join(
        f"WHEN currency IN {sql.texts(codes)} THEN CAST({1 / 10**places:.4f} AS DECIMAL(5,4))"
        for places, codes in UNUSUAL_MINOR_UNITS.items()
    )
    return f"CASE WHEN currency IS NULL THEN NULL {cases} ELSE CAST(0.0100 AS DECIMAL(5,4)) END"


def _from_text(column: Column, text: str, value: str, reason: str) -> Typed:
    given = sql.name(column.name + "~t")
    unread = f"{given} IS NOT NULL AND {sql.name(column.name)} IS NULL"
    return Typed({column.name + "~t": text}, value, given, [(unread, reason)])


def _instant(column: Column, given: Value, how: How) -> Typed:
    if given.type == "TIMESTAMP WITH TIME ZONE":
        return _known(column, given.sql, f"CAST({given.sql} AS TIMESTAMP)")
    wall, moment, text = (sql.name(column.name + mark) for mark in ("~w", "~m", "~t"))
    if given.type == "DATE" or given.type.startswith("TIMESTAMP"):
        local, absolute, shown = f"CAST({given.sql} AS TIMESTAMP)", "CAST(NULL AS TIMESTAMP)", given.sql
        if how.end_of_day and given.type == "DATE":
            local = f"{local} + {_LAST_MICROSECOND}"
    else:
        shown = as_text(given)
        local, absolute = _wall_or_moment(shown, how)
    first = {column.name + "~t": shown, column.name + "~w": local, column.name + "~m": absolute}
    unread = (f"{text} IS NOT NULL AND {wall} IS NULL AND {moment} IS NULL", "'not_a_date'")
    return Typed(first, "", text, [unread, _in_range(f"coalesce({moment}, {wall})")])


def _wall_or_moment(text: str, how: How) -> tuple[str, str]:
    """A text as wall time where it has no zone, as an instant where it has one."""
    zoned = f"length({text}) > 10 AND regexp_matches({text}, {sql.text(_ZONED)})"
    local = wall_time(text, how.order)
    if how.end_of_day:
        local = f"{local} + CASE WHEN length({text}) <= 10 THEN {_LAST_MICROSECOND} ELSE INTERVAL 0 SECOND END"
    joined = f"regexp_replace(upper({text}), ' ([+-]\\d)', '\\1')"
    tidy = f"regexp_replace({joined}, '([T ]\\d\\d:\\d\\d)(Z|[+-])', '\\1:00\\2')"
    absolute = f"CAST(coalesce(TRY_CAST({text} AS TIMESTAMPTZ), TRY_CAST({tidy} AS TIMESTAMPTZ)) AS TIMESTAMP)"
    return f"CASE WHEN NOT ({zoned}) THEN {local} END", f"CASE WHEN {zoned} THEN {absolute} END"


_LAST_MICROSECOND = "INTERVAL '23:59:59.999999'"


def _date(column: Column, given: Value, how: How) -> Typed:
    is_native = given.type == "DATE" or given.type.startswith("TIMESTAMP")
    read = given.sql if is_native else wall_time(as_text(given), how.order)
    shown = given.sql if is_native else as_text(given)
    return _known(column, shown, f"CAST({read} AS DATE){' + 1' if how.end_of_day else ''}")


def _known(column: Column, shown: str, read: str) -> Typed:
    """A date, or an instant that needs no zone."""
    name, text = sql.name(column.name), sql.name(column.name + "~t")
    checks = [(f"{text} IS NOT NULL AND {name} IS NULL", "'not_a_date'"), _in_range(name)]
    return Typed({column.name + "~t": shown, column.name: read}, name, text, checks)


def wall_time(text: str, order: Order | None) -> str:
    """The wall time of a text: ISO, with the month's name, or in the order given; null where it is none."""
    read, named = f"TRY_CAST({text} AS TIMESTAMP)", named_time(text)
    if order is None or order == "ymd":
        return f"coalesce({read}, {named})"
    slashed = slashed_time(text, order)
    # The engine would read 05/01/26 as the 26th of January of the year 5.
    is_short = f"regexp_matches({text}, {sql.text(SHORT_YEAR)})"
    return f"CASE WHEN {is_short} THEN {slashed} ELSE coalesce({read}, {slashed}, {named}) END"


def slashed_time(text: str, order: Order) -> str:
    """The wall time of a text such as ``28/02/2026 17:45`` or ``2/28/26 5:45 PM``; null where it is none."""
    day = "%d/%m/%" if order == "dmy" else "%m/%d/%"
    times = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
    whole, short = (", ".join(sql.text(day + year + time) for time in times) for year in ("Y", "y"))
    slashed = f"regexp_replace({text}, '^(\\d+)[.-](\\d+)[.-](\\d+),?[T ]?', '\\1/\\2/\\3 ')"
    tidy = f"trim(regexp_replace({slashed}, ' +', ' ', 'g'))"
    is_short = f"regexp_matches({text}, {sql.text(SHORT_YEAR)})"
    return f"CASE WHEN {is_short} THEN TRY_STRPTIME({tidy}, [{short}]) ELSE TRY_STRPTIME({tidy}, [{whole}]) END"


def _money_digits(text: str, how: How) -> str:
    """As any number's, and what people write in amounts: ``342K``, ``1.2M``, a loss in brackets."""
    if how.decimal is None:
        return text
    signed = f"regexp_replace({_bare(text)}, '^\\((.+)\\)$', '-\\1')"
    ending = f"lower(regexp_extract({signed}, {sql.text(_SHORT)}, 2, 'i'))"
    powers = " ".join(f"WHEN {ending} IN {sql.texts(words)} THEN {sql.text(power)}" for power, words in _POWERS.items())
    digits = _plain(f"regexp_replace({signed}, {sql.text(_SHORT)}, '\\1', 'i')", how.decimal)
    return f"{digits} || CASE {powers} ELSE '' END"


def _digits(text: str, how: How) -> str:
    """A number's text with a decimal point, no thousands and no currency sign, as the source writes numbers."""
    return text if how.decimal is None else _plain(_bare(text), how.decimal)


def _bare(text: str) -> str:
    """A number's text without spaces and signs."""
    return f"regexp_replace(regexp_replace({text}, {sql.text(_SPACES)}, '', 'g'), {sql.text(_SIGNS)}, '', 'g')"


def _plain(bare: str, decimal: Decimal) -> str:
    thousands, mark = (",", r"\.") if decimal == "." else (".", ",")
    grouped = rf"^-?\d{{1,3}}([{thousands}]\d{{3}})+({mark}\d*)?$"
    plain = (
        f"CASE WHEN regexp_matches({bare}, {sql.text(grouped)}) THEN replace({bare}, {sql.text(thousands)}, '') "
        f"ELSE {bare} END"
    )
    if decimal == ".":
        return plain
    return f"replace(CASE WHEN contains({plain}, '.') THEN {plain} || '?' ELSE {plain} END, ',', '.')"


def _in_range(value: str) -> tuple[str, str]:
    return f"{value} < {FIRST} OR {value} >= {END}", "'out_of_range'"
