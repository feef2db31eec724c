"""Facts: one derived table for each thing that is judged."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.facts.deal_spans import DEAL_OWNERS, DEAL_SPANS
from efficace.facts.fact import Fact

FACTS: tuple[Fact, ...] = (
    DEAL_SPANS,
    DEAL_OWNERS,
)
"""In building order: a fact comes after the facts that it reads."""

BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}
