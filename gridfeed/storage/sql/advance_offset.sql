-- Moves the offset at which a restart begins, together with the state it covers. No row: another
-- owner has moved it. :newest_offset and :newest_at describe the newest message before the offset
-- and when it was appended; NULL keeps the stored ones.
UPDATE ingest_source
SET next_offset = :next_offset, letters_offset = :letters_offset,
  newest_offset = coalesce(:newest_offset, newest_offset),
  newest_at = CASE WHEN :newest_offset::bigint IS NULL THEN newest_at ELSE :newest_at END
WHERE source_id = :source_id AND epoch = :epoch AND next_offset = :expected
RETURNING source_id
