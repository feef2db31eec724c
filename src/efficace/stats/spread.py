"""Posteriors of members that share an unknown spread, averaged over a grid of it and never at one best guess.

Evidence comes in three kinds: estimates with a standard error (normal), successes in trials
(beta-binomial), events in an exposure (gamma-Poisson). The prior of the spread is proper, so one member
alone or members that all look alike are no special case; a spread of exactly 0 is not on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import betaincinv, betaln, expit, gammaincinv, gammaln, logit, ndtri

from efficace.stats.estimate import Floats

_STEPS = 60
_NODES = np.linspace(-2.4, 2.4, 7)


class Posterior(Protocol):
    """What is believed of the members of one group once the spread is averaged over."""

    def mean(self) -> Floats:
        """Posterior means, shape (members,)."""

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Two-sided credible limits, each of shape (members,)."""

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Joint draws, shape (count, members)."""


@dataclass(frozen=True)
class _Mixture:
    """Posterior given each grid point: weights (points,), moments (points, members)."""

    weights: Floats
    means: Floats
    variances: Floats

    def mean(self) -> Floats:
        """Mean over the grid."""
        return self.weights @ self.means

    def variance(self) -> Floats:
        """Variance within plus between grid points."""
        return self.weights @ (self.variances + (self.means - self.mean()) ** 2)


@dataclass(frozen=True)
class NormalSpread(_Mixture):
    """Members on a scale where their errors are normal; the centre has a flat prior and is integrated out."""

    errors: Floats
    spreads: Floats
    centres: Floats
    centre_errors: Floats
    values: Floats

    @classmethod
    def of(cls, values: Floats, errors: Floats) -> NormalSpread:
        """Average over spreads with a half-Cauchy prior, five times as wide as the values' own scatter.

        So wide a prior is nearly flat where the data speak, and covers best, yet is proper for one member.

        Source: Gelman (2006) Bayesian Analysis 1:515; the marginal of the spread from DuMouchel & Harris (1983).
        """
        scatter = np.sqrt(values.var() + (errors**2).mean())
        roots = (np.arange(4 * _STEPS) + 0.5) / (4 * _STEPS)
        spreads = 5 * scatter * np.tan(np.pi / 2 * roots**2)
        total = errors**2 + spreads[:, None] ** 2
        centre_variances = 1 / (1 / total).sum(axis=1)
        centres = (values / total).sum(axis=1) * centre_variances
        fit = -0.5 * (np.log(total) + (values - centres[:, None]) ** 2 / total).sum(axis=1)
        weights = _normed(fit + 0.5 * np.log(centre_variances) + np.log(roots))
        drawn_in = errors**2 / total
        means = drawn_in * centres[:, None] + (1 - drawn_in) * values
        variances = (1 - drawn_in) * errors**2 + drawn_in**2 * centre_variances[:, None]
        return cls(weights, means, variances, errors, spreads, centres, np.sqrt(centre_variances), values)

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Limits of the normal distribution with the same mean and variance."""
        half = float(ndtri(0.5 + level / 2)) * np.sqrt(self.variance())
        return self.mean() - half, self.mean() + half

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw the spread, then the centre, then the members."""
        point = rng.choice(len(self.weights), size=count, p=self.weights)
        centre = rng.normal(self.centres[point], self.centre_errors[point])[:, None]
        drawn_in = self.errors**2 / (self.errors**2 + self.spreads[:, None] ** 2)
        own, width = (1 - drawn_in) * self.values, np.sqrt(1 - drawn_in) * self.errors
        drawn = rng.standard_normal((count, len(self.errors)))
        drawn *= width[point]
        drawn += own[point]
        drawn += drawn_in[point] * centre
        return drawn


@dataclass(frozen=True)
class BetaSpread(_Mixture):
    """Shares of trials: the members' true shares are beta distributed."""

    hits: Floats
    misses: Floats

    @classmethod
    def of(cls, successes: Floats, trials: Floats) -> BetaSpread:
        """Average over the correlation within a member, whose root has a flat prior.

        It ends where the rarer outcome would vary by five times its mean between members, at most at 1.
        The common share has Jeffreys' prior.

        Source: Skellam (1948) JRSS B 10:257 for the likelihood.
        """
        rarer = (min(successes.sum(), (trials - successes).sum()) + 0.5) / (trials.sum() + 1)
        roots = ((np.arange(_STEPS) + 0.5) / _STEPS) ** 2 * min(1.0, 5 * np.sqrt(rarer / (1 - rarer)))
        size = 1 / roots**2 - 1
        weight = trials / (1 + (trials - 1) / (size[:, None] + 1)).clip(1e-9)
        share = (weight @ (successes / trials) + 0.5) / (weight.sum(axis=1) + 1)
        error = 1 / np.sqrt((weight.sum(axis=1) + 1) * share * (1 - share))
        centre = expit(logit(share)[:, None] + _NODES * error[:, None])
        prior_hits, prior_misses = (size[:, None] * centre).ravel(), (size[:, None] * (1 - centre)).ravel()
        hits, misses = prior_hits[:, None] + successes, prior_misses[:, None] + (trials - successes)
        fit = (betaln(hits, misses) - betaln(prior_hits, prior_misses)[:, None]).sum(axis=1)
        prior = np.log(np.repeat(np.sqrt(roots) * error, len(_NODES))) + 0.5 * np.log(centre * (1 - centre)).ravel()
        means = hits / (hits + misses)
        return cls(_normed(fit + prior), means, means * (1 - means) / (hits + misses + 1), hits, misses)

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Limits of the beta distribution with the same mean and variance."""
        mean = self.mean()
        size = mean * (1 - mean) / self.variance() - 1
        low, high = (betaincinv(mean * size, (1 - mean) * size, tail) for tail in _tails(level))
        return low, high

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw a grid point, then the members."""
        point = rng.choice(len(self.weights), size=count, p=self.weights)
        return rng.beta(self.hits[point], self.misses[point])


