-- The times in which an account was a customer without a break (CONTRACT F). A loss is provisional while grace may still
-- turn it into a gap.
WITH reached AS (
    SELECT account_id, from_on, to_on, is_final, was_voluntary, subscription_id,
           max(to_on) OVER (PARTITION BY account_id ORDER BY from_on, to_on, subscription_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
    FROM fact_subscription_stretches WHERE left_out IS NULL
), numbered AS (
    SELECT *, count(*) FILTER (reach IS NULL OR from_on > reach)
               OVER (PARTITION BY account_id ORDER BY from_on, to_on, subscription_id ROWS UNBOUNDED PRECEDING) AS spell
    FROM reached
), spells AS (
    SELECT account_id, spell, min(from_on) AS from_on, max(to_on) AS to_on FROM numbered GROUP BY ALL
), causes AS (
    -- what ended last says why: one voluntary cancellation makes the loss voluntary
    SELECT account_id, spell, s.from_on, s.to_on, bool_or(was_voluntary) AS is_voluntary,
           bool_or(NOT was_voluntary) AS is_involuntary, bool_and(is_final) AS is_final
    FROM spells AS s JOIN numbered AS n USING (account_id, spell) WHERE n.to_on = s.to_on GROUP BY ALL
), followed AS (
    SELECT *, coalesce(lead(from_on) OVER (PARTITION BY account_id ORDER BY spell), far_on()) AS back_on,
           min(from_on) OVER (PARTITION BY account_id) AS customer_since, to_on <= as_of_on() AS is_lost
    FROM causes
)
SELECT account_id, spell, back_on, from_on, to_on, customer_since, CASE WHEN is_lost THEN to_on END AS lost_on,
       CAST(least(to_on, as_of_on()) - from_on AS BIGINT) AS days,
       CASE WHEN NOT is_lost THEN NULL WHEN is_voluntary THEN 'voluntary' WHEN is_involuntary THEN 'involuntary'
            ELSE 'unknown' END AS end_kind,
       is_lost AND to_on + grace_days() > as_of_on() AND NOT is_final AND back_on = far_on() AS is_provisional,
       month_of(customer_since) AS cohort, NULL AS left_out
FROM followed
