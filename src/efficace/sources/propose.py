"""Proposes a mapping for a folder of files, with its reasons, and asks what the data cannot tell."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from efficace.config import Company
from efficace.locale.said import Said, listed
from efficace.model.calendar_rows import zone_named
from efficace.model.money import is_currency
from efficace.model.tables import BY_NAME, Column, Kind, Table
from efficace.sources.aliases import ALIASES, CURRENCIES, WORDS, Aliases, currency_in, fold, is_minor, without_currency
from efficace.sources.canonical import canonical_table, match
from efficace.sources.derived import kind_of_feedback, named_rows, per_unit, scale_of
from efficace.sources.expression import Order
from efficace.sources.files import data_files, streams_of
from efficace.sources.guesses import Gap, Guess, gaps, gaps_of, guesses, told
from efficace.sources.header import with_columns
from efficace.sources.look import Look, Seen, look_at, row_number
from efficace.sources.written import Choice, write_mapping

ENOUGH = 4
"""Columns that must fit a table when the file's name says nothing."""

NUMBERED = ("order_lines", "costs", "subscription_periods", "feedback", "touches")
"""Tables whose rows are told apart by their number in the file where they have no key."""

ONE_FOR_ALL = (("order_lines", "product_id"), ("subscription_periods", "product_id"))
"""References that a company with one product does not write down: asked, where the file's name speaks of the table."""

ZONES = ("Europe/Paris", "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles", "UTC")
"""Examples of time zones."""
_ZONE = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)
_BY_SIGN = "Amounts: {currency}, as their sign shows."
_SPELLED: Mapping[Order, Said] = {
    "ymd": Said("the year comes first"),
    "dmy": Said("the day comes first"),
    "mdy": Said("the month comes first"),
}


@dataclass(frozen=True)
class Question:
    """What the data cannot tell; any text is an answer where ``choices`` are examples only."""

    id: str
    text: Said
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """A mapping to look over.

    Attributes:
        mapping: YAML text.
        reasons: Why each file is taken as it is, and what was left.
        questions: To be answered before it is used.
        tables: What the files fill; none where nothing was recognised.
        guesses: The columns that were taken, with how sure that is.
        gaps: Columns of these tables that nothing fills, and what could.
    """

    mapping: str
    reasons: tuple[Said, ...]
    questions: tuple[Question, ...]
    tables: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass
class Draft:
    """A proposal under construction."""

    answers: Mapping[str, str]
    reasons: list[Said] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def ask(self, key: str, text: Said, choices: Sequence[str], *, free: bool = False) -> str | None:
        """The answer to a question; None leaves it among the questions."""
        answer = self.answers.get(key, "").strip()
        if answer and (free or answer in choices):
            return answer
        self.questions.append(Question(key, text, tuple(choices)))
        return None


def propose(folder: Path, answers: Mapping[str, str] | None = None) -> Proposal:
    """Look at the files of a folder and propose how they fill the canonical tables.

    Args:
        answers: Question id -> answer, from an earlier proposal.

    Raises:
        SourceError: If the folder holds nothing that can be read.
    """
    import duckdb

    draft = Draft(answers or {})
    with tempfile.TemporaryDirectory() as temp, duckdb.connect(":memory:") as connection:
        streams = [with_columns(stream, draft.ask) for file in data_files(folder) for stream in streams_of(file)]
        seen = [look_at(stream, Path(temp), connection) for stream in streams]
    choices = [choice for item in seen for choice in _choose(item, draft)]
    choices += list(_named_rows(choices, draft))
    reading = {
        **_order_of(choices, draft),
        **_decimal_of(choices, draft),
        **_currency_of(choices, draft),
        **_zone_of(choices, draft),
    }
    if seen and all(_is_canonical(item) for item in seen):
        draft.reasons.append(Said("Every file is named as a canonical table: it loads without a mapping too."))
    return Proposal(
        write_mapping(folder, reading, choices, seen),
        tuple(draft.reasons),
        tuple(draft.questions),
        tuple(dict.fromkeys(choice.table for choice in choices)),
        guesses(choices, draft.answers),
        (*draft.gaps, *gaps([choice for choice in choices if choice.filled is None])),
    )


