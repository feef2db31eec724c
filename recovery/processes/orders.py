"""Orders: what sells where, and what is bought together."""

from __future__ import annotations

import math

import numpy as np

from efficace.metrics.answer import Row
from recovery.process import HISTORY, Check, Drawn, Process, Rows, Truth, instant, names

PLACES, PRODUCTS, SOLD, APART = 12, 8, 60.0, 0.4
"""Units of a product in a place in the mean, and how far places differ on the log scale."""


def _demand(chance: np.random.Generator, members: int) -> Drawn:
    """Products that sell more in some places than in others."""
    places, products = names("place", members), names("good", PRODUCTS)
    wanted = SOLD * chance.lognormal(0, 0.5, (PRODUCTS, 1)) * chance.lognormal(0, 0.5, (1, members))
    wanted = wanted * chance.lognormal(0, APART, wanted.shape)
    units = chance.poisson(wanted)
    lines: Rows = [
        {
            "line_id": f"{product}-{place}", "order_id": f"{product}-{place}", "ordered_at": instant(10),
            "product_id": product, "units": int(units[p, q]), "unit_price": 10, "location_id": place, "kind": "sale",
            "channel": "store",
        }
        for p, product in enumerate(products)
        for q, place in enumerate(places)
        if units[p, q]
    ]  # fmt: skip
    here = wanted / wanted.sum(axis=0) / (wanted.sum(axis=1) / wanted.sum())[:, None]

    def truth(row: Row) -> float:
        return float(here[products.index(row.members["product"]), places.index(row.members["location"])])

    tables = {
        "locations": [{"location_id": place, "name": place} for place in places],
        "products": [{"product_id": product, "name": product} for product in products],
        "order_lines": lines,
    }
    ask = {"by": ["product", "location"], "where": ["channel=store"]}
    return Drawn(frozenset(places), tables, [Check("demand_index", truth, "location", ask=ask)])


FIRST, WITH, WITHOUT, BASKETS = 0.4, 0.5, 0.25, 150
"""Chances of the first product, of the second with it, and without it."""
SECOND = FIRST * WITH + (1 - FIRST) * WITHOUT


def _pairs(chance: np.random.Generator, members: int) -> Drawn:
    """Baskets that hold a product, another that goes with it, and a third."""
    segments = names("shop", members)
    tables: dict[str, Rows] = {
        "accounts": [{"account_id": one, "name": one, "segment": one} for one in segments],
        "products": [{"product_id": one, "name": one} for one in ("tea", "cup", "salt")],
        "order_lines": [],
    }
    for segment in segments:
        for k in range(BASKETS):
            tea = chance.random() < FIRST
            cup = chance.random() < (WITH if tea else WITHOUT)
            held = {"tea": tea, "cup": cup, "salt": (not tea and not cup) or chance.random() < 0.3}
            tables["order_lines"] += [
                {
                    "line_id": f"{segment}-{k}-{product}", "order_id": f"{segment}-{k}", "account_id": segment,
                    "ordered_at": instant(float(chance.uniform(0, HISTORY - 1))), "product_id": product, "units": 1,
                    "unit_price": 5, "kind": "sale", "channel": "online",
                }
                for product, is_held in held.items()
                if is_held
            ]  # fmt: skip

    def only(value: float) -> Truth:
        def truth(row: Row) -> float:
            return value if set(row.members.values()) >= {"tea", "cup"} else math.nan

        return truth

    ask = {"where": ["channel=online"], "settings": {"most": 20000}}
    checks = [
        Check("product_pairs", only(WITH / SECOND), "segment", ask=ask),
        Check("product_pairs", only(FIRST * WITH), "segment", "support", ask=ask),
    ]
    return Drawn(frozenset(segments), tables, checks)


PROCESSES = (
    Process("8 products in places that differ in what they want", _demand, 0.2),
    Process("150 baskets with a pair that goes together", _pairs, 0.5),
)
