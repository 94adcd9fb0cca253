-- A property that a definition asks for and that a million events don't have: misspelt, or no longer sent? Of a path, the
-- first name is looked for.
SELECT definition, version, property
FROM (SELECT definition, version, arrayJoin(properties) AS property FROM definitions)
WHERE splitByChar('.', property)[1] NOT IN
(
    SELECT DISTINCT arrayJoin(JSONExtractKeys(properties)) FROM (SELECT properties FROM person_events WHERE properties NOT IN ('', '{}') LIMIT 1000000)
)
ORDER BY definition, property
