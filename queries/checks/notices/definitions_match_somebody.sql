-- A definition that nobody ever met: is a word misspelt, or is it too strict?
SELECT definition, version, kind, what
FROM definitions
WHERE (kind IN ('score', 'bant', 'pql', 'mql', 'cql') AND definition NOT IN (SELECT DISTINCT definition FROM qualifications))
   OR (kind = 'requests' AND definition NOT IN (SELECT DISTINCT definition FROM requests))
ORDER BY definition
