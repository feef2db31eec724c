"""The log of stage changes with what each stage is: its kind and place in the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

CLOSED = ("won", "lost")

LAST_PLACE = 1_000_000
"""Place of a closed stage that no pipeline lists: after all others entered at the same instant."""


def in_pipelines(deals: ir.Table, tables: Tables) -> ir.Table:
    """Fill the ``pipeline`` of deals that name none where the company has only one."""
    stages = tables.stages
    sole = stages.agg(sole_least=stages.pipeline.min(), sole_most=stages.pipeline.max())
    joined = deals.cross_join(sole)
    is_sole = joined.sole_least == joined.sole_most
    return joined.mutate(
        pipeline=joined.pipeline.fill_null(is_sole.ifelse(joined.sole_least, None))
    ).drop("sole_least", "sole_most")  # fmt: skip


def stage_log(tables: Tables, deals: ir.Table, changes: ir.Table | None = None) -> ir.Table:
    """The changes of the given deals, each with what its stage is.

    Args:
        deals: Has ``deal_id`` and ``pipeline``, for changes that name none.
        changes: Instead of those known at as-of.

    Returns:
        ``deal_id``, ``entered_at``, ``stage``, ``in_pipeline``, ``evidence``, ``kind`` (open, won, lost; empty = a
        stage that the pipeline does not list), ``position``, and ``place`` that orders changes of the same instant. A
        stage called won or lost is closed even where no pipeline lists it.
    """
    stages = tables.stages
    kinds = stages.select(k_pipeline="pipeline", k_stage="stage", k_kind="kind", k_position="position")
    of_deal = deals.select(d_deal="deal_id", d_pipeline="pipeline")
    log = (tables.stage_changes if changes is None else changes).select(
        "deal_id", "entered_at", "stage", "pipeline", "evidence"
    )
    log = log.inner_join(of_deal, log.deal_id == of_deal.d_deal)
    log = log.mutate(in_pipeline=log.pipeline.fill_null(log.d_pipeline).fill_null(""))
    log = log.left_join(kinds, [log.in_pipeline == kinds.k_pipeline, log.stage == kinds.k_stage])
    name = log.stage.lower()
    kind = log.k_kind.fill_null(name.isin(CLOSED).ifelse(name, None))
    log = log.mutate(kind=kind, position=log.k_position)
    unlisted = log.kind.isin(CLOSED).fill_null(False).ifelse(LAST_PLACE, -1)
    place = log.position.fill_null(unlisted)
    return log.select("deal_id", "entered_at", "stage", "in_pipeline", "evidence", "kind", "position", place=place)


def in_order() -> object:
    """The window over a deal's changes in the order in which they happened."""
    import ibis

    return ibis.window(group_by="deal_id", order_by=["entered_at", "place", "stage"])
