"""Rows held as dataclasses of arrays: some of them, several sets one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from efficace.simulate.draws import Flags, Ints

Rows = TypeVar("Rows")


def take(rows: Rows, kept: Flags | Ints) -> Rows:
    """Some of the rows, by flags or in the order of indices."""
    return type(rows)(**{name: values[kept] for name, values in _columns(rows).items()})


def stack(parts: Sequence[Rows]) -> Rows:
    """Rows one below the other."""
    columns = [_columns(part) for part in parts]
    return type(parts[0])(**{name: np.concatenate([column[name] for column in columns]) for name in columns[0]})


def _columns(rows: object) -> dict[str, Any]:
    return {item.name: getattr(rows, item.name) for item in fields(rows)}  # type: ignore[arg-type]  # dataclasses only
