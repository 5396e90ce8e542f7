-- The position up to which the feed has been trimmed: reading cannot continue from an earlier
-- cursor.
SELECT f.xid, f.seq FROM feed_floor f
