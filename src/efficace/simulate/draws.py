"""Random draws: one independent stream an area, and the few distributions that the company is made of."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NONE = -1
"""Stands for an empty cell in arrays of codes, indices and instants."""


@dataclass(frozen=True)
class Streams:
    """Independent random streams by name, so that a change in one area leaves the others as they are."""

    seed: int

    def of(self, area: str, part: int = 0) -> np.random.Generator:
        """The stream of an area; ``part`` numbers the chunks of a long table."""
        spawned = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(area.encode()), part))
        return np.random.Generator(np.random.PCG64(spawned))


def lognormal(rng: np.random.Generator, median: Floats | float, sigma: float, n: int) -> Floats:
    """Draw positive values with the given median and standard deviation of the logarithm."""
    return np.asarray(median * np.exp(sigma * rng.standard_normal(n)), dtype=np.float64)


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, n: int) -> Ints:
    """Draw indices with the given weights, which need not sum to 1."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(edges) - 1), dtype=np.int64)


def pick_by_row(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column for each row of a matrix of weights."""
    edges = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * edges[:, -1]
    return np.asarray((drawn[:, None] >= edges).sum(axis=1).clip(max=weights.shape[1] - 1), dtype=np.int64)


def chance(rng: np.random.Generator, share: Floats | float, n: int) -> Flags:
    """Draw true with the given probability."""
    return np.asarray(rng.random(n) < share, dtype=np.bool_)


def spread(rng: np.random.Generator, n: int) -> Floats:
    """Even positions in (0, 1), in random order: members differ by design rather than by luck."""
    return np.asarray((rng.permutation(n) + 0.5) / max(n, 1), dtype=np.float64)


def whole(values: Floats) -> Ints:
    """Round to whole numbers."""
    return np.rint(values).astype(np.int64)
