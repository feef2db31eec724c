"""Customer spells: the times in which an account was a customer without a break, and what it began with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON, add_days, month_of
from efficace.facts.fact import Fact, Moment, Own, Shared
from efficace.facts.subscription_stretches import ACCOUNT_DIMENSIONS, held, spells_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a time in which an account was a customer without a break; ``spell`` counts from 1.

    ``back_on`` is the first day of the next one, a far day where there is none. A loss ``is_provisional`` while grace
    may still turn it into a gap.
    """
    import ibis

    rows = held(tables)
    spells = spells_of(rows)
    order = ibis.window(group_by="account_id", order_by="spell")
    spells = spells.mutate(
        back_on=spells.spell_from.lead().over(order).fill_null(FAR_ON),
        since=spells.spell_from.min().over(ibis.window(group_by="account_id")),
    )
    last = rows.select("is_final", l_account="account_id", l_to="to_on", l_voluntary="was_voluntary")
    joined = spells.left_join(last, [spells.account_id == last.l_account, spells.spell_to == last.l_to])
    keys = ["account_id", "spell", "spell_from", "spell_to", "back_on", "since"]
    causes = joined.group_by(keys).agg(
        voluntary=joined.l_voluntary.cast("int64").max(),
        involuntary=(~joined.l_voluntary).cast("int64").max(),
        is_final=joined.is_final.cast("int64").min(),
    )
    is_lost = causes.spell_to <= moment.as_of_on
    kind = ibis.cases((causes.voluntary == 1, "voluntary"), (causes.involuntary == 1, "involuntary"), else_="unknown")
    waits = add_days(causes.spell_to, int(moment.config.churn.grace_days)) > moment.as_of_on
    return causes.select(
        "account_id", "spell", "back_on",
        from_on=causes.spell_from,
        to_on=causes.spell_to,
        customer_since=causes.since,
        lost_on=is_lost.ifelse(causes.spell_to, None),
        days=ibis.least(causes.spell_to, ibis.literal(moment.as_of_on)).delta(causes.spell_from, unit="day"),
        end_kind=is_lost.ifelse(kind, None),
        is_provisional=is_lost & waits & (causes.is_final == 0) & (causes.back_on == FAR_ON),
        cohort=month_of(causes.since),
        left_out=ibis.null("string"),
    )  # fmt: skip


def build_first_products(tables: Tables, _: Moment) -> ir.Table:
    """The products that each customer began with, in equal shares."""
    rows = held(tables)
    rows = rows.filter(rows.from_on == rows.customer_since)
    rows = rows.select("account_id", "product_id", "family").distinct()
    number = rows.group_by("account_id").agg(number=rows.count()).rename(n_account="account_id")
    joined = rows.inner_join(number, rows.account_id == number.n_account)
    return joined.select("account_id", "product_id", "family", share=1.0 / joined.number.cast("float64"))


def build_origins(tables: Tables, _: Moment) -> ir.Table:
    """Source and campaign of each account's first lead, and the month in which it became a customer."""
    starts = tables.customer_starts
    starts = starts.filter((starts.kind == "new") & starts.account_id.notnull())
    return starts.select("account_id", "source", "campaign", "cohort")


CUSTOMER_SPELLS = Fact(
    "customer_spells",
    "The times in which an account was a customer without a break.",
    build,
    key=("account_id", "spell"),
    reads=("subscription_stretches",),
    ages=True,
    dimensions=ACCOUNT_DIMENSIONS
    | {
        "product": Shared("first_products", "account_id", "product_id"),
        "family": Shared("first_products", "account_id", "family"),
        "cohort": Own("cohort"),
    },
)

FIRST_PRODUCTS = Fact(
    "first_products",
    "The products that each customer began with; the shares of an account add up to 1.",
    build_first_products,
    key=("account_id", "product_id"),
    reads=("subscription_stretches",),
)

CUSTOMER_ORIGINS = Fact(
    "customer_origins",
    "Where each customer came from: source and campaign of its first lead, month of its start.",
    build_origins,
    key=("account_id",),
    reads=("customer_starts",),
)
