-- First statement of every transaction that writes state: no row means another worker owns the
-- partition now. The row lock makes a new owner wait for this transaction, and a former one fail.
UPDATE ingest_source
SET published_offset = greatest(published_offset, $3), synced_at = $4
WHERE source_id = $1 AND epoch = $2
RETURNING source_id
