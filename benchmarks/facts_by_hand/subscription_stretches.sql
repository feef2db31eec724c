-- While what an account paid for a product stayed the same (CONTRACT F). Gaps within grace are closed, first within a
-- subscription, then within an account; order customers are active for a time after each order, without MRR.
WITH joined AS (
    SELECT *, lead(from_on) OVER (PARTITION BY subscription_id ORDER BY from_on) AS next_on FROM active_periods
), closed AS (
    SELECT *, CASE WHEN next_on > until_on AND next_on <= until_on + grace_days() AND NOT is_final THEN next_on
                   ELSE until_on END AS unit_to_on
    FROM joined
), lost AS (
    SELECT *, CASE WHEN coalesce(next_on, far_on()) > unit_to_on THEN unit_to_on END AS lost_on FROM closed
), since AS (
    SELECT *, coalesce(max(lost_on) OVER (PARTITION BY subscription_id ORDER BY from_on
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), DATE '1900-01-01') AS since_on
    FROM lost
), told AS (
    -- the last notice since the loss before, up to grace, says whether the loss was wanted
    SELECT s.subscription_id, from_on, arg_max_null(voluntary, canceled_at) AS was_voluntary
    FROM since AS s JOIN known_notices AS n ON n.subscription_id = s.subscription_id AND canceled_on >= since_on
        AND canceled_on <= least(lost_on + grace_days(), coalesce(next_on, far_on()) - 1)
    WHERE lost_on < far_on() GROUP BY ALL
), held AS MATERIALIZED (
    SELECT subscription_id, account_id, product_id, currency, quantity, rep_id, term_ends_on, from_on, unit_to_on,
           paid AS mrr, is_paused, is_final, TRUE AS is_subscription, was_voluntary
    FROM lost LEFT JOIN told USING (subscription_id, from_on)
    UNION ALL
    SELECT 'orders ' || account_id || ' ' || product_id, account_id, product_id, NULL, NULL, NULL, NULL, ordered_on,
           CAST(ordered_on + to_months(inactivity()) AS DATE) + 1, 0, FALSE, TRUE, FALSE, NULL
    FROM (
        SELECT DISTINCT account_id, product_id, ordered_on FROM order_lines
        WHERE ordered_at <= as_of() AND account_id IS NOT NULL AND units > 0 AND coalesce(kind, 'sale') = 'sale'
    ) ANTI JOIN (SELECT account_id FROM subscription_periods WHERE from_on <= as_of_on()) USING (account_id)
), gaps AS (
    -- the next beginning after a day on which an account held nothing any more, where it comes within grace
    SELECT account_id, reach AS unit_to_on, from_on AS back_on
    FROM (
        SELECT account_id, from_on, max(unit_to_on) OVER (PARTITION BY account_id ORDER BY from_on, unit_to_on
                                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
        FROM held
    ) WHERE from_on > reach AND from_on <= reach + grace_days()
), usable AS (
    SELECT h.*, CASE WHEN back_on IS NOT NULL AND NOT is_final THEN back_on ELSE unit_to_on END AS to_on, NULL AS left_out
    FROM held AS h LEFT JOIN gaps USING (account_id, unit_to_on)
), rows AS (
    SELECT * FROM usable
    UNION ALL BY NAME
    SELECT subscription_id, account_id, product_id, currency, quantity, rep_id, term_ends_on, from_on, to_on,
           to_on AS unit_to_on, CAST(mrr AS DOUBLE) AS mrr, coalesce(paused, FALSE) AS is_paused, FALSE AS is_final,
           TRUE AS is_subscription, NULL AS was_voluntary, 'ends_before_start' AS left_out
    FROM ended_periods WHERE is_unusable
)
SELECT subscription_id, r.account_id, r.product_id, r.currency, quantity, rep_id, term_ends_on, from_on, to_on, mrr,
       is_paused, is_final, is_subscription, unit_to_on, was_voluntary, left_out, customer_since, p.family, p.tier,
       month_of(customer_since) AS cohort
FROM rows AS r
LEFT JOIN (SELECT account_id, min(from_on) AS customer_since FROM held GROUP BY account_id) AS f USING (account_id)
LEFT JOIN products AS p USING (product_id)
