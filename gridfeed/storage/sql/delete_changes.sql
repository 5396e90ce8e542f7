-- Removes a limited number of rows up to the floor, oldest first. A hypertable's ctid is not
-- unique, so rows are found by their position.
DELETE FROM change c
USING (
  SELECT o.xid, o.seq FROM change o, feed_floor f
  WHERE (o.xid, o.seq) <= (f.xid, f.seq)
  ORDER BY o.xid, o.seq LIMIT :limit
) AS gone
WHERE c.xid = gone.xid AND c.seq = gone.seq
