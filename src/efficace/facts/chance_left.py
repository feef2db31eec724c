"""What is left of a signal's chance after the time that has passed without its lead's conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import seconds_between
from efficace.facts.signal_traits import DAY

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir


def with_chance_left(rows: ir.Table, as_of: datetime) -> ir.Table:
    """Add ``chance_left``: that the lead converts within the days of the setting given that it has not so far.

    With the chance c, and the part G of all conversions that come earlier than the age in whole days, it is
    ``c (1 - G) / (1 - c G)``: Bayes' rule. After those days it is 0; empty where the lead has converted.

    Args:
        rows: ``signal_at``, ``converted_at``, ``converted``, ``is_settled`` and ``chance``.
    """
    import ibis

    now = ibis.literal(as_of, type="timestamp(6)")
    waits = rows.converted_at.isnull() & ~rows.is_settled
    rows = rows.mutate(age=waits.ifelse(seconds_between(rows.signal_at, now) // DAY, None))
    past = _past_by_age(rows)
    rows = rows.left_join(past, rows.age == past.p_age)
    left = rows.chance * (1.0 - rows.past) / (1.0 - rows.chance * rows.past)
    is_over = rows.is_settled & rows.converted_at.isnull() & rows.chance.notnull()
    return rows.mutate(
        chance_left=ibis.cases((is_over, 0.0), (rows.age.notnull(), left), else_=ibis.null("float64"))
    ).drop("age", "p_age", "past")


def _past_by_age(rows: ir.Table) -> ir.Table:
    """For each age of a waiting signal the part of all conversions that were earlier: ``p_age`` and ``past``."""
    import ibis

    quick = rows.filter(rows.is_settled & (rows.converted == 1))
    days = quick.group_by(day=seconds_between(quick.signal_at, quick.converted_at) // DAY).agg(won=quick.count())
    ages = rows.filter(rows.age.notnull()).select(p_age="age").distinct()
    pairs = ages.cross_join(days)
    earlier = (pairs.day < pairs.p_age).ifelse(pairs.won, 0)
    sums = pairs.group_by("p_age").agg(earlier=earlier.sum().cast("float64"), won=pairs.won.sum().cast("float64"))
    return sums.select("p_age", past=sums.earlier / ibis.greatest(sums.won, 1.0))
