-- Credit of the chosen model in the period by channel, with a 95 % interval of the share, and how far all models are apart on
-- the channel over the whole history.
--
-- The interval is that of a ratio of sums over units (linearised): all conversions of a unit are credited together, so units, not
-- conversions, are what chance draws. It covers chance only: neither the fit of a data-driven model nor what it gets wrong. Of fewer
-- than ten units it would say that there is no chance at all, so it is left out.
WITH
    credited AS
    (
        SELECT unit_id, toString(channel) AS channel, sum(weight) AS weight
        FROM attribution_ledger
        WHERE $__timeFilter_ms(converted_at)
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
        GROUP BY unit_id, channel
    ),
    -- Sums over units are sums over their channels, so that the ledger is read once: those of of_unit, of its square, and of 1.
    summed AS
    (
        SELECT channel, sum(weight) AS conversions, sum(weight * weight) AS squares, sum(weight * of_unit) AS products,
            sum(conversions) OVER () AS everybody, sum(products) OVER () AS everybodys_squares, sum(sum(weight / of_unit)) OVER () AS units
        FROM (SELECT channel, weight, sum(weight) OVER (PARTITION BY unit_id) AS of_unit FROM credited)
        GROUP BY channel
    ),
    -- For units without the channel the deviation is share × of_unit: those are all units less the ones with it.
    shares AS
    (
        SELECT channel, conversions, units, conversions / everybody AS share,
            sqrt(greatest(0, squares - 2 * share * products + share * share * everybodys_squares)) / everybody AS error
        FROM summed
    ),
    models AS
    (
        SELECT toString(channel) AS channel, min(share) AS lowest, argMin(toString(model), (share, model)) AS lowest_by,
            max(share) AS highest, argMax(toString(model), (share, model)) AS highest_by, count() AS known
        FROM attribution_effects
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        GROUP BY channel
    )
SELECT
    s.channel AS "Channel",
    s.share AS "Share",
    if(s.units < 9.5, NULL, greatest(0, s.share - 1.959964 * s.error)) AS "from",
    if(s.units < 9.5, NULL, least(1, s.share + 1.959964 * s.error)) AS "to",
    multiIf(s.units < 9.5, 'too few to say', m.known = 0, '', m.highest - m.lowest > 0.1, 'disputed', m.highest - m.lowest > 0.05, 'models differ', 'models agree') AS "Reading",
    if(m.known = 0, NULL, concat(toString(round(100 * m.lowest, 1)), ' % ', replaceAll(m.lowest_by, '_', ' '))) AS "Lowest model",
    if(m.known = 0, NULL, concat(toString(round(100 * m.highest, 1)), ' % ', replaceAll(m.highest_by, '_', ' '))) AS "Highest model",
    s.conversions AS "Conversions"
FROM shares AS s
LEFT JOIN models AS m ON m.channel = s.channel
ORDER BY s.channel IN ('(unattributed)', '(baseline)'), s.share DESC, s.channel
