-- One row a deal, from its creation to won or lost, or still open (METRICS 1, CONTRACT A and B). The log of stages
-- decides the end where it has changes into closed stages; the company names no qualified stage.
WITH named AS (
    SELECT c.deal_id, entered_at, c.stage, coalesce(c.pipeline, d.pipeline, '') AS pipeline
    FROM stage_changes AS c JOIN placed_deals AS d USING (deal_id)
), log AS (
    SELECT *, coalesce(listed, CASE WHEN lower(stage) IN ('won', 'lost') THEN lower(stage) END) AS kind,
           coalesce(kind IN ('won', 'lost'), FALSE) AS is_closed,
           coalesce(position, CASE WHEN is_closed THEN 1000000 ELSE -1 END) AS place
    FROM named LEFT JOIN (SELECT pipeline, stage, position, kind AS listed FROM stages) USING (pipeline, stage)
), ordered AS (
    SELECT *, coalesce(lag(is_closed) OVER entry, FALSE) AS was_closed, lead(entered_at) OVER entry IS NULL AS is_last
    FROM log WHERE entered_at <= as_of() WINDOW entry AS (PARTITION BY deal_id ORDER BY entered_at, place, stage)
), told AS (
    SELECT deal_id, max(entered_at) AS last_entered_at, max(entered_at) FILTER (NOT is_closed) AS last_open_at,
           max(stage) FILTER (is_last) AS last_stage, max(pipeline) FILTER (is_last) AS last_pipeline,
           max(kind) FILTER (is_last) AS last_kind,
           max(entered_at) FILTER (is_closed AND NOT was_closed) AS close_entered_at,
           bool_or(NOT is_closed AND was_closed) AS was_reopened
    FROM ordered GROUP BY deal_id
), seen AS (
    -- a deal that only a later change closes was open still
    SELECT d.* EXCLUDE (status, stage, pipeline), t.* EXCLUDE (deal_id, was_reopened),
           CASE WHEN d.closed_at IS NULL AND f.deal_id IS NOT NULL THEN 'open' ELSE d.status END AS status,
           coalesce(last_stage, d.stage) AS stage, coalesce(nullif(last_pipeline, ''), d.pipeline) AS pipeline,
           coalesce(t.was_reopened, FALSE) AS was_reopened
    FROM placed_deals AS d LEFT JOIN told AS t USING (deal_id)
    LEFT JOIN (SELECT DISTINCT deal_id FROM log WHERE entered_at > as_of() AND is_closed) AS f USING (deal_id)
), closed AS (
    SELECT *, coalesce(last_kind IN ('won', 'lost'), FALSE) AS log_closed, status IN ('won', 'lost') AS is_closed,
           CASE WHEN close_entered_at IS NOT NULL AND log_closed THEN last_kind
                WHEN is_closed AND (close_entered_at IS NULL OR closed_at >= last_entered_at) THEN status END AS end_kind,
           CASE WHEN is_closed AND NOT (was_reopened AND coalesce(closed_at < last_open_at, FALSE)) THEN closed_at END
               AS written_at,
           CASE WHEN log_closed THEN close_entered_at END AS entered_at,
           CASE WHEN end_kind IS NOT NULL THEN coalesce(written_at, entered_at) END AS ended_at,
           coalesce(ended_at, as_of()) AS known_at
    FROM seen
), dated AS (
    SELECT c.*, CAST(company_time(created_at, s.offset_seconds, s.change_second, s.offset_after) AS DATE) AS started_on,
           CAST(company_time(ended_at, e.offset_seconds, e.change_second, e.offset_after) AS DATE) AS ended_on,
           coalesce(ended_on, as_of_on()) AS known_on
    FROM closed AS c
    LEFT JOIN zone_days AS s ON s.utc_day = CAST(created_at AS DATE)
    LEFT JOIN zone_days AS e ON e.utc_day = CAST(ended_at AS DATE)
), handed AS (
    -- owners by the log of changes, for deals of which owners_over_time says nothing
    SELECT deal_id, bool_or(changed_at <= known_at) AS was_given,
           arg_max_null(new_value, changed_at) FILTER (changed_at <= known_at) AS given_to,
           arg_min_null(old_value, changed_at) AS first_of_all
    FROM deal_changes JOIN dated USING (deal_id) WHERE field = 'owner' GROUP BY deal_id
), priced AS (
    SELECT deal_id, bool_or(changed_at <= as_of()) AS was_set,
           arg_max_null(new_value, changed_at) FILTER (changed_at <= as_of()) AS set_to,
           arg_min_null(old_value, changed_at) AS set_first
    FROM deal_changes WHERE field = 'amount' GROUP BY deal_id
), owned AS (
    SELECT d.*, o.team_id AS written_team,
           CASE WHEN k.object_id IS NOT NULL THEN o.rep_id WHEN h.was_given THEN h.given_to
                ELSE coalesce(h.first_of_all, d.rep_id) END AS owner_id,
           CASE WHEN p.deal_id IS NULL THEN CAST(d.amount AS DOUBLE)
                WHEN p.was_set THEN try_cast(p.set_to AS DOUBLE) ELSE try_cast(p.set_first AS DOUBLE) END AS original,
           coalesce(d.currency, company_currency()) AS code
    FROM dated AS d
    LEFT JOIN known_owners AS o
        ON o.object = 'deal' AND o.object_id = d.deal_id AND known_at >= o.from_at AND known_at < o.to_at
    LEFT JOIN (SELECT DISTINCT object_id FROM known_owners WHERE object = 'deal') AS k ON k.object_id = d.deal_id
    LEFT JOIN handed AS h USING (deal_id)
    LEFT JOIN priced AS p USING (deal_id)
), pointed AS (
    SELECT deal_id, min(lead_id) AS from_lead FROM known_leads WHERE deal_id IS NOT NULL GROUP BY deal_id
)
SELECT w.deal_id, w.account_id, w.product_id, w.lead_id, owner_id AS rep_id,
       coalesce(written_team, r.team_id) AS team_id,
       coalesce(w.territory_id, a.territory_id, br.territory_id, bt.territory_id) AS territory_id,
       w.rep_id AS present_owner, w.pipeline, w.stage, w.kind AS deal_kind, a.segment, l.source, l.campaign, w.created_at,
       w.created_at AS started_at, started_on, ended_at, ended_on, end_kind,
       round(original * CASE WHEN code = company_currency() THEN 1.0::DOUBLE ELSE f.rate END, 4) AS amount,
       original IS NOT NULL AS has_amount, expected_close_on, TRUE AS is_qualified,
       end_kind IS NOT NULL AND written_at IS NULL AND entered_at IS NOT NULL AS was_inferred, was_reopened,
       end_kind IS NULL AND closed_at IS NOT NULL AS closed_at_ignored,
       whole_seconds(ended_at) - whole_seconds(w.created_at) AS seconds, month_of(started_on) AS cohort,
       CASE WHEN end_kind IS NOT NULL AND ended_at IS NULL THEN 'no_end'
            WHEN ended_at < w.created_at THEN 'ends_before_start' END AS left_out
FROM owned AS w
LEFT JOIN pointed AS p USING (deal_id)
LEFT JOIN known_leads AS l ON l.lead_id = coalesce(w.lead_id, p.from_lead)
LEFT JOIN reps AS r ON r.rep_id = owner_id
LEFT JOIN accounts AS a ON a.account_id = w.account_id
LEFT JOIN fx_days AS f ON f.currency = code AND f.day = known_on
LEFT JOIN sole_by_rep AS br ON br.rep_id = owner_id AND known_on >= br.from_on AND known_on < br.to_on
LEFT JOIN sole_by_team AS bt
    ON bt.team_id = coalesce(written_team, r.team_id) AND known_on >= bt.from_on AND known_on < bt.to_on
