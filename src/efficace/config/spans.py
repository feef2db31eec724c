"""Lengths of time as people write them: whole seconds, days and months."""

from __future__ import annotations

import re

from efficace.errors import ConfigError

_UNIT_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip

_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]+)?\s*$")


class Seconds(int):
    """A length of time in whole seconds, written ``5 min``, ``1 h``, ``14 days``; a bare number is days."""

    @classmethod
    def parse(cls, value: object, where: str) -> Seconds:
        found = _SPAN.match(str(value).lower())
        unit = (found.group(2) or "days") if found else ""
        if not found or unit not in _UNIT_SECONDS:
            raise ConfigError(
                '{where}: "{value}" is no length of time. Write for example 5 min, 1 h or 14 days.',
                where=where,
                value=value,
            )
        return cls(round(float(found.group(1)) * _UNIT_SECONDS[unit]))


class Days(int):
    """A number of whole days; ``30`` or ``30 days``."""

    @classmethod
    def parse(cls, value: object, where: str) -> Days:
        seconds = Seconds.parse(value, where)
        if seconds % 86400:
            raise ConfigError('{where}: "{value}" is not a whole number of days.', where=where, value=value)
        return cls(seconds // 86400)


class Months(int):
    """A number of whole calendar months; ``12`` or ``12 months``."""

    @classmethod
    def parse(cls, value: object, where: str) -> Months:
        found = re.match(r"^\s*(\d+)\s*(months?|years?)?\s*$", str(value).lower())
        if not found:
            raise ConfigError(
                '{where}: "{value}" is no number of whole months. Write for example 12 months.',
                where=where,
                value=value,
            )
        return cls(int(found.group(1)) * (12 if (found.group(2) or "").startswith("year") else 1))
