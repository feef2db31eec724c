"""Writes Ibis expressions for PostgreSQL where its own compiler writes what the server refuses."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.postgres import PostgresCompiler


class Compiler(PostgresCompiler):  # type: ignore[misc]  # Ibis has no types
    """The server turns a boolean into a number only through a small whole number.

    It rounds decimals alone; on the way to one a float loses the last of its digits, which decide at one half.
    """

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A cast, by way of a whole number from booleans to numbers."""
        if op.arg.dtype.is_boolean() and to.is_numeric() and not to.is_boolean():
            arg = self.cast(arg, dt.int32)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_Round(self, op: Any, *, arg: Any, digits: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A float rounded to some places, halves away from zero."""
        if not op.arg.dtype.is_floating():
            return super().visit_Round(op, arg=arg, digits=digits)
        parts = self.cast(sge.convert(10 ** (op.digits.value if op.digits else 0)), op.arg.dtype)
        half = self.cast(sge.convert(0.5), op.arg.dtype)
        scaled = self.f.abs(sge.paren(arg, copy=False) * parts)
        return self.cast(sge.paren(self.f.sign(arg) * self.f.floor(scaled + half)) / parts, op.dtype)
