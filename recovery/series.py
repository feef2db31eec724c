"""Series whose next values are known: what a forecast should cover."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from efficace.stats.forecast import forecast
from recovery.tally import Found, Tally

MONTHS, AHEAD, SEASON = 36, 3, 12
LEVEL, RISE, WAVE, NOISE = 1000.0, 5.0, 100.0, 50.0


def run(companies: int, seed: int) -> Iterator[Tally]:
    """Three years of months that rise, swing with the season and scatter; the three months after them."""
    chance = np.random.default_rng([seed, 77])
    month = np.arange(MONTHS + AHEAD)
    steps: list[list[Found]] = [[] for _ in range(AHEAD)]
    for _ in range(companies):
        swing = WAVE * np.sin(2 * np.pi * (month + chance.integers(0, SEASON)) / SEASON)
        series = LEVEL + RISE * month + swing + NOISE * chance.normal(size=len(month))
        ahead = forecast(series[:MONTHS], AHEAD, SEASON)
        for step in range(AHEAD):
            low, high = float(ahead.low[step]), float(ahead.high[step])
            steps[step].append(Found(float(ahead.value[step]), low, high, float(series[MONTHS + step])))
    for step, found in enumerate(steps):
        yield Tally("forecast", f"36 months with trend and season, {step + 1} ahead", found)
