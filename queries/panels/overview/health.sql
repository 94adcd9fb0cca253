-- Whether the figures can be trusted today: one row.
SELECT
    (SELECT if(count() = 0, NULL, dateDiff('second', max(updated_at), now64(3, 'UTC'))) FROM runs FINAL WHERE status = 'published') AS "Last run finished",
    (SELECT countIf(violations > 0) FROM check_results FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS "Checks failing",
    (SELECT count() FROM dead_letters WHERE $__timeFilter_ms(rejected_at)) AS "Messages rejected"
