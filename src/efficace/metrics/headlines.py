"""The answer of a metric as the sentence that heads its page."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.locale.said import Said

SENTENCES: Mapping[str, str] = {
    "sales_cycle_length": "Half of the deals that will be won are won within {value}",
    "win_rate": "{value} of the deals that closed were won",
    "win_rate_amount": "{value} of the amount that closed was won",
    "bookings": "Deals worth {value} were won",
    "win_chance_by_age": "A new deal has a chance of {value} to be won",
    "best_cycle_length": "After {value} a deal’s chance to be won falls below half its peak",
    "stage_duration": "Half of the visits to a stage last no longer than {value}",
    "stage_conversion": "{value} of the deals in a stage reach a later one",
    "stalled_deals": "{value} deals stand still longer than those that were won",
    "pipeline_velocity": "The pipeline brings {value}",
    "kept_wins": "Of 100 decided deals, {value} are won and still customers a year later",
    "quality_adjusted_cycle": "Half of the wins come within {value}, beside what the customers do later",
    "units_sold": "{value} units were sold",
    "orders": "{value} orders came in",
    "sales_amount": "Sales came to {value}",
    "volume_mix_bridge": "Sales moved by {value}",
    "lead_response_time": "Half of the signals are answered within {value}",
    "lead_answer_rate": "{value} of the signals are answered within a day",
    "promise_kept": "{value} of the signals are answered within the promise for their heat",
    "response_conversion": "{value} of the signals convert within 90 days",
    "open_leads": "{value} leads wait for an answer",
    "new_customers": "{value} customers are new",
    "acquisition_rate": "{value} of the leads become customers",
    "acquisition_cost": "A new customer costs {value}",
    "cac_payback": "A new customer pays its cost back within {value}",
    "ltv": "A new customer brings {value} over the life that the data supports",
    "ltv_to_cac": "A new customer brings {value} times its cost",
    "customer_churn_rate": "{value} of the customers left",
    "subscription_churn_rate": "{value} of the subscriptions ended",
    "gross_revenue_retention": "{value} of the recurring revenue stayed, growth of customers left aside",
    "net_revenue_retention": "{value} of the recurring revenue stayed, growth of customers included",
    "retention_curve": "{value} of those who became customers are still customers after a year",
    "churn_hazard_by_age": "{value} of the customers still there leave in their twelfth month",
    "non_renewal_rate": "{value} of the terms that ended were not renewed",
    "revenue": "Revenue came to {value}",
    "revenue_growth": "Revenue moved by {value}",
    "gross_margin": "{value} of the revenue stays after the cost of what was sold",
    "mrr": "Recurring revenue stands at {value} a month",
    "expansion_mrr": "Existing customers added {value} of recurring revenue",
    "quick_ratio": "Recurring revenue gains {value} times what it loses",
    "target_attainment": "{value} of the target is reached",
    "forecast_error": "Past forecasts lay {value} off the actual figure on average",
    "forecast": "The next period is expected to bring {value}",
    "promptness": "Half of the signals are answered by a person within {value}",
    "persistence": "A lead that does not answer gets {value} further attempts before it is given up",
    "attempt_value": "An attempt is answered in {value} of the cases",
    "personalization": "A message carries {value} of what could make it personal",
    "performance": "{value} of the mails are answered within 14 days",
    "four_ps": "The four Ps come to {value} out of 4",
    "nps": "The net promoter score is {value}",
    "csat": "{value} of the customers who answered are satisfied",
    "ces": "The effort of customers is scored {value}",
    "comment_sentiment": "Positive comments outweigh negative ones by {value}",
    "comment_themes": "{value} of the comments speak of a theme",
    "upsell_rate": "{value} of the customers bought more of what they had",
    "cross_sell_rate": "{value} of the customers bought something of a new kind",
    "offer_acceptance": "{value} of the decided offers were accepted",
    "next_offer": "{value} offers are worth making",
    "productivity": "One unit of input brings {value} of output",
}
"""By metric; those whose value is a yes or no, or is told for members only, have none."""

ONE: Mapping[str, str] = {
    "stalled_deals": "{value} deal stands still longer than those that were won",
    "units_sold": "{value} unit was sold",
    "orders": "{value} order came in",
    "open_leads": "{value} lead waits for an answer",
    "new_customers": "{value} customer is new",
    "next_offer": "{value} offer is worth making",
    "persistence": "A lead that does not answer gets {value} further attempt before it is given up",
}
"""By metric that counts: its sentence for one."""

YES_OR_NO: Mapping[str, tuple[str, str]] = {
    "cancellation_alarm": (
        "More was cancelled of late than history, size and season explain",
        "No more was cancelled of late than history, size and season explain",
    ),
    "heat_inversion": (
        "Colder leads are answered faster than hotter ones, beyond chance",
        "Colder leads are not answered faster than hotter ones beyond chance",
    ),
}
"""By metric whose value is 1 or 0: the sentence for each."""


def verdict(metric: str, value: float) -> Said | None:
    """The sentence of a metric that says yes or no, without a full stop; None for every other one."""
    found = YES_OR_NO.get(metric)
    return None if found is None else Said(found[0] if value else found[1], {})


def headline(metric: str, value: str, count: float | None = None) -> Said | None:
    """The sentence of a metric, with its value as people write it and no full stop; None where it has none.

    Args:
        count: The value itself, where the sentence speaks of so many.
    """
    sentence = SENTENCES.get(metric)
    if sentence is None:
        return None
    if metric in ONE and count is not None:
        return Said(ONE[metric], {"value": value}, sentence, count)
    return Said(sentence, {"value": value})
