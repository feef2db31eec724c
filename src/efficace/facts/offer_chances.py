"""Offer chances: how likely a customer is to accept a product, from what was accepted by customers alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from efficace.facts.drawn_shares import strength
from efficace.facts.fact import Fact, Moment, Own, Source, Via

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

LEVELS = (("product_id",), ("product_id", "group"), ("product_id", "group", "holds_family"))
"""From coarse to fine: each level is drawn towards the one before. ``group`` is the account's segment."""
FITTED_TENTHS = 7
"""Of the decided offers, in the order in which they were made, so many tenths are fitted; the later ones judge."""


def build_trials(tables: Tables, _: Moment) -> ir.Table:
    """One row a decided offer of the later three tenths, with the chance that the earlier ones gave it."""
    import ibis

    offers = _decided(tables)
    order = ibis.window(order_by=["offered_on", "offer_id"])
    offers = offers.mutate(place=ibis.row_number().over(order), total=offers.count().over(ibis.window()))
    early, late = (offers.filter(test) for test in (_is_early(offers), ~_is_early(offers)))
    return _Chances.fitted(early).onto(late).mutate(left_out=ibis.null("string"))


def _is_early(offers: ir.Table) -> ir.Value:
    return offers.place * 10 < offers.total * FITTED_TENTHS


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a customer of as-of and product that it could be offered, with the chance and what it rests on.

    Not offered: what the customer holds or has bought, a lower tier of a family that it holds, what awaits its answer.
    """
    import ibis

    held = _held(tables, moment)
    today = ibis.literal(moment.as_of_on)
    active = tables.customer_spells
    active = active.filter((active.from_on <= today) & (active.to_on > today)).select("account_id").distinct()
    products = tables.products.select("product_id", "family", "tier")
    rows = active.cross_join(products)
    had = held.select(h_account="account_id", h_product="product_id").distinct()
    rows = rows.anti_join(had, [rows.account_id == had.h_account, rows.product_id == had.h_product])
    offers = tables.offer_decisions
    pending = offers.filter(offers.outcome == "pending").select(o_account="account_id", o_product="product_id")
    pending = pending.distinct()
    rows = rows.anti_join(pending, [rows.account_id == pending.o_account, rows.product_id == pending.o_product])
    top = held.filter(held.family.notnull()).group_by(["account_id", "family"]).agg(top=held.tier.max())
    top = top.rename(t_account="account_id", t_family="family")
    rows = rows.left_join(top, [rows.account_id == top.t_account, rows.family == top.t_family])
    rows = rows.filter(~(rows.tier < rows.top).fill_null(False))
    rows = rows.mutate(holds_family=rows.t_account.notnull()).drop("t_account", "t_family", "top")
    rows = _Chances.fitted(_decided(tables)).onto(_with_group(rows, tables))
    return rows.mutate(left_out=ibis.null("string"))


def _held(tables: Tables, moment: Moment) -> ir.Table:
    """Products held at as-of by subscription, and those ever bought."""
    import ibis

    today = ibis.literal(moment.as_of_on)
    subscribed = tables.subscription_stretches
    subscribed = subscribed.filter(
        subscribed.is_subscription & (subscribed.from_on <= today) & (subscribed.to_on > today)
    )
    bought = tables.unit_lines.filter((tables.unit_lines.units > 0) & tables.unit_lines.account_id.notnull())
    columns = ("account_id", "product_id")
    held = subscribed.select(columns).union(bought.select(columns), distinct=True)
    products = tables.products.select(p_product="product_id", family="family", tier="tier")
    return held.inner_join(products, held.product_id == products.p_product).drop("p_product")


def _decided(tables: Tables) -> ir.Table:
    """Decided offers but renewals, with the customer's segment and whether it held the family when asked."""
    offers = tables.offer_decisions
    offers = offers.filter(offers.left_out.isnull() & offers.product_id.notnull())
    offers = offers.filter(offers.kind.fill_null("upsell") != "renewal")
    offers = offers.select(
        "offer_id", "account_id", "product_id", "family", "offered_on",
        accepted=(offers.outcome == "accepted").cast("int64"),
    )  # fmt: skip
    held = tables.subscription_stretches
    held = held.select(h_account="account_id", h_family="family", h_from="from_on", h_to="to_on")
    covers = [
        offers.account_id == held.h_account,
        offers.family == held.h_family,
        held.h_from < offers.offered_on,
        held.h_to >= offers.offered_on,
    ]
    holding = offers.inner_join(held, covers).select(k_offer="offer_id").distinct()
    offers = offers.left_join(holding, offers.offer_id == holding.k_offer)
    offers = offers.mutate(holds_family=offers.k_offer.notnull()).drop("k_offer")
    return _with_group(offers, tables)


