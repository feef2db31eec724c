-- What several facts need: the canonical tables as they were known at as-of, company dates, who works which territory.
-- The settings themselves (as_of(), grace_days()...) are macros that benchmarks/facts.py makes from the configuration.

CREATE OR REPLACE TEMP MACRO known(instant) AS CASE WHEN instant <= as_of() THEN instant END;

CREATE OR REPLACE TEMP MACRO far_at() AS TIMESTAMP '9999-01-01';
CREATE OR REPLACE TEMP MACRO far_on() AS DATE '9999-01-01';
CREATE OR REPLACE TEMP MACRO month_of(day) AS CAST(date_trunc('month', day) AS DATE);
CREATE OR REPLACE TEMP MACRO whole_seconds(instant) AS epoch_us(instant) // 1000000;
CREATE OR REPLACE TEMP MACRO second_of_day(instant) AS whole_seconds(instant) % 86400;

-- The company's wall clock at an instant, from the row of zone_days for its UTC day.
CREATE OR REPLACE TEMP MACRO company_time(instant, before_change, change_second, after_change) AS
    instant + to_seconds(CASE WHEN second_of_day(instant) < change_second THEN before_change ELSE after_change END);

CREATE OR REPLACE TEMP VIEW known_touches AS
SELECT * REPLACE (
    known(opened_at) AS opened_at, known(clicked_at) AS clicked_at, known(replied_at) AS replied_at,
    CASE WHEN replied_at > as_of() THEN NULL ELSE outcome END AS outcome
)
FROM touches WHERE occurred_at <= as_of();

CREATE OR REPLACE TEMP VIEW known_leads AS
SELECT * REPLACE (
    known(converted_at) AS converted_at, known(disqualified_at) AS disqualified_at,
    CASE WHEN converted_at > as_of() THEN NULL ELSE deal_id END AS deal_id
)
FROM leads WHERE created_at <= as_of();

CREATE OR REPLACE TEMP VIEW known_deals AS
SELECT * REPLACE (
    known(closed_at) AS closed_at, CASE WHEN closed_at > as_of() THEN 'open' ELSE status END AS status
)
FROM deals WHERE created_at <= as_of();

-- Open ends are a far instant: an OR in a join condition would compare every pair of rows.
CREATE OR REPLACE TEMP VIEW known_owners AS
SELECT object, object_id, from_at, coalesce(known(to_at), far_at()) AS to_at, rep_id, team_id
FROM owners_over_time WHERE from_at <= as_of();

CREATE OR REPLACE TEMP VIEW known_assignments AS
SELECT rep_id, team_id, territory_id, from_on, CASE WHEN to_on <= as_of_on() THEN to_on ELSE far_on() END AS to_on
FROM territory_assignments WHERE from_on <= as_of_on();

-- The days on which a rep (a team) works exactly one territory; several do not tell which.
CREATE OR REPLACE TEMP VIEW sole_by_rep AS
WITH days AS (
    SELECT rep_id, cut AS from_on, lead(cut) OVER (PARTITION BY rep_id ORDER BY cut) AS to_on
    FROM (SELECT DISTINCT rep_id, unnest([from_on, to_on]) AS cut FROM known_assignments WHERE rep_id IS NOT NULL)
)
SELECT d.rep_id, d.from_on, d.to_on, max(territory_id) AS territory_id
FROM days AS d JOIN known_assignments AS a ON a.rep_id = d.rep_id AND a.from_on <= d.from_on AND a.to_on > d.from_on
GROUP BY ALL HAVING count(DISTINCT territory_id) = 1;

CREATE OR REPLACE TEMP VIEW sole_by_team AS
WITH days AS (
    SELECT team_id, cut AS from_on, lead(cut) OVER (PARTITION BY team_id ORDER BY cut) AS to_on
    FROM (SELECT DISTINCT team_id, unnest([from_on, to_on]) AS cut FROM known_assignments WHERE team_id IS NOT NULL)
)
SELECT d.team_id, d.from_on, d.to_on, max(territory_id) AS territory_id
FROM days AS d JOIN known_assignments AS a ON a.team_id = d.team_id AND a.from_on <= d.from_on AND a.to_on > d.from_on
GROUP BY ALL HAVING count(DISTINCT territory_id) = 1;

