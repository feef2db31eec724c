"""Product pairs: what is bought together more often than chance puts it there (METRICS 6, CONTRACT G)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.facts.baskets import PAIR
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.filters import excluded
from efficace.metrics.metric import SHARE, Better, Estimated, Expression, Further, Metric, Term
from efficace.metrics.query import NO_PERIOD, REASON, WEIGHT, dimension_column
from efficace.metrics.question import Question, whole_number
from efficace.stats.estimate import Estimates

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

FEWEST = 2
"""Baskets that hold both products, at least."""
BASKET_COLUMNS = {"order": "order_basket", "account": "account_id"}


@dataclass(frozen=True)
class ProductPairs:
    """Lift of each pair of products: how much likelier the second is in baskets that hold the first."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The pairs with most baskets, with the counts of both products and of all baskets."""
        column, most = _basket(question), whole_number(question.options, "most")

        def place(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
            return _pairs(rows, periods, column, most)

        sums = {name: _column(name) for name in ("both", "first", "second", "everyone")}
        return {POPULATION: Term("baskets", first="bought_on", place=place, sums=sums, ignores=PAIR)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Measure the pairs of each period."""
        from efficace.stats.pairs import associate

        size = cells[POPULATION].size
        both, first, second, everyone = (
            cells[POPULATION].total(name) for name in ("both", "first", "second", "everyone")
        )
        parts = {name: np.full((size, 3), np.nan) for name in ("lift", "support", "confidence", "p", "q")}
        for period in range(len(cells.periods)):
            found = np.flatnonzero((np.arange(size) // max(len(cells.members), 1) == period) & (both > 0))
            pairs = associate(both[found], first[found], second[found], everyone[found])
            for name, one in (("lift", pairs.lift), ("support", pairs.support), ("confidence", pairs.confidence)):
                parts[name][found] = np.stack([one.value, one.low, one.high], axis=1)
            parts["p"][found, 0], parts["q"][found, 0] = pairs.p, pairs.q
        estimates = {name: Estimates(*columns.T) for name, columns in parts.items()}
        further = {name: Further(estimates[name], SHARE) for name in ("support", "confidence", "p", "q")}
        why = {int(cell): "too_few" for cell in np.flatnonzero(both == 0)}
        return Estimated(estimates["lift"], everyone, further, why, hidden=excluded(cells, question, PAIR))


def _pairs(rows: ir.Table, periods: ir.Table, column: str, most: int) -> ir.Table:
    """One row a pair, period and further member: ``both``, ``first``, ``second``, ``everyone`` in baskets."""
    import ibis

    spans = periods.select(period="period", span_from="start_on", span_until="end_on")
    rows = rows.inner_join(spans, [rows.bought_on >= spans.span_from, rows.bought_on < spans.span_until])
    others = [name for name in rows.columns if name.startswith("_by_") and not _names_pair(name)]
    groups = ["period", *others]
    items, everyone = _items(rows.filter(rows[column].notnull()), groups, column)
    right = items.select(r_group="group", r_basket="basket", r_product="product_id", r_number="number")
    matched = [items.group == right.r_group, items.basket == right.r_basket, items.product_id != right.r_product]
    pairs = items.inner_join(right, matched)
    pairs = pairs.group_by([*groups, "group", "product_id", "r_product"]).agg(
        both=pairs.basket.count(), first=pairs.number.max(), second=pairs.r_number.max()
    )
    pairs = pairs.filter(pairs.both >= FEWEST).inner_join(everyone, pairs.group == everyone.e_group)
    order = ibis.window(group_by="group", order_by=[ibis.desc("both"), "product_id", "r_product"])
    pairs = pairs.mutate(place=ibis.row_number().over(order))
    pairs = pairs.filter(pairs.place < most)
    pairs = pairs.select(
        *groups, "both", "first", "second", "everyone",
        antecedent="product_id", consequent="r_product",
        **{dimension_column(PAIR[0]): pairs.product_id, dimension_column(PAIR[1]): pairs.r_product},
        **{WEIGHT: 1.0, REASON: ibis.null("string")},
    )  # fmt: skip
    return pairs.union(_without_basket(rows, column, pairs))


def _items(rows: ir.Table, groups: Sequence[str], column: str) -> tuple[ir.Table, ir.Table]:
    """A product once a basket with the ``number`` of baskets that hold it, and the number of all baskets."""
    items = rows.select(*groups, "product_id", basket=rows[column]).distinct()
    items = items.mutate(group=_packed(items, groups))
    everyone = items.group_by("group").agg(everyone=items.basket.nunique()).rename(e_group="group")
    counts = items.group_by(["group", "product_id"]).agg(number=items.basket.count())
    counts = counts.filter(counts.number >= FEWEST).rename(c_group="group", c_product="product_id")
    return items.inner_join(counts, [items.group == counts.c_group, items.product_id == counts.c_product]), everyone


def _names_pair(name: str) -> bool:
    return name in {dimension_column(one) for one in PAIR}


def _packed(items: ir.Table, groups: Sequence[str]) -> ir.Value:
    """Period and further members as one text, so that groups with a missing member join too."""
    import ibis

    text = items[groups[0]].cast("string")
    for name in groups[1:]:
        text = text + ibis.literal("\x1f") + items[name].cast("string").fill_null("\x1e")
    return text


def _without_basket(rows: ir.Table, column: str, pairs: ir.Table) -> ir.Table:
    """Items that belong to no basket, counted beside."""
    import ibis

    lost = rows.filter(rows[column].isnull() & rows.order_basket.notnull())
    values = {name: ibis.null(kind) for name, kind in pairs.schema().items()}
    values |= {"period": ibis.literal(NO_PERIOD, "int64"), WEIGHT: ibis.literal(1.0)}
    values |= {REASON: ibis.literal("no_account")}
    return lost.select(**values)


def _column(name: str) -> Expression:
    return lambda t: t[name]


def _basket(question: Question) -> str:
    text = str(question.options["basket"])
    if text not in BASKET_COLUMNS:
        raise QuestionError(
            '--set basket: "{text}" is no basket.{nearest}', text=text, nearest=nearest(text, BASKET_COLUMNS)
        )
    return BASKET_COLUMNS[text]


METRICS: tuple[Metric, ...] = (
    Metric(
        "product_pairs",
        unit="lift",
        better=Better.NEITHER,
        meaning={
            "en": "How many times likelier a product is in baskets that hold another; 1 = unrelated",
            "fr": "Probabilité d’un produit quand le panier en contient un autre, sur sa probabilité ; 1 = sans lien",
        },
        estimator=ProductPairs(),
        needs=("order_lines.product_id|subscription_periods.product_id",),
        estimates=("support", "confidence", "p", "q"),
        always_by=PAIR,
        counted={POPULATION: lambda t, _: t.everyone},
        options={"basket": "order", "most": "1000"},
        source="Brin, Motwani & Silverstein (1997)",
    ),
)
