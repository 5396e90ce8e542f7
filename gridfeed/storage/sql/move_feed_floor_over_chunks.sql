-- The newest position among all rows older than a chunk boundary: a transaction may have recorded
-- just before it and have a higher id than one that recorded just after, so rows in younger chunks
-- may lie before the floor too.
UPDATE feed_floor f SET xid = c.xid, seq = c.seq
FROM (
  SELECT xid, seq FROM change WHERE recorded_at < :before ORDER BY xid DESC, seq DESC LIMIT 1
) AS c
WHERE (c.xid, c.seq) > (f.xid, f.seq)
RETURNING f.xid, f.seq