-- Touches that name a lead or a contact through a link.
CREATE OR REPLACE TEMP VIEW linked_people AS
SELECT touch_id FROM touch_links WHERE object IN ('lead', 'contact');

-- The leads that links tell, whether or not the touch names them itself.
CREATE OR REPLACE TEMP VIEW linked_leads AS
SELECT touch_id, lead_id FROM touch_links JOIN known_leads ON object = 'lead' AND object_id = lead_id
UNION SELECT touch_id, lead_id FROM touch_links JOIN known_leads ON object = 'contact' AND object_id = contact_id
UNION SELECT k.touch_id, l.lead_id
FROM touch_links AS k JOIN known_leads AS l ON object = 'account' AND object_id = l.account_id
JOIN touches AS t ON t.touch_id = k.touch_id AND t.account_id IS DISTINCT FROM l.account_id
ANTI JOIN linked_people AS p ON p.touch_id = k.touch_id
WHERE t.lead_id IS NULL AND t.contact_id IS NULL;

-- The leads for which each touch counts (CONTRACT D): that it names, or whose contact it names, or, where it names no
-- lead and no contact, whose account; directly or through a link. Each select leaves out what an earlier one gave.
-- Neither WITH nor a whole table beside DISTINCT rows: both keep the engine from reading only the columns asked for.
CREATE OR REPLACE TEMP VIEW lead_touches AS
SELECT lead_id, touch_id, occurred_at, kind, direction, automated, status, replied_at, outcome
FROM known_touches WHERE lead_id IS NOT NULL
UNION ALL SELECT l.lead_id, t.touch_id, occurred_at, kind, direction, automated, t.status, replied_at, outcome
FROM known_touches AS t JOIN known_leads AS l USING (contact_id) WHERE t.lead_id IS DISTINCT FROM l.lead_id
UNION ALL SELECT l.lead_id, t.touch_id, occurred_at, kind, direction, automated, t.status, replied_at, outcome
FROM known_touches AS t JOIN known_leads AS l ON l.account_id = t.account_id
ANTI JOIN linked_people AS p ON p.touch_id = t.touch_id
WHERE t.lead_id IS NULL AND t.contact_id IS NULL
UNION ALL SELECT k.lead_id, t.touch_id, occurred_at, kind, direction, automated, t.status, replied_at, outcome
FROM linked_leads AS k
JOIN (
    SELECT touch_id, lead_id, contact_id, occurred_at, kind, direction, automated, status, replied_at, outcome
    FROM known_touches
) AS t USING (touch_id)
JOIN (SELECT lead_id, contact_id FROM known_leads) AS l ON l.lead_id = k.lead_id
WHERE t.lead_id IS DISTINCT FROM l.lead_id AND (t.contact_id = l.contact_id) IS NOT TRUE;

-- The company's only pipeline, for deals that name none.
CREATE OR REPLACE TEMP VIEW placed_deals AS
SELECT * REPLACE (coalesce(pipeline, (SELECT CASE WHEN min(pipeline) = max(pipeline) THEN min(pipeline) END FROM stages))
    AS pipeline)
FROM known_deals;

CREATE OR REPLACE TEMP VIEW known_notices AS
SELECT subscription_id, canceled_at, effective_on, voluntary,
       CAST(company_time(canceled_at, offset_seconds, change_second, offset_after) AS DATE) AS canceled_on
FROM cancellations LEFT JOIN zone_days ON utc_day = CAST(canceled_at AS DATE) WHERE canceled_at <= as_of();

