-- What the events say about each person; Go decides account and junk from it. An event belongs to the person of its user
-- id, else of its anonymous id, else of its e-mail. A CRM's events are stages, and those of a record of its own.
WITH e.kind = 'stage' OR startsWith(e.anonymous_id, concat(e.source, ':')) AS of_crm
SELECT
    i.person_id AS person_id,
    argMaxIf(e.named_account_id, (e.event_ts, e.source, e.event_id), e.named_account_id != '' AND e.kind != 'group' AND NOT of_crm) AS account_id,
    argMaxIf(e.named_account_id, (e.event_ts, e.source, e.event_id), e.named_account_id != '' AND e.kind = 'group' AND NOT of_crm) AS group_account_id,
    argMaxIf(e.named_account_id, (e.event_ts, e.source, e.event_id), e.named_account_id != '' AND of_crm) AS crm_account_id,
    argMinIf(e.user_id, (e.event_ts, e.source, e.event_id), e.user_id != '') AS user_id,
    argMaxIf(e.email, (e.event_ts, e.source, e.event_id), e.email != '') AS email,
    argMaxIf(e.country, (e.event_ts, e.source, e.event_id), e.country != '') AS country,
    argMaxIf(JSONExtractString(e.properties, 'name'), (e.event_ts, e.source, e.event_id), e.kind = 'identify') AS name,
    min(e.event_ts) AS first_seen_at,
    max(e.event_ts) AS last_seen_at,
    count() AS events,
    countIf(e.url != '') AS web_events,
    arraySort(groupUniqArrayIf(9)(e.user_agent, e.url != '')) AS user_agents,
    arraySort(groupUniqArrayIf(9)(extract(lower(e.url), '^[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?(?:www[.])?([^/?#:]*)'), e.url != '')) AS hosts,
    toUInt32(uniqExact(e.id_kind, e.id_value)) AS identifiers,
    -- Of whom nothing is known but records of a CRM: which.
    if(countIf(NOT of_crm OR e.user_id != '' OR e.email != '') = 0, arraySort(groupUniqArrayIf(9)(e.anonymous_id, of_crm)), []) AS records
FROM history_of_run(run = {run_id:UInt64}, previous_run = {previous_run:UInt64}, events_until = {events_until:DateTime64(3, 'UTC')}) AS e
INNER JOIN
(
    SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {run_id:UInt64}
) AS i ON i.id_kind = e.id_kind AND i.id_value = e.id_value
GROUP BY i.person_id
ORDER BY person_id
SETTINGS max_bytes_before_external_group_by = 1000000000
