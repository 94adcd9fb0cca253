-- Names that journeys credit, with the number of journeys that hold each: which of them the fitted models tell apart.
SELECT name, toFloat64(count()) AS journeys
FROM
(
    SELECT arrayJoin(arrayDistinct(channels)) AS name
    FROM journeys_at(run = {run_id:UInt64})
    WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND outcome != 'censored'
)
GROUP BY name
ORDER BY name
