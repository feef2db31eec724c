"""Pipeline: what it brings a day, and whether what was won stays (METRICS 1, CONTRACT B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.metrics.catalogue.cycle import (
    DEALS,
    SHOWN,
    SPAN,
    WHATEVER_START,
    counted,
    is_closed,
    is_won,
    is_young,
    rows_with,
)
from efficace.metrics.cells import Cells, TermCells, summed
from efficace.metrics.estimators import DAY, POPULATION, durations, mean_of, powers
from efficace.metrics.metric import (
    CURRENCY,
    CURRENCY_PER_DAY,
    DAYS,
    SHARE,
    Better,
    Estimated,
    Expression,
    Further,
    Metric,
    Term,
    no_rows,
)
from efficace.metrics.question import Question
from efficace.stats.effects import post_stratification_weights
from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, divide, normal_quantile
from efficace.stats.means import mean, student
from efficace.stats.rates import wilson
from efficace.stats.shrinkage import shrink
from efficace.stats.survival import cumulative_incidence, half_of_last, kaplan_meier, share_open

if TYPE_CHECKING:
    import ibis.expr.types as ir

YEAR_DAYS = 12 * 30.4375
"""Twelve months of customer age."""
Z = normal_quantile(0.95)


@dataclass(frozen=True)
class Velocity:
    """What the open pipeline brings a day: open deals x win rate x mean won amount / cycle length.

    The interval takes the open deals as they are counted and the three other factors as independent, on the log scale,
    each error as sure as so many won deals make it. Heavily skewed amounts reach farther up, as in their own interval.

    Source: Satterthwaite (1946) Biometrics Bulletin 2:110.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals closed in the range by age, the amounts of the won ones, and the open deals of as-of."""
        closed = SPAN.term("deal_spans", "ended_on", question, where=is_closed)
        amounts = powers(lambda t: t.amount)
        reasons: tuple[tuple[str, Expression], ...] = (
            ("no_amount", lambda t: ~t.has_amount),
            ("no_rate", lambda t: t.amount.isnull()),
        )
        return {
            POPULATION: closed,
            "amounts": Term("deal_spans", "ended_on", where=is_won, sums=amounts, left_out=reasons, begins=False),
            "open": Term("deal_spans", where=lambda t: t.end_kind.isnull() & t.is_qualified),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The product, its factors beside it."""
        del question
        term, amounts = cells[POPULATION], cells["amounts"]
        n = term.count()
        open_deals = cells["open"].count()
        rate = wilson(term.total("won"), n)
        amount = mean_of(amounts)
        length = half_of_last(SPAN.counts(term), "won").times(1 / DAY)
        further = {
            "open_deals": Further(Estimates.bare(open_deals), "deals"),
            "win_rate": Further(rate, SHARE),
            "mean_amount": Further(amount, CURRENCY),
            "cycle_length": Further(length, DAYS),
        }
        won = term.total("won")
        why = rows_with((won > 0) & (amounts.count() == 0), "incomplete") | rows_with((n > 0) & (won == 0), "no_wins")
        return Estimated(_product(open_deals, rate, amount, length, won), n, further, why)


def _product(open_deals: Floats, rate: Estimates, amount: Estimates, length: Estimates, n: Floats) -> Estimates:
    """The product of the factors, ``n`` won deals behind their errors."""
    value = divide(open_deals * rate.value * amount.value, length.value)
    assert rate.se is not None
    assert amount.se is not None
    assert length.se is not None
    rate_error, amount_error = (1 - rate.value) * rate.se, divide(amount.se, amount.value)
    errors = np.stack([rate_error, amount_error, length.se])
    upward = np.stack([rate_error, _upward(amount, amount_error, n), length.se])
    with np.errstate(over="ignore"):
        low, high = value * np.exp(-_half_width(errors, n)), value * np.exp(_half_width(upward, n))
    return Estimates(value, low, high, Scale.LOG, np.where(value > 0, np.sqrt((errors**2).sum(axis=0)), np.nan))


def _upward(amount: Estimates, error: Floats, n: Floats) -> Floats:
    """How far the mean amount errs upward, on the log scale: as its own upper limit says where a tail stretches it."""
    is_stretched = amount.high - amount.value > (amount.value - amount.low) * (1 + 1e-9)
    reach = divide(Scale.LOG.forward(divide(amount.high, amount.value)), student(n - 1, 0.95))
    return np.where(is_stretched, np.fmax(error, reach), error)


def _half_width(errors: Floats, n: Floats) -> Floats:
    parts = errors**2
    spread = parts.sum(axis=0)
    free = divide(spread**2, divide((parts**2).sum(axis=0), np.maximum(n - 1, 1)))
    half: Floats = student(free, 0.95) * np.sqrt(spread)
    return half


