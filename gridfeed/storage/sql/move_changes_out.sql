-- Moves the position only forwards, and only from where the publisher knows it to be. No row:
-- another publisher has moved it.
UPDATE changes_out SET xid = :xid::xid8, seq = :seq::bigint, moved_at = clock_timestamp()
WHERE topic = :topic AND (xid, seq) = (:expected_xid::xid8, :expected_seq::bigint)
  AND (xid, seq) < (:xid::xid8, :seq::bigint)
RETURNING 1
