-- Currencies that conversions are worth something in, the commonest first.
SELECT toString(currency) AS currency
FROM conversions
WHERE unit_kind = ${unit_kind:sqlstring} AND value != 0
GROUP BY currency
ORDER BY count() DESC, currency
