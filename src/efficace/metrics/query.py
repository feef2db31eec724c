"""One term of a question as an expression: population, dimensions, periods, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from efficace.facts import BY_NAME as FACTS
from efficace.facts.dates import month_of
from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.facts.fact import Added, Own, Shared, Via
from efficace.metrics.metric import Term
from efficace.metrics.question import Filter, Question

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

PERIOD, WEIGHT, REASON, NUMBER = "_period", "_weight", "_left_out", "_n"
NO_PERIOD = -1


def dimension_column(name: str) -> str:
    """Name of a dimension's column in a query."""
    return f"_by_{name}"


def raw_column(name: str) -> str:
    """Name of a dimension's column before its members were widened by their parents."""
    return f"_raw_{name}"


def population(term: Term, question: Question, tables: Tables, filters: Sequence[Filter]) -> ir.Table:
    """The rows of a term before they are put into periods, with dimensions, weight and reason.

    Args:
        filters: With values as ids, parents replaced by all that they include.
    """
    import ibis

    fact = FACTS[term.fact]
    rows: ir.Table = getattr(tables, term.fact)
    if term.where is not None:
        rows = rows.filter(term.where(rows))
    reasons = [(test(rows).fill_null(False), why) for why, test in term.left_out]
    own = rows.left_out if "left_out" in rows.columns else ibis.null("string")
    own = own.isin(term.accepts).ifelse(ibis.null("string"), own) if term.accepts else own
    rest = ibis.cases(*reasons, else_=ibis.null("string")) if reasons else ibis.null("string")
    rows = rows.mutate(**{REASON: own.fill_null(rest), WEIGHT: 1.0})
    filters = [item for item in filters if item.dimension not in term.ignores]
    split = term.split_by((*question.by, *question.adjust))
    names = list(dict.fromkeys([*split, *(item.dimension for item in filters)]))
    sources = {name: fact.dimensions[name] for name in names if name in fact.dimensions}
    rows = _with_dimensions(rows, sources, tables)
    if "month" in names:
        rows = rows.mutate(**{raw_column("month"): month_of(rows[term.at])})
    for item in filters:
        rows = rows.filter(_keeps(rows[raw_column(item.dimension)], item))
    return _widened(rows, split, tables, filters)


def _with_dimensions(rows: ir.Table, sources: Mapping[str, object], tables: Tables) -> ir.Table:
    bridges: set[str] = set()
    for name, source in sources.items():
        if isinstance(source, Own):
            rows = rows.mutate(**{raw_column(name): rows[source.column]})
        elif isinstance(source, Via):
            rows = _looked_up(rows, name, source, tables)
        elif isinstance(source, Added):
            rows = rows if source.column in rows.columns else source.add(rows, tables)
            rows = rows.mutate(**{raw_column(name): rows[source.column]})
        elif isinstance(source, Shared) and source.bridge not in bridges:
            bridges.add(source.bridge)
            same = {n: s for n, s in sources.items() if isinstance(s, Shared) and s.bridge == source.bridge}
            rows = _shared_out(rows, same, source, tables)
    return rows


def _looked_up(rows: ir.Table, name: str, source: Via, tables: Tables) -> ir.Table:
    table: ir.Table = getattr(tables, source.table)
    lookup = table.select(_key=table[source.key], _found=table[source.column])
    joined = rows.left_join(lookup, rows[source.on or source.key] == lookup["_key"])
    return joined.mutate(**{raw_column(name): joined["_found"]}).drop("_key", "_found")


def _shared_out(rows: ir.Table, names: Mapping[str, Shared], source: Shared, tables: Tables) -> ir.Table:
    bridge: ir.Table = getattr(tables, source.bridge)
    columns = {raw_column(name): bridge[shared.column] for name, shared in names.items()}
    parts = bridge.select(_key=bridge[source.key], _share=bridge.share, **columns)
    joined = rows.left_join(parts, rows[source.key] == parts["_key"])
    return joined.mutate(**{WEIGHT: joined[WEIGHT] * joined["_share"].fill_null(1.0)}).drop("_key", "_share")


