"""Sales volume: units, orders and money side by side, and what moved them (METRICS 2, CONTRACT C)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from efficace.metrics.cells import Cells, TermCells, summed
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import CURRENCY, Better, Estimated, Expression, Further, Metric, Term, no_rows
from efficace.metrics.placement import BEFORE, NOW, sides_by_date
from efficace.metrics.question import Question
from efficace.stats.decomposition import demand_index, volume_mix_price
from efficace.stats.estimate import Estimates, Floats, Ints, divide

if TYPE_CHECKING:
    import ibis.expr.types as ir

FACT, AT = "unit_lines", "ordered_on"

WITHOUT_AMOUNT: tuple[tuple[str, Expression], ...] = (
    ("no_rate", lambda t: t.rate_missing),
    ("no_amount", lambda t: t.amount.isnull()),
)
"""Why a line has no amount in the company's currency."""

LINES = ("order_lines.units",)


def _is_order(t: ir.Table) -> ir.Value:
    return (t.kind == "sale") & (t.units > 0)


ORDERS = Term(
    FACT,
    AT,
    where=_is_order,
    distinct={"orders": lambda t: t.order_id.fill_null("line " + t.line_id)},
    sums={"without_order_id": lambda t: t.order_id.isnull().cast("int64")},
)
"""Distinct orders with at least one sale line; a line without order id is an order of its own."""

AMOUNT = Term(FACT, AT, sums={"amount": lambda t: t.amount}, left_out=WITHOUT_AMOUNT)


@dataclass(frozen=True)
class UnitsSold:
    """Units net of returns; gross and returned apart, orders and money beside."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lines, orders and amounts."""
        del question
        sums: dict[str, Expression] = {
            "units": lambda t: t.units,
            "gross": lambda t: (t.units > 0).ifelse(t.units, 0.0),
            "returned": lambda t: (t.units < 0).ifelse(-t.units, 0.0),
            "mended_returns": lambda t: t.was_mended.cast("int64"),
        }
        return {POPULATION: Term(FACT, AT, sums=sums), "orders": ORDERS, "amount": AMOUNT}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Full counts, without interval."""
        del question
        term = cells[POPULATION]
        further = {name: Further(Estimates.bare(term.total(name))) for name in ("gross", "returned")}
        further["orders"] = Further(Estimates.bare(cells["orders"].total("orders")), "orders")
        further["sales_amount"] = Further(Estimates.bare(cells["amount"].total("amount")), CURRENCY)
        further["mended_returns"] = Further(Estimates.bare(term.total("mended_returns")), "lines")
        return Estimated(Estimates.bare(term.total("units")), term.count(), further)


@dataclass(frozen=True)
class Orders:
    """Distinct orders."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Sale lines by order."""
        del question
        return {POPULATION: ORDERS}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full count; lines without order id are reported."""
        del question
        term = cells[POPULATION]
        alone = Further(Estimates.bare(term.total("without_order_id")), "lines")
        return Estimated(Estimates.bare(term.total("orders")), term.count(), {"without_order_id": alone})


@dataclass(frozen=True)
class SalesAmount:
    """Money of the lines sold, net of returns and discounts."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lines that have an amount."""
        del question
        return {POPULATION: AMOUNT}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        term = cells[POPULATION]
        return Estimated(Estimates.bare(np.round(term.total("amount"), 6)), term.count())


