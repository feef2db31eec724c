"""Stage visits: one row each time that a deal was in an open stage, from entering to leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, seconds_between, with_company_date
from efficace.facts.deal_parts import OF_DEAL
from efficace.facts.deal_spans import deal_dimensions
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.stage_log import CLOSED, in_order, stage_log

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a visit (METRICS 1, CONTRACT B).

    It ends with the next change, else with the deal; a stage that is logged again without another between is the
    same visit. An entry before the deal was created is moved there.
    """
    import ibis

    deals = tables.deal_spans
    log = stage_log(tables, deals)
    order = in_order()
    log = log.mutate(stage_before=log.stage.lag().over(order), pipeline_before=log.in_pipeline.lag().over(order))
    is_same = (log.stage == log.stage_before) & (log.in_pipeline == log.pipeline_before)
    log = log.filter(~is_same.fill_null(False))
    log = log.mutate(next_at=log.entered_at.lead().over(order), visit=ibis.row_number().over(order) + 1)
    log = log.filter(~log.kind.isin(CLOSED).fill_null(False))
    of_deal = deals.select("account_id", "product_id", "created_at", "end_kind", "ended_at", o_deal="deal_id")
    visits = log.inner_join(of_deal, log.deal_id == of_deal.o_deal)
    # A stage unknown to the pipeline and entered with the deal's end is the closed stage under a name of its own.
    is_end = visits.kind.isnull() & visits.next_at.isnull() & (visits.entered_at >= visits.ended_at).fill_null(False)
    visits = visits.filter(~is_end)
    left_at = visits.next_at.fill_null(visits.ended_at)
    visits = visits.mutate(
        was_moved=visits.entered_at < visits.created_at,
        entered_at=ibis.greatest(visits.entered_at, visits.created_at),
        left_at=left_at.isnull().ifelse(None, ibis.greatest(left_at, visits.created_at)),
        is_endless=left_at.isnull() & visits.end_kind.notnull(),
    )
    visits = with_company_date(visits, tables.zone_days, "entered_at", "entered_on")
    return visits.select(
        "deal_id", "visit", "account_id", "product_id", "stage", "position", "entered_at", "entered_on", "left_at",
        "was_moved", "evidence",
        pipeline=visits.in_pipeline.nullif(""),
        seconds=seconds_between(visits.entered_at, visits.left_at),
        deal_end=visits.end_kind,
        cohort=month_of(visits.entered_on),
        left_out=ibis.cases(
            (visits.is_endless, "no_end"),
            ((visits.left_at < visits.entered_at).fill_null(False), "ends_before_start"),
            else_=ibis.null("string"),
        ),
    )  # fmt: skip


STAGE_VISITS = Fact(
    "stage_visits",
    "One row each time that a deal was in an open stage, from entering to leaving it.",
    build,
    key=("deal_id", "visit"),
    reads=("stage_changes", "deal_spans", "stages"),
    ages=True,
    part=OF_DEAL,
    dimensions=deal_dimensions("deal_spans")
    | {"stage": Own("stage"), "pipeline": Own("pipeline"), "cohort": Own("cohort")},
)
