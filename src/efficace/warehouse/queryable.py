"""What facts and metrics need of an engine, whichever it is: the one place where engines meet the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


class Queryable(Protocol):
    """A published set of tables that can be asked, by one thread.

    Whole numbers, floats, texts, dates and zone-less UTC instants come back from every engine as the same Arrow types,
    so that nothing behind this border knows which one it was.
    """

    @property
    def dialect(self) -> str:
        """Name of the engine's own language, as SQLGlot knows it."""
        ...

    def table(self, name: str) -> ir.Table:
        """A stored table as an expression."""
        ...

    def table_names(self) -> set[str]:
        """Names of the stored tables, and of those set aside."""
        ...

    def compile(self, expression: ir.Expr) -> str:
        """The engine's own query for an expression."""
        ...

    def run(self, expression: ir.Table) -> pa.Table:
        """Evaluate an expression."""
        ...

    def fetch(self, query: str) -> pa.Table:
        """The rows of a query in the engine's own language."""
        ...

    def find(self, table: str, columns: Sequence[str], **equal: object) -> list[tuple[Any, ...]]:
        """Rows of a small stored table: these columns, where each named column has the value given."""
        ...

    def set_aside(self, name: str, query: str) -> ir.Table:
        """Store the rows of a query in a table that only this connection sees, until it is dropped."""
        ...

    def drop_aside(self, name: str) -> None:
        """Drop a table that was set aside."""
        ...

    def give(self, name: str, rows: pa.Table) -> ir.Table:
        """Hand a small Arrow table to the engine under a name of this connection alone."""
        ...

    def close(self) -> None:
        """Let go of what the connection holds."""
        ...
