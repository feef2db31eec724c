"""A fact's query for some of its columns alone: what is worked out and joined for the others falls away.

The engine leaves columns away by itself, but not a window or an aggregate that several parts of a query share, nor a
join: it cannot know that the join finds at most one row. Declared keys tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from efficace.facts.column_needs import Keys, Needs, kept_metrics, kept_values

if TYPE_CHECKING:
    import ibis.expr.types as ir


def narrowed(table: ir.Table, columns: Iterable[str], keys: Keys) -> ir.Table:
    """The same rows with some of their columns, worked out from no more than these need.

    Args:
        columns: Of the table; their order is that of the table.
        keys: What is known of stored tables.
    """
    wanted = frozenset(columns)
    root = table.select([name for name in table.columns if name in wanted]).op()
    needs = Needs([root], keys)
    made: dict[Any, Any] = {}
    for relation in needs.order:
        made[relation] = _made(relation, needs, made)
    found: ir.Table = made[root].to_expr()
    return found


def _made(relation: Any, needs: Needs, made: dict[Any, Any]) -> Any:
    """A relation with what is needed of it, on those before it."""
    import ibis.expr.operations as ops

    if isinstance(relation, ops.Project):
        return ops.Project(made[relation.parent], _values(kept_values(relation, needs), made))
    if isinstance(relation, ops.Aggregate):
        groups, metrics = _values(relation.groups, made), _values(kept_metrics(relation, needs), made)
        return ops.Aggregate(made[relation.parent], groups=groups, metrics=metrics)
    if isinstance(relation, ops.JoinChain):
        return _chain(relation, needs, made)
    if isinstance(relation, ops.Union) and not relation.distinct:
        sides = (_chosen(made[side], relation, needs) for side in (relation.left, relation.right))
        return ops.Union(*sides, distinct=False)
    if isinstance(relation, ops.DropColumns):
        return _chosen(made[relation.parent], relation, needs)
    return _again(relation, made)


def _chain(relation: Any, needs: Needs, made: dict[Any, Any]) -> Any:
    import ibis.expr.operations as ops

    kept = kept_values(relation, needs)
    links = [link for link in relation.rest if link.table not in needs.idle.get(relation, ())]
    if not links:
        alone = made[relation.first].parent
        return ops.Project(alone, _values(kept, {**made, relation.first: alone}))
    rest = [ops.JoinLink(link.how, made[link.table], [_swapped(p, made) for p in link.predicates]) for link in links]
    return ops.JoinChain(made[relation.first], rest, _values(kept, made))


def _chosen(parent: Any, relation: Any, needs: Needs) -> Any:
    """The parent's columns that are needed of a relation, in the relation's order."""
    import ibis.expr.operations as ops

    names = [name for name in relation.schema if name in needs.columns[relation]]
    return parent if list(parent.schema) == names else ops.Project(parent, {n: ops.Field(parent, n) for n in names})


def _values(values: Mapping[str, Any], made: dict[Any, Any]) -> dict[str, Any]:
    return {name: _swapped(value, made) for name, value in values.items()}


def _swapped(node: Any, made: dict[Any, Any]) -> Any:
    """A value on the relations that were made."""
    if node not in made:
        made[node] = _again(node, made)
    return made[node]


def _again(node: Any, made: dict[Any, Any]) -> Any:
    """A step or value as it is, on what was made of what it reads."""
    before = dict(zip(node.__argnames__, node.__args__, strict=True))
    after = {name: _inside(part, made) for name, part in before.items()}
    return node if all(after[name] is part for name, part in before.items()) else node.__recreate__(after)


def _inside(part: Any, made: dict[Any, Any]) -> Any:
    from ibis.common.graph import Node

    if isinstance(part, Node):
        return _swapped(part, made)
    if isinstance(part, Mapping):
        return {name: _inside(one, made) for name, one in part.items()}
    return type(part)(_inside(one, made) for one in part) if isinstance(part, (tuple, list)) else part
