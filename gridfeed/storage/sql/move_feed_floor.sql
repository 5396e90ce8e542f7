-- Moves the floor over the first rows of the feed, at most :limit, up to the first row that is too
-- young. So no index on time is needed, and the floor passes a prefix of the feed.
UPDATE feed_floor f SET xid = c.xid, seq = c.seq
FROM (
  SELECT p.xid, p.seq
  FROM (
    SELECT o.xid, o.seq, bool_and(o.recorded_at < :before) OVER (ORDER BY o.xid, o.seq) AS old
    FROM (
      SELECT c.xid, c.seq, c.recorded_at FROM change c ORDER BY c.xid, c.seq LIMIT :limit
    ) AS o
  ) AS p
  WHERE p.old
  ORDER BY p.xid DESC, p.seq DESC
  LIMIT 1
) AS c
WHERE (c.xid, c.seq) > (f.xid, f.seq)
RETURNING f.xid, f.seq
