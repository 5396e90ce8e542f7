-- Moves the floor to the newest position of all rows older than a chunk boundary. A transaction
-- that recorded just before the boundary may have a higher id than one that recorded just after it,
-- so the floor may pass some rows of younger chunks, too.
UPDATE feed_floor f SET xid = c.xid, seq = c.seq
FROM (
  SELECT xid, seq FROM change WHERE recorded_at < :before ORDER BY xid DESC, seq DESC LIMIT 1
) AS c
WHERE (c.xid, c.seq) > (f.xid, f.seq)
RETURNING f.xid, f.seq
