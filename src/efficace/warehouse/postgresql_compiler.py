"""Writes Ibis expressions for PostgreSQL where its own compiler writes what the server refuses."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
from ibis.backends.sql.compilers.postgres import PostgresCompiler


class Compiler(PostgresCompiler):  # type: ignore[misc]  # Ibis has no types
    """The server turns a boolean into a number only through its smallest whole number."""

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A cast, by way of a whole number from booleans to numbers."""
        if op.arg.dtype.is_boolean() and to.is_numeric() and not to.is_boolean():
            arg = self.cast(arg, dt.int32)
        return super().visit_Cast(op, arg=arg, to=to)
