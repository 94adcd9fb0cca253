-- Every event with the person and account it belongs to. Events that name no one (advertising cost, say) keep an empty
-- person: they are counted, and no one is credited for them.
INSERT INTO person_events_by_run
    (run_id, person_id, account_id, event_ts, source, event_id, kind, name, meaning, url, referrer, utm_source, utm_medium,
    utm_campaign, click_id_kind, user_agent, value, currency, properties, anonymous_id, user_id, email, named_account_id,
    country, ingested_at)
SELECT
    {run_id:UInt64} AS run_id,
    i.person_id AS person_id,
    -- An account may have several ids; identity.yaml says which.
    multiIf(e.named_account_id = '', p.account_id,
        has({account_aliases:Array(String)}, e.named_account_id),
            {accounts:Array(String)}[indexOf({account_aliases:Array(String)}, e.named_account_id)],
        e.named_account_id) AS account_id,
    e.event_ts, e.source, e.event_id, e.kind, e.name, e.meaning, e.url, e.referrer, e.utm_source, e.utm_medium,
    e.utm_campaign, e.click_id_kind, e.user_agent, e.value, e.currency, e.properties,
    e.anonymous_id, e.user_id, e.email, e.named_account_id, e.country, e.ingested_at
FROM history_of_run(run = {run_id:UInt64}, previous_run = {previous_run:UInt64}, events_until = {events_until:DateTime64(3, 'UTC')}) AS e
LEFT JOIN
(
    SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {run_id:UInt64}
) AS i ON i.id_kind = e.id_kind AND i.id_value = e.id_value
LEFT JOIN
(
    SELECT person_id, account_id FROM persons_by_run WHERE run_id = {run_id:UInt64}
) AS p ON p.person_id = i.person_id
