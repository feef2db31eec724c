"""How changes reach counts of touches by their place."""

from __future__ import annotations

from efficace.facts.part import Part, differing

_TOUCHES = "SELECT touch_id FROM touches SEMI JOIN"


_LEADS = f"""
    ({differing("lead_id", "territory_id", "account_id")}
    UNION SELECT lead_id FROM {{changed}} WHERE created_at > {{before}})
"""
"""Leads of another place, and those that nobody knew of before."""
_CONTACTS = f"({differing('contact_id', 'account_id')})"
_ACCOUNTS = f"({differing('account_id', 'territory_id')})"

COUNTED_TOUCH = Part(
    family="counted_touch",
    key=("touch_id",),
    reached={
        "touches": "SELECT touch_id FROM {changed}",
        "leads": f"{_TOUCHES} {_LEADS} USING (lead_id)",
        "contacts": f"{_TOUCHES} {_CONTACTS} USING (contact_id)",
        "accounts": " UNION ".join(
            [
                f"{_TOUCHES} {_ACCOUNTS} USING (account_id)",
                f"{_TOUCHES} (FROM leads SEMI JOIN {_ACCOUNTS} USING (account_id)) USING (lead_id)",
                f"{_TOUCHES} (FROM contacts SEMI JOIN {_ACCOUNTS} USING (account_id)) USING (contact_id)",
            ]
        ),
    },
    narrowed={
        "touches": "FROM {database}.touches SEMI JOIN {affected} USING (touch_id)",
        **{name: f"FROM {{database}}.{name}" for name in ("leads", "contacts", "accounts")},
    },
    counts="touches",
    counted_of="touches",
    share="day_share",
    share_of=("rep_id", "occurred_on"),
)
"""Touches that changed, or whose place may differ: the territory of their lead or account did."""
