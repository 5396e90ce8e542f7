-- Moves on only, and only from where the publisher knows it to be: no row, another has moved it.
UPDATE changes_out SET xid = :xid::xid8, seq = :seq::bigint, moved_at = clock_timestamp()
WHERE topic = :topic AND (xid, seq) = (:expected_xid::xid8, :expected_seq::bigint)
  AND (xid, seq) < (:xid::xid8, :seq::bigint)
RETURNING 1
