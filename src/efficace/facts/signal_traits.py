"""What is known of a signal when it comes, and what became of its lead, as an expression that facts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import seconds_between
from efficace.facts.signals import signal_rows, with_lead
from efficace.facts.tenths import NONE_OF_THEM, tenth_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.fact import Moment
    from efficace.facts.known import Tables

DAY = 86400
SCORE_BANDS = 5


def signal_traits(tables: Tables, moment: Moment) -> ir.Table:
    """One row a signal whose lead had not converted before: its traits, outcome and tenth."""
    return _with_tenth(_with_outcome(_traits(tables), moment))


def _traits(tables: Tables) -> ir.Table:
    """Signals at risk with the levels of their traits; the lead's score in fifths of all."""
    import ibis

    rows = with_lead(signal_rows(tables), tables)
    rows = rows.filter(rows.is_known_lead & ~(rows.converted_at < rows.signal_at).fill_null(False))
    rows = rows.select(
        "lead_id", "signal_id", "signal_at", "signal", "source", "campaign", "country", "segment", "industry",
        "account_id", "created_at", "converted_at", heat="given_heat", points="score", is_scored=rows.score.notnull(),
    )  # fmt: skip
    of_all = ibis.window(group_by="is_scored")
    place = ibis.rank().over(ibis.window(group_by="is_scored", order_by="points"))
    rows = rows.mutate(place=place, total=rows.lead_id.count().over(of_all))
    band = (rows.place * SCORE_BANDS // rows.total + 1).cast("string") + f"/{SCORE_BANDS}"
    return rows.mutate(score=rows.is_scored.ifelse(band, None)).drop("points", "is_scored", "place", "total")


def _with_outcome(rows: ir.Table, moment: Moment) -> ir.Table:
    """Add ``converted`` (1 within the days of the setting, else 0) and ``is_settled``: so old that this is known."""
    import ibis

    days = moment.config.response.scoring.settled_after * DAY
    now = ibis.literal(moment.as_of, type="timestamp(6)")
    return rows.mutate(
        converted=(seconds_between(rows.signal_at, rows.converted_at) <= days).fill_null(False).cast("int64"),
        is_settled=seconds_between(rows.signal_at, now) >= days,
    )


def _with_tenth(rows: ir.Table) -> ir.Table:
    """Add ``tenth``: the same for all signals of a lead; none where no outcome of the lead is known."""
    taught = rows.filter(rows.is_settled).select(s_lead="lead_id").distinct()
    joined = rows.left_join(taught, rows.lead_id == taught.s_lead)
    tenth = joined.s_lead.isnull().ifelse(NONE_OF_THEM, tenth_of(joined.created_at))
    return joined.mutate(tenth=tenth.cast("int64")).drop("s_lead", "created_at")
