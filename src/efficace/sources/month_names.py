"""Dates with the name of their month, English or French: ``28 févr. 2026``, ``Feb 28, 2026 17:45``."""

from __future__ import annotations

import re
import unicodedata

from efficace.warehouse import sql

MONTHS = (
    "jan", "feb|fev", "mar", "apr|avr", "may|mai", "jun|juin", "jul|juil", "aug|aou", "sep", "oct", "nov", "dec",
)  # fmt: skip
"""How the names of the twelve months begin, in lower case and without accents."""

_NAME = r"([a-z]{3,9})\.?"
_DAY = r"(\d{1,2})(?:er|st|nd|rd|th)?"
_REST = r"(?:,?[ t]+(\d{1,2}:\d\d(?::\d\d)?))?"
DAY_FIRST = rf"^{_DAY}[ -]{_NAME},?[ -](\d{{4}}){_REST}$"
NAME_FIRST = rf"^{_NAME} {_DAY},? (\d{{4}}){_REST}$"


def names_month(text: str) -> bool:
    """Whether a text is a date that names its month."""
    parted = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in parted if not unicodedata.combining(letter))
    found = re.match(DAY_FIRST, plain), re.match(NAME_FIRST, plain)
    names = [match.group(group) for match, group in zip(found, (2, 1), strict=True) if match]
    return any(re.match(begins, name) for name in names for begins in MONTHS)


def named_time(text: str) -> str:
    """The wall time of a text that names its month; null where it is none."""
    plain = f"lower(strip_accents({text}))"
    day_first = _parts(plain, DAY_FIRST, day=1, name=2)
    return f"coalesce({day_first}, {_parts(plain, NAME_FIRST, day=2, name=1)})"


def _parts(plain: str, pattern: str, *, day: int, name: int) -> str:
    def part(number: int) -> str:
        return f"regexp_extract({plain}, {sql.text(pattern)}, {number})"

    cases = " ".join(
        f"WHEN regexp_matches({part(name)}, {sql.text(f'^({begins})')}) THEN '{number:02}'"
        for number, begins in enumerate(MONTHS, 1)
    )
    date = f"{part(3)} || '-' || CASE {cases} END || '-' || lpad({part(day)}, 2, '0')"
    return f"TRY_CAST({date} || CASE WHEN {part(4)} = '' THEN '' ELSE ' ' || {part(4)} END AS TIMESTAMP)"
