-- The position of the newest change that may be read; all changes after it are new. It is the floor
-- if no change is kept.
SELECT coalesce(c.xid, f.xid) AS xid, coalesce(c.seq, f.seq) AS seq
FROM feed_floor f
LEFT JOIN LATERAL (
  SELECT c.xid, c.seq
  FROM feed c
  WHERE (c.xid, c.seq) > (f.xid, f.seq) AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY c.xid DESC, c.seq DESC
  LIMIT 1
) AS c ON true