def _keeps(column: ir.Value, item: Filter) -> ir.Value:
    if not item.values:
        return column.notnull() if item.negated else column.isnull()
    inside = column.cast("string").isin(list(item.values)).fill_null(False)
    return ~inside if item.negated else inside


def _widened(rows: ir.Table, split: Sequence[str], tables: Tables, filters: Sequence[Filter]) -> ir.Table:
    """Let each member of a tree count for its parents too, inside what the filters keep."""
    for name in split:
        kind = DIMENSIONS[name].tree
        if kind is None:
            rows = rows.mutate(**{dimension_column(name): rows[raw_column(name)]})
            continue
        tree = tables.tree.filter(tables.tree.kind == kind)
        tree = tree.select(_member=tree.member_id, _ancestor=tree.ancestor_id)
        joined = rows.left_join(tree, rows[raw_column(name)] == tree["_member"])
        above = joined["_ancestor"].fill_null(joined[raw_column(name)])
        rows = joined.mutate(**{dimension_column(name): above}).drop("_member", "_ancestor")
        for item in filters:
            if item.dimension == name and item.values and not item.negated:
                rows = rows.filter(_keeps(rows[dimension_column(name)], item))
    return rows


def placed(
    rows: ir.Table, term: Term, question: Question, days: ir.Table, periods: ir.Table, tables: Tables
) -> ir.Table:
    """Put each row into its period; a row without a date belongs to none and is only counted beside.

    Args:
        days: Columns ``day``, ``period``.
        periods: See ``Term.place``.
    """
    if term.place is not None:
        return term.place(rows, periods, tables).rename({PERIOD: "period"})
    if term.at is None:
        every = periods.select(_every="period")
        return rows.cross_join(every).rename({PERIOD: "_every"})
    rows = _cut_by_instant(rows, term.at, question)
    dated = days.select(_day=days.day, _of=days.period)
    joined = rows.left_join(dated, rows[term.at] == dated["_day"])
    joined = joined.filter(joined["_of"].notnull() | joined[term.at].isnull())
    reason = joined[term.at].isnull().ifelse(joined[REASON].fill_null("no_date"), joined[REASON])
    return joined.mutate(**{PERIOD: joined["_of"].fill_null(NO_PERIOD), REASON: reason}).drop("_day", "_of")


def _cut_by_instant(rows: ir.Table, at: str, question: Question) -> ir.Table:
    instant = at.removesuffix("_on") + "_at"
    if instant not in rows.columns:
        return rows
    if question.start_at is not None:
        rows = rows.filter(rows[instant].isnull() | (rows[instant] >= question.start_at))
    if question.end_at is not None:
        rows = rows.filter(rows[instant].isnull() | (rows[instant] < question.end_at))
    return rows


def summed(rows: ir.Table, term: Term, question: Question) -> ir.Table:
    """Aggregate placed rows to one row a period, member, reason and key."""
    import ibis

    is_used = rows[REASON].isnull()
    groups: dict[str, ir.Value] = {PERIOD: rows[PERIOD], REASON: rows[REASON]}
    split = term.split_by((*question.by, *question.adjust))
    groups |= {dimension_column(name): rows[dimension_column(name)] for name in split}
    groups |= {
        f"_key_{name}": is_used.ifelse(key(rows), ibis.null(key(rows).type())) for name, key in term.keys.items()
    }
    weight = rows[WEIGHT]
    sums = {NUMBER: weight.sum()}
    sums |= {f"_sum_{name}": (value(rows).cast("float64") * weight).sum() for name, value in term.sums.items()}
    sums |= {f"_sum_{name}": value(rows).nunique() for name, value in term.distinct.items()}
    return rows.group_by(**groups).agg(**sums)
