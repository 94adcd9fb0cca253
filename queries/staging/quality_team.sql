-- What the team itself says (ESAT): mean answer and number, by team where the survey names one, else ''.
SELECT team, avg(assumeNotNull(score)) AS esat, count() AS answers
FROM
(
    SELECT JSONExtractString(properties, 'team') AS team,
        toFloat64OrNull(if(JSONType(properties, 'score') = 'String', JSONExtractString(properties, 'score'), JSONExtractRaw(properties, 'score'))) AS score
    FROM events FINAL
    WHERE meaning = 'survey_answered' AND JSONExtractString(properties, 'survey') = 'esat' AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
)
WHERE isNotNull(score)
GROUP BY team
ORDER BY team
