"""A random small company in every canonical table, made from the declarations, and random changes of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from efficace.model.tables import BY_NAME, TABLES, Column, Kind, Table

Row = dict[str, Any]
START = datetime.fromisoformat("2024-03-01T06:00")
DAYS = 80

SIZES = {
    "reps": 4, "teams": 2, "territories": 3, "territory_assignments": 5, "calendars": 4, "calendar_exceptions": 2,
    "accounts": 8, "contacts": 12, "products": 4, "locations": 2, "leads": 25, "lead_signals": 30, "touches": 160,
    "touch_links": 30, "stages": 5, "deals": 20, "stage_changes": 35, "deal_changes": 20, "deal_credits": 4,
    "owners_over_time": 30, "order_lines": 40, "subscription_periods": 20, "cancellations": 8, "offers": 10,
    "costs": 5, "feedback": 12, "targets": 4, "fx_rates": 12,
}  # fmt: skip
"""Table -> rows to begin with."""

WORDS: Mapping[str, Sequence[Any]] = {
    "stage": ("s1", "s2", "s3", "won", "lost"), "from_stage": ("s1", "s2"), "pipeline": ("p", "q"),
    "timezone": ("Europe/Paris", "America/New_York"), "opens": ("09:00", "13:00"), "closes": ("17:00", "18:30"),
    "currency": ("EUR", "USD"), "language": ("en", "fr"), "country": ("FR", "US"), "region": ("north", "south"),
    "segment": ("small", "large"), "industry": ("retail", "steel"), "source": ("web", "fair"), "campaign": ("c1", "c2"),
    "thread_id": tuple(f"th{n}" for n in range(25)), "order_id": ("o1", "o2", "o3"), "family": ("fa", "fb"),
    "subject": ("Your question", "Hello {first_name}"), "metric": ("revenue", "win_rate"), "role": ("ae", "sdr"),
    "body": ("Dear Ann, you asked for a demo.", "Hello, we at Acme can help. Shall we talk on Monday?", "Thanks!"),
    "comment": ("Too expensive.", "Great service, thank you!", "The delivery was late."),
    "name": ("Ann", "Bob", "Acme"), "kind": ("call_in", "webinar", "chat"), "share": (1, 0.5), "position": (1, 2, 3),
    "weekday": (1, 2, 3, 4, 5), "rate": (0.9, 1.1), "mrr": (0, 50, 80), "amount": (100, 250.5), "units": (1, 2, -1),
    "unit_price": (10, 20), "score": (0, 5, 9, 10), "scale_min": (0,), "scale_max": (10,), "value": (10, 20),
    "duration_seconds": (0, 60), "title": ("CEO", "Buyer"), "tier": (1, 2), "list_price": (100,), "unit_cost": (4, 6),
    "discount": (0, 1), "quantity": (1, 3), "employees": (10, 500), "in_reply_to": ("m1", "m2"),
    "subscription_id": tuple(f"sub{n}" for n in range(10)), "old_value": ("100", "300"), "new_value": ("100", "300"),
}  # fmt: skip
OBJECTS = {"lead": "leads", "account": "accounts", "contact": "contacts", "deal": "deals"}


class AnyCompany:
    """The rows that were given last, and rows to give next."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._next = dict.fromkeys(BY_NAME, 0)

    def everything(self) -> dict[str, list[Row]]:
        """What the first load brings; some companies keep less than others."""
        kept = {name: size for name, size in SIZES.items() if self.rng.random() < 0.9}
        for name, size in kept.items():
            self._next[name] = size
        return {name: _by_key(BY_NAME[name], [self.row(BY_NAME[name]) for _ in range(n)]) for name, n in kept.items()}

    def change(self) -> dict[str, list[Row]]:
        """New rows and rows that replace others, in a few tables; some rows are deleted."""
        weights = [SIZES[name] ** 0.5 for name in SIZES]
        changed: dict[str, list[Row]] = {}
        for name in set(self.rng.choices(list(SIZES), weights, k=self.rng.choice([1, 1, 2, 3]))):
            self._next[name] += self.rng.choice([0, 1])
            rows = [self.row(BY_NAME[name]) for _ in range(self.rng.choice([1, 1, 2, 5]))]
            for row in rows:
                if self.rng.random() < 0.15:
                    row["deleted_at"] = START
            changed[name] = _by_key(BY_NAME[name], rows)
        return changed

    def merge(self) -> dict[str, list[Row]]:
        """Two records that turn out to be one."""
        entity, table = self.rng.choice([("account", "accounts"), ("lead", "leads"), ("contact", "contacts")])
        row = {"entity": entity, "source": "files", "source_id": self._id(table), "canonical_id": self._id(table)}
        return {"identity_links": [row | {"method": "person"}]}

    def row(self, table: Table) -> Row:
        """A row with a key that may be there already; what it refers to may be missing."""
        row: Row = {}
        for column in table.columns:
            if column.required or self.rng.random() < 0.65:
                row[column.name] = self._value(table, column, row)
        return row

    def _value(self, table: Table, column: Column, row: Row) -> Any:
        if column.refers or column.name == f"{table.key[0]}" == f"{_singular(table.name)}_id":
            return self._id(column.refers or table.name)
        if column.name == "object_id":
            return self._id(OBJECTS[row["object"]])
        if column.name in ("old_value", "new_value") and row["field"] == "owner":
            return self._id("reps")
        return self._plain(column)

    def _plain(self, column: Column) -> Any:
        if column.kind is Kind.BOOLEAN:
            return self.rng.random() < 0.3
        if column.kind is Kind.INSTANT:
            return START + timedelta(minutes=30 * self.rng.randrange(48 * DAYS))
        if column.kind is Kind.DATE:
            return date(START.year, START.month, START.day) + timedelta(days=self.rng.randrange(DAYS))
        others = ("x", "y") if column.kind is Kind.TEXT else (1, 2, 3)
        return self.rng.choice(column.choices or WORDS.get(column.name, others))

    def _id(self, table: str) -> str:
        return f"{table[:2]}{table[-2]}{self.rng.randrange(self._next[table] + 1)}"


def _singular(name: str) -> str:
    return {"lead_signals": "signal", "territories": "territory", "touches": "touch", "order_lines": "line"}.get(
        name, name.removesuffix("s")
    )


def _by_key(table: Table, rows: Sequence[Row]) -> list[Row]:
    """The last row of each key."""
    return list({tuple(row[name] for name in table.key): row for row in rows}.values())


assert set(SIZES) <= {table.name for table in TABLES}