@dataclass(frozen=True)
class KeptWins:
    """Wins per 100 decided deals whose account is still a customer after 12 months."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Decided deals, and the lives of the won accounts."""
        del question
        won: dict[str, Expression] = {"won": counted(is_won)}
        return {
            POPULATION: Term("deal_spans", "ended_on", where=is_closed, sums=won, accepts=WHATEVER_START),
            "lives": _lives("ended_on"),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """100 x win rate x survival to 12 months."""
        del question
        term = cells[POPULATION]
        n, won = term.count(), term.total("won")
        kept, why = _kept(cells["lives"])
        rate = wilson(won, n)
        value = _times(rate, kept).times(100)
        none = Estimates(rate.value, rate.low, rate.high).times(100)
        is_none = (won == 0) & (n > 0)
        main = replace(_chosen(is_none, none, value), se=_error(value))
        reasons = {row: reason for row, reason in why.items() if not is_none[row] and n[row] > 0}
        return Estimated(main, n, why_null={**reasons, **no_rows(n, "no_rows")})


def _chosen(mask: Bools, one: Estimates, other: Estimates) -> Estimates:
    """One where the mask holds, the other elsewhere."""
    return Estimates(
        np.where(mask, one.value, other.value),
        np.where(mask, one.low, other.low),
        np.where(mask, one.high, other.high),
    )


def _error(estimates: Estimates) -> Floats:
    """Standard errors that the widths of the intervals stand for."""
    return (estimates.high - estimates.low) / (2 * Z)


def _lives(at: str) -> Term:
    """Won deals by how long their account has been a customer, in whole days, and what it said."""
    sums: dict[str, Expression] = {
        "lost": counted(lambda t: t.lost_on.notnull()),
        "scored": counted(lambda t: t.feedback.notnull()),
        "score": lambda t: t.feedback.fill_null(0.0),
        "score_squares": lambda t: t.feedback.fill_null(0.0) * t.feedback.fill_null(0.0),
    }
    return Term("won_customers", at, sums=sums, keys={"time": lambda t: t.life_days.cast("int64")}, begins=False)


def _kept(lives: TermCells) -> tuple[Estimates, dict[int, str]]:
    """The share of won accounts still customers after 12 months; nothing where none was watched for so long."""
    curve = kaplan_meier(durations(lives, ("lost",)))
    is_over = np.nan_to_num(curve.last().value, nan=1.0) <= 0
    kept = curve.at(YEAR_DAYS).where(curve.watched(YEAR_DAYS) | is_over)
    why = rows_with(np.isnan(kept.value), "too_young") | rows_with(curve.is_empty, "no_lives")
    return kept, why


def _times(one: Estimates, other: Estimates) -> Estimates:
    """The product of two independent shares, limits by adding theirs in squares.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693 (MOVER).
    """
    value = one.value * other.value
    below = np.hypot((one.value - one.low) * other.value, (other.value - other.low) * one.value)
    above = np.hypot((one.high - one.value) * other.value, (other.high - other.value) * one.value)
    return Estimates(value, np.clip(value - below, 0, 1), np.clip(value + above, 0, 1))


MIX = {
    "deal_kind": "deal_kind",
    "segment": "segment",
    "pipeline": "pipeline",
    "product": "product_id",
    "source": "source",
    "campaign": "campaign",
}
"""What the mix can be adjusted for: dimension -> column of the deal."""

WORDS = {(1, 1): "fast_and_happy", (1, -1): "fast_and_unhappy", (-1, 1): "slow_and_happy", (-1, -1): "slow_and_unhappy"}


@dataclass(frozen=True)
class QualityAdjusted:
    """How fast a rep wins, beside what the won customers do in the 12 months after.

    The headline as if the rep had everybody's mix of deals, drawn towards the others as far as chance could have set it
    apart. The verdict compares both intervals with all deals together and says nothing where either covers that.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age and stratum, and the lives of the won accounts."""
        columns = _mix(question)
        span = SPAN.term("deal_spans", "started_on", question)
        keys = {**span.keys, "stratum": lambda t: _stratum(t, columns)}
        return {POPULATION: replace(span, keys=keys), "lives": _lives("started_on")}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Days, what was kept, what was said, and the verdict."""
        del question
        term, lives = cells[POPULATION], cells["lives"]
        n = term.count()
        counts = SPAN.counts(_fairly(term))
        won = cumulative_incidence(counts, "won").last()
        young = is_young(share_open(counts), won)
        period = np.arange(cells.size, dtype=np.int64) // max(len(cells.members), 1)
        speed = _drawn_together(half_of_last(counts, "won").times(1 / DAY), period, ~young)
        kept, _ = _kept(lives)
        said = mean(lives.total("scored"), lives.total("score"), lives.total("score_squares"))
        verdict = _verdicts(speed.where(~young), kept, said, cells, period)
        further = {
            "kept_12_months": Further(kept, SHARE),
            "feedback": Further(said, SHARE),
            "verdict": Further(Estimates.nowhere(len(n)), None, words=verdict),
        }
        no_win = rows_with((n > 0) & ~(np.nan_to_num(won.value) > 0), "no_wins")
        return Estimated(speed, n, further, no_win, young.tolist())


def _mix(question: Question) -> list[str]:
    names = [name.strip() for name in str(question.options["mix"]).split(",") if name.strip()]
    for name in names:
        if name not in MIX:
            raise QuestionError(
                '--set mix: the mix cannot be adjusted for "{name}".{nearest}', name=name, nearest=nearest(name, MIX)
            )
    return [MIX[name] for name in names]


def _stratum(t: ir.Table, columns: list[str]) -> ir.Value:
    import ibis

    stratum: ir.Value = ibis.literal("")
    for column in columns:
        stratum = stratum + t[column].fill_null("") + "|"
    return stratum


def _fairly(term: TermCells) -> TermCells:
    """The same deals weighted so that each cell has the mix of all."""
    _, stratum = np.unique(term.keys["stratum"].astype(str), return_inverse=True)
    group = term.cell * (int(stratum.max(initial=0)) + 1) + stratum
    groups, first, row_group = np.unique(group, return_index=True, return_inverse=True)
    held = summed(row_group.astype(np.int64), term.n, len(groups))
    weight = post_stratification_weights(term.cell[first], stratum[first], held)[row_group]
    return replace(term, n=term.n * weight, sums={name: values * weight for name, values in term.sums.items()})


def _drawn_together(own: Estimates, group: Ints, usable: Bools) -> Estimates:
    """Each member drawn towards the others of its period; one without others stays as it is."""
    drawn = shrink(own.where(usable), group)
    return _chosen(np.isfinite(drawn.value), drawn, own)


def _verdicts(speed: Estimates, kept: Estimates, said: Estimates, cells: Cells, period: Ints) -> list[str]:
    """Words for the cells in which both intervals leave the figure of all deals of the period on one side."""
    together = cells.onto([()], np.zeros(len(cells.members), dtype=np.int64), np.ones(cells.size))
    lives = together["lives"]
    everyone = half_of_last(SPAN.counts(together[POPULATION]), "won").times(1 / DAY)
    kept_by_all, _ = _kept(lives)
    said_by_all = divide(lives.total("score"), lives.total("scored"))
    fast = -_side(speed, everyone.value[period])
    signs = np.stack([_side(kept, kept_by_all.value[period]), _side(said, said_by_all[period])])
    is_mixed = (signs.max(axis=0) > 0) & (signs.min(axis=0) < 0)
    happy = np.where(is_mixed, 0, signs.sum(axis=0).clip(-1, 1))
    return [WORDS.get((int(a), int(b)), "cannot_tell") for a, b in zip(fast, happy, strict=True)]


def _side(estimates: Estimates, reference: Floats) -> Ints:
    """1 where the whole interval lies above the reference, -1 below, 0 where it cannot be told."""
    with np.errstate(invalid="ignore"):
        return (estimates.low > reference).astype(np.int64) - (estimates.high < reference).astype(np.int64)


METRICS: tuple[Metric, ...] = (
    Metric(
        "pipeline_velocity",
        unit=CURRENCY_PER_DAY,
        better=Better.HIGHER,
        meaning={
            "en": "Won amount a day to be expected of the open deals: deals x win rate x amount / cycle length",
            "fr": "Montant gagné par jour attendu des affaires ouvertes : affaires x taux x montant / durée du cycle",
        },
        estimator=Velocity(),
        needs=(*DEALS, "deals.amount"),
        estimates=("open_deals", "win_rate", "mean_amount", "cycle_length"),
        source="Satterthwaite (1946); amounts Student (1908), Hall (1992)",
        state=True,
        months_by_default=12,
        keeps=SHOWN,
    ),
    Metric(
        "kept_wins",
        unit="wins",
        better=Better.HIGHER,
        meaning={
            "en": "Wins per 100 decided deals whose account is still a customer after 12 months",
            "fr": "Affaires gagnées pour 100 décidées dont le compte est encore client après 12 mois",
        },
        estimator=KeptWins(),
        needs=("deals.status", "subscription_periods.mrr|order_lines.ordered_at"),
        keeps=SHOWN,
        source="Kaplan & Meier (1958); Zou & Donner (2008)",
    ),
    Metric(
        "quality_adjusted_cycle",
        unit=DAYS,
        better=Better.LOWER,
        meaning={
            "en": "Days until half of the deals to be won are won, at everybody's mix, beside what those customers do",
            "fr": "Jours avant que la moitié des affaires à gagner le soient, à mix égal, et ce que font ces clients",
        },
        estimator=QualityAdjusted(),
        needs=DEALS,
        estimates=("kept_12_months", "feedback", "verdict"),
        options={"mix": "deal_kind,segment"},
        keeps=SHOWN,
        source="Aalen & Johansen (1978); Kish (1965)",
    ),
)
