-- A second revocation keeps the time of the first. No row: no client has that name.
UPDATE client SET revoked_at = coalesce(revoked_at, clock_timestamp())
WHERE name = :name
RETURNING revoked_at
