"""Stage passages: one row a deal and open stage that it reached or passed, until it got further or was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, with_company_date
from efficace.facts.deal_parts import OF_DEAL
from efficace.facts.deal_spans import deal_dimensions
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.stage_log import stage_log

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a deal and open stage of the pipeline that the deal ended in (CONTRACT B).

    It starts at the first entry and is passed at the first entry of a later stage or won; a stage that was skipped
    starts and is passed at that entry. Going back ends nothing.
    """
    import ibis

    deals = _with_closings(tables.deal_spans, tables)
    entries, unknown = _entries(tables)
    ordered = deals.anti_join(unknown, deals.deal_id == unknown.u_deal)
    rows = _with_later(ordered, entries, tables)
    passed_at = ibis.least(rows.later_at, rows.won_at)
    rows = rows.mutate(started_at=ibis.least(rows.first_at, passed_at), passed_at=passed_at)
    rows = rows.filter(rows.started_at.notnull())
    is_lost = rows.passed_at.isnull() & (rows.end_kind == "lost").fill_null(False)
    rows = rows.mutate(
        ended_at=is_lost.ifelse(rows.lost_at, rows.passed_at),
        passage_end=ibis.cases((rows.passed_at.notnull(), "passed"), (is_lost, "lost"), else_=ibis.null("string")),
        is_endless=rows.passed_at.isnull() & rows.end_kind.notnull() & ~(is_lost & rows.lost_at.notnull()),
    )
    known = rows.select(
        "deal_id", "account_id", "product_id", "pipeline", "stage", "started_at", "ended_at", "passage_end", "visits",
        was_entered=rows.visits > 0,
        was_skipped=rows.passed_at.notnull() & (rows.visits == 0),
        was_reentered=rows.visits > 1,
        left_out=ibis.cases(
            (rows.is_endless, "no_end"),
            ((rows.ended_at < rows.started_at).fill_null(False), "ends_before_start"),
            else_=ibis.null("string"),
        ),
    )  # fmt: skip
    found = known.union(_unordered(deals, unknown).select(*known.columns))
    found = with_company_date(found, tables.zone_days, "started_at", "started_on")
    return found.mutate(cohort=month_of(found.started_on))


def _with_closings(deals: ir.Table, tables: Tables) -> ir.Table:
    """Add ``won_at``, the first time that it was won, and ``lost_at``, when it was lost in the end."""
    import ibis

    log = stage_log(tables, deals)
    closings = log.filter(log.kind.isin(["won", "lost"]))
    closings = closings.group_by("deal_id").agg(
        c_won_at=closings.entered_at.min(where=closings.kind == "won"),
        c_lost_at=closings.entered_at.max(where=closings.kind == "lost"),
    )
    closings = closings.rename(c_deal="deal_id")
    joined = deals.left_join(closings, deals.deal_id == closings.c_deal)
    ended = {kind: (joined.end_kind == kind).ifelse(joined.ended_at, None) for kind in ("won", "lost")}
    won_at = joined.c_won_at.fill_null(ended["won"])
    return joined.mutate(
        won_at=won_at.isnull().ifelse(None, ibis.greatest(won_at, joined.created_at)),
        lost_at=(joined.end_kind == "lost").ifelse(joined.c_lost_at.fill_null(ended["lost"]), None),
    )


def _entries(tables: Tables) -> tuple[ir.Table, ir.Table]:
    """First entry and number of visits of each deal and stage; deals with a stage whose place is not known."""
    visits, deals = tables.stage_visits, tables.deal_spans
    home = deals.select(h_deal="deal_id", h_pipeline="pipeline")
    visits = visits.inner_join(home, visits.deal_id == home.h_deal)
    visits = visits.filter(visits.pipeline.fill_null("") == visits.h_pipeline.fill_null(""))
    unknown = visits.filter(visits.position.isnull())
    unknown = unknown.group_by("deal_id").agg(u_at=unknown.entered_at.min(), u_stage=unknown.stage.min())
    entries = visits.group_by(["deal_id", "stage"]).agg(first_at=visits.entered_at.min(), visits=visits.count())
    return entries.rename(e_deal="deal_id", e_stage="stage"), unknown.rename(u_deal="deal_id")


def _with_later(deals: ir.Table, entries: ir.Table, tables: Tables) -> ir.Table:
    """Each deal with a log times each open stage of its pipeline, with the first entry of any later stage."""
    import ibis

    logged = entries.select(l_deal="e_deal").distinct()
    deals = deals.semi_join(logged, deals.deal_id == logged.l_deal)
    stages = tables.stages
    stages = stages.filter(stages.kind == "open")
    places = stages.select(p_pipeline="pipeline", p_stage="stage", p_position="position")
    columns = ["deal_id", "account_id", "product_id", "pipeline", "end_kind", "won_at", "lost_at"]
    rows = deals.select(columns)
    rows = rows.inner_join(places, rows.pipeline == places.p_pipeline)
    rows = rows.left_join(entries, [rows.deal_id == entries.e_deal, rows.p_stage == entries.e_stage])
    rows = rows.mutate(stage=rows.p_stage, visits=rows.visits.fill_null(0), from_last=-rows.p_position)
    # From the last stage backwards; places that are equal do not come after one another.
    later = ibis.range_window(group_by="deal_id", order_by="from_last", preceding=(None, 1))
    return rows.mutate(later_at=rows.first_at.min().over(later))


def _unordered(deals: ir.Table, unknown: ir.Table) -> ir.Table:
    """One row for each deal that entered a stage which its pipeline does not list."""
    import ibis

    rows = deals.inner_join(unknown, deals.deal_id == unknown.u_deal)
    return rows.mutate(
        stage=rows.u_stage,
        started_at=rows.u_at,
        ended_at=ibis.null("timestamp(6)"),
        passage_end=ibis.null("string"),
        visits=ibis.literal(0).cast("int64"),
        was_entered=True,
        was_skipped=False,
        was_reentered=False,
        left_out=ibis.literal("unknown_stage"),
    )


STAGE_PASSAGES = Fact(
    "stage_passages",
    "One row a deal and open stage that it reached or passed, until it got further or was lost.",
    build,
    key=("deal_id", "stage"),
    reads=("stage_visits", "stage_changes", "deal_spans", "stages"),
    ages=True,
    part=OF_DEAL,
    dimensions=deal_dimensions("deal_spans")
    | {"stage": Own("stage"), "pipeline": Own("pipeline"), "cohort": Own("cohort")},
)
