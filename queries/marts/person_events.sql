-- Every event with the person and account it belongs to. Events that name no one (advertising cost, say) keep an empty
-- person: they are counted, and no one is credited for them.
INSERT INTO person_events_by_run
SELECT
    {run_id:UInt64} AS run_id,
    i.person_id AS person_id,
    if(e.account_id != '', e.account_id, p.account_id) AS account_id,
    e.event_ts, e.source, e.event_id, e.kind, e.name, e.meaning, e.url, e.referrer, e.utm_source, e.utm_medium,
    e.utm_campaign, e.click_id_kind, e.user_agent, e.value, e.currency, e.properties
FROM
(
    SELECT
        *,
        multiIf(user_id != '', ('user', user_id), anonymous_id != '', ('anonymous', anonymous_id), ('email', email)) AS identifier
    FROM events FINAL
    WHERE ingested_at <= {events_until:DateTime64(3, 'UTC')}
) AS e
LEFT JOIN
(
    SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {run_id:UInt64}
) AS i ON i.id_kind = e.identifier.1 AND i.id_value = e.identifier.2
LEFT JOIN
(
    SELECT person_id, account_id FROM persons_by_run WHERE run_id = {run_id:UInt64}
) AS p ON p.person_id = i.person_id
