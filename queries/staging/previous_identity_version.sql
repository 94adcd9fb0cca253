-- How the run that this one builds on resolved identities.
SELECT identity_version, identifiers, junk_identifiers, claims, people
FROM identity_versions_by_run
WHERE run_id = {previous_run:UInt64}
