"""An answer: rows with interval and reasons, shown in a notebook, given as dicts, Arrow, pandas, Polars or a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


@dataclass(frozen=True)
class Row:
    """One row of an answer.

    Attributes:
        period: First day of the period, None for the whole range.
        members: Dimension -> id, in the order asked; the curve's point comes last.
        names: Dimension -> display name, where there is one.
        estimates: Name -> ``{value, low, high, unit}``.
        compared: ``{period, value, change, change_low, change_high, partial}``: the compared figure and the move since.
        young: Too young for a verdict: the value is a lower bound.
    """

    period: date | None
    members: Mapping[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: float
    partial: bool
    left_out: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    compared: Mapping[str, Any] | None = None
    young: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The row as CONTRACT A writes it."""
        found: dict[str, Any] = {"period": _text(self.period)}
        for name, member in self.members.items():
            found[name] = _text(member)
            if name in self.names:
                found[f"{name}_name"] = self.names[name]
        found |= {"value": self.value, "low": self.low, "high": self.high, "n": self.n, "partial": self.partial}
        found |= {"left_out": dict(self.left_out), "estimates": {k: dict(v) for k, v in self.estimates.items()}}
        if self.compared is not None:
            found["compared"] = {key: _text(value) for key, value in self.compared.items()}
        if self.young:
            found["young"] = True
        return found


@dataclass(frozen=True)
class Answer:
    """What a question yields.

    Attributes:
        as_of: The instant used, with the company's offset.
        left_out: Reason -> facts of the population that could not be used.
        missing: Why values are null: ``{reason, text, table, column, period, member}``.
        comparison: Whether the members differ at all: ``{test, p, verdict}``.
        snapshot: Number of the snapshot that was read.
    """

    metric: str
    unit: str
    definition: str
    version: str
    as_of: datetime
    rows: Sequence[Row]
    left_out: Mapping[str, float]
    missing: Sequence[Mapping[str, Any]]
    comparison: Mapping[str, Any] | None
    meaning: Mapping[str, str]
    grain: str
    by: Sequence[str]
    snapshot: int

    def to_dict(self) -> dict[str, Any]:
        """The answer as CONTRACT A writes it in JSON."""
        return {
            "metric": self.metric,
            "unit": self.unit,
            "definition": self.definition,
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "snapshot": self.snapshot,
            "rows": [row.to_dict() for row in self.rows],
            "left_out": dict(self.left_out),
            "missing": [{key: _text(value) for key, value in entry.items()} for entry in self.missing],
            "comparison": None if self.comparison is None else dict(self.comparison),
        }

    def to_dicts(self) -> list[dict[str, Any]]:
        """One flat dict a row; estimates become ``name``, ``name_low``, ``name_high``."""
        return [_flat(row) for row in self.rows]

    def to_arrow(self) -> pa.Table:
        """The flat rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist(_even(self.to_dicts()))

    def to_pandas(self) -> pd.DataFrame:
        """The flat rows as a pandas data frame (needs pandas)."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """The flat rows as a Polars data frame (needs polars)."""
        import polars as pl

        frame = pl.from_arrow(self.to_arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _repr_html_(self) -> str:
        from html import escape

        flat = _even(self.to_dicts())
        head = "".join(f"<th>{escape(str(name))}</th>" for name in (flat[0] if flat else {}))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>" for row in flat
        )
        title = f"<strong>{escape(self.metric)}</strong> ({escape(self.unit)}): {escape(self.meaning['en'])}"
        foot = f"as of {escape(self.as_of.isoformat())}"
        return f"<p>{title}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{foot}</p>"


def _flat(row: Row) -> dict[str, Any]:
    full = row.to_dict()
    estimates, left_out = full.pop("estimates"), full.pop("left_out")
    compared = full.pop("compared", None)
    for name, estimate in estimates.items():
        full[name] = estimate["value"]
        for limit in ("low", "high"):
            if estimate.get(limit) is not None:
                full[f"{name}_{limit}"] = estimate[limit]
    if compared:
        full |= {f"compared_{key}": value for key, value in compared.items()}
    full["left_out"] = sum(left_out.values())
    return full


def _even(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}"
    return "" if value is None else str(value)
