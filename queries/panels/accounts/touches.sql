-- How the people of one account came, the latest first.
SELECT
    t.touch_ts AS "When",
    multiIf(p.email != '', p.email, p.user_id != '', p.user_id, t.person_id) AS "Who",
    toString(t.channel) AS "Channel",
    t.utm_campaign AS "Campaign",
    t.landing_page AS "Landing page",
    t.events AS "Events"
FROM touchpoints AS t
LEFT JOIN (SELECT person_id, email, user_id FROM persons WHERE account_id = ${account:sqlstring}) AS p ON p.person_id = t.person_id
WHERE t.account_id = ${account:sqlstring} AND $__timeFilter_ms(t.touch_ts)
ORDER BY t.touch_ts DESC, t.touch_id
LIMIT 200
