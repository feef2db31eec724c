"""Lead scores: the chance that a signal's lead converts, from what became of earlier signals alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.chance_bands import with_chance
from efficace.facts.chance_left import DAY, with_chance_left
from efficace.facts.dates import seconds_between
from efficace.facts.evidence import with_evidence
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.lead_worth import with_worth
from efficace.facts.signals import signal_rows, with_lead
from efficace.facts.tenths import NONE_OF_THEM, tenth_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.config import Scoring
    from efficace.facts.known import Tables

LEAST_LEADS, LEAST_CONVERTED = 200, 30
"""Leads with a known outcome, and those among them that converted, fewer than which teach nothing."""
SCORE_BANDS = 5


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a signal whose lead had not converted before, with its chance to convert within the days of the setting.

    Learned from signals that are as old at least, whatever came of them: of younger ones only those that converted
    soon would be known. Empty where too few leads teach, see ``LEAST_LEADS``.
    """
    import ibis

    scoring = moment.config.response.scoring
    rows = _with_tenth(_with_outcome(_traits(tables), moment))
    rows = with_evidence(rows, rows.filter(rows.is_settled))
    settled = rows.filter(rows.is_settled)
    rows = with_chance(rows, settled).cross_join(_enough(settled))
    rows = rows.mutate(
        **{name: rows.is_enough.ifelse(rows[name], None) for name in ("chance", "overall", "raised_by", "lowered_by")}
    )
    rows = with_worth(with_chance_left(rows, moment.as_of), tables)
    return rows.select(
        "lead_id", "signal_id", "signal_at", "signal", "source", "campaign", "country", "segment", "industry",
        "account_id", "is_settled", "converted", "chance", "overall", "chance_left", "worth", "raised_by", "lowered_by",
        heat=_heat(rows, scoring),
        expected_value=(rows.chance_left * rows.worth).round(4),
        left_out=rows.is_enough.ifelse(ibis.null("string"), "too_few"),
    )  # fmt: skip


def _traits(tables: Tables) -> ir.Table:
    """Signals at risk with the levels of their traits; the lead's score in fifths of all."""
    import ibis

    rows = with_lead(signal_rows(tables), tables)
    rows = rows.filter(rows.is_known_lead & ~(rows.converted_at < rows.signal_at).fill_null(False))
    rows = rows.select(
        "lead_id", "signal_id", "signal_at", "signal", "source", "campaign", "country", "segment", "industry",
        "account_id", "created_at", "converted_at", heat="given_heat", points="score", is_scored=rows.score.notnull(),
    )  # fmt: skip
    of_all = ibis.window(group_by="is_scored")
    place = ibis.rank().over(ibis.window(group_by="is_scored", order_by="points"))
    rows = rows.mutate(place=place, total=rows.lead_id.count().over(of_all))
    band = (rows.place * SCORE_BANDS // rows.total + 1).cast("string") + f"/{SCORE_BANDS}"
    return rows.mutate(score=rows.is_scored.ifelse(band, None)).drop("points", "is_scored", "place", "total")


def _with_outcome(rows: ir.Table, moment: Moment) -> ir.Table:
    """Add ``converted`` (1 within the days of the setting, else 0) and ``is_settled``: so old that this is known."""
    import ibis

    days = moment.config.response.scoring.settled_after * DAY
    now = ibis.literal(moment.as_of, type="timestamp(6)")
    return rows.mutate(
        converted=(seconds_between(rows.signal_at, rows.converted_at) <= days).fill_null(False).cast("int64"),
        is_settled=seconds_between(rows.signal_at, now) >= days,
    )


def _with_tenth(rows: ir.Table) -> ir.Table:
    """Add ``tenth``: the same for all signals of a lead; none where no outcome of the lead is known."""
    taught = rows.filter(rows.is_settled).select(s_lead="lead_id").distinct()
    joined = rows.left_join(taught, rows.lead_id == taught.s_lead)
    tenth = joined.s_lead.isnull().ifelse(NONE_OF_THEM, tenth_of(joined.created_at))
    return joined.mutate(tenth=tenth.cast("int64")).drop("s_lead", "created_at")


def _enough(settled: ir.Table) -> ir.Table:
    """One row: whether so many leads teach that they teach something."""
    leads = settled.group_by("lead_id").agg(converted=settled.converted.max())
    sums = leads.agg(taught=leads.count(), won=leads.converted.sum().fill_null(0))
    return sums.select(is_enough=(sums.taught >= LEAST_LEADS) & (sums.won >= LEAST_CONVERTED))


def _heat(rows: ir.Table, scoring: Scoring) -> ir.Value:
    """The chance against that of all signals together, where the source does not say how hot the signal is."""
    import ibis

    return ibis.cases(
        (rows.heat.notnull() | rows.chance.isnull(), ibis.null("string")),
        (rows.chance >= rows.overall * scoring.hot_from, "hot"),
        (rows.chance < rows.overall * scoring.cold_below, "cold"),
        else_="warm",
    )


LEAD_SCORES = Fact(
    "lead_scores",
    "One row a signal whose lead had not converted before, with the chance that it does and what speaks for it.",
    build,
    key=("lead_id", "signal_id"),
    reads=("leads", "lead_signals", "accounts", "deal_spans"),
    ages=True,
    rows_from=("leads", "lead_signals"),
    dimensions={
        "source": Own("source"),
        "campaign": Own("campaign"),
        "signal": Own("signal"),
        "heat": Own("heat"),
        "segment": Own("segment"),
        "industry": Own("industry"),
        "country": Own("country"),
        "region": Via("accounts", "account_id", "region"),
    },
)