def _is_canonical(seen: Seen) -> bool:
    table = canonical_table(seen.stream.name)
    return table is not None and not match(table, seen.columns, seen.stream.name).missing


def _choose(seen: Seen, draft: Draft) -> Iterable[Choice]:
    label = seen.stream.label
    named = canonical_table(seen.stream.name)
    if named is not None and _is_canonical(seen):
        found = match(named, seen.columns, seen.stream.name)
        draft.reasons.append(
            Said("{file}: named as the canonical table {table}.", {"file": label, "table": named.name})
        )
        columns = {name: seen.columns[expression.name] for name, expression in found.feed.columns.items()}
        yield Choice(named.name, seen, columns | told(named.name, seen, draft.answers))
        return
    fits = (_fit(name, aliases, seen, draft.answers) for name, aliases in ALIASES.items())
    best = max(fits, key=lambda fit: fit.rank)
    if not best.is_enough:
        needed = {"file": label, "table": best.table, "missing": ", ".join(best.missing)}
        draft.reasons.append(Said(_left_out(best), needed))
        draft.gaps += [gap for gap in gaps_of(best.table, seen, best.columns) if gap.column in best.missing]
        return
    shown = listed(
        Said('"{text}" ({beside})', {"text": look.name, "beside": name}) for name, look in best.columns.items()
    )
    draft.reasons.append(
        Said("{file}: {table}, because of {shown}.", {"file": label, "table": best.table, "shown": shown})
    )
    words = {column: _words(best.table, column, look, draft) for column, look in best.columns.items()}
    meant = {key: found for key, found in words.items() if found}
    computed, told_so = per_unit(best.table, best.columns, seen)
    draft.reasons += [told_so] if told_so is not None else []
    yield Choice(
        best.table, seen, {**best.columns, **{name: look for name, (look, _) in computed.items()}}, meant,
        _constants(best, seen, draft), minor=_minor_units(best, draft),
        computed={name: expression for name, (_, expression) in computed.items()},
    )  # fmt: skip


def _left_out(best: _Fit) -> str:
    if not best.columns:
        return "{file}: left out; no table fits."
    if not best.missing:
        return "{file}: left out; {table} comes nearest, but too little of it is there."
    return "{file}: left out; {table} comes nearest and needs {missing}."


def _constants(fit: _Fit, seen: Seen, draft: Draft) -> dict[str, str | None]:
    """What all rows have alike: required columns that the file does not have, told by its names or asked."""
    lacking = [one for one in BY_NAME[fit.table].columns if one.required and one.name not in fit.columns]
    if fit.table != "feedback":
        return {column.name: _constant(fit.table, column, seen, draft) for column in lacking}
    score = fit.columns.get("score")
    kind = kind_of_feedback(score, seen) if "kind" not in fit.columns else None
    if kind is not None:
        values = {"file": seen.stream.label, "kind": kind[0], "told": kind[1]}
        draft.reasons.append(Said('{file}: all of it is {kind}, as "{told}" says.', values))
    found = {
        column.name: kind[0]
        if kind is not None and column.name == "kind"
        else _constant("feedback", column, seen, draft)
        for column in lacking
    }
    return {**found, **(scale_of(found.get("kind"), score) if "scale_max" not in fit.columns else {})}


@dataclass(frozen=True)
class _Fit:
    """How well a table fits a stream.

    Attributes:
        missing: Required columns that are not there and that no question can fill.
        hinted: The file's name speaks of the table.
    """

    table: str
    columns: Mapping[str, Look]
    missing: tuple[str, ...]
    hinted: bool

    @property
    def is_enough(self) -> bool:
        return not self.missing and (self.hinted or len(self.columns) >= ENOUGH)

    @property
    def rank(self) -> tuple[bool, float]:
        return self.is_enough, len({look.name for look in self.columns.values()}) + 2.5 * self.hinted


