"""Deal spans: one row a deal, from its start to won or lost, or still open at as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import converted, with_rate
from efficace.facts.dates import month_of, seconds_between, with_company_date
from efficace.facts.deal_parts import OF_DEAL
from efficace.facts.fact import Fact, Moment, Own, Shared, Source, Via
from efficace.facts.owners import with_owner, with_team, with_territory
from efficace.facts.stage_log import CLOSED, in_order, in_pipelines, stage_log

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a deal known at the moment; see CONTRACT B for its end, METRICS 1 for the edge cases."""
    deals = _as_known(in_pipelines(tables.deals, tables), tables, moment)
    spans = _with_end(_with_log(deals, tables))
    spans = _with_start(spans, tables, moment)
    spans = with_company_date(spans, tables.zone_days, "started_at", "started_on")
    spans = with_company_date(spans, tables.zone_days, "ended_at", "ended_on")
    spans = spans.mutate(known_at=spans.ended_at.fill_null(moment.as_of))
    spans = spans.mutate(known_on=spans.ended_on.fill_null(moment.as_of_on))
    spans = _with_present_owner(spans, tables)
    spans = with_owner(spans, tables, "deal", "deal_id", "known_at", present="owner_then")
    accounts = tables.accounts.select(a_account="account_id", segment="segment", a_territory="territory_id")
    spans = spans.left_join(accounts, spans.account_id == accounts.a_account)
    spans = spans.mutate(in_territory=spans.own_territory.fill_null(spans.a_territory))
    spans = with_territory(spans, tables, "in_territory", None, "known_on")
    spans = _with_amount(spans, tables, moment)
    spans = _with_lead(spans, tables)
    return spans.select(
        "deal_id", "account_id", "product_id", "lead_id", "rep_id", "team_id", "territory_id", "present_owner",
        "pipeline", "stage", "deal_kind", "segment", "source", "campaign", "created_at", "started_at", "started_on",
        "ended_at", "ended_on", "end_kind", "amount", "has_amount", "expected_close_on", "is_qualified", "was_inferred",
        "was_reopened", "closed_at_ignored",
        seconds=seconds_between(spans.started_at, spans.ended_at),
        cohort=month_of(spans.started_on),
        left_out=_left_out(spans),
    )  # fmt: skip


