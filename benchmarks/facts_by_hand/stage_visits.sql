-- One row each time that a deal was in an open stage, from entering to leaving it (METRICS 1, CONTRACT B). A stage that
-- is logged again without another between is the same visit; an entry before the deal was created is moved there.
WITH named AS (
    SELECT c.deal_id, entered_at, c.stage, evidence, coalesce(c.pipeline, d.pipeline, '') AS pipeline, d.account_id,
           d.product_id, d.created_at, d.end_kind, d.ended_at
    FROM stage_changes AS c JOIN fact_deal_spans AS d USING (deal_id) WHERE entered_at <= as_of()
), log AS (
    SELECT *, coalesce(listed, CASE WHEN lower(stage) IN ('won', 'lost') THEN lower(stage) END) AS kind,
           coalesce(kind IN ('won', 'lost'), FALSE) AS is_closed,
           coalesce(position, CASE WHEN is_closed THEN 1000000 ELSE -1 END) AS place
    FROM named LEFT JOIN (SELECT pipeline, stage, position, kind AS listed FROM stages) USING (pipeline, stage)
), changed AS (
    SELECT * FROM log WINDOW entry AS (PARTITION BY deal_id ORDER BY entered_at, place, stage)
    QUALIFY (stage = lag(stage) OVER entry AND pipeline = lag(pipeline) OVER entry) IS NOT TRUE
), followed AS (
    SELECT *, coalesce(lead(entered_at) OVER entry, ended_at) AS next_at, lead(entered_at) OVER entry IS NULL AS is_last,
           row_number() OVER entry AS visit
    FROM changed WINDOW entry AS (PARTITION BY deal_id ORDER BY entered_at, place, stage)
), visits AS (
    -- a stage unknown to the pipeline and entered with the deal's end is the closed stage under a name of its own
    SELECT *, greatest(entered_at, created_at) AS since_at,
           CASE WHEN next_at IS NOT NULL THEN greatest(next_at, created_at) END AS left_at
    FROM followed
    WHERE NOT is_closed AND NOT (kind IS NULL AND is_last AND coalesce(entered_at >= ended_at, FALSE))
)
SELECT deal_id, visit, account_id, product_id, stage, position, since_at AS entered_at,
       CAST(company_time(since_at, offset_seconds, change_second, offset_after) AS DATE) AS entered_on, left_at,
       v.entered_at < created_at AS was_moved, evidence, nullif(pipeline, '') AS pipeline,
       whole_seconds(left_at) - whole_seconds(since_at) AS seconds, end_kind AS deal_end, month_of(entered_on) AS cohort,
       CASE WHEN left_at IS NULL AND end_kind IS NOT NULL THEN 'no_end'
            WHEN left_at < since_at THEN 'ends_before_start' END AS left_out
FROM visits AS v LEFT JOIN zone_days ON utc_day = CAST(since_at AS DATE)