def _with_group(rows: ir.Table, tables: Tables) -> ir.Table:
    accounts = tables.accounts.select(a_account="account_id", a_segment="segment")
    rows = rows.left_join(accounts, rows.account_id == accounts.a_account)
    return rows.mutate(group=rows.a_segment.fill_null("")).drop("a_account", "a_segment")


@dataclass(frozen=True)
class _Chances:
    """Accepted shares of decided offers: over all, and level by level drawn towards the coarser one."""

    overall: ir.Table
    levels: tuple[ir.Table, ...]

    @classmethod
    def fitted(cls, offers: ir.Table) -> _Chances:
        """Fit each level; how far it is drawn is told by how much its shares vary beyond chance.

        Source: beta-binomial shares with their correlation by moments, Kleinman (1973) JASA 68:46.
        """
        overall = offers.agg(n=offers.count(), x=offers.accepted.sum().fill_null(0))
        overall = overall.select(overall=overall.x.cast("float64") / overall.n.cast("float64").nullif(0.0))
        levels: list[ir.Table] = []
        for keys in LEVELS:
            cells = offers.group_by(list(keys)).agg(n=offers.count(), x=offers.accepted.sum())
            levels.append(_drawn(_with_prior(cells, overall, levels), keys))
        return cls(overall, tuple(levels))

    def onto(self, rows: ir.Table) -> ir.Table:
        """Add ``chance``, the finest there is, the share ``overall``, and the offers that it rests on."""
        rows = rows.cross_join(self.overall)
        for number, (keys, level) in enumerate(zip(LEVELS, self.levels, strict=True)):
            columns = {f"l{number}_{key}": level[key] for key in keys}
            found = level.select(
                **columns,
                **{f"chance_{number}": level.chance, f"offered_{number}": level.n, f"accepted_{number}": level.x},
            )
            rows = rows.left_join(found, [rows[key] == found[f"l{number}_{key}"] for key in keys]).drop(*columns)
        finest = rows.chance_2.fill_null(rows.chance_1).fill_null(rows.chance_0).fill_null(rows.overall)
        return rows.mutate(
            chance=finest,
            segment=rows.group.nullif(""),
            product_offered=rows.offered_0.fill_null(0),
            product_accepted=rows.accepted_0.fill_null(0),
            alike_offered=rows.offered_2.fill_null(rows.offered_1).fill_null(0),
            alike_accepted=rows.accepted_2.fill_null(rows.accepted_1).fill_null(0),
        ).drop("group", *(f"{name}_{n}" for n in range(len(LEVELS)) for name in ("chance", "offered", "accepted")))


def _with_prior(cells: ir.Table, overall: ir.Table, levels: list[ir.Table]) -> ir.Table:
    """Add ``prior``: the share of the next coarser level."""
    if not levels:
        joined = cells.cross_join(overall)
        return joined.mutate(prior=joined.overall).drop("overall")
    keys = LEVELS[len(levels) - 1]
    coarse = levels[-1].select(**{f"p_{key}": levels[-1][key] for key in keys}, prior=levels[-1].chance)
    joined = cells.inner_join(coarse, [cells[key] == coarse[f"p_{key}"] for key in keys])
    return joined.drop(*(f"p_{key}" for key in keys))


def _drawn(cells: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """Draw the share of each cell towards its prior: ``(x + k prior) / (n + k)``, k between 1 and 200."""
    cells = cells.mutate(n=cells.n.cast("float64"), x=cells.x.cast("float64"))
    joined = cells.cross_join(strength(cells, most=200.0))
    drawn = (joined.x + joined.k * joined.prior) / (joined.n + joined.k)
    return joined.select(*keys, n=joined.n.cast("int64"), x=joined.x.cast("int64"), chance=drawn)


CUSTOMER_DIMENSIONS: dict[str, Source] = {
    "territory": Via("accounts", "account_id", "territory_id"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Via("accounts", "account_id", "country"),
    "region": Via("accounts", "account_id", "region"),
    "product": Own("product_id"),
    "family": Own("family"),
}

OFFER_CHANCES = Fact(
    "offer_chances",
    "Customers and the products that they could be offered, with the chance that they accept.",
    build,
    key=("account_id", "product_id"),
    reads=("customer_spells", "products", "subscription_stretches", "unit_lines", "offer_decisions", "accounts"),
    stored=False,
    dimensions=CUSTOMER_DIMENSIONS,
)

OFFER_TRIALS = Fact(
    "offer_trials",
    "Later decided offers with the chance that earlier ones gave them.",
    build_trials,
    key=("offer_id",),
    reads=("offer_decisions", "subscription_stretches", "accounts"),
    stored=False,
    dimensions=CUSTOMER_DIMENSIONS,
)
