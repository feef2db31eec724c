"""Who held a lead, an account or a deal at an instant, and the team and territory that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_AT, FAR_ON
from efficace.facts.shared import without

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
    sole = _sole_stretches(tables.territory_assignments, who)
    joined = table.left_join(sole, [table[who] == sole.s_who, table[day] >= sole.s_from, table[day] < sole.s_to])
    return joined.mutate(x_territory=joined.x_territory.fill_null(joined.s_territory)).drop(sole.columns)


def _sole_stretches(given: ir.Table, who: str) -> ir.Table:
    """The stretches of days on which a rep or team has exactly one territory: cut wherever an assignment changes."""
    import ibis

    given = given.filter(given[who].notnull())
    given = given.select(
        a_who=given[who], a_from=given.from_on, a_to=given.to_on.fill_null(FAR_ON), a_territory=given.territory_id
    )
    cuts = given.select(c_who="a_who", c_on="a_from").union(given.select(c_who="a_who", c_on="a_to")).distinct()
    cuts = cuts.mutate(c_next=cuts.c_on.lead().over(ibis.window(group_by="c_who", order_by="c_on")))
    covered = cuts.inner_join(given, [cuts.c_who == given.a_who, cuts.c_on >= given.a_from, cuts.c_on < given.a_to])
    found = covered.group_by(s_who=covered.c_who, s_from=covered.c_on, s_to=covered.c_next).agg(
        s_territory=covered.a_territory.max(), s_many=covered.a_territory.nunique()
    )
    return without(found.filter(found.s_many == 1), "s_many")
