"""Wrong rows, few and counted: copies of good rows, each spoilt in one named way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from efficace.model.tables import BY_NAME
from efficace.simulate.truth import DirtyRows
from efficace.simulate.write import Writer, as_text

SHARE = 0.001
FIRST_NUMBER = {"E": 90_000_001}
"""Where the numbers of spoilt rows begin, for ids wider than seven digits."""
SHOWN_KEYS = 5

Row = dict[str, Any]
Spoil = Callable[[Row], None]


@dataclass(frozen=True)
class Fault:
    """One way in which rows of a table are wrong.

    Attributes:
        rejected: A loader must set the row aside; otherwise it loads and is listed.
        spoil: Changes the row; of text where ``as_text`` (such rows exist in CSV files only).
        fresh: The row gets a key of its own; otherwise it keeps the key that it copies.
    """

    table: str
    reason: str
    rejected: bool
    spoil: Spoil
    as_text: bool = False
    fresh: bool = True


def _set(**values: Any) -> Spoil:
    return lambda row: row.update(values)


def _before(column: str, other: str, days: int) -> Spoil:
    return lambda row: row.update({column: row[other] - timedelta(days=days)})


def _negative(row: Row) -> None:
    row.update(_ORPHAN)
    row.update(ended_at=row["occurred_at"] - timedelta(minutes=5), duration_seconds=-300.0)


def _closed_early(row: Row) -> None:
    row.update(closed_at=row["created_at"] - timedelta(days=3), status="lost", stage="Lost", lead_id=None)


def _stray(row: Row) -> None:
    """A visit of an unknown stage some seconds after a real one."""
    row.update(stage=UNKNOWN_STAGE, entered_at=row["entered_at"] + timedelta(seconds=7))


def _nothing(_: Row) -> None:
    """An exact copy: the key is there twice."""


_ORPHAN: Row = {"lead_id": None, "contact_id": None, "account_id": None, "deal_id": None, "in_reply_to": None}
"""Spoilt touches name nobody, so that they answer no lead."""
UNKNOWN_REP, UNKNOWN_STAGE = "R999", "Legal review (old)"
FAR = datetime(2099, 1, 1, tzinfo=UTC)

FAULTS: tuple[Fault, ...] = (
    Fault("touches", "unknown_rep", False, _set(**_ORPHAN, rep_id=UNKNOWN_REP)),
    Fault("touches", "duplicate_key", False, _nothing, fresh=False),
    Fault("touches", "missing_required", True, _set(**_ORPHAN, occurred_at=None)),
    Fault("touches", "negative_duration", False, _negative),
    Fault("touches", "wrong_choice", True, _set(**_ORPHAN, kind="fax")),
    Fault("touches", "future_date", False, _set(**_ORPHAN, occurred_at=FAR, ended_at=None)),
    Fault("touches", "bad_date", True, _set(**_ORPHAN, occurred_at="31/02/2026"), as_text=True),
    Fault("touches", "bad_number", True, _set(**_ORPHAN, duration_seconds="n/a"), as_text=True),
    Fault(
        "leads",
        "unknown_rep",
        False,
        _set(rep_id=UNKNOWN_REP, contact_id=None, account_id=None, deal_id=None, converted_at=None),
    ),
    Fault("leads", "duplicate_key", False, _nothing, fresh=False),
    Fault("leads", "missing_required", True, _set(created_at=None)),
    Fault("leads", "bad_date", True, _set(created_at="yesterday"), as_text=True),
    Fault("deals", "closed_before_created", False, _closed_early),
    Fault("deals", "unknown_rep", False, _set(rep_id=UNKNOWN_REP, lead_id=None, account_id=None)),
    Fault("deals", "duplicate_key", False, _nothing, fresh=False),
    Fault("deals", "missing_required", True, _set(status=None)),
    Fault("deals", "bad_number", True, _set(amount="about 5000"), as_text=True),
    Fault("stage_changes", "unknown_stage", False, _stray, fresh=False),
    Fault("stage_changes", "duplicate_key", False, _nothing, fresh=False),
    Fault("order_lines", "missing_required", True, _set(units=None)),
    Fault("order_lines", "unknown_product", False, _set(product_id="EDGE-XXL")),
    Fault("order_lines", "no_rate", False, _set(currency="BRL")),
    Fault("order_lines", "duplicate_key", False, _nothing, fresh=False),
    Fault("order_lines", "bad_number", True, _set(units="12 pcs"), as_text=True),
    Fault("subscription_periods", "ends_before_start", False, _before("to_on", "from_on", 10)),
    Fault("subscription_periods", "missing_required", True, _set(mrr=None)),
    Fault("subscription_periods", "duplicate_key", False, _nothing, fresh=False),
    Fault("feedback", "wrong_choice", True, _set(kind="survey")),
    Fault("feedback", "missing_required", True, _set(occurred_at=None)),
    Fault("costs", "missing_required", True, _set(amount=None)),
    Fault("contacts", "duplicate_key", False, _nothing, fresh=False),
)


def spoil_rows(writer: Writer) -> tuple[DirtyRows, ...]:
    """Append spoilt rows, about one in a thousand, to the tables written so far."""
    possible = [fault for fault in FAULTS if writer.file_format == "csv" or not fault.as_text]
    found = []
    for name in dict.fromkeys(fault.table for fault in possible):
        if writer.rows.get(name):
            found += _spoil_table(writer, [fault for fault in possible if fault.table == name])
    return tuple(found)


def _spoil_table(writer: Writer, faults: list[Fault]) -> list[DirtyRows]:
    name = faults[0].table
    wanted = max(len(faults), round(writer.rows[name] * SHARE))
    counts = [wanted // len(faults) + (place < wanted % len(faults)) for place in range(len(faults))]
    sample, start = writer.samples[name], 0
    choices = np.linspace(0, sample.num_rows - 1, min(wanted, sample.num_rows)).astype(int)
    found = []
    for fault, count in zip(faults, counts, strict=True):
        picked = choices[np.arange(start, start + count) % len(choices)]
        rows = sample.take(picked)
        fresh = _fresh_keys(fault, rows, start) if fault.fresh else None
        written = _spoilt(writer, fault, rows, fresh)
        writer.append_raw(name, written)
        found.append(_counted(fault, written))
        start += count
    return found


def _fresh_keys(fault: Fault, rows: Any, start: int) -> tuple[str, list[str]]:
    """The first key column and unused keys: the letters of the copied key and numbers far beyond the last."""
    column = BY_NAME[fault.table].key[0]
    letters = str(rows.column(column)[0].as_py()).rstrip("0123456789")
    first = FIRST_NUMBER.get(letters, 9_000_001) + start
    return column, [f"{letters}{first + number}" for number in range(rows.num_rows)]


def _spoilt(writer: Writer, fault: Fault, rows: Any, fresh: tuple[str, list[str]] | None) -> Any:
    source = as_text(rows) if fault.as_text else rows
    changed = source.to_pylist()
    for place, row in enumerate(changed):
        if fresh is not None:
            row[fresh[0]] = fresh[1][place]
        fault.spoil(row)
    table = pa.Table.from_pylist(changed, schema=source.schema)
    return as_text(table) if writer.file_format == "csv" and not fault.as_text else table


def _counted(fault: Fault, rows: Any) -> DirtyRows:
    keys = rows.select(list(BY_NAME[fault.table].key)).slice(0, SHOWN_KEYS).to_pylist()
    shown = tuple(" ".join(str(value) for value in key.values()) for key in keys)
    return DirtyRows(fault.table, fault.reason, rows.num_rows, fault.rejected, shown)
