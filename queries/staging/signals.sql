-- The events that can move units of one kind through the stages, unit by unit: a person's own, or those of all members of
-- an account. A unit's come in any order: to sort them here takes longer than all the rest.
--
-- Which events can matter the definitions say (models/qualify.Prefilter), here by the parameters admit_…: an event that has
-- one of the values in one of the columns, or any at all. Of all others only the unit's first matters, which makes a
-- suspect of it, and which models/histories.go finds. Where events may be left out by an exclusion (exclude_…), that takes all
-- up to the first that is surely kept. Wide columns are read only where a filter asks
-- for them (columns). A CRM's records that are no person's are the account's history alone; a deal that names no account
-- either stands for itself, so that no win is lost.
--
-- unit is the column of the unit's id. A run that recomputes people has read all their events anew: own_rows says to read
-- those, which are few, and not what the view person_events_at shows; what else stands here of runs is that view's own text.
SELECT
    person_id, account_id, source, event_id, kind, name, meaning, event_ts, value, currency, properties,
    if(has({columns:Array(String)}, 'url'), e.url, '') AS url,
    if(has({columns:Array(String)}, 'referrer'), e.referrer, '') AS referrer,
    if(has({columns:Array(String)}, 'utm_source'), toString(e.utm_source), '') AS utm_source,
    if(has({columns:Array(String)}, 'utm_medium'), toString(e.utm_medium), '') AS utm_medium,
    if(has({columns:Array(String)}, 'utm_campaign'), toString(e.utm_campaign), '') AS utm_campaign,
    if(has({columns:Array(String)}, 'user_agent'), e.user_agent, '') AS user_agent,
    admitted, surely_kept
FROM
(
    SELECT
        *,
        toUInt8({admit_everything:Bool}
            OR meaning IN {admit_meanings:Array(String)} OR name IN {admit_names:Array(String)}
            OR kind IN {admit_kinds:Array(String)} OR source IN {admit_sources:Array(String)}
            OR notEmpty({admit_url_parts:Array(String)}) AND multiSearchAny(url, {admit_url_parts:Array(String)})
            OR notEmpty({admit_agent_parts:Array(String)}) AND multiSearchAny(user_agent, {admit_agent_parts:Array(String)}))
            AS admitted,
        toUInt8(NOT ({exclude_everything:Bool}
            OR meaning IN {exclude_meanings:Array(String)} OR name IN {exclude_names:Array(String)}
            OR kind IN {exclude_kinds:Array(String)} OR source IN {exclude_sources:Array(String)}
            OR notEmpty({exclude_url_parts:Array(String)}) AND multiSearchAny(url, {exclude_url_parts:Array(String)})
            OR notEmpty({exclude_agent_parts:Array(String)}) AND multiSearchAny(user_agent, {exclude_agent_parts:Array(String)})))
            AS surely_kept
    FROM person_events_by_run
    PREWHERE {previous_run:UInt64} = 0 OR {own_rows:Bool}
        OR {unit:Identifier} IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String})
    WHERE run_id >= if({own_rows:Bool}, {run_id:UInt64}, (SELECT base_run_id FROM run_base_at(run = {run_id:UInt64}))) AND run_id <= {run_id:UInt64}
      AND ({own_rows:Bool}
           OR cityHash64('person', person_id, run_id) NOT IN
              (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run_id:UInt64})))
      AND {unit:Identifier} != ''
      AND ({unit_kind:String} = 'account' OR person_id NOT IN
           (SELECT person_id FROM {persons:Identifier}
            WHERE ({every_version:Bool} OR run_id = {run_id:UInt64}) AND record != '' AND (record != 'deal' OR account_id != '')))
) AS e
ORDER BY {unit:Identifier}
SETTINGS max_bytes_before_external_sort = 1000000000
