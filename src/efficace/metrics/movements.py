"""What moved recurring revenue, change by change: how tools that keep a ledger of movements count (CONTRACT F, H)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.facts.dates import month_of
from efficace.metrics.cells import Cells
from efficace.metrics.churn import AT_START, STRETCHES
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import Estimated, Expression, Further, Reading, Term, no_rows
from efficace.metrics.query import REASON, WEIGHT
from efficace.metrics.question import Question
from efficace.metrics.states import account_states, by_columns, with_money
from efficace.stats.estimate import Estimates, divide, settled

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

KINDS = ("new", "expansion", "contraction", "churn", "reactivation")


def account_changes(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row an account, day and member on which its MRR changed: ``change``, its ``kind`` and ``was_active``.

    The day on which a customer comes is ``new`` the first time and ``reactivation`` later, the day of a loss is
    ``churn``, every other change ``expansion`` or ``contraction``. The changes of a period add up to the change of MRR.
    ``was_active`` tells whether the account was a customer when the period began.
    """
    import ibis

    columns = ("account_id", *by_columns(rows), REASON)
    usable = rows.filter(rows[REASON].isnull())
    edges = [
        usable.select(*columns, "currency", "mrr", on=usable.from_on, sign=ibis.literal(1.0)),
        usable.select(*columns, "currency", "mrr", on=usable.to_on, sign=ibis.literal(-1.0)),
    ]
    both = edges[0].union(edges[1])
    days = periods.select("period", "start_on", "last_on", rate_on=month_of(periods.last_on))
    inside = both.inner_join(days, [both.on >= days.start_on, both.on <= days.last_on])
    priced = with_money(inside, tables)
    priced = priced.mutate(**{REASON: priced.no_rate.ifelse("no_rate", None), WEIGHT: 1.0})
    changed = priced.group_by(["period", "on", WEIGHT, *columns]).agg(change=(priced.money * priced.sign).sum())
    return _named(changed, periods, tables)


