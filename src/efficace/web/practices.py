"""Changes of practice that a picture over time marks: what was changed in the settings that its metric reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from efficace.charts.trend import Practice
from efficace.model.time import company_day
from efficace.state.changes import Made, changes_made
from efficace.web.desk import Desk
from efficace.web.history import Telling
from efficace.web.say import Say
from efficace.web.visitor import Visitor

ANSWERS = (
    "lead_response_time", "lead_answer_rate", "promise_kept", "heat_inversion", "open_leads", "promptness", "four_ps",
)  # fmt: skip
LEAVING = (
    "customer_churn_rate", "subscription_churn_rate", "gross_revenue_retention", "net_revenue_retention",
    "retention_curve", "churn_hazard_by_age", "cancellation_alarm", "mrr", "quick_ratio", "expansion_mrr", "ltv",
)  # fmt: skip
READ_BY: Mapping[str, tuple[str, ...]] = {
    "response.promise": ("promise_kept", "open_leads"),
    "response.clock": ANSWERS,
    "rubrics.promptness": ("promptness", "four_ps"),
    "rubrics.persistence": ("persistence", "four_ps"),
    "rubrics.personalization": ("personalization", "four_ps"),
    "rubrics.performance": ("performance", "four_ps"),
    "churn": LEAVING,
}
"""Settings, or the group that a setting is of, with the metrics whose figures or judgement they change."""
LATEST = 500
"""Changes that are looked through."""


def practices(desk: Desk, who: Visitor, metric: str, start: date, end: date) -> tuple[Practice, ...]:
    """The changes within ``[start, end)`` that touch a metric, the first ones first; those of one day together."""
    with desk.project.state.open().reading() as transaction:
        found = [one for one in changes_made(transaction, LATEST, "setting") if metric in _read_by(one)]
    zone = desk.project.config.zone
    told: dict[date, list[str]] = {}
    for one in reversed(found):
        day = company_day(one.at, zone)
        if start <= day < end:
            told.setdefault(day, []).append(_words(desk, who, one))
    return tuple(Practice(day, "; ".join(words)) for day, words in sorted(told.items()))


def _read_by(one: Made) -> tuple[str, ...]:
    return next((metrics for name, metrics in READ_BY.items() if f"{one.name}.".startswith(f"{name}.")), ())


def _words(desk: Desk, who: Visitor, one: Made) -> str:
    config = desk.project.config
    say = Say(who.language, config.zone)
    telling = Telling(who.reader, config.privacy, say, config.company.currency, desk.project.metrics.catalogue(), {})
    found = telling.of([one])[0]
    return say.text("{what}: {after}, before: {before}", what=found.what, after=found.after, before=found.before)
