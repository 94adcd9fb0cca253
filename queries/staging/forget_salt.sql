-- The salt of all digests in table forgotten.
SELECT salt FROM forgotten_salt FINAL
