-- Moves on only, and only from where the publisher knows it to be: no row, another has moved it.
UPDATE changes_out SET xid = $4::xid8, seq = $5::bigint, moved_at = clock_timestamp()
WHERE topic = $1 AND (xid, seq) = ($2::xid8, $3::bigint) AND (xid, seq) < ($4::xid8, $5::bigint)
RETURNING 1
