"""What a simulated company is asked to be: its size, span, seed and whether faults are planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from efficace.errors import ConfigError

SMALLEST = {"reps": 8, "months": 6, "touches": 2_000}
PRICE_TOUCHES = 700
"""Touches per rep and month at which customers buy the seats of their segment; quieter companies sell bigger."""


@dataclass(frozen=True)
class SimulationSettings:
    """Size and kind of a simulated company.

    Attributes:
        reps: People in sales and customer care, at least 8.
        months: Length of the history, at least 6.
        touches: Rows of the table ``touches``, at least 2,000; everything else scales with it.
        seed: The same settings and seed give the same data, byte for byte.
        ends_on: First day after the history.
        french_share: Share of contacts written to in French, the others in English; None = as their countries speak.
        body_share: Share of human mails that carry their full text.
        planted: Faults are planted; without them reps differ by chance alone.
        dirty: About one row in a thousand is wrong in a way that the truth names; only where faults are planted.
        file_format: ``parquet`` (typed) or ``csv`` (text).
    """

    reps: int = 40
    months: int = 36
    touches: int = 1_000_000
    seed: int = 1
    ends_on: date = date(2026, 10, 1)
    french_share: float | None = None
    body_share: float = 0.1
    planted: bool = True
    dirty: bool = True
    file_format: Literal["parquet", "csv"] = "parquet"

    def __post_init__(self) -> None:
        for name, least in SMALLEST.items():
            if getattr(self, name) < least:
                raise ConfigError(
                    "simulate: {name} is {value}; the smallest company has {least}.",
                    name=name,
                    value=getattr(self, name),
                    least=least,
                )
        for name in ("french_share", "body_share"):
            if getattr(self, name) is not None and not 0 <= getattr(self, name) <= 1:
                raise ConfigError(
                    "simulate: {name} is {value}; give a share from 0 to 1.", name=name, value=getattr(self, name)
                )
        if self.seed < 0:
            raise ConfigError("simulate: seed is {seed}; give a whole number from 0 up.", seed=self.seed)
        if self.file_format not in ("parquet", "csv"):
            raise ConfigError(
                'simulate: file_format is "{file_format}"; give parquet or csv.', file_format=self.file_format
            )

    @property
    def starts_on(self) -> date:
        """First day of the history."""
        return months_later(self.ends_on, -self.months)

    @property
    def has_dirty_rows(self) -> bool:
        return self.planted and self.dirty

    @property
    def deal_size(self) -> float:
        """Factor on the seats that a customer buys, so that a quiet company still pays its people."""
        busy = self.touches / (self.reps * self.months)
        return float(min(4.0, max(1.0, (PRICE_TOUCHES / busy) ** 0.7)))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, at most the 28th."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, min(day.day, 28))
