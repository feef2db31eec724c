"""From evidence to a chance: what became of signals with as much of it, never falling as the evidence grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_BANDS = 20
CONVERSIONS_A_BAND = 10
FAR = 1e9
"""Beyond any evidence."""


def with_chance(rows: ir.Table, settled: ir.Table) -> ir.Table:
    """Add ``chance``, and ``overall``: the share of all settled signals.

    The evidence of several traits overstates, because traits go together; so it only orders the signals. Cut into
    bands, their chance is the share that converted in the band, neighbours pooled where it would fall: what is
    predicted is what was observed. It is one figure for all signals of a band, so that none of them stands out by its
    own outcome; the evidence itself never knew it.

    Args:
        rows: ``evidence``.
        settled: Those whose outcome is known, with ``converted`` (1 or 0) and the same columns.

    Source: isotonic regression by its max-min formula, Barlow, Bartholomew, Bremner & Brunk (1972).
    """
    banded = _banded(settled)
    bands = banded.group_by("band").agg(
        n=banded.count().cast("float64"), x=banded.converted.sum().cast("float64"), least=banded.evidence.min()
    )
    bands = _running(bands)
    chances = _never_falling(bands)
    edges = bands.select("low", "high", e_band="band")
    chances = chances.inner_join(edges, chances.i_band == edges.e_band)
    rows = rows.left_join(chances, [rows.evidence >= chances.low, rows.evidence < chances.high])
    return rows.drop("i_band", "e_band", "low", "high")


def _banded(settled: ir.Table) -> ir.Table:
    """Add ``band``: as many signals each as can be where equal evidence stays together, ten conversions on average."""
    import ibis

    sums = settled.agg(settled_n=settled.count(), settled_x=settled.converted.sum().fill_null(0))
    rows = settled.cross_join(sums)
    bands = ibis.greatest(ibis.least(rows.settled_x // CONVERSIONS_A_BAND, MOST_BANDS), 1)
    rows = rows.mutate(place=ibis.rank().over(ibis.window(order_by="evidence")), bands=bands)
    return rows.mutate(band=(rows.place * rows.bands) // rows.settled_n)


def _running(bands: ir.Table) -> ir.Table:
    """Add sums up to each band and before it, the share ``overall``, and the evidence from ``low`` to below ``high``.

    The first and the last band have no end; half a hit in one more trial keeps ``overall`` off 0 and 1.
    """
    import ibis

    order = ibis.window(order_by="band")
    so_far = ibis.window(order_by="band", preceding=None, following=0)
    bands = bands.mutate(
        place=ibis.row_number().over(order),
        following=bands.least.lead().over(order),
        upto_n=bands.n.sum().over(so_far),
        upto_x=bands.x.sum().over(so_far),
    )
    sums = bands.agg(overall=(bands.x.sum() + 0.5) / (bands.n.sum() + 1.0))
    return bands.cross_join(sums).mutate(
        low=(bands.place == 0).ifelse(-FAR, bands.least),
        high=bands.following.fill_null(FAR),
        before_n=bands.upto_n - bands.n,
        before_x=bands.upto_x - bands.x,
    )


def _never_falling(bands: ir.Table) -> ir.Table:
    """``i_band``, its ``chance`` and the ``overall`` one.

    Of all runs of bands from at or before a band to at or after it: the least share by where the run begins, and of
    these the greatest. One signal with the overall chance is added to each run.
    """
    begin = bands.select("before_n", "before_x", a_band="band")
    end = bands.select("upto_n", "upto_x", b_band="band")
    here = bands.select("overall", i_band="band")
    runs = here.inner_join(begin, here.i_band >= begin.a_band)
    runs = runs.inner_join(end, runs.i_band <= end.b_band)
    share = (runs.upto_x - runs.before_x + runs.overall) / (runs.upto_n - runs.before_n + 1.0)
    least = runs.group_by("i_band", "overall", "a_band").agg(least=share.min())
    return least.group_by("i_band", "overall").agg(chance=least.least.max())
