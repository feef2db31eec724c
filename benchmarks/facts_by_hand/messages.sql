-- One row a mail that a person sent, bounced ones included, and how far it came (METRICS 8, CONTRACT D and J).
-- A reply is replied_at, else the first inbound touch by a person after the mail, within the window for answers, in the
-- same thread or of the same lead. A touch found in two ways changes no minimum: nothing has to be made distinct.
WITH mails AS NOT MATERIALIZED (
    SELECT * FROM known_touches
    WHERE kind = 'email' AND direction = 'outbound' AND automated IS NOT TRUE AND status IS DISTINCT FROM 'failed'
), heard AS NOT MATERIALIZED (
    SELECT lead_id, occurred_at, coalesce(outcome IN ('positive', 'meeting'), FALSE) AS is_positive,
           coalesce(outcome = 'meeting', FALSE) AS is_meeting
    FROM lead_touches WHERE direction = 'inbound' AND automated IS NOT TRUE
), told AS (
    SELECT touch_id, min(heard_at) AS reply_at, min(heard_at) FILTER (is_positive) AS positive_at,
           min(heard_at) FILTER (is_meeting) AS meeting_at
    FROM (
        SELECT s.touch_id, h.occurred_at AS heard_at, is_positive, is_meeting
        FROM lead_touches AS s JOIN heard AS h ON h.lead_id = s.lead_id
            AND h.occurred_at > s.occurred_at AND h.occurred_at <= s.occurred_at + to_days(answer_window())
        WHERE kind = 'email' AND direction = 'outbound' AND automated IS NOT TRUE AND status IS DISTINCT FROM 'failed'
            AND replied_at IS NULL
        UNION ALL SELECT m.touch_id, i.occurred_at, coalesce(i.outcome IN ('positive', 'meeting'), FALSE),
               coalesce(i.outcome = 'meeting', FALSE)
        FROM mails AS m JOIN known_touches AS i ON i.thread_id = m.thread_id
            AND i.occurred_at > m.occurred_at AND i.occurred_at <= m.occurred_at + to_days(answer_window())
        WHERE m.replied_at IS NULL AND i.direction = 'inbound' AND i.automated IS NOT TRUE
    ) GROUP BY touch_id
), by_link AS (
    SELECT touch_id, min(object_id) AS lead_id FROM touch_links WHERE object = 'lead' GROUP BY touch_id
), of_contact AS (
    SELECT contact_id, min(lead_id) AS lead_id FROM known_leads GROUP BY contact_id
), of_account AS (
    SELECT account_id, min(lead_id) AS lead_id FROM known_leads GROUP BY account_id
), placed AS (
    SELECT m.touch_id, occurred_at, m.rep_id, m.account_id, m.status, replied_at, outcome,
           coalesce(opened_at, clicked_at) AS opened_at, coalesce(m.lead_id, k.lead_id, c.lead_id, a.lead_id) AS of_lead
    FROM mails AS m
    LEFT JOIN by_link AS k USING (touch_id)
    LEFT JOIN of_contact AS c USING (contact_id)
    LEFT JOIN of_account AS a
        ON a.account_id = CASE WHEN coalesce(m.lead_id, k.lead_id, m.contact_id) IS NULL THEN m.account_id END
), dated AS (
    SELECT p.* EXCLUDE (account_id), coalesce(p.account_id, l.account_id) AS account_id, l.territory_id, l.country,
           CAST(company_time(occurred_at, offset_seconds, change_second, offset_after) AS DATE) AS sent_on
    FROM placed AS p
    LEFT JOIN known_leads AS l ON l.lead_id = p.of_lead
    LEFT JOIN zone_days ON utc_day = CAST(occurred_at AS DATE)
)
SELECT d.touch_id, sent_on, d.rep_id, r.team_id,
       coalesce(d.territory_id, a.territory_id, br.territory_id, bt.territory_id) AS territory_id,
       coalesce(d.country, a.country) AS country, found, possible, broken, d.occurred_at AS sent_at, of_lead AS lead_id,
       d.account_id,
       coalesce(d.status NOT IN ('bounced', 'spam', 'promotions'), TRUE) AS is_reached, d.opened_at,
       CASE WHEN d.status IS DISTINCT FROM 'bounced' THEN coalesce(d.replied_at, t.reply_at) END AS reply_at,
       CASE WHEN d.status IS NOT DISTINCT FROM 'bounced' THEN NULL
            WHEN d.outcome IN ('positive', 'meeting') THEN coalesce(d.replied_at, t.reply_at)
            WHEN d.replied_at IS NULL THEN t.positive_at END AS positive_at,
       CASE WHEN d.status IS NOT DISTINCT FROM 'bounced' THEN NULL
            WHEN d.outcome = 'meeting' THEN coalesce(d.replied_at, t.reply_at)
            WHEN d.replied_at IS NULL THEN t.meeting_at END AS meeting_at,
       month_of(sent_on) AS cohort
FROM dated AS d
LEFT JOIN told AS t USING (touch_id)
LEFT JOIN accounts AS a USING (account_id)
LEFT JOIN reps AS r ON r.rep_id = d.rep_id
LEFT JOIN sole_by_rep AS br ON br.rep_id = d.rep_id AND sent_on >= br.from_on AND sent_on < br.to_on
LEFT JOIN sole_by_team AS bt ON bt.team_id = r.team_id AND sent_on >= bt.from_on AND sent_on < bt.to_on
LEFT JOIN message_elements AS e USING (touch_id)
