-- Moves the offset that counts, with the state it covers. No row: somebody else moved it.
-- :newest_offset and :newest_at are of the newest message before it, and when that was appended;
-- NULL: as it was.
UPDATE ingest_source
SET next_offset = :next_offset, letters_offset = :letters_offset,
  newest_offset = coalesce(:newest_offset, newest_offset),
  newest_at = CASE WHEN :newest_offset::bigint IS NULL THEN newest_at ELSE :newest_at END
WHERE source_id = :source_id AND epoch = :epoch AND next_offset = :expected
RETURNING source_id
