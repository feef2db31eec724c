"""Sales volume: units, orders and money side by side, and what moved them (METRICS 2, CONTRACT C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from efficace.metrics.cells import Cells, Member, TermCells, summed
from efficace.metrics.counting import by_weight, of_now
from efficace.metrics.estimators import POPULATION
from efficace.metrics.filters import excluded
from efficace.metrics.metric import CURRENCY, Better, Estimated, Expression, Further, Metric, Term, no_rows
from efficace.metrics.placement import BEFORE, NOW, sides_by_date
from efficace.metrics.question import Question
from efficace.stats.decomposition import demand_index, volume_mix_price
from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, divide, settled

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


@dataclass(frozen=True)
class UnitsSold:
    """Units net of returns; gross and returned apart, orders and money beside."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lines with their units and amounts, and orders; a line without an amount has units all the same."""
        del question
        sums: dict[str, Expression] = {
            "units": lambda t: t.units,
            "gross": lambda t: (t.units > 0).ifelse(t.units, 0.0),
            "returned": lambda t: (t.units < 0).ifelse(-t.units, 0.0),
            "mended_returns": lambda t: t.was_mended.cast("int64"),
            "sales_amount": lambda t: t.amount,
            "without_amount": lambda t: t.amount.isnull().cast("int64"),
        }
        return {POPULATION: Term(FACT, AT, sums=sums), "orders": ORDERS}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Full counts, without interval."""
        del question
        term = cells[POPULATION]
        further = {name: Further(Estimates.bare(term.total(name))) for name in ("gross", "returned")}
        further["orders"] = Further(Estimates.bare(cells["orders"].total("orders")), "orders")
        further["sales_amount"] = Further(Estimates.bare(settled(term.total("sales_amount"))), CURRENCY)
        for name in ("mended_returns", "without_amount"):
            further[name] = Further(Estimates.bare(term.total(name)), "lines")
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
        return {POPULATION: Term(FACT, AT, sums={"amount": lambda t: t.amount}, left_out=WITHOUT_AMOUNT)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        term = cells[POPULATION]
        return Estimated(Estimates.bare(settled(term.total("amount"))), term.count())


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
        has_base = _has_base(cells, before, n)
        is_told = has_base & (before + n > 0)
        names = ("volume", "mix", "price", "new", "dropped")
        further = {name: Further(_money(getattr(bridge, name)).where(is_told)) for name in names}
        why = {int(row): "no_base" for row in np.flatnonzero(~has_base)}
        return Estimated(_money(bridge.change).where(is_told), n, further, why)


def _money(amounts: Floats) -> Estimates:
    return Estimates.bare(settled(amounts))


def _has_base(cells: Cells, before: Floats, n: Floats) -> Bools:
    """Cells whose period has one before it in the data: a member that sold nothing then has a base of 0."""
    members = len(cells.members)
    was_sold = before.reshape(-1, members).sum(axis=1) > 0
    has_begun = np.cumsum(n.reshape(-1, members).sum(axis=1)) > 0
    known = was_sold | np.concatenate(([False], has_begun[:-1]))
    return np.repeat(known, members)


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
        """Units of each product in each place, of each product everywhere, and of everything.

        Filters on the product or the place choose rows: shares stay those of all products and places.
        """
        sums: dict[str, Expression] = {"units": lambda t: t.units}
        return {
            POPULATION: Term(FACT, AT, sums=sums, ignores=question.by),
            "everywhere": Term(FACT, AT, sums=sums, ignores=question.by, along=("product",)),
            "everything": Term(FACT, AT, sums=sums, ignores=question.by, whole=True),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The index by the product that the row names; the place is the other dimensions."""
        here = cells[POPULATION]
        n = here.count()
        if len(question.by) < 2:
            return Estimated(Estimates.nowhere(cells.size), n, why_null=dict.fromkeys(range(cells.size), "no_place"))
        units = here.total("units").reshape(len(cells.periods), -1)
        share = divide(cells["everywhere"].total("units"), cells["everything"].total("units")).reshape(units.shape)
        product, place = _grid(cells, question.by.index("product"))
        parts = [_indices(*row, product, place) for row in zip(units, share, strict=True)]
        value, low, high = np.concatenate([part for part, _ in parts], axis=1)
        main = Estimates(value, low, high, Scale.LOG).where(n > 0)
        raw = Further(Estimates.bare(np.concatenate([part for _, part in parts])))
        hidden = excluded(cells, question, question.by)
        return Estimated(main, n, {"raw": raw}, no_rows(n, "no_rows"), hidden=hidden)


def _grid(cells: Cells, at: int) -> tuple[Ints, Ints]:
    """Number of the product and of the place of each member."""
    products = _numbered([(member[at],) for member in cells.members])
    places = _numbered([member[:at] + member[at + 1 :] for member in cells.members])
    return products, places


def _numbered(names: Sequence[Member]) -> Ints:
    """The number of each name among the different ones, in the order in which they come."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _indices(units: Floats, share: Floats, product: Ints, place: Ints) -> tuple[NDArray[np.float64], Floats]:
    """Index with limits, shape (3, members), and the raw one of a period.

    The places in which a product was not sold at all tell as much about its spread as the others.
    """
    shape = (product.max(initial=-1) + 1, place.max(initial=-1) + 1)
    sold, overall = np.zeros(shape), np.zeros(shape[0])
    sold[product, place] = units
    overall[product] = np.nan_to_num(share)
    all_here = np.broadcast_to(sold.sum(axis=0), shape)
    index = demand_index(
        sold.ravel(),
        all_here.ravel(),
        np.repeat(overall, shape[1]),
        np.repeat(np.arange(shape[0]), shape[1]),
    )
    own = product * shape[1] + place
    raw = divide(divide(units, all_here[product, place]), share)
    return np.stack([index.value[own], index.low[own], index.high[own]]), raw


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
        estimates=("gross", "returned", "orders", "sales_amount", "mended_returns", "without_amount"),
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
        counted={POPULATION: of_now(by_weight)},
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Change of the sales amount against the period before: volume, mix, price, new and dropped products",
            "fr": "Évolution du montant contre la période d’avant, par volume, mix, prix, produits nouveaux et arrêtés",
        },
        estimator=VolumeMixBridge(),
        needs=("order_lines.units", "order_lines.unit_price"),
        estimates=("volume", "mix", "price", "new", "dropped"),
        moves=("volume", "mix", "price", "new", "dropped"),
    ),
    Metric(
        "demand_index",
        unit="index",
        better=Better.NEITHER,
        meaning={
            "en": "Units of a product in a place against what its share everywhere would give (1 = as everywhere)",
            "fr": "Unités d’un produit dans un lieu rapportées à ce que donnerait sa part globale (1 = comme partout)",
        },
        estimator=DemandIndex(),
        needs=LINES,
        estimates=("raw",),
        only_by=("product",),
    ),
)
