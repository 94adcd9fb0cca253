-- One row per account that has a member or an event.
INSERT INTO accounts_by_run
SELECT
    {run_id:UInt64} AS run_id,
    account_id,
    argMaxIf(JSONExtractString(properties, 'name'), (event_ts, event_id), kind = 'group') AS name,
    toUInt32(uniqExactIf(person_id, person_id != '' AND person_id NOT IN
        (SELECT person_id FROM persons_at(run = {run_id:UInt64}) WHERE record != ''))) AS members,
    min(event_ts) AS first_seen_at,
    max(event_ts) AS last_seen_at,
    argMaxIf(JSONExtractString(properties, 'plan'), (event_ts, event_id), JSONHas(properties, 'plan')) AS plan,
    argMaxIf(toUInt32OrZero(JSONExtractString(properties, 'employees')), (event_ts, event_id), kind = 'group') AS employees
FROM person_events_at(run = {run_id:UInt64})
WHERE account_id != ''
  AND ({previous_run:UInt64} = 0
       OR account_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'account'))
GROUP BY account_id
