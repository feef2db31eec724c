"""How sure a proposed mapping is of each column, and which columns could still fill what it leaves empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from efficace.model.tables import BY_NAME, Column, Kind
from efficace.sources.aliases import fold
from efficace.sources.compile import ROW
from efficace.sources.look import Look, Seen
from efficace.sources.written import Choice

MOST_OFFERED = 40
TAKE = "take"
"""Begins the id of the answer that takes a column for another one."""


@dataclass(frozen=True)
class Guess:
    """A column that was taken.

    Attributes:
        name: Of the column in the file.
        filled: Rows that have it, of ``rows``.
        fits: Part of its different values that are of the kind that the column needs, 0 to 1.
        is_told: Whether a person said so.
        is_computed: Whether it is worked out from this column and others.
    """

    table: str
    column: str
    file: str
    name: str
    example: str
    filled: int
    rows: int
    fits: float
    is_told: bool
    is_computed: bool = False


@dataclass(frozen=True)
class Gap:
    """A column of a recognised table that nothing fills, and columns of the file that could.

    Attributes:
        id: Of the answer that takes one of them.
        is_required: Whether the table cannot be filled without it.
        choices: The nearest by name first.
    """

    id: str
    table: str
    column: str
    file: str
    is_required: bool
    choices: tuple[str, ...]


def answer_id(seen: Seen, table: str, column: str) -> str:
    """Id of the answer that names the column of a stream to take."""
    return f"{TAKE}:{seen.stream.label}:{table}.{column}"


def told(table: str, seen: Seen, answers: Mapping[str, str]) -> dict[str, Look]:
    """Columns that a person said to take, by the column that they fill."""
    named = {column.name: answers.get(answer_id(seen, table, column.name), "") for column in BY_NAME[table].columns}
    return {column: seen.columns[name] for column, name in named.items() if name in seen.columns}


def guesses(choices: Sequence[Choice], answers: Mapping[str, str]) -> tuple[Guess, ...]:
    """Each column that was taken, with how sure that is."""
    return tuple(
        Guess(
            one.table, column, one.label, look.name, look.example, look.filled, one.seen.rows,
            fit_of(BY_NAME[one.table].column(column), look), bool(answers.get(answer_id(one.seen, one.table, column))),
            column in one.computed,
        )
        for one in choices for column, look in one.columns.items() if look.name != ROW
    )  # fmt: skip


def gaps(choices: Sequence[Choice]) -> tuple[Gap, ...]:
    """Columns that nothing fills, each with what could."""
    return tuple(gap for one in choices for gap in gaps_of(one.table, one.seen, one.columns, one.constants))


def gaps_of(
    table: str, seen: Seen, taken: Mapping[str, Look], others: Mapping[str, object] | None = None
) -> Iterable[Gap]:
    """What a stream could still fill of a table.

    Args:
        taken: Columns that are filled already.
        others: Columns that have a value for all rows.
    """
    used = {look.name for look in taken.values()}
    free = [look for name, look in seen.columns.items() if name not in used and look.filled]
    for column in BY_NAME[table].columns:
        could = [look.name for look in free if fit_of(column, look) >= 0.5]
        if could and column.name not in taken and column.name not in (others or {}):
            near = sorted(could, key=lambda name: -_nearness(name, column.name))[:MOST_OFFERED]
            label = seen.stream.label
            yield Gap(answer_id(seen, table, column.name), table, column.name, label, column.required, tuple(near))


def fit_of(column: Column, look: Look) -> float:
    """Part of a column's different values that are of the kind needed, 0 to 1."""
    if column.kind in (Kind.INSTANT, Kind.DATE):
        return look.dates
    if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        return look.numbers
    return 1.0


def _nearness(name: str, column: str) -> float:
    return SequenceMatcher(None, fold(name), fold(column)).ratio()
