-- What a run changed of the months that were over when the published run before it was at work, and why as far as can be
-- told: other settings or definitions change everything; late events those months in whose look-back they lie; identities
-- any; and data-driven models are fitted anew to all journeys by every run.
INSERT INTO restatements_by_run
WITH
    closed AS
    (
        SELECT toStartOfMonth(observed_until) AS first_open FROM runs FINAL WHERE run_id = {previous_published:UInt64} AND status = 'published'
    ),
    late AS
    (
        SELECT groupUniqArray(toDate(event_ts)) AS days
        FROM person_events_by_run -- the run wrote all events that came since, whoever they are of
        WHERE run_id = {run_id:UInt64}
          AND ingested_at > (SELECT events_until FROM runs FINAL WHERE run_id = {previous_published:UInt64}) AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
          AND event_ts < (SELECT first_open FROM closed)
    ),
    merged AS
    (
        SELECT count() AS people FROM identity_changes_by_run WHERE run_id = {run_id:UInt64} AND change IN ('merged', 'split', 'gone')
    ),
    was AS (SELECT * FROM attribution_figures FINAL WHERE run_id = {previous_published:UInt64} AND month < (SELECT first_open FROM closed)),
    now AS (SELECT * FROM attribution_figures FINAL WHERE run_id = {run_id:UInt64} AND month < (SELECT first_open FROM closed)),
    both AS
    (
        SELECT unit_kind, conversion_type, month, channel, model, currency,
            sum(was_conversions) AS was, sum(now_conversions) AS now, sum(was_value) AS was_value, sum(now_value) AS now_value,
            uniqExact(model_version) > 1 AS other_version
        FROM
        (
            SELECT unit_kind, conversion_type, month, channel, model, currency, model_version,
                conversions AS was_conversions, 0. AS now_conversions, value AS was_value, toDecimal64(0, 4) AS now_value
            FROM was
            UNION ALL
            SELECT unit_kind, conversion_type, month, channel, model, currency, model_version,
                0. AS was_conversions, conversions AS now_conversions, toDecimal64(0, 4) AS was_value, value AS now_value
            FROM now
        )
        GROUP BY unit_kind, conversion_type, month, channel, model, currency
    )
SELECT
    {run_id:UInt64} AS run_id, {previous_published:UInt64} AS previous_run_id, unit_kind, conversion_type, month, channel, model, currency,
    was, now, was_value, now_value,
    if(empty(reasons), 'other', arrayStringConcat(reasons, ', ')) AS reason
FROM
(
    SELECT *,
        arrayFilter(reason -> reason != '',
        [
            {cause:String},
            if(other_version, 'another version of the model', ''),
            if(arrayExists(day -> day < addMonths(month, 1) AND day >= month - {look_back_days:UInt32}, (SELECT days FROM late)), 'late events', ''),
            if((SELECT people FROM merged) > 0, 'merged identities', ''),
            if(model IN {fitted_models:Array(String)}, 'fitted anew', '')
        ]) AS reasons
    FROM both
    WHERE abs(was - now) > 1e-9 OR was_value != now_value
)
