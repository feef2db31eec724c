"""The form of a snapshot's tables: another version of the program may keep other tables, columns and facts."""

from __future__ import annotations

import hashlib
from functools import cache

from efficace.facts import FACTS
from efficace.facts.fact import Own
from efficace.model.tables import TABLES

VERSION = 2
"""Raised where tables or facts are built otherwise although their columns are the same."""


@cache
def form() -> str:
    """Tells the form that this program builds and reads from that of others."""
    tables = [(table.name, [(column.name, column.kind.value) for column in table.stored_columns]) for table in TABLES]
    facts = [
        (fact.name, fact.key, fact.stored, [one.column for one in fact.dimensions.values() if isinstance(one, Own)])
        for fact in FACTS
    ]
    return hashlib.sha256(repr((VERSION, tables, facts)).encode()).hexdigest()[:16]


def declared_columns() -> frozenset[tuple[str, str]]:
    """Table and name of each column that the canonical tables have."""
    return frozenset((table.name, column.name) for table in TABLES for column in table.columns)
