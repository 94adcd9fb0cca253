-- What a run says of each month.
INSERT INTO attribution_figures
SELECT
    {run_id:UInt64} AS run_id, unit_kind, conversion_type, toDate(toStartOfMonth(converted_at)) AS month, currency, model,
    any(model_version) AS model_version, channel,
    toFloat64(sum(toInt128(round(weight * 1e12)))) / 1e12 AS conversions, -- whole numbers: a sum must not depend on order
    sum(credited_value) AS value
FROM attribution_ledger_at(run = {run_id:UInt64})
GROUP BY unit_kind, conversion_type, month, currency, model, channel
