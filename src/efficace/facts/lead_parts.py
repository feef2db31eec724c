"""How changes reach what is told of leads: through touches that name the lead, its contact or its account (CONTRACT D).

Every query finds at least what a change may reach; more costs time alone.
"""

from __future__ import annotations

from efficace.facts.part import Part, differing

_NAMELESS = "lead_id IS NULL AND contact_id IS NULL"
"""Of touches that name no lead and no contact, the account counts."""


_WITHOUT_TEXTS = "* REPLACE (CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS body)"

_LINKED = "SELECT touch_id, lead_id, contact_id, account_id FROM touches SEMI JOIN {changed} USING (touch_id)"
"""Touches whose links differ."""


def _leads_of(touches: str) -> str:
    """The leads for which touches may count, or whose signals they are."""
    linked = f"SELECT k.object, k.object_id FROM touch_links AS k SEMI JOIN ({touches}) AS t USING (touch_id)"
    return f"""
        SELECT lead_id FROM ({touches}) WHERE lead_id IS NOT NULL
        UNION SELECT lead_id FROM leads
            WHERE contact_id IN (SELECT contact_id FROM ({touches}) WHERE contact_id IS NOT NULL)
        UNION SELECT lead_id FROM leads
            WHERE account_id IN (SELECT account_id FROM ({touches}) WHERE {_NAMELESS} AND account_id IS NOT NULL)
        UNION SELECT lead_id FROM lead_signals WHERE touch_id IN (SELECT touch_id FROM ({touches}))
        UNION {_leads_linked(linked)}
    """


def _leads_linked(links: str) -> str:
    """The leads to which links lead."""
    return f"""
        SELECT object_id AS lead_id FROM ({links}) WHERE object = 'lead'
        UNION SELECT lead_id FROM leads
            WHERE contact_id IN (SELECT object_id FROM ({links}) WHERE object = 'contact')
        UNION SELECT lead_id FROM leads
            WHERE account_id IN (SELECT object_id FROM ({links}) WHERE object = 'account')
    """


def near(leads: str, more: str = "false", columns: str = "*") -> str:
    """The touches that may count for leads; ``more`` is a test of further ones."""
    own = f"SELECT contact_id, account_id FROM leads SEMI JOIN {leads} USING (lead_id)"
    contacts = f"SELECT contact_id FROM ({own}) WHERE contact_id IS NOT NULL"
    accounts = f"SELECT account_id FROM ({own}) WHERE account_id IS NOT NULL"
    return f"""
        SELECT {columns} FROM touches
        WHERE lead_id IN (SELECT lead_id FROM {leads})
            OR contact_id IN ({contacts})
            OR ({_NAMELESS} AND account_id IN ({accounts}))
            OR touch_id IN (
                SELECT touch_id FROM touch_links
                WHERE (object = 'lead' AND object_id IN (SELECT lead_id FROM {leads}))
                    OR (object = 'contact' AND object_id IN ({contacts}))
                    OR (object = 'account' AND object_id IN ({accounts}))
                UNION SELECT touch_id FROM lead_signals SEMI JOIN {leads} USING (lead_id) WHERE touch_id IS NOT NULL
            )
            OR {more}
    """


OF_LEAD = Part(
    family="of_lead",
    key=("lead_id",),
    reached={
        "leads": "SELECT lead_id FROM {changed}",
        "lead_signals": "SELECT lead_id FROM {changed}",
        "lead_scores": "SELECT lead_id FROM {changed}",
        "lead_responses": "SELECT lead_id FROM {changed}",
        "follow_ups": "SELECT lead_id FROM {changed}",
        "owners_over_time": "SELECT object_id AS lead_id FROM {changed} WHERE object = 'lead'",
        "accounts": "SELECT lead_id FROM leads SEMI JOIN {changed} USING (account_id)",
        "touches": _leads_of("SELECT touch_id, lead_id, contact_id, account_id FROM {changed}"),
        "touch_links": f"{_leads_linked('FROM {changed}')} UNION {_leads_of(_LINKED)}",
    },
    unsettled={
        "lead_responses": "SELECT lead_id FROM earlier.fact_lead_responses WHERE ended_at IS NULL",
        "follow_ups": "SELECT lead_id FROM earlier.fact_follow_ups WHERE outcome = 'working'",
    },
    keyed=("lead_responses", "lead_scores", "follow_ups"),
    looks={"lead_scores": ("lead_id", "signal_id", "heat")},
    narrowed={
        "touches": near("{affected}", columns=_WITHOUT_TEXTS),
        "leads": "FROM leads SEMI JOIN {affected} USING (lead_id)",
        "lead_signals": "FROM lead_signals SEMI JOIN {affected} USING (lead_id)",
        "owners_over_time": "FROM owners_over_time WHERE object = 'lead' "
        "AND object_id IN (SELECT lead_id FROM {affected})",
    },
)
"""Responses, follow-ups and followed leads: all rows of a lead or none."""

_OF_ACCOUNT = "FROM contacts SEMI JOIN {changed} USING (account_id)"
_KEYS = "touch_id, lead_id, contact_id, account_id, thread_id"


_INBOUND = "SELECT * FROM {changed} WHERE direction = 'inbound'"
"""Of other touches a mail's row depends on what came in, and on the first one."""

