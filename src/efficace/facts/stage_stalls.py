"""Open deals beside what won deals took: how long each has been in its stage, and whether that is too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import seconds_between
from efficace.facts.deal_spans import deal_dimensions
from efficace.facts.fact import Fact, Moment, Own

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

LEAST_VISITS = 5
"""Under so many finished visits of won deals a stage has no limit."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row an open deal (CONTRACT B).

    Stalled: its present visit is longer than nine in ten finished visits of won deals to that stage. Abandoned: the
    deal is older than the longest one that ever closed; such a deal is not called stalled.
    """
    import ibis

    deals = tables.deal_spans
    closed = deals.filter(deals.end_kind.notnull() & deals.left_out.isnull())
    longest = closed.agg(longest_closed=closed.seconds.max())
    rows = deals.filter(deals.end_kind.isnull()).cross_join(longest)
    visits = tables.stage_visits
    present = visits.filter(visits.left_at.isnull() & visits.left_out.isnull())
    present = present.select(v_deal="deal_id", v_pipeline="pipeline", v_stage="stage", entered_at="entered_at")
    rows = rows.left_join(present, rows.deal_id == present.v_deal)
    rows = rows.mutate(of_pipeline=rows.v_pipeline.fill_null(""), stage=rows.v_stage.fill_null(rows.stage))
    limits = _limits(visits)
    rows = rows.left_join(limits, [rows.of_pipeline == limits.l_pipeline, rows.stage == limits.l_stage])
    rows = rows.mutate(
        age_seconds=seconds_between(rows.started_at, ibis.literal(moment.as_of)),
        stage_seconds=seconds_between(rows.entered_at, ibis.literal(moment.as_of)),
    )
    is_abandoned = (rows.age_seconds > rows.longest_closed).fill_null(False)
    return rows.select(
        "deal_id", "account_id", "product_id", "rep_id", "pipeline", "stage", "amount", "started_at", "started_on",
        "entered_at",
        "age_seconds", "stage_seconds", "limit_seconds", "longest_closed",
        is_abandoned=is_abandoned,
        is_stalled=(rows.stage_seconds > rows.limit_seconds).fill_null(False) & ~is_abandoned,
        left_out=ibis.cases(
            (rows.left_out.notnull(), rows.left_out),
            (is_abandoned, ibis.null("string")),
            (rows.entered_at.isnull(), "no_stage_log"),
            (rows.limit_seconds.isnull(), "no_limit"),
            else_=ibis.null("string"),
        ),
    )  # fmt: skip


def _limits(visits: ir.Table) -> ir.Table:
    """The nearest-rank 90 % quantile of finished visits of won deals, by pipeline and stage."""
    import ibis

    finished = visits.filter((visits.deal_end == "won") & visits.seconds.notnull() & visits.left_out.isnull())
    finished = finished.mutate(of_pipeline=finished.pipeline.fill_null(""))
    keys = ["of_pipeline", "stage"]
    order = ibis.window(group_by=keys, order_by=["seconds", "deal_id", "visit"])
    finished = finished.mutate(
        rank=ibis.row_number().over(order) + 1, number=finished.count().over(ibis.window(group_by=keys))
    )
    finished = finished.filter((finished.number >= LEAST_VISITS) & (finished["rank"] * 10 >= finished.number * 9))
    limits = finished.group_by(keys).agg(limit_seconds=finished.seconds.min())
    return limits.rename(l_pipeline="of_pipeline", l_stage="stage")


STAGE_STALLS = Fact(
    "stage_stalls",
    "One row an open deal: how long it has been in its stage, beside what won deals took.",
    build,
    key=("deal_id",),
    reads=("deal_spans", "stage_visits"),
    ages=True,
    dimensions=deal_dimensions("deal_spans") | {"stage": Own("stage"), "pipeline": Own("pipeline")},
)
