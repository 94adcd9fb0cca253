-- In how many converted journeys each channel came first, last or between; a channel that came first and last counts as first.
SELECT
    toString(channel) AS "Channel",
    countIf(channels[1] = channel AND length(channels) > 1) AS "came first",
    countIf(channels[1] != channel AND channels[-1] != channel) AS "in between",
    countIf(channels[1] != channel AND channels[-1] = channel) AS "came last",
    countIf(length(channels) = 1) AS "was alone"
FROM
(
    SELECT channels, arrayJoin(arrayDistinct(channels)) AS channel
    FROM journeys
    WHERE outcome = 'converted' AND $__timeFilter_ms(ended_at)
        AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
)
GROUP BY channel
ORDER BY count() DESC, "Channel"