def _fit(name: str, aliases: Aliases, seen: Seen, answers: Mapping[str, str]) -> _Fit:
    table = BY_NAME[name]
    columns = {column: look for column in aliases.columns if (look := _alias(table, column, aliases, seen)) is not None}
    columns |= told(name, seen, answers)
    if name in NUMBERED and columns and table.key[0] not in columns:
        columns[table.key[0]] = row_number(seen.rows)
    hinted = any(word in fold(seen.stream.name) for word in aliases.words)
    if hinted and "name" in table.required and "name" not in columns and table.key[0] in columns:
        columns["name"] = columns[table.key[0]]
    lacking = [item for item in table.required if item not in columns and not table.column(item).choices]
    missing = tuple(item for item in lacking if not (hinted and (name, item) in ONE_FOR_ALL))
    return _Fit(name, columns, missing, hinted)


def _alias(table: Table, column: str, aliases: Aliases, seen: Seen) -> Look | None:
    by_name = {without_currency(name): look for name, look in seen.columns.items()}
    by_name |= {fold(name): look for name, look in seen.columns.items()}
    for alias in (fold(column), *aliases.columns[column]):
        look = by_name.get(alias)
        if look is not None and _holds(table.column(column), look):
            return look
    return None


def _holds(column: Column, look: Look) -> bool:
    if column.kind in (Kind.INSTANT, Kind.DATE):
        return look.is_date
    if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        return look.is_number and not look.is_date
    return not column.required or look.filled > 0


def _words(table: str, column: str, look: Look, draft: Draft) -> dict[str, str]:
    """What the words of a column with choices mean, in the table's own words."""
    known = WORDS.get((table, column))
    if known is None:
        return {}
    meaning = {word: canonical for word in look.words for canonical, names in known.items() if fold(word) in names}
    if (table, column) == ("deals", "status"):
        if "won" not in meaning.values():
            text = Said('Which value of "{column}" means that a deal was won?', {"column": look.name})
            won = draft.ask(f"won:{look.name}", text, look.words)
            meaning |= {won: "won"} if won else {}
        shown = listed(
            Said('"{word}" is {canonical}', {"word": word, "canonical": canonical})
            for word, canonical in meaning.items()
        )
        draft.reasons.append(Said('"{column}": {told}; all else is open.', {"column": look.name, "told": shown}))
    return meaning


def _minor_units(fit: _Fit, draft: Draft) -> frozenset[str]:
    """Amounts in cents: the column's name says so, or payment systems write whole amounts beside codes such as eur."""
    table, codes = BY_NAME[fit.table], fit.columns.get("currency")
    money = {name: look for name, look in fit.columns.items() if table.column(name).kind == Kind.MONEY}
    named = {name for name, look in money.items() if is_minor(look.name)}
    asked = [name for name, look in money.items() if name not in named and look.is_whole]
    if asked and codes is not None and codes.words and all(word.islower() for word in codes.words):
        look = money[asked[0]]
        text = Said(
            'Is "{example}" of "{column}" in cents (the smallest unit of its currency)?',
            {"example": look.example, "column": look.name},
        )
        if draft.ask(f"minor_units:{look.name}", text, ("yes", "no")) == "yes":
            named |= set(asked)
    return frozenset(named)


def _constant(table: str, column: Column, seen: Seen, draft: Draft) -> str | None:
    text = Said(
        "{file}: no column tells the {column} of {table}. Which is it for all rows?",
        {"file": seen.stream.label, "column": column.name, "table": table},
    )
    choices = column.choices or (seen.stream.name,)
    return draft.ask(f"{column.name}:{seen.stream.name}", text, choices, free=not column.choices)


def _named_rows(choices: Sequence[Choice], draft: Draft) -> Iterable[Choice]:
    for choice, reason in named_rows(choices):
        draft.reasons.append(reason)
        yield choice


