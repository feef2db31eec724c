"""The members that a dimension has in the data, for lists to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from efficace.errors import QuestionError, nearest
from efficace.facts.dimensions import BY_ID as DIMENSIONS

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine

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


def members_of(engine: Engine, dimension: str) -> list[tuple[str, str]]:
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
    rows = engine.execute(
        f'SELECT DISTINCT "{key}", coalesce("{name}", "{key}") AS name FROM "{table}" '  # noqa: S608  (declared names)
        f'WHERE "{key}" IS NOT NULL ORDER BY name, 1 LIMIT {MOST}'
    ).fetchall()
    return [(str(member), str(told)) for member, told in rows]


def reps_of_teams(engine: Engine, teams: Collection[str]) -> frozenset[str]:
    """The reps of teams and of all the teams below them."""
    rows = engine.execute(
        "WITH RECURSIVE below(team_id) AS ("
        "SELECT unnest(?) UNION SELECT team_id FROM teams JOIN below ON teams.parent_id = below.team_id) "
        "SELECT rep_id FROM reps WHERE team_id IN (SELECT team_id FROM below)",
        [sorted(teams)],
    ).fetchall()
    return frozenset(str(rep) for (rep,) in rows)
