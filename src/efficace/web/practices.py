"""Changes of practice that a picture over time marks: what was changed in the settings that its metric reads."""

from __future__ import annotations

from datetime import date

from efficace.charts.trend import Practice
from efficace.metrics.metric import Metric
from efficace.model.time import company_day
from efficace.state.changes import Made, changes_made
from efficace.web.desk import Desk
from efficace.web.history import Telling
from efficace.web.say import Say
from efficace.web.visitor import Visitor

LATEST = 500
"""Changes that are looked through."""


def practices(desk: Desk, who: Visitor, metric: Metric, start: date, end: date) -> tuple[Practice, ...]:
    """The changes within ``[start, end)`` that touch a metric, the first ones first; those of one day together."""
    with desk.project.state.open().reading() as transaction:
        found = [one for one in changes_made(transaction, LATEST, "setting") if metric.reads(one.name)]
    zone = desk.project.config.zone
    told: dict[date, list[str]] = {}
    for one in reversed(found):
        day = company_day(one.at, zone)
        if start <= day < end:
            told.setdefault(day, []).append(_words(desk, who, one))
    return tuple(Practice(day, "; ".join(words)) for day, words in sorted(told.items()))


def _words(desk: Desk, who: Visitor, one: Made) -> str:
    config = desk.project.config
    say = Say(who.language, config.zone)
    telling = Telling(who.reader, config.privacy, say, config.company.currency, desk.project.metrics.catalogue(), {})
    found = telling.of([one])[0]
    return say.text("{what}: {after}, before: {before}", what=found.what, after=found.after, before=found.before)
