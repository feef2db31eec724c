"""The declaration of a fact: one derived table for one thing that is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from efficace.config import Config
from efficace.facts.part import Part

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


@dataclass(frozen=True)
class Moment:
    """The instant and the settings that a fact is built for.

    Attributes:
        as_of: Nothing later than it is used; zone-less UTC.
        as_of_on: The company's date of that instant.
    """

    as_of: datetime
    as_of_on: date
    config: Config


@dataclass(frozen=True)
class Own:
    """A dimension that the fact carries as a column."""

    column: str


@dataclass(frozen=True)
class Via:
    """A dimension that a canonical table knows of a key that the fact carries."""

    table: str
    key: str
    column: str
    on: str | None = None
    """The fact's column that holds the key; by default of the same name."""


@dataclass(frozen=True)
class Shared:
    """A dimension with several members a row, through a bridge fact whose shares add up to 1.

    Attributes:
        bridge: Name of the bridge fact; it has the ``key`` column, the ``column`` and ``share``.
    """

    bridge: str
    key: str
    column: str


@dataclass(frozen=True)
class Added:
    """A dimension that is worked out only where a question asks for it: joins of many rows cost more than sums.

    Attributes:
        column: The column that ``add`` adds, beside others perhaps; the fact itself has none of that name.
        add: Takes the fact's rows and the tables.
    """

    column: str
    add: Callable[[ir.Table, Tables], ir.Table]


Source = Own | Via | Shared | Added


@dataclass(frozen=True)
class Fact:
    """One derived table.

    Attributes:
        build: Makes the table from what was known at a moment. Unusable rows stay, with the reason in ``left_out``.
        key: Columns that name a row, in the order in which rows are shown.
        reads: Canonical tables and other facts that ``build`` reads.
        dimensions: How a question reaches each dimension.
        stored: Whether a snapshot keeps the table; otherwise it is a projection, evaluated where it is asked.
        rows_from: Tables and facts from which its rows come, by default the first that it reads: where all of them
            are empty there is nothing to store.
        ages: Whether rows change with as-of although no input did.
        texts: Tables of texts read by rules that ``build`` reads too.
        part: How a load builds again only what a change reaches; None = whole, as where a row depends on all others.
    """

    name: str
    meaning: str
    build: Callable[[Tables, Moment], ir.Table]
    key: tuple[str, ...]
    reads: tuple[str, ...]
    dimensions: Mapping[str, Source] = field(default_factory=dict)
    stored: bool = True
    ages: bool = False
    rows_from: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    part: Part | None = None

    @property
    def drivers(self) -> tuple[str, ...]:
        """The tables and facts from which the rows come."""
        return self.rows_from or self.reads[:1]