-- Subscription periods in order, with the day on which the run of periods without a longer gap began, and where each
-- one ends (CONTRACT F): as written, else as the last notice that concerns it says; the later period holds from its start.
CREATE OR REPLACE TEMP VIEW ended_periods AS
WITH ordered AS (
    SELECT *, max(CASE WHEN to_on < from_on THEN NULL ELSE coalesce(to_on, far_on()) END) OVER (
               PARTITION BY subscription_id ORDER BY from_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
           coalesce(lead(from_on) OVER period, far_on()) AS next_from, lead(term_ends_on) OVER period AS next_term
    FROM (
        SELECT subscription_id, account_id, product_id, mrr, currency, quantity, trial, paused, term_ends_on, rep_id,
               from_on, CASE WHEN to_on <= as_of_on() THEN to_on END AS to_on
        FROM subscription_periods WHERE from_on <= as_of_on()
    ) WINDOW period AS (PARTITION BY subscription_id ORDER BY from_on)
), runs AS (
    SELECT *, max(CASE WHEN reached IS NULL OR from_on > reached + grace_days() THEN from_on END)
               OVER (PARTITION BY subscription_id ORDER BY from_on) AS begun_on
    FROM ordered
), ends AS (
    SELECT subscription_id, canceled_at, canceled_on,
           coalesce(effective_on, min(term_ends_on) FILTER (canceled_on <= term_ends_on), canceled_on) AS ends_on
    FROM known_notices LEFT JOIN (SELECT subscription_id, term_ends_on FROM ordered) USING (subscription_id)
    GROUP BY subscription_id, canceled_at, canceled_on, effective_on
), noticed AS (
    SELECT r.subscription_id, from_on, arg_max(e.ends_on, canceled_at) AS notice_on
    FROM runs AS r JOIN ends AS e ON e.subscription_id = r.subscription_id
        AND canceled_on >= begun_on AND canceled_on < next_from AND e.ends_on > from_on
    WHERE to_on IS NULL GROUP BY ALL
)
SELECT r.* REPLACE (CASE WHEN next_from < term_ends_on AND next_term <> term_ends_on THEN NULL ELSE term_ends_on END
                        AS term_ends_on),
       least(coalesce(to_on, notice_on, far_on()), next_from) AS ends_on, coalesce(to_on < from_on, FALSE) AS is_unusable
FROM runs AS r LEFT JOIN noticed USING (subscription_id, from_on);

-- The periods in which a subscription counts as active: paid, or paused after a paid stretch, at MRR 0 up to the limit.
CREATE OR REPLACE TEMP VIEW active_periods AS
WITH ordered AS (
    SELECT *, lag(is_paused) OVER period AS was_paused,
           coalesce(from_on <= lag(ends_on) OVER period + grace_days(), FALSE) AS is_near,
           coalesce(lead(is_paused) OVER period AND lead(from_on) OVER period = ends_on, FALSE) AS goes_on
    FROM (
        SELECT *, coalesce(paused, FALSE) AS is_paused FROM ended_periods
        WHERE NOT is_unusable AND trial IS NOT TRUE AND (mrr > 0 OR coalesce(paused, FALSE))
    ) WINDOW period AS (PARTITION BY subscription_id ORDER BY from_on)
), paused_since AS (
    SELECT *, max(CASE WHEN begins THEN from_on END) OVER so_far AS pause_on,
           max(CASE WHEN begins AND is_near THEN from_on END) OVER so_far AS good_pause_on
    FROM (SELECT *, is_paused AND NOT (coalesce(was_paused, FALSE) AND is_near) AS begins FROM ordered)
    WINDOW so_far AS (PARTITION BY subscription_id ORDER BY from_on)
)
SELECT subscription_id, account_id, product_id, currency, quantity, rep_id, term_ends_on, from_on,
       CASE WHEN is_paused THEN least(ends_on, pause_on + pause_limit()) ELSE ends_on END AS until_on,
       CASE WHEN is_paused THEN 0 ELSE CAST(mrr AS DOUBLE) END AS paid, is_paused,
       coalesce(is_paused AND (ends_on > pause_on + pause_limit() OR (ends_on = pause_on + pause_limit() AND goes_on)), FALSE)
           AS is_final
FROM paused_since
WHERE (NOT is_paused OR good_pause_on = pause_on) AND until_on > from_on;
