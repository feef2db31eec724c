"""The members that a dimension has in the data, for lists to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from efficace.errors import QuestionError, nearest
from efficace.facts.dimensions import BY_ID as DIMENSIONS

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable

MOST = 2000

COLUMNS: Mapping[str, tuple[str, str]] = {
    "role": ("reps", "role"),
    "segment": ("accounts", "segment"),
    "industry": ("accounts", "industry"),
    "country": ("accounts", "country"),
    "region": ("accounts", "region"),
    "family": ("products", "family"),
    "source": ("leads", "source"),
    "campaign": ("leads", "campaign"),
    "heat": ("leads", "heat"),
    "signal": ("lead_signals", "kind"),
    "channel": ("order_lines", "channel"),
    "pipeline": ("deals", "pipeline"),
    "stage": ("stages", "stage"),
    "deal_kind": ("deals", "kind"),
}
"""Where the members of dimensions without names of their own stand: canonical table and column."""


def has_compared_members(dimension: str) -> bool:
    """Whether a dimension's members are compared; stages, ages and times have an order of their own."""
    return dimension in DIMENSIONS and DIMENSIONS[dimension].compared


def members_of(engine: Queryable, dimension: str) -> list[tuple[str, str]]:
    """Id and name of a dimension's members, by name, at most ``MOST``.

    Raises:
        QuestionError: If there is no such dimension.
    """
    if dimension not in DIMENSIONS:
        raise QuestionError(
            'No dimension "{dimension}".{nearest}', dimension=dimension, nearest=nearest(dimension, DIMENSIONS)
        )
    names = DIMENSIONS[dimension].names
    if names is not None:
        table, key, name = names
    elif dimension in COLUMNS:
        table, key = COLUMNS[dimension]
        name = key
    else:
        return []
    if table not in engine.table_names():
        return []
    rows = engine.table(table).select(member=key, name=name).filter(lambda row: row.member.notnull()).distinct()
    shown = rows.mutate(name=rows.name.fill_null(rows.member)).order_by("name", "member").limit(MOST)
    return [(str(row["member"]), str(row["name"])) for row in engine.run(shown).to_pylist()]


def reps_of_teams(engine: Queryable, teams: Collection[str]) -> frozenset[str]:
    """The reps of teams and of all the teams below them."""
    parents = {row["team_id"]: row["parent_id"] for row in _rows(engine, "teams", "team_id", "parent_id")}
    below = set(teams)
    while more := {team for team, parent in parents.items() if parent in below} - below:
        below |= more
    return frozenset(row["rep_id"] for row in _rows(engine, "reps", "rep_id", "team_id") if row["team_id"] in below)


def _rows(engine: Queryable, table: str, *columns: str) -> list[dict[str, str]]:
    return list(engine.run(engine.table(table).select(*columns)).to_pylist())
