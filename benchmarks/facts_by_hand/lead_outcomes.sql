-- One row a lead, from its creation to the day on which it became a customer or was disqualified (CONTRACT E): with its
-- account, or by its own won deal where it has none. It is held by its owner at creation, else its first owner.
WITH from_lead AS (
    SELECT lead_id, min(account_id) AS account_id, min(ended_at) FILTER (end_kind = 'won') AS won_at,
           min(ended_on) FILTER (end_kind = 'won') AS won_on
    FROM fact_deal_spans WHERE lead_id IS NOT NULL GROUP BY lead_id
), first_owner AS (
    SELECT object_id AS lead_id, rep_id, team_id FROM known_owners WHERE object = 'lead' AND rep_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY object_id ORDER BY from_at, rep_id) = 1
), dated AS (
    SELECT l.lead_id, l.created_at, l.source, l.campaign, l.heat, l.country, l.territory_id, disqualified_at,
           CAST(company_time(created_at, offset_seconds, change_second, offset_after) AS DATE) AS created_on,
           coalesce(l.account_id, d.account_id) AS account_id, won_at, won_on, coalesce(o.rep_id, l.rep_id) AS rep_id,
           o.team_id AS written_team
    FROM known_leads AS l
    LEFT JOIN zone_days ON utc_day = CAST(created_at AS DATE)
    LEFT JOIN from_lead AS d USING (lead_id)
    LEFT JOIN first_owner AS o USING (lead_id)
), became AS (
    SELECT d.*, CASE WHEN d.account_id IS NULL THEN won_at ELSE s.started_at END AS customer_at,
           CASE WHEN d.account_id IS NULL THEN won_on ELSE s.started_on END AS customer_on,
           CASE WHEN customer_on = created_on THEN greatest(customer_at, d.created_at) ELSE customer_at END AS became_at,
           coalesce(disqualified_at < became_at, disqualified_at IS NOT NULL) AS is_lost_first,
           CASE WHEN is_lost_first THEN disqualified_at ELSE became_at END AS ended_at
    FROM dated AS d LEFT JOIN fact_customer_starts AS s ON s.account_id = d.account_id AND s.kind = 'new'
)
SELECT lead_id, b.created_at, created_on, b.rep_id, coalesce(written_team, r.team_id) AS team_id, role,
       coalesce(b.territory_id, a.territory_id, br.territory_id, bt.territory_id) AS territory_id, b.source, campaign, heat,
       b.account_id, coalesce(b.country, a.country) AS country, ended_at,
       CASE WHEN is_lost_first THEN 'disqualified' WHEN became_at IS NOT NULL THEN 'customer' END AS end_kind,
       month_of(created_on) AS cohort, coalesce(customer_on < created_on, FALSE) AS was_customer,
       coalesce(ended_at < b.created_at, FALSE) AS ends_first
FROM became AS b
LEFT JOIN reps AS r ON r.rep_id = b.rep_id
LEFT JOIN accounts AS a ON a.account_id = b.account_id
LEFT JOIN sole_by_rep AS br ON br.rep_id = b.rep_id AND created_on >= br.from_on AND created_on < br.to_on
LEFT JOIN sole_by_team AS bt
    ON bt.team_id = coalesce(written_team, r.team_id) AND created_on >= bt.from_on AND created_on < bt.to_on
