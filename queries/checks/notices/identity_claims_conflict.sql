-- Claims that two identifiers are one person's which were not believed: two people on one device, a mailbox of many, a person
-- who would have too many names. identity.yaml can say who is who.
SELECT reason, concat(a_kind, ' ', a_value) AS claimed, concat(b_kind, ' ', b_value) AS as_well, rule, at
FROM identity_quarantine
WHERE reason != 'separated'
ORDER BY reason, claimed, as_well
