"""Adjusting for mix: each member as if it had everybody's mix of the named dimensions (direct standardisation)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from efficace.metrics.cells import Cells
from efficace.metrics.metric import Estimated, Further
from efficace.metrics.question import Question
from efficace.stats.effects import post_stratification_weights
from efficace.stats.estimate import Estimates


def adjusted(estimated: Estimated, cells: Cells, mixed: Cells, question: Question) -> Estimated:
    """Add ``adjusted``: the estimator read from sums reweighted to the mix of all members.

    Args:
        cells: Of the question itself.
        mixed: Of the question split further by the dimensions to adjust for.
    """
    depth = len(question.by)
    numbers = {member: number for number, member in enumerate(cells.members)}
    member_of = np.array([numbers.get(member[:depth], 0) for member in mixed.members], dtype=np.int64)
    strata: dict[tuple[object, ...], int] = {}
    stratum_of = np.array([strata.setdefault(m[depth:], len(strata)) for m in mixed.members], dtype=np.int64)
    population = next(iter(mixed.terms.values())).count().reshape(len(mixed.periods), len(mixed.members))
    weights = np.concatenate(
        [post_stratification_weights(member_of, stratum_of, row) for row in population] or [np.zeros(0)]
    )
    found = question.metric.estimator.estimate(mixed.onto(cells.members, member_of, weights), question)
    if estimated.cell is not None:
        return estimated
    bare = Estimates(found.main.value, found.main.low, found.main.high)
    return replace(estimated, further=dict(estimated.further) | {"adjusted": Further(bare)})
