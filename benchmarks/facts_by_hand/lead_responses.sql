-- One row a signal, from the signal to the first answer by a person (CONTRACT D); a lead without any signal has its
-- creation as one. The company has hours of its own, so that promises run in business time, and no rules of heat.
WITH signals AS MATERIALIZED (
    SELECT s.lead_id, s.signal_id, s.signal_id AS signal_key, s.touch_id, s.occurred_at AS signal_at, s.kind AS signal,
           s.heat, s.source, s.campaign, l.contact_id, l.account_id
    FROM lead_signals AS s LEFT JOIN known_leads AS l USING (lead_id) WHERE s.occurred_at <= as_of()
    UNION ALL
    SELECT lead_id, lead_id, chr(1) || lead_id, NULL, created_at, NULL, NULL, NULL, NULL, contact_id, account_id
    FROM known_leads ANTI JOIN (SELECT lead_id FROM lead_signals WHERE occurred_at <= as_of()) USING (lead_id)
), tries AS MATERIALIZED (
    SELECT touch_id, occurred_at, lead_id, contact_id, account_id FROM known_touches
    WHERE direction = 'outbound' AND automated IS NOT TRUE AND coalesce(status NOT IN ('bounced', 'failed'), TRUE)
), linked AS MATERIALIZED (
    SELECT object, object_id, occurred_at, touch_id FROM touch_links JOIN tries USING (touch_id)
), nameless AS (
    SELECT touch_id, account_id, occurred_at FROM tries
    ANTI JOIN (SELECT touch_id FROM touch_links WHERE object IN ('lead', 'contact')) USING (touch_id)
    WHERE lead_id IS NULL AND contact_id IS NULL
), live AS (
    -- calls and chats that a person took then and there
    SELECT touch_id, lead_id, contact_id, occurred_at FROM known_touches
    WHERE direction = 'inbound' AND automated IS NOT TRUE AND kind IN ('call', 'chat')
        AND (coalesce(status IN ('connected', 'held'), FALSE)
             OR (coalesce(status, 'sent') IN ('sent', 'delivered') AND coalesce(duration_seconds > 0, FALSE)))
), found AS (
    -- a touch that names both the lead and its contact is found twice: that changes no minimum, but costs a pair
    SELECT signal_key, min(occurred_at) AS tried_at
    FROM signals AS s JOIN tries AS t ON t.lead_id = s.lead_id AND t.occurred_at >= s.signal_at GROUP BY signal_key
    UNION ALL SELECT signal_key, min(occurred_at)
    FROM signals AS s JOIN tries AS t ON t.contact_id = s.contact_id AND t.occurred_at >= s.signal_at
        AND t.lead_id IS DISTINCT FROM s.lead_id
    GROUP BY signal_key
    UNION ALL SELECT signal_key, min(occurred_at)
    FROM signals AS s JOIN nameless AS t ON t.account_id = s.account_id AND t.occurred_at >= s.signal_at
    GROUP BY signal_key
    UNION ALL SELECT signal_key, occurred_at
    FROM linked AS t JOIN signals AS s ON s.lead_id = t.object_id AND t.occurred_at >= s.signal_at
    WHERE object = 'lead'
    UNION ALL SELECT signal_key, occurred_at
    FROM linked AS t JOIN signals AS s ON s.contact_id = t.object_id AND t.occurred_at >= s.signal_at
    WHERE object = 'contact'
    UNION ALL SELECT signal_key, t.occurred_at
    FROM linked AS t SEMI JOIN nameless USING (touch_id)
    JOIN signals AS s ON s.account_id = t.object_id AND t.occurred_at >= s.signal_at
    WHERE object = 'account'
), spoken AS (
    SELECT * FROM signals WHERE signal IN ('call_in', 'chat')
), taken AS (
    SELECT signal_key FROM spoken SEMI JOIN live USING (touch_id)
    UNION SELECT signal_key FROM spoken AS s SEMI JOIN live AS v ON v.lead_id = s.lead_id AND v.occurred_at = s.signal_at
    UNION SELECT signal_key
    FROM spoken AS s SEMI JOIN live AS v ON v.contact_id = s.contact_id AND v.occurred_at = s.signal_at
), tried AS (
    SELECT signal_key, min(tried_at) AS tried_at FROM found GROUP BY signal_key
), assigned AS (
    SELECT signal_key,
           min(greatest(from_at, signal_at)) FILTER (rep_id IS NOT NULL AND to_at > signal_at) AS assigned_at
    FROM signals JOIN known_owners ON object = 'lead' AND object_id = lead_id GROUP BY signal_key
), ended AS (
    SELECT s.lead_id, s.signal_id, s.signal_at, s.signal, s.account_id, t.tried_at, l.converted_at, g.assigned_at,
           g.signal_key IS NOT NULL AS has_owner_log, l.lead_id IS NOT NULL AS is_known,
           l.rep_id AS present_owner, l.territory_id AS own_territory, l.country,
           coalesce(s.heat, l.heat) AS given_heat, coalesce(s.source, l.source) AS source,
           coalesce(s.campaign, l.campaign) AS campaign,
           CASE WHEN v.signal_key IS NOT NULL THEN s.signal_at ELSE t.tried_at END AS answered_at,
           CASE WHEN l.converted_at >= s.signal_at THEN l.converted_at END AS bought_at,
           CASE WHEN l.disqualified_at >= s.signal_at THEN l.disqualified_at END AS lost_at,
           least(answered_at, bought_at, lost_at) AS ended_at, coalesce(ended_at, as_of()) AS known_at,
           CASE WHEN ended_at IS NULL THEN NULL WHEN answered_at = ended_at THEN 'answered'
                WHEN bought_at = ended_at THEN 'self_bought' ELSE 'disqualified' END AS end_kind
    FROM signals AS s
    LEFT JOIN known_leads AS l USING (lead_id)
    LEFT JOIN tried AS t USING (signal_key)
    LEFT JOIN taken AS v USING (signal_key)
    LEFT JOIN assigned AS g USING (signal_key)
), owned AS (
    SELECT e.*, CASE WHEN has_owner_log THEN o.rep_id ELSE present_owner END AS rep_id, o.team_id AS written_team,
           company_time(signal_at, zs.offset_seconds, zs.change_second, zs.offset_after) AS signal_local,
           CAST(company_time(known_at, zk.offset_seconds, zk.change_second, zk.offset_after) AS DATE) AS known_on
    FROM ended AS e
    LEFT JOIN known_owners AS o
        ON o.object = 'lead' AND o.object_id = e.lead_id AND known_at >= o.from_at AND known_at < o.to_at
    LEFT JOIN zone_days AS zs ON zs.utc_day = CAST(signal_at AS DATE)
    LEFT JOIN zone_days AS zk ON zk.utc_day = CAST(known_at AS DATE)
), open_seconds AS (
    -- business seconds before an instant: those before its UTC day, and those of the day's open pieces
    SELECT calendar_key, utc_day, before, o0, c0 - o0 AS l0, o1, c1 - o1 AS l1, o2, c2 - o2 AS l2, o3, c3 - o3 AS l3
    FROM business_days
), timed AS (
    SELECT w.*, CAST(signal_local AS DATE) AS signal_on, coalesce(written_team, r.team_id) AS team,
           whole_seconds(known_at) - whole_seconds(signal_at) AS seconds,
           second_of_day(signal_at) AS s0, second_of_day(known_at) AS s1,
           k.before + least(greatest(s1 - k.o0, 0), k.l0) + least(greatest(s1 - k.o1, 0), k.l1)
               + least(greatest(s1 - k.o2, 0), k.l2) + least(greatest(s1 - k.o3, 0), k.l3)
           - (b.before + least(greatest(s0 - b.o0, 0), b.l0) + least(greatest(s0 - b.o1, 0), b.l1)
               + least(greatest(s0 - b.o2, 0), b.l2) + least(greatest(s0 - b.o3, 0), b.l3)) AS business_seconds
    FROM owned AS w
    LEFT JOIN reps AS r USING (rep_id)
    LEFT JOIN rep_calendars AS c ON c.rep_id = w.rep_id
    LEFT JOIN open_seconds AS b
        ON b.calendar_key = coalesce(c.calendar_key, company_calendar()) AND b.utc_day = CAST(signal_at AS DATE)
    LEFT JOIN open_seconds AS k
        ON k.calendar_key = coalesce(c.calendar_key, company_calendar()) AND k.utc_day = CAST(known_at AS DATE)
)
SELECT t.lead_id, t.signal_id, t.signal_at, signal_on,
       (isodow(signal_local) - 1) * 24 + hour(signal_local) AS hour_of_week, t.signal,
       coalesce(given_heat, x.heat) AS heat, t.source, campaign, t.rep_id, team AS team_id,
       coalesce(own_territory, a.territory_id, br.territory_id, bt.territory_id) AS territory_id, t.account_id,
       coalesce(t.country, a.country) AS country, ended_at, end_kind, seconds, business_seconds, tried_at, assigned_at,
       has_owner_log,
       CASE coalesce(given_heat, x.heat) WHEN 'hot' THEN hot() WHEN 'warm' THEN warm() WHEN 'cold' THEN cold() END
           AS promise_seconds,
       business_seconds AS promise_age, converted_at,
       CASE WHEN given_heat IS NOT NULL THEN 'source' WHEN x.heat IS NOT NULL THEN 'score' END AS heat_from,
       CASE WHEN end_kind IS DISTINCT FROM 'answered' THEN 'never' WHEN seconds <= 300 THEN 'up to 5 min'
            WHEN seconds <= 3600 THEN 'up to 1 h' WHEN seconds <= 86400 THEN 'up to 1 day'
            WHEN seconds <= 604800 THEN 'up to 1 week' ELSE 'later' END AS response_band,
       month_of(signal_on) AS cohort, CASE WHEN NOT is_known THEN 'unknown_lead' END AS left_out
FROM timed AS t
LEFT JOIN fact_lead_scores AS x USING (lead_id, signal_id)
LEFT JOIN accounts AS a ON a.account_id = t.account_id
LEFT JOIN sole_by_rep AS br ON br.rep_id = t.rep_id AND known_on >= br.from_on AND known_on < br.to_on
LEFT JOIN sole_by_team AS bt ON bt.team_id = team AND known_on >= bt.from_on AND known_on < bt.to_on
