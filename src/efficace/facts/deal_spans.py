"""Deal spans: one row a deal, from its start to won or lost, or still open at as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import converted, with_rate
from efficace.facts.dates import month_of, seconds_between, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Shared, Via
from efficace.facts.owners import with_owner, with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

CLOSED = ("won", "lost")


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a deal known at the moment; see CONTRACT B for its end, METRICS 1 for the edge cases."""
    spans = _with_end(_with_stages(tables.deals, tables))
    spans = _with_start(spans, tables, moment)
    spans = with_company_date(spans, tables.zone_days, "started_at", "started_on")
    spans = with_company_date(spans, tables.zone_days, "ended_at", "ended_on")
    spans = spans.mutate(known_at=spans.ended_at.fill_null(moment.as_of))
    spans = spans.mutate(known_on=spans.ended_on.fill_null(moment.as_of_on))
    spans = _with_present_owner(spans, tables)
    spans = with_owner(spans, tables, "deal", "deal_id", "known_at", present="owner_then")
    spans = with_territory(spans, tables, "own_territory", "account_id", "known_on")
    spans = _with_amount(spans, tables, moment)
    spans = _with_lead(spans, tables)
    return spans.select(
        "deal_id", "account_id", "product_id", "lead_id", "rep_id", "team_id", "territory_id", "present_owner",
        "pipeline", "stage", "deal_kind", "source", "campaign", "started_at", "started_on", "ended_at", "ended_on",
        "end_kind", "amount", "has_amount", "expected_close_on", "was_inferred", "was_reopened", "closed_at_ignored",
        seconds=seconds_between(spans.started_at, spans.ended_at),
        cohort=month_of(spans.started_on),
        left_out=_left_out(spans),
    )  # fmt: skip


def _with_stages(deals: ir.Table, tables: Tables) -> ir.Table:
    """Add what the stage log says: the last change, the start of the closing run, an earlier close."""
    import ibis

    kinds = tables.stages.select(k_pipeline="pipeline", k_stage="stage", k_kind="kind")
    pipelines = deals.select(p_deal="deal_id", p_pipeline="pipeline")
    log = tables.stage_changes.select("deal_id", "entered_at", "stage", "pipeline")
    log = log.inner_join(pipelines, log.deal_id == pipelines.p_deal)
    log = log.mutate(in_pipeline=log.pipeline.fill_null(log.p_pipeline).fill_null(""))
    log = log.left_join(kinds, [log.in_pipeline == kinds.k_pipeline, log.stage == kinds.k_stage])
    kind = log.k_kind.fill_null(ibis.cases((log.stage.lower() == "won", "won"), (log.stage.lower() == "lost", "lost")))
    log = log.select("deal_id", "entered_at", "stage", kind=kind)
    order = ibis.window(group_by="deal_id", order_by=["entered_at", "stage"])
    log = log.mutate(
        before=log.kind.lag().over(order),
        from_end=ibis.row_number().over(
            ibis.window(group_by="deal_id", order_by=[ibis.desc("entered_at"), ibis.desc("stage")])
        ),
    )
    is_closed = log.kind.isin(CLOSED).fill_null(False)
    closes_now = is_closed & ~log.before.isin(CLOSED).fill_null(False)
    opens_again = ~is_closed & log.before.isin(CLOSED).fill_null(False)
    summary = log.group_by("deal_id").agg(
        last_entered_at=log.entered_at.max(),
        last_stage=log.stage.max(where=log.from_end == 0),
        last_kind=log.kind.max(where=log.from_end == 0),
        close_entered_at=log.entered_at.max(where=closes_now),
        reopened=opens_again.any(),
    )
    summary = summary.rename(s_deal="deal_id")
    return deals.left_join(summary, deals.deal_id == summary.s_deal)


