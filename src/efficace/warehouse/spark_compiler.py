"""Writes Ibis expressions for Spark where its own compiler writes what means something else there."""

from __future__ import annotations

from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler


class Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis has no types
    """Spark reads ``86400.0`` as a decimal, and divides decimals to a few places only.

    It rounds what a float is written as, DuckDB the float itself: 993.41375 is a little more or less than that.
    """

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A literal; floats are said to be such."""
        found = super().visit_NonNullLiteral(op, value=value, dtype=dtype)
        return self.cast(found, dtype) if dtype.is_floating() else found

    def visit_Round(self, op: Any, *, arg: Any, digits: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A float rounded to some places, by way of the whole number of such parts."""
        if not op.arg.dtype.is_floating():
            return super().visit_Round(op, arg=arg, digits=digits)
        parts = self.cast(sge.convert(10 ** (op.digits.value if op.digits else 0)), op.arg.dtype)
        return self.cast(self.f.round(sge.paren(arg, copy=False) * parts, 0) / parts, op.dtype)