@dataclass(frozen=True)
class VolumeMixBridge:
    """The change of the amount against the period before, split so that the parts add up exactly."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Units and amounts by product, of this period and of the one that it is compared with."""
        del question
        return {
            POPULATION: Term(
                FACT,
                first=AT,
                place=sides_by_date(AT, (BEFORE, NOW)),
                sums={"units": lambda t: t.units, "amount": lambda t: t.amount},
                keys={"product": lambda t: t.product_id, "side": lambda t: t.side},
                left_out=WITHOUT_AMOUNT,
            )
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Value = the change = the sum of the five parts."""
        del question
        term = cells[POPULATION]
        is_now = term.keys["side"] == NOW
        n = summed(term.cell, np.where(is_now, term.n, 0.0), term.size)
        before = summed(term.cell, np.where(is_now, 0.0, term.n), term.size)
        q0, r0, q1, r1, cell = _both_sides(term)
        bridge = volume_mix_price(q0, r0, q1, r1, cell, term.size)
        parts = {name: getattr(bridge, name) for name in ("volume", "mix", "price", "new", "dropped")}
        further = {name: Further(Estimates.bare(values).where(before > 0)) for name, values in parts.items()}
        change = Estimates.bare(bridge.change).where(before > 0)
        return Estimated(change, n, further, {int(row): "no_base" for row in np.flatnonzero(before == 0)})


def _both_sides(term: TermCells) -> tuple[Floats, Floats, Floats, Floats, Ints]:
    """Units and amounts before and now of each product of each cell, and the cell."""
    products = term.keys["product"]
    names = {name: number for number, name in enumerate(dict.fromkeys(products.tolist()))}
    product = np.array([names[name] for name in products.tolist()], dtype=np.int64)
    pair, row = np.unique(term.cell * max(len(names), 1) + product, return_inverse=True)
    side = term.keys["side"].astype(np.int64)

    def total(name: str, of_side: int) -> Floats:
        return summed(row, np.where(side == of_side, term.sums[name], 0.0), len(pair))

    cell = pair // max(len(names), 1)
    return total("units", BEFORE), total("amount", BEFORE), total("units", NOW), total("amount", NOW), cell


@dataclass(frozen=True)
class DemandIndex:
    """How much more of a product is sold in a place than its share everywhere would give."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Units by product in each cell, and everywhere."""
        del question
        sums: dict[str, Expression] = {"units": lambda t: t.units}
        product: dict[str, Expression] = {"product": lambda t: t.product_id}
        return {
            POPULATION: Term(FACT, AT, sums=sums, keys=product),
            "everywhere": Term(FACT, AT, sums=sums, keys=product, whole=True),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The index by the product that the row names; the place is the other dimensions."""
        here, everywhere = cells[POPULATION], cells["everywhere"]
        at = question.by.index("product") if "product" in question.by else None
        n = here.count()
        if at is None or len(question.by) < 2:
            return Estimated(Estimates.nowhere(cells.size), n, why_null=dict.fromkeys(range(cells.size), "no_place"))
        product = np.array([str(cells.member(cell)[at]) for cell in range(cells.size)], dtype=object)
        place = [tuple(v for i, v in enumerate(cells.member(cell)) if i != at) for cell in range(cells.size)]
        units = here.total("units")
        all_here = _by_group([(cell // len(cells.members), place[cell]) for cell in range(cells.size)], units)
        share = divide(_of_product(everywhere, product), everywhere.total("units"))
        raw = divide(divide(units, all_here), share)
        numbered = np.unique(product, return_inverse=True)[1]
        periods = np.arange(cells.size) // max(len(cells.members), 1)
        index = demand_index(units, all_here, share, numbered + periods * (numbered.max(initial=0) + 1))
        return Estimated(index, n, {"raw": Further(Estimates.bare(raw))}, no_rows(n, "no_rows"))


def _by_group(groups: list[tuple[object, ...]], values: Floats) -> Floats:
    """The sum of each cell's group."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    number = np.array([numbers[group] for group in groups], dtype=np.int64)
    return summed(number, values, len(numbers))[number]


def _of_product(term: TermCells, product: NDArray[np.object_]) -> Floats:
    """Units everywhere of the product that each cell names."""
    is_own = np.array([str(name) for name in term.keys["product"]], dtype=object) == product[term.cell]
    return summed(term.cell, np.where(is_own, term.sums["units"], 0.0), term.size)


METRICS: tuple[Metric, ...] = (
    Metric(
        "units_sold",
        unit="units",
        better=Better.HIGHER,
        meaning={
            "en": "Units sold in the period, less those returned in it",
            "fr": "Unités vendues dans la période, moins celles qui y sont retournées",
        },
        estimator=UnitsSold(),
        needs=LINES,
        estimates=("gross", "returned", "orders", "sales_amount", "mended_returns"),
        counts=True,
    ),
    Metric(
        "orders",
        unit="orders",
        better=Better.HIGHER,
        meaning={
            "en": "Orders with at least one unit sold",
            "fr": "Commandes avec au moins une unité vendue",
        },
        estimator=Orders(),
        needs=LINES,
        estimates=("without_order_id",),
        counts=True,
    ),
    Metric(
        "sales_amount",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Money of the units sold, less discounts and returns",
            "fr": "Montant des unités vendues, moins remises et retours",
        },
        estimator=SalesAmount(),
        needs=("order_lines.units", "order_lines.unit_price"),
        counts=True,
    ),
    Metric(
        "volume_mix_bridge",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Change of the sales amount against the period before: volume, mix, price, new and dropped products",
            "fr": "Évolution du montant contre la période d'avant, par volume, mix, prix, produits nouveaux et arrêtés",
        },
        estimator=VolumeMixBridge(),
        needs=("order_lines.units", "order_lines.unit_price"),
        estimates=("volume", "mix", "price", "new", "dropped"),
    ),
    Metric(
        "demand_index",
        unit="index",
        better=Better.NEITHER,
        meaning={
            "en": "Units of a product in a place against what its share everywhere would give (1 = as everywhere)",
            "fr": "Unités d'un produit dans un lieu rapportées à ce que donnerait sa part globale (1 = comme partout)",
        },
        estimator=DemandIndex(),
        needs=LINES,
        estimates=("raw",),
        only_by=("product",),
    ),
)