def _with_end(deals: ir.Table) -> ir.Table:
    """Add ``end_kind`` and ``ended_at``.

    With changes into closed stages the log decides: its last change, unless the deal was closed after the log ends.
    Without, the status and ``closed_at`` alone.
    """
    import ibis

    logged = deals.close_entered_at.notnull()
    is_closed = deals.status.isin(CLOSED)
    after_log = is_closed & (deals.closed_at >= deals.last_entered_at).fill_null(False)
    log_closed = deals.last_kind.isin(CLOSED).fill_null(False)
    end_kind = ibis.cases(
        (logged & log_closed, deals.last_kind),
        (logged & after_log, deals.status),
        (logged, ibis.null("string")),
        (is_closed, deals.status),
        else_=ibis.null("string"),
    )
    written = is_closed.ifelse(deals.closed_at, ibis.null("timestamp"))
    ended_at = ibis.cases(
        (end_kind.isnull(), ibis.null("timestamp")),
        else_=written.fill_null(log_closed.ifelse(deals.close_entered_at, ibis.null("timestamp"))),
    )
    return deals.mutate(
        end_kind=end_kind,
        ended_at=ended_at,
        was_inferred=end_kind.notnull() & written.isnull() & ended_at.notnull(),
        was_reopened=deals.reopened.fill_null(False),
        closed_at_ignored=(deals.status == "open") & deals.closed_at.notnull(),
        deal_kind=deals.kind,
        own_territory=deals.territory_id,
        stage=deals.last_stage.fill_null(deals.stage),
    )


