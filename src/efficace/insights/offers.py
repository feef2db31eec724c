"""Whom to offer what next: the likeliest offer of each customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

OF_ONE_PRODUCT = 4
"""Customers to whom the same product is offered in one list."""


@dataclass(frozen=True)
class Offer:
    """One customer with the product that it is likeliest to accept.

    Attributes:
        holds_family: Whether it has a product of the same line: then it moves up, else it buys across.
        term_ends_on: When its next paid term ends.
    """

    account_id: str
    product_id: str
    chance: float
    overall: float
    holds_family: bool
    alike_offered: int
    alike_accepted: int
    term_ends_on: date | None


def offers_of(records: Iterable[Mapping[str, Any]], ends: Mapping[str, date]) -> list[Offer]:
    """One offer a customer, the likeliest first.

    Args:
        records: Rows of ``next_offer``.
        ends: Account -> when its next paid term ends.
    """
    return _one_each([_offer(record, ends) for record in records])


def _offer(record: Mapping[str, Any], ends: Mapping[str, date]) -> Offer:
    return Offer(
        record["account_id"], record["product_id"], record["chance"], record["overall"], record["holds_family"],
        record["alike_offered"], record["alike_accepted"], ends.get(record["account_id"]),
    )  # fmt: skip


def _one_each(offers: Sequence[Offer]) -> list[Offer]:
    """The likeliest offer of each customer, a few of each product.

    Who renews soon comes before who does not, where chances are alike.
    """
    ordered = sorted(offers, key=lambda one: (-round(one.chance, 3), one.term_ends_on or date.max, one.account_id))
    found: dict[str, Offer] = {}
    of_product: Counter[str] = Counter()
    for one in ordered:
        if one.account_id not in found and of_product[one.product_id] < OF_ONE_PRODUCT:
            found[one.account_id] = one
            of_product[one.product_id] += 1
    return list(found.values())
