-- What a run says of each month: the ledger's sums, without the ledger's rows. Rules that stand side by side with a touch are
-- added up side by side. What a data-driven model gives is made out once for all conversions of a month that went the same path
-- and are worth the same, as attribution_ledger_at makes it out for each. Sums are of whole numbers (1e-12 of a conversion,
-- 1/10000 of the currency): they must not depend on order. Channels go by a hash until the end: arrays of texts are dear.
INSERT INTO attribution_figures
WITH
    touched AS (SELECT *, toDate(toStartOfMonth(converted_at)) AS month FROM credited_touches_at(run = {run_id:UInt64})),
    of_rules AS
    (
        SELECT unit_kind, conversion_type, month, currency, channel, any(model) AS models, any(model_version) AS versions,
            sumForEach(arrayMap(w -> toInt128(round(w * 1e12)), weight)) AS credits,
            sumForEach(arrayMap(v -> toInt128(v * 10000), credited_value)) AS parts
        FROM touched
        GROUP BY unit_kind, conversion_type, month, currency, channel, cityHash64(model, model_version)
    ),
    names AS
    (
        SELECT DISTINCT name, cityHash64(name) AS channel
        FROM (SELECT DISTINCT toString(channel) AS name FROM touched UNION ALL SELECT '(baseline)' AS name)
    ),
    paths AS
    (
        SELECT path_key, arrayMap(touch -> touch.2, arraySort(groupUniqArray((position, cityHash64(toString(channel)))))) AS channels
        FROM touched
        GROUP BY path_key
    ),
    conversions AS
    (
        SELECT unit_kind, conversion_type, month, currency, key, path_key, touches, toInt64(value * 10000) AS worth, count() AS conversions
        FROM (SELECT * FROM touched WHERE position <= 1)
        ARRAY JOIN [path_key, journey_key] AS key
        GROUP BY unit_kind, conversion_type, month, currency, key, path_key, touches, worth
    ),
    of_paths AS
    (
        SELECT c.unit_kind AS unit_kind, c.conversion_type AS conversion_type, month, currency, model, model_version, conversions, baseline,
            if(touches = 0, [1.], arrayResize(weights, touches)) AS of_touches,
            -- The part of a touch is what the weights up to it come to, rounded, less what those before it come to.
            arrayMap(touch -> if(touch = touches AND touch > 0, worth,
                toInt64(floor(worth * (baseline + arraySum(arraySlice(weights, 1, touch))) + 0.5))),
                if(worth = 0, [], range(toUInt32(touches + 1)))) AS upto,
            arrayResize(if(touches = 0, [worth - upto[1]], arrayPopFront(arrayDifference(upto))), greatest(touches, 1)) AS parts_of_touches,
            p.channels AS channels, touches > 0 AND baseline > 0 AS with_baseline
        FROM conversions AS c
        INNER JOIN
        (
            SELECT cityHash64(unit_kind, conversion_type, key) AS fitted_to, model, model_version, weights, baseline
            FROM fitted_credit_by_run
            WHERE run_id = {run_id:UInt64}
        ) AS f ON f.fitted_to = cityHash64(c.unit_kind, c.conversion_type, c.key)
        INNER JOIN paths AS p ON p.path_key = c.path_key
    )
SELECT
    {run_id:UInt64} AS run_id, unit_kind, conversion_type, month, currency, model, model_version, n.name AS channel,
    toFloat64(credits) / 1e12 AS conversions, CAST(toDecimal128(parts, 4) / 10000 AS Decimal(18, 4)) AS value
FROM
(
    SELECT unit_kind, conversion_type, month, currency, model, any(version) AS model_version, channel, sum(credit) AS credits, sum(part) AS parts
    FROM
    (
        SELECT unit_kind, conversion_type, month, currency, model, version, cityHash64(toString(channel)) AS channel, credit, part
        FROM of_rules
        ARRAY JOIN models AS model, versions AS version, credits AS credit, parts AS part
        UNION ALL
        SELECT unit_kind, conversion_type, month, currency, model, model_version AS version, channel,
            toInt128(round(weight * 1e12)) * conversions AS credit, toInt128(part_of_one) * conversions AS part
        FROM of_paths
        ARRAY JOIN
            if(with_baseline, arrayPushBack(channels, cityHash64('(baseline)')), channels) AS channel,
            if(with_baseline, arrayPushBack(of_touches, baseline), of_touches) AS weight,
            if(with_baseline, arrayPushBack(parts_of_touches, upto[1]), parts_of_touches) AS part_of_one
        WHERE weight != 0 OR part_of_one != 0
    )
    GROUP BY unit_kind, conversion_type, month, currency, model, channel
) AS figures
INNER JOIN names AS n ON n.channel = figures.channel
