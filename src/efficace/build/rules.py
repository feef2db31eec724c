"""Rules between rows of one table: periods that overlap, credits that do not add up, trees that close a circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efficace.build.fill import Fill, reject
from efficace.build.report import Note
from efficace.locale.said import counted
from efficace.sources.compile import ROW
from efficace.warehouse import sql

SHARE_TOLERANCE = 1e-6
OVERLAPS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "subscription_periods": (("subscription_id",), "from_on", "to_on"),
    "owners_over_time": (("object", "object_id"), "from_at", "to_at"),
}
"""Table -> of what there is one period at a time, its start, its end."""

TREES: Mapping[str, str] = {"teams": "team_id", "territories": "territory_id"}


def apply(run: Any, done: Fill) -> None:
    """Carry out the rules of a table that was filled."""
    name = done.table.name
    if name in OVERLAPS:
        _end_earlier(run, done, *OVERLAPS[name])
    elif name == "deal_credits":
        _reject_credits(run, done)
    elif name in TREES:
        _reject_cycles(run, done, TREES[name])


def _end_earlier(run: Any, done: Fill, of: tuple[str, ...], start: str, end: str) -> None:
    """The later start holds: the period before ends there."""
    name = sql.name(done.table.name)
    following = f"lead({start}) OVER (PARTITION BY {', '.join(sql.name(item) for item in of)} ORDER BY {start})"
    inner = sql.select({"id": "rowid", "to_": end, "following": following}, name)
    later = sql.select("id, following", f"({inner})", "WHERE following < coalesce(to_, CAST('9999-01-01' AS DATE))")
    run(f"CREATE OR REPLACE TEMP TABLE _overlaps AS {later}")
    count = run("SELECT count(*) FROM _overlaps").fetchone()[0]
    if count:
        run(sql.update(done.table.name, f"{end} = following", f"FROM _overlaps WHERE {name}.rowid = id"))
        said = counted(
            "{table}: {n} period overlapped the next one of the same {key} and ends where it begins.",
            "{table}: {n} periods overlapped the next one of the same {key} and end where it begins.",
            count,
            **{"table": done.table.name, "key": of[-1]},
        )
        done.notes.append(Note("overlaps", done.table.name, end, count, said))


def _reject_credits(run: Any, done: Fill) -> None:
    off = f"HAVING abs(sum(share) - 1) > {SHARE_TOLERANCE}"
    wrong = sql.select("deal_id", "deal_credits", "GROUP BY deal_id", off)
    reject(run, done, f"deal_id IN ({wrong})", "share", "credits_not_one")


def _reject_cycles(run: Any, done: Fill, key: str) -> None:
    """In reading order, a row whose parent already lies in it closes a cycle."""
    name = sql.name(done.table.name)
    order = f"ORDER BY _load, _file, {ROW}"
    rows = run(sql.select(f"{key}, parent_id", name, "WHERE parent_id IS NOT NULL", order)).fetchall()
    parents: dict[str, str] = {}
    closing = []
    for member, parent in rows:
        if _lies_in(parent, member, parents):
            closing.append(member)
        else:
            parents[member] = parent
    if closing:
        reject(run, done, f"{key} IN {sql.texts(closing)}", "parent_id", "tree_cycle")


def _lies_in(member: str, ancestor: str, parents: Mapping[str, str]) -> bool:
    place: str | None = member
    while place is not None and place != ancestor:
        place = parents.get(place)
    return place is not None
