"""Lead scores: the chance that a signal's lead converts, from what became of earlier signals alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.chance_bands import with_chance
from efficace.facts.chance_left import with_chance_left
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.lead_worth import with_worth

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.config import Scoring
    from efficace.facts.known import Tables

LEAST_LEADS, LEAST_CONVERTED = 200, 30
"""Leads with a known outcome, and those among them that converted, fewer than which teach nothing."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a signal whose lead had not converted before, with its chance to convert within the days of the setting.

    Learned from signals that are as old at least, whatever came of them: of younger ones only those that converted
    soon would be known. Empty where too few leads teach, see ``LEAST_LEADS``.
    """
    import ibis

    rows = tables.signal_evidence
    settled = rows.filter(rows.is_settled)
    rows = with_chance(rows, settled).cross_join(_enough(settled))
    rows = rows.mutate(**{name: rows.is_enough.ifelse(rows[name], None) for name in ("chance", "overall")})
    rows = with_worth(with_chance_left(rows, moment.as_of), tables)
    return rows.select(
        "lead_id", "signal_id", "chance", "overall", "chance_left", "worth",
        heat=_heat(rows, moment.config.response.scoring),
        expected_value=(rows.chance_left * rows.worth).round(4),
        left_out=rows.is_enough.ifelse(ibis.null("string"), "too_few"),
    )  # fmt: skip


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
    "One row a signal whose lead had not converted before, with the chance that it does and what that is worth.",
    build,
    key=("lead_id", "signal_id"),
    reads=("signal_evidence", "leads", "accounts", "deal_spans"),
    ages=True,
    dimensions={"heat": Own("heat")},
)
