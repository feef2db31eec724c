"""Sales cycle: how long a deal takes and how often it is won (METRICS 1, CONTRACT B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from efficace.facts.dates import seconds_between
from efficace.metrics.ages import DAY, lasting_to, whole_days
from efficace.metrics.cells import Cells
from efficace.metrics.estimate_names import STILL_OPEN
from efficace.metrics.estimators import POPULATION, SHOWN_OF, Rate, Span, Total, each, mean_of_values, same_half
from efficace.metrics.metric import (
    CURRENCY,
    DAYS,
    SHARE,
    Better,
    Estimated,
    Expression,
    Further,
    Metric,
    Preset,
    Reading,
    Step,
    Term,
    no_rows,
)
from efficace.metrics.question import Question
from efficace.stats.curves import Curves
from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import Bools, Estimates, divide
from efficace.stats.rates import wilson
from efficace.stats.survival import (
    cumulative_incidence,
    half_of_last,
    kaplan_meier,
    share_open,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

CLOSED_BY = (30, 60, 90, 180)
LACKING_AT_MOST = 0.2
"""Of the won, and of the lost deals, so many may lack an amount."""

SPAN = Span(
    start="started_at",
    end="ended_at",
    causes={"won": lambda t: t.end_kind == "won", "lost": lambda t: t.end_kind == "lost"},
)


def is_closed(t: ir.Table) -> ir.Value:
    """Won or lost."""
    return t.end_kind.notnull()


def is_won(t: ir.Table) -> ir.Value:
    """Won."""
    return t.end_kind == "won"


DEALS_THAT_ARE: Mapping[str, Expression | None] = {"all": None, "closed": is_closed, "won": is_won}


def counted(test: Expression) -> Expression:
    """How many rows a test holds for, as a sum."""
    return lambda t: test(t).fill_null(False).cast("int64")


def rows_with(mask: Bools, why: str) -> dict[int, str]:
    """The same reason for each row of the mask."""
    return {int(row): why for row in np.flatnonzero(mask)}


@dataclass(frozen=True)
class CycleLength:
    """The time by which half of the deals that will be won are won; won and lost compete, open deals are censored.

    Attributes:
        at: Date that puts a deal into its period; by closing date open deals belong to none.
        of: Deals that are looked at: all, those closed, those won.
    """

    at: str = "started_on"
    of: Literal["all", "closed", "won"] = "all"

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age, and how many of them the data describe in an unusual way."""
        of = "closed" if self.at == "ended_on" and self.of == "all" else self.of
        term = SPAN.term("deal_spans", self.at, question, DEALS_THAT_ARE[of])
        flags: dict[str, Expression] = {
            "reopened": counted(lambda t: t.was_reopened),
            "inferred": counted(lambda t: t.was_inferred),
            "closed_at_ignored": counted(lambda t: t.closed_at_ignored),
        }
        return {POPULATION: replace(term, sums={**term.sums, **flags})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The headline, and beside it what other readings of the same deals say; by age the shares won and lost."""
        term = cells[POPULATION]
        counts = SPAN.counts(term)
        if question.curve:
            return _by_age(counts)
        n = term.count()
        last, still_open = cumulative_incidence(counts, "won").last(), share_open(counts)
        closed = kaplan_meier(counts)
        further = {
            "km_median": Further(closed.quantile(0.5).times(1 / DAY)),
            "mean_won": Further(mean_ended(cells, "won")),
            "median_won": Further(_median_won(cells)),
            "won_in_the_end": Further(last, SHARE),
            STILL_OPEN: Further(still_open, SHARE),
            **{f"closed_by_{days}": Further(_closed_by(closed, days), SHARE) for days in CLOSED_BY},
            **{
                name: Further(Estimates.bare(term.total(name)), "deals")
                for name in ("reopened", "inferred", "closed_at_ignored")
            },
        }
        no_win = rows_with((n > 0) & ~(np.nan_to_num(last.value) > 0), "no_wins")
        main = half_of_last(counts, "won").times(1 / DAY)
        young = is_young(still_open, last).tolist()
        return Estimated(main, n, further, no_win, young, tests=same_half(counts, "won"))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each deal once."""
        return (_deals(self.terms(question)[POPULATION]),)


def is_young(still_open: Estimates, reached: Estimates) -> Bools:
    """Cells where more are still open at the last observed age than have got there: what follows is a lower bound."""
    return np.asarray(np.nan_to_num(still_open.value) > np.nan_to_num(reached.value), dtype=bool)


def _by_age(counts: DurationCounts) -> Estimated:
    """The share won, and lost, by each day of age; the rest is still open."""
    won, lost = cumulative_incidence(counts, "won"), cumulative_incidence(counts, "lost")
    cell, day = whole_days(won)
    at = day * DAY
    further = {"lost": Further(lost.at_points(cell, at), SHARE)}
    n = lasting_to(won, cell, at)
    return Estimated(won.at_points(cell, at), n, further, cell=cell, point=day.tolist(), unit=SHARE)


def _deals(term: Term, above: Expression | None = None) -> Reading:
    return Reading(term, ("deal_id",), each, above, SHOWN_OF["deal_spans"])


def _days(t: ir.Table) -> ir.Value:
    return seconds_between(t[SPAN.start], t[SPAN.end]).cast("float64") / float(DAY)


@dataclass(frozen=True)
class MeanLength:
    """What most tools show: the mean length of won (or of all closed) deals, which forgets those still open."""

    at: str = "started_on"
    of: Literal["closed", "won"] = "won"

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Ended deals by age."""
        return {POPULATION: SPAN.term("deal_spans", self.at, question, where=DEALS_THAT_ARE[self.of])}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Their mean."""
        del question
        term = cells[POPULATION]
        n, days = term.count(), term.keys["time"].astype(np.float64) / DAY
        main = mean_of_values(term, term.n, days)
        return Estimated(main, n, why_null=no_rows(n, "no_wins" if self.of == "won" else "no_rows"))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each deal once, its days above."""
        return (_deals(self.terms(question)[POPULATION], _days),)


def mean_ended(cells: Cells, cause: str, name: str = POPULATION) -> Estimates:
    """The mean length, in days, of the spans that ended by a cause."""
    term = cells[name]
    return mean_of_values(term, term.sums[cause], term.keys["time"].astype(np.float64) / DAY)


def _median_won(cells: Cells) -> Estimates:
    """The first length that half of the won deals do not pass."""
    term = cells[POPULATION]
    only_won = replace(term, sums={"won": term.sums["won"]}, n=term.sums["won"])
    counts = replace(SPAN, causes={"won": SPAN.causes["won"]}).counts(only_won)
    return Estimates.bare(kaplan_meier(counts).quantile(0.5).times(1 / DAY).value)


def _closed_by(closed: Curves, days: int) -> Estimates:
    still = closed.at(days * DAY)
    return Estimates(1 - still.value, 1 - still.high, 1 - still.low).where(closed.watched(days * DAY))


WHATEVER_START = ("not_qualified", "no_start")
"""A deal is won or lost wherever its cycle is said to start."""

WIN_RATE = Rate("deal_spans", "ended_on", of=is_won, where=is_closed, accepts=WHATEVER_START)


@dataclass(frozen=True)
class WonInTheEnd:
    """The share of the deals begun in the period that have been won by as-of, open ones censored."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age."""
        return {POPULATION: SPAN.term("deal_spans", "started_on", question)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of won at the last observed age."""
        del question
        counts = SPAN.counts(cells[POPULATION])
        won = cumulative_incidence(counts, "won").last()
        still_open = share_open(counts)
        further = {STILL_OPEN: Further(still_open, SHARE)}
        return Estimated(won, cells[POPULATION].count(), further, young=is_young(still_open, won).tolist())

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each deal once; an open one is neither won nor lost yet, so the value is no quotient of counts."""
        return (_deals(self.terms(question)[POPULATION]),)


@dataclass(frozen=True)
class WinRateAmount:
    """Won amount over closed amount; null where too many won or lost deals have no amount to tell.

    The interval is Wilson's on Kish's effective number of deals, (sum of amounts)^2 / sum of squared amounts: a few
    large deals say little, and a rep without a loss has a wide interval.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Amounts of closed deals; and all closed deals, to see how many lack one."""
        del question
        amounts: dict[str, Expression] = {
            "won": lambda t: is_won(t).ifelse(t.amount, 0.0),
            "all": lambda t: t.amount,
            "squares": lambda t: t.amount * t.amount,
        }
        lacking: dict[str, Expression] = {
            "won": counted(is_won),
            "won_lacking": counted(lambda t: is_won(t) & t.amount.isnull()),
            "lacking": counted(lambda t: t.amount.isnull()),
        }
        reasons: tuple[tuple[str, Expression], ...] = (
            ("no_amount", lambda t: ~t.has_amount),
            ("no_rate", lambda t: t.amount.isnull()),
            ("negative_amount", lambda t: t.amount < 0),
        )
        return {
            POPULATION: Term(
                "deal_spans", "ended_on", where=is_closed, sums=amounts, left_out=reasons, accepts=WHATEVER_START
            ),
            "closed": Term("deal_spans", "ended_on", where=is_closed, sums=lacking, accepts=WHATEVER_START),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Won over all, in money."""
        del question
        term, closed = cells[POPULATION], cells["closed"]
        total = term.total("all")
        share = np.clip(divide(term.total("won"), total), 0, 1)
        deals = np.nan_to_num(divide(total**2, term.total("squares")))
        won, won_lacking = closed.total("won"), closed.total("won_lacking")
        lost, lost_lacking = closed.count() - won, closed.total("lacking") - won_lacking
        is_incomplete = (won_lacking > LACKING_AT_MOST * won + 1e-9) | (lost_lacking > LACKING_AT_MOST * lost + 1e-9)
        main = wilson(np.nan_to_num(share) * deals, deals).where(~is_incomplete)
        why = rows_with(is_incomplete, "incomplete")
        return Estimated(main, term.count(), why_null=why)


SHOWN = (
    "account_id", "rep_id", "team_id", "territory_id", "pipeline", "stage", "deal_kind", "started_at", "ended_at",
    "end_kind", "seconds", "amount", "was_inferred", "was_reopened", "closed_at_ignored",
)  # fmt: skip
DEALS = ("deals.created_at", "deals.status")
BY_CLOSING = {
    "en": "Deals by closing date: biased where the pipeline grows",
    "fr": "Affaires par date de clôture : biaisé quand le pipeline croît",
}
WITHOUT_OPEN = {
    "en": "Deals count by closing date: open ones drop out, older ones closed in the period come in",
    "fr": "Les affaires comptent par date de clôture : les ouvertes sortent, de plus anciennes closes ici entrent",
}
WITHOUT_LOST = {"en": "Lost deals drop out", "fr": "Les affaires perdues sortent"}
MEAN_FOR_HALF = {
    "en": "The mean length instead of the time by which half are won",
    "fr": "La durée moyenne au lieu du moment où la moitié est gagnée",
}
CYCLE_PRESETS = {
    "classic": Preset(
        MeanLength("ended_on"),
        {"en": "Mean length of deals won in the period", "fr": "Durée moyenne des affaires gagnées"},
        why={
            "en": "It averages the deals won in the period and forgets those that are open or lost",
            "fr": "Elle fait la moyenne des affaires gagnées et oublie celles qui sont ouvertes ou perdues",
        },
        before=(
            Step(WITHOUT_OPEN, CycleLength("ended_on")),
            Step(WITHOUT_LOST, CycleLength("ended_on", "won")),
        ),
        last=MEAN_FOR_HALF,
    ),
    "by_closing_date": Preset(CycleLength("ended_on"), BY_CLOSING, why=WITHOUT_OPEN),
    "pipedrive": Preset(
        MeanLength("started_on", "closed"),
        {
            "en": "Mean length of the deals begun in the period that are won or lost by now",
            "fr": "Durée moyenne des affaires commencées dans la période et gagnées ou perdues à ce jour",
        },
        "https://support.pipedrive.com/nb/article/insights-reports-deal-duration",
        why={
            "en": "It averages won and lost deals alike and forgets those still open",
            "fr": "Elle fait la moyenne des affaires gagnées et perdues ensemble et oublie les ouvertes",
        },
        before=(
            Step(
                {"en": "Deals still open drop out", "fr": "Les affaires encore ouvertes sortent"},
                CycleLength("started_on", "closed"),
            ),
        ),
        last={
            "en": "The mean length, lost deals included, instead of the time by which half are won",
            "fr": "La durée moyenne, perdues comprises, au lieu du moment où la moitié est gagnée",
        },
    ),
}
SAME_FORMULA = {
    "en": "It counts the same deals in the same way",
    "fr": "Elle compte les mêmes affaires de la même façon",
}
WON_OVER_CLOSED = {"en": "Won over closed", "fr": "Gagnées sur closes"}
WIN_PRESETS = {
    "classic": Preset(WIN_RATE, WON_OVER_CLOSED, why=SAME_FORMULA),
    "by_closing_date": Preset(WIN_RATE, WON_OVER_CLOSED, why=SAME_FORMULA),
    "by_creation": Preset(
        WonInTheEnd(),
        {
            "en": "Share of the deals begun in the period that are won so far, open ones censored",
            "fr": "Part des affaires commencées dans la période et gagnées à ce jour, ouvertes censurées",
        },
        "Aalen & Johansen (1978)",
        why={
            "en": "It follows the deals begun in the period, open ones included, instead of those closed in it",
            "fr": "Elle suit les affaires commencées dans la période, ouvertes comprises, et non les closes",
        },
        before=(
            Step(
                {
                    "en": "Closed deals count in the period in which they began",
                    "fr": "Les affaires closes comptent dans la période où elles ont commencé",
                },
                Rate("deal_spans", "started_on", of=is_won, where=is_closed),
            ),
        ),
        last={
            "en": "Open deals come in: not yet won, but not lost either",
            "fr": "Les affaires ouvertes entrent : pas encore gagnées, mais pas perdues non plus",
        },
    ),
    "salesforce": Preset(
        WIN_RATE,
        {"en": "Won opportunities over closed ones", "fr": "Opportunités gagnées sur opportunités closes"},
        "https://help.salesforce.com/s/articleView?id=000387867&type=1",
        why=SAME_FORMULA,
    ),
}

METRICS: tuple[Metric, ...] = (
    Metric(
        "sales_cycle_length",
        unit=DAYS,
        better=Better.LOWER,
        meaning={
            "en": "Days from a deal's start until half of the deals that will be won are won",
            "fr": "Jours entre le début d’une affaire et le moment où la moitié des affaires gagnées le sont",
        },
        estimator=CycleLength(),
        needs=DEALS,
        estimates=(
            "km_median", "mean_won", "median_won", "won_in_the_end", STILL_OPEN,
            *(f"closed_by_{days}" for days in CLOSED_BY), "lost", "reopened", "inferred", "closed_at_ignored",
        ),
        steps=("closed_by_30", "closed_by_60", "closed_by_90", "closed_by_180"),
        curve="age",
        presets=CYCLE_PRESETS,
        keeps=SHOWN,
        source="Aalen & Johansen (1978); mean Student (1908), Hall (1992)",
    ),
    Metric(
        "win_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the deals closed in the period that were won",
            "fr": "Part des affaires closes dans la période qui ont été gagnées",
        },
        estimator=WIN_RATE,
        needs=("deals.status",),
        presets=WIN_PRESETS,
        keeps=SHOWN,
        source="Wilson (1927)",
    ),
    Metric(
        "win_rate_amount",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the amount closed in the period that was won",
            "fr": "Part du montant clos dans la période qui a été gagnée",
        },
        estimator=WinRateAmount(),
        needs=("deals.status", "deals.amount"),
        keeps=SHOWN,
        source="Wilson (1927); Kish (1965)",
    ),
    Metric(
        "bookings",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Amount of the deals of any kind won in the period",
            "fr": "Montant des affaires de tout type gagnées dans la période",
        },
        estimator=Total("won_deals", "ended_on", of=lambda t: t.amount),
        needs=("deals.status", "deals.amount"),
        counts=True,
        keeps=SHOWN,
    ),
)  # fmt: skip
