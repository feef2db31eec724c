"""How changes reach what is told of deals, and of what became of leads."""

from __future__ import annotations

from efficace.facts.part import Part

_OWN = "SELECT deal_id FROM {changed}"

OF_DEAL = Part(
    family="of_deal",
    key=("deal_id",),
    reached={
        **dict.fromkeys(("deals", "stage_changes", "deal_changes", "deal_spans", "stage_visits"), _OWN),
        "owners_over_time": "SELECT object_id AS deal_id FROM {changed} WHERE object = 'deal'",
        "accounts": "SELECT deal_id FROM deals SEMI JOIN {changed} USING (account_id)",
        "leads": "SELECT deal_id FROM deals SEMI JOIN {changed} USING (lead_id)"
        " UNION SELECT deal_id FROM {changed} WHERE deal_id IS NOT NULL",
    },
    unsettled={
        "deal_spans": "SELECT deal_id FROM earlier.fact_deal_spans WHERE ended_at IS NULL"
        " UNION SELECT deal_id FROM deal_changes WHERE changed_at > {before} AND changed_at <= {now}",
    },
    narrowed={
        **{
            name: f"FROM {name} SEMI JOIN {{affected}} USING (deal_id)"
            for name in ("deals", "stage_changes", "deal_changes")
        },
        "owners_over_time": "FROM owners_over_time WHERE object = 'deal' "
        "AND object_id IN (SELECT deal_id FROM {affected})",
    },
    keyed=("deal_spans", "stage_visits"),
)
"""Spans, visits and passages: all rows of a deal or none. Open deals age: their owner and rate are those of as-of."""

_OF_ACCOUNT = (
    "SELECT lead_id FROM leads SEMI JOIN {changed} USING (account_id) "
    "UNION SELECT lead_id FROM deals SEMI JOIN {changed} USING (account_id) WHERE lead_id IS NOT NULL"
)
"""The account of a lead is its own, or that of the deal that came from it."""

OUTCOME = Part(
    family="outcome",
    key=("lead_id",),
    reached={
        "leads": "SELECT lead_id FROM {changed}",
        "deal_spans": "SELECT lead_id FROM {changed} WHERE lead_id IS NOT NULL",
        "customer_starts": _OF_ACCOUNT,
        "accounts": _OF_ACCOUNT,
        "owners_over_time": "SELECT object_id AS lead_id FROM {changed} WHERE object = 'lead'",
    },
    narrowed={
        "leads": "FROM leads SEMI JOIN {affected} USING (lead_id)",
        "owners_over_time": "FROM owners_over_time WHERE object = 'lead' "
        "AND object_id IN (SELECT lead_id FROM {affected})",
    },
    looks={
        "deal_spans": ("lead_id", "account_id", "end_kind", "ended_at", "ended_on"),
        "customer_starts": ("account_id", "kind", "started_at", "started_on"),
    },
)
"""What became of a lead."""