def _with_start(spans: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """Add ``started_at``: creation, or the first entry of the qualified stage or a later one (setting)."""
    if moment.config.cycle.starts == "created":
        return spans.mutate(started_at=spans.created_at)
    stages, log = tables.stages, tables.stage_changes
    qualified = moment.config.cycle.qualified_stage or ""
    least = stages.filter(stages.stage == qualified).select(q_pipeline="pipeline", q_position="position")
    ranks = stages.select(r_pipeline="pipeline", r_stage="stage", r_position="position", r_kind="kind")
    entries = log.select("deal_id", "entered_at", "stage").inner_join(
        spans.select(e_deal="deal_id", e_pipeline="pipeline"), log.deal_id == spans.deal_id
    )
    entries = entries.inner_join(least, entries.e_pipeline == least.q_pipeline)
    entries = entries.inner_join(ranks, [entries.e_pipeline == ranks.r_pipeline, entries.stage == ranks.r_stage])
    entries = entries.filter((entries.r_position >= entries.q_position) & (entries.r_kind != "lost"))
    first = entries.group_by("deal_id").agg(q_at=entries.entered_at.min()).rename(q_deal="deal_id")
    joined = spans.left_join(first, spans.deal_id == first.q_deal)
    return joined.mutate(started_at=joined.q_at)


def _with_present_owner(spans: ir.Table, tables: Tables) -> ir.Table:
    """Add ``present_owner``, and ``owner_then`` from the log of owner changes, for deals that no spell describes."""
    log = tables.deal_changes
    log = log.filter(log.field == "owner")
    log = log.select(c_deal=log.deal_id, c_at=log.changed_at, c_old=log.old_value, c_new=log.new_value)
    at = spans.select(c_key="deal_id", c_known="known_at")
    log = log.inner_join(at, log.c_deal == at.c_key)
    is_earlier = log.c_at <= log.c_known
    found = log.group_by("c_deal").agg(c_last=log.c_at.max(where=is_earlier), c_next=log.c_at.min(where=~is_earlier))
    found = found.rename(g_deal="c_deal")
    log = log.inner_join(found, log.c_deal == found.g_deal)
    then = log.group_by("c_deal").agg(
        n_new=log.c_new.max(where=log.c_at == log.c_last),
        n_old=log.c_old.max(where=log.c_last.isnull() & (log.c_at == log.c_next)),
    )
    then = then.rename(n_deal="c_deal")
    joined = spans.left_join(then, spans.deal_id == then.n_deal)
    return joined.mutate(
        present_owner=joined.rep_id, owner_then=joined.n_new.fill_null(joined.n_old).fill_null(joined.rep_id)
    )


def _with_amount(spans: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """Add ``amount`` as of as-of in the company's currency at the rate of closing (open: of as-of)."""
    log = tables.deal_changes
    log = log.filter(log.field == "amount")
    log = log.mutate(is_known=log.changed_at <= moment.as_of)
    edges = log.group_by("deal_id").agg(
        last_at=log.changed_at.max(where=log.is_known), next_at=log.changed_at.min(where=~log.is_known)
    )
    edges = edges.rename(e_deal="deal_id")
    log = log.inner_join(edges, log.deal_id == edges.e_deal)
    then = log.group_by("deal_id").agg(
        a_new=log.new_value.max(where=log.changed_at == log.last_at),
        a_old=log.old_value.max(where=log.last_at.isnull() & (log.changed_at == log.next_at)),
    )
    then = then.rename(a_deal="deal_id")
    spans = spans.left_join(then, spans.deal_id == then.a_deal)
    logged = spans.a_new.fill_null(spans.a_old).try_cast("float64")
    spans = with_rate(spans, tables, "currency", "known_on")
    original = logged.fill_null(spans["amount"].cast("float64"))
    return spans.mutate(amount=converted(original, spans.rate), has_amount=original.notnull())


def _with_lead(spans: ir.Table, tables: Tables) -> ir.Table:
    """Add the source and campaign of the lead that the deal came from."""
    leads = tables.leads
    named = leads.select(l_lead="lead_id", l_source="source", l_campaign="campaign")
    pointed = leads.filter(leads.deal_id.notnull())
    pointed = pointed.group_by("deal_id").agg(m_lead=pointed.lead_id.min()).rename(m_deal="deal_id")
    spans = spans.left_join(pointed, spans.deal_id == pointed.m_deal)
    spans = spans.mutate(from_lead=spans.lead_id.fill_null(spans.m_lead))
    joined = spans.left_join(named, spans.from_lead == named.l_lead)
    return joined.mutate(source=joined.l_source, campaign=joined.l_campaign)


def _left_out(spans: ir.Table) -> ir.Value:
    import ibis

    return ibis.cases(
        (spans.started_at.isnull(), "not_qualified"),
        (spans.end_kind.notnull() & spans.ended_at.isnull(), "no_end"),
        ((spans.ended_at < spans.started_at).fill_null(False), "ends_before_start"),
        else_=ibis.null("string"),
    )


def build_owners(tables: Tables, _: Moment) -> ir.Table:
    """Who shares in each deal: its credits, else the owner at the deal's time with the whole."""
    spans = tables.deal_spans
    given = tables.deal_credits.select("deal_id", "rep_id", "share")
    credited = given.select(c_deal="deal_id").distinct()
    split = with_team(given, tables, "rep_id")
    sole = spans.anti_join(credited, spans.deal_id == credited.c_deal)
    sole = sole.mutate(share=1.0)
    columns = ["deal_id", "rep_id", "team_id", "share"]
    owners = split.select(columns).union(sole.select(columns))
    roles = tables.reps.select(r_rep="rep_id", role="role")
    return owners.left_join(roles, owners.rep_id == roles.r_rep).drop("r_rep")


DEAL_OWNERS = Fact(
    "deal_owners",
    "Who shares in each deal; the shares of a deal add up to 1.",
    build_owners,
    key=("deal_id", "rep_id"),
    reads=("deal_spans", "deal_credits", "reps"),
)

DEAL_SPANS = Fact(
    "deal_spans",
    "One row a deal, from its start to won or lost, or still open.",
    build,
    key=("deal_id",),
    reads=(
        "deals", "stages", "stage_changes", "deal_changes", "owners_over_time", "territory_assignments", "accounts",
        "reps", "leads", "fx_rates",
    ),
    ages=True,
    dimensions={
        "rep": Shared("deal_owners", "deal_id", "rep_id"),
        "team": Shared("deal_owners", "deal_id", "team_id"),
        "role": Shared("deal_owners", "deal_id", "role"),
        "present_owner": Own("present_owner"),
        "territory": Own("territory_id"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
        "product": Own("product_id"),
        "family": Via("products", "product_id", "family"),
        "source": Own("source"),
        "campaign": Own("campaign"),
        "pipeline": Own("pipeline"),
        "stage": Own("stage"),
        "deal_kind": Own("deal_kind"),
        "cohort": Own("cohort"),
    },
)  # fmt: skip
