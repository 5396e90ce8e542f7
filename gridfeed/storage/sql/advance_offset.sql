-- Moves the offset that counts, with the state it covers. No row: somebody else moved it.
UPDATE ingest_source
SET next_offset = $4, letters_offset = $5
WHERE source_id = $1 AND epoch = $2 AND next_offset = $3
RETURNING source_id
