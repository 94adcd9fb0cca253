-- The people of one account: who they say they are, what they did, and what part that suggests they play in buying.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    members AS
    (
        SELECT person_id, email, user_id, junk_reason, first_seen_at, last_seen_at
        FROM persons
        WHERE account_id = ${account:sqlstring} AND record = ''
    ),
    deeds AS
    (
        SELECT person_id,
            argMaxIf(if(JSONExtractString(properties, 'title') != '', JSONExtractString(properties, 'title'),
                if(JSONExtractString(properties, 'role') != '', JSONExtractString(properties, 'role'), JSONExtractString(properties, 'job_title'))),
                event_ts, kind = 'identify' AND match(properties, '"(title|role|job_title)"')) AS title,
            countIf(meaning IN ('feature_used', 'activated', 'limit_hit')) AS uses,
            countIf(meaning IN ('feature_used', 'activated', 'limit_hit') AND event_ts > until - INTERVAL 30 DAY) AS recent_uses,
            countIf(meaning IN ('meeting_booked', 'call_completed', 'message_from_prospect', 'form_submitted')) AS contacts,
            countIf(meaning = 'pricing_viewed') AS prices,
            countIf(meaning = 'teammate_invited') AS invitations,
            countIf(meaning IN ('subscription_started', 'subscription_upgraded', 'subscription_renewed')) AS payments,
            count() AS events
        FROM person_events
        WHERE person_id IN (SELECT person_id FROM members)
        GROUP BY person_id
    )
SELECT
    multiIf(m.email != '', m.email, m.user_id != '', m.user_id, m.person_id) AS "Who",
    m.person_id AS "Id",
    if(d.title = '', NULL, d.title) AS "Says to be",
    multiIf(m.junk_reason != '', concat('junk: ', replaceAll(toString(m.junk_reason), '_', ' ')),
        d.payments + d.contacts + d.prices + d.invitations + d.uses = 0, 'visits',
        arrayStringConcat(arrayFilter(p -> p != '', [if(d.payments > 0, 'pays', ''), if(d.contacts > 0, 'talks to us', ''), if(d.prices > 0, 'looks at prices', ''),
            if(d.invitations > 0, 'invites others', ''), if(d.uses > 0, 'uses the product', '')]), ', ')) AS "Part",
    d.contacts AS "Contacts",
    d.uses AS "Uses",
    d.recent_uses AS "Uses in 30 days",
    d.events AS "Events",
    m.first_seen_at AS "First seen",
    m.last_seen_at AS "Last seen"
FROM members AS m
LEFT JOIN deeds AS d ON d.person_id = m.person_id
ORDER BY d.contacts + d.payments > 0 DESC, m.last_seen_at DESC, m.person_id
LIMIT 200
