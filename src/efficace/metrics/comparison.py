"""Comparing members: shrunken estimates, the chance to be among the best quarter, whether they differ at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.metrics.cells import Cells
from efficace.metrics.metric import Better, Estimated, Further, MemberTests
from efficace.metrics.question import Question
from efficace.stats.estimate import Estimates, Floats, Ints

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable

SEED = 20_240_101
LEVEL = 0.05


def compare_members(
    engine: Queryable, question: Question, cells: Cells, estimated: Estimated
) -> tuple[Estimated, Mapping[str, Any] | None]:
    """Add ``shrunken``, ``p_best_quarter``, ``p`` and ``q`` to rows of comparable members; test whether they differ.

    ``p`` is the chance that luck alone sets a member so far apart from all others together. ``q`` controls false
    discoveries: of all members named because theirs is at most 5 %, one in twenty by chance.

    Members are compared within one period and one member of the other dimensions (a stage, a cohort), reps within
    their role where that is asked too. Rows too young
    for a verdict, parents of other members, facts of nobody and curves stay out. With several periods the test is of
    the last whole one.
    """
    main = estimated.main
    compared = _compared(question)
    if not compared or estimated.cell is not None or (main.se is None and main.trials is None):
        return estimated, None
    from efficace.stats.shrinkage import benjamini_hochberg, best_quarter, shrink

    is_member = ~_parents(engine, question, cells) & ~_nobody(question, cells)
    if estimated.young is not None:
        is_member &= ~np.asarray(estimated.young, dtype=bool)
    is_known = np.isfinite(main.value) & is_member
    tests = estimated.tests or _of_values(main, estimated.n)
    is_tested = is_member & (estimated.n > 0) if estimated.tests is not None else is_known
    groups = _groups(question, cells)
    is_compared = False
    shrunken = Estimates.nowhere(cells.size)
    best, chance, apart = (np.full(cells.size, np.nan) for _ in range(3))
    for group in np.unique(groups):
        rows = np.flatnonzero((groups == group) & is_known)
        if len(rows) < 2:
            continue
        is_compared = True
        own = main.take(rows)
        _fill(shrunken, rows, shrink(own))
        tested = np.flatnonzero((groups == group) & is_tested)
        chance[tested] = tests.apart(tested)
        apart[tested] = benjamini_hochberg(chance[tested])
        if question.metric.better is not Better.NEITHER:
            best[rows] = best_quarter(own, seed=SEED, higher_is_better=question.metric.better is Better.HIGHER)
    if not is_compared:
        return estimated, None
    told = {"p": chance, "q": apart}
    further = {name: Further(Estimates.bare(p), unit="share") for name, p in told.items()} | dict(estimated.further)
    further["shrunken"] = Further(shrunken)
    if question.metric.better is not Better.NEITHER:
        further["p_best_quarter"] = Further(Estimates.bare(best), unit="share")
    return replace(estimated, further=further), _test(cells, tests, groups, is_tested)


def _of_values(main: Estimates, n: Floats) -> MemberTests:
    """Tests on the values and their errors, where nothing behind them tells more."""
    from efficace.stats.departures import departures
    from efficace.stats.shrinkage import same_test

    return MemberTests(lambda rows: same_test(main.take(rows)), lambda rows: departures(main.take(rows), n[rows]))


def _compared(question: Question) -> list[str]:
    """Dimensions whose members are compared; a role beside its reps is whom they are compared among."""
    found = [name for name in question.by if DIMENSIONS[name].compared]
    return [name for name in found if name != "role" or "rep" not in found]


def _fill(into: Estimates, rows: Ints, found: Estimates) -> None:
    into.value[rows], into.low[rows], into.high[rows] = found.value, found.low, found.high


def _groups(question: Question, cells: Cells) -> Ints:
    """Number of the group in which each cell is compared; groups of the last period have the highest numbers."""
    compared = _compared(question)
    context = [number for number, name in enumerate(question.by) if name not in compared]
    keys = [tuple(member[number] for number in context) for member in cells.members]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    member_group = np.array([numbers[key] for key in keys], dtype=np.int64)
    periods = np.repeat(np.arange(len(cells.periods)), len(cells.members))
    return np.asarray(periods * len(numbers) + np.tile(member_group, len(cells.periods)), dtype=np.int64)


def _parents(engine: Queryable, question: Question, cells: Cells) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Cells of members that include other members: comparing a whole with its part says nothing."""
    is_parent = np.zeros(len(cells.members), dtype=bool)
    for position, name in enumerate(question.by):
        parents = parents_of(engine, name)
        is_parent |= np.array([member[position] in parents for member in cells.members], dtype=bool)
    return np.tile(is_parent, len(cells.periods))


def parents_of(engine: Queryable, dimension: str) -> frozenset[str]:
    """Members of a dimension that include other members: parent teams and territories."""
    kind = DIMENSIONS[dimension].tree
    if kind is None:
        return frozenset()
    rows = engine.find("tree", ("ancestor_id", "member_id"), kind=kind)
    return frozenset(ancestor for ancestor, member in rows if ancestor != member)


def _nobody(question: Question, cells: Cells) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Cells of facts without a member: the queue is no rep and is drawn towards none."""
    compared = _compared(question)
    places = [number for number, name in enumerate(question.by) if name in compared]
    nobody = np.array([any(member[place] is None for place in places) for member in cells.members], dtype=bool)
    return np.tile(nobody, len(cells.periods))


def _test(
    cells: Cells, tests: MemberTests, groups: Ints, is_tested: np.ndarray[Any, np.dtype[np.bool_]]
) -> Mapping[str, Any] | None:
    """Test the members of the last whole period; over several contexts the smallest p times their number."""
    whole = [number for number, period in enumerate(cells.periods) if not period.partial]
    if not cells.periods:
        return None
    number = whole[-1] if whole else len(cells.periods) - 1
    of_period = np.zeros(cells.size, dtype=bool)
    of_period[number * len(cells.members) : (number + 1) * len(cells.members)] = True
    found = []
    for group in np.unique(groups[of_period]):
        rows = np.flatnonzero(of_period & (groups == group) & is_tested)
        if len(rows) >= 2:
            found.append(tests.together(rows))
    found = [(test, p) for test, p in found if np.isfinite(p)]
    if not found:
        return None
    p = min(1.0, min(p for _, p in found) * len(found))
    verdict = "differ_beyond_chance" if p < LEVEL else "no_difference_that_chance_cannot_explain"
    return {"test": found[0][0], "p": p, "verdict": verdict}
