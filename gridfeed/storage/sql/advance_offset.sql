-- Moves the offset that counts, with the state it covers. No row: somebody else moved it. $6 and $7
-- are of the newest message before it, and when that was appended; NULL: as it was.
UPDATE ingest_source
SET next_offset = $4, letters_offset = $5, newest_offset = coalesce($6, newest_offset),
  newest_at = CASE WHEN $6::bigint IS NULL THEN newest_at ELSE $7 END
WHERE source_id = $1 AND epoch = $2 AND next_offset = $3
RETURNING source_id
