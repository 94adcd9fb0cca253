-- Who is one person, as each run resolved it, and what changed against the run before.
SELECT
    run_id AS "Run",
    people AS "People",
    appeared AS "New",
    merged AS "Merged",
    split AS "Split",
    renamed AS "Renamed",
    gone AS "Gone",
    identifiers AS "Identifiers",
    junk_identifiers AS "Of nobody",
    quarantined AS "Claims not believed"
FROM run_identities
ORDER BY run_id DESC
LIMIT 50