@dataclass(frozen=True)
class GammaSpread(_Mixture):
    """Events in an exposure: the members' true rates are gamma distributed."""

    shapes: Floats
    exposures: Floats

    @classmethod
    def of(cls, events: Floats, exposure: Floats, centre: float | None = None) -> GammaSpread:
        """Average over the variation coefficient v of the true rates, v / (3 + v) flat for v from 0 to 3.

        The common rate, where it is estimated, has Jeffreys' prior.

        Args:
            events: Shape (members,).
            exposure: Above 0.
            centre: Of the true rates where it is known (1 for observed over expected); else estimated.

        Source: Greenwood & Yule (1920) JRSS 83:255 for the likelihood.
        """
        flat = ((np.arange(_STEPS) + 0.5) / _STEPS) ** 2 / 2
        shape = ((1 - flat) / (3 * flat)) ** 2
        guess = (events.sum() + 0.5) / exposure.sum() if centre is None else centre
        weight = exposure / (1 + exposure * guess / shape[:, None])
        if centre is None:
            share = (weight @ (events / exposure) + 0.5) / (weight.sum(axis=1) + 0.5 / guess)
            error = 1 / np.sqrt(weight.sum(axis=1) * share + 0.5)
            rate = share[:, None] * np.exp(_NODES * error[:, None])
            prior = np.log(np.repeat(np.sqrt(flat) * error, len(_NODES))) + 0.5 * np.log(rate).ravel()
        else:
            rate = np.full((_STEPS, 1), centre)
            prior = 0.5 * np.log(flat)
        before = np.repeat(shape, rate.shape[1])[:, None]
        per = before / rate.reshape(-1, 1)
        fit = gammaln(before + events) - gammaln(before) + before * np.log(per)
        fit = fit - (before + events) * np.log(per + exposure)
        shapes, exposures = before + events, per + exposure
        return cls(_normed(fit.sum(axis=1) + prior), shapes / exposures, shapes / exposures**2, shapes, exposures)

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Limits of the gamma distribution with the same mean and variance."""
        mean, variance = self.mean(), self.variance()
        low, high = (gammaincinv(mean**2 / variance, tail) * variance / mean for tail in _tails(level))
        return low, high

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw a grid point, then the members."""
        point = rng.choice(len(self.weights), size=count, p=self.weights)
        return rng.gamma(self.shapes[point], 1 / self.exposures[point])


def _tails(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2


def _normed(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
