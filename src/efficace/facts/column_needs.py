"""Which columns of each step of a query something after it needs, and which joins change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

Keys = Callable[[str], tuple[str, ...]]
"""The columns that name a row of a stored table; empty where that is not known."""


class Needs:
    """What a query needs of its steps.

    Attributes:
        order: The steps that are needed, each after those that it reads, in whichever query these stand.
        columns: By step, the names of columns.
        idle: By chain of joins, the tables whose join neither adds, drops nor tells anything.
    """

    def __init__(self, roots: Sequence[Any], keys: Keys) -> None:
        import ibis.expr.operations as ops
        from ibis.common.graph import Graph

        self.keys = keys
        self.columns: dict[Any, set[str]] = {root: set(root.schema) for root in roots}
        self.idle: dict[Any, set[Any]] = {}
        order: dict[Any, None] = {}
        for root in roots:
            steps, _ = Graph.from_bfs(root).toposort()
            order.update(dict.fromkeys(step for step in steps if isinstance(step, ops.Relation)))
        for relation in reversed(order):
            if relation in self.columns:
                _NOTED.get(type(relation).__name__, _whole)(relation, self)
        self.order = [relation for relation in order if relation in self.columns]

    def add(self, relation: Any, names: Iterable[str] = ()) -> None:
        """Note that a step is needed, and these columns of it."""
        self.columns.setdefault(relation, set()).update(names)

    def read(self, values: Iterable[Any]) -> None:
        """Note what values read; a relation inside a value is needed whole."""
        import ibis.expr.operations as ops

        for value in values:
            for node in value.find((ops.Field, ops.Subquery), filter=ops.Value):
                self.add(node.rel, [node.name] if isinstance(node, ops.Field) else node.rel.schema)


def used_columns(tables: Iterable[ir.Table], keys: Keys) -> dict[str, frozenset[str]]:
    """By stored table that expressions read, the columns that their results need."""
    import ibis.expr.operations as ops

    needs = Needs([table.op() for table in tables], keys)
    stored = {step: names for step, names in needs.columns.items() if isinstance(step, ops.PhysicalTable)}
    return {step.name: frozenset(names) for step, names in stored.items()}


def kept_values(relation: Any, needs: Needs) -> dict[str, Any]:
    """The values of a projection or join that are needed; those that make several rows of one stay."""
    import ibis.expr.operations as ops

    names = _some(needs.columns[relation], relation.values)
    many = {name for name, value in relation.values.items() if value.find(ops.Unnest, filter=ops.Value)}
    return {name: value for name, value in relation.values.items() if name in names or name in many}


def kept_metrics(relation: Any, needs: Needs) -> dict[str, Any]:
    """The sums of an aggregate that are needed; its groups stay, they make its rows."""
    names = needs.columns[relation]
    names = names if relation.groups else _some(names, relation.metrics)
    return {name: value for name, value in relation.metrics.items() if name in names}


def is_unique(relation: Any, names: frozenset[str], keys: Keys) -> bool:
    """Whether no two rows of a step agree in all of some columns; False where that is not known."""
    import ibis.expr.operations as ops

    if isinstance(relation, ops.PhysicalTable):
        key = keys(relation.name)
        return bool(key) and names.issuperset(key)
    if isinstance(relation, ops.Aggregate):
        return names.issuperset(relation.groups)
    if isinstance(relation, ops.Project):
        return is_unique(relation.parent, _own_names(relation.values, relation.parent, names), keys)
    if isinstance(relation, ops.JoinChain):
        first = is_unique(relation.first, _own_names(relation.values, relation.first, names), keys)
        return first and all(link.how in {"semi", "anti"} or _finds_one(link, keys) for link in relation.rest)
    is_plain = isinstance(relation, (ops.Filter, ops.Sort, ops.Limit, ops.JoinReference, ops.DropColumns))
    return is_plain and is_unique(relation.parent, names, keys)


def _own_names(values: Mapping[str, Any], parent: Any, names: frozenset[str]) -> frozenset[str]:
    """Which columns of a parent some values give on as they are."""
    import ibis.expr.operations as ops

    fields = (values[name] for name in names if name in values)
    return frozenset(one.name for one in fields if isinstance(one, ops.Field) and one.rel == parent)


def _finds_one(link: Any, keys: Keys) -> bool:
    """Whether a join finds at most one row: the columns set equal name a row of its table."""
    import ibis.expr.operations as ops

    equal = set()
    for predicate in link.predicates:
        if isinstance(predicate, ops.Equals):
            for one, other in ((predicate.left, predicate.right), (predicate.right, predicate.left)):
                if isinstance(one, ops.Field) and one.rel == link.table and not _reads([other], link.table):
                    equal.add(one.name)
    return is_unique(link.table, frozenset(equal), keys)


def _reads(values: Iterable[Any], table: Any) -> bool:
    import ibis.expr.operations as ops

    return any(node.rel == table for value in values for node in value.find(ops.Field, filter=ops.Value))


def _some(names: Iterable[str], among: Iterable[str]) -> set[str]:
    """The names, or one where there are none: rows are counted by a column."""
    return set(names) or set(list(among)[:1])


def _whole(relation: Any, needs: Needs) -> None:
    """A step of which nothing is known needs all that it is given."""
    import ibis.expr.operations as ops

    needs.add(relation, relation.schema)
    waiting = list(relation.__children__)
    while waiting:
        child = waiting.pop()
        if isinstance(child, ops.Relation):
            needs.add(child, child.schema)
        else:
            waiting.extend(child.__children__)


def _project(relation: Any, needs: Needs) -> None:
    needs.add(relation.parent)
    needs.read(kept_values(relation, needs).values())


def _simple(relation: Any, needs: Needs) -> None:
    needs.add(relation.parent, needs.columns[relation])
    needs.read((*getattr(relation, "predicates", ()), *getattr(relation, "keys", ())))


def _aggregate(relation: Any, needs: Needs) -> None:
    needs.add(relation.parent)
    needs.read((*relation.groups.values(), *kept_metrics(relation, needs).values()))


def _union(relation: Any, needs: Needs) -> None:
    if relation.distinct:
        _whole(relation, needs)
        return
    needs.add(relation, _some(needs.columns[relation], relation.schema))
    for side in (relation.left, relation.right):
        needs.add(side, needs.columns[relation])


def _chain(relation: Any, needs: Needs) -> None:
    kept = list(kept_values(relation, needs).values())
    idle = needs.idle.setdefault(relation, set())
    for link in reversed(relation.rest):
        others = [one for one in relation.rest if one is not link and one.table not in idle]
        values = [*kept, *(predicate for one in others for predicate in one.predicates)]
        if link.how == "left" and not _reads(values, link.table) and _finds_one(link, needs.keys):
            idle.add(link.table)
    needs.add(relation.first)
    for link in relation.rest:
        if link.table not in idle:
            needs.add(link.table)
            needs.read(link.predicates)
    needs.read(kept)


def _nothing(relation: Any, needs: Needs) -> None:
    """A stored table reads nothing."""


_NOTED: Mapping[str, Callable[[Any, Needs], None]] = {
    "Project": _project,
    "Filter": _simple,
    "Sort": _simple,
    "Limit": _simple,
    "DropColumns": _simple,
    "JoinReference": _simple,
    "SelfReference": _simple,
    "Aggregate": _aggregate,
    "Union": _union,
    "JoinChain": _chain,
    "DatabaseTable": _nothing,
    "UnboundTable": _nothing,
    "InMemoryTable": _nothing,
    "DummyTable": _nothing,
}
"""What each step reads, by its name."""