def _as_known(deals: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """Open again the deals without ``closed_at`` that only a later stage change closes: nobody knew of that yet."""
    changes = tables.ever("stage_changes")
    later = stage_log(tables, deals, changes.filter(changes.entered_at > moment.as_of))
    later = later.filter(later.kind.isin(CLOSED)).select(f_deal="deal_id").distinct()
    joined = deals.left_join(later, deals.deal_id == later.f_deal)
    is_open = joined.closed_at.isnull() & joined.f_deal.notnull()
    return joined.mutate(status=is_open.ifelse("open", joined.status)).drop("f_deal")


def _with_log(deals: ir.Table, tables: Tables) -> ir.Table:
    """Add what the stage log says: the last change, the begin of the last closing, whether it was opened again."""
    log = stage_log(tables, deals)
    order = in_order()
    log = log.mutate(
        is_closed=log.kind.isin(CLOSED).fill_null(False),
        kind_before=log.kind.lag().over(order),
        next_at=log.entered_at.lead().over(order),
    )
    log = log.mutate(was_closed=log.kind_before.isin(CLOSED).fill_null(False))
    is_last = log.next_at.isnull()
    summary = log.group_by("deal_id").agg(
        last_entered_at=log.entered_at.max(),
        last_open_at=log.entered_at.max(where=~log.is_closed),
        last_stage=log.stage.max(where=is_last),
        last_pipeline=log.in_pipeline.max(where=is_last),
        last_kind=log.kind.max(where=is_last),
        close_entered_at=log.entered_at.max(where=log.is_closed & ~log.was_closed),
        reopened=(~log.is_closed & log.was_closed).any(),
    )
    summary = summary.rename(s_deal="deal_id")
    joined = deals.left_join(summary, deals.deal_id == summary.s_deal)
    return joined.mutate(
        stage=joined.last_stage.fill_null(joined.stage),
        pipeline=joined.last_pipeline.nullif("").fill_null(joined.pipeline),
        was_reopened=joined.reopened.fill_null(False),
    )


def _with_end(deals: ir.Table) -> ir.Table:
    """Add ``end_kind`` and ``ended_at``.

    With changes into closed stages the log decides: its last change, unless the deal was closed after the log ends.
    Without, the status and ``closed_at`` alone. The ``closed_at`` of a close that was undone since is no end.
    """
    import ibis

    logged = deals.close_entered_at.notnull()
    is_closed = deals.status.isin(CLOSED)
    after_log = is_closed & (deals.closed_at >= deals.last_entered_at).fill_null(False)
    log_closed = deals.last_kind.isin(CLOSED).fill_null(False)
    end_kind = ibis.cases(
        (logged & log_closed, deals.last_kind),
        (logged & after_log, deals.status),
        (~logged & is_closed, deals.status),
        else_=ibis.null("string"),
    )
    never = ibis.null("timestamp")
    undone = deals.was_reopened & (deals.closed_at < deals.last_open_at).fill_null(False)
    written = (is_closed & ~undone).ifelse(deals.closed_at, never)
    entered = log_closed.ifelse(deals.close_entered_at, never)
    return deals.mutate(
        end_kind=end_kind,
        ended_at=end_kind.isnull().ifelse(never, written.fill_null(entered)),
        was_inferred=end_kind.notnull() & written.isnull() & entered.notnull(),
        closed_at_ignored=end_kind.isnull() & deals.closed_at.notnull(),
        deal_kind=deals.kind,
        own_territory=deals.territory_id,
    )


def _with_start(spans: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """Add ``started_at``: creation, or the first entry of the qualified stage or a later one (setting).

    Also ``is_qualified``: whether the deal has come so far, as the log or its present stage tells.
    """
    cycle = moment.config.cycle
    if cycle.qualified_stage is None:
        return spans.mutate(started_at=spans.created_at, is_qualified=True)
    stages = tables.stages
    least = stages.filter(stages.stage == cycle.qualified_stage)
    least = least.select(q_pipeline="pipeline", q_position="position")
    late = stages.inner_join(least, stages.pipeline == least.q_pipeline)
    late = late.filter((late.position >= late.q_position) & (late.kind != "lost"))
    late = late.select(l_pipeline="pipeline", l_stage="stage")
    log = stage_log(tables, spans)
    log = log.inner_join(late, [log.in_pipeline == late.l_pipeline, log.stage == late.l_stage])
    first = log.group_by("deal_id").agg(q_at=log.entered_at.min()).rename(q_deal="deal_id")
    spans = spans.left_join(first, spans.deal_id == first.q_deal)
    spans = spans.left_join(late, [spans.pipeline == late.l_pipeline, spans.stage == late.l_stage])
    is_qualified = spans.q_at.notnull() | spans.l_stage.notnull() | (spans.end_kind == "won").fill_null(False)
    entered = (spans.q_at < spans.created_at).ifelse(spans.created_at, spans.q_at)
    return spans.mutate(
        started_at=spans.created_at if cycle.starts == "created" else entered, is_qualified=is_qualified
    )


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
        n_was_given=log.c_last.notnull().any(),
        n_new=log.c_new.max(where=log.c_at == log.c_last),
        n_old=log.c_old.max(where=log.c_last.isnull() & (log.c_at == log.c_next)),
    )
    then = then.rename(n_deal="c_deal")
    joined = spans.left_join(then, spans.deal_id == then.n_deal)
    # Given to nobody, it is in a queue; before the first change the log may not say whose it was.
    was_given = joined.n_was_given.fill_null(False)
    owner_then = was_given.ifelse(joined.n_new, joined.n_old.fill_null(joined.rep_id))
    return joined.mutate(present_owner=joined.rep_id, owner_then=owner_then)


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
    spans = with_rate(spans, tables, "currency", "known_on")
    logged = spans.a_new.fill_null(spans.a_old).try_cast("float64")
    # What the log says was empty then stays empty, whatever was written later.
    original = spans.a_deal.notnull().ifelse(logged, spans["amount"].cast("float64"))
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

    # What makes an end unusable comes first: other figures than the cycle's do not mind where it starts.
    return ibis.cases(
        (spans.end_kind.notnull() & spans.ended_at.isnull(), "no_end"),
        ((spans.ended_at < spans.created_at).fill_null(False), "ends_before_start"),
        (spans.started_at.isnull() & ~spans.is_qualified, "not_qualified"),
        (spans.started_at.isnull(), "no_start"),
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


def build_won(tables: Tables, _: Moment) -> ir.Table:
    """The won deals by closing, whatever their start: what was sold was sold."""
    import ibis

    deals = tables.deal_spans
    won = deals.filter(deals.end_kind == "won")
    return won.mutate(
        left_out=ibis.cases(
            (won.ended_at.isnull(), "no_end"),
            (~won.has_amount, "no_amount"),
            (won.amount.isnull(), "no_rate"),
            else_=ibis.null("string"),
        )
    )


def deal_dimensions(deal_columns: str | None = None) -> dict[str, Source]:
    """How a fact with ``deal_id``, ``account_id`` and ``product_id`` reaches the dimensions of its deal.

    Args:
        deal_columns: Fact that has the deal's own columns; None = the fact itself.
    """

    def own(column: str) -> Source:
        return Via(deal_columns, "deal_id", column) if deal_columns else Own(column)

    return {
        "rep": Shared("deal_owners", "deal_id", "rep_id"),
        "present_owner": own("present_owner"),
        "team": Shared("deal_owners", "deal_id", "team_id"),
        "territory": own("territory_id"),
        "role": Shared("deal_owners", "deal_id", "role"),
        "segment": own("segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
        "product": Own("product_id"),
        "family": Via("products", "product_id", "family"),
        "source": own("source"),
        "campaign": own("campaign"),
        "pipeline": own("pipeline"),
        "stage": own("stage"),
        "deal_kind": own("deal_kind"),
        "cohort": own("cohort"),
    }


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
    part=OF_DEAL,
    dimensions=deal_dimensions(),
)  # fmt: skip

WON_DEALS = Fact(
    "won_deals",
    "The won deals with their amounts, by closing.",
    build_won,
    key=("deal_id",),
    reads=("deal_spans",),
    stored=False,
    dimensions=deal_dimensions(),
)