def _named(changed: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    import ibis

    spells = tables.customer_spells
    came = spells.select("spell", c_account="account_id", c_on="from_on")
    left = spells.select(l_account="account_id", l_on="to_on")
    days = periods.select(k_period="period", eve_on="eve_on")
    ever = spells.select("from_on", "to_on", b_account="account_id")
    before = ever.inner_join(days, [ever.from_on <= days.eve_on, ever.to_on > days.eve_on])
    before = before.select("b_account", b_period="k_period")
    rows = changed.left_join(came, [changed.account_id == came.c_account, changed.on == came.c_on])
    rows = rows.left_join(left, [rows.account_id == left.l_account, rows.on == left.l_on])
    rows = rows.left_join(before, [rows.account_id == before.b_account, rows.period == before.b_period])
    comes = rows.c_account.notnull()
    kind = ibis.cases(
        (comes & (rows.spell == 1), "new"),
        (comes, "reactivation"),
        (rows.l_account.notnull(), "churn"),
        (rows.change > 0, "expansion"),
        else_="contraction",
    )
    rows = rows.mutate(kind=kind, was_active=rows.b_account.notnull())
    return rows.drop("c_account", "c_on", "spell", "l_account", "l_on", "b_account", "b_period")


def changes_of(kinds: tuple[str, ...], of_start: tuple[str, ...] = ()) -> Expression:
    """The changes of some kinds, of all customers, and of further kinds, of those of the start alone."""

    def part(t: ir.Table) -> ir.Value:
        belongs = t.kind.isin([*kinds, ""]) | (t.kind.isin([*of_start, ""]) & t.was_active)
        return belongs.ifelse(t.change, 0.0)

    return part


CHANGES = Term(
    STRETCHES,
    first="from_on",
    place=account_changes,
    where=lambda t: t.is_subscription,
    sums={kind: changes_of((kind,)) for kind in KINDS},
    begins=False,
)
LEVELS = Term(
    STRETCHES,
    first="from_on",
    place=account_states,
    where=lambda t: t.is_subscription,
    sums={"start": lambda t: t.start_mrr, "end": lambda t: t.end_mrr},
)


def _nothing(t: ir.Table) -> ir.Value:
    import ibis

    del t
    return ibis.literal(0.0)


@dataclass(frozen=True)
class RetainedByMovements:
    """(MRR at the start + movements of some kinds) / MRR at the start.

    Attributes:
        kinds: The movements counted, of any customer; losses are negative.
        of_start: Movements that count for customers of the start alone.
    """

    kinds: tuple[str, ...]
    of_start: tuple[str, ...] = ()

    def terms(self, question: Question) -> Mapping[str, Term]:
        """MRR of the start, and the changes since."""
        del question
        moved: dict[str, Expression] = {"moved": changes_of(self.kinds, self.of_start)}
        term = Term(STRETCHES, first="from_on", place=account_changes, where=CHANGES.where, sums=moved, begins=False)
        start: dict[str, Expression] = {
            "start": lambda t: t.start_mrr,
            "payers": lambda t: (t.start_mrr > 0).cast("int64"),
        }
        return {
            POPULATION: Term(STRETCHES, first="from_on", place=account_states, where=CHANGES.where, sums=start),
            "changes": term,
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full count, without interval."""
        del question
        start, n = cells[POPULATION].total("start"), cells[POPULATION].total("payers")
        value = divide(start + cells["changes"].total("moved"), start)
        return Estimated(Estimates.bare(value), n, why_null=no_rows(n, AT_START))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Accounts with what they paid at the start, and with what their changes moved."""
        terms = self.terms(question)
        start = terms[POPULATION].sums["start"]
        return (
            Reading(terms[POPULATION], ("account_id",), start, start),
            Reading(terms["changes"], ("account_id",), _nothing, terms["changes"].sums["moved"]),
        )


@dataclass(frozen=True)
class MrrByMovements:
    """MRR at the end of the period, its movements change by change instead of between two states."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The levels at both ends, and the changes between."""
        del question
        return {POPULATION: LEVELS, "changes": CHANGES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        levels = cells[POPULATION]
        further = {"start": Further(Estimates.bare(settled(levels.total("start"))))}
        further |= {kind: Further(Estimates.bare(settled(cells["changes"].total(kind)))) for kind in KINDS}
        return Estimated(Estimates.bare(settled(levels.total("end"))), levels.count(), further)

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account with what it pays at the end."""
        del question
        return (Reading(LEVELS, ("account_id",), LEVELS.sums["end"]),)


@dataclass(frozen=True)
class SumOfMovements:
    """The sum of the movements of one kind."""

    kind: str

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The changes."""
        del question
        return {POPULATION: CHANGES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        return Estimated(Estimates.bare(settled(cells[POPULATION].total(self.kind))), cells[POPULATION].count())

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account with what it moved."""
        term = self.terms(question)[POPULATION]
        return (Reading(term, ("account_id",), term.sums[self.kind]),)


@dataclass(frozen=True)
class GainedOverLost:
    """What movements gained for each unit that movements lost.

    Attributes:
        gains: Kinds of movement that count as gained.
    """

    gains: tuple[str, ...]

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The changes."""
        del question
        return {POPULATION: CHANGES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Gains over contraction and churn; nothing lost = no figure."""
        del question
        term = cells[POPULATION]
        n = term.count()
        gained = sum((settled(term.total(kind)) for kind in self.gains), np.zeros(term.size))
        lost = -(settled(term.total("contraction")) + settled(term.total("churn")))
        why = {int(row): "nothing_lost" for row in np.flatnonzero((lost <= 0) & (n > 0))}
        return Estimated(Estimates.bare(divide(gained, lost)).where(lost > 0), n, why_null=why)

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account: gained above, lost below."""
        term = self.terms(question)[POPULATION]

        def lost(t: ir.Table) -> ir.Value:
            return -changes_of(("contraction", "churn"))(t)

        return (Reading(term, ("account_id",), lost, changes_of(self.gains)),)