_MOVED = " UNION ".join(
    (
        differing("lead_id", "contact_id", "account_id", "territory_id", "country"),
        "SELECT lead_id FROM {changed} WHERE created_at > {before}",
    )
)
"""Leads of which something differs that mails tell, and those that nobody knew of before."""


def _first_of(column: str) -> str:
    """The leads or contacts whose first touch may be another one: it comes no later than the first of now."""
    first = (
        f"SELECT {column}, min(occurred_at) AS first_at FROM touches "
        f"SEMI JOIN {{changed}} USING ({column}) WHERE occurred_at <= {{now}} GROUP BY {column}"
    )
    return (
        f"SELECT c.{column} FROM {{changed}} AS c LEFT JOIN ({first}) AS f USING ({column}) "
        "WHERE f.first_at IS NULL OR c.occurred_at <= f.first_at"
    )


def _kind(kind: str, column: str, query: str) -> str:
    return f"SELECT '{kind}' AS kind, {column} AS id FROM ({query}) WHERE {column} IS NOT NULL"


_AFFECTED_MAILS = f"""
    WITH l AS (
        SELECT id AS lead_id FROM {{hit}} WHERE kind = 'lead'
        UNION SELECT lead_id FROM leads WHERE account_id IN (SELECT id FROM {{hit}} WHERE kind = 'account')
    ), known AS (SELECT contact_id, account_id FROM leads SEMI JOIN l USING (lead_id)),
    c AS (
        SELECT id FROM {{hit}} WHERE kind = 'contact'
        UNION SELECT contact_id FROM known WHERE contact_id IS NOT NULL
    ), a AS (
        SELECT id FROM {{hit}} WHERE kind IN ('account', 'account_alone')
        UNION SELECT account_id FROM known WHERE account_id IS NOT NULL
    ), k AS (
        SELECT touch_id FROM touch_links
        WHERE (object = 'lead' AND object_id IN (SELECT lead_id FROM l))
            OR (object = 'contact' AND object_id IN (FROM c))
            OR (object = 'account' AND object_id IN (FROM a))
    )
    SELECT id AS touch_id FROM {{hit}} WHERE kind = 'touch'
    UNION SELECT touch_id FROM touches WHERE kind = 'email' AND direction = 'outbound' AND (
        thread_id IN (SELECT id FROM {{hit}} WHERE kind = 'thread')
        OR lead_id IN (SELECT lead_id FROM l)
        OR contact_id IN (FROM c)
        OR account_id IN (SELECT id FROM {{hit}} WHERE kind = 'account')
        OR ({_NAMELESS} AND account_id IN (FROM a))
        OR touch_id IN (FROM k)
    )
"""
"""Mails that were hit themselves, or through their thread, lead, contact or account, or a link to one of these."""

OF_MAIL = Part(
    family="of_mail",
    key=("touch_id",),
    reached={
        "touches": " UNION ".join(
            [
                _kind("touch", "touch_id", "FROM {changed}"),
                _kind("thread", "thread_id", _INBOUND),
                _kind("lead", "lead_id", _leads_of(_INBOUND)),
                _kind("contact", "contact_id", _first_of("contact_id")),
                _kind("lead", "lead_id", _first_of("lead_id")),
            ]
        ),
        "touch_links": " UNION ".join(
            [
                _kind("touch", "touch_id", "FROM {changed}"),
                _kind("lead", "lead_id", _leads_linked("FROM {changed}")),
                _kind("lead", "lead_id", _leads_of(_LINKED)),
            ]
        ),
        "leads": " UNION ".join(
            [
                _kind("lead", "lead_id", _MOVED),
                _kind("contact", "contact_id", f"FROM {{changed}} SEMI JOIN ({_MOVED}) AS m USING (lead_id)"),
                _kind("account_alone", "account_id", f"FROM {{changed}} SEMI JOIN ({_MOVED}) AS m USING (lead_id)"),
            ]
        ),
        "lead_signals": _kind("lead", "lead_id", "FROM {changed}"),
        "contacts": " UNION ".join(
            [
                _kind("contact", "contact_id", "FROM {changed}"),
                _kind("lead", "lead_id", "FROM leads SEMI JOIN {changed} USING (contact_id)"),
            ]
        ),
        "accounts": " UNION ".join(
            [
                _kind("account", "account_id", "FROM {changed}"),
                _kind("contact", "contact_id", _OF_ACCOUNT),
                _kind("lead", "lead_id", f"FROM leads SEMI JOIN ({_OF_ACCOUNT}) AS c USING (contact_id)"),
            ]
        ),
    },
    affected=_AFFECTED_MAILS,
    narrowed={
        "_mails": f"SELECT {_KEYS} FROM touches SEMI JOIN {{affected}} USING (touch_id)",
        "_leads": f"SELECT DISTINCT lead_id FROM ({_leads_of('FROM {near}__mails')})",
        "touches": near(
            "{near}__leads",
            "touch_id IN (SELECT touch_id FROM {near}__mails)"
            " OR thread_id IN (SELECT thread_id FROM {near}__mails WHERE thread_id IS NOT NULL)"
            " OR contact_id IN (SELECT contact_id FROM {near}__mails WHERE contact_id IS NOT NULL)",
        ),
        "leads": "FROM leads SEMI JOIN {near}__leads USING (lead_id)",
        "lead_signals": "FROM lead_signals SEMI JOIN {near}__leads USING (lead_id)",
    },
)
"""Mails and what their texts say: each by itself, though it depends on what comes before and after."""
