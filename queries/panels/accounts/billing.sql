-- Deals, payments and answers to surveys of one account, the latest first.
SELECT
    event_ts AS "When",
    replaceAll(toString(meaning), '_', ' ') AS "What",
    if(value = 0, NULL, toFloat64(value)) AS "Amount",
    currency AS "Currency",
    if(meaning = 'survey_answered', concat(JSONExtractString(properties, 'survey'), ': ', trim(BOTH '"' FROM JSONExtractRaw(properties, 'score'))),
        replaceAll(JSONExtractString(properties, 'reason'), '_', ' ')) AS "Detail",
    JSONExtractString(properties, 'plan') AS "Plan"
FROM person_events
WHERE account_id = ${account:sqlstring}
    AND meaning IN ('opportunity_created', 'opportunity_won', 'opportunity_lost', 'subscription_started', 'subscription_renewed',
                    'subscription_upgraded', 'subscription_cancelled', 'survey_answered', 'trial_started', 'trial_ended')
ORDER BY event_ts DESC, event_id
LIMIT 100
