-- How many messages, calls and meetings each rep made on each day (METRICS 9): human outbound touches that went out, by
-- kind and by the territory of the touch's lead, else of its account (its own, its lead's or its contact's).
WITH made AS (
    SELECT CAST(company_time(occurred_at, offset_seconds, change_second, offset_after) AS DATE) AS occurred_on, t.rep_id,
           t.kind, coalesce(l.territory_id, a.territory_id) AS place, count(*) AS touches
    FROM known_touches AS t
    LEFT JOIN zone_days ON utc_day = CAST(occurred_at AS DATE)
    LEFT JOIN known_leads AS l USING (lead_id)
    LEFT JOIN contacts AS c ON c.contact_id = t.contact_id
    LEFT JOIN accounts AS a ON a.account_id = coalesce(t.account_id, l.account_id, c.account_id)
    WHERE direction = 'outbound' AND automated IS NOT TRUE AND coalesce(t.status NOT IN ('bounced', 'failed'), TRUE)
        AND t.rep_id IS NOT NULL
    GROUP BY ALL
)
SELECT occurred_on, m.rep_id, m.kind, place, r.team_id, coalesce(place, br.territory_id, bt.territory_id) AS territory_id,
       role, touches, CAST(touches AS DOUBLE) / sum(touches) OVER (PARTITION BY m.rep_id, occurred_on) AS day_share
FROM made AS m
LEFT JOIN reps AS r ON r.rep_id = m.rep_id
LEFT JOIN sole_by_rep AS br ON br.rep_id = m.rep_id AND occurred_on >= br.from_on AND occurred_on < br.to_on
LEFT JOIN sole_by_team AS bt ON bt.team_id = r.team_id AND occurred_on >= bt.from_on AND occurred_on < bt.to_on
