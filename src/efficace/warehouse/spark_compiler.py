"""Writes Ibis expressions for Spark where its own compiler writes what means something else there."""

from __future__ import annotations

from typing import Any

from ibis.backends.sql.compilers.pyspark import PySparkCompiler


class Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis has no types
    """Spark reads ``86400.0`` as a decimal, and divides decimals to a few places only."""

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802  (named by Ibis)
        """A literal; floats are said to be such."""
        found = super().visit_NonNullLiteral(op, value=value, dtype=dtype)
        return self.cast(found, dtype) if dtype.is_floating() else found
