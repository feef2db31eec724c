"""Keeps the engine from storing what it can read again: filtered tables that several parts of a query share."""

from __future__ import annotations

import re

_DEFINITION = re.compile(r'"t\d+" AS \(')
WORK = re.compile(r"\b(?:JOIN|UNION|EXCEPT|INTERSECT|GROUP BY|OVER|DISTINCT|LIMIT|ORDER BY)\b")
"""Words of queries that do more than read, filter and compute row by row."""


def with_scans_repeated(query: str) -> str:
    """Mark the shared subqueries that only read a table as not to be stored.

    A compiled query names what several of its parts use. The engine evaluates such a part once and keeps all its
    columns, for ten million touches more than memory holds; reading the few columns that each use needs is far cheaper.

    Args:
        query: As Ibis compiles it, its shared subqueries named ``t`` and a number.
    """
    parts, done = [], 0
    for found in _DEFINITION.finditer(query):
        if WORK.search(query, found.end(), closing(query, found.end())) is None:
            parts += [query[done : found.end() - 1], "NOT MATERIALIZED "]
            done = found.end() - 1
    return "".join([*parts, query[done:]])


def closing(query: str, start: int) -> int:
    """Where the parenthesis that is open at the start closes; quoted text is passed over."""
    depth, quote = 1, ""
    for place in range(start, len(query)):
        letter = query[place]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return len(query)
