-- One row a human outbound touch after a signal, in order, until the lead answered or the signal's time ended
-- (METRICS 8, CONTRACT D and J). Signals carry a number: windows and joins of attempts need nothing wider.
WITH signals AS (
    SELECT *, row_number() OVER () AS number,
           coalesce(lead(signal_at) OVER (PARTITION BY lead_id ORDER BY signal_at, signal_id), far_at()) AS until_at
    FROM fact_lead_responses WHERE left_out IS NULL
), spells AS MATERIALIZED (
    -- of signals at one instant the last has all the time that follows
    SELECT s.lead_id, signal_id, number, signal_at, tried_at, until_at, has_owner_log,
           coalesce(l.territory_id, a.territory_id) AS territory_id, l.rep_id AS present_owner,
           CASE WHEN s.converted_at >= signal_at THEN s.converted_at END AS bought_at,
           least(bought_at, CASE WHEN l.disqualified_at >= signal_at THEN l.disqualified_at END, far_at()) AS last_at
    FROM signals AS s LEFT JOIN known_leads AS l USING (lead_id) LEFT JOIN accounts AS a ON a.account_id = s.account_id
    WHERE until_at > signal_at AND tried_at < until_at
), told AS (
    -- what shows that the lead did something; an attempt may be its own answer
    SELECT lead_id, occurred_at AS told_at, direction = 'outbound' AS is_own FROM lead_touches
    WHERE automated IS NOT TRUE AND (direction = 'inbound' OR (direction = 'outbound' AND status IN ('connected', 'held')))
    UNION ALL SELECT lead_id, replied_at, FALSE FROM lead_touches
    WHERE direction = 'outbound' AND coalesce(status NOT IN ('bounced', 'failed'), TRUE) AND replied_at IS NOT NULL
), answers AS (
    SELECT number, min(told_at) AS answered_at
    FROM told JOIN spells USING (lead_id)
    WHERE told_at >= tried_at AND told_at < until_at AND (is_own OR told_at > tried_at)
    GROUP BY number
), ends AS (
    SELECT lead_id, number, signal_at, until_at, coalesce(least(last_at, answered_at), last_at) AS stop_at
    FROM spells LEFT JOIN answers USING (number)
), attempts AS (
    SELECT number, occurred_at AS attempted_at, row_number() OVER spell AS attempt, lead(occurred_at) OVER spell AS next_at
    FROM ends JOIN lead_touches USING (lead_id)
    WHERE direction = 'outbound' AND automated IS NOT TRUE AND coalesce(status NOT IN ('bounced', 'failed'), TRUE)
        AND occurred_at >= signal_at AND occurred_at < until_at AND occurred_at <= stop_at
    WINDOW spell AS (PARTITION BY number ORDER BY occurred_at)
), dated AS (
    SELECT s.*, attempt, attempted_at, next_at IS NULL AS is_last,
           CAST(company_time(attempted_at, offset_seconds, change_second, offset_after) AS DATE) AS attempted_on,
           CASE WHEN next_at IS NOT NULL THEN 'followed' WHEN answered_at IS NOT NULL THEN 'answered'
                WHEN bought_at IS NOT NULL THEN 'bought'
                WHEN whole_seconds(least(until_at, as_of())) - whole_seconds(attempted_at)
                     >= given_up_after() * 86400 THEN 'given_up'
                ELSE 'working' END AS outcome
    FROM attempts JOIN spells AS s USING (number) LEFT JOIN answers USING (number)
    LEFT JOIN zone_days ON utc_day = CAST(attempted_at AS DATE)
), owned AS (
    SELECT d.*, o.team_id AS written_team, CASE WHEN has_owner_log THEN o.rep_id ELSE present_owner END AS rep_id
    FROM dated AS d LEFT JOIN known_owners AS o
        ON o.object = 'lead' AND o.object_id = d.lead_id AND attempted_at >= o.from_at AND attempted_at < o.to_at
)
SELECT lead_id, signal_id, attempt, attempted_at, attempted_on, outcome, is_last, w.rep_id,
       coalesce(written_team, r.team_id) AS team_id,
       coalesce(w.territory_id, br.territory_id, bt.territory_id) AS territory_id
FROM owned AS w
LEFT JOIN reps AS r ON r.rep_id = w.rep_id
LEFT JOIN sole_by_rep AS br ON br.rep_id = w.rep_id AND attempted_on >= br.from_on AND attempted_on < br.to_on
LEFT JOIN sole_by_team AS bt
    ON bt.team_id = coalesce(written_team, r.team_id) AND attempted_on >= bt.from_on AND attempted_on < bt.to_on
