"""What was planted in a simulated company, in a form that people and tests can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from efficace.errors import SourceError

TRUTH_FILE = "truth.json"


@dataclass(frozen=True)
class Planted:
    """One planted fact.

    Attributes:
        id: What it is, for example ``win_rate``; usually the metric that should find it.
        member: For whom it holds: ``{"rep": "R007"}``; empty for the whole company.
        expected: Value that was planted (the mean or quantile of what was drawn from); None where it has none.
        realised: The same figure of what was drawn, chance included; None where it is not known.
        n: Number of draws behind ``realised``.
        unit: Unit of both.
        how: How it was planted, in words.
    """

    id: str
    member: Mapping[str, str]
    expected: float | None
    realised: float | None
    n: int
    unit: str
    how: str


@dataclass(frozen=True)
class DirtyRows:
    """Rows that are wrong in one way.

    Attributes:
        table: Where they are; reason: what is wrong; rows: how many, exactly.
        rejected: A loader must set them aside (true) or load and list them (false).
        keys: Some of their keys, as text.
    """

    table: str
    reason: str
    rows: int
    rejected: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """All that was planted.

    Attributes:
        company: Its name; starts_on, ends_on: the history, the last day not included.
        rows: Rows written, by table, dirty ones included.
        faults: The planted faults by name: who, what, from when; empty without faults.
    """

    company: str
    seed: int
    starts_on: date
    ends_on: date
    rows: Mapping[str, int]
    faults: Mapping[str, Mapping[str, str]]
    planted: tuple[Planted, ...]
    dirty: tuple[DirtyRows, ...]

    def find(self, fact: str, **member: str) -> Planted:
        """The planted fact of an id for exactly this member.

        Raises:
            KeyError: If nothing of the kind was planted.
        """
        for planted in self.planted:
            if planted.id == fact and dict(planted.member) == member:
                return planted
        raise KeyError(f"{fact} {member}")

    def all(self, fact: str) -> tuple[Planted, ...]:
        """Every member's planted fact of an id."""
        return tuple(planted for planted in self.planted if planted.id == fact)

    def write(self, folder: Path) -> None:
        """Write ``truth.json``."""
        content = asdict(self) | {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (folder / TRUTH_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """Read ``truth.json`` of a simulated company.

        Raises:
            SourceError: If the folder holds no readable truth.
        """
        path = folder / TRUTH_FILE
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                content["company"], content["seed"], date.fromisoformat(content["starts_on"]),
                date.fromisoformat(content["ends_on"]), content["rows"], content["faults"],
                tuple(Planted(**row) for row in content["planted"]),
                tuple(DirtyRows(**{**row, "keys": tuple(row["keys"])}) for row in content["dirty"]),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceError(
                "{path}: not the truth of a simulated company: {error}", path=path, error=error
            ) from error