def _order_of(choices: Sequence[Choice], draft: Draft) -> dict[str, str]:
    """The order of dates: what a value decides, in the column or elsewhere in the source; else a question."""
    dates = [
        look
        for choice in choices
        for column, look in choice.columns.items()
        if BY_NAME[choice.table].column(column).kind in (Kind.INSTANT, Kind.DATE) and look.orders
    ]
    if not dates:
        return {}
    decided: dict[Order, Look] = {order: look for look in dates if len(look.orders) == 1 for order in look.orders}
    if len(decided) == 1:
        order, look = next(iter(decided.items()))
        draft.reasons.append(
            Said('Dates: {order}, as "{column}" shows.', {"order": _SPELLED[order], "column": look.name})
        )
        return {"date_order": order}
    text = Said('Dates such as "{example}": which comes first, day or month?', {"example": dates[0].example})
    answer = draft.ask("date_order", text, ("dmy", "mdy"))
    return {"date_order": answer} if answer else {}


def _numbers(choices: Sequence[Choice]) -> list[Look]:
    kinds = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
    return [
        look
        for choice in choices
        for column, look in choice.columns.items()
        if BY_NAME[choice.table].column(column).kind in kinds
    ]


def _decimal_of(choices: Sequence[Choice], draft: Draft) -> dict[str, str]:
    found = [look for look in _numbers(choices) if not look.is_plain]
    if not found:
        return {}
    decided = {str(look.decimal): look for look in found if look.decimal}
    if len(decided) == 1:
        mark, look = next(iter(decided.items()))
        draft.reasons.append(
            Said('Numbers: "{mark}" is the mark of decimals, as "{column}" shows.', {"mark": mark, "column": look.name})
        )
        return {"decimal": mark}
    text = Said('Numbers such as "{example}": which is the mark of decimals?', {"example": found[0].example})
    answer = draft.ask("decimal", text, (".", ","))
    return {"decimal": answer} if answer else {}


def _zone_of(choices: Sequence[Choice], draft: Draft) -> dict[str, str]:
    """The zone of times without one: a company has one, so that it is told and not asked."""
    times = (
        look
        for choice in choices
        for column, look in choice.columns.items()
        if BY_NAME[choice.table].column(column).kind == Kind.INSTANT
        and ":" in look.example
        and not _ZONE.search(look.example)
    )
    look = next(times, None)
    if look is None:
        return {}
    if "timezone" in draft.answers:
        is_zone = zone_named(draft.answers["timezone"].strip()) is not None
        text = Said('"{answer}" is no time zone. Which one do the times have?', {"answer": draft.answers["timezone"]})
        answer = draft.ask("timezone", text, ZONES, free=is_zone)
        return {"timezone": answer} if answer else {}
    values = {"example": look.example, "column": look.name, "zone": Company().timezone}
    draft.reasons.append(
        Said(
            'Times such as "{example}" of "{column}" are those of the company: {zone}, unless efficace.yaml names '
            "another or you answer timezone=America/New_York.",
            values,
        )
    )
    return {}


def _currency_of(choices: Sequence[Choice], draft: Draft) -> dict[str, str]:
    """The currency of amounts without one."""
    money = [
        look
        for choice in choices
        for column, look in choice.columns.items()
        if BY_NAME[choice.table].column(column).kind == Kind.MONEY and "currency" not in choice.columns
    ]
    if not money:
        return {}
    named = {told for look in money if (told := currency_in(look.name)) is not None}
    signs = named or {code for look in money for code in look.sign}
    if len(signs) == 1 and (code := next(iter(signs))) != "$":
        shown = "Amounts: {currency}, as the name of their column says." if named else _BY_SIGN
        draft.reasons.append(Said(shown, {"currency": code}))
        return {"currency": code}
    text = Said('In which currency are amounts such as those of "{column}"? (ISO code)', {"column": money[0].name})
    answer = draft.ask("currency", text, CURRENCIES, free=is_currency(draft.answers.get("currency", "").strip()))
    return {"currency": answer} if answer else {}
