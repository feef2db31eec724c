"""Who held a lead, an account or a deal at an instant, and the team and territory that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_AT, FAR_ON

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def with_owner(
    table: ir.Table, tables: Tables, kind: str, key: str, at: str, present: str | None, fallback_rep: str | None = None
) -> ir.Table:
    """Add ``rep_id`` and ``team_id`` of the owner at an instant.

    Owner: ``owners_over_time`` at the instant (an empty rep there = a queue); an object without any row there belongs
    to its present owner. Team: the one written there, else the rep's.

    Args:
        kind: ``lead``, ``account`` or ``deal``.
        key: Column of ``table`` with the object's id.
        at: Column of ``table`` with the instant.
        present: Column of ``table`` with the present owner, used where nothing is known of earlier ones.
        fallback_rep: Column of ``table`` used where also the present owner is empty.
    """
    import ibis

    owners = tables.owners_over_time.filter(tables.owners_over_time.object == kind)
    spells = owners.select(
        o_id=owners.object_id,
        o_from=owners.from_at,
        o_to=owners.to_at.fill_null(FAR_AT),
        o_rep=owners.rep_id,
        o_team=owners.team_id,
    )
    known = owners.select(o_known=owners.object_id).distinct()
    held = table.left_join(spells, [table[key] == spells.o_id, table[at] >= spells.o_from, table[at] < spells.o_to])
    joined = held.left_join(known, held[key] == known.o_known)
    today = joined[present] if present else ibis.null("string")
    if fallback_rep:
        today = today.fill_null(joined[fallback_rep])
    owned = joined.mutate(rep_id=ibis.cases((joined.o_known.notnull(), joined.o_rep), else_=today))
    return with_team(owned, tables, "rep_id", "o_team").drop("o_id", "o_from", "o_to", "o_rep", "o_team", "o_known")


def with_team(table: ir.Table, tables: Tables, rep: str, written: str | None = None) -> ir.Table:
    """Add ``team_id``: the one written in column ``written``, else the team of the rep in column ``rep``."""
    reps = tables.reps.select(t_rep=tables.reps.rep_id, t_team=tables.reps.team_id)
    joined = table.left_join(reps, table[rep] == reps.t_rep)
    team = joined[written].fill_null(joined.t_team) if written else joined.t_team
    return joined.mutate(team_id=team).drop("t_rep", "t_team")


def with_territory(table: ir.Table, tables: Tables, own: str | None, account: str | None, day: str) -> ir.Table:
    """Add ``territory_id``: the fact's own, else the account's, else the one assigned to the rep or team on the day.

    A rep or team that works several territories on that day does not tell which: the territory stays empty.

    Args:
        table: Has ``rep_id`` and ``team_id`` beside the named columns.
        day: Column with the company's date of the fact.
    """
    import ibis

    first = table[own] if own else ibis.null("string")
    table = table.mutate(x_territory=first)
    if account:
        accounts = tables.accounts.select(x_account=tables.accounts.account_id, x_of=tables.accounts.territory_id)
        table = table.left_join(accounts, table[account] == accounts.x_account)
        table = table.mutate(x_territory=table.x_territory.fill_null(table.x_of)).drop("x_account", "x_of")
    for who in ("rep_id", "team_id"):
        table = _assigned(table, tables, who, day)
    return table.mutate(territory_id=table.x_territory).drop("x_territory")


def _assigned(table: ir.Table, tables: Tables, who: str, day: str) -> ir.Table:
    given = tables.territory_assignments
    given = given.filter(given[who].notnull())
    given = given.select(
        a_who=given[who], a_from=given.from_on, a_to=given.to_on.fill_null(FAR_ON), a_territory=given.territory_id
    )
    days = table.select(d_who=table[who], d_on=table[day]).distinct()
    sole = days.inner_join(given, [days.d_who == given.a_who, days.d_on >= given.a_from, days.d_on < given.a_to])
    sole = sole.group_by(["d_who", "d_on"]).agg(a_sole=sole.a_territory.max(), a_many=sole.a_territory.nunique())
    sole = sole.filter(sole.a_many == 1).select("d_who", "d_on", "a_sole")
    joined = table.left_join(sole, [table[who] == sole.d_who, table[day] == sole.d_on])
    return joined.mutate(x_territory=joined.x_territory.fill_null(joined.a_sole)).drop("d_who", "d_on", "a_sole")
