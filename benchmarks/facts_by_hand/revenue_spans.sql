-- Revenue earned day by day (CONTRACT H): order lines over the days that they cover, and subscriptions month by month at
-- the rate of the month's first day; revenue comes from both. Months are counted out row by row, not joined by range.
WITH lines AS (
    SELECT *, coalesce(kind, CASE WHEN units < 0 THEN 'return' ELSE 'sale' END) AS told_kind,
           CASE WHEN told_kind = 'return' AND units > 0 THEN -1 ELSE 1 END AS sign
    FROM order_lines
    WHERE ordered_at <= as_of() AND rate_missing IS NOT TRUE AND amount IS NOT NULL AND service_to > service_from
), sold AS (
    SELECT l.line_id, l.account_id, l.product_id, l.family, l.location_id, l.channel, l.ordered_on, service_from, service_to,
           coalesce(l.rep_id, d.rep_id) AS seller_id, CASE WHEN l.rep_id IS NULL THEN d.team_id END AS deal_team,
           coalesce(l.country, o.country, a.country) AS country, coalesce(l.region, o.region, a.region) AS region,
           a.territory_id, l.amount * sign AS amount, coalesce(l.unit_cost, p.unit_cost) IS NOT NULL AS has_cost,
           CASE WHEN l.unit_cost IS NOT NULL THEN coalesce(l.currency, company_currency())
                ELSE coalesce(p.currency, company_currency()) END AS cost_code,
           CASE WHEN told_kind IN ('sale', 'return') THEN l.units * sign ELSE 0 END
               * CAST(coalesce(l.unit_cost, p.unit_cost) AS DOUBLE) AS cost
    FROM lines AS l
    LEFT JOIN products AS p ON p.product_id = l.product_id
    LEFT JOIN fact_deal_spans AS d ON d.deal_id = l.deal_id
    LEFT JOIN locations AS o ON o.location_id = l.location_id
    LEFT JOIN accounts AS a ON a.account_id = l.account_id
    WHERE told_kind IN ('sale', 'return', 'credit', 'proration', 'fee')
), spread AS (
    SELECT s.*, r.role, coalesce(deal_team, r.team_id) AS team_id, CAST(service_to - service_from AS BIGINT) AS days,
           cost * CASE WHEN cost_code = company_currency() THEN 1.0::DOUBLE ELSE f.rate END AS own_cost,
           unnest(range(CAST(month_of(service_from) AS TIMESTAMP), CAST(service_to AS TIMESTAMP), INTERVAL 1 MONTH))::DATE
               AS month
    FROM sold AS s
    LEFT JOIN reps AS r ON r.rep_id = seller_id
    LEFT JOIN fx_days AS f ON f.currency = cost_code AND f.day = ordered_on
), billed AS (
    SELECT b.subscription_id, b.account_id, b.product_id, paid, from_on, until_on, a.country, a.region, a.territory_id,
           p.family, coalesce(b.currency, company_currency()) AS code, p.unit_cost IS NOT NULL AS has_cost,
           coalesce(p.currency, company_currency()) AS cost_code,
           coalesce(b.quantity, 1.0::DOUBLE) * CAST(p.unit_cost AS DOUBLE) AS cost,
           s.rep_id, s.team_id, s.role, coalesce(s.share, 1.0::DOUBLE) AS part
    FROM active_periods AS b
    LEFT JOIN products AS p ON p.product_id = b.product_id
    LEFT JOIN accounts AS a ON a.account_id = b.account_id
    LEFT JOIN fact_subscription_sellers AS s ON s.subscription_id = b.subscription_id
    WHERE paid > 0
), monthly AS (
    SELECT *, unnest(range(CAST(month_of(from_on) AS TIMESTAMP), CAST(least(until_on, as_of_on() + 1) AS TIMESTAMP),
                           INTERVAL 1 MONTH))::DATE AS month
    FROM billed
), rated AS (
    SELECT m.*, CAST(month + INTERVAL 1 MONTH AS DATE) AS month_end, greatest(from_on, month) AS starts_on,
           least(until_on, month_end) AS ends_on, CAST(month_end - month AS BIGINT) AS days,
           CASE WHEN code = company_currency() THEN 1.0::DOUBLE ELSE f.rate END AS rate,
           CASE WHEN cost_code = company_currency() THEN 1.0::DOUBLE ELSE c.rate END AS cost_rate
    FROM monthly AS m
    LEFT JOIN fx_days AS f ON f.currency = code AND f.day = month
    LEFT JOIN fx_days AS c ON c.currency = cost_code AND c.day = month
)
SELECT line_id AS span_id, account_id, product_id, family, seller_id AS rep_id, t.team_id, role,
       coalesce(t.territory_id, br.territory_id, bt.territory_id) AS territory_id, location_id, channel, country, region,
       greatest(service_from, month) AS starts_on, least(service_to, CAST(month + INTERVAL 1 MONTH AS DATE)) AS ends_on,
       amount / days AS per_day, own_cost / days AS cost_per_day, has_cost, NULL AS left_out
FROM spread AS t
LEFT JOIN sole_by_rep AS br ON br.rep_id = seller_id AND ordered_on >= br.from_on AND ordered_on < br.to_on
LEFT JOIN sole_by_team AS bt ON bt.team_id = t.team_id AND ordered_on >= bt.from_on AND ordered_on < bt.to_on
UNION ALL
SELECT subscription_id, account_id, product_id, family, t.rep_id, t.team_id, role,
       coalesce(t.territory_id, br.territory_id, bt.territory_id), NULL, NULL, country, region, starts_on, ends_on,
       paid * rate * part / days, cost * cost_rate * part / days, has_cost, CASE WHEN rate IS NULL THEN 'no_rate' END
FROM rated AS t
LEFT JOIN sole_by_rep AS br ON br.rep_id = t.rep_id AND starts_on >= br.from_on AND starts_on < br.to_on
LEFT JOIN sole_by_team AS bt ON bt.team_id = t.team_id AND starts_on >= bt.from_on AND starts_on < bt.to_on
