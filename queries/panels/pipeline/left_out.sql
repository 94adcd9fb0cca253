-- What the published run left out or did not believe, why, and how much of its kind that is.
WITH
    (SELECT count() FROM touchpoints) + (SELECT count() FROM excluded_touches) AS visits,
    (SELECT count() FROM persons) AS people
SELECT
    what AS "What",
    replaceAll(reason, '_', ' ') AS "Because",
    items AS "How many",
    if(what = 'visits', items / visits, if(what = 'people', items / people, NULL)) AS "Of all",
    if(events = 0, NULL, events) AS "Events"
FROM left_out
