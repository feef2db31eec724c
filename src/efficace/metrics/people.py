"""The reps whom the data knows, with what they do and where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable


@dataclass(frozen=True)
class Person:
    """A rep.

    Attributes:
        left_on: First day on which the rep no longer works here.
    """

    rep_id: str
    name: str
    role: str | None
    team_id: str | None
    team: str | None
    left_on: date | None

    def is_gone(self, on: date) -> bool:
        """Whether the rep had left by a day."""
        return self.left_on is not None and self.left_on <= on


def people_of(engine: Queryable) -> dict[str, Person]:
    """Every rep by id."""
    teams = dict(engine.find("teams", ("team_id", "name")))
    rows = engine.find("reps", ("rep_id", "name", "role", "team_id", "left_on"))
    return {
        rep: Person(rep, name or rep, role, team, teams.get(team, team), left) for rep, name, role, team, left in rows
    }


def account_names(engine: Queryable, account_ids: Sequence[str]) -> dict[str, str]:
    """Names of accounts by id, as far as they are known."""
    accounts = engine.table("accounts").select("account_id", "name")
    found = engine.run(accounts.filter(accounts.account_id.isin(list(account_ids)) & accounts.name.notnull()))
    return {row["account_id"]: row["name"] for row in found.to_pylist()}
