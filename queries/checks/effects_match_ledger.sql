-- What each model says of a name is the sum of the ledger's rows of it; other(n) is all names that it doesn't tell apart.
WITH
    ledger AS
    (
        SELECT model, unit_kind, conversion_type, toString(channel) AS name, sum(weight) AS credited
        FROM attribution_ledger
        WHERE channel != '(unattributed)'
        GROUP BY model, unit_kind, conversion_type, name
    ),
    told AS
    (
        SELECT model, unit_kind, conversion_type, groupArray(toString(channel)) AS names, arrayFirst(name -> startsWith(name, 'other('), names) AS rest
        FROM attribution_effects
        GROUP BY model, unit_kind, conversion_type
    ),
    sums AS
    (
        SELECT l.model AS model, l.unit_kind AS unit_kind, l.conversion_type AS conversion_type,
            if(has(t.names, l.name), l.name, t.rest) AS name, sum(l.credited) AS credited
        FROM ledger AS l
        LEFT JOIN told AS t ON t.model = l.model AND t.unit_kind = l.unit_kind AND t.conversion_type = l.conversion_type
        GROUP BY model, unit_kind, conversion_type, name
    ),
    shares AS
    (
        SELECT *, credited / sum(credited) OVER (PARTITION BY model, unit_kind, conversion_type) AS share FROM sums
    )
SELECT s.model AS model, s.unit_kind AS unit_kind, s.conversion_type AS conversion_type, s.name AS name, s.share AS ledger, e.share AS told
FROM shares AS s
LEFT JOIN attribution_effects AS e ON e.model = s.model AND e.unit_kind = s.unit_kind AND e.conversion_type = s.conversion_type AND e.channel = s.name
WHERE abs(s.share - e.share) > 1e-7
ORDER BY model, unit_kind, conversion_type, name
