-- How the published run resolved identities.
SELECT identity_version, identifiers, junk_identifiers, claims, people
FROM identity_versions_by_run
WHERE run_id = {published:UInt64}
