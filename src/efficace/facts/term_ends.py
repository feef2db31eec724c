"""Term ends: paid terms that came to their end, renewed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import add_days
from efficace.facts.fact import Fact, Moment, Own, Shared
from efficace.facts.subscription_stretches import ACCOUNT_DIMENSIONS, held

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a subscription and end of term that as-of has reached (CONTRACT F).

    Renewed: covered on that day or again within grace; not yet decided while grace still runs.
    """
    import ibis

    grace = int(moment.config.churn.grace_days)
    rows = held(tables)
    terms = rows.filter(rows.term_ends_on.notnull() & (rows.term_ends_on <= moment.as_of_on))
    terms = terms.filter(terms.term_ends_on > terms.from_on)
    ends = terms.group_by(["subscription_id", "term_ends_on"]).agg(
        account_id=terms.account_id.max(),
        product_id=terms.product_id.max(),
        family=terms.family.max(),
        cohort=terms.cohort.max(),
    )
    cover = rows.select(c_subscription="subscription_id", c_from="from_on", c_to="unit_to_on")
    last = ends.mutate(last_on=add_days(ends.term_ends_on, grace))
    covered = last.inner_join(
        cover,
        [
            last.subscription_id == cover.c_subscription,
            cover.c_from <= last.last_on,
            cover.c_to > last.term_ends_on,
        ],
    )
    renewed = covered.select(r_subscription="subscription_id", r_term="term_ends_on").distinct()
    found = last.left_join(
        renewed, [last.subscription_id == renewed.r_subscription, last.term_ends_on == renewed.r_term]
    )
    is_renewed = found.r_subscription.notnull()
    waits = ~is_renewed & (found.last_on > moment.as_of_on)
    return found.select(
        "subscription_id",
        "term_ends_on",
        "account_id",
        "product_id",
        "family",
        "cohort",
        is_renewed=is_renewed,
        left_out=waits.ifelse("undecided", ibis.null("string")),
    )


TERM_ENDS = Fact(
    "term_ends",
    "Paid terms that came to their end, renewed or not.",
    build,
    key=("subscription_id", "term_ends_on"),
    reads=("subscription_stretches",),
    ages=True,
    dimensions=ACCOUNT_DIMENSIONS
    | {
        "rep": Shared("subscription_sellers", "subscription_id", "rep_id"),
        "team": Shared("subscription_sellers", "subscription_id", "team_id"),
        "role": Shared("subscription_sellers", "subscription_id", "role"),
        "product": Own("product_id"),
        "family": Own("family"),
        "cohort": Own("cohort"),
    },
)
